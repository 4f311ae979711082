"""Qdrant's engine with its calls typed, its errors in our words, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from wares.errors import ShopBusy, StoreError
from wares.index.base import FieldSpec, VectorSpec
from wares.index.checks import WORDS
from wares.index.edge_files import Tuning

_PAGE = 1000

_CAUSES = (
    ("WouldBlock", ShopBusy, "another process has it open; stop that one or ask through it"),
    ("No space left", StoreError, "the disk is full; make room and try again"),
    ("StorageFull", StoreError, "the disk is full; make room and try again"),
    ("Permission denied", StoreError, "no permission to read or write there"),
    ("Read-only file system", StoreError, "it lies on a read-only file system"),
    ("not initialized", StoreError, "it was closed"),
)

# Indexes are mapped from disk: they open at once and cost no memory of the process, and were as fast. They get no
# links of their own in the graph: those more than double the time to build it and filtered queries do not need them.
_INDEX: dict[str, Any] = {"enable_hnsw": False, "memory": qe.Memory.Cached}
_ALWAYS: dict[str, Any] = {
    "terms": qe.IntegerIndexParams(lookup=True, range=False, **_INDEX),
    "has": qe.KeywordIndexParams(**_INDEX),
}
_INDEX_PARAMS = {"keyword": qe.KeywordIndexParams, "number": qe.FloatIndexParams, "boolean": qe.KeywordIndexParams}


class Engine:
    """An open shard. Every call may raise :class:`StoreError`. The engine locks by itself, and holds the
    interpreter's lock during a call."""

    def __init__(self, folder: Path, shard: qe.EdgeShard) -> None:
        self._folder = folder
        self._shard = shard

    @classmethod
    def create(cls, folder: Path, vectors: Sequence[VectorSpec], tuning: Tuning) -> Engine:
        """A new shard in an empty folder, which is made."""
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise StoreError(f"cannot make {folder}: {error.strerror}") from error
        with _translated(folder):
            engine = cls(folder, qe.EdgeShard.create(str(folder), _config(vectors, tuning)))
        for there, params in _ALWAYS.items():
            engine.update(qe.UpdateOperation.create_field_index(there, params))
        return engine

    @classmethod
    def open(cls, folder: Path) -> Engine:
        """The shard in a folder; :class:`ShopBusy` while another process has it open."""
        with _translated(folder):
            return cls(folder, qe.EdgeShard.load(str(folder)))

    def update(self, operation: qe.UpdateOperation) -> None:
        with _translated(self._folder):
            self._shard.update(operation)

    def add_field(self, there: str, spec: FieldSpec) -> None:
        """Make a field fast to filter; the values of offers are indexed offer by offer."""
        nested = {"nested": "offers"} if spec.level == "offer" else {}
        self.update(qe.UpdateOperation.create_field_index(there, _INDEX_PARAMS[spec.type](**_INDEX, **nested)))

    def keep_fields(self, wanted: set[str]) -> None:
        """Undo :meth:`add_field` for all other paths; the values stay."""
        kept = {there.replace('"', "") for there in (*wanted, *_ALWAYS)}  # the engine tells them with and without
        with _translated(self._folder):
            indexed = list(self._shard.info().payload_schema)
        for there in indexed:
            if there.replace('"', "") not in kept:
                self.update(qe.UpdateOperation.delete_field_index(there))

    def ask(self, requests: Sequence[qe.QueryRequest]) -> list[list[Any]]:
        """Several queries at once: per query its hits, best first."""
        if not requests:
            return []
        with _translated(self._folder):
            found: list[list[Any]] = self._shard.query_batch(qe.QueryBatchRequest(list(requests)))
        return found

    def count(self, chosen: qe.Filter) -> int:
        with _translated(self._folder):
            return int(self._shard.count(qe.CountRequest(exact=True, filter=chosen)))

    def facet(self, there: str, chosen: qe.Filter, limit: int) -> list[tuple[str, int]]:
        """Values under a path and the number of points having them, most frequent first, then by value."""
        with _translated(self._folder):
            hits = self._shard.facet(qe.FacetRequest(there, limit=limit, exact=True, filter=chosen))
        return [(str(hit.value), hit.count) for hit in hits]

    def numbers(self, chosen: qe.Filter, limit: int) -> list[int]:
        """The lowest ids."""
        with _translated(self._folder):
            records, _ = self._shard.scroll(qe.ScrollRequest(limit=limit, filter=chosen, with_payload=False))
        return [int(record.id) for record in records]

    def by_value(self, there: str, chosen: qe.Filter, *, descending: bool, limit: int) -> list[tuple[int, float]]:
        """(id, value) pairs, best value first, from the first ``limit`` values; ties come in no known order. A point
        comes with several values or, where they are equal, with fewer than it has."""
        order = qe.OrderBy(there, qe.Direction.Desc if descending else qe.Direction.Asc)
        request = qe.ScrollRequest(limit=limit, filter=chosen, order_by=order, with_payload=False)
        with _translated(self._folder):
            records: list[Any] = self._shard.scroll(request)[0]
        return [(record.id, float(record.order_value)) for record in records]

    def payloads(self, chosen: qe.Filter, keys: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The payloads of all points chosen, in order of id."""
        offset: Any = None
        while True:
            request = qe.ScrollRequest(offset=offset, limit=_PAGE, filter=chosen, with_payload=keys)
            with _translated(self._folder):
                records, offset = self._shard.scroll(request)
            for record in records:
                yield int(record.id), record.payload or {}
            if offset is None:
                return

    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Any]:
        """The vectors of one name, as lists, of the points that have it."""
        with _translated(self._folder):
            records: list[Any] = self._shard.retrieve(list(numbers), False, [name])
        return {record.id: record.vector[name] for record in records if record.vector and name in record.vector}

    def optimize(self) -> None:
        with _translated(self._folder):
            self._shard.optimize()

    def flush(self) -> None:
        with _translated(self._folder):
            self._shard.flush()

    def close(self) -> None:
        with _translated(self._folder):
            self._shard.close()


def _config(vectors: Sequence[VectorSpec], tuning: Tuning) -> qe.EdgeConfig:
    max_sim = qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim)
    return qe.EdgeConfig(
        vectors={
            spec.name: qe.EdgeVectorParams(
                spec.dims,
                qe.Distance.Dot,
                multivector_config=max_sim if spec.multi else None,
                datatype=qe.VectorStorageDatatype.Float16,
                memory=qe.Memory.Cold,
            )
            for spec in vectors
        },
        sparse_vectors={WORDS: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        # Graphs are built and walked over vectors of one byte a number, then the best are scored by the stored ones:
        # against 16 bits alone 2.5 times faster to build and 3 times to ask, at the same recall.
        quantization_config=qe.ScalarQuantizationConfig(qe.ScalarType.Int8, quantile=0.99, memory=qe.Memory.Cached),
        hnsw_config=qe.HnswIndexConfig(
            m=tuning.links, ef_construct=tuning.build_width, full_scan_threshold=tuning.scan_until_kb
        ),
        optimizers=qe.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=tuning.graph_from_kb),
    )


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """The engine raises plain ``Exception``, and panics, which are no ``Exception``, when its files are damaged."""
    try:
        yield
    except BaseException as error:
        if type(error) is not Exception and type(error).__name__ != "PanicException":
            raise
        told = " ".join(str(error).split())
        for sign, kind, advice in _CAUSES:
            if sign in told:
                raise kind(f"index {folder}: {advice}") from error
        raise StoreError(f"index {folder} is damaged ({told[:200]}); build it anew") from error
