"""How good heads are: values against loops, and against the measures that evaluations use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders import unfitted
from wares.encoders.familiarity import everything
from wares.encoders.fitted import ground
from wares.encoders.heads import Head, Heads
from wares.evaluation.measures import parse, score
from wares.fit.captions import Captioner
from wares.fit.judging import (
    Asked,
    Exam,
    Marks,
    by_chance,
    exam,
    looks,
    marks,
    ndcg,
    of_fit,
    of_heads,
    reciprocal_ranks,
)
from wares.fit.material import Texts
from wares.fit.network import Shape, begin
from wares.fit.parting import Pictured, groups
from wares.records import Product
from wares.settings import Environment

NDCG, RR = parse("nDCG@10"), parse("RR")


def drawn(seed: int, questions: int, products: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are all different, and at least one right product a question."""
    chance = np.random.default_rng(seed)
    scores = np.stack([chance.permutation(products) for _ in range(questions)]).astype(np.float32)
    right = chance.random((questions, products)) < chance.choice([0.05, 0.3, 0.9])
    right[np.arange(questions), chance.integers(0, products, questions)] = True
    return scores / products, right


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), questions=st.integers(1, 4), products=st.integers(1, 30))
def test_values_are_those_of_the_measures_of_evaluations(seed: int, questions: int, products: int) -> None:
    scores, right = drawn(seed, questions, products)
    ranks, gains = reciprocal_ranks(scores, right), ndcg(scores, right)
    for row in range(questions):
        judged = {str(product): int(right[row, product]) for product in range(products)}
        listed = [str(product) for product in np.argsort(-scores[row])]
        wanted = score([NDCG, RR], judged, listed)
        assert ranks[row] == pytest.approx(wanted["RR"])
        assert gains[row] == pytest.approx(wanted["nDCG@10"])


@pytest.mark.parametrize(("products", "number"), [(1, 1), (5, 1), (12, 3), (30, 12), (6, 6)])
def test_what_chance_gives_is_the_mean_over_many_orders(products: int, number: int) -> None:
    right = np.zeros((4_000, products), bool)
    right[:, :number] = True
    scores = np.random.default_rng(1).random(right.shape, np.float32)
    texts = Texts(np.zeros((0, 0), np.float32), np.zeros(0, np.int64), np.zeros(1, np.int64))
    asked = Asked(texts, right[:1])
    found = by_chance(
        Exam(
            np.zeros((0, 0), np.float32), np.zeros(0, np.int64), asked, asked, products, np.zeros(products, np.int64)
        )
    )
    assert found.titles[0] == pytest.approx(reciprocal_ranks(scores, right).mean(), abs=0.02)
    assert found.labels[0] == pytest.approx(ndcg(scores, right).mean(), abs=0.02)


def test_of_equal_scores_the_worse_place_counts() -> None:
    """Heads that give every picture the same vector are not rewarded for it."""
    right = np.eye(5, dtype=bool)
    assert reciprocal_ranks(np.full((5, 5), 0.5, np.float32), right).tolist() == [0.2] * 5
    # A right one beside the best does not push it back.
    assert reciprocal_ranks(np.array([[0.5, 0.5, 0.1]], np.float32), np.array([[True, True, False]])).tolist() == [1]


def test_no_questions_have_no_values() -> None:
    nothing, right = np.zeros((0, 4), np.float32), np.zeros((0, 4), bool)
    assert reciprocal_ranks(nothing, right).shape == ndcg(nothing, right).shape == (0,)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), asked=st.integers(0, 5), pictures=st.integers(0, 9))
def test_looks_are_those_of_a_loop(seed: int, asked: int, pictures: int) -> None:
    chance = np.random.default_rng(seed)
    questions, answers = chance.normal(size=(asked, 3)), chance.normal(size=(pictures, 3))
    owners, right = chance.integers(0, 3, pictures), chance.integers(0, 3, asked)
    values = looks(questions.astype(np.float32), answers.astype(np.float32), owners, right)
    if not pictures:
        assert values.shape == (0,)
        return
    wanted = [owners[np.argmax(answers @ question)] == own for question, own in zip(questions, right, strict=True)]
    assert values.tolist() == list(map(float, wanted))


def test_the_mean_counts_both_kinds_the_same_however_many_there_are() -> None:
    assert Marks(np.ones(1), np.zeros(9)).mean == 0.5
    assert Marks(np.full(3, 0.25), np.zeros(0)).mean == 0.25
    assert Marks(np.zeros(0), np.zeros(0)).mean == 0


# -- the exam -------------------------------------------------------------------------------------------------------

COLOURS, KINDS = ("Red", "Blue", "Green"), ("mug", "lamp", "shirt", "vase")


