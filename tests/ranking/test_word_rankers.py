"""Naive Bayes and information gain against their definitions, on random catalogues."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import CatalogueError, SetupError
from wares.ranking import words
from wares.ranking.words import Document

WORDS = ("red", "blue", "lamp", "dress", "silk")
DOCUMENTS = st.lists(
    st.builds(
        Document,
        text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
        kind=st.sampled_from(("", "a", "b")),
    ),
    min_size=1,
    max_size=8,
)
QUESTIONS = st.lists(st.sampled_from((*WORDS, "zeppelin")), min_size=1, max_size=4)


def has_any(document, question):
    return bool(set(document.text.split()) & set(question))


def slow_likelihood(documents, document, question):
    """log Π P(word | document), words the catalogue lacks left out."""
    every = Counter(word for each in documents for word in each.text.split())
    total = sum(every.values())
    mu = total / len(documents)
    own = Counter(document.text.split())
    return sum(
        math.log((own[word] + mu * every[word] / total) / (sum(own.values()) + mu))
        for word in question
        if every[word]
    )


def slow_entropy(labels):
    return -sum(n / len(labels) * math.log2(n / len(labels)) for n in Counter(labels).values())


def slow_gain(documents, word):
    kinds = [document.kind for document in documents]
    if len(set(kinds)) < 2:
        kinds = list(range(len(documents)))
    parts = [
        [k for k, d in zip(kinds, documents, strict=True) if (word in d.text.split()) is has] for has in (True, False)
    ]
    return slow_entropy(kinds) - sum(len(part) / len(kinds) * slow_entropy(part) for part in parts if part)


@settings(deadline=None)
@given(DOCUMENTS, QUESTIONS)
def test_naive_bayes_differs_from_the_log_likelihood_by_the_same_for_all(documents, question):
    scores = words.build("naive-bayes").learn(documents).scores(" ".join(question))
    differences = []
    for document, score in zip(documents, scores, strict=True):
        if has_any(document, question):
            differences.append(score - slow_likelihood(documents, document, question))
        else:
            assert score == -math.inf
    assert np.ptp(differences) < 1e-9 if differences else True


@settings(deadline=None)
@given(DOCUMENTS, QUESTIONS)
def test_information_gain_is_the_lost_entropy_times_the_saturated_count(documents, question):
    scores = words.build("information-gain").learn(documents).scores(" ".join(question))
    mean = sum(len(document.text.split()) for document in documents) / len(documents)
    for document, score in zip(documents, scores, strict=True):
        own = Counter(document.text.split())
        expected = sum(
            slow_gain(documents, word) * own[word] / (own[word] + own.total() / mean)
            for word in question
            if own[word]
        )
        if has_any(document, question):
            assert score == pytest.approx(expected, abs=1e-9)
        else:
            assert score == -math.inf


def test_a_word_that_tells_the_kind_weighs_more_than_one_that_does_not():
    documents = [Document("silk dress", "dress"), Document("silk lamp", "lamp"), Document("oak lamp", "lamp")]
    scores = words.build("information-gain").learn(documents).scores("silk lamp")
    assert scores.argmax() == 1
    assert scores[2] > scores[0]


def test_naive_bayes_prefers_the_rare_word():
    documents = [Document("red lamp"), Document("red dress"), Document("red shoe"), Document("blue lamp")]
    scores = words.build("naive-bayes").learn(documents).scores("blue red")
    assert scores.argmax() == 3


@pytest.mark.parametrize("name", words.RANKERS)
def test_words_that_no_product_has_find_nothing(name):
    ranker = words.build(name).learn([Document("red lamp"), Document("连衣裙 红色")])
    assert not np.isfinite(ranker.scores("zeppelin")).any()
    assert not np.isfinite(ranker.scores("")).any()
    assert ranker.scores("红色连衣裙").argmax() == 1


@pytest.mark.parametrize("name", words.RANKERS)
def test_products_without_any_word_and_unknown_names_are_told(name):
    with pytest.raises(CatalogueError, match="no word in 2 products"):
        words.build(name).learn([Document(""), Document("!")])
    with pytest.raises(SetupError, match="unknown word ranker 'bayes'"):
        words.build("bayes")
