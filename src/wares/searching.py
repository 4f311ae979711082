"""A question, answered: parse → understand → encode → index → rank → count → hydrate; ``timings_ms`` has one lap for
each, and one for each stage of the chain.

What **matches** a question, and is therefore counted in ``total``, counted in facets and reached by paging: the
products that pass the filter and, when there are parts, hold all words of a wanted text, or are candidates (the nearest
hundred of a wanted part in some vector channel, the best two hundred by words) that are not below the cut-off. Products
that are folded into one count once. ``limit`` and ``offset`` do not change what matches, nor the order.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.asking import Asker, Asking
from wares.candidates import Retrieved
from wares.counting import Counter
from wares.digest import Digests
from wares.encoders.base import Encoder
from wares.encoders.words import Words
from wares.errors import QueryError
from wares.hydrating import Hydrator
from wares.index.base import Candidates, Channel, Index, Match
from wares.ordering import Ordered, Orderer
from wares.paging import Pager
from wares.query import filters
from wares.ranking.chain import Situation
from wares.ranking.fusion.facts import facts_of
from wares.records import Query, Results
from wares.settings import MediaLimits
from wares.store.store import Store
from wares.tracing import Trace
from wares.understanding import Understood, understand

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.digest import Digest
    from wares.policy import Policy

MAX_LIMIT = 1_000
MAX_DEPTH = 100_000

#: How many products the chain puts in an order where nothing is asked for; the others follow as they came.
BROWSED = 1_000

#: How many products each channel is asked for, without the filter, to see what the best score is.
REFERENCE = 20


class _Answer(NamedTuple):
    results: Results
    meant: Understood
    found: Retrieved
    ordered: Ordered
    order: Sequence[int]
    match: Match


class Searcher:
    """Answers questions over one index version. Keeps nothing of a question; threads may share it."""

    def __init__(
        self,
        store: Store,
        index: Index,
        encoders: Sequence[Encoder],
        words: Words,
        limits: MediaLimits,
        digests: Digests,
    ) -> None:
        self._store = store
        self._index = index
        self._digests = digests
        self._hydrator = Hydrator(store, index, encoders)
        self._asker = Asker(store, index, encoders, words, limits)
        self._orderer = Orderer(index)

    def search(self, query: Query, policy: Policy) -> Results:
        """Answer a question. :class:`QueryError` when it names fields that the index does not have, or is no
        question at all."""
        return self._answer(query, policy).results

    def trace(self, query: Query, policy: Policy) -> Trace:
        """Answer a question, and keep all that the answer came from. Raises as :meth:`search`."""
        answer = self._answer(query, policy)
        candidates, listing = answer.found.candidates, answer.ordered.listing
        order = np.asarray(answer.order if query.sort else listing.numbers, np.int64)
        return Trace(
            asked=query,
            query=answer.meant.query,
            results=answer.results,
            asking=answer.found.asking,
            candidates=candidates,
            shares=answer.ordered.shares,
            kept=answer.ordered.kept,
            threshold=answer.ordered.threshold,
            stages=answer.ordered.stages,
            order=order,
            match=answer.match,
            ids=self._store.ids({*candidates.numbers, *order.tolist()}),
            fields=self._index.fields(),
            leaders={number: first for first, others in listing.folded.items() for number in others},
        )

    def retrieve(self, query: Query, policy: Policy) -> Retrieved:
        """The candidates of a question, understood, in the channels that have a weight. Raises as :meth:`search`."""
        meant = understand(self._checked(query))
        return self._retrieved(meant.query, self._asker.ask(meant.query, policy.fusion))

    def _answer(self, asked: Query, policy: Policy) -> _Answer:
        clock = _Clock()
        digest = self._digests.latest()
        query = self._checked(asked)
        clock.lap("parse")
        meant = understand(query)
        query = meant.query
        clock.lap("understand")
        asking = self._asker.ask(query, policy.fusion)
        clock.lap("encode")
        found = self._retrieved(query, asking)
        clock.lap("index")
        ordered = self._ordered(meant, found, policy, digest)
        clock.lap("rank", ordered.laps)
        match = self._match(query, found, ordered)
        collapsed = policy.ranking.collapse and "collapse" in policy.ranking.chain
        counter = Counter(self._index, collapsed=collapsed)
        total = counter.total(match)
        facets = {field: tuple(counter.facet(match, field)) for field in query.facets}
        clock.lap("count")
        groups = digest.part("columns") if collapsed else None
        page = Pager(self._index, groups).page(query, asking, match, ordered)
        hits = self._hydrator.hits(query, asking, page)
        clock.lap("hydrate")
        results = Results(
            query_id=uuid.uuid4().hex,
            total=total,
            hits=hits,
            facets=facets,
            chips=meant.chips,
            corrections=meant.corrections,
            notes=meant.notes,
            took_ms=clock.total(),
            timings_ms=clock.laps,
        )
        return _Answer(results, meant, found, ordered, [place.number for place in page], match)

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

    # -- candidates ---------------------------------------------------------------------------------------------

    def _retrieved(self, query: Query, asking: Asking) -> Retrieved:
        if not asking.asks:
            return self._with_rows(asking, self._first(query, asking))
        if not any(ask.part_weight > 0 for ask in asking.asks):
            raise QueryError('the query says only what is not wanted; add what is, or use a filter (NOT field = "…")')
        candidates = self._index.query(asking.channels, query.where, asking.without)
        return self._with_rows(asking, candidates)

    def _first(self, query: Query, asking: Asking) -> Candidates:
        """What is listed where nothing is asked for: the first products that pass the filter."""
        match = Match(where=query.where, without=asking.without)
        limit = 0 if query.sort else BROWSED
        numbers = self._index.ordered(match, "", descending=False, limit=limit)
        shape = len(numbers), 0
        return Candidates(tuple(numbers), np.zeros(shape, np.float32), np.zeros(shape, np.bool_))

    def _with_rows(self, asking: Asking, candidates: Candidates) -> Retrieved:
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

    def _best(self, query: Query, asking: Asking, policy: Policy) -> float | None:
        """The best fused score that any product has, whether it passes the filter or not: what is far from the
        question does not come near by filtering. None without a filter, when the best candidate has it."""
        if query.where is None or not asking.asks or policy.ranking.cutoff <= 0:
            return None
        nearest = self._index.query([_narrowed(c) for c in asking.channels], None, asking.without)
        shares = policy.fusion.contributions(self._with_rows(asking, nearest).evidence())
        return float(shares.sum(axis=1).max(initial=0.0))

    # -- order --------------------------------------------------------------------------------------------------

    def _ordered(self, meant: Understood, found: Retrieved, policy: Policy, digest: Digest) -> Ordered:
        situation = Situation(
            query=meant.query,
            text=meant.text,
            language=meant.language,
            where=meant.query.where,
            now=datetime.now(UTC),
            passing=self._orderer.passing,
            vectors=self._orderer.vectors,
            channels=self._orderer.channels,
        )
        best = self._best(meant.query, found.asking, policy)
        return self._orderer.order(found, situation, policy, digest.part("columns"), best=best)

    def _match(self, query: Query, found: Retrieved, ordered: Ordered) -> Match:
        """What matches. Without parts that is everything that passes the filter."""
        asking = found.asking
        if not asking.asks:
            return Match(where=query.where, without=asking.without)
        numbers = np.asarray(found.candidates.numbers, np.int64)[ordered.kept]
        return Match(
            where=query.where,
            texts=asking.texts or None,
            numbers=tuple(numbers.tolist()),
            without=asking.without,
        )


def _narrowed(channel: Channel) -> Channel:
    return msgspec.structs.replace(channel, limit=min(channel.limit, REFERENCE))


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

    def lap(self, name: str, within: Mapping[str, float] | None = None) -> None:
        """The lap that ends now, and those that were taken ``within`` it."""
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 3)
        self.laps |= {f"{name}.{inner}": lap for inner, lap in (within or {}).items()}
        self._last = now

    def total(self) -> float:
        return round((self._last - self._start) * 1000, 3)
