"""The rules of a shop, made ready so that a question finds those that fire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from wares.encoders.said import said
from wares.errors import QueryError, StoreError
from wares.index.filters import fields_of
from wares.ranking.rules import windows
from wares.ranking.rules.implying import equalities, implies
from wares.ranking.rules.patterns import How, Pattern, Patterns, pattern
from wares.ranking.rules.records import Rule, Weight, When
from wares.records import AllOf, Banner, Compare, Filter, Scalar

#: The kinds of patterns, which are fields of :class:`When`.
HOWS: tuple[How, ...] = ("exact", "contains", "starts")


class Fired(NamedTuple):
    """The rules that fire at one question, those that count first in front."""

    rules: tuple[Rule, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """The products that the rules name, each once: what the stage needs the numbers of."""
        return tuple(dict.fromkeys(id for rule in self.rules for id in rule.ids()))

    def pinned(self) -> tuple[str, ...]:
        """The products to bring in, as far as they pass the filter in force: those that are pinned, each once."""
        return tuple(dict.fromkeys(pin.id for rule in self.rules for pin in rule.then.pin))

    @property
    def redirect(self) -> str:
        """The address to show instead of hits; "" for none."""
        return next((rule.then.redirect for rule in self.rules if rule.then.redirect), "")

    @property
    def replace(self) -> str:
        """The text to search for instead; "" for that of the question. Rules are not looked up again for it."""
        return next((rule.then.replace for rule in self.rules if rule.then.replace), "")

    @property
    def banners(self) -> tuple[Banner, ...]:
        """What the rules have to say."""
        spoken = ((rule.name, rule.then.banner) for rule in self.rules)
        return tuple(Banner(name, said.text, said.url) for name, said in spoken if said is not None)


class Rulebook:
    """Rules that can be looked up. It does not change; threads may share it.

    ``check`` brings a filter into the form of the index (:func:`wares.query.filters.check`). A rule whose filters or
    patterns cannot be understood does not fire; ``problems`` has its name and what is wrong.
    """

    def __init__(self, rules: Iterable[Rule], check: Callable[[Filter], Filter] = lambda where: where) -> None:
        self.problems: list[tuple[str, str]] = []
        self.rules: list[Rule] = []
        self._within: list[Filter | None] = []
        patterns: list[tuple[int, Pattern]] = []
        self._always: list[int] = []
        self._equal: dict[tuple[str, Scalar], list[int]] = {}
        self._by_field: dict[str, list[int]] = {}
        for rule in sorted(rules, key=lambda rule: rule.rank):
            if not rule.enabled:
                continue
            try:
                made, own = checked(rule, check), list(patterns_of(rule.when))
                windows.zone(rule.when.zone)
            except (QueryError, ValueError) as wrong:
                self.problems.append((rule.name, str(wrong)))
                continue
            number = len(self.rules)
            self.rules.append(made)
            patterns += ((number, each) for each in own)
            if not own:
                self._keep(number, made.when.where)
        self._patterns = Patterns(patterns)

    def __len__(self) -> int:
        return len(self.rules)

    def fired(self, texts: Sequence[str], language: str = "", where: Filter | None = None, *, now: datetime) -> Fired:
        """The rules that fire at a question.

        ``texts`` are its words as they were typed and, where that is another text, as they are searched for; of
        several any may match. ``language`` is "en", "zh", or "" without words; ``where`` the whole filter in force,
        checked; ``now`` has a timezone.
        """
        if not self.rules:
            return Fired()
        found = set(self._always)
        for text in dict.fromkeys(texts):
            found |= self._patterns.matching(said(text))
        if where is not None:
            for pair in equalities(where):
                found.update(self._equal.get(pair, ()))
            if self._by_field:
                for field in fields_of(where):
                    found.update(self._by_field.get(field, ()))
        rules = (self.rules[number] for number in sorted(found))
        return Fired(tuple(rule for rule in rules if _fires(rule.when, language, where, now)))

    def boundary(self, now: datetime) -> datetime | None:
        """The next moment at which another rule may be in force because of its days and hours; None: never."""
        moments = (windows.boundary(rule.when, now) for rule in self.rules)
        return min((moment for moment in moments if moment is not None), default=None)

    def _keep(self, number: int, where: Filter | None) -> None:
        """A rule without patterns is kept under what its filter says."""
        if where is None:
            self._always.append(number)
            return
        items = where.items if isinstance(where, AllOf) else (where,)
        equal = [
            pair for item in items if isinstance(item, Compare) and item.operator == "=" for pair in equalities(item)
        ]
        if equal:
            self._equal.setdefault(equal[0], []).append(number)
        else:
            for field in fields_of(where):
                self._by_field.setdefault(field, []).append(number)


def _fires(when: When, language: str, where: Filter | None, now: datetime) -> bool:
    """Whether all holds that is not a pattern."""
    if when.language is not None and when.language != language:
        return False
    if not windows.is_open(when, now):
        return False
    return when.where is None or (where is not None and implies(where, when.where))


def patterns_of(when: When) -> Iterator[Pattern]:
    """The patterns of a rule. :class:`ValueError` for one that says nothing."""
    return (pattern(text, how) for how in HOWS for text in getattr(when, how))


def checked(rule: Rule, check: Callable[[Filter], Filter]) -> Rule:
    """The rule with its filters in the form of an index. Raises as ``check``."""

    def ready(where: Filter | None) -> Filter | None:
        return check(where) if where is not None else None

    def weighed(weights: Sequence[Weight]) -> tuple[Weight, ...]:
        return tuple(msgspec.structs.replace(weight, where=ready(weight.where)) for weight in weights)

    when = msgspec.structs.replace(rule.when, where=ready(rule.when.where))
    do = rule.then
    hide = tuple(msgspec.structs.replace(choice, where=ready(choice.where)) for choice in do.hide)
    then = msgspec.structs.replace(do, hide=hide, boost=weighed(do.boost), bury=weighed(do.bury))
    return msgspec.structs.replace(rule, when=when, then=then)


def decode(doc: str | bytes) -> Rule:
    """A rule as the store has it. :class:`StoreError` when it is damaged."""
    try:
        return msgspec.json.decode(doc, type=Rule)
    except msgspec.MsgspecError as wrong:
        raise StoreError(f"a saved rule is damaged ({wrong}); save it again: wares rules SHOP add FILE") from wrong


def encode(rule: Rule) -> str:
    """A rule as the store keeps it."""
    return msgspec.json.encode(rule).decode()
