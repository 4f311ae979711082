"""The losses of a batch, against finite differences and against loops that follow their formulas."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.fit.losses import APART, LOSSES, MARGIN, Slopes

EVERY = sorted(LOSSES)
STEP = 1e-5


def drawn(seed: int, captions: int = 7, pictures: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Cosines in float64, so that differences are exact enough; every caption has a picture, some have several."""
    chance = np.random.default_rng(seed)
    together = chance.random((captions, pictures)) < 0.2
    together[np.arange(captions), chance.integers(0, pictures, captions)] = True
    return chance.uniform(-0.9, 0.9, (captions, pictures)), together


def at(name: str, cosines: np.ndarray, together: np.ndarray, log_scale: float = 1.5, shift: float = -2.0) -> Slopes:
    return LOSSES[name](cosines, together, log_scale, shift)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("seed", range(4))
def test_slopes_by_cosines_are_those_of_finite_differences(name: str, seed: int) -> None:
    """Differences are those of the slow counterparts below, which are exact enough for a short step."""
    cosines, together = drawn(seed)
    found, smooth = at(name, cosines, together), 0
    for place in np.ndindex(cosines.shape):
        bump = np.zeros_like(cosines)
        bump[place] = STEP
        up, down = (at(name, cosines + sign * bump, together).cosines for sign in (1, -1))
        if np.abs(up - down).max() > 1e-3:
            continue  # a kink: another negative, or a margin that is just kept
        smooth += 1
        higher, lower = (SLOW[name](cosines + sign * bump, together, 1.5, -2.0) for sign in (1, -1))
        assert found.cosines[place] == pytest.approx((higher - lower) / (2 * STEP), abs=2e-6), place
    assert smooth > 30


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("seed", range(3))
def test_slopes_by_scale_and_shift_are_those_of_finite_differences(name: str, seed: int) -> None:
    cosines, together = drawn(seed)
    found = at(name, cosines, together)
    # A wide step: the scale itself is float32.
    step = 1e-2
    by_scale = (at(name, cosines, together, 1.5 + step).loss - at(name, cosines, together, 1.5 - step).loss) / (
        2 * step
    )
    by_shift = (
        at(name, cosines, together, shift=-2 + step).loss - at(name, cosines, together, shift=-2 - step).loss
    ) / (2 * step)
    assert found.scale == pytest.approx(by_scale, abs=2e-3)
    assert found.shift == pytest.approx(by_shift, abs=2e-3)


# -- slow counterparts ----------------------------------------------------------------------------------------------


def slow_infonce(cosines: np.ndarray, together: np.ndarray, log_scale: float, shift: float) -> float:
    total = 0.0
    for logits, right in ((cosines * exp(log_scale), together), (cosines.T * exp(log_scale), together.T)):
        asked = [
            -sum(row[j] - log(sum(map(exp, row))) for j in np.flatnonzero(wanted)) / wanted.sum()
            for row, wanted in zip(logits, right, strict=True)
            if wanted.any()
        ]
        total += sum(asked) / max(len(asked), 1) / 2
    return total


def slow_siglip(cosines: np.ndarray, together: np.ndarray, log_scale: float, shift: float) -> float:
    total = 0.0
    for place in np.ndindex(cosines.shape):
        sign = 1 if together[place] else -1
        total += log(1 + exp(-sign * (cosines[place] * exp(log_scale) + shift)))
    return total / len(cosines)


def slow_triplet(cosines: np.ndarray, together: np.ndarray, log_scale: float, shift: float) -> float:
    total, number = 0.0, int(together.sum())
    for similar, right in ((cosines, together), (cosines.T, together.T)):
        for row, column in zip(*np.nonzero(right), strict=True):
            own = similar[row, column]
            wrong = [similar[row, other] for other in np.flatnonzero(~right[row])]
            farther = [cosine for cosine in wrong if cosine < own]
            if wrong:
                total += max(0.0, MARGIN - own + (max(farther) if farther else max(wrong)))
    return total / max(number, 1) / 2


def slow_contrastive(cosines: np.ndarray, together: np.ndarray, log_scale: float, shift: float) -> float:
    near = [(1 - cosine) ** 2 for cosine in cosines[together]]
    over = [(cosine - APART) ** 2 for cosine in cosines[~together] if cosine > APART]
    return sum(near) / max(len(near), 1) + sum(over) / max(len(over), 1)


SLOW = {"infonce": slow_infonce, "siglip": slow_siglip, "triplet": slow_triplet, "contrastive": slow_contrastive}


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(EVERY),
    seed=st.integers(0, 10_000),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    share=st.sampled_from([0.0, 0.2, 0.6, 1.0]),
)
def test_a_loss_is_what_its_formula_says(name: str, seed: int, shape: tuple[int, int], share: float) -> None:
    """Captions with several pictures, with none, and batches in which all or nothing belongs together."""
    chance = np.random.default_rng(seed)
    cosines, together = chance.uniform(-1, 1, shape), chance.random(shape) < share
    found = at(name, cosines, together)
    assert found.loss == pytest.approx(SLOW[name](cosines, together, 1.5, -2.0), rel=1e-4, abs=1e-6)
    assert found.loss >= -1e-6
    assert found.cosines.shape == shape
    assert np.isfinite(found.cosines).all()


