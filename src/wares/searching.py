"""A question, answered: parse → encode → index → fuse → count → hydrate; ``timings_ms`` has one lap for each.

What **matches** a question, and is therefore counted in ``total``, counted in facets and reached by paging: the
products that pass the filter and, when there are parts, hold at least one word of a wanted text or are among the
nearest hundred of a wanted part in some vector channel. Meaning and pictures have no yes or no; the nearest are what
counts. ``limit`` and ``offset`` do not change what matches, nor the order.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.asking import Asker, Asking
from wares.candidates import Ranked, Retrieved
from wares.encoders.base import Encoder
from wares.encoders.words import Words
from wares.errors import QueryError
from wares.hydrating import Hydrator
from wares.index.base import Candidates, Channel, Index, Match
from wares.query import filters
from wares.ranking import ranges
from wares.ranking.fusion import WORDS, Fusion
from wares.ranking.fusion.facts import facts_of
from wares.records import AllOf, Compare, FacetValue, Query, Results, Sparse
from wares.settings import MediaLimits
from wares.store.store import Store

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_LIMIT = 1_000
MAX_DEPTH = 100_000


class Searcher:
    """Answers questions over one index version. Keeps nothing of a question; threads may share it."""

    def __init__(
        self, store: Store, index: Index, encoders: Sequence[Encoder], words: Words, limits: MediaLimits
    ) -> None:
        self._store = store
        self._index = index
        self._hydrator = Hydrator(store, index, encoders)
        self._asker = Asker(store, index, encoders, words, limits)

    def search(self, query: Query, fusion: Fusion) -> Results:
        """Answer a question. :class:`QueryError` when it names fields that the index does not have, or is no
        question at all."""
        clock = _Clock()
        query = self._checked(query)
        clock.lap("parse")
        asking = self._asker.ask(query, fusion)
        clock.lap("encode")
        found = self._retrieved(query, asking)
        clock.lap("index")
        ranked, match = self._rank(query, found, fusion)
        clock.lap("fuse")
        total = self._count(match)
        facets = {field: tuple(self._facet(match, field)) for field in query.facets}
        clock.lap("count")
        hits = self._hydrator.hits(query, asking, ranked)
        clock.lap("hydrate")
        return Results(
            query_id=uuid.uuid4().hex,
            total=total,
            hits=hits,
            facets=facets,
            took_ms=clock.total(),
            timings_ms=clock.laps,
        )

    def retrieve(self, query: Query, fusion: Fusion) -> Retrieved:
        """The candidates of a question in the channels that have a weight in ``fusion``. Raises as :meth:`search`."""
        query = self._checked(query)
        asking = self._asker.ask(query, fusion)
        return self._retrieved(query, asking)

    def _checked(self, query: Query) -> Query:
        """The question with the fields it names spelled as the index has them."""
        _check_page(query)
        fields = self._index.fields()
        return msgspec.structs.replace(
            query,
            where=filters.check(query.where, fields) if query.where is not None else None,
            facets=tuple(filters.resolve(name, fields) for name in query.facets),
            sort=filters.resolve_sort(query.sort, fields),
        )

    def _retrieved(self, query: Query, asking: Asking) -> Retrieved:
        if not asking.asks:
            none = Candidates((), np.zeros((0, 0), np.float32), np.zeros((0, 0), np.bool_))
            return Retrieved(asking, none, lambda at: none.scores, lambda: none.scores)
        if not any(ask.part_weight > 0 for ask in asking.asks):
            raise QueryError('the query says only what is not wanted; add what is, or use a filter (NOT field = "…")')
        candidates = self._index.query(asking.channels, query.where, asking.without)
        return Retrieved(
            asking,
            candidates,
            lambda at: self._rows(candidates.numbers, asking.channels[at]),
            lambda: facts_of(self._store.products(candidates.numbers), candidates.numbers),
        )

    def _rows(self, numbers: Sequence[int], channel: Channel) -> npt.NDArray[np.float32]:
        """Vectors of products in one channel, of several rows the nearest to the question; zeros for none."""
        asked = np.asarray(channel.vector, dtype=np.float32)
        found = self._index.rows(numbers, channel.name)
        nothing = np.zeros((1, len(asked)), np.float32)
        own = (found.get(number, nothing) for number in numbers)
        best = [rows[int((rows @ asked).argmax())] for rows in own]
        return np.stack(best) if best else np.zeros((0, len(asked)), np.float32)

    # -- order --------------------------------------------------------------------------------------------------

    def _rank(self, query: Query, found: Retrieved, fusion: Fusion) -> tuple[list[Ranked], Match]:
        """The page asked for, and what matches. Without parts everything that passes the filter matches equally."""
        asking, candidates = found.asking, found.candidates
        if not asking.asks:
            match = Match(where=query.where, without=asking.without)
            return self._sorted(query, match, {}), match
        dense = [not isinstance(channel.vector, Sparse) for channel in asking.channels]
        near = np.asarray(candidates.brought)[:, dense].any(axis=1) if candidates.numbers else np.zeros(0, bool)
        numbers = np.asarray(candidates.numbers, dtype=np.int64)
        match = Match(
            where=query.where,
            terms=asking.terms or None,
            numbers=tuple(numbers[near].tolist()),
            without=asking.without,
        )
        order, shares = found.ordered(fusion)
        scores = shares.sum(axis=1)
        if query.sort:
            return self._sorted(query, match, _places(numbers, shares, scores, order)), match
        wanted = query.offset + query.limit
        page = list(_places(numbers, shares, scores, order[query.offset : wanted]).values())
        if wanted > len(order) and asking.terms:
            last = float(scores[order[-1]]) if len(order) else 0.0
            tail = self._tail(query, asking, wanted - len(order), candidates.numbers, min(last, 0.0))
            page += tail[max(0, query.offset - len(order)) :]
        return page, match

    def _tail(self, query: Query, asking: Asking, size: int, seen: tuple[int, ...], score: float) -> list[Ranked]:
        """Products beyond the candidates: they hold a word of the query and follow in the order of their words, all
        with a score that is no better than that of the last candidate."""
        merged = _merged([terms for _, terms in asking.words])
        found = self._index.query([Channel(WORDS, merged, size)], query.where, (*asking.without, *seen))
        scores = np.nan_to_num(found.scores[:, 0]) if found.numbers else np.zeros(0, np.float32)
        order = sorted(zip(found.numbers, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        return [Ranked(number, score) for number, _ in order]

    def _sorted(self, query: Query, match: Match, known: dict[int, Ranked]) -> list[Ranked]:
        field, descending = query.sort.removeprefix("-"), query.sort.startswith("-")
        numbers = self._index.ordered(match, field, descending=descending, limit=query.limit, offset=query.offset)
        return [known.get(number, Ranked(number, 0.0)) for number in numbers]

    def _count(self, match: Match) -> int:
        """How many products match. Where no word decides, they are those that the channels brought."""
        return self._index.count(match) if match.terms or match.numbers is None else len(match.numbers)

    def _facet(self, match: Match, field: str) -> list[FacetValue]:
        """Counts by value; of a number field, by round ranges of its values."""
        spec = self._index.fields().get(field)
        if spec is None or spec.type != "number":
            return self._index.facet(match, field)
        bounds = self._index.bounds(match, field)
        if bounds is None:
            return []
        found = []
        for low, high in pairwise(ranges.edges(*bounds)):
            within = (Compare(field, ">=", low), Compare(field, "<", high))
            where = AllOf((match.where, *within) if match.where is not None else within)
            if count := self._index.count(msgspec.structs.replace(match, where=where)):
                found.append(FacetValue(ranges.label(low, high), count))
        return found


def _places(
    numbers: npt.NDArray[np.int64],
    shares: npt.NDArray[np.float64],
    scores: npt.NDArray[np.float64],
    rows: Sequence[int],
) -> dict[int, Ranked]:
    """The candidates of some rows, in their order, by number."""
    return {
        int(numbers[row]): Ranked(int(numbers[row]), float(scores[row]), tuple(shares[row].tolist())) for row in rows
    }


def _merged(texts: Sequence[Sparse]) -> Sparse:
    weights: dict[int, float] = {}
    for text in texts:
        for term, weight in zip(text.indices, text.values, strict=True):
            weights[term] = weights.get(term, 0.0) + weight
    terms = sorted(weights)
    return Sparse(tuple(terms), tuple(weights[term] for term in terms))


def _check_page(query: Query) -> None:
    if not 1 <= query.limit <= MAX_LIMIT:
        raise QueryError(f"the number of hits must lie in 1 … {MAX_LIMIT}, not {query.limit}")
    if not 0 <= query.offset <= MAX_DEPTH:
        raise QueryError(f"the offset must lie in 0 … {MAX_DEPTH}, not {query.offset}")


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 3)
        self._last = now

    def total(self) -> float:
        return round((self._last - self._start) * 1000, 3)
