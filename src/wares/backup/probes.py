"""Questions made of a catalogue, to see whether a shop that was brought back answers as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import msgspec

from wares.backup.records import Probe
from wares.errors import QueryError
from wares.records import Compare, Part, Product, Query
from wares.settings import RankingSettings
from wares.shop import Shop

#: Products that questions are made of, and hits that are compared.
PRODUCTS, HITS = 24, 10
#: How far scores may differ that are the same.
SAME = 1e-6


def questions(shop: Shop) -> list[Query]:
    """Titles, likeness to products (by words and pictures), filters, a sort and a browse: some dozens."""
    step = max(1, len(shop) // PRODUCTS)
    chosen = list(islice(shop.products(), 0, None, step))[:PRODUCTS]
    return [msgspec.structs.replace(query, limit=HITS) for query in _made(chosen)]


def _made(chosen: Sequence[Product]) -> Iterator[Query]:
    yield Query()
    yield Query(sort="-price")
    for product in chosen:
        if product.title:
            yield Query(parts=(Part("text", product.title),))
        yield Query(parts=(Part("like", product.id),))
        if product.brand:
            yield Query(where=Compare("brand", "=", product.brand))


def ask(shop: Shop, queries: Iterable[Query]) -> list[Probe]:
    """The answers that do not hang upon the hour: without rules, and whatever the age of products counts for. What
    cannot be asked, as its product is gone or the shop has no such field, is left out."""
    found = []
    for query in queries:
        with suppress(QueryError):
            found.append(_asked(shop, query))
    return found


def differing(shop: Shop, probes: Iterable[Probe]) -> list[str]:
    """What is asked by those probes that a shop answers otherwise."""
    return [_told(probe.query) for probe in probes if not _same(shop, probe)]


def _same(shop: Shop, probe: Probe) -> bool:
    try:
        now = _asked(shop, probe.query)
    except QueryError:
        return False
    ids = [id for id, _ in probe.hits] == [id for id, _ in now.hits]
    scores = all(abs(one - other) <= SAME for (_, one), (_, other) in zip(probe.hits, now.hits, strict=False))
    return ids and scores and probe.total == now.total


def _asked(shop: Shop, query: Query) -> Probe:
    results = shop.search(query, rules=(), ranking=_timeless(shop.settings.ranking))
    return Probe(query, results.total, tuple((hit.id, hit.score) for hit in results.hits))


def _timeless(ranking: RankingSettings) -> RankingSettings:
    signals = msgspec.structs.replace(ranking.signals, recency=0.0)
    return msgspec.structs.replace(ranking, signals=signals)


def _told(query: Query) -> str:
    if query.parts:
        return f"{query.parts[0].kind} {query.parts[0].value!s}"
    return "everything" if query.where is None else "a filter"