@pytest.fixture(scope="module")
def model():
    return unfitted("basic", Environment.read())


@pytest.fixture(scope="module")
def held(model) -> list[Pictured]:
    """Products of two pictures each; two of them have one title, one has none."""
    chance, dims = np.random.default_rng(0), ground(model).pictures.dims
    products = [
        Product(id=f"{c}-{k}-{n}", title=f"{c} {k} {n}", category=(f"{k}s",), attributes={"colour": c})
        for c in COLOURS
        for k in KINDS
        for n in range(2)
    ]
    products[1] = Product(id="twin", title=products[0].title, attributes={"colour": "Red"})
    products[2] = Product(id="untitled", title="", category=("lamps",), attributes={"colour": "Red"})
    return [
        Pictured(product, (f"{product.id} 1", f"{product.id} 2"), chance.random((2, dims), np.float32))
        for product in products
    ]


@pytest.fixture(scope="module")
def examined(model, held: list[Pictured]) -> Exam:
    return exam(held, groups(held), Captioner(one.product for one in held), ground(model).words, 20)


def test_products_of_one_group_are_right_for_each_others_titles(held: list[Pictured], examined: Exam) -> None:
    assert examined.products == len(held)
    assert examined.owners.tolist() == [n for n in range(len(held)) for _ in range(2)]
    assert len(examined.titles.right) == len(held) - 1, "a product without a title is not asked for by it"
    assert np.flatnonzero(examined.titles.right[0]).tolist() == [0, 1]
    assert np.flatnonzero(examined.titles.right[3]).tolist() == [4]


def test_labels_hold_for_some_and_for_no_more_than_half(examined: Exam) -> None:
    counts = examined.labels.right.sum(axis=1)
    assert len(counts) > 10
    assert counts.min() >= 1
    assert counts.max() <= examined.products / 2
    # "red" and "red mugs" are asked: a colour holds for a third, a colour and a kind for one or two.
    assert (counts > 5).any()
    assert (counts <= 2).any()


def test_marks_are_those_of_a_loop_over_products(examined: Exam) -> None:
    chance = np.random.default_rng(1)
    words, labels = (
        chance.normal(size=(len(examined.titles.right), 5)),
        chance.normal(size=(len(examined.labels.right), 5)),
    )
    pictures = chance.normal(size=(len(examined.pictures), 5))
    found = marks(examined, words, pictures, labels)
    for row, vector in enumerate(words):
        best = [max(vector @ pictures[2 * p], vector @ pictures[2 * p + 1]) for p in range(examined.products)]
        right = max(best[p] for p in np.flatnonzero(examined.titles.right[row]))
        place = 1 + sum(value >= right for p, value in enumerate(best) if not examined.titles.right[row, p])
        assert found.titles[row] == pytest.approx(1 / place)
    assert found.labels.shape == (len(labels),)


def test_perfect_vectors_have_full_marks(examined: Exam) -> None:
    """A picture is the numbers of what is asked of it; a question asks for its own."""
    asked = np.concatenate([examined.titles.right, examined.labels.right]).astype(np.float32)
    pictures = asked.T[examined.owners]
    titles = np.eye(len(asked), dtype=np.float32)[: len(examined.titles.right)]
    labels = np.eye(len(asked), dtype=np.float32)[len(examined.titles.right) :]
    found = marks(examined, titles, pictures, labels)
    np.testing.assert_allclose(np.concatenate(found), 1)


def test_heads_without_a_prior_are_judged_by_themselves(model, examined: Exam) -> None:
    words, pictures = head(ground(model).words.dense), head(ground(model).pictures.dims)
    heads = Heads(words=words, pictures=pictures, familiar=everything(4), towers=("a", "b"), prior=0.3)
    alone, with_them = of_heads(examined, words, pictures), of_fit(examined, heads, None)
    np.testing.assert_array_equal(alone.titles, with_them.titles)
    np.testing.assert_array_equal(alone.labels, with_them.labels)
    assert alone.titles.shape == (len(examined.titles.right),)


def head(width: int) -> Head:
    chance = np.random.default_rng(width)
    return begin(chance.normal(size=(20, width)).astype(np.float32), Shape(4, 6), chance)


def test_an_exam_of_many_products_is_about_some_of_them(
    model, held: list[Pictured], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.fit.judging.MOST_PRODUCTS", 7)
    monkeypatch.setattr("wares.fit.judging.MOST_LABELS", 3)
    first, again = (
        exam(held, groups(held), Captioner(one.product for one in held), ground(model).words, 20) for _ in range(2)
    )
    assert first.products == 7
    assert len(first.labels.right) <= 3
    np.testing.assert_array_equal(first.pictures, again.pictures)
