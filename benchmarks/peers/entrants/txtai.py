"""txtai: vectors from outside in hnswlib, its own BM25, and its content in SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from txtai import Embeddings

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import TOP, Goods, Kind, Question, Vectors

PRICE = {"name": "price", "expression": "json_extract(data, '$.price')", "index": True}


class Txtai(Entrant):
    """An index saved in a folder. Its model is a function that hands out the vectors that are given."""

    def ingest(self) -> None:
        goods, vectors = list(self.inputs.goods()), self.inputs.vectors
        rows = {one.text: row for one, row in zip(goods, vectors, strict=True)}

        def given(texts: Sequence[str]) -> list[Vectors]:
            return [rows[text] for text in texts]

        embeddings = Embeddings(
            method="external",
            transform=given,
            hybrid=True,
            content=True,
            expressions=[PRICE],
            backend="hnsw",
            hnsw={"m": 16, "efconstruction": 128},
        )
        embeddings.index((one.id, _document(one), None) for one in goods)
        embeddings.config.pop("transform")  # a function cannot be saved
        embeddings.save(str(self.folder / "index"))
        embeddings.close()

    def open(self) -> None:
        def given(texts: Sequence[str]) -> list[Vectors]:
            return [self._question.vector for _ in texts]

        self._embeddings = Embeddings()
        self._embeddings.load(str(self.folder / "index"), config={"transform": given})
        self._parts = self._embeddings.ann, self._embeddings.scoring

    def exert(self, effort: Mapping[str, int]) -> None:
        super().exert(effort)
        if effort:
            self._embeddings.config["hnsw"]["efsearch"] = effort["ef"]

    def ask(self, kind: Kind, question: Question) -> list[str]:
        """In SQL, for that is how it filters: the nearest candidates are found, and then those that pass are kept.
        What the question does not ask for is laid aside, for otherwise it would be searched all the same."""
        self._question = question
        graph, words = self._parts
        self._embeddings.ann = None if kind.way == "words" else graph
        self._embeddings.scoring = None if kind.way == "near" else words
        similar, passing = "similar(:asked)", ""
        if kind.below is not None:
            similar, passing = f"similar(:asked, {self.effort['candidates']})", f" and price < {kind.below}"
        statement = f"select id from txtai where {similar}{passing}"
        found = self._embeddings.search(statement, TOP, parameters={"asked": question.text})
        return [row["id"] for row in found]

    def close(self) -> None:
        self._embeddings.close()


def _document(one: Goods) -> dict[str, Any]:
    return {"text": one.text, "title": one.title, "brand": one.brand, "price": one.price}
