"""What is handed to the process that is measured, and what it hands back: files, read with numpy and the standard
library alone, for it runs where wares is not installed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

TOP = 10
#: How many candidates of each way a hybrid question joins, before the best ten are taken.
DEPTH = 100
#: A vector whose score is nearer than this to that of the tenth is as good: some engines keep 16 bits.
ROUNDING = 1e-4

#: The environment variable that tells the processes of wares where the inputs are.
VARIABLE = "WARES_PEERS_INPUTS"

Way: TypeAlias = Literal["near", "words", "hybrid"]
Vectors: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """A kind of question. ``below``: only products with a lower price count; ``share`` is how many those are."""

    name: str
    way: Way
    below: float | None = None
    share: str = ""


#: Prices are spread evenly from 0.01 to 100, so that a bound passes as many per cent.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("vector", "near"),
        Kind("vector, filter 1 %", "near", 1.0, "1 %"),
        Kind("vector, filter 10 %", "near", 10.0, "10 %"),
        Kind("vector, filter 50 %", "near", 50.0, "50 %"),
        Kind("words", "words"),
        Kind("hybrid", "hybrid"),
        Kind("hybrid, filter 50 %", "hybrid", 50.0, "50 %"),
    )
}


@dataclass(frozen=True)
class Question:
    """Words, and the vector that the model of wares made of them."""

    text: str
    vector: Vectors


@dataclass(frozen=True)
class Goods:
    """A product as the peers get it. ``text`` is all that words are looked for in; ``record`` is the whole product,
    as JSON, which wares alone keeps."""

    id: str
    text: str
    title: str
    brand: str
    price: float | None
    record: Mapping[str, Any]


class Inputs:
    """A folder of a catalogue: products, their vectors, questions to tune by and questions to measure."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def goods(self) -> Iterator[Goods]:
        """The products, in the order of their vectors."""
        with (self.folder / "products.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield Goods(**json.loads(line))

    @cached_property
    def vectors(self) -> Vectors:
        """Unit vectors, a row for each product."""
        rows: Vectors = np.load(self.folder / "vectors.npy")
        return rows

    def questions(self, purpose: str) -> list[Question]:
        """Those for "tuning" or those for "measuring"."""
        texts = json.loads((self.folder / f"{purpose}.json").read_text(encoding="utf-8"))
        rows: Vectors = np.load(self.folder / f"{purpose}.npy")
        return [Question(text, row) for text, row in zip(texts, rows, strict=True)]

    def truth(self, purpose: str) -> Mapping[str, Sequence[Sequence[str]]]:
        """For every kind of vector question and every question the products that are right: the true nearest ten
        and what is as near as the tenth."""
        found: dict[str, list[list[str]]] = json.loads((self.folder / f"{purpose}-truth.json").read_text())
        return found


def recall(found: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> float:
    """The mean share of the true nearest ten (fewer where fewer pass) that was found."""
    shares = [
        len(set(one[:TOP]) & set(true)) / min(TOP, len(true)) for one, true in zip(found, right, strict=True) if true
    ]
    return float(np.mean(shares)) if shares else 1.0


# -- what is asked of the process -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """``stage`` of an entrant (its ``target`` is "module:class") on a catalogue; its data lie in ``folder``.

    ``efforts`` are the settings of searches by kind: in the stage "tune" those to choose from, least first, and in
    "visit" one each. ``limit_s`` is how long one kind of question may take.
    """

    stage: Literal["ingest", "tune", "visit"]
    target: str
    inputs: str
    folder: str
    kinds: Sequence[str] = ()
    efforts: Mapping[str, Sequence[Mapping[str, int]]] = field(default_factory=dict)
    limit_s: float = 900.0


# -- what it hands back -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ingested:
    """Seconds to take everything in until it can be searched, and of those in building indexes (None: not apart);
    the most megabytes that the process itself took."""

    seconds: float
    indexing: float | None
    peak: float


@dataclass(frozen=True)
class Tuned:
    """For each kind the place of the least effort that found enough, or of the last that was tried."""

    chosen: Mapping[str, int]


@dataclass(frozen=True)
class Answers:
    """Milliseconds and ids by question, in order; fewer than there are questions when the time was up."""

    ms: Sequence[float]
    ids: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Visited:
    """Seconds to open and answer once; megabytes in memory after all questions; what was answered, by kind."""

    opened: float
    memory: float
    answers: Mapping[str, Answers]
