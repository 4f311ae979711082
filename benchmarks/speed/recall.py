"""What the approximate vector channels miss of the true nearest ten, with filters and without."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.report import Cell, Table, tell
from benchmarks.shops import Parts, parts
from benchmarks.speed.bench import FILTERS, Bench, Findings
from wares.asking import NEAR
from wares.bench.recall import Rows, recall
from wares.bench.records import Kind
from wares.bench.selective import given
from wares.index.base import Match
from wares.query import filters
from wares.records import Part, Query, Sparse

LEAST = 0.95
#: Questions of each kind.
QUESTIONS = 100

SHARES = {"unfiltered": "", **FILTERS}


def recalls(bench: Bench, findings: Findings) -> None:
    """A table by channel and kind of question."""
    rows: list[list[Cell]] = []
    with parts(bench.shop, bench.environment) as shop:
        numbers = shop.index.ordered(Match(), "", descending=False, limit=len(shop.index))
        asked = _asked(bench, shop)
        wheres = {text: filters.parse(text) if text else None for text in SHARES.values()}
        for spec in shop.index.vectors:
            tell(f"recall of {spec.name}")
            own = {kind: vectors[spec.name] for kind, vectors in asked.items() if spec.name in vectors}
            found = {(one.kind, one.where): one for one in recall(shop.index, spec.name, own, wheres, numbers)}
            for kind in own:
                shares = [round(found[kind, text].recall, 4) for text in SHARES.values()]
                rows.append([spec.name, kind, len(own[kind]), *shares, min(shares) >= LEAST])
        passing = given(shop.index, list(FILTERS.values()))
    columns = ("channel", "asked by", "questions", *SHARES, f"all ≥ {LEAST}")
    findings.tables.append(Table("Recall@10 of each vector channel against an exact scan", columns, rows))
    shares_told = ", ".join(f"{one.share:.2%}" for one in passing)
    findings.notes.append(f"recall: the best ten of the {NEAR} that a channel brings; filters pass {shares_told}")


def _asked(bench: Bench, shop: Parts) -> Mapping[Kind, Mapping[str, Rows]]:
    """The vectors, by channel, that questions in words and in pictures look for."""
    asked: dict[Kind, list[Query]] = {
        "words": [Query(parts=(Part("text", text),)) for text in bench.questions[:QUESTIONS]],
        "pictures": [Query(parts=(Part("image", str(photo)),)) for _, photo in bench.photos[:QUESTIONS]],
    }
    found: dict[Kind, Mapping[str, Rows]] = {}
    for kind, queries in asked.items():
        rows: dict[str, list[Rows]] = {}
        for channel in (c for query in queries for c in shop.asker.ask(query, shop.fusion).channels):
            if not isinstance(channel.vector, Sparse):
                rows.setdefault(channel.name, []).append(channel.vector)
        found[kind] = {name: np.stack(own) for name, own in rows.items()}
    return found
