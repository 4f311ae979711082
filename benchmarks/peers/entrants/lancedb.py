"""LanceDB: one IVF partition with an HNSW graph, a full-text index and a B-tree on the price."""

from __future__ import annotations

import time
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS, BTree, HnswSq
from lancedb.rerankers import RRFReranker

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import DEPTH, TOP, Kind, Question


class LanceDB(Entrant):
    """A table in a folder."""

    def ingest(self) -> float:
        goods, vectors = list(self.inputs.goods()), self.inputs.vectors
        columns = {name: pa.array([getattr(one, name) for one in goods]) for name in ("id", "text", "title", "brand")}
        columns["price"] = pa.array([one.price for one in goods], pa.float64())
        flat = pa.array(vectors.reshape(-1))
        columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        table = lancedb.connect(self.folder).create_table("goods", pa.table(columns))
        start = time.perf_counter()
        graph = HnswSq(distance_type="dot", num_partitions=1, m=16, ef_construction=128)
        table.create_index("vector", config=graph)
        table.create_index("text", config=FTS(base_tokenizer="icu"))
        table.create_index("price", config=BTree())
        table.wait_for_index([index.name for index in table.list_indices()])
        return time.perf_counter() - start

    def open(self) -> None:
        self._table = lancedb.connect(self.folder).open_table("goods")
        self._reranker = RRFReranker()

    def ask(self, kind: Kind, question: Question) -> list[str]:
        search = getattr(self, f"_{kind.way}")(question)
        if kind.below is not None:
            search = search.where(f"price < {kind.below}", prefilter=True)
        found: list[str] = search.to_arrow()["id"].to_pylist()
        return found[:TOP]

    def _near(self, question: Question) -> Any:
        search = self._table.search(question.vector, vector_column_name="vector").select(["id", "_distance"])
        return self._wide(search, TOP)

    def _words(self, question: Question) -> Any:
        search = self._table.search(question.text, query_type="fts", fts_columns="text")
        return search.limit(TOP).select(["id", "_score"])

    def _hybrid(self, question: Question) -> Any:
        search = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        search = self._wide(search.vector(question.vector).text(question.text).select(["id"]), DEPTH)
        return search.rerank(self._reranker)

    def _wide(self, search: Any, limit: int) -> Any:
        """The search at its width, which must not be less than the limit."""
        return search.limit(limit).distance_type("dot").ef(max(self.effort["ef"], limit))
