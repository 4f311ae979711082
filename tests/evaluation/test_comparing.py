"""Comparisons are those of the per-question values, and show what was lost where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.evaluation.comparing import BEST, TOP, WORST, Ground, Scored, answered, compare, scored
from wares.evaluation.measures import DEFAULT, parse, score
from wares.evaluation.records import Answer, Run
from wares.evaluation.statistics import holm, overlap

Make = Callable[..., Any]
Lists = Mapping[str, Sequence[str]]

products = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)
labels = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-1, 3), max_size=6)
questions = st.dictionaries(st.sampled_from("pqrstu"), labels, min_size=1)


def ground(gains: Mapping[str, Mapping[str, int]], titles: Mapping[str, str] | None = None) -> Ground:
    return Ground({query: query.upper() for query in gains}, gains, DEFAULT, titles)


def run(name: str, lists: Lists) -> Run:
    answers = {
        q: Answer(ids=tuple(ids), scores=tuple(-float(n) for n in range(len(ids)))) for q, ids in lists.items()
    }
    return Run(name=name, about=name, answers=answers)


@given(gains=questions, data=st.data())
def test_differences_are_those_of_single_questions(gains: dict[str, dict[str, int]], data: st.DataObject) -> None:
    on = ground(gains)
    lists = [{query: data.draw(products) for query in gains} for _ in range(3)]
    systems = [scored(run(name, found), on) for name, found in zip("xyz", lists, strict=True)]
    comparisons = compare(systems[0], systems[1:], on)
    assert [(c.baseline, c.system) for c in comparisons] == [("x", "y"), ("x", "z")]
    for comparison, found in zip(comparisons, lists[1:], strict=True):
        for difference in comparison.differences:
            measure = parse(difference.measure)
            each = [
                score([measure], gains[q], found[q])[difference.measure]
                - score([measure], gains[q], lists[0][q])[difference.measure]
                for q in gains
            ]
            assert difference.n == len(gains)
            assert difference.mean == pytest.approx(sum(each) / len(each))
            assert difference.wins == sum(d > 1e-9 for d in each)
            assert difference.losses == sum(d < -1e-9 for d in each)
            assert difference.wins + difference.losses + difference.ties == len(each)
            assert difference.low - 1e-9 <= difference.mean <= difference.high + 1e-9
        alike = [overlap(lists[0][q][:TOP], found[q][:TOP]) for q in gains]
        assert comparison.overlap == pytest.approx(sum(alike) / len(alike))
    for same in zip(*(comparison.differences for comparison in comparisons), strict=True):
        assert [d.p_holm for d in same] == holm([d.p for d in same])


def wide(count: int) -> tuple[Ground, Scored, Scored]:
    """``count`` questions, each with one right product, that the other finds ever later; the last five it finds
    first, and the baseline second."""
    gains = {f"q{n:02}": {"right": 2} for n in range(count)}
    fill = [f"x{n}" for n in range(20)]
    first = {q: ["right", *fill] for q in gains}
    later = {q: [*fill[:n], "right", *fill[n:]] for n, q in enumerate(gains)}
    for query in list(gains)[-5:]:
        first[query], later[query] = ["x0", "right"], ["right", "x0"]
    on = ground(gains, {"right": "The right one"})
    return on, scored(run("before", first), on), scored(run("after", later), on)


def test_the_questions_that_lost_and_won_most_are_shown() -> None:
    on, before, after = wide(17)
    [comparison] = compare(before, [after], on)
    values = [one.value - one.baseline for one in comparison.worst]
    assert len(values) == WORST
    assert values == sorted(values)
    assert comparison.worst[-1].query_id == "q02"  # ten questions are as lost at most; q00 is a tie, q01 lost least
    assert [one.query_id for one in comparison.best] == [f"q{n}" for n in (16, 15, 14, 13, 12)]
    assert len(comparison.best) == BEST
    shown = comparison.worst[0]
    assert shown.question == shown.query_id.upper()
    assert (shown.baseline_hits[0].title, shown.baseline_hits[0].gain) == ("The right one", 2)
    assert (shown.hits[0].title, shown.hits[0].gain) == ("", None)


def test_a_system_that_answers_alike_has_no_worst_question() -> None:
    on, before, _ = wide(8)
    [comparison] = compare(before, [Scored(run("twin", {}), before.values)], on)
    assert comparison.worst == comparison.best == ()
    assert {d.p for d in comparison.differences} == {1.0}


def test_what_was_missed_is_named_with_the_score_it_had() -> None:
    gains = {"q": {"far": 1, "best": 3, "never": 2, "wrong": 0, "there": 1}}
    on = ground(gains)
    lists = {"q": ["there", *(f"x{n}" for n in range(9)), "far"]}
    missed = answered(scored(run("s", lists), on), "q", on).missed
    assert [(m.id, m.gain, m.score) for m in missed] == [("best", 3, 0.0), ("never", 2, 0.0), ("far", 1, -10.0)]


def test_a_question_without_an_answer_counts_nothing() -> None:
    on = ground({"q": {"a": 1}, "r": {"a": 1}})
    found = scored(Run(name="s", about="", answers={"q": Answer(error="QueryError: no")}), on)
    assert {value for values in found.values.values() for value in values.values()} == {0.0}
    assert list(found.values["nDCG@10"]) == ["q", "r"]


def test_answers_without_scores_are_shown_all_the_same() -> None:
    on = ground({"q": {"a": 1}})
    found = scored(Run(name="s", about="", answers={"q": Answer(ids=("b", "a"))}), on)
    assert [hit.id for hit in answered(found, "q", on).hits] == ["b", "a"]
