"""Candidates put in an order: fused, cut off where rubbish begins, and run through the chain of the settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.candidates import Ranked, Retrieved
from wares.index.base import Index, Match
from wares.ranking import chain
from wares.ranking.chain import Listing, Situation, Stage
from wares.ranking.cutoff import Standard, counting
from wares.records import Contribution, Filter, Move

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.index.base import Vectors
    from wares.policy import Policy
    from wares.ranking.chain.base import Numbers, Scores
    from wares.ranking.columns import Columns
    from wares.settings import RankingSettings


class Ordered(NamedTuple):
    """An order and where it comes from.

    ``shares``: float64 (n, asks), what each ask added to each candidate. ``kept``: bool (n,), which candidates count;
    those below ``threshold`` that hold not all the words do not. ``stages``: the listing after fusion (of all
    candidates), after the cut-off (with what was added to them) and after each stage. ``laps``: milliseconds by
    stage.
    """

    shares: Scores
    kept: npt.NDArray[np.bool_]
    threshold: float
    stages: tuple[tuple[str, Listing], ...]
    laps: Mapping[str, float]

    @property
    def counted(self) -> Numbers:
        """The products that count, before any were folded."""
        return self.stages[1][1].numbers

    @property
    def listing(self) -> Listing:
        """The order that all of it comes to."""
        return self.stages[-1][1]

    def places(self, start: int, end: int) -> list[Ranked]:
        """The products at some places of the order, with what put them there."""
        listing = self.listing
        return [self._ranked(listing, at) for at in range(start, min(end, len(listing.numbers)))]

    def known(self) -> dict[int, Ranked]:
        """All of the order by number; what is folded too, standing for the others of its group."""
        found = {place.number: place for place in self.places(0, len(self.listing.numbers))}
        groups = [(first, *others) for first, others in self.listing.folded.items()]
        if groups:
            before = next(listing for _, listing in reversed(self.stages) if not listing.folded)
            place = {number: at for at, number in enumerate(before.numbers.tolist())}
            for group in groups:
                for number in group[1:]:
                    others = tuple(one for one in group if one != number)
                    found[number] = self._ranked(before, place[number])._replace(folded=others)
        return found

    def _ranked(self, listing: Listing, at: int) -> Ranked:
        number, row = int(listing.numbers[at]), int(listing.rows[at])
        return Ranked(
            number,
            float(listing.scores[at]),
            tuple(self.shares[row].tolist()) if row >= 0 else (),
            tuple(
                Contribution(column.part, column.channel, float(column.values[at]))
                for column in listing.added
                if column.values[at]
            ),
            tuple(Move(by, before + 1, after + 1) for by, before, after in listing.moved.get(number, ())),
            listing.folded.get(number, ()),
        )


class Orderer:
    """Orders candidates of one version of the index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._channels = tuple(spec.name for spec in index.vectors)

    def order(
        self,
        found: Retrieved,
        situation: Situation,
        policy: Policy,
        columns: Columns,
        *,
        against: Standard | None = None,
        named: bool = False,
        beside: Sequence[int] = (),
        given: Mapping[str, Stage] | None = None,
    ) -> Ordered:
        """The order of candidates, and of products that are to be there ``beside`` them with a score of 0.

        ``against`` is what the cut-off holds candidates against (the best of them unless given), ``named`` says that
        the question names what the shop has, ``given`` are stages that are not made of settings alone.
        """
        numbers = np.asarray(found.candidates.numbers, np.int64)
        shares = _shares(found, policy)
        scores = shares.sum(axis=1)
        kept = self._counting(found, scores, policy.ranking, against, named)
        fused = Listing.of(numbers, scores)
        listing = fused.taken(np.flatnonzero(kept[fused.rows]))
        listing = _with(listing, beside)
        stages = [("fusion", fused), ("cut-off", listing)]
        laps: dict[str, float] = {}
        for name, stage in chain.build(policy.ranking, columns, given):
            listing, lap = chain.run([(name, stage)], listing, situation)
            laps |= lap
            stages.append((name, listing))
        return Ordered(shares, kept, _threshold(scores, kept), tuple(stages), laps)

    def left(self, found: Retrieved, policy: Policy, named: bool) -> int:
        """How many candidates count, held against the best of them."""
        scores = _shares(found, policy).sum(axis=1)
        return int(self._counting(found, scores, policy.ranking, None, named).sum())

    def _counting(
        self, found: Retrieved, fused: Scores, settings: RankingSettings, against: Standard | None, named: bool
    ) -> npt.NDArray[np.bool_]:
        """Which candidates count; all, where nothing is asked for."""
        if not found.asking.asks:
            return np.ones(len(fused), np.bool_)
        scores, asks, whole = found.candidates.scores, found.asking.asks, self._whole(found)
        kept = counting(fused, scores, asks, whole, settings, against, named)
        # Where the whole shop has better, and a filter wants none of it, the best that passes is what can be shown.
        return kept if kept.any() or against is None else counting(fused, scores, asks, whole, settings, None, named)

    def _whole(self, found: Retrieved) -> npt.NDArray[np.bool_]:
        """Which candidates hold all the words of a wanted text."""
        numbers = found.candidates.numbers
        if not found.asking.texts or not numbers:
            return np.zeros(len(numbers), np.bool_)
        match = Match(texts=found.asking.texts, within=numbers)
        return np.isin(numbers, self._index.ordered(match, "", descending=False, limit=len(numbers)))

    def passing(self, where: Filter, numbers: Sequence[int]) -> set[int]:
        """Those of some products that pass a checked filter."""
        if not numbers:
            return set()
        match = Match(where=where, within=tuple(numbers))
        return set(self._index.ordered(match, "", descending=False, limit=len(numbers)))

    def vectors(self, numbers: Sequence[int], channel: str) -> Mapping[int, Vectors]:
        """The rows of products in a dense channel."""
        return self._index.rows(numbers, channel)

    @property
    def channels(self) -> tuple[str, ...]:
        """The dense channels."""
        return self._channels


def _shares(found: Retrieved, policy: Policy) -> Scores:
    """float64 (n, asks): what each ask adds to each candidate."""
    if not found.asking.asks:
        return np.zeros((len(found.candidates.numbers), 0))
    return policy.fusion.contributions(found.evidence())


def _threshold(scores: Scores, kept: npt.NDArray[np.bool_]) -> float:
    """The least score of a candidate that counts; minus infinity when all do."""
    return -math.inf if kept.all() else float(scores[kept].min(initial=math.inf))


def _with(listing: Listing, beside: Sequence[int]) -> Listing:
    """The listing with more products at its end, with a score of 0 and no row among the candidates."""
    there = set(listing.numbers.tolist())
    new = np.asarray([number for number in dict.fromkeys(beside) if number not in there], np.int64)
    if not len(new):
        return listing
    return listing._replace(
        numbers=np.concatenate([listing.numbers, new]),
        scores=np.concatenate([listing.scores, np.zeros(len(new))]),
        rows=np.concatenate([listing.rows, np.full(len(new), -1, np.int64)]),
    )
