"""A gate: floors that quality must keep, and ceilings that latency must not pass, for a build that fails otherwise.

::

    system = "shop"                    # which one must keep them; the last of the report unless said

    [floor]                            # a measure, "coverage" or "judged" is at least this
    "nDCG@10" = 0.75

    [ceiling]                          # zero_results and failed (shares), p50_ms, p95_ms, p99_ms are at most this
    p95_ms = 80

    [segment.language.Chinese.floor]   # the same for a group of questions
    "nDCG@10" = 0.6

    [versus.bm25]                      # the difference to another system is at least this
    "nDCG@10" = -0.01
    significant = true                 # … or is no more than chance (paired randomisation, p >= 0.05)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from wares.errors import SetupError
from wares.evaluation.comparing import TIE, differences
from wares.evaluation.measures import Measure, parse
from wares.evaluation.records import EvaluationReport, SystemReport
from wares.evaluation.statistics import randomisation

#: A loss with a smaller p is significant.
ALPHA = 0.05
#: Questions that a finding names.
WORST = 5


class Bound(NamedTuple):
    """One line of a gate. ``name`` is a measure or a row of :data:`FLOORS` or :data:`CEILINGS`; ``segment`` a kind
    and a value; ``rival`` the system that is compared with, of which a loss counts only if it is ``significant``."""

    name: str
    limit: float
    ceiling: bool = False
    segment: tuple[str, str] | None = None
    rival: str = ""
    significant: bool = False


class Gate(NamedTuple):
    """What a gate file says. ``source`` names the file."""

    source: str
    system: str
    bounds: tuple[Bound, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that a report must have for this gate."""
        other = {*FLOORS, *CEILINGS}
        return tuple(parse(name) for name in dict.fromkeys(b.name for b in self.bounds if b.name not in other))

    @property
    def rivals(self) -> tuple[str, ...]:
        """The systems that a report must have for this gate."""
        return tuple(dict.fromkeys(bound.rival for bound in self.bounds if bound.rival))


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one bound: ``what`` was measured, its ``value`` (None: there is none, which fails) and ``limit``;
    ``worst`` are the questions that did most harm, by id, with their value, difference or milliseconds."""

    what: str
    value: float | None
    limit: float
    ceiling: bool
    ok: bool
    detail: str = ""
    worst: Mapping[str, float] = {}


# -- reading ----------------------------------------------------------------------------------------------------


def read(tables: Mapping[str, Any], source: str) -> Gate:
    """The gate that the tables of a TOML file say. :class:`SetupError` names what is wrong with them."""
    known = ("system", "floor", "ceiling", "segment", "versus")
    _only(tables, known, source, "a gate")
    system = tables.get("system", "")
    if not isinstance(system, str):
        raise SetupError(f'{source}: system is the name of one, as in system = "shop"')
    bounds = tuple(_bounds(tables, source))
    if not bounds:
        raise SetupError(f'{source} bounds nothing; write for example a table [floor] with "nDCG@10" = 0.75')
    return Gate(source, system, bounds)


def _bounds(tables: Mapping[str, Any], source: str) -> Iterator[Bound]:
    for name, limit in _numbers(tables.get("floor", {}), f"{source}: [floor]"):
        yield Bound(_measure(name, FLOORS, f"{source}: [floor]"), limit)
    for name, limit in _numbers(tables.get("ceiling", {}), f"{source}: [ceiling]"):
        _only([name], CEILINGS, f"{source}: [ceiling]", "it")
        yield Bound(name, limit, ceiling=True)
    for kind, values in _table(tables.get("segment", {}), f"{source}: [segment]").items():
        for value, inner in _table(values, f"{source}: [segment.{kind}]").items():
            place = f"{source}: [segment.{kind}.{value}]"
            _only(_table(inner, place), ("floor",), place, "it")
            for name, limit in _numbers(inner.get("floor", {}), place):
                yield Bound(_measure(name, (), place), limit, segment=(kind, value))
    for rival, inner in _table(tables.get("versus", {}), f"{source}: [versus]").items():
        place = f"{source}: [versus.{rival}]"
        significant = _table(inner, place).get("significant", False)
        if not isinstance(significant, bool):
            raise SetupError(f"{place}: significant is true or false, not {significant!r}")
        for name, limit in _numbers({n: v for n, v in inner.items() if n != "significant"}, place):
            yield Bound(_measure(name, (), place), limit, rival=rival, significant=significant)


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SetupError(f"{place} is a table, not {value!r:.40}")
    return value


def _numbers(value: Any, place: str) -> Iterator[tuple[str, float]]:
    for name, limit in _table(value, place).items():
        if isinstance(limit, bool) or not isinstance(limit, int | float) or limit != limit:
            raise SetupError(f"{place}: {name} is a number, not {limit!r:.40}")
        yield name, float(limit)


def _measure(name: str, others: Iterable[str], place: str) -> str:
    """The name of a measure as reports write it, or one of the others."""
    if name in others:
        return name
    try:
        return str(parse(name))
    except SetupError as wrong:
        raise SetupError(f"{place}: {wrong}") from wrong


def _only(names: Iterable[str], known: Iterable[str], place: str, whole: str) -> None:
    for name in names:
        if name not in known:
            raise SetupError(f"{place}: unknown {name!r}; {whole} has {', '.join(known)}")


# -- checking ---------------------------------------------------------------------------------------------------

_Look = Callable[[SystemReport, int], float | None]

#: What a floor may hold up beside measures.
FLOORS: Mapping[str, _Look] = {
    "coverage": lambda system, n: system.coverage,
    "judged": lambda system, n: system.judged,
}

#: What a ceiling may hold down.
CEILINGS: Mapping[str, _Look] = {
    "zero_results": lambda system, n: len(system.zero_results) / n,
    "failed": lambda system, n: len(system.failed) / n,
    "p50_ms": lambda system, n: system.latency.p50 if system.latency else None,
    "p95_ms": lambda system, n: system.latency.p95 if system.latency else None,
    "p99_ms": lambda system, n: system.latency.p99 if system.latency else None,
}


def check(gate: Gate, report: EvaluationReport) -> list[Finding]:
    """What came of every bound, in the gate's order. :class:`SetupError` when the report lacks a system or a measure
    that the gate names."""
    system = _named(gate.system, report, gate) if gate.system else report.systems[-1]
    if system.name in gate.rivals:
        raise SetupError(f"{gate.source}: [versus.{system.name}] compares {system.name} with itself; see system = …")
    return [_found(bound, system, report, gate) for bound in gate.bounds]


def _found(bound: Bound, system: SystemReport, report: EvaluationReport, gate: Gate) -> Finding:
    if bound.rival:
        return _against(bound, system, _named(bound.rival, report, gate), gate)
    look = CEILINGS.get(bound.name) if bound.ceiling else FLOORS.get(bound.name)
    if look is not None:
        value = look(system, len(report.questions))
        blamed = _blamed(bound.name, system)
        detail = "" if value is not None else "it was not measured"
        return _finding(bound, bound.name, value, blamed, detail)
    values = _values(bound.name, system, gate)
    what, ids = bound.name, list(values)
    if bound.segment:
        kind, group = bound.segment
        what, ids = f"{bound.name} of {kind} {group}", list(report.segments.get(kind, {}).get(group, ()))
    if not ids:
        known = ", ".join(report.segments.get(bound.segment[0], report.segments)) if bound.segment else ""
        return _finding(bound, what, None, {}, f"no question is in this group; there are: {known}")
    worst = {id: values[id] for id in sorted(ids, key=values.__getitem__)[:WORST]}
    return _finding(bound, what, sum(values[id] for id in ids) / len(ids), worst)


def _against(bound: Bound, system: SystemReport, rival: SystemReport, gate: Gate) -> Finding:
    each = differences(_values(bound.name, rival, gate), _values(bound.name, system, gate))
    mean, p = sum(each.values()) / len(each), randomisation(list(each.values()))
    worst = {id: each[id] for id in sorted(each, key=each.__getitem__)[:WORST] if each[id] < 0}
    finding = _finding(bound, f"{bound.name} over {rival.name}", mean, worst, f"p {p:.2g}")
    excused = bound.significant and p >= ALPHA
    return msgspec.structs.replace(finding, ok=finding.ok or excused)


def _finding(bound: Bound, what: str, value: float | None, worst: Mapping[str, float], detail: str = "") -> Finding:
    above = None if value is None else value - bound.limit
    ok = above is not None and (above <= TIE if bound.ceiling else above >= -TIE)
    return Finding(
        what=what,
        value=value,
        limit=bound.limit,
        ceiling=bound.ceiling,
        ok=ok,
        detail=detail,
        worst=worst,
    )


def _blamed(name: str, system: SystemReport) -> dict[str, float]:
    if name in ("zero_results", "failed"):
        return dict.fromkeys(list(getattr(system, name))[:WORST], 0.0)
    slowest = system.latency.slowest if system.latency and name.endswith("_ms") else {}
    return dict(list(slowest.items())[:WORST])


def _values(measure: str, system: SystemReport, gate: Gate) -> Mapping[str, float]:
    if measure not in system.per_query:
        raise SetupError(
            f"{gate.source} bounds {measure}, which was not measured; measured: {', '.join(system.per_query)}"
        )
    return system.per_query[measure]


def _named(name: str, report: EvaluationReport, gate: Gate) -> SystemReport:
    for system in report.systems:
        if system.name == name:
            return system
    known = ", ".join(system.name for system in report.systems)
    raise SetupError(f"{gate.source} names the system {name!r}, which was not evaluated; evaluated: {known}")
