"""The embedded index: Qdrant's own engine in this process, in one folder.

The folder holds ``schema.json`` (vectors, fields, tuning) and ``shard/`` (the engine's files). One process at a time
may have it open. A point is safe from ``kill -9`` when :meth:`EdgeIndex.upsert` returns, and from a power cut when
:meth:`EdgeIndex.flush` does.

Counts, facets and bounds are exact. Vector channels are approximate once :meth:`EdgeIndex.optimize` has built a
graph (HNSW, Malkov and Yashunin, arXiv:1603.09320) and exact before; the scores of what they bring are exact always,
up to the rounding of vectors to 16 bits. Word statistics (IDF) may still count removed and replaced products until
the next ``optimize()``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import qdrant_edge as qe

from wares.errors import SetupError, StoreError
from wares.index import edge_answers
from wares.index.base import Candidates, Channel, FieldSpec, Index, Match, Point, Texts, VectorSpec
from wares.index.checks import WORDS, checked_points, checked_vector, may_facet, may_measure
from wares.index.edge_engine import Engine
from wares.index.edge_files import Saved, Tuning, check_room, load, make_room, save
from wares.index.edge_filters import condition, key, matching, path, payload
from wares.index.fields import Schema, Stored
from wares.records import Exists, FacetValue, Filter, Sparse

if TYPE_CHECKING:
    from wares.index.base import Vectors

#: Points per call of the engine, which holds the interpreter's lock meanwhile: a reader waits a few milliseconds.
_CHUNK = 50

# The rounded vectors bring this many times the limit; the stored ones choose among them.
_RESCORED = qe.QuantizationSearchParams(rescore=True, oversampling=1.5)

# A filter can leave so few points of a graph that they no longer hang together; ACORN (Patel et al., SIGMOD 2024,
# arXiv:2403.04871) then looks at the neighbours of neighbours. It is used under every filter: with half of 100,000
# products left, recall@10 of texts was 0.96 without it and 1.00 with it, for 1.5 ms against 2.7 ms.
_FILTERED = qe.AcornSearchParams(enable=True, max_selectivity=1.0)


class EdgeIndex(Index):
    """:class:`Index` on disk. Safe to use from several threads; writers wait for each other."""

    def __init__(self, folder: Path, saved: Saved, engine: Engine) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self.vectors = saved.vectors
        self.tuning = saved.tuning
        self._folder = folder
        self._engine = engine
        self._specs = {spec.name: spec for spec in saved.vectors}
        self._schema = Schema({spec.name: spec for spec in saved.fields})
        self._spellings: dict[str, dict[str, str]] = {}
        self._writing = threading.Lock()

    @classmethod
    def create(cls, folder: Path, vectors: Sequence[VectorSpec], tuning: Tuning | None = None) -> EdgeIndex:
        """A new, empty index in a folder that is made if need be and must not hold one.

        Raises :class:`StoreError` when it does or cannot be written, :class:`SetupError` for impossible vectors.
        """
        names = [spec.name for spec in vectors]
        if len({*names, WORDS}) != len(names) + 1 or any(not name or "/" in name for name in names):
            raise SetupError(f"vector names must be distinct, not empty, without '/', and not {WORDS!r}: {names}")
        if (folder / "shard").exists():
            raise StoreError(f"{folder} already holds an index; open it or choose another folder")
        saved = Saved(vectors=tuple(vectors), tuning=tuning or Tuning())
        make_room(folder)
        engine = Engine.create(folder / "shard", saved.vectors, saved.tuning)
        save(folder, saved)
        return cls(folder, saved, engine)

    @classmethod
    def open(cls, folder: Path) -> EdgeIndex:
        """The index in a folder. Raises :class:`StoreError` when there is none or it is damaged,
        :class:`~wares.errors.ShopBusy` while another process has it open."""
        saved = load(folder)
        return cls(folder, saved, Engine.open(folder / "shard"))

    def fields(self) -> Mapping[str, FieldSpec]:
        return self._schema.specs

    # -- writing ----------------------------------------------------------------------------------------------------

    def upsert(self, points: Sequence[Point]) -> None:
        points = checked_points(points, self._specs)
        with self._writing:
            check_room(self._folder)
            self._adopt(self._schema.learn(points))
            stored = self._schema.store(points)
            for start in range(0, len(points), _CHUNK):
                chunk = slice(start, start + _CHUNK)
                rows = [_row(point, values) for point, values in zip(points[chunk], stored[chunk], strict=True)]
                self._write(qe.UpdateOperation.upsert_points(rows))

    def delete(self, numbers: Sequence[int]) -> None:
        with self._writing:
            self._write(qe.UpdateOperation.delete_points(list(numbers)))

    def _write(self, operation: qe.UpdateOperation) -> None:
        self._engine.update(operation)
        self._spellings = {}

    def flush(self) -> None:
        with self._writing:
            self._engine.flush()

    def optimize(self) -> None:
        """Build graphs, drop what was removed, and make fast the fields that most products have.

        **Only in a process that serves nobody**: it takes minutes for 100,000 products and holds the interpreter's
        lock all the while.
        """
        with self._writing:
            check_room(self._folder)
            having = dict(self._engine.facet("has", qe.Filter(), max(1, len(self._schema.specs))))
            self._adopt(self._schema.ranked({name: having.get(key(name), 0) for name in self._schema.specs}))
            self._engine.keep_fields({path(name, self._schema) for name in self._schema.common})
            self._engine.optimize()
            self._engine.flush()

    def close(self) -> None:
        with self._writing:
            self._engine.close()

    def _adopt(self, schema: Schema) -> None:
        """Make common fields fast, and move to the offers those that are no longer of products only.

        Values are copied before the schema changes, so a reader finds all of them by the old schema or all by the
        new one. After a crash in between the old one holds, and the next write does the same work again.
        """
        old = self._schema
        if schema is old:
            return
        moved = {name for name, spec in old.specs.items() if spec != schema.specs[name]}
        for name in sorted(schema.common - (old.common - moved)):
            self._engine.add_field(path(name, schema), schema.specs[name])
        for name in sorted(moved):
            self._copy_to_offers(name)
        if moved:
            self._engine.flush()
        save(self._folder, Saved(vectors=self.vectors, tuning=self.tuning, fields=tuple(schema.specs.values())))
        self._schema = schema

    def _copy_to_offers(self, name: str) -> None:
        having = condition(Exists(name), self._schema)
        for number, kept in self._engine.payloads(having, ["fields", "offers"]):
            value = kept["fields"][key(name)]
            offers = [{key(name): value, **offer} for offer in kept["offers"]]
            self._engine.update(qe.UpdateOperation.set_payload([number], {"offers": offers}))

    # -- reading ----------------------------------------------------------------------------------------------------

    def query(
        self,
        channels: Sequence[Channel],
        where: Filter | None = None,
        without: Sequence[int] = (),
        texts: Texts | None = None,
    ) -> Candidates:
        """Two calls of the engine: what each channel brings, then what each makes of what the others brought."""
        chosen = matching(Match(where=where, without=tuple(without), texts=texts), self._schema)
        nearest = [qe.Query.Nearest(self._asked(channel), using=channel.name) for channel in channels]
        wide = qe.SearchParams(hnsw_ef=self.tuning.search_width, quantization=_RESCORED, acorn=_FILTERED)
        found = self._engine.ask(
            [
                qe.QueryRequest(query=query, limit=channel.limit, filter=chosen, params=wide)
                for query, channel in zip(nearest, channels, strict=True)
            ]
        )
        place = {number: row for row, number in enumerate(dict.fromkeys(hit.id for hits in found for hit in hits))}
        scores = np.full((len(place), len(channels)), np.nan, dtype=np.float32)
        _enter(scores, place, dict(enumerate(found)))
        brought = ~np.isnan(scores)
        lacking = [{n for n, row in place.items() if not brought[row, column]} for column in range(len(channels))]
        asked = {column: numbers for column, numbers in enumerate(lacking) if numbers}
        exact = qe.SearchParams(exact=True)
        completed = self._engine.ask(
            [
                qe.QueryRequest(
                    query=nearest[column],
                    limit=len(numbers),
                    filter=qe.Filter(must=[qe.HasIdCondition(numbers)]),
                    params=exact,
                )
                for column, numbers in asked.items()
            ]
        )
        _enter(scores, place, dict(zip(asked, completed, strict=True)))
        return Candidates(numbers=tuple(place), scores=scores, brought=brought)

    def count(self, match: Match) -> int:
        return self._engine.count(matching(match, self._schema))

    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]:
        schema = self._schema
        if not may_facet(schema, field) or limit < 1:
            return []
        counted = edge_answers.facet(self._engine, schema, match, field, limit)
        if schema.specs[field].type != "keyword":
            return [FacetValue(value, count) for value, count in counted]
        known = self._spellings.setdefault(field, {})
        known.update(edge_answers.spellings(self._engine, schema, field, [v for v, _ in counted if v not in known]))
        return [FacetValue(known.get(value, value), count) for value, count in counted]

    def bounds(self, match: Match, field: str) -> tuple[float, float] | None:
        schema = self._schema
        return edge_answers.bounds(self._engine, schema, match, field) if may_measure(schema, field) else None

    def ordered(self, match: Match, field: str, *, descending: bool, limit: int, offset: int = 0) -> list[int]:
        schema, engine, last = self._schema, self._engine, offset + limit
        if limit < 1:
            return []
        if not field or not may_measure(schema, field):
            return engine.numbers(matching(match, schema), last)[offset:]
        return edge_answers.ordered(engine, schema, match, field, descending=descending, limit=last)[offset:]

    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Vectors]:
        if name not in self._specs:
            return {}
        dims = self._specs[name].dims
        found = self._engine.rows(numbers, name)
        return {number: np.asarray(rows, dtype=np.float32).reshape(-1, dims) for number, rows in found.items()}

    def __len__(self) -> int:
        return self._engine.count(qe.Filter())

    def _asked(self, channel: Channel) -> Any:
        vector = checked_vector(channel, self._specs)
        if isinstance(vector, Sparse):
            return qe.SparseVector(list(vector.indices), list(vector.values))
        return [vector.tolist()] if self._specs[channel.name].multi else vector.tolist()


def _enter(scores: Vectors, place: Mapping[int, int], columns: Mapping[int, Sequence[Any]]) -> None:
    """Write the scores of hits into their rows."""
    for column, hits in columns.items():
        scores[[place[hit.id] for hit in hits], column] = [hit.score for hit in hits]


def _row(point: Point, stored: Stored) -> qe.Point:
    vectors: dict[str, Any] = {name: rows.tolist() for name, rows in point.vectors.items() if len(rows)}
    vectors = {name: rows if len(rows) > 1 else rows[0] for name, rows in vectors.items()}
    if point.words.indices:
        vectors[WORDS] = qe.SparseVector(list(point.words.indices), list(point.words.values))
    content = {
        "fields": payload(stored.fields),
        "offers": [payload(offer) for offer in stored.offers],
        "has": sorted({key(name) for values in (stored.fields, *stored.offers) for name in values}),
        "terms": list(point.words.indices),
        "shown": stored.shown,
    }
    return qe.Point(point.number, vectors, content)
