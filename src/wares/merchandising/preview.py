"""What rules would change in the answer to a question, before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from wares.merchandising import telling
from wares.records import Banner, Hit, Query, Results
from wares.settings import RankingSettings

if TYPE_CHECKING:
    from wares.merchant import Wording
    from wares.ranking.rules import Rule
    from wares.shop import Shop

#: What became of a product: it has its place, another one, is among the first only now, or not any more.
Change: TypeAlias = Literal["", "up", "down", "new", "gone"]


class Shown(NamedTuple):
    """A product in one of the two answers. ``place`` counts from 1; ``change`` compares it with the other answer;
    ``by`` names the rules that moved it or added to its score."""

    place: int
    id: str
    title: str
    score: float
    change: Change = ""
    by: tuple[str, ...] = ()


class Why(NamedTuple):
    """A rule that fires: why, and what it does."""

    rule: str
    why: str
    does: str


class Preview(NamedTuple):
    """The first products without and with rules, side by side, and the rules that fire."""

    fired: tuple[Why, ...]
    before: tuple[Shown, ...]
    after: tuple[Shown, ...]
    redirect: str = ""
    banners: tuple[Banner, ...] = ()
    replaced: str = ""
    notes: tuple[str, ...] = ()


def preview(shop: Shop, query: Query, rules: Sequence[Rule] | None = None) -> Preview:
    """A question with rules (the shop's own unless given) and without any. Raises as :meth:`Shop.search`."""
    before = shop.search(query, rules=()).hits
    traced = shop.trace(query, rules=rules)
    written = {rule.name: rule for rule in rules or ()}  # as they were, not as the index reads them
    results, fired = traced.results, [written.get(rule.name, rule) for rule in traced.fired]
    texts = _texts(query, results)
    places = {hit.id: at for at, hit in enumerate(before, start=1)}
    kept = {hit.id for hit in results.hits}
    return Preview(
        fired=tuple(Why(rule.name, telling.why(rule, texts), telling.then(rule)) for rule in fired),
        before=tuple(_shown(hit, at, "" if hit.id in kept else "gone") for at, hit in enumerate(before, start=1)),
        after=tuple(_after(hit, at, places) for at, hit in enumerate(results.hits, start=1)),
        redirect=results.redirect,
        banners=results.banners,
        replaced=next((rule.then.replace for rule in fired if rule.then.replace), ""),
        notes=_notes(shop.settings.ranking),
    )


def worded(shop: Shop, query: Query, wording: Wording) -> Preview:
    """A question with the shop's own synonyms and stop words, and with others. Raises as :meth:`Shop.search`."""
    before, after = shop.search(query), shop.trace(query, wording=wording).results
    places = {hit.id: at for at, hit in enumerate(before.hits, start=1)}
    kept = {hit.id for hit in after.hits}
    return Preview(
        fired=(),
        before=tuple(
            _shown(hit, at, "" if hit.id in kept else "gone") for at, hit in enumerate(before.hits, start=1)
        ),
        after=tuple(_after(hit, at, places)._replace(by=()) for at, hit in enumerate(after.hits, start=1)),
        notes=after.notes,
    )


def _texts(query: Query, results: Results) -> list[str]:
    """The words as they were typed, and as they were understood."""
    typed = " ".join(str(part.value) for part in query.parts if part.kind == "text" and part.weight > 0)
    meant = typed
    for correction in results.corrections:
        meant = meant.replace(correction.said, correction.meant)
    return list(dict.fromkeys((typed, meant)))


def _after(hit: Hit, place: int, before: Mapping[str, int]) -> Shown:
    at = before.get(hit.id)
    change: Change = "new" if at is None else "up" if place < at else "down" if place > at else ""
    added = [item.channel for item in hit.why if item.part == "rule"]
    # Who makes room for what is pinned goes down by itself, and that is no rule's wish.
    moves = [move for move in hit.moves if move.by.startswith("rule ") and move.after <= move.before]
    moved = [move.by.removeprefix("rule ") for move in moves]
    return _shown(hit, place, change)._replace(by=tuple(dict.fromkeys((*added, *moved))))


def _shown(hit: Hit, place: int, change: Change) -> Shown:
    return Shown(place, hit.id, hit.title, hit.score, change)


def _notes(ranking: RankingSettings) -> tuple[str, ...]:
    return (
        () if "rules" in ranking.chain else ('"rules" is not in ranking.chain, so no rule fires; see wares settings',)
    )
