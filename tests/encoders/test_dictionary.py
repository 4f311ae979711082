"""The dictionary: its table, and what is found in it."""

from __future__ import annotations

from importlib.resources import files
from itertools import chain
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.encoders import colour_words
from wares.encoders.dictionary import Names, Sort, key, language, names, rows
from wares.encoders.tokens import fold, tokens

SORTS: tuple[Sort, ...] = get_args(Sort)

#: Shades between two of the colours that pictures are looked at by, where one language names the one in its word
#: ("brick red", 砖红) and the other the other.
BETWEEN = {"brick red", "rose red", "apricot", "midnight blue", "indigo", "peacock blue", "aqua", "lake green"}
BETWEEN |= {"fuchsia", "taupe"}


def every_name(row: Names) -> tuple[str, ...]:
    return (*row.english, *row.chinese)


def test_every_line_of_the_table_is_a_sort_and_names_in_two_languages() -> None:
    table = files("wares.encoders").joinpath("dictionary.tsv").read_text(encoding="utf-8")
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    assert all(len(line.split("\t")) == 3 for line in lines)
    assert sum(len(rows(sort)) for sort in SORTS) == len(lines)
    for name in chain.from_iterable(every_name(row) for sort in SORTS for row in rows(sort)):
        assert name
        assert name == name.strip()


@pytest.mark.parametrize(("sort", "least"), [("colour", 150), ("value", 450), ("kind", 1400)])
def test_it_is_large_and_knows_chinese_by_several_names(sort: Sort, least: int) -> None:
    assert len(rows(sort)) >= least
    assert sum(len(row.chinese) > 1 for row in rows(sort)) > 0.55 * len(rows(sort))


@pytest.mark.parametrize("sort", SORTS)
def test_a_name_stands_on_one_line_and_once(sort: Sort) -> None:
    said = [name for row in rows(sort) for name in every_name(row)]
    assert sorted(set(said)) == sorted(said)


@pytest.mark.parametrize("sort", SORTS)
def test_every_name_leads_back_to_its_line(sort: Sort) -> None:
    for row in rows(sort):
        assert {names(name, sort) for name in every_name(row)} == {row}


@pytest.mark.parametrize("sort", SORTS)
def test_each_side_is_in_its_own_language(sort: Sort) -> None:
    for row in rows(sort):
        assert {language(name) for name in row.english} == {"en"}, row
        assert {language(name) for name in row.chinese} == {"zh"}, row
        assert all(name.isascii() for name in row.english), row
        assert row.of("en") == row.english
        assert row.of("zh") == row.chinese


@pytest.mark.parametrize(
    ("text", "sort", "english", "chinese"),
    [
        ("Gray", "colour", "grey", "灰色"),
        ("藏蓝色", "colour", "navy blue", "藏青色"),
        ("Shirt", "kind", "shirts", "衬衫"),
        ("衬衣", "kind", "shirts", "衬衫"),
        ("sneaker", "kind", "sports shoes", "运动鞋"),
        ("Dupatta", "kind", "dupattas", "杜帕塔"),
        ("全棉", "value", "cotton", "纯棉"),
        ("orange", "value", "oranges", "橙子"),
        ("Umbrella", "kind", "umbrellas", "雨伞"),
    ],
)
def test_synonyms_and_numbers_of_one_thing_are_one(text: str, sort: Sort, english: str, chinese: str) -> None:
    found = names(text, sort)
    assert found is not None
    assert (found.english[0], found.chinese[0]) == (english, chinese)


def test_what_it_does_not_have_is_none() -> None:
    assert names("", "kind") is None
    assert names("heliotrope", "colour") is None
    assert names("某某物", "kind") is None
    assert names("red shirt", "kind") is None


@given(st.from_regex(r"[a-z]{1,12}( [a-z]{1,12}){0,3}", fullmatch=True) | st.text("棉衬衫红色T é-", min_size=1))
def test_the_short_way_to_a_key_gives_what_the_long_one_does(text: str) -> None:
    assert key(text) == (fold(text).strip() if language(text) == "zh" else " ".join(tokens(text)))


def test_names_are_looked_up_without_regard_to_case_and_number() -> None:
    assert key("T-Shirts") == key("t-shirt")
    assert key(" T恤 ") == key("t恤")


def test_colours_are_the_same_colour_in_both_languages() -> None:
    """The colours of the dictionary agree with those that pictures are looked at by, where both know a word."""
    apart = set()
    for row in rows("colour"):
        seen = [colour_words.of_text(name) for name in (row.english[0], row.chinese[0])]
        if all(vector.any() for vector in seen) and float(np.dot(*seen)) <= 0.6:
            apart.add(row.english[0])
    assert apart <= BETWEEN
