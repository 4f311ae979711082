"""A report says what the answers say, counts and names what it left out, and comes back from JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import CatalogueError, SetupError
from wares.evaluation.measures import parse, score
from wares.evaluation.records import Answer, EvaluationReport, Judgments, Remark, Run
from wares.evaluation.reporting import evaluate, percentile

Make = Callable[..., Any]
GAINS = {"red": {"a": 3, "b": 1}, "blue": {"c": 2, "a": 0}, "green": {"d": 1}}
TITLES = {id: id.upper() for id in "abcdefghij"}


@pytest.fixture
def report(asking: Make, answering: Make, judging: Make) -> Callable[..., EvaluationReport]:
    """A report on three questions; ``answers`` are what its systems answer."""

    def make(*answers: Any, **options: Any) -> EvaluationReport:
        systems = {f"s{n}": one if isinstance(one, Run) else answering(one) for n, one in enumerate(answers)}
        return evaluate(
            options.pop("queries", asking("red", "blue", "green")),
            judging(options.pop("gains", GAINS)),
            systems,
            **{"titles": TITLES, **options},
        )

    return make


def remark(report: EvaluationReport, text: str) -> Remark:
    [found] = [one for one in report.remarks if text in one.text]
    return found


GOOD = {"red": ["a", "b"], "blue": ["c", "x"], "green": ["d"]}
POOR = {"red": ["b", "e"], "blue": [], "green": ["e", "f", "d"]}

# -- figures ----------------------------------------------------------------------------------------------------


def test_figures_are_means_over_questions(report: Callable[..., EvaluationReport]) -> None:
    found = report(GOOD, POOR, measures=["nDCG@10", "P@1", parse("R@5"), "P@1"])
    assert found.measures == ("nDCG@10", "P@1", "R@5")
    for system, answers in zip(found.systems, (GOOD, POOR), strict=True):
        for figure in system.figures:
            values = [score([parse(figure.measure)], GAINS[q], ids)[figure.measure] for q, ids in answers.items()]
            assert figure.mean == pytest.approx(sum(values) / 3)
            assert list(system.per_query[figure.measure].values()) == pytest.approx(values)
            assert figure.low <= figure.mean <= figure.high
            assert figure.n == 3
        assert len(system.precision_at_recall) == 11
    assert found.questions == {"red": "red", "blue": "blue", "green": "green"}
    assert (found.set_name, found.truth, found.bias) == ("words", "as told", "none")


def test_what_is_no_mean_of_a_measure(report: Callable[..., EvaluationReport]) -> None:
    good, poor = report(GOOD, POOR).systems
    assert good.coverage == 0.4  # a, b, c, d of ten; x is not in the shop
    assert good.zero_results == ()
    assert poor.zero_results == ("blue",)
    assert good.judged == pytest.approx((1 + 0.5 + 1) / 3)
    assert poor.judged == pytest.approx((0.5 + 1 / 3) / 2)  # of those that found anything
    assert report(GOOD, titles=None).systems[0].coverage is None


def test_latency_is_that_of_answers_that_were_timed(report: Callable[..., EvaluationReport]) -> None:
    times = {"red": 30.0, "blue": 10.0, "green": 20.0}
    answers = {
        q: Answer(ids=("a",), scores=(1.0,), took_ms=ms, timings_ms={"index": ms / 2}) for q, ms in times.items()
    }
    answers["green"] = Answer(error="QueryError: no")
    latency = report(Run(name="r", about="", answers=answers)).systems[0].latency
    assert latency is not None
    assert (latency.p50, latency.p95, latency.p99) == (10.0, 30.0, 30.0)
    assert latency.values == (30.0, 10.0)
    assert latency.stages == {"index": 10.0}
    assert latency.slowest == {"red": 30.0, "blue": 10.0}
    untimed = Run(name="r", about="", answers={"red": Answer(ids=("a",), scores=(1.0,))})
    assert report(untimed).systems[0].latency is None


@given(values=st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_percentiles_are_values_that_so_many_do_not_exceed(values: list[int]) -> None:
    ordered = sorted(map(float, values))
    for share in (0.5, 0.95, 0.99):
        found = percentile(ordered, share)
        assert sum(value <= found for value in ordered) >= share * len(ordered)
        assert sum(value < found for value in ordered) < share * len(ordered)


def test_segments_have_the_figures_of_their_questions(report: Callable[..., EvaluationReport], asking: Make) -> None:
    queries = asking("red", "blue", "green", tags={"red": {"season": "warm"}, "blue": {"season": "cold"}})
    found = report(GOOD, POOR, queries=queries)
    assert found.segments["season"] == {"warm": ("red",), "cold": ("blue",)}
    poor = found.systems[1]
    means = {(s.kind, s.value): s.figures[0].mean for s in poor.segments}
    assert means["season", "cold"] == 0
    assert means["season", "warm"] == poor.per_query["nDCG@10"]["red"]
    assert means["language", "English"] == pytest.approx(poor.figures[0].mean)


def test_the_lowest_questions_are_shown_with_what_they_missed(report: Callable[..., EvaluationReport]) -> None:
    worst = report(POOR).systems[0].worst
    assert [one.query_id for one in worst] == ["blue", "red", "green"]
    assert [(m.id, m.title, m.gain) for m in worst[0].missed] == [("c", "C", 2)]
    assert report(GOOD).systems[0].worst == ()


def test_the_first_system_is_the_baseline(report: Callable[..., EvaluationReport]) -> None:
    found = report(POOR, GOOD, POOR)
    assert [(c.baseline, c.system) for c in found.comparisons] == [("s0", "s1"), ("s0", "s2")]
    assert found.comparisons[0].differences[0].mean > 0
    assert remark(found, "same products in the same order").text.startswith("s2 gives")
    assert report(GOOD).comparisons == ()


def test_a_report_comes_back_from_json(report: Callable[..., EvaluationReport]) -> None:
    found = report(GOOD, POOR, about={"date": "today"})
    assert msgspec.json.decode(msgspec.json.encode(found), type=EvaluationReport) == found


def test_conventions_say_what_decides_figures(report: Callable[..., EvaluationReport]) -> None:
    said = " ".join(report(GOOD).conventions)
    for word in ("Gains", "unjudged", "equal scores", "ideal list", "100 products", "Holm", "right answers"):
        assert word in said


# -- what is left out, counted and named ------------------------------------------------------------------------


def test_questions_without_judgments_or_relevant_products_are_left_out(
    report: Callable[..., EvaluationReport], asking: Make
) -> None:
    queries = asking("red", "mauve", "blue", "grey")
    found = report({**GOOD, "grey": ["a"]}, queries=queries, gains={**GAINS, "blue": {"c": 0, "a": -1}})
    assert list(found.questions) == ["red"]
    assert found.systems[0].figures[0].n == 1
    assert remark(found, "without a judgment").ids == ("mauve", "grey")
    assert remark(found, "without a relevant product").ids == ("blue",)
    assert remark(found, "the set does not have").ids == ("green",)
    failed = remark(found, "left out anyway")
    assert (failed.ids, failed.count) == (("mauve",), 1)


def test_many_ids_are_counted_and_the_first_are_named(report: Callable[..., EvaluationReport], asking: Make) -> None:
    extra = [f"extra{n}" for n in range(30)]
    found = remark(report({**GOOD, **dict.fromkeys(extra, ())}, queries=asking("red", *extra)), "without a judgment")
    assert found.count == 30
    assert found.ids == tuple(extra[:20])
    assert found.text.startswith("30 questions")


def test_nothing_left_is_an_error_with_the_counts(report: Callable[..., EvaluationReport]) -> None:
    with pytest.raises(CatalogueError, match=r"of 3 questions 1 have judgments.*of 2 questions"):
        report(GOOD, gains={"red": {"a": 0}, "Q7": {"a": 3}})


def test_judged_products_that_are_not_there_stay_and_are_named(report: Callable[..., EvaluationReport]) -> None:
    titles = {id: id for id in "abd"}
    found = report({"red": ["a", "b"], "blue": [], "green": ["d"]}, titles=titles)
    told = remark(found, "judgments that the shop does not have")
    assert told.ids == ("c",)
    assert "1 of them relevant" in told.text
    assert "0.667" in told.text  # the most there can be: nothing right for blue
    assert found.systems[0].figures[0].mean == pytest.approx(2 / 3)


def test_failures_count_nothing_and_are_named(report: Callable[..., EvaluationReport]) -> None:
    found = report({"red": ["a", "b"], "blue": ["c"]})
    system = found.systems[0]
    assert system.failed == {"green": "QueryError: nobody knows 'green'"}
    assert system.per_query["nDCG@10"]["green"] == 0
    assert system.zero_results == ()
    told = remark(found, "could not answer")
    assert told.ids == ("green",)
    assert "nobody knows 'green'" in told.text


def test_an_empty_run_counts_nothing_and_says_so(report: Callable[..., EvaluationReport]) -> None:
    found = report(GOOD, Run(name="old.run", about="", answers={}))
    assert found.systems[1].figures[0].mean == 0
    assert remark(found, "s1 answers no question at all").severity == "warning"


def test_a_run_of_other_questions_and_products_is_told(report: Callable[..., EvaluationReport]) -> None:
    answers = {"red": Answer(ids=("a", "zz"), scores=(2.0, 1.0)), "Q9": Answer(ids=("a",), scores=(1.0,))}
    found = report(GOOD, Run(name="old.run", about="", answers=answers, problems=("old.run:3: 4 fields",)))
    assert remark(found, "s1 does not answer").ids == ("blue", "green")
    assert remark(found, "answered by s1").ids == ("Q9",)
    assert remark(found, "found by s1").ids == ("zz",)
    assert remark(found, "problem with the answers of s1").ids == ("old.run:3: 4 fields",)


def test_problems_of_files_are_told(asking: Make, answering: Make) -> None:
    queries = msgspec.structs.replace(asking("red"), problems=("q.tsv:2: there is no id",))
    judgments = Judgments(name="j", gains=GAINS, problems=("q.qrels:1: no gain", "q.qrels:9: no gain"))
    found = evaluate(queries, judgments, {"s": answering(GOOD)})
    assert remark(found, "with the questions").ids == ("q.tsv:2: there is no id",)
    assert remark(found, "with the judgments").count == 2


def test_what_is_mostly_unjudged_is_a_warning(report: Callable[..., EvaluationReport]) -> None:
    assert remark(report(POOR), "is judged").severity == "warning"
    assert not [one for one in report({q: ids[:1] for q, ids in GOOD.items()}).remarks if "is judged" in one.text]


def test_where_the_truth_is_known_what_is_unjudged_is_wrong(
    report: Callable[..., EvaluationReport], asking: Make
) -> None:
    queries = asking("red", "blue", "green", tags={id: {"made": "typo"} for id in GAINS})
    assert not [one for one in report(POOR, queries=queries).remarks if "is judged" in one.text]


# -- wrong calls ------------------------------------------------------------------------------------------------


def test_a_measure_must_be_known_and_not_look_deeper_than_answers(report: Callable[..., EvaluationReport]) -> None:
    with pytest.raises(SetupError, match="nDGC"):
        report(GOOD, measures=["nDGC@10"])
    with pytest.raises(SetupError, match=r"R@100 looks at 100 products, and 20 are asked for"):
        report(GOOD, depth=20)
    with pytest.raises(SetupError, match="no measure"):
        report(GOOD, measures=[])
    with pytest.raises(SetupError, match="no system"):
        report()
