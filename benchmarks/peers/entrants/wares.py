"""wares itself, twice: as a shop, and its index alone.

The model of both is :class:`Given`, a plugin that hands out the vectors that everyone is given, so that no time and
no memory of a model is in the figures.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import numpy as np

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import DEPTH, TOP, VARIABLE, Inputs, Kind, Question, Vectors
from benchmarks.shops import parts
from wares.candidates import Retrieved
from wares.documents import meaning_text
from wares.encoders.base import Encoder, Tower
from wares.ranking import fusion as fusions
from wares.records import Compare, Modality, Part, Product, Query
from wares.reports import Progress
from wares.settings import BARE, Environment, FusionSettings
from wares.shop import Shop

if TYPE_CHECKING:
    from wares.encoders.base import Content

#: The name of the model.
MODEL = "given"

#: A shop joins both ways; a weight of 0 leaves a way out.
FUSIONS: Mapping[str, FusionSettings | None] = {
    "near": FusionSettings(weights={"text.words": 0.0}),
    "words": FusionSettings(weights={"text.text": 0.0}),
    "hybrid": None,
}


class Given(Tower):
    """Text → the vector that is given for it. Those of products are read when the first one is asked for."""

    name = MODEL
    modality: Modality = "text"

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.fingerprint = f"{MODEL}:{inputs.folder.name}"
        questions = [one for purpose in ("tuning", "measuring") for one in inputs.questions(purpose)]
        self._known = {one.text: one.vector for one in questions}
        self.dims = len(questions[0].vector)

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        texts = cast("Sequence[str]", batch)
        if any(text not in self._known for text in texts):
            products = (msgspec.convert(one.record, Product) for one in self._inputs.goods())
            self._known.update(zip(map(meaning_text, products), self._inputs.vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def encoders(environment: Environment, progress: object = None) -> tuple[Encoder, ...]:
    """The model, as the entry point of the plugin names it."""
    return (Encoder(Given(Inputs(Path(os.environ[VARIABLE]))), MODEL),)


class WaresShop(Entrant):
    """The whole shop, by its Python face: it answers with products, and with the number of all that match."""

    def ingest(self) -> float | None:
        begun: list[float] = []

        def notice(progress: Progress) -> None:
            if progress.stage != "indexing" and not begun:
                begun.append(time.perf_counter())

        products = [msgspec.convert(one.record, Product) for one in self.inputs.goods()]
        with Shop.open(self.folder / "shop", model=MODEL) as shop:
            shop.add(products, progress=notice)
        return time.perf_counter() - begun[0] if begun else None

    def open(self) -> None:
        self._shop = Shop.open(self.folder / "shop", create=False)

    def ask(self, kind: Kind, question: Question) -> list[str]:
        where = None if kind.below is None else f"price < {kind.below}"
        # Vectors are given for the words as they stand, and peers read nothing into them and fold nothing.
        fusion = FUSIONS[kind.way]
        found = self._shop.search(question.text, where=where, k=TOP, parse=False, fusion=fusion, ranking=BARE)
                return [hit.id for hit in found.hits]

    def close(self) -> None:
        self._shop.close()


class WaresIndex(Entrant):
    """The index of the shop without the shop: words are cut, both channels asked, and their scores joined."""

    def ingest(self) -> None:
        raise NotImplementedError("it asks the index that the shop has made")

    def open(self) -> None:
        self._opened = ExitStack()
        self._parts = self._opened.enter_context(parts(self.folder / "shop", Environment.read()))
        self._ids = {row.number: row.product.id for rows in self._parts.store.scan() for row in rows}
        self._fusions = {way: fusions.build(settings or FusionSettings()) for way, settings in FUSIONS.items()}

    def ask(self, kind: Kind, question: Question) -> list[str]:
        fusion = self._fusions[kind.way]
        asking = self._parts.asker.ask(Query(parts=(Part("text", question.text),)), fusion)
        limit = DEPTH if kind.way == "hybrid" else TOP
        channels = [msgspec.structs.replace(channel, limit=limit) for channel in asking.channels]
        where = None if kind.below is None else Compare("price", "<", kind.below)
        found = self._parts.index.query(channels, where)
        order, _ = Retrieved(asking, found, _no_rows, _no_facts).ordered(fusion)
        return [self._ids[found.numbers[row]] for row in order[:TOP]]

    def close(self) -> None:
        self._opened.close()


def _no_rows(channel: int) -> Vectors:
    raise NotImplementedError("weighted scores need no vectors")


def _no_facts() -> Vectors:
    """The same of what is known of products."""
    raise AssertionError("the method of wares reads no facts")
