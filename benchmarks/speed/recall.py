"""What the approximate vector channels miss of the true nearest ten, with filters and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.report import Cell, Table, tell
from benchmarks.shops import Parts, parts
from benchmarks.speed.bench import FILTERS, Bench, Findings
from wares.asking import NEAR
from wares.index.base import Channel, Index
from wares.indexing import batches
from wares.query import filters
from wares.records import Part, Query

TOP = 10
LEAST = 0.95
#: Questions of each kind.
QUESTIONS = 100
#: Vectors are kept with 16 bits: a product whose score is nearer than this to that of the tenth is as good.
ROUNDING = 1e-4

SHARES = {"unfiltered": "", **FILTERS}

Matrix = npt.NDArray[np.float32]


def matrix_path(bench: Bench, channel: str) -> Path:
    """Where the vectors of a channel are saved, a row for every product."""
    return bench.shop.parent / f"{channel}.npy"


def recall(bench: Bench, findings: Findings) -> None:
    """A table by channel and kind of question. Saves the vectors for the scans of other measurements."""
    rows: list[list[Cell]] = []
    with parts(bench.shop, bench.environment) as shop:
        numbers, passing = _passing(shop)
        asked = _asked(bench, shop)
        for spec in shop.index.vectors:
            tell(f"recall of {spec.name}")
            matrix = _vectors(shop.index, numbers, spec.name, spec.dims)
            np.save(matrix_path(bench, spec.name), matrix)
            for kind, channels in asked.items():
                vectors = [np.asarray(channel.vector) for channel in channels if channel.name == spec.name]
                if vectors:
                    found = [
                        _recall(shop.index, spec.name, vectors, text, matrix[passing[share]], numbers[passing[share]])
                        for share, text in SHARES.items()
                    ]
                    rows.append([spec.name, kind, len(vectors), *found, min(found) >= LEAST])
    columns = ("channel", "asked by", "questions", *SHARES, f"all ≥ {LEAST}")
    findings.tables.append(Table("Recall@10 of each vector channel against an exact scan", columns, rows))
    shares = ", ".join(f"{passing[share].mean():.2%}" for share in FILTERS)
    findings.notes.append(f"recall: the best ten of the {NEAR} that a channel brings; filters pass {shares}")


def _passing(shop: Parts) -> tuple[npt.NDArray[np.int64], Mapping[str, npt.NDArray[np.bool_]]]:
    """The numbers of all products, and which of them pass each filter, by their prices in the store."""
    prices = {row.number: row.product.price for rows in shop.store.scan() for row in rows}
    costs = np.asarray([price.major if price else np.nan for price in prices.values()])
    limits = {share: float(text.rpartition(" ")[2]) if text else np.inf for share, text in SHARES.items()}
    return np.asarray(list(prices)), {share: costs < limit for share, limit in limits.items()}


def _asked(bench: Bench, shop: Parts) -> Mapping[str, list[Channel]]:
    """The channels that questions in words and in pictures look in."""
    words = [Query(parts=(Part("text", text),)) for text in bench.questions[:QUESTIONS]]
    pictures = [Query(parts=(Part("image", str(photo)),)) for _, photo in bench.photos[:QUESTIONS]]
    return {
        kind: [channel for query in queries for channel in shop.asker.ask(query, shop.fusion).channels]
        for kind, queries in (("words", words), ("pictures", pictures))
    }


def _vectors(index: Index, numbers: npt.NDArray[np.int64], name: str, dims: int) -> Matrix:
    """The vectors as the index has them; a product without one is far from everything."""
    matrix = np.zeros((len(numbers), dims), np.float32)
    place = {number: at for at, number in enumerate(numbers.tolist())}
    for some in batches(place, 2_000):
        for number, rows in index.rows(some, name).items():
            matrix[place[number]] = rows[0]
    return matrix


def _recall(
    index: Index, name: str, vectors: Sequence[Matrix], where: str, matrix: Matrix, numbers: npt.NDArray[np.int64]
) -> float:
    """The mean share that is found of the true nearest ten of the products ``numbers``, whose rows are ``matrix``."""
    chosen = filters.check(filters.parse(where), index.fields()) if where else None
    place = {number: at for at, number in enumerate(numbers.tolist())}
    shares = []
    for vector in vectors:
        scores = matrix @ vector
        top = min(TOP, len(scores))
        least = np.partition(scores, -top)[-top] - ROUNDING
        found = index.query([Channel(name, vector, NEAR)], chosen)
        best = np.argsort(-found.scores[:, 0], kind="stable")[:top]
        shares.append(sum(scores[place[found.numbers[at]]] >= least for at in best) / top)
    return round(float(np.mean(shares)), 4)
