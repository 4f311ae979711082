"""The nouns of evaluation as plain, frozen values. A report of these is JSON by :mod:`msgspec`, and reads back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import msgspec

from wares.records import Query, Results

#: A system that is evaluated: any way to answer a question. It may raise :class:`~wares.errors.WaresError`.
System: TypeAlias = Callable[[Query], Results]

# -- what is asked, and what is right ---------------------------------------------------------------------------


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question of a set. ``tags`` put it into segments ({"made": "typo", "count": "120"})."""

    id: str
    query: Query
    tags: Mapping[str, str] = {}


class QuerySet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Questions with distinct ids, in order. ``truth`` says what makes a product right and ``bias`` what the set
    favours: both are told wherever a figure from it is. ``problems`` are lines that were left out, and why."""

    name: str
    queries: tuple[Asked, ...]
    truth: str = ""
    bias: str = ""
    problems: tuple[str, ...] = ()


class Judgments(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Gains by question and product: 0 is "judged and not relevant", higher is better, below 0 is as 0; what is
    absent is unjudged. ``problems`` are lines that were left out, and why."""

    name: str
    gains: Mapping[str, Mapping[str, int]]
    problems: tuple[str, ...] = ()


# -- what was answered ------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one system answered to one question: product ids, best first, and their scores. ``total`` is how many
    matched (None: not known); ``error`` says why there is no answer."""

    ids: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    total: int | None = None
    took_ms: float | None = None
    timings_ms: Mapping[str, float] = {}
    error: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one system, by question. ``about`` says what the system is, as the asker would repeat it;
    ``problems`` are lines of a file that were left out, and why."""

    name: str
    about: str
    answers: Mapping[str, Answer]
    problems: tuple[str, ...] = ()


# -- what came of it --------------------------------------------------------------------------------------------


class Figure(msgspec.Struct, frozen=True):
    """The mean of a measure over ``n`` questions, with its 95 % bootstrap interval."""

    measure: str
    mean: float
    low: float
    high: float
    n: int


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of answers: percentiles over questions, the values themselves, mean milliseconds by stage, and the
    ten ``slowest`` questions."""

    p50: float
    p95: float
    p99: float
    values: tuple[float, ...]
    stages: Mapping[str, float] = {}
    slowest: Mapping[str, float] = {}


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A group of questions: ``kind`` "language", ``value`` "Chinese"."""

    kind: str
    value: str
    figures: tuple[Figure, ...]


class Shown(msgspec.Struct, frozen=True):
    """A hit as a report shows it; ``gain`` None: not judged."""

    id: str
    title: str
    score: float
    gain: int | None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A question, how it fared by the first measure, its first hits, and the relevant products not among these."""

    query_id: str
    question: str
    value: float
    hits: tuple[Shown, ...]
    missed: tuple[Shown, ...]


class SystemReport(msgspec.Struct, frozen=True, kw_only=True):
    """One system. ``per_query`` is measure → question → value; ``precision_at_recall`` the interpolated precision at
    recall 0, 0.1 … 1, a mean over questions; ``judged`` the mean share of judged products among the first ten that
    were found; ``coverage`` the share of the shop's products that are among the first ten of any question; ``worst``
    the questions that fared worst by the first measure."""

    name: str
    about: str
    figures: tuple[Figure, ...]
    per_query: Mapping[str, Mapping[str, float]]
    precision_at_recall: tuple[float, ...]
    judged: float
    coverage: float | None
    zero_results: tuple[str, ...]
    failed: Mapping[str, str]
    latency: Latency | None
    segments: tuple[Segment, ...]
    worst: tuple[Answered, ...] = ()


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """A question that fared worse (or better) than with the baseline: both values and both lists."""

    query_id: str
    question: str
    baseline: float
    value: float
    baseline_hits: tuple[Shown, ...]
    hits: tuple[Shown, ...]
    missed: tuple[Shown, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A system against the baseline, by one measure: the mean of per-question differences with its 95 % bootstrap
    interval, and the p-value of a paired randomisation test (``p_holm``: adjusted for the number of
    systems that were compared)."""

    measure: str
    baseline: str
    system: str
    mean: float
    low: float
    high: float
    p: float
    p_holm: float
    wins: int
    losses: int
    ties: int
    n: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A system against the baseline: differences by measure, how alike the lists are (rank-biased overlap, mean over
    questions), and the questions that lost and won most by the first measure."""

    baseline: str
    system: str
    differences: tuple[Difference, ...]
    overlap: float
    worst: tuple[SideBySide, ...]
    best: tuple[SideBySide, ...]


Severity: TypeAlias = Literal["note", "warning"]


class Remark(msgspec.Struct, frozen=True):
    """Something the reader must know: how many, which (the first of them), and what was done about it."""

    severity: Severity
    text: str
    ids: tuple[str, ...] = ()
    count: int = 0


class EvaluationReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that ``wares evaluate`` found. ``about`` is date, command, machine, shop, model, encoders; ``conventions``
    state gains, k, unjudged products, ties and how questions without an answer count; ``systems`` begin with the
    baseline; ``questions`` maps the ids that were evaluated to what was asked, and ``segments`` kind and value to the
    ids of a group."""

    about: Mapping[str, str]
    conventions: tuple[str, ...]
    set_name: str
    truth: str
    bias: str
    questions: Mapping[str, str]
    measures: tuple[str, ...]
    systems: tuple[SystemReport, ...]
    comparisons: tuple[Comparison, ...]
    remarks: tuple[Remark, ...]
    segments: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
