"""Runs: every system is asked every question in turns, and its answers go through a file unharmed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import CatalogueError, MediaError, SetupError, StoreError
from wares.evaluation.records import Answer, Asked, QuerySet, Run
from wares.evaluation.runs import ask, ask_all, read_run, write_run
from wares.records import Hit, Part, Product, Query, Results
from wares.reports import Progress

Make = Callable[..., Any]

# -- asking -----------------------------------------------------------------------------------------------------


def test_an_answer_has_what_was_found_and_how_long_it_took(asking: Make, answering: Make) -> None:
    run = ask(asking("red", "blue"), answering({"red": ["a", "b", "c"], "blue": []}), name="x", about="an x", depth=2)
    assert (run.name, run.about, list(run.answers)) == ("x", "an x", ["red", "blue"])
    assert run.answers["red"] == Answer(
        ids=("a", "b"), scores=(1.0, 0.5), total=2, took_ms=2.0, timings_ms={"index": 1.5}
    )
    assert run.answers["blue"].ids == ()
    assert run.answers["blue"].error == ""


def test_the_page_of_a_question_does_not_count(answering: Make, asking: Make) -> None:
    import msgspec

    asked = asking("red").queries[0]
    paged = msgspec.structs.replace(asked, query=msgspec.structs.replace(asked.query, limit=1, offset=5))
    run = ask(QuerySet(name="q", queries=(paged,)), answering({"red": ["a", "b"]}), name="x")
    assert run.answers["red"].ids == ("a", "b")


def test_what_is_shown_as_one_product_counts_as_those_it_is(asking: Make) -> None:
    """Judgments name products; a system must not lose for showing two of them as one."""

    def hit(id: str, score: float, *folded: str) -> Hit:
        return Hit(id=id, title=id, score=score, product=Product(id=id, title=id), folded=folded)

    def folding(query: Query) -> Results:
        hits = (hit("a", 0.9, "b", "c"), hit("d", 0.5), hit("b", 0.4))
        return Results(query_id="", total=2, hits=hits)

    run = ask(asking("red"), folding, name="x")
    assert run.answers["red"].ids == ("a", "b", "c", "d")
    assert run.answers["red"].scores == (0.9, 0.9, 0.9, 0.5)
    assert ask(asking("red"), folding, name="x", depth=2).answers["red"].ids == ("a", "b")


def test_a_question_that_fails_is_an_answer_that_says_why(asking: Make, answering: Make) -> None:
    run = ask(asking("red", "mauve"), answering({"red": ["a"]}), name="x")
    assert run.answers["mauve"] == Answer(error="QueryError: nobody knows 'mauve'")
    assert run.answers["red"].ids == ("a",)


@pytest.mark.parametrize("error", [MediaError("no picture", source="crop.png"), StoreError("the disk is gone")])
def test_errors_of_data_and_store_are_kept(asking: Make, error: Exception) -> None:
    def broken(query: Query) -> Results:
        raise error

    assert str(error) in ask(asking("red"), broken, name="x").answers["red"].error


def test_an_error_of_the_installation_ends_the_asking(asking: Make) -> None:
    def broken(query: Query) -> Results:
        raise SetupError("the model is not there")

    with pytest.raises(SetupError, match="the model is not there"):
        ask(asking("red", "blue"), broken, name="x")


def test_a_mistake_in_a_system_is_not_hidden(asking: Make) -> None:
    def broken(query: Query) -> Results:
        raise KeyError("oops")

    with pytest.raises(KeyError):
        ask(asking("red"), broken, name="x")


def test_systems_take_turns_and_each_begins_as_often(asking: Make, answering: Make) -> None:
    calls: list[tuple[str, str]] = []

    def noted(name: str) -> Callable[[Query], Results]:
        inner = answering({word: [name] for word in "abcdef"})

        def answer(query: Query) -> Results:
            calls.append((str(query.parts[0].value), name))
            found: Results = inner(query)
            return found

        return answer

    told: list[Progress] = []
    runs = ask_all(asking(*"abcdef"), {name: noted(name) for name in "xyz"}, on_progress=told.append)
    assert [run.name for run in runs] == ["x", "y", "z"]
    assert [run.answers["d"].ids for run in runs] == [("x",), ("y",), ("z",)]
    warming, rest = calls[:3], calls[3:]
    assert {word for word, _ in warming} == {"a"}
    assert [word for word, _ in rest] == [word for word in "abcdef" for _ in range(3)]
    firsts = [name for _, name in rest[::3]]
    assert sorted(firsts) == ["x", "x", "y", "y", "z", "z"]
    assert [(now.done, now.total) for now in told] == [(n, 6) for n in range(1, 7)]


def test_models_of_every_kind_of_question_are_loaded_before_the_clock_runs(asking: Make) -> None:
    calls: list[str] = []

    def answer(query: Query) -> Results:
        calls.append(str(query.parts[0].value))
        return Results(query_id="", total=0, hits=())

    pictures = tuple(Asked(id=id, query=Query(parts=(Part("image", id),))) for id in ("a.png", "b.png"))
    queries = QuerySet(name="q", queries=(*asking("red", "blue").queries, *pictures))
    ask(queries, answer, name="x")
    assert set(calls[:2]) == {"red", "a.png"}
    assert calls[2:] == ["red", "blue", "a.png", "b.png"]


def test_a_run_among_systems_keeps_its_answers(asking: Make, answering: Make) -> None:
    kept = Run(name="old.run", about="old", answers={"red": Answer(ids=("z",), scores=(1.0,))})
    runs = ask_all(asking("red"), {"yesterday": kept, "today": answering({"red": ["a"]})})
    assert [(run.name, run.answers["red"].ids) for run in runs] == [("yesterday", ("z",)), ("today", ("a",))]


def test_a_system_that_does_not_time_itself_is_timed(asking: Make) -> None:
    def slow(query: Query) -> Results:
        time.sleep(0.005)
        return Results(query_id="", total=0, hits=())

    took = ask(asking("red"), slow, name="x").answers["red"].took_ms
    assert took is not None
    assert took >= 5


def test_depth_has_bounds(asking: Make, answering: Make) -> None:
    for depth in (0, 1001):
        with pytest.raises(SetupError, match=r"1 … 1000"):
            ask(asking("red"), answering({}), name="x", depth=depth)


# -- files ------------------------------------------------------------------------------------------------------

ids = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda id: not id.startswith("#") and id == id.strip()
)
scores = st.lists(st.floats(-5, 5, allow_nan=False), min_size=0, max_size=8)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    answers = {}
    for query in draw(st.lists(ids, max_size=5, unique=True)):
        values = draw(scores)
        products = draw(st.lists(ids, min_size=len(values), max_size=len(values), unique=True))
        if draw(st.booleans()):
            values.sort(reverse=True)
        answers[query] = Answer(ids=tuple(products), scores=tuple(values))
    return Run(name=draw(ids), about="", answers=answers)


@given(run=runs())
def test_a_run_is_read_as_it_was_written(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("runs") / "a.run"
    write_run(run, path)
    found = read_run(path)
    assert found.problems == ()
    assert {q: a.ids for q, a in found.answers.items()} == {q: a.ids for q, a in run.answers.items() if a.ids}
    for query, answer in found.answers.items():
        given_scores = run.answers[query].scores
        if list(given_scores) == sorted(given_scores, reverse=True):
            assert answer.scores == given_scores


def test_tools_of_the_field_read_a_written_run(tmp_path: Path, asking: Make, answering: Make) -> None:
    run = ask(asking("red", "blue"), answering({"red": ["a", "b"], "blue": ["c"]}), name="the shop")
    write_run(run, tmp_path / "a.run")
    found = [(line.query_id, line.doc_id) for line in ir_measures.read_trec_run(str(tmp_path / "a.run"))]
    assert found == [("red", "a"), ("red", "b"), ("blue", "c")]


def test_ids_with_spaces_come_back(tmp_path: Path) -> None:
    run = Run(name="x", about="", answers={"q 1": Answer(ids=("SKU 7 / blue",), scores=(0.5,))})
    write_run(run, tmp_path / "a.run")
    assert read_run(tmp_path / "a.run").answers["q 1"].ids == ("SKU 7 / blue",)


def test_a_foreign_run_is_ordered_by_score_then_rank(tmp_path: Path) -> None:
    path = tmp_path / "other.run"
    path.write_text("q1 Q0 c 3 1.0 z\nq1 Q0 a 2 2.5 z\nq1 Q0 b 1 1.0 z\nq2 Q0 d 1 -7 z\n", encoding="utf-8")
    run = read_run(path)
    assert run.answers["q1"].ids == ("a", "b", "c")
    assert run.answers["q1"].scores == (2.5, 1.0, 1.0)
    assert run.answers["q2"].ids == ("d",)
    assert run.name == str(path)
    assert "other.run" in run.about
    assert "z" in run.about


def test_bad_lines_are_named_and_the_good_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    path.write_text(
        "q1 Q0 a 1 2.0 x\n\nq1 Q0 b\nq1 Q0 c two 1.0 x\nq1 Q0 d 4 inf x\nq1 Q0 a 5 0.5 x\n", encoding="utf-8"
    )
    run = read_run(path)
    assert run.answers["q1"].ids == ("a",)
    numbers = [problem.partition(f"{path}:")[2].partition(":")[0] for problem in run.problems]
    assert numbers == ["3", "4", "5", "6"]
    assert "twice" in run.problems[-1]


def test_an_empty_file_is_a_run_without_an_answer(tmp_path: Path) -> None:
    (tmp_path / "a.run").write_text("\n", encoding="utf-8")
    assert read_run(tmp_path / "a.run").answers == {}


@pytest.mark.parametrize("text", ["id,title\n1,Red cup\n", "q1 0 p1 3\nq1 0 p2 0\n"])
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.run").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"a\.run"):
        read_run(tmp_path / "a.run")


def test_there_has_to_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such file"):
        read_run(tmp_path / "nowhere.run")


def test_what_cannot_be_written_is_refused_before_the_old_file_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.run"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(CatalogueError, match="cannot stand"):
        write_run(Run(name="x", about="", answers={"a\nb": Answer(ids=("p",), scores=(1.0,))}), path)
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(StoreError):
        write_run(Run(name="x", about="", answers={}), tmp_path / "no" / "such" / "a.run")
