"""Questions made of a catalogue, to see whether a shop that was brought back answers as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import msgspec

from wares.backup.records import Probe
from wares.errors import QueryError
from wares.records import Compare, Part, Product, Query, Results
from wares.settings import RankingSettings
from wares.shop import Shop
from wares.store.store import Store

#: Products that questions are made of, and hits that are compared.
PRODUCTS, HITS = 24, 10
#: How far scores may differ that are the same.
SAME = 1e-6


def ask_copy(shop: Shop, folder: Path, version: str) -> list[Probe]:
    """Questions made of a copy of a shop, and what it answers: titles, likeness to products (by words and pictures),
    filters, a sort and a browse. What cannot be asked, say of a field that no product has, is left out."""
    if not version:
        return []
    found = []
    with Store.open(folder / "shop.db", read_only=True) as store:
        step = max(1, len(store) // PRODUCTS)
        rows = (row.product for rows in store.scan() for row in rows)
        queries = list(_made(list(islice(rows, 0, None, step))[:PRODUCTS]))
    ranking = _timeless(shop.settings.ranking)
    with shop.preview(version, folder=folder, ranking=ranking, rules=()) as search:
        for query in queries:
            with suppress(QueryError):
                found.append(_probe(query, search(query)))
    return found


def _made(chosen: Sequence[Product]) -> Iterator[Query]:
    yield Query(limit=HITS)
    yield Query(sort="-price", limit=HITS)
    for product in chosen:
        if product.title:
            yield Query(parts=(Part("text", product.title),), limit=HITS)
        yield Query(parts=(Part("like", product.id),), limit=HITS)
        if product.brand:
            yield Query(where=Compare("brand", "=", product.brand), limit=HITS)


def differing(shop: Shop, probes: Iterable[Probe]) -> list[str]:
    """What is asked by those probes that a shop answers otherwise. Rules, and how old products are, do not count:
    they hang upon the hour."""
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
    return _probe(query, shop.search(query, rules=(), ranking=_timeless(shop.settings.ranking)))


def _probe(query: Query, results: Results) -> Probe:
    return Probe(query, results.total, tuple((hit.id, hit.score) for hit in results.hits))


def _timeless(ranking: RankingSettings) -> RankingSettings:
    signals = msgspec.structs.replace(ranking.signals, recency=0.0)
    return msgspec.structs.replace(ranking, signals=signals)


def _told(query: Query) -> str:
    if query.parts:
        return f"{query.parts[0].kind} {query.parts[0].value!s}"
    return "everything" if query.where is None else "a filter"
