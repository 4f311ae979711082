"""What a bench will ask: questions that the shop can answer, filters, fields to count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wares.bench import selective
from wares.bench.parts import parts
from wares.bench.questions import from_file, from_shop
from wares.bench.recall import Rows, Vectors
from wares.bench.records import Kind, Questions, Selective
from wares.errors import QueryError
from wares.records import Sparse
from wares.settings import MediaLimits
from wares.shop import Shop


class Plan(NamedTuple):
    """``notes`` say what was left out, and why."""

    questions: list[Questions]
    filters: list[Selective]
    facets: tuple[str, ...]
    notes: list[str]


def planned(
    shop: Path, limits: MediaLimits, queries: Path | None, count: int, where: Sequence[str], folder: Path
) -> Plan:
    """Questions of a file or, without one, drawn from the shop; filters as given or, without any, chosen.

    ``limits`` bound the pictures that are read, and ``folder`` is where those are kept that have to be fetched.
    Raises :class:`SetupError` for a shop without products, :class:`QueryError` for a filter or a file of no use.
    """
    notes: list[str] = []
    with parts(shop) as opened:
        index = opened.index
        if opened.held_elsewhere:
            notes.append("another process serves this shop: everything was asked of its index, through a socket")
        filters = selective.given(index, where) if where else selective.chosen(index)
        if not where and len(filters) < len(selective.SHARES):
            wanted = {one.wanted for one in filters}
            lacking = ", ".join(f"{share * 100:g} %" for share in selective.SHARES if share not in wanted)
            notes.append(f"no filter on a field of this shop passes about {lacking}; name some of your own (--where)")
        if queries is None:
            questions, left_out = from_shop(opened, count, folder, limits)
        else:
            questions, left_out = from_file(queries, count)
        return Plan(questions, filters, selective.facets(index), notes + left_out)


def tried(shop: Shop, questions: Sequence[Questions]) -> tuple[list[Questions], dict[Kind, Vectors], list[str]]:
    """The questions that can be answered, their vectors by channel, and notes on the others.

    :class:`QueryError` when there is none that can.
    """
    kept: list[Questions] = []
    vectors: dict[Kind, Vectors] = {}
    failed: list[str] = []
    for asked in questions:
        good = []
        rows: dict[str, list[Rows]] = {}
        for query in asked.queries:
            try:
                found = shop.rehearse(query).found
            except QueryError as wrong:
                failed.append(str(wrong))
                continue
            good.append(query)
            for channel in found.asking.channels if found is not None else ():
                if not isinstance(channel.vector, Sparse):
                    rows.setdefault(channel.name, []).append(channel.vector)
        if good:
            kept.append(Questions(kind=asked.kind, source=asked.source, queries=tuple(good)))
            vectors[asked.kind] = {name: np.stack(own) for name, own in rows.items()}
    if not kept:
        raise QueryError(f"none of the questions can be asked; the first: {failed[0]}" if failed else "no question")
    notes = [f"{len(failed):,} questions cannot be asked and were left out; the first: {failed[0]}"] if failed else []
    return kept, vectors, notes
