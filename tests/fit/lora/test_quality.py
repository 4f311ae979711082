"""Ranks of right pictures, out of vectors; without torch."""

from functools import partial

import numpy as np

from wares.fit.lora import Example
from wares.fit.lora.quality import Questions, difference

from .conftest import drawn


def example(group, *captions):
    return Example(partial(drawn, "red", "square", 0), captions, group)


def test_ranks_become_shares_and_a_mean():
    questions = Questions.of([example("a", "x"), example("b", "y"), example("c", "z")])
    pictures = np.eye(3, dtype=np.float32)
    words = np.array([[1, 0, 0], [0.9, 0.8, 0], [0.9, 0.8, 0.7]], np.float32)  # ranks 1, 2, 3
    quality = questions.quality(words, pictures)
    assert (quality.r1, quality.r10) == (round(1 / 3, 4), 1.0)
    assert quality.mrr == round((1 + 1 / 2 + 1 / 3) / 3, 4)


def test_other_pictures_of_the_group_are_no_wrong_answers():
    questions = Questions.of([example("a", "x"), example("a", "y"), example("b", "z")])
    words = np.array([[0.5, 0.9, 0.1], [0, 1, 0], [0, 0, 1]], np.float32)
    assert questions.quality(words, np.eye(3, dtype=np.float32)).r1 == 1.0


def test_any_picture_with_the_caption_is_right():
    questions = Questions.of([example("a", "x"), example("b", "x", "y"), example("c", "z")])
    assert questions.captions == ["x", "y", "z"]
    words = np.array([[0.1, 0.9, 0.5], [0, 1, 0], [0, 0, 1]], np.float32)
    assert questions.quality(words, np.eye(3, dtype=np.float32)).r1 == 1.0


def test_vectors_that_are_all_the_same_or_no_numbers_find_nothing():
    questions = Questions.of([example(str(number), str(number)) for number in range(20)])
    for value in (0.0, 1.0, np.nan):
        same = np.full((20, 4), value, np.float32)
        assert questions.quality(same, same).r10 == 0.0


def test_the_difference_is_that_of_the_worst_pair():
    one = np.array([[1, 0], [1, 0]], np.float32)
    other = np.array([[1, 0], [0.6, 0.8]], np.float32)
    assert abs(difference(one, other) - 0.4) < 1e-6
    assert difference(one, one) == 0.0
    assert np.isnan(difference(one, np.full_like(one, np.nan)))
