"""The filter language: what it says, that it can be written back, and that no text can do harm."""

import re
import time
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from wares.errors import QueryError
from wares.index.base import FieldSpec
from wares.query.filters import check, parse, unparse
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Under

FIELDS = {
    "colour": FieldSpec(name="colour", type="keyword"),
    "weight": FieldSpec(name="weight", type="number"),
    "organic": FieldSpec(name="organic", type="boolean"),
    "attributes.price": FieldSpec(name="attributes.price", type="keyword"),
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("price<50", Compare("price", "<", 50.0)),
        ("price <> 5e-1", Compare("price", "!=", 0.5)),
        ("颜色 = 红色", Compare("颜色", "=", "红色")),
        ("颜色＝“深 红”", Compare("颜色", "=", "深 红")),
        ("organic = TRUE", Compare("organic", "=", True)),
        ("organic = 'true'", Compare("organic", "=", "true")),
        ("x = '50'", Compare("x", "=", "50")),
        ("sku = 007", Compare("sku", "=", "007")),
        ("sku = 98765432109876543210", Compare("sku", "=", "98765432109876543210")),
        ("x = 1e999", Compare("x", "=", "1e999")),
        ("x = 128GB", Compare("x", "=", "128GB")),
        ("x = t-shirt", Compare("x", "=", "t-shirt")),
        (r'x = "a\"b\\c\n"', Compare("x", "=", 'a"b\\c\n')),
        ("""x = 'it''s "so"'""", Compare("x", "=", 'it\'s "so"')),
        ('x = ""', Compare("x", "=", "")),
        ("`in` = `", None),
        ("`in``side` = 1", Compare("in`side", "=", 1.0)),
        ("a IN (1, b, 'c d', true)", In("a", (1.0, "b", "c d", True))),
        ("a not in (b)", Not(In("a", ("b",)))),
        ("a BETWEEN 1 AND 2", AllOf((Compare("a", ">=", 1.0), Compare("a", "<=", 2.0)))),
        ("a NOT BETWEEN 1 AND 2", Not(AllOf((Compare("a", ">=", 1.0), Compare("a", "<=", 2.0))))),
        ("category UNDER Shoes", Under(("Shoes",))),
        ("类别 UNDER 'Shoes > Running/Trail'", Under(("Shoes", "Running", "Trail"))),
        ("options.size EXISTS", Exists("options.size")),
        ("NOT NOT a = 1", Not(Not(Compare("a", "=", 1.0)))),
        (
            "a EXISTS OR b EXISTS AND c EXISTS",
            AnyOf((Exists("a"), AllOf((Exists("b"), Exists("c"))))),
        ),
        ("((a=1))", Compare("a", "=", 1.0)),
        ("(a=1 AND b=1) AND c=1", AllOf((parse("a=1 AND b=1"), Compare("c", "=", 1.0)))),
    ],
)
def test_what_is_said_is_what_is_meant(typed: Any, text: str, meant: Filter | None):
    if meant is None:
        with pytest.raises(QueryError):
            parse(text)
    else:
        assert typed(parse(text)) == typed(meant)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the filter is empty"),
        ("   \n", "the filter is empty"),
        ("price < (50", 'unbalanced "(" at column 9 in: price < (50'),
        ("a = 1)", 'unbalanced ")" at column 6 in: a = 1)'),
        ("a", "found the end at column 2"),
        ("a =", "expected a value, found the end at column 4"),
        ("a = b c", 'found "c" (a value of several words needs quotes) at column 7'),
        ("a = in", "(a keyword; in quotes it is a value) at column 5"),
        ("a IN ()", 'expected a value, found ")" at column 7'),
        ("a IN 5", 'expected values in parentheses: ("A", "B"), found "5" at column 6'),
        ("a IN (b c)", 'expected a comma or ")", found "c" at column 9'),
        ("a = 1 AND", "expected a condition such as price < 50, found the end at column 10"),
        ("a BETWEEN 1", "expected AND and the upper bound"),
        ("a NOT 3", "expected IN or BETWEEN"),
        ("a ! 1", 'unexpected "!" at column 3'),
        ("a = 'b", "a quote that is not closed at column 5"),
        (r"a = 'b\q'", r'unknown escape "\q" at column 7'),
        ("price UNDER 3", "only a category is UNDER another at column 7"),
        ("category UNDER ' / '", "UNDER needs a path"),
        ("`` = 1", "a field without a name at column 1"),
        ("a = 1\nb", 'found "b"'),
        ("x" * 2001, "2000 characters, this one has 2001"),
        ("(" * 33 + "a=1" + ")" * 33, "more than 32 parentheses"),
        ("NOT " * 32 + "a=1", "more than 32 levels"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str):
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


# -- any text, any filter -----------------------------------------------------------------------------------------

