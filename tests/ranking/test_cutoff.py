"""The cut-off leaves what answers the question, and nothing where the shop has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.ranking.cutoff import FLOORS, counting, known
from wares.ranking.fusion import Ask
from wares.settings import RankingSettings

WORDS = Ask("text", "text", "words", 1.0, ceiling=10.0, terms=2)
MEANING = Ask("text", "text", "use.text", 1.0)
LOOK = Ask("image", "image", "look.image", 1.0)
NAN = np.nan
SETTINGS = RankingSettings(cutoff=0.25)


def counted(
    fused: list[float], scores: list[list[float]], asks: list[Ask], whole: list[bool] | None = None, **changes: object
) -> list[bool]:
    settings = RankingSettings(cutoff=0.25, **changes)  # type: ignore[arg-type]
    held = np.asarray(whole or [False] * len(fused), np.bool_)
    table = np.asarray(scores, np.float32).reshape(len(fused), len(asks))
    return counting(np.asarray(fused), table, asks, held, settings).tolist()


def test_of_those_that_share_a_word_a_share_of_the_best_score_is_enough() -> None:
    scores = [[9.0, 0.5], [3.0, 0.2], [3.0, 0.1]]
    assert counted([0.8, 0.21, 0.19], scores, [WORDS, MEANING]) == [True, True, False]


def test_those_that_vectors_alone_brought_must_come_nearer() -> None:
    scores = [[9.0, 0.5], [NAN, 0.5], [NAN, 0.5]]
    assert counted([0.8, 0.41, 0.39], scores, [WORDS, MEANING]) == [True, True, False]


def test_who_holds_all_words_counts_whatever_its_score() -> None:
    scores = [[9.0, 0.5], [1.0, 0.0]]
    assert counted([0.8, 0.01], scores, [WORDS, MEANING], [False, True]) == [True, True]


def test_a_question_that_reaches_no_floor_leaves_nothing() -> None:
    assert counted([0.07, 0.06], [[NAN, 0.20], [NAN, 0.19]], [WORDS, MEANING]) == [False, False]
    assert counted([0.07, 0.06], [[NAN, 0.26], [NAN, 0.19]], [WORDS, MEANING]) == [True, True]
    assert counted([0.2, 0.1], [[0.3], [0.2]], [LOOK]) == [False, False]
    assert counted([0.4, 0.1], [[0.4], [0.2]], [LOOK]) == [True, False]


def test_a_word_that_few_products_hold_is_enough_to_believe_a_question() -> None:
    assert counted([0.2], [[2.5, 0.1]], [WORDS, MEANING]) == [True]
    assert counted([0.2], [[1.5, 0.1]], [WORDS, MEANING]) == [False]


def test_what_a_classifier_calls_a_picture_is_no_evidence() -> None:
    seen = Ask("image", "image", "seen.image", 1.0)
    assert counted([0.3], [[0.3, 0.95]], [LOOK, seen]) == [False]


def test_other_encoders_and_products_that_are_named_are_believed() -> None:
    assert counted([0.1], [[0.1]], [Ask("text", "text", "clip.image", 1.0)]) == [True]
    assert counted([0.1], [[0.1]], [Ask("like", "like", "look.image", 1.0)]) == [True]


def test_what_is_not_wanted_is_no_evidence() -> None:
    unwanted = Ask("not text", "text", "clip.text", -1.0)
    assert counted([0.1], [[0.9, NAN, 0.2]], [unwanted, WORDS, MEANING]) == [False]


def test_floors_of_the_settings_take_the_place_of_those_that_are_shipped() -> None:
    assert counted([0.1], [[0.3]], [LOOK], floors={"look.image": 0.2}) == [True]
    assert counted([0.5], [[0.5]], [LOOK], floors={"look.image": 0.6}) == [False]
    assert known(np.asarray([[0.5]], np.float32), [LOOK], SETTINGS)


def test_a_question_that_names_what_the_shop_has_is_believed_below_all_floors() -> None:
    scores, whole = np.asarray([[NAN, 0.2], [NAN, 0.05]], np.float32), np.zeros(2, np.bool_)
    fused = np.asarray([0.08, 0.02])
    assert counting(fused, scores, [WORDS, MEANING], whole, SETTINGS).tolist() == [False, False]
    assert counting(fused, scores, [WORDS, MEANING], whole, SETTINGS, named=True).tolist() == [True, False]


def test_no_candidates_and_no_positive_score_are_nobody_s_fault() -> None:
    assert counted([], [], [WORDS]) == []
    assert counted([-0.1, -0.2], [[NAN], [NAN]], [WORDS]) == [True, True]


@settings(deadline=None)
@given(
    fused=st.lists(st.floats(-1, 1), max_size=12),
    cutoffs=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    seed=st.integers(0, 99),
)
def test_a_higher_cutoff_never_lets_more_in_and_the_best_always_stays(
    fused: list[float], cutoffs: tuple[float, float], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.uniform(0, 1, (len(fused), 2)).astype(np.float32)
    scores[chance.uniform(size=scores.shape) < 0.3] = np.nan
    whole = chance.uniform(size=len(fused)) < 0.3
    low, high = (
        counting(np.asarray(fused), scores, [WORDS, MEANING], whole, RankingSettings(cutoff=each))
        for each in sorted(cutoffs)
    )
    if cutoffs[0] > 0 and cutoffs[1] > 0:
        assert not (high & ~low).any()
    assert not (whole & ~high).any()
    if len(fused) and known(scores, [WORDS, MEANING], SETTINGS):
        assert max(fused) <= 0 or low[int(np.argmax(fused))]


def test_cutoff_0_is_none() -> None:
    everything = counting(
        np.asarray([0.9, 0.0]), np.asarray([[NAN], [NAN]]), [WORDS], np.zeros(2, bool), RankingSettings(cutoff=0)
    )
    assert everything.all()


@pytest.mark.parametrize("floor", FLOORS.values())
def test_floors_are_shares(floor: float) -> None:
    assert 0 < floor <= 1


def test_words_that_nobody_knows_have_to_come_nearer() -> None:
    strange = MEANING._replace(strange=True)
    assert counted([0.1], [[NAN, 0.27]], [WORDS, MEANING]) == [True]
    assert counted([0.1], [[NAN, 0.27]], [WORDS, strange]) == [False]
    assert counted([0.1], [[NAN, 0.31]], [WORDS, strange]) == [True]
