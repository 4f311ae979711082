"""Chroma: a persistent collection. Its words are substrings and its embedded form has no hybrid search."""

from __future__ import annotations

from collections.abc import Mapping

import chromadb
from chromadb.api.client import SharedSystemClient
from chromadb.config import Settings

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import TOP, Goods, Kind, Question


class Chroma(Entrant):
    """A collection in a folder."""

    def ingest(self) -> None:
        client = self._client()
        goods, vectors = list(self.inputs.goods()), self.inputs.vectors
        graph = {"space": "ip", "ef_construction": 128, "max_neighbors": 16}
        collection = client.create_collection("goods", configuration={"hnsw": graph}, embedding_function=None)
        batch = client.get_max_batch_size()
        for start in range(0, len(goods), batch):
            some = goods[start : start + batch]
            collection.add(
                ids=[one.id for one in some],
                embeddings=vectors[start : start + batch],
                documents=[one.text for one in some],
                metadatas=[_metadata(one) for one in some],
            )

    def open(self) -> None:
        self._collection = self._client().get_collection("goods", embedding_function=None)

    def exert(self, effort: Mapping[str, int]) -> None:
        """What was loaded keeps the width it was loaded with, so that everything is opened anew."""
        if effort and effort != self.effort:
            self._collection.modify(configuration={"hnsw": {"ef_search": effort["ef"]}})
            SharedSystemClient.clear_system_cache()
            self.open()
        super().exert(effort)

    def ask(self, kind: Kind, question: Question) -> list[str]:
        where = None if kind.below is None else {"price": {"$lt": kind.below}}
        found = self._collection.query(
            query_embeddings=[question.vector], n_results=TOP, where=where, include=["distances"]
        )
        best: list[str] = found["ids"][0]
        return best

    def _client(self) -> chromadb.ClientAPI:
        return chromadb.PersistentClient(self.folder, settings=Settings(anonymized_telemetry=False))


def _metadata(one: Goods) -> dict[str, str | float]:
    """The fields that there are: a value cannot be None."""
    return {"title": one.title, "brand": one.brand} | ({} if one.price is None else {"price": one.price})