words = ["AND", "or", "NOT", "in", "BETWEEN", "under", "EXISTS", "price", "category", "颜色", "ß", "İ"]
values = ["1", "007", "true", "1e999", "<=", "''", '\\"', '"x y"', "“红 色”"]
pieces = st.sampled_from([*"()`'\"\\=<>!, .-\n\0\ud800“”（）", *words, *values])
noise = st.lists(pieces, max_size=40).flatmap(lambda some: st.sampled_from([" ".join(some), "".join(some)]))


@given(
    st.lists(pieces, max_size=40).map(" ".join) | st.lists(pieces, max_size=40).map("".join) | st.text(max_size=60)
)
@settings(max_examples=400, deadline=None)
@example('"' * 1999)
@example("`" * 2000)
def test_any_text_is_a_filter_or_a_query_error(typed: Any, text: str):
    try:
        found = parse(text)
    except QueryError as fault:
        assert len(str(fault).splitlines()) == 1
    else:
        assert typed(parse(unparse(found))) == typed(found)


fields = st.text(min_size=1, max_size=8).filter(str.strip) | st.sampled_from(
    ["price", "in", "true", "007", "a.b", "`"]
)
scalars = st.text(max_size=12) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
steps = st.text("abc de红", min_size=1, max_size=5).map(str.strip).filter(bool)
simple = (
    st.builds(Compare, fields, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), scalars)
    | st.builds(In, fields, st.lists(scalars, min_size=1, max_size=4).map(tuple))
    | st.builds(Under, st.lists(steps, min_size=1, max_size=3).map(tuple))
    | st.builds(Exists, fields)
)
filters = st.recursive(
    simple,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=10,
)


@given(filters)
@settings(max_examples=300, deadline=None)
def test_a_filter_written_in_words_reads_as_the_same(typed: Any, where: Filter):
    text = unparse(where)
    if len(text) <= 2000:
        assert typed(parse(text)) == typed(where)


truths = st.recursive(
    st.sampled_from("abc"),
    lambda inner: st.one_of(
        inner.map(lambda x: f"not {x}"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda x: f"({x})"),
    ),
    max_leaves=12,
)


def holds(where: Filter, world: dict[str, bool]) -> bool:
    match where:
        case Exists(field):
            return world[field]
        case Not(item):
            return not holds(item, world)
        case AllOf(items):
            return all(holds(item, world) for item in items)
        case AnyOf(items):
            return any(holds(item, world) for item in items)
    raise AssertionError(where)


@given(truths, st.tuples(st.booleans(), st.booleans(), st.booleans()))
@settings(max_examples=200, deadline=None)
def test_and_or_not_bind_as_in_python(expression: str, values: tuple[bool, bool, bool]):
    world = dict(zip("abc", values, strict=True))
    where = parse(re.sub(r"\b([abc])\b", r"\1 EXISTS", expression))
    assert holds(where, world) == eval(expression, {}, world)


def test_hard_texts_are_read_fast():
    parse("a = 1")  # the grammar is compiled once
    hard = ["(" * 32 + "a=1 AND " * 200, '"' * 1999, "'\\" * 1000, "`" * 1999, "a=1 OR " * 280 + "b=2", "1" * 2000]
    start = time.perf_counter()
    for text in hard:
        with suppress(QueryError):
            parse(text)
    assert time.perf_counter() - start < 2


# -- against fields ---------------------------------------------------------------------------------------------


def test_an_unknown_field_names_the_nearest():
    with pytest.raises(QueryError, match=r"'colur'; did you mean colour\?"):
        check(parse("NOT (price < 5 AND colur EXISTS)"), FIELDS)


def test_values_take_the_form_of_their_field():
    where = parse(
        'colour = "  Dark  RED" AND weight < "12" AND colour IN (42, true) AND category UNDER "Shoes/ＲＵＮ"'
    )
    assert check(where, FIELDS) == AllOf(
        (
            Compare("colour", "=", "dark red"),
            Compare("weight", "<", 12.0),
            In("colour", ("42", "true")),
            Under(("shoes", "run")),
        )
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weight < heavy", 'weight is a number, so it cannot be compared with "heavy"'),
        ("weight IN (1, true)", "weight is a number, so it cannot be compared with true"),
        ("organic = 3", "organic is true or false, so it cannot be compared with 3"),
        ("organic > true", "organic is no number"),
        ("colour >= red", "colour is no number"),
        ("price = free", "price is a number"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_query_error(text: str, said: str):
    with pytest.raises(QueryError, match=re.escape(said)):
        check(parse(text), FIELDS)


def test_what_no_words_say_cannot_be_written():
    for where in (AllOf(()), AnyOf((Not(AllOf(())), Exists("a"))), In("a", ()), Compare("a", "<", float("nan"))):
        with pytest.raises(QueryError):
            unparse(where)
    assert unparse(AnyOf((Exists("a"),))) == "a EXISTS"
