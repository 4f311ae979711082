"""Segments: every question is in exactly one group of each kind, and in the right one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.evaluation.segments import language, length, modality, segments
from wares.records import Compare, Part, Query


def asked(*parts: Part, tags: Mapping[str, str] | None = None, id: str = "q") -> Asked:
    return Asked(id=id, query=Query(parts=parts), tags=tags or {})


def text(words: str, weight: float = 1.0) -> Part:
    return Part("text", words, weight)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("red shoes", "English"),
        ("crème brûlée", "English"),
        ("红色的鞋子", "Chinese"),
        ("100 元以下", "Chinese"),
        ("iphone 手机壳", "mixed"),
        ("красные туфли", "other"),
        ("赤いシューズ", "other"),
        ("12 34", "no words"),
    ],
)
def test_the_language_is_that_of_the_letters(words: str, found: str) -> None:
    assert language(asked(text(words))) == found


def test_a_tag_goes_before_the_letters() -> None:
    assert language(asked(text("rote Schuhe"), tags={"language": "de"})) == "de"
    assert language(asked(Part("image", "a.png"), tags={"language": "zh"})) == "Chinese"


def test_what_is_not_wanted_is_not_what_is_asked() -> None:
    unwanted = asked(Part("image", "a.png"), text("皮革", -1.0))
    assert (language(unwanted), modality(unwanted), length(unwanted)) == ("no words", "image", "no words")


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((text("a"),), "text"),
        ((Part("image", "a.png"), text("a")), "text + image"),
        ((Part("like", "7"),), "like"),
        ((Part("audio", "a.ogg"),), "audio"),
        ((), "filter"),
    ],
)
def test_the_modality_is_what_it_consists_of(parts: tuple[Part, ...], found: str) -> None:
    assert modality(asked(*parts)) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("shoes", "1 word"),
        ("red shoes", "2–3 words"),
        ("running shoes for rain", "4 words or more"),
        ("连衣裙", "2–3 words"),
        ("?", "no words"),
    ],
)
def test_the_length_counts_words_as_they_are_searched_for(words: str, found: str) -> None:
    assert length(asked(text(words))) == found


@given(
    st.lists(
        st.tuples(
            st.text(max_size=12),
            st.dictionaries(st.sampled_from(["made", "season", "count"]), st.sampled_from(["1", "20", "x"])),
            st.dictionaries(st.sampled_from("abcdefg"), st.integers(-1, 3)),
        ),
        max_size=12,
    )
)
def test_groups_part_the_questions(drawn: list[tuple[str, dict[str, str], dict[str, int]]]) -> None:
    queries = tuple(asked(text(words), tags=tags, id=str(n)) for n, (words, tags, _) in enumerate(drawn))
    gains = {str(n): gains for n, (_, _, gains) in enumerate(drawn)}
    groups = segments(QuerySet(name="q", queries=queries), Judgments(name="j", gains=gains))
    every = [one.id for one in queries]
    for kind, values in groups.items():
        members = [id for ids in values.values() for id in ids]
        told = [one.id for one in queries if kind in one.tags]
        assert sorted(members) == sorted(told if kind in ("made", "season") else every)
        assert all(values.values())
        for ids in values.values():
            assert ids == [id for id in every if id in ids]  # in the set's order


def counted(**counts: Any) -> dict[str, list[str]]:
    queries = tuple(asked(text(id), tags={"count": str(count)}, id=id) for id, count in counts.items())
    return segments(QuerySet(name="q", queries=queries), Judgments(name="j", gains={}))["demand"]


def test_the_head_makes_up_half_of_all_asking() -> None:
    assert counted(a=5, b=60, c=15, d="1,000", e="often") == {"head": ["d"], "tail": ["a", "b", "c", "e"]}
    assert counted(a=1, b=1, c=1, d=1) == {"head": ["a", "b"], "tail": ["c", "d"]}
    assert counted(a=4, b=3, c=3) == {"head": ["a", "b"], "tail": ["c"]}
    assert counted(a=3) == {"head": ["a"]}


def test_without_counts_there_are_few_or_many_right_answers() -> None:
    queries = QuerySet(name="q", queries=tuple(asked(text(id), id=id) for id in ("few", "many", "none")))
    gains = {"few": {"a": 3, "b": 1, "c": 1, "x": 0}, "many": dict.fromkeys("abcd", 1)}
    groups = segments(queries, Judgments(name="j", gains=gains))
    assert groups["right answers"] == {"few": ["few", "none"], "many": ["many"]}
    assert "demand" not in groups


def test_tags_of_many_values_and_filters_make_no_groups() -> None:
    where = Compare("price", "<", 5)
    queries = tuple(
        Asked(
            id=str(n),
            query=Query(parts=(text("a"),), where=where),
            tags={"asker": str(n), "where": "price < 5", "season": str(n % 2)},
        )
        for n in range(9)
    )
    groups = segments(QuerySet(name="q", queries=queries), Judgments(name="j", gains={}))
    assert "asker" not in groups
    assert "where" not in groups
    assert groups["season"] == {"0": ["0", "2", "4", "6", "8"], "1": ["1", "3", "5", "7"]}
