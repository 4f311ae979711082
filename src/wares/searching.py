"""A question, answered: parse → understand → encode → index → rank → count → hydrate; ``timings_ms`` has one lap for
each, and one for each stage of the chain.

What **matches** a question, and is therefore counted in ``total``, counted in facets and reached by paging: the
products that pass the filter and, when there are parts, hold all words of a wanted text, or are candidates (the
nearest hundred of a wanted part in some vector channel, the best two hundred by words) that are not below the
cut-off. Products that are folded into one count once. ``limit`` and ``offset`` do not change what matches, nor the
order.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.asking import Asker, Asking
from wares.candidates import Ranked, Retrieved
from wares.digest import Digests
from wares.encoders.base import Encoder
from wares.encoders.words import Words
from wares.errors import QueryError
from wares.hydrating import Hydrator
from wares.index.base import Index, Match
from wares.merchant import Merchant
from wares.ordering import Ordered, Orderer
from wares.paging import Pager
from wares.query import filters
from wares.ranking.chain import Situation
from wares.ranking.collapsing import Collapsed
from wares.records import FacetValue, Filter, Part, Query, Results
from wares.relating import Related, Relater, Wanted
from wares.retrieving import Retriever
from wares.ruling import Ruler, Ruling, now
from wares.settings import MediaLimits
from wares.store.store import Store
from wares.tracing import Trace
from wares.understanding import Understander, Understood

if TYPE_CHECKING:
    from wares.digest import Digest
    from wares.merchant import Wording
    from wares.policy import Policy

MAX_LIMIT = 1_000
MAX_DEPTH = 100_000


class _Answer(NamedTuple):
    results: Results
    meant: Understood
    ruling: Ruling
    found: Retrieved
    ordered: Ordered
    page: Sequence[Ranked]
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
        self.merchant = Merchant(store, index)
        self._asker = Asker(store, index, encoders, words, limits)
        self._understander = Understander(index, self._asker.exists)
        self._ruler = Ruler(store, index, self.merchant)
        self._retriever = Retriever(store, index)
        self._relater = Relater(self._asker, self._retriever)
        self._orderer = Orderer(index)
        self._hydrator = Hydrator(store, index, encoders)

    def search(self, query: Query, policy: Policy) -> Results:
        """Answer a question. :class:`QueryError` when it names fields that the index does not have, or is no
        question at all."""
        return self._answer(query, policy).results

    def holds(self, word: str) -> bool:
        """Whether some product has all tokens of a word."""
        return self._asker.exists(word)

    def trace(self, query: Query, policy: Policy) -> Trace:
        """Answer a question, and keep all that the answer came from. Raises as :meth:`search`."""
        answer = self._answer(query, policy)
        candidates, listing = answer.found.candidates, answer.ordered.listing
        page = [place.number for place in answer.page]
        order = np.asarray(page if answer.meant.query.sort else listing.numbers, np.int64)
        hidden = self._ruler.hidden(answer.ruling, answer.meant.query.where)
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
            wanted=answer.found.asking.wanted,
            ids=self._store.ids({*candidates.numbers, *order.tolist(), *page, *hidden}),
            fields=self._index.fields(),
            fired=answer.ruling.fired.rules,
            hidden=hidden,
            leaders={number: first for first, others in listing.folded.items() for number in others},
        )

    def retrieve(self, query: Query, policy: Policy) -> Retrieved:
        """The candidates of a question, understood, in the channels that have a weight. Raises as :meth:`search`."""
        digest = self._digests.latest()
        meant = self._understander.understand(self._checked(query), policy.understanding, digest)
        asking = self._asker.ask(meant.query, policy.fusion, self._wording(policy))
        return self._retriever.retrieve(meant.query, asking)

    def _answer(self, asked: Query, policy: Policy) -> _Answer:
        clock = _Clock()
        digest = self._digests.latest()
        wording = self._wording(policy)
        query = self._checked(asked)
        clock.lap("parse")
        meant = self._understander.understand(query, policy.understanding, digest)
        ruling = self._ruled(meant, policy)
        if ruling.fired.replace:
            instead = _worded(query, ruling.fired.replace)
            meant = self._understander.understand(instead, policy.understanding, digest)
        clock.lap("understand")
        asking = self._asker.ask(meant.query, policy.fusion, wording)
        asking = asking._replace(without=(*asking.without, *ruling.without))
        wanted = self._relater.wanted(meant, policy, digest, wording)
        clock.lap("encode")
        found = self._retriever.retrieve(ruling.narrowed(meant), asking)
        clock.lap("index")
        ordered = self._ordered(meant, ruling, found, wanted, policy, digest)
        if meant.chips and not len(ordered.counted):
            meant = self._understander.loosened(meant, digest, partial(self._left, meant, asking, policy))
            found = self._retriever.retrieve(ruling.narrowed(meant), asking)
            ordered = self._ordered(meant, ruling, found, wanted, policy, digest)
        clock.lap("rank", ordered.laps)
        narrowed = ruling.narrowed(meant)
        match = self._match(narrowed, found, ordered)
        total, facets = self._counted(match, query.facets, policy, digest)
        clock.lap("count")
        columns = digest.part("columns") if policy.collapsed else None
        page = Pager(self._index, columns).page(narrowed, asking, match, ordered)
        hits = self._hydrator.hits(narrowed, asking, page)
        clock.lap("hydrate")
        results = Results(
            query_id=uuid.uuid4().hex,
            total=total,
            hits=hits,
            facets=facets,
            chips=meant.chips,
            corrections=meant.corrections,
            banners=ruling.fired.banners,
            redirect=ruling.fired.redirect,
            took_ms=clock.total(),
            timings_ms=clock.laps,
        )
        return _Answer(results, meant, ruling, found, ordered, page, match)

    def _wording(self, policy: Policy) -> Wording:
        """The synonyms and stop words of a question."""
        return self.merchant.wording() if policy.wording is None else policy.wording

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

    def _situation(self, meant: Understood) -> Situation:
        return Situation(
            query=meant.query,
            text=meant.text,
            language=meant.language,
            where=meant.query.where,
            now=now(),
            passing=self._orderer.passing,
            vectors=self._orderer.vectors,
            channels=self._orderer.channels,
        )

    def _ruled(self, meant: Understood, policy: Policy) -> Ruling:
        return self._ruler.ruling(meant, self._situation(meant), policy.rules) if policy.ruled else Ruling()

    def _ordered(
        self,
        meant: Understood,
        ruling: Ruling,
        found: Retrieved,
        wanted: Wanted,
        policy: Policy,
        digest: Digest,
    ) -> Ordered:
        related = Related(policy.ranking, digest.part("relations"), wanted)
        situation = self._situation(meant)
        beside = list(ruling.pinned)
        if wanted:
            numbers = list(wanted)
            beside += numbers if situation.where is None else situation.passing(situation.where, numbers)
        return self._orderer.order(
            found,
            situation,
            policy,
            digest.part("columns"),
            against=self._retriever.standard(meant, found.asking, policy),
            named=meant.named(meant.query.where),
            beside=[number for number in beside if number not in ruling.without],
            given={"rules": ruling.stage, "relations": related},
        )

    def _left(self, meant: Understood, asking: Asking, policy: Policy, where: Filter | None) -> int:
        """How many of the nearest products that pass a filter count."""
        found = self._retriever.retrieve(msgspec.structs.replace(meant.query, where=where), asking)
        return self._orderer.left(found, policy, meant.named(where))

    def _match(self, query: Query, found: Retrieved, ordered: Ordered) -> Match:
        """What matches. Without parts that is everything that passes the filter."""
        asking = found.asking
        if not asking.asks:
            return Match(where=query.where, without=asking.without)
        # Where all that hold a word are among the candidates, there is nobody else to count.
        texts = asking.texts if asking.texts and not found.exhausted() else None
        counted = tuple(ordered.counted.tolist())
        return Match(where=query.where, texts=texts, numbers=counted, without=asking.without)

    def _counted(
        self, match: Match, fields: Sequence[str], policy: Policy, digest: Digest
    ) -> tuple[int, dict[str, tuple[FacetValue, ...]]]:
        """How many products match, and how many with each value of some fields."""
        counts = Collapsed(self._index, match, digest.part("columns") if policy.collapsed else None)
        numbers = {name for name in fields if self._numeric(name)}
        facets = {name: tuple(counts.ranges(name) if name in numbers else counts.facet(name)) for name in fields}
        return counts.total(), facets

    def _numeric(self, field: str) -> bool:
        spec = self._index.fields().get(field)
        return spec is not None and spec.type == "number"


def _worded(query: Query, text: str) -> Query:
    """The question with another wanted text."""
    wanted = [part for part in query.parts if part.kind == "text" and part.weight > 0 and not part.literal]
    others = tuple(part for part in query.parts if part not in wanted)
    first = wanted[0] if wanted else Part("text", text)
    return msgspec.structs.replace(query, parts=(msgspec.structs.replace(first, value=text), *others))


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
