"""Rules held against a shop and against each other: fields and products that there are not, contradictions,
circles of redirects, rules that will never fire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, combinations, islice, product
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from wares.encoders.said import said
from wares.errors import QueryError
from wares.index.base import FieldSpec
from wares.merchandising.findings import Finding
from wares.merchandising.meeting import Read, may_meet, never, read
from wares.query import filters
from wares.ranking.rules.book import checked
from wares.ranking.rules.bounds import mistakes
from wares.ranking.rules.records import MAX_RULES, Rule

#: More findings than these are of no use to anybody.
MAX_FINDINGS = 200
#: Parameters of a web address in which shops carry what is searched for.
ASKED = ("q", "query", "search", "s", "k", "keyword", "keywords", "text")


class Facts(NamedTuple):
    """What rules are held against: the fields of a shop, and which of some ids it has."""

    fields: Mapping[str, FieldSpec]
    has: Callable[[Iterable[str]], Collection[str]]
    like: Callable[[str], list[str]] = lambda id: []


def check(rules: Iterable[Rule], facts: Facts, now: datetime, only: Collection[str] | None = None) -> list[Finding]:
    """What is wrong with rules, errors first, at most :data:`MAX_FINDINGS`; with ``only`` what concerns those names.

    A rule that is switched off is looked at by itself, and not against others.
    """
    own = sorted(rules, key=lambda rule: rule.rank)
    found: list[Finding] = []
    sound: list[Read] = []
    for rule in own:
        alone = list(_alone(rule, facts))
        found += alone
        if not alone:
            sound.append(read(_in_form(rule, facts)))
    found += _unknown([made.rule for made in sound], facts)
    firing = [made for made in sound if made.rule.enabled]
    found += _idle(firing, now)
    found += islice(_contradictions(firing, only), MAX_FINDINGS)
    found += _circles(firing)
    if len(own) > MAX_RULES:
        found.append(Finding("error", own[-1].name, f"there are {len(own):,} rules", f"keep at most {MAX_RULES:,}"))
    mine = [finding for finding in found if only is None or finding.rule in only]
    return sorted(dict.fromkeys(mine), key=lambda finding: finding.level)[:MAX_FINDINGS]


def _alone(rule: Rule, facts: Facts) -> Iterator[Finding]:
    for wrong in mistakes(rule):
        message, _, mend = wrong.rpartition("; ")
        yield Finding("error", rule.name, message or wrong, mend if message else "see docs/rules.md")
    for where in rule.filters():
        try:
            filters.check(where, facts.fields)
        except QueryError as wrong:
            message, _, mend = str(wrong).partition("; ")
            yield Finding("error", rule.name, message, mend or "correct the filter")


def _in_form(rule: Rule, facts: Facts) -> Rule:
    return checked(rule, lambda where: filters.check(where, facts.fields))


def _unknown(rules: Iterable[Rule], facts: Facts) -> Iterator[Finding]:
    """Products that the shop does not have: they may be gone, or not be there yet."""
    named = {id: rule.name for rule in rules for id in rule.ids()}
    missing = set(named) - set(facts.has(named))
    for rule in rules:
        for id in rule.ids():
            if id in missing:
                near = facts.like(id)
                mend = f"did you mean {', '.join(near)}?" if near else "correct the id, or take it out"
                yield Finding("warning", rule.name, f"the shop has no product {id!r}", mend)


def _idle(rules: Iterable[Read], now: datetime) -> Iterator[Finding]:
    for made in rules:
        if why := never(made, now):
            yield Finding("warning", made.rule.name, f"it never fires: {why}", "change when, or remove it")


# -- contradictions ---------------------------------------------------------------------------------------------


class Claim(NamedTuple):
    """What a rule does to a product ("pinned") or to a place (the id of a product)."""

    made: Read
    what: str


def _contradictions(rules: Iterable[Read], only: Collection[str] | None) -> Iterator[Finding]:
    products: dict[str, list[Claim]] = defaultdict(list)
    places: dict[int, list[Claim]] = defaultdict(list)
    for made in rules:
        do = made.rule.then
        for id in {id for choice in do.hide for id in choice.ids}:
            products[id].append(Claim(made, "hidden"))
        for pin in do.pin:
            products[pin.id].append(Claim(made, "pinned"))
            places[pin.place].append(Claim(made, pin.id))
    for id, claims in sorted(products.items()):
        for one, other in _pairs(claims):
            yield from _clash(one, other, f"product {id!r} is pinned by one and hidden by the other", only)
    for place, claims in sorted(places.items()):
        for one, other in _pairs(claims):
            yield from _clash(one, other, f"both pin to place {place}: {one.what!r} and {other.what!r}", only)


def _pairs(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Claims that differ, of rules that may fire at one question. Thousands of rules that each fire at another word
    are told apart by these words, without being compared in pairs."""
    anywhere = [claim for claim in claims if not claim.made.firsts]
    by_word: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        for word in claim.made.firsts:
            by_word[word].append(claim)
    worded = [claim for claim in claims if claim.made.firsts]
    near = (pair for own in by_word.values() for pair in combinations(own, 2))
    for one, other in chain(combinations(anywhere, 2), product(anywhere, worded), near):
        if one.what != other.what and may_meet(one.made, other.made):
            yield one, other


def _clash(one: Claim, other: Claim, told: str, only: Collection[str] | None) -> Iterator[Finding]:
    """A contradiction of two rules. Of different priorities, one of them decides."""
    a, b = one.made.rule, other.made.rule
    if only is not None and a.name not in only:
        a, b = b, a
    if a.name == b.name or (only is not None and a.name not in only):
        return
    message = f"it contradicts rule {b.name!r}: {told}"
    if a.priority == b.priority:
        mend = "give one of them a higher priority, or let them fire at other questions"
        yield Finding("error", a.name, message, mend)
    else:
        first = max(a, b, key=lambda rule: rule.priority)
        yield Finding("warning", a.name, message, f"{first.name!r} counts, for its priority is higher")


# -- circles ----------------------------------------------------------------------------------------------------


def _circles(rules: Iterable[Read]) -> Iterator[Finding]:
    """Redirects to a search that redirects, and in the end to the first: a browser would never arrive."""
    leading = [made for made in rules if made.rule.then.redirect]
    leads = {made.rule.name: _fires_at(asked(made.rule.then.redirect), leading) for made in leading}
    told: set[str] = set()
    for name in leads:
        path = [name]
        while (after := leads.get(path[-1])) is not None and after not in path:
            path.append(after)
        if after is not None and after not in told:
            ring = path[path.index(after) :]
            told.update(ring)
            shown = " → ".join([*ring[:8], after])
            yield Finding(
                "error", after, f"its redirect leads in a circle: {shown}", "redirect to a page, not to a search"
            )


def _fires_at(text: str, rules: Iterable[Read]) -> str | None:
    """The name of the first rule whose redirect a question would follow."""
    words = said(text)
    if not words:
        return None
    matching = (made for made in rules if not made.patterns or any(p.matches(words) for p in made.patterns))
    return next((made.rule.name for made in matching), None)


def asked(address: str) -> str:
    """What a web address searches for; "" for one that is no search."""
    found = parse_qs(urlsplit(address).query)
    return next((found[name][0] for name in ASKED if name in found), "")
