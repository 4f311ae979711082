"""BM25: our document and query weights with the index's IDF, against bm25s and against the formula written out."""

import math

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.tokens import tokens
from wares.encoders.words import Words, averages
from wares.index.base import Channel, Point
from wares.index.edge import EdgeIndex
from wares.settings import FieldWeights

VOCABULARY = ["lamp", "red", "usb", "x200", "4gb", "手机", "лампа", "xl"]
ONE_FIELD = FieldWeights(title=1.0, brand=0, category=0, attributes=0, description=0)

said = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12)
corpora = st.lists(said, min_size=1, max_size=12)
parameters = st.tuples(st.floats(0.1, 3.0), st.floats(0.0, 1.0))


def idf(corpus, term):
    """ln(1 + (N - n + 0.5) / (n + 0.5)), where n of the N documents with any word hold the term."""
    n = sum(term in document.indices for document in corpus)
    worded = sum(bool(document.indices) for document in corpus)
    return math.log(1 + (worded - n + 0.5) / (n + 0.5))


def scores(words, corpus, query):
    """What an index does with our weights: query · document · IDF."""
    documents = [words.document(fields) for fields in corpus]
    asked = words.query(query)
    weights = {term: weight * idf(documents, term) for term, weight in zip(asked.indices, asked.values, strict=True)}
    return [
        sum(weights.get(term, 0.0) * value for term, value in zip(document.indices, document.values, strict=True))
        for document in documents
    ]


@settings(deadline=None)
@given(corpora, said, parameters)
def test_one_field_scores_as_bm25s_does(corpus, query, k1_b):
    k1, b = k1_b
    cut = [tokens(" ".join(words)) for words in corpus]
    reference = bm25s.BM25(k1=k1, b=b, method="lucene")
    reference.index(cut, show_progress=False)
    documents = [{"title": " ".join(words)} for words in corpus]
    ours = scores(Words(ONE_FIELD, k1, b, averages(documents)), documents, " ".join(query))
    known = [token for token in tokens(" ".join(query)) if any(token in document for document in cut)]
    theirs = reference.get_scores(known) if known else np.zeros(len(corpus))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@settings(deadline=None)
@given(
    st.lists(st.fixed_dictionaries({}, optional={"title": said, "brand": said, "description": said}), min_size=1),
    said,
    parameters,
    st.tuples(*[st.sampled_from([0.0, 0.3, 1.0, 3.0])] * 3),
)
def test_several_fields_score_as_the_formula_written_out(corpus, query, k1_b, weights):
    k1, b = k1_b
    weight = dict(zip(("title", "brand", "description"), weights, strict=True))
    cut = [{name: tokens(" ".join(words)) for name, words in document.items()} for document in corpus]

    def average(field):
        lengths = [len(document[field]) for document in cut if field in document]
        return sum(lengths) / len(lengths)

    def frequency(document, term):
        return sum(
            weight[field] * found.count(term) / (1 - b + b * len(found) / average(field))
            for field, found in document.items()
        )

    def score(document):
        total = 0.0
        for term in tokens(" ".join(query)):
            n = sum(frequency(other, term) > 0 for other in cut)
            worded = sum(any(weight[field] for field in other) for other in cut)
            tf = frequency(document, term)
            total += tf / (k1 + tf) * math.log(1 + (worded - n + 0.5) / (n + 0.5))
        return total

    documents = [{name: " ".join(words) for name, words in document.items()} for document in corpus]
    words = Words(FieldWeights(**weight), k1, b, averages(documents))
    np.testing.assert_allclose(
        scores(words, documents, " ".join(query)), [score(document) for document in cut], rtol=1e-9, atol=1e-12
    )


def test_the_embedded_index_applies_that_idf(tmp_path):
    """Also over several writes, and with documents that hold no word."""
    generator = np.random.default_rng(5)
    corpus = [{"title": " ".join(generator.choice(VOCABULARY, generator.integers(1, 6)))} for _ in range(300)]
    corpus += [{"title": ""}] * 20
    words = Words(FieldWeights(), 0.5, 0.5, averages(corpus))
    index = EdgeIndex.create(tmp_path / "index", [])
    try:
        points = [
            Point(number=number, vectors={}, words=words.document(fields), fields={}, offers=[{}])
            for number, fields in enumerate(corpus)
        ]
        index.upsert(points[:100])
        index.upsert(points[100:])
        for query in ("lamp", "red red usb", "手机 4gb лампа", "x200"):
            found = index.query([Channel("words", words.query(query), 400)])
            expected = dict(enumerate(scores(words, corpus, query)))
            assert set(found.numbers) == {number for number, score in expected.items() if score > 0}
            np.testing.assert_allclose(found.scores[:, 0], [expected[number] for number in found.numbers], rtol=1e-5)
    finally:
        index.close()


def test_the_reference_is_what_it_is_taken_for():
    """One document of one word: tf / (tf + k1) · ln(1 + 0.5 / 1.5)."""
    reference = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    reference.index([["lamp"]], show_progress=False)
    assert reference.get_scores(["lamp"])[0] == pytest.approx(1 / 2.2 * math.log(1 + 0.5 / 1.5), rel=1e-5)
