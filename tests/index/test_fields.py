"""Types, levels and stored forms of filter fields."""

from __future__ import annotations

import pytest

from wares.errors import QueryError
from wares.index.base import FieldSpec
from wares.index.fields import Schema


def learnt(point, *batches):
    schema = Schema()
    for batch in batches:
        schema = schema.learn([point(number, fields, offers) for number, (fields, offers) in enumerate(batch, 1)])
    return schema


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, 2], "number"),
        ([True, False], "boolean"),
        (["a", 1.0], "keyword"),
        ([1.0, True], "keyword"),
        ([["a", "b"]], "keyword"),
        ([float("nan"), "a"], "keyword"),
    ],
)
def test_the_first_batch_decides_the_type(point, values, kind):
    schema = learnt(point, [({"f": value}, [{}]) for value in values])
    assert schema.specs == {"f": FieldSpec("f", kind)}


def test_a_type_stays_when_other_values_come(point):
    assert learnt(point, [({"f": 1.0}, [{}])], [({"f": "N/A"}, [{}])]).specs["f"].type == "number"


@pytest.mark.parametrize("nothing", ["", "  ", [], ["", " "], float("inf"), float("nan")])
def test_blank_values_are_no_values(point, nothing):
    schema = learnt(point, [({"f": nothing}, [{"g": nothing}])])
    assert schema.specs == {}
    (stored,) = schema.store([point(1, {"f": nothing}, [{"g": nothing}])])
    assert (stored.fields, stored.offers) == ({}, [{}])


def test_a_field_in_which_offers_of_a_product_differ_is_of_offer_level(point):
    schema = learnt(point, [({"price": 1.0}, [{}]), ({}, [{}, {"price": 2.0}])])
    assert schema.specs["price"].level == "offer"
    assert schema.learn([point(3, {"price": 3.0})]) is schema


def test_what_all_offers_agree_in_is_of_product_level(point):
    one, two = point(1, {}, [{"price": 1.0}]), point(2, {"price": 9.0}, [{"price": 2.0}, {"price": 2.0}])
    schema = Schema().learn([one, two])
    assert schema.specs["price"].level == "product"
    assert [stored.fields for stored in schema.store([one, two])] == [{"price": 1.0}, {"price": 2.0}]


def test_offers_are_stored_with_what_they_inherit(point):
    one = point(1, {"price": 5.0, "brand": "B"}, [{}, {"price": 7.0}])
    (stored,) = Schema().learn([one]).store([one])
    assert stored.fields == {"brand": "b"}
    assert stored.offers == [{"price": 5.0}, {"price": 7.0}]


def test_a_product_without_offers_has_one_that_inherits(point):
    schema = learnt(point, [({}, [{"price": 1.0}, {}])])
    (stored,) = schema.store([point(1, {"price": 5.0}, [])])
    assert stored.offers == [{"price": 5.0}]


@pytest.mark.parametrize(
    ("first", "later", "kept"),
    [
        (1.0, "12.5", 12.5),
        ("a", 42.0, "42"),
        ("a", 0.5, "0.5"),
        ("a", True, "true"),
        (True, "FALSE", False),
        ("a", ["B", "b ", "c"], ["b", "c"]),
    ],
)
def test_a_value_is_brought_into_the_type(point, first, later, kept):
    schema = learnt(point, [({"f": first}, [{}])])
    (stored,) = schema.store([point(1, {"f": later})])
    assert stored.fields == {"f": kept}


@pytest.mark.parametrize(("first", "later"), [(1.0, "N/A"), (1.0, True), (1.0, ["1"]), (True, 1.0), (True, "yes?")])
def test_a_value_that_does_not_fit_is_left_out_with_one_warning(point, caplog, first, later):
    schema = learnt(point, [({"f": first}, [{}])])
    stored = schema.store([point(7, {"f": later}), point(8, {"f": later})])
    assert [one.fields for one in stored] == [{}, {}]
    assert len(caplog.messages) == 1
    assert "product 7" in caplog.text


def test_the_first_spelling_in_a_product_is_kept(point):
    one = point(1, {"colours": ["Navy Blue", "NAVY  BLUE", "red"]})
    (stored,) = Schema().learn([one]).store([one])
    assert stored.fields == {"colours": ["navy blue", "red"]}
    assert stored.spelling("colours", "navy blue") == "Navy Blue"
    assert stored.spelling("colours", "red") == "red"


def test_a_question_a_field_can_never_answer_is_refused(point):
    schema = learnt(point, [({"weight": 1.0, "new": True}, [{}])])
    assert schema.asked("weight", "2") == 2.0
    with pytest.raises(QueryError, match="weight is a number field"):
        schema.asked("weight", "heavy")
    with pytest.raises(QueryError, match="new is a boolean field"):
        schema.asked("new", 1.0)
