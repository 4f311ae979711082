"""Words as sparse vectors. That they score as BM25 is tested beside the other oracles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.encoders.tokens import term_id
from wares.encoders.words import Words, averages
from wares.errors import SetupError
from wares.records import Sparse
from wares.settings import FieldWeights, Settings

FIELDS = FieldWeights()


def words(weights=FIELDS, k1=0.5, b=0.5, **lengths):
    return Words(weights, k1, b, lengths)


def weight(sparse, token):
    return dict(zip(sparse.indices, sparse.values, strict=True)).get(term_id(token), 0.0)


fields = st.dictionaries(st.sampled_from(FIELDS.__struct_fields__), st.text(max_size=80))


@given(fields, st.floats(0, 5), st.floats(0, 1))
def test_a_document_is_a_valid_sparse_vector(document, k1, b):
    sparse = Words(FIELDS, k1, b, averages([document])).document(document)
    assert list(sparse.indices) == sorted(set(sparse.indices))
    assert len(sparse.indices) == len(sparse.values)
    assert all(0 < value <= 1 for value in sparse.values)


def test_a_word_in_the_title_weighs_more_than_in_the_description():
    found = words().document({"title": "lamp", "description": "shade"})
    assert weight(found, "lamp") > weight(found, "shade") > 0


def test_a_word_in_a_longer_field_weighs_less():
    short = words(title=4.0).document({"title": "red lamp"})
    long = words(title=4.0).document({"title": "red lamp with a shade of white linen"})
    assert weight(short, "lamp") > weight(long, "lamp")


def test_without_an_average_length_does_not_matter():
    assert weight(words().document({"title": "lamp"}), "lamp") == weight(
        words().document({"title": "red lamp with a shade"}), "lamp"
    )


def test_a_field_of_weight_zero_is_not_read():
    quiet = FieldWeights(title=1, brand=0, category=0, attributes=0, description=0)
    assert words(quiet).document({"title": "lamp", "description": "shade"}) == words(quiet).document(
        {"title": "lamp"}
    )


def test_a_question_counts_words_and_leaves_stop_words_out():
    asked = words().query("the usb, USB lamp for the desk")
    assert {token: weight(asked, token) for token in ("usb", "lamp", "desk", "the")} == {
        "usb": 2.0,
        "lamp": 1.0,
        "desk": 1.0,
        "the": 0.0,
    }


def test_a_question_of_stop_words_is_still_asked_and_found():
    assert words().query("it").indices == words().document({"title": "It"}).indices == (term_id("it"),)


@pytest.mark.parametrize("nothing", ["", " ", "\x00", "!?"])
def test_nothing_said_is_an_empty_vector(nothing):
    assert words().query(nothing) == words().document({"title": nothing}) == Sparse((), ())


def test_averages_are_over_the_documents_that_have_the_field():
    corpus = [{"title": "red lamp", "brand": ""}, {"title": "lamp"}, {"title": "a b c", "brand": "Acme"}, {}]
    assert averages(iter(corpus)) == {"title": 2.0, "brand": 1.0}


def test_an_unknown_field_is_named():
    with pytest.raises(SetupError, match="'colour'"):
        words().document({"colour": "red"})


@pytest.mark.parametrize(
    ("k1", "b", "weights"),
    [
        (-1, 0.5, FIELDS),
        (1, 1.5, FIELDS),
        (1, -0.1, FIELDS),
        (float("nan"), 0.5, FIELDS),
        (1, 1, FieldWeights(title=-1)),
    ],
)
def test_impossible_parameters_are_refused(k1, b, weights):
    with pytest.raises(SetupError, match="words"):
        Words(weights, k1, b)


def test_the_defaults_of_a_shop_are_possible():
    settings = Settings()
    assert Words(settings.fields, settings.k1, settings.b).document({"title": "lamp"}).indices == (term_id("lamp"),)
