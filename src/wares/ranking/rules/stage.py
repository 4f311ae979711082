"""The rules that fire, applied to a listing: products are hidden, boosted and buried, and then pinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.chain.base import Added, Listing, Situation, Stage
from wares.ranking.rules.book import Fired
from wares.ranking.rules.records import Choice, Rule, Weight
from wares.records import Not

if TYPE_CHECKING:
    from wares.ranking.chain.base import Scores


class Pinned(NamedTuple):
    """A product, the place that it is to have (from 0), and the rule that says so."""

    number: int
    place: int
    rule: str


class Rules(Stage):
    """``fired`` at one question, whose products have these ``numbers`` (:meth:`Fired.ids`; unknown ids left out).

    Where a rule pins what another hides, the one of higher priority counts, and at the same priority what is hidden
    stays hidden. A place that two rules want goes to the one that counts first; the other product has the next place
    that is free. Boosts and buries of several rules add up.
    """

    def __init__(self, fired: Fired, numbers: Mapping[str, int]) -> None:
        self._rules = fired.rules
        self._numbers = numbers

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        hidden, pins = self.decided(listing.numbers.tolist(), situation)
        if hidden:
            kept = np.flatnonzero(~np.isin(listing.numbers, list(hidden)))
            listing = listing.taken(kept)
        return _pin(self._weighed(listing, situation), pins)

    def _weighed(self, listing: Listing, situation: Situation) -> Listing:
        """The listing with what each rule adds, and put in order once."""
        numbers = listing.numbers.tolist()
        columns = [(rule.name, self._added(rule, numbers, situation)) for rule in self._rules]
        added = [Added("rule", name, values) for name, values in columns if values is not None and values.any()]
        if not added:
            return listing
        scores = listing.scores + np.sum([column.values for column in added], axis=0)
        grown = listing._replace(scores=scores, added=(*listing.added, *added))
        return grown.taken(np.lexsort((grown.numbers, -scores)))

    def decided(self, numbers: Sequence[int], situation: Situation) -> tuple[set[int], list[Pinned]]:
        """Which of some products are hidden, and where which are pinned, in the order of places."""
        here = set(numbers)
        hidden: set[int] = set()
        pins: dict[int, Pinned] = {}
        for _, group in groupby(self._rules, key=lambda rule: rule.priority):
            same = list(group)
            for rule in same:
                for choice in rule.then.hide:
                    hidden |= self._hidden(choice, numbers, situation) - pins.keys()
            for rule in same:
                self._take(rule, here - hidden, pins)
        return hidden, sorted(pins.values(), key=lambda pin: pin.place)

    def _take(self, rule: Rule, here: set[int], pins: dict[int, Pinned]) -> None:
        """Give the products that a rule pins their places, as far as they are not pinned yet."""
        taken = {pin.place for pin in pins.values()}
        for pin in sorted(rule.then.pin, key=lambda pin: pin.place):
            number = self._numbers.get(pin.id)
            if number is None or number not in here or number in pins:
                continue
            place = pin.place - 1
            while place in taken:
                place += 1
            taken.add(place)
            pins[number] = Pinned(number, place, rule.name)

    def _added(self, rule: Rule, numbers: Sequence[int], situation: Situation) -> Scores | None:
        """What a rule adds to each score; None for one that changes none."""
        signed = [(weight, weight.by) for weight in rule.then.boost]
        signed += [(weight, -weight.by) for weight in rule.then.bury]
        if not signed:
            return None
        at = {number: row for row, number in enumerate(numbers)}
        values = np.zeros(len(numbers))
        for weight, by in signed:
            values[[at[number] for number in self._chosen(weight, numbers, situation)]] += by
        return values

    def _hidden(self, choice: Choice, numbers: Sequence[int], situation: Situation) -> set[int]:
        """The products of a listing that are hidden: of those with variants, where every variant is."""
        found = self._chosen(Choice(ids=choice.ids), numbers, situation)
        return found if choice.where is None else found | set(numbers) - situation.passing(Not(choice.where), numbers)

    def _chosen(self, choice: Choice | Weight, numbers: Sequence[int], situation: Situation) -> set[int]:
        """The products of a listing that are meant."""
        named: Iterable[int] = (self._numbers[id] for id in choice.ids if id in self._numbers)
        found = set(named) & set(numbers)
        return found | situation.passing(choice.where, numbers) if choice.where is not None else found


def _pin(listing: Listing, pins: Sequence[Pinned]) -> Listing:
    """The listing with products in their places, where later stages leave them; one rule after the other, so that
    each move has its rule."""
    set_by: list[str] = []
    for rule in dict.fromkeys(pin.rule for pin in pins):
        set_by.append(rule)
        so_far = [pin for pin in pins if pin.rule in set_by]
        listing = listing.moved_to(f"rule {rule}", _order(listing.numbers.tolist(), so_far))
    pinned = {pin.number for pin in pins}
    held = {number: place for place, number in enumerate(listing.numbers.tolist()) if number in pinned}
    return listing._replace(held={**listing.held, **held}) if held else listing


def _order(numbers: Sequence[int], pins: Sequence[Pinned]) -> list[int]:
    """Rows of a listing so that what is pinned (in the order of places) is in its place, and all others follow each
    other as before. What has its place beyond the end takes the last places that are free."""
    size = len(numbers)
    row = {number: at for at, number in enumerate(numbers)}
    placed = {pin.place: row[pin.number] for pin in pins if pin.place < size}
    beyond = [row[pin.number] for pin in pins if pin.place >= size]
    free = (place for place in reversed(range(size)) if place not in placed)
    placed |= dict(zip(free, reversed(beyond), strict=False))
    taken = set(placed.values())
    rest = (at for at in range(size) if at not in taken)
    return [placed[place] if place in placed else next(rest) for place in range(size)]
