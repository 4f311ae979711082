"""TF-IDF, latent semantic analysis and word vectors: the formulas, and what they find."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("scipy")

from scipy import sparse

from wares.encoders import classic
from wares.encoders.base import Encoder
from wares.encoders.classic.base import leading
from wares.encoders.classic.lsa import LsaTower
from wares.encoders.classic.vocabulary import Vocabulary
from wares.encoders.classic.word_vectors import SMOOTHED, WINDOW, neighbours, ppmi
from wares.errors import CatalogueError, SetupError

WORDS = ("red", "blue", "lamp", "dress", "silk", "oak")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=6)
#: "sofa" and "couch" never stand together, but beside the same words; so do "phone" and "mobile".
HOMES = [
    *(
        "leather sofa living room",
        "couch leather living room",
        "corner sofa fabric cushions",
        "fabric cushions couch",
    ),
    *(
        "phone case black silicone",
        "mobile case silicone black",
        "phone charger cable usb",
        "usb cable mobile charger",
    ),
] * 3


def slow_tf_idf(texts, text):
    """The definition, word by word, at unit length."""
    holders = Counter(word for each in texts for word in set(each.split()))
    weights = {
        word: (1 + math.log(count)) * (math.log((1 + len(texts)) / (1 + holders[word])) + 1)
        for word, count in Counter(text.split()).items()
        if word in holders
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))
def test_tf_idf_is_the_definition_word_by_word(texts, asked):
    if not any(texts):
        with pytest.raises(CatalogueError, match="no word"):
            classic.learn("tf-idf", texts)
        return
    vectors = classic.learn("tf-idf", texts).encode([asked, *texts])
    expected = [slow_tf_idf(texts, text) for text in (asked, *texts)]
    for other in range(len(vectors)):
        dot = sum(weight * expected[other].get(word, 0.0) for word, weight in expected[0].items())
        assert float(vectors[0] @ vectors[other]) == pytest.approx(dot, abs=1e-5)


def test_a_rare_word_outweighs_a_frequent_one():
    encoder = classic.learn("tf-idf", ["red lamp", "red dress", "red silk", "blue oak"])
    asked, lamp, dress = encoder.encode(["red lamp", "blue lamp", "red dress"])
    assert asked @ lamp > asked @ dress


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(0, 9))
def test_leading_directions_are_those_of_the_exact_decomposition(rows, columns, dims, seed):
    matrix = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    values, vectors = leading(sparse.csr_array(matrix), dims, seed=3)
    _, exact, turned = np.linalg.svd(matrix, full_matrices=False)
    kept = min(dims, rows, columns)
    assert vectors.shape == (columns, kept)
    np.testing.assert_allclose(values, exact[:kept], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.abs(np.sum(vectors * turned[:kept].T, axis=0)), 1, atol=1e-2)


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_ppmi_is_the_definition_pair_by_pair(texts):
    terms = {word: at for at, word in enumerate(WORDS)}
    near = neighbours(texts, terms)
    pairs = Counter(
        (one, other)
        for text in texts
        for at, one in enumerate(text.split())
        for place, other in enumerate(text.split())
        if at != place and abs(at - place) <= WINDOW
    )
    said = Counter(one for one, _ in pairs.elements())
    every, lifted = sum(said.values()), sum(count**SMOOTHED for count in said.values())
    found = ppmi(near).toarray()
    for one, row in terms.items():
        for other, column in terms.items():
            assert near[row, column] == pairs[one, other]
            expected = 0.0
            if pairs[one, other]:
                chance = said[one] / every * said[other] ** SMOOTHED / lifted
                expected = max(0.0, math.log(pairs[one, other] / every / chance))
            assert found[row, column] == pytest.approx(expected, abs=1e-5)


def lsa_of_two():
    """Two directions, for a catalogue that is about two things."""
    vocabulary = Vocabulary(HOMES)
    _, axes = leading(vocabulary.weights(HOMES), 2, seed=1)
    return Encoder(LsaTower(vocabulary, axes), "lsa")


def word_vectors():
    return classic.learn("word-vectors", HOMES)


@pytest.mark.parametrize("make", [lsa_of_two, word_vectors])
def test_words_that_stand_beside_the_same_words_are_near(make):
    encoder = make()
    sofa, couch, phone, mobile = encoder.encode(["sofa", "couch", "phone", "mobile"])
    assert sofa @ couch > max(sofa @ phone, sofa @ mobile) + 0.3
    assert phone @ mobile > max(phone @ sofa, phone @ couch) + 0.3


def test_tf_idf_knows_nothing_of_likeness_of_words():
    sofa, couch = classic.learn("tf-idf", HOMES).encode(["sofa", "couch"])
    assert sofa @ couch == 0


@pytest.mark.parametrize("name", ["tf-idf", "lsa", "word-vectors"])
def test_unknown_words_and_no_words_give_zeros(name):
    assert not classic.learn(name, HOMES).encode(["", "zeppelin", "🛒"]).any()


@pytest.mark.parametrize("name", ["tf-idf", "lsa", "word-vectors"])
def test_one_text_is_enough(name):
    encoder = classic.learn(name, ["a red silk dress"])
    same, empty = encoder.encode(["red silk dress", "lamp"])
    assert float(same @ same) == pytest.approx(1.0, abs=1e-4)
    assert not empty.any()


@pytest.mark.parametrize("name", ["tf-idf", "lsa", "word-vectors"])
def test_what_is_learnt_is_in_the_fingerprint(name):
    one, same, other = (classic.learn(name, texts).fingerprint for texts in (HOMES, HOMES, HOMES[:7]))
    assert one == same != other


def test_word_vectors_need_two_words_that_stand_together():
    with pytest.raises(CatalogueError, match="no two words stand together in 2 texts"):
        classic.learn("word-vectors", ["lamp", "dress"])


def test_nothing_to_learn_from_and_unknown_names_are_told():
    with pytest.raises(CatalogueError, match="tf-idf: there is no text to learn from"):
        classic.learn("tf-idf", [])
    with pytest.raises(SetupError, match="unknown baseline 'tfidf'; did you mean tf-idf"):
        classic.build("tfidf")
