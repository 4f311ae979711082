"""The two heads while they are trained: slopes against finite differences, and steps that do not run away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.heads import Bag, Head
from wares.fit.network import Shape, Trainee, begin

SHAPE = Shape(hidden=6, dims=4, buckets=9)
CHANCE = np.random.default_rng(3)
FEATURES = CHANCE.normal(size=(8, 5)).astype(np.float32)
#: Text 2 has no terms, text 0 says one of them twice.
BAG = Bag(np.array([1, 1, 4, 0, 4, 8, 2]), np.array([0, 0, 0, 1, 3, 4, 7]), 8)


def trainee(shape: Shape = SHAPE, features: np.ndarray = FEATURES, **how: float) -> Trainee:
    head = begin(features, shape, np.random.default_rng(1))
    made = Trainee(head, decay=0.05, table_rate=3.0, **how)
    if shape.buckets:
        made.weights["table"][:] = np.random.default_rng(2).normal(size=made.weights["table"].shape) / 3
    return made


def loss_of(made: Trainee, wanted: np.ndarray, dropout: float = 0.0) -> float:
    """A loss that is linear in the vectors, so that its slope by them is ``wanted``; the same drawing each time."""
    trace = made.forward(made.scaled(FEATURES), BAG, dropout, np.random.default_rng(9))
    return float((trace.vectors.astype(np.float64) * wanted).sum())


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("name", ["hidden", "hidden_bias", "out", "skip", "bias", "table"])
def test_slopes_are_those_of_finite_differences(name: str, dropout: float) -> None:
    made = trainee()
    wanted = np.random.default_rng(4).normal(size=(8, 4)).astype(np.float32)
    made.backward(made.forward(made.scaled(FEATURES), BAG, dropout, np.random.default_rng(9)), wanted)
    weight, slope = made.weights[name], made.slopes[name]
    assert slope.shape == weight.shape
    for place in np.ndindex(weight.shape):
        kept, step = weight[place], np.float32(1e-2)
        weight[place] = kept + step
        up = loss_of(made, wanted, dropout)
        weight[place] = kept - step
        down = loss_of(made, wanted, dropout)
        weight[place] = kept
        # float32 forward passes, a step of a hundredth: a thousandth of the greatest slope is what can be had.
        assert slope[place] == pytest.approx((up - down) / (2 * float(step)), abs=5e-3, rel=1e-2), place


def test_terms_that_are_not_said_have_no_slope() -> None:
    made = trainee()
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), np.ones((8, 4), np.float32))
    said = made.slopes["table"].any(axis=1)
    assert set(np.flatnonzero(said)) == {0, 1, 2, 4, 8}


def test_texts_without_any_terms_leave_the_table_alone() -> None:
    made = trainee()
    silent = Bag(np.zeros(0, np.int64), np.zeros(0, np.int64), 8)
    made.backward(made.forward(made.scaled(FEATURES), silent, 0, CHANCE), np.ones((8, 4), np.float32))
    assert not made.slopes["table"].any()
    assert all(np.isfinite(slope).all() for slope in made.slopes.values())


def test_the_slope_by_a_vector_has_no_part_along_it() -> None:
    """Vectors have unit length, whatever the weights: making one longer costs and gains nothing."""
    made = trainee()
    trace = made.forward(made.scaled(FEATURES), BAG, 0, CHANCE)
    made.backward(trace, trace.vectors * 3)
    for name, slope in made.slopes.items():
        assert np.abs(slope).max() < 1e-5, name


def test_training_and_asking_go_forward_alike() -> None:
    made = trainee()
    vectors = made.forward(made.scaled(FEATURES), BAG, 0, CHANCE).vectors
    fixed = begin(FEATURES, SHAPE, np.random.default_rng(1))
    now = Head(mean=fixed.mean, scale=fixed.scale, **made.weights)
    np.testing.assert_allclose(vectors, now(FEATURES, BAG), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_row_that_gives_nothing_has_finite_slopes() -> None:
    """Features at their mean and no bias come out as zero, which has no direction."""
    made = trainee()
    made.weights["table"][:] = 0
    trace = made.forward(np.zeros((8, 5), np.float32), BAG, 0, CHANCE)
    assert not trace.vectors.any()
    made.backward(trace, np.ones((8, 4), np.float32))
    assert all(np.isfinite(slope).all() for slope in made.slopes.values())
    assert np.isfinite(made.step(1e-3))
    assert all(np.isfinite(weight).all() for weight in made.weights.values())


# -- one step -------------------------------------------------------------------------------------------------------


def test_a_step_tells_the_length_of_the_slopes_and_cuts_them_to_one() -> None:
    made = trainee()
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), 50 * np.ones((8, 4), np.float32))
    long = float(np.sqrt(sum((slope.astype(np.float64) ** 2).sum() for slope in made.slopes.values())))
    assert long > 1
    assert made.step(1e-3) == pytest.approx(long, rel=1e-5)
    cut = np.sqrt(sum((slope.astype(np.float64) ** 2).sum() for slope in made.slopes.values()))
    assert cut == pytest.approx(1, rel=1e-5)


def test_short_slopes_are_not_cut() -> None:
    made = trainee()
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), np.full((8, 4), 1e-3, np.float32))
    before = {name: slope.copy() for name, slope in made.slopes.items()}
    assert made.step(1e-3) < 1
    for name, slope in made.slopes.items():
        np.testing.assert_array_equal(slope, before[name])


def test_slopes_however_great_move_no_weight_far() -> None:
    made = trainee()
    before = {name: value.copy() for name, value in made.weights.items()}
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), np.full((8, 4), 1e6, np.float32))
    made.step(1e-3)
    for name, value in made.weights.items():
        # AdamW's first step is the rate for every weight that has a slope, and the table's is three times it.
        assert np.abs(value - before[name]).max() < 4e-3, name


def test_steps_against_the_slope_lower_a_loss() -> None:
    made, wanted = trainee(), np.random.default_rng(5).normal(size=(8, 4)).astype(np.float32)
    first = loss_of(made, wanted)
    for _ in range(60):
        made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), wanted)
        made.step(1e-2)
    best = -np.linalg.norm(wanted, axis=1).sum()
    assert loss_of(made, wanted) < first
    assert loss_of(made, wanted) < 0.7 * best


def test_the_first_step_is_that_of_a_loop_that_follows_the_paper() -> None:
    """AdamW, number by number: decay beside the step, and a first step as long as the rate."""
    made = trainee()
    before = {name: value.astype(np.float64) for name, value in made.weights.items()}
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), np.full((8, 4), 1e-2, np.float32))
    slopes = {name: slope.astype(np.float64) for name, slope in made.slopes.items()}
    made.step(1e-3)
    for name, slope in slopes.items():
        rate = 3e-3 if name == "table" else 1e-3
        decayed = before[name] * (1 - 1e-3 * 0.05 if name in ("hidden", "out", "skip", "table") else 1)
        correction = np.sqrt(1 - 0.98) / (1 - 0.9)
        wanted = decayed - rate * correction * (0.1 * slope) / (np.sqrt(0.02 * slope**2) + 1e-6)
        np.testing.assert_allclose(made.weights[name], wanted, atol=1e-6, err_msg=name)


# -- the running average --------------------------------------------------------------------------------------------


def test_without_averaging_the_head_is_as_it_was_left() -> None:
    made = trainee()
    step(made)
    for name, value in made.weights.items():
        np.testing.assert_allclose(getattr(made.head(), name), value, atol=1e-7, err_msg=name)


def test_the_average_is_that_of_a_loop() -> None:
    made = trainee(averaged=0.7)
    mean = made.head().hidden.astype(np.float64)
    for number in range(1, 40):
        step(made)
        kept = min(0.7, (1 + number) / (10 + number))
        mean = kept * mean + (1 - kept) * made.weights["hidden"]
    np.testing.assert_allclose(made.head().hidden, mean, atol=1e-5)
    assert np.abs(made.head().hidden - made.weights["hidden"]).max() > 1e-6


def test_a_head_that_was_taken_does_not_change_any_more() -> None:
    made = trainee(averaged=0.5)
    taken = made.head()
    before = taken.hidden.copy()
    step(made)
    np.testing.assert_array_equal(taken.hidden, before)


def step(made: Trainee) -> None:
    wanted = np.random.default_rng(5).normal(size=(8, 4)).astype(np.float32)
    made.backward(made.forward(made.scaled(FEATURES), BAG, 0, CHANCE), wanted)
    made.step(1e-2)


# -- the beginning --------------------------------------------------------------------------------------------------


def test_a_head_begins_at_mean_zero_and_deviation_one_with_an_empty_table() -> None:
    features = (FEATURES * 40 + 300).astype(np.float32)
    head = begin(features, SHAPE, np.random.default_rng(1))
    scaled = (features - head.mean) * head.scale
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-3)
    assert head.table.shape == (9, 4)
    assert not head.table.any()
    assert (head.reads, head.dims) == (5, 4)


def test_what_never_changes_is_ignored() -> None:
    features = FEATURES.copy()
    features[:, 2] = 7.0
    head = begin(features, SHAPE, np.random.default_rng(1))
    assert head.scale[2] == 0
    other = features.copy()
    other[:, 2] = -1_000  # a value that was never met
    np.testing.assert_array_equal(head(features), head(other))


def test_a_catalogue_of_one_picture_gives_finite_heads() -> None:
    features = np.full((8, 5), 0.3, np.float32)
    made = trainee(features=features)
    for _ in range(5):
        trace = made.forward(made.scaled(features), BAG, 0, CHANCE)
        made.backward(trace, np.random.default_rng(6).normal(size=(8, 4)).astype(np.float32))
        made.step(1e-2)
    assert all(np.isfinite(weight).all() for weight in made.weights.values())
    assert np.abs(made.head()(features)).max() <= 1


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    hidden=st.integers(1, 5),
    dims=st.integers(1, 5),
    buckets=st.sampled_from([0, 1, 6]),
    rows=st.integers(1, 5),
)
def test_heads_of_any_size_train_on_any_texts(seed: int, hidden: int, dims: int, buckets: int, rows: int) -> None:
    chance = np.random.default_rng(seed)
    features = chance.normal(size=(rows, 3)).astype(np.float32)
    made = trainee(Shape(hidden, dims, buckets), features)
    said = chance.integers(0, 4, rows)
    bag = Bag(chance.integers(0, max(buckets, 1), said.sum()), np.repeat(np.arange(rows), said), rows)
    made.backward(made.forward(made.scaled(features), bag, 0.3, chance), np.ones((rows, dims), np.float32))
    assert set(made.slopes) == set(made.weights) - (set() if buckets else {"table"})
    assert np.isfinite(made.step(1e-3))
    assert all(np.isfinite(weight).all() for weight in made.weights.values())
