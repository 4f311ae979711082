"""Small sets of questions, and systems that answer them as they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import pytest

from wares.errors import QueryError
from wares.evaluation.records import Asked, Judgments, QuerySet, System
from wares.records import Hit, Part, Product, Query, Results

Answering: TypeAlias = Callable[[Mapping[str, Sequence[str]]], System]
Asking: TypeAlias = Callable[..., QuerySet]


@pytest.fixture(scope="session")
def answering() -> Answering:
    """Makes a system out of a table: words → product ids. Words that are not in it are an error."""

    def make(table: Mapping[str, Sequence[str]]) -> System:
        def answer(query: Query) -> Results:
            words = str(query.parts[0].value)
            if words not in table:
                raise QueryError(f"nobody knows {words!r}")
            ids = table[words][query.offset : query.offset + query.limit]
            hits = tuple(
                Hit(id=id, title=id.upper(), score=1 / place, product=Product(id=id, title=id.upper()))
                for place, id in enumerate(ids, start=1)
            )
            return Results(query_id="", total=len(ids), hits=hits, took_ms=2.0, timings_ms={"index": 1.5})

        return answer

    return make


@pytest.fixture(scope="session")
def asking() -> Asking:
    """Makes a set out of words: ``asking("red", "blue")`` has the ids "red" and "blue"."""

    def make(*words: str, tags: Mapping[str, Mapping[str, str]] | None = None) -> QuerySet:
        queries = tuple(
            Asked(id=word, query=Query(parts=(Part("text", word),)), tags=(tags or {}).get(word, {}))
            for word in words
        )
        return QuerySet(name="words", queries=queries, truth="as told", bias="none")

    return make


@pytest.fixture(scope="session")
def judging() -> Callable[[Mapping[str, Mapping[str, int]]], Judgments]:
    """Makes judgments out of a table."""
    return lambda gains: Judgments(name="labels", gains=gains)