# -- what losses are for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_the_better_order_costs_less(name: str) -> None:
    together = np.eye(4, dtype=bool)
    right, wrong = np.where(together, 0.9, 0.0), np.where(np.roll(together, 1, axis=1), 0.9, 0.0)
    alike = np.full((4, 4), 0.5)
    costs = [at(name, cosines.astype(np.float32), together).loss for cosines in (right, alike, wrong)]
    assert costs[0] < costs[1] < costs[2]


@pytest.mark.parametrize("name", EVERY)
def test_going_down_the_slope_costs_less(name: str) -> None:
    cosines, together = drawn(5)
    found = at(name, cosines, together)
    assert at(name, cosines - 0.02 * found.cosines / np.abs(found.cosines).max(), together).loss < found.loss


@pytest.mark.parametrize("name", EVERY)
def test_slopes_pull_right_pairs_together_and_push_wrong_ones_apart(name: str) -> None:
    together = np.eye(5, dtype=bool)
    slope = at(name, np.full((5, 5), 0.3, np.float32), together).cosines
    assert (slope[together] < 0).all()
    assert (slope[~together] >= 0).all()
    assert slope[~together].max() > 0


@pytest.mark.parametrize("name", ["infonce", "triplet"])
def test_a_caption_that_holds_for_two_pictures_counts_neither_as_wrong(name: str) -> None:
    together = np.array([[True, True, False], [False, False, True]])
    cosines = np.array([[0.5, 0.5, -0.5], [-0.5, -0.5, 0.5]], np.float32)
    slope = at(name, cosines, together).cosines
    assert (slope[0, :2] <= 1e-6).all()
    if name == "triplet":
        assert not slope.any()  # both are farther from the wrong one than the margin


def test_a_caption_of_no_picture_is_only_a_wrong_answer_to_the_pictures() -> None:
    cosines, together = drawn(6)
    more = np.vstack([cosines, np.full(cosines.shape[1], -0.99)])
    silent = np.vstack([together, np.zeros(together.shape[1], bool)])
    for name in EVERY:
        assert (at(name, more, silent).cosines[-1] >= 0).all(), name
    # From as far away as can be it costs next to nothing, and is no question that could be answered wrongly.
    before, after = (at("infonce", *both).loss for both in ((cosines, together), (more, silent)))
    assert after == pytest.approx(before, abs=0.05)


@pytest.mark.parametrize("name", EVERY)
def test_where_all_belong_together_nothing_is_pushed_apart(name: str) -> None:
    found = at(name, np.full((3, 4), 0.5, np.float32), np.ones((3, 4), bool))
    assert np.isfinite(found.loss)
    assert (found.cosines <= 1e-6).all()


@pytest.mark.parametrize("name", EVERY)
def test_what_nothing_belongs_to_teaches_no_nearness(name: str) -> None:
    found = at(name, np.full((3, 4), 0.5, np.float32), np.zeros((3, 4), bool))
    assert np.isfinite(found.loss)
    assert (found.cosines >= 0).all()


def test_a_great_scale_does_not_overflow() -> None:
    cosines, together = drawn(7)
    for name in EVERY:
        found = LOSSES[name](cosines.astype(np.float32), together, log(50.0), -10.0)
        assert np.isfinite(found.loss), name
        assert np.isfinite([*found.cosines.ravel(), found.scale, found.shift]).all(), name


def test_a_loss_of_nothing_learnt_is_what_chance_gives() -> None:
    """Equal cosines: the logarithm of the number of choices; a coin for each pair at shift 0."""
    together, flat = np.eye(8, dtype=bool), np.zeros((8, 8), np.float32)
    assert LOSSES["infonce"](flat, together, 2.7, 0).loss == pytest.approx(log(8), abs=1e-5)
    assert LOSSES["siglip"](flat, together, 2.7, 0).loss == pytest.approx(8 * log(2), abs=1e-4)
    assert LOSSES["triplet"](flat, together, 2.7, 0).loss == pytest.approx(MARGIN, abs=1e-6)
    assert LOSSES["contrastive"](flat, together, 2.7, 0).loss == pytest.approx(1.0)


def test_siglip_beyond_sixty_is_flat_and_finite() -> None:
    found = LOSSES["siglip"](np.array([[1.0, -1.0]], np.float32), np.array([[False, True]]), log(50.0), 30.0)
    assert np.isfinite(found.loss)
    assert np.isfinite(found.cosines).all()
