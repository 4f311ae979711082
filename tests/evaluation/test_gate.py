"""A gate holds when every bound is kept, fails when one is broken, and names what broke it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from wares.errors import SetupError
from wares.evaluation import gate
from wares.evaluation.gate import Finding
from wares.evaluation.records import Answer, EvaluationReport, Run
from wares.evaluation.reporting import evaluate

Make = Callable[..., Any]
GAINS = {f"q{n}": {f"p{n}": 1} for n in range(8)} | {"红鞋": {"z": 1}, "蓝鞋": {"z": 1}}
RIGHT = {query: list(gains) for query, gains in GAINS.items()}


@pytest.fixture
def report(asking: Make, answering: Make, judging: Make) -> EvaluationReport:
    """A good system, and one that answers one Chinese question wrongly, fails at q0 and finds nothing for q1."""
    answers = {**RIGHT, "红鞋": ["wrong"], "q1": []}
    del answers["q0"]
    titles = {id: id for gains in GAINS.values() for id in gains}
    systems = {"good": answering(RIGHT), "poor": answering(answers)}
    return evaluate(asking(*GAINS), judging(GAINS), systems, titles=titles)


def findings(text: str, report: EvaluationReport) -> list[Finding]:
    return gate.check(gate.read(tomllib.loads(text), "gate.toml"), report)


def test_a_floor_that_is_kept_holds(report: EvaluationReport) -> None:
    [found] = findings('[floor]\n"nDCG@10" = 0.7', report)
    assert found == Finding(
        what="nDCG@10", value=pytest.approx(0.7), limit=0.7, ceiling=False, ok=True, worst=found.worst
    )


def test_a_broken_floor_names_the_worst_questions(report: EvaluationReport) -> None:
    [found] = findings('[floor]\n"RR@10" = 0.75', report)
    assert not found.ok
    assert found.value == pytest.approx(0.7)
    assert set(list(found.worst)[:3]) == {"红鞋", "q0", "q1"}


def test_the_last_system_is_held_to_it_unless_another_is_named(report: EvaluationReport) -> None:
    assert findings('system = "good"\n[floor]\n"nDCG@10" = 1', report)[0].ok
    assert not findings('[floor]\n"nDCG@10" = 1', report)[0].ok


@pytest.mark.parametrize(
    ("bound", "value", "ok", "worst"),
    [
        ("zero_results = 0.1", 0.1, True, ("q1",)),
        ("zero_results = 0.05", 0.1, False, ("q1",)),
        ("failed = 0", 0.1, False, ("q0",)),
        ("p95_ms = 2.0", 2.0, True, None),
        ("p50_ms = 1.9", 2.0, False, None),
        ("p99_ms = 1", 2.0, False, None),
    ],
)
def test_ceilings(
    report: EvaluationReport, bound: str, value: float, ok: bool, worst: tuple[str, ...] | None
) -> None:
    [found] = findings(f"[ceiling]\n{bound}", report)
    assert (found.value, found.ok) == (value, ok)
    assert tuple(found.worst) == worst if worst is not None else len(found.worst) == 5


def test_floors_of_what_is_no_measure(report: EvaluationReport) -> None:
    coverage, judged = findings("[floor]\ncoverage = 0.8\njudged = 0.9", report)
    assert (coverage.value, coverage.ok) == (pytest.approx(7 / 9), False)
    assert (judged.value, judged.ok) == (pytest.approx(7 / 8), False)


def test_a_segment_has_floors_of_its_own(report: EvaluationReport) -> None:
    chinese, english = findings(
        '[segment.language.Chinese.floor]\n"P@1" = 0.6\n[segment.language.mixed.floor]\n"P@1" = 0.5', report
    )
    assert (chinese.what, chinese.value, chinese.ok) == ("P@1 of language Chinese", 0.5, False)
    assert next(iter(chinese.worst.items())) == ("红鞋", 0.0)
    assert (english.value, english.ok) == (None, False)  # nothing was measured: that does not hold
    assert "Chinese" in english.detail


def test_what_was_not_measured_does_not_hold(asking: Make, judging: Make) -> None:
    untimed = Run(name="r", about="", answers={"q1": Answer(ids=("p1",), scores=(1.0,))})
    [found] = findings("[ceiling]\np95_ms = 80", evaluate(asking("q1"), judging(GAINS), {"r": untimed}))
    assert (found.value, found.ok) == (None, False)


def test_a_loss_against_another_system_may_have_a_limit(report: EvaluationReport) -> None:
    [held] = findings('[versus.good]\n"nDCG@10" = -0.3', report)
    assert held.ok
    [lost] = findings('[versus.good]\n"nDCG@10" = -0.2', report)
    assert (lost.value, lost.ok) == (pytest.approx(-0.3), False)
    assert lost.worst == dict.fromkeys(["红鞋", "q0", "q1"], -1.0)
    assert "p 0.25" in lost.detail
    [excused] = findings('[versus.good]\n"nDCG@10" = -0.2\nsignificant = true', report)
    assert excused.ok  # three questions of ten: chance does that one time in four


def test_a_significant_loss_is_no_excuse(asking: Make, answering: Make, judging: Make) -> None:
    wrong = {query: ["wrong"] for query in GAINS}
    systems = {"good": answering(RIGHT), "bad": answering(wrong)}
    found = evaluate(asking(*GAINS), judging(GAINS), systems)
    assert not findings('[versus.good]\n"nDCG@10" = -0.01\nsignificant = true', found)[0].ok


def test_a_gate_says_what_it_needs() -> None:
    read = gate.read(
        tomllib.loads('[floor]\n"P@3" = 0.1\njudged = 0.2\n[ceiling]\np95_ms = 9\n[versus.bm25]\nAP = 0\n"P@3" = 0'),
        "gate.toml",
    )
    assert [str(measure) for measure in read.measures] == ["P@3", "AP"]
    assert read.rivals == ("bm25",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"bounds nothing"),
        ("[floors]\nAP = 1", r"unknown 'floors'; a gate has system, floor"),
        ('[floor]\n"nDGC@10" = 1', r"\[floor\].*nDGC"),
        ("[floor]\nAP = true", r"\[floor\]: AP is a number, not True"),
        ('[floor]\nAP = "high"', r"AP is a number"),
        ("[floor]\nAP = nan", r"AP is a number"),
        ("floor = 3", r"\[floor\] is a table"),
        ("[ceiling]\nspeed = 3", r"\[ceiling\]: unknown 'speed'; it has zero_results"),
        ("[segment.language]\nChinese = 1", r"\[segment.language.Chinese\] is a table"),
        ("[segment.language.Chinese]\nAP = 1", r"\[segment.language.Chinese\]: unknown 'AP'; it has floor"),
        ("[versus.bm25]\nAP = 0\nsignificant = 1", r"\[versus.bm25\]: significant is true or false"),
        ("[versus.bm25]\njudged = 1", r"\[versus.bm25\].*judged"),
        ("system = 3\n[floor]\nAP = 1", r"system is the name"),
    ],
)
def test_a_wrong_gate_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(SetupError, match=said) as refused:
        gate.read(tomllib.loads(text), "gate.toml")
    assert str(refused.value).startswith("gate.toml")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('system = "rrf"\n[floor]\nAP = 1', r"system 'rrf', which was not evaluated; evaluated: good, poor"),
        ("[versus.bm25]\nAP = 1", r"'bm25', which was not evaluated"),
        ("[versus.poor]\nAP = 1", r"compares poor with itself"),
        ('[floor]\n"P@7" = 1', r"P@7, which was not measured"),
    ],
)
def test_a_gate_must_fit_the_report(report: EvaluationReport, text: str, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        findings(text, report)
