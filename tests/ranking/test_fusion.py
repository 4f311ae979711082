"""Fusion: contributions sum to the score, and weights mean what they say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wares.ranking.fusion import WORDS, Ask, contributions, default_weight

ASKS = [
    Ask("text", WORDS, 1.0, 1.0, ceiling=30.0),
    Ask("text", "use.text", 0.4, 1.0),
    Ask("image", "look.image", 1.0, 0.5),
    Ask("not text", "use.text", 0.4, -1.0),
]
rows = arrays(
    np.float32, st.tuples(st.integers(0, 6), st.just(4)), elements=st.floats(-1, 1, width=32) | st.just(np.nan)
)


@given(rows)
def test_scores_lie_between_minus_one_and_one(scores: np.ndarray) -> None:
    scores[:, 0] *= 30  # BM25 knows no upper bound
    added = contributions(ASKS, scores)
    assert added.shape == scores.shape
    assert np.isfinite(added).all()
    assert (np.abs(added.sum(axis=1)) <= 1 + 1e-6).all()
    assert (added[:, :3] >= 0).all()
    assert (added[:, 3] <= 0).all()


@given(rows)
def test_what_a_product_does_not_have_adds_nothing(scores: np.ndarray) -> None:
    added = contributions(ASKS, scores)
    assert (added[np.isnan(scores)] == 0).all()


def test_words_count_by_the_share_of_what_they_could_give() -> None:
    added = contributions(ASKS[:1], np.array([[30.0], [15.0], [np.nan]], np.float32))
    assert added.sum(axis=1).tolist() == [1.0, 0.5, 0.0]


def test_a_part_with_twice_the_weight_counts_twice() -> None:
    asks = [Ask("image", "look.image", 1.0, 2.0), Ask("image 2", "look.image", 1.0, 1.0)]
    [[first, second]] = contributions(asks, np.array([[0.6, 0.6]], np.float32)).tolist()
    assert np.isclose(first, 2 * second)


def test_a_channel_without_a_weight_is_not_looked_in() -> None:
    assert default_weight("text", WORDS) > 0
    assert default_weight("image", "look.image") > 0
    assert default_weight("audio", "look.image") == 0
