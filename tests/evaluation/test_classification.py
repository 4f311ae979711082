"""Accuracy, precision, recall and F1, against their definitions."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import CatalogueError
from wares.evaluation.classification import Classification, Rates, score

LABELS = "abcd"
truths = st.dictionaries(st.integers(0, 30).map(str), st.sampled_from(LABELS), min_size=1)


@st.composite
def answered(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str | None]]:
    """Questions with a label, and answers to some: right, wrong, of a label that there is not, or none."""
    truth = draw(truths)
    answers = draw(st.dictionaries(st.sampled_from(sorted(truth)), st.sampled_from([*LABELS, "stray", None])))
    return truth, answers


def rates(right: int, said: int, are: int) -> Rates:
    precision, recall = right / said if said else 0.0, right / are if are else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Rates(pytest.approx(precision), pytest.approx(recall), pytest.approx(f1))


@given(answered())
def test_every_figure_is_as_defined(case: tuple[dict[str, str], dict[str, str | None]]) -> None:
    truth, answers = case
    found = score(truth, answers)
    pairs = [(truth[question], answers.get(question)) for question in truth]
    right = sum(label == answer for label, answer in pairs)
    given_ = [answer for _, answer in pairs if answer is not None]
    assert found.count == len(truth)
    assert found.abstained == len(truth) - len(given_)
    assert found.accuracy == pytest.approx(right / len(truth))
    assert found.micro == rates(right, len(given_), len(truth))
    assert [one.label for one in found.classes] == sorted({*truth.values(), *given_})
    for one in found.classes:
        are = [answer for label, answer in pairs if label == one.label]
        assert one.rates == rates(are.count(one.label), given_.count(one.label), len(are))
        assert (one.count, one.answered, one.abstained) == (len(are), given_.count(one.label), are.count(None))
    known = sorted(set(truth.values()))
    of = {one.label: one.rates for one in found.classes}
    for name in ("precision", "recall", "f1"):
        values = {label: getattr(of[label], name) for label in known}
        assert getattr(found.macro, name) == pytest.approx(sum(values.values()) / len(known))
        every = [values[label] for label, _ in pairs]
        assert getattr(found.weighted, name) == pytest.approx(sum(every) / len(every))


@given(answered())
def test_confusion_counts_every_answer_once(case: tuple[dict[str, str], dict[str, str | None]]) -> None:
    truth, answers = case
    found = score(truth, answers)
    for label, row in found.confusion.items():
        for answer, count in row.items():
            assert (
                count == sum(truth[question] == label and answers.get(question) == answer for question in truth) > 0
            )
    assert sum(sum(row.values()) for row in found.confusion.values()) + found.abstained == len(truth)


@given(truths)
def test_with_an_answer_to_everything_micro_averages_are_the_accuracy(truth: dict[str, str]) -> None:
    found = score(truth, dict.fromkeys(truth, "a"))
    assert found.micro == Rates(*[pytest.approx(found.accuracy)] * 3)
    assert found.weighted.recall == pytest.approx(found.accuracy)


def test_figures_worked_out_by_hand() -> None:
    truth = {"1": "cat", "2": "cat", "3": "dog", "4": "dog"}
    found = score(truth, {"1": "cat", "2": "dog", "3": "dog", "4": None})
    assert (found.accuracy, found.abstained) == (0.5, 1)
    assert found.micro == Rates(pytest.approx(2 / 3), 0.5, pytest.approx(4 / 7))
    assert found.macro == Rates(0.75, 0.5, pytest.approx((2 / 3 + 1 / 2) / 2))
    assert found.confusion == {"cat": {"cat": 1, "dog": 1}, "dog": {"dog": 1}}


def test_an_answer_that_is_no_true_label_is_wrong_and_in_no_average() -> None:
    found = score({"1": "cat", "2": "cat"}, {"1": "cat", "2": "fox"})
    assert found.macro == found.weighted == Rates(1.0, 0.5, pytest.approx(2 / 3))
    assert found.micro == Rates(0.5, 0.5, 0.5)
    assert [(one.label, one.count, one.answered) for one in found.classes] == [("cat", 2, 1), ("fox", 0, 1)]


def test_no_truth_and_answers_without_truth_are_refused() -> None:
    with pytest.raises(CatalogueError, match=r"^no question has a true label; there is nothing"):
        score({}, {})
    with pytest.raises(CatalogueError, match=r"^2 answered questions have no true label, the first is 'x'$"):
        score({"1": "cat"}, {"x": "cat", "1": "cat", "y": None})


def test_it_is_written_and_read_as_json() -> None:
    found = score({"1": "cat", "2": "dog"}, {"1": "dog"})
    assert msgspec.json.decode(msgspec.json.encode(found), type=Classification) == found
