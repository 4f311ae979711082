"""What came of a contest, as tables: every figure beside wares and beside the scan of the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from benchmarks.peers.contest import Outcome
from benchmarks.peers.entrants import ENTRANTS, INDEX, SCAN, WARES, Effort
from benchmarks.peers.environments import pinned
from benchmarks.peers.protocol import KINDS, Kind, recall
from benchmarks.report import Cell, Table

Outcomes = Mapping[str, Outcome]


class Timing(msgspec.Struct, frozen=True):
    """Milliseconds over questions, each the median of its rounds, and how many were answered."""

    p50: float
    p95: float
    p99: float
    answered: int


def timing(outcome: Outcome, kind: str) -> Timing | None:
    """None when there is no answer in some round."""
    rounds = [visit.answers[kind].ms for visit in outcome.visits if kind in visit.answers]
    answered = min((len(ms) for ms in rounds), default=0)
    if not answered:
        return None
    values = np.median([ms[:answered] for ms in rounds], axis=0)
    middle, late, last = (float(value) for value in np.percentile(values, (50, 95, 99)))
    return Timing(middle, late, last, answered)


def lack(outcome: Outcome, kind: Kind) -> str:
    """Why an entrant has no figure for a kind of question; "": it should have one."""
    return outcome.entry.lacks.get(kind.way, "") or outcome.trouble


# -- everything but searches ------------------------------------------------------------------------------------

_COSTS = ("ingest s", "of which indexes s", "peak MB", "disk MB", "open s", "memory MB")


def costs(outcomes: Outcomes, title: str) -> Table:
    """Ingest, memory and disk, then the same as multiples of what wares takes."""
    known = {name: _costs(outcome) for name, outcome in outcomes.items()}
    base = known.get(WARES, {})
    ratios = ("ingest s", "disk MB", "memory MB")
    rows: list[list[Cell]] = []
    for name, outcome in outcomes.items():
        own = known[name]
        note = outcome.trouble or (f"that of {outcome.entry.data_of}" if outcome.entry.data_of else "")
        cells: list[Cell] = [
            own.get(what, "in ingest" if outcome.ingested and what == _COSTS[1] else note or None) for what in _COSTS
        ]
        rows.append([name, *cells, *(_ratio(own.get(what), base.get(what)) for what in ratios)])
    return Table(title, ("entrant", *_COSTS, *(f"{what.rpartition(' ')[0]} × wares" for what in ratios)), rows)


def _costs(outcome: Outcome) -> dict[str, float]:
    found: dict[str, float] = {}
    if outcome.ingested is not None:
        found |= {"ingest s": outcome.ingested.seconds, "peak MB": outcome.peak, "disk MB": outcome.disk}
        if outcome.ingested.indexing is not None:
            found["of which indexes s"] = outcome.ingested.indexing
    if outcome.visits:
        found["open s"] = float(np.median([visit.opened for visit in outcome.visits]))
        found["memory MB"] = float(np.median([visit.memory for visit in outcome.visits]))
    return found


# -- searches ---------------------------------------------------------------------------------------------------


def searches(outcomes: Outcomes, kind: Kind, asked: int, right: Sequence[Sequence[str]] | None) -> Table:
    """One kind of question; ``right`` are the truly nearest, where there is such a thing."""
    times = {name: timing(outcome, kind.name) for name, outcome in outcomes.items()}
    bases = [times.get(name) for name in (WARES, INDEX, SCAN)]
    rows: list[list[Cell]] = []
    for name, outcome in outcomes.items():
        own = times[name]
        if own is None:
            rows.append([name, lack(outcome, kind) or "not asked", *[None] * 8])
            continue
        found = _recall(outcome, kind.name, right)
        width = _told(outcome.efforts.get(kind.name, {}))
        cut = f"stopped after {own.answered} of {asked} questions" if own.answered < asked else ""
        ratios = [_ratio(own.p50, base.p50 if base else None) for base in bases]
        how = "; ".join(filter(None, (width, cut, outcome.trouble)))
        rows.append([name, own.p50, own.p95, own.p99, *ratios, found, how or None])
    columns: Sequence[str] = (
        "entrant",
        "p50 ms",
        "p95",
        "p99",
        "× wares",
        "× wares index",
        "× scan",
        "recall@10",
        "searched with",
    )
    if right is None:
        rows = [[*row[:7], *row[8:]] for row in rows]
        columns = (*columns[:7], *columns[8:])
    return Table(kind.name, columns, [row[: len(columns)] for row in rows])


def _recall(outcome: Outcome, kind: str, right: Sequence[Sequence[str]] | None) -> float | None:
    ids = outcome.visits[-1].answers[kind].ids
    return round(recall(ids, right[: len(ids)]), 3) if right is not None else None


def _told(effort: Effort) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in effort.items())


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base else None


# -- who took part ----------------------------------------------------------------------------------------------


def entrants(names: Sequence[str]) -> Table:
    """Versions and settings."""
    rows: list[list[Cell]] = []
    for name in names:
        entry = ENTRANTS[name]
        rows.append([name, pinned(entry.requirements) if entry.requirements else "of this project", entry.about])
    return Table("Who took part", ("entrant", "version", "settings"), rows)


def glance(outcomes: Outcomes, kinds: Sequence[str]) -> Table:
    """Every median at once, as multiples of wares'."""
    base = {kind: timing(outcomes[WARES], kind) if WARES in outcomes else None for kind in kinds}
    rows: list[list[Cell]] = []
    for name, outcome in outcomes.items():
        cells: list[Cell] = []
        for kind in kinds:
            own, wares = timing(outcome, kind), base[kind]
            cells.append(own.p50 / wares.p50 if own and wares else lack(outcome, KINDS[kind]) or None)
        rows.append([name, *cells])
    return Table("Medians at a glance, as multiples of wares'", ("entrant", *kinds), rows)


def troubles(what: str, outcomes: Outcomes) -> list[str]:
    """What went wrong, a line for each entrant that was not measured to the end."""
    found = []
    for name, outcome in outcomes.items():
        if outcome.trouble:
            why = f": {outcome.reason}" if outcome.reason != outcome.trouble else ""
            found.append(f"{what}: {name}: {outcome.trouble}{why}")
    return found
