"""The rules that fire at a question, and what they mean for its candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from wares.index.base import Index, Match
from wares.merchant import Merchant
from wares.query import filters
from wares.ranking.chain import Situation
from wares.ranking.rules import Choice, Fired, Rule, Rulebook, Rules
from wares.records import AllOf, AnyOf, Filter, In, Not, Query
from wares.store.store import Store
from wares.understanding import Understood, both

#: How many hidden products are named when a question is traced.
MAX_HIDDEN = 10_000


class Ruling(NamedTuple):
    """``fired``: the rules; ``numbers``: those of the products that they name. ``pinned``: products that have a place
    and pass the filter. ``without``: products that are hidden by name, ``hiding``: the filter that all others
    pass."""

    fired: Fired = Fired()
    numbers: Mapping[str, int] = {}
    pinned: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    hiding: Filter | None = None

    @property
    def stage(self) -> Rules:
        """The stage of the chain that does the rest."""
        return Rules(self.fired, self.numbers)

    def narrowed(self, meant: Understood) -> Query:
        """The question, to find what is pinned whatever bare words are taken to mean, and nothing that is hidden by a
        filter."""
        likely = meant.likely
        if likely is not None and self.pinned:
            shown = tuple(id for id, number in self.numbers.items() if number in self.pinned)
            likely = AnyOf((likely, In("id", shown)))
        return msgspec.structs.replace(meant.query, where=both(both(meant.firm, likely), self.hiding))


class Ruler:
    """Applies the rules of a shop to questions to one version of its index."""

    def __init__(self, store: Store, index: Index, merchant: Merchant) -> None:
        self._store = store
        self._index = index
        self._merchant = merchant

    def ruling(self, meant: Understood, situation: Situation, rules: Sequence[Rule] | None) -> Ruling:
        """What the shop's own rules, or those given instead, say of a question."""
        book = self._merchant.rules() if rules is None else self._book(rules)
        if not len(book):
            return Ruling()
        texts = tuple(dict.fromkeys((_typed(meant.asked), meant.said)))
        fired = book.fired(texts, meant.language, meant.query.where, now=situation.now)
        if not fired.rules:
            return Ruling()
        numbers = {id: number for id, (number, _) in self._store.get(fired.ids()).items()}
        wanted = tuple(numbers[id] for id in fired.pinned() if id in numbers)
        if meant.firm is not None:
            passing = situation.passing(meant.firm, wanted)
            wanted = tuple(number for number in wanted if number in passing)
        _, pins = Rules(fired, numbers).decided(wanted, situation)
        pinned = tuple(pin.number for pin in pins)
        hides = [choice for rule in fired.rules for choice in rule.then.hide]
        without = {numbers[id] for choice in hides for id in choice.ids if id in numbers} - set(pinned)
        shown = tuple(id for id, number in numbers.items() if number in pinned)
        return Ruling(fired, numbers, pinned, tuple(sorted(without)), _hiding(hides, shown))

    def hidden(self, ruling: Ruling, where: Filter | None) -> dict[int, str]:
        """The products that rules hide among those that pass a filter, by number, and the rule that does."""
        found: dict[int, str] = {}
        for rule in ruling.fired.rules:
            for choice in rule.then.hide:
                for number in self._chosen(choice, ruling, where):
                    if number not in ruling.pinned:
                        found.setdefault(number, rule.name)
        return found

    def _chosen(self, choice: Choice, ruling: Ruling, where: Filter | None) -> list[int]:
        named = [ruling.numbers[id] for id in choice.ids if id in ruling.numbers]
        if choice.where is None:
            return named
        both, left = (c if where is None else AllOf((where, c)) for c in (choice.where, Not(choice.where)))
        found = self._index.ordered(Match(where=both), "", descending=False, limit=MAX_HIDDEN)
        # What has a variant that is not hidden is shown.
        shown = Match(where=left, numbers=tuple(found))
        rest = set(self._index.ordered(shown, "", descending=False, limit=MAX_HIDDEN))
        return named + [number for number in found if number not in rest]

    def _book(self, rules: Sequence[Rule]) -> Rulebook:
        return Rulebook(rules, check=lambda where: filters.check(where, self._index.fields()))


def now() -> datetime:
    """This moment, with a timezone."""
    return datetime.now().astimezone()


def _typed(query: Query) -> str:
    return " ".join(str(part.value) for part in query.parts if part.kind == "text" and part.weight > 0)


def _hiding(hides: Sequence[Choice], shown: Sequence[str]) -> Filter | None:
    """The filter that what is hidden by filters does not pass, but for some products."""
    conditions = tuple(choice.where for choice in hides if choice.where is not None)
    if not conditions:
        return None
    left: Filter = Not(AnyOf(conditions))
    return AnyOf((left, In("id", tuple(shown)))) if shown else left
