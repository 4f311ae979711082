"""Milvus Lite: an HNSW graph, BM25 by a function of the schema, and an inverted index on the price."""

from __future__ import annotations

import time
from typing import Any

from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import DEPTH, TOP, Kind, Question

#: Products sent at once: a message is bounded in size.
BATCH = 1_000
#: Characters that a text field holds at most.
LONGEST = 65_535


class MilvusLite(Entrant):
    """A collection behind the client's own local server."""

    def ingest(self) -> float:
        client = self._client()
        client.create_collection("goods", schema=_schema(client, self.inputs.vectors.shape[1]))
        goods, vectors = list(self.inputs.goods()), self.inputs.vectors
        for start in range(0, len(goods), BATCH):
            some = zip(goods[start : start + BATCH], vectors[start : start + BATCH], strict=True)
            client.insert("goods", [_row(one, vector) for one, vector in some])
        client.flush("goods")
        start_indexing = time.perf_counter()
        indexes = client.prepare_index_params()
        graph = {"M": 16, "efConstruction": 128}
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params={})
        indexes.add_index("price", index_type="INVERTED")
        client.create_index("goods", indexes)
        client.load_collection("goods")
        taken = time.perf_counter() - start_indexing
        client.close()
        return taken

    def open(self) -> None:
        self._opened = self._client()
        self._opened.load_collection("goods")

    def ask(self, kind: Kind, question: Question) -> list[str]:
        where = "" if kind.below is None else f"price < {kind.below}"
        near = {"metric_type": "IP", "params": {"ef": self.effort.get("ef", 64)}}
        if kind.way == "near":
            found = self._opened.search(
                "goods", [question.vector], where, TOP, anns_field="vector", search_params=near
            )
        elif kind.way == "words":
            found = self._opened.search("goods", [question.text], where, TOP, anns_field="words")
        else:
            bm25: dict[str, Any] = {"metric_type": "BM25", "params": {}}
            asked = [
                AnnSearchRequest([question.vector], "vector", near, DEPTH, expr=where),
                AnnSearchRequest([question.text], "words", bm25, DEPTH, expr=where),
            ]
            found = self._opened.hybrid_search("goods", asked, RRFRanker(), TOP)
        return [hit["id"] for hit in found[0]]

    def close(self) -> None:
        self._opened.close()

    def _client(self) -> MilvusClient:
        return MilvusClient(str(self.folder / "goods.db"))


def _schema(client: MilvusClient, dims: int) -> Any:
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=512)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dims)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("price", DataType.DOUBLE, nullable=True)
    jieba = {"tokenizer": {"type": "jieba", "mode": "search"}}
    schema.add_field("text", DataType.VARCHAR, max_length=LONGEST, enable_analyzer=True, analyzer_params=jieba)
    for name in ("title", "brand"):
        schema.add_field(name, DataType.VARCHAR, max_length=LONGEST)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["words"]))
    return schema


def _row(one: Any, vector: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "vector": vector,
        "price": one.price,
        **{name: getattr(one, name)[:LONGEST] for name in ("text", "title", "brand")},
    }
