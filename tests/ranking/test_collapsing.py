"""Counts under collapse are those of an oracle that looks at every product, whichever index counts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.index.base import Index, Match, Point, VectorSpec, fold
from wares.index.edge import EdgeIndex
from wares.index.exact import ExactIndex
from wares.ranking import collapsing, ranges
from wares.ranking.collapsing import Collapsed
from wares.records import AllOf, Compare, Exists, FacetValue, Filter, Not, Sparse

VECTORS = (VectorSpec("one", 2),)
COLOURS = st.sampled_from(["red", "Red", "blue", "green", "white", "black"])
OFFERS = st.fixed_dictionaries(
    {}, optional={"size": st.sampled_from(["S", "M", "L"]), "price": st.integers(1, 60).map(float)}
)
POINTS = st.lists(
    st.builds(
        lambda **values: Point(**values),
        number=st.integers(1, 25),
        vectors=st.just({}),
        words=st.lists(st.sampled_from([1, 2, 3]), unique=True, max_size=2).map(
            lambda terms: Sparse(tuple(terms), (1.0,) * len(terms))
        ),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "colour": COLOURS | st.lists(COLOURS, max_size=2),
                "new": st.booleans(),
                "stars": st.integers(1, 5).map(float),
            },
        ),
        offers=st.lists(OFFERS, min_size=1, max_size=3),
        group=st.integers(0, 4),
    ),
    max_size=25,
    unique_by=lambda point: point.number,
)
WHERE = st.sampled_from(
    [
        None,
        Compare("colour", "=", "red"),
        Compare("price", "<", 30.0),
        Not(Compare("size", "=", "M")),
        Exists("stars"),
        AllOf((Compare("size", "=", "M"), Compare("price", ">=", 10.0))),
    ]
)
MATCHES = st.builds(
    Match,
    where=WHERE,
    terms=st.none() | st.just((1,)) | st.just((2, 3)),
    without=st.lists(st.integers(1, 25), max_size=3).map(tuple),
    within=st.none() | st.lists(st.integers(1, 25), min_size=5, max_size=25).map(tuple),
)


class Oracle:
    """Every matching product by itself; one of a group stands for all."""

    def __init__(self, index: Index, points: Sequence[Point]) -> None:
        self._index = index
        self._points = {point.number: point for point in points}

    def count(self, match: Match, *conditions: Filter) -> int:
        where = (match.where,) if match.where is not None else ()
        narrowed = Match(
            where=AllOf((*where, *conditions)), terms=match.terms, without=match.without, within=match.within
        )
        numbers = self._index.ordered(narrowed, "", descending=False, limit=1_000)
        return len({self._points[number].group or -number for number in numbers})

    def facet(self, match: Match, field: str, values: Collection[str], limit: int) -> list[tuple[str, int]]:
        counted = [(value, self.count(match, Compare(field, "=", value))) for value in values]
        return sorted(((v, c) for v, c in counted if c), key=lambda pair: (-pair[1], pair[0]))[:limit]


def members_of(points: Sequence[Point]) -> collapsing.Members:
    return lambda groups: [point.number for point in points if point.group in groups]


@contextmanager
def made(kind: str, points: Sequence[Point]) -> Iterator[Index]:
    shared = Path("/dev/shm")
    room = str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 2**30 else None
    with tempfile.TemporaryDirectory(dir=room) as folder:
        index: Index = ExactIndex(VECTORS) if kind == "exact" else EdgeIndex.create(Path(folder) / "index", VECTORS)
        try:
            index.upsert(points)
            yield index
        finally:
            index.close()


def folded(found: Sequence[FacetValue]) -> list[tuple[str, int]]:
    return [(fold(each.value), each.count) for each in found]


def check(kind: str, points: Sequence[Point], matches: Sequence[Match], with_members: bool) -> None:
    with made(kind, points) as index:
        oracle = Oracle(index, points)
        for match in matches:
            counts = Collapsed(index, match, members_of(points) if with_members else None)
            assert counts.total() == oracle.count(match)
            for field, values in {
                "colour": ["red", "blue", "green", "white", "black"],
                "size": ["s", "m", "l"],
                "new": ["true", "false"],
            }.items():
                for limit in (1, 2, 100):
                    assert folded(counts.facet(field, limit)) == oracle.facet(match, field, values, limit)
            for field in ("stars", "price"):
                bounds = index.bounds(match, field)
                expected = [
                    (ranges.label(low, high), count)
                    for low, high in (pairwise(ranges.edges(*bounds)) if bounds else ())
                    if (count := oracle.count(match, Compare(field, ">=", low), Compare(field, "<", high)))
                ]
                assert [(each.value, each.count) for each in counts.ranges(field)] == expected


quietly = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(quietly, max_examples=150)
@given(points=POINTS, matches=st.lists(MATCHES, min_size=1, max_size=3), with_members=st.booleans())
def test_in_plain_loops(points: list[Point], matches: list[Match], with_members: bool) -> None:
    check("exact", points, matches, with_members)


@settings(quietly, max_examples=15)
@given(points=POINTS, matches=st.lists(MATCHES, min_size=2, max_size=4), with_members=st.booleans())
def test_in_the_embedded_index(points: list[Point], matches: list[Match], with_members: bool) -> None:
    check("edge", points, matches, with_members)


def _points(*colours_and_groups: tuple[str, int]) -> list[Point]:
    return [
        Point(number=n, vectors={}, words=Sparse((), ()), fields={"colour": colour}, offers=[{}], group=group)
        for n, (colour, group) in enumerate(colours_and_groups, 1)
    ]


class Asked(ExactIndex):
    """Counts how often groups are asked for."""

    asked = 0

    def groups(self, match: Match) -> dict[int, int]:
        self.asked += 1
        return super().groups(match)


def test_a_value_that_looks_most_frequent_may_come_last() -> None:
    index = ExactIndex(VECTORS)
    index.upsert(points := _points(*[("red", 1)] * 5, ("blue", 0), ("blue", 0), ("green", 2), ("green", 0)))
    counts = Collapsed(index, Match(), members_of(points))
    assert counts.total() == 5
    assert folded(counts.facet("colour", 2)) == [("blue", 2), ("green", 2)]
    assert folded(counts.facet("colour")) == [("blue", 2), ("green", 2), ("red", 1)]


def test_groups_are_counted_only_for_values_that_several_members_have() -> None:
    index = Asked(VECTORS)
    lone = [(f"colour {n}", 0) for n in range(50)]
    index.upsert(points := _points(*lone, ("red", 1), ("red", 1), ("blue", 1)))
    counts = Collapsed(index, Match(), members_of(points))
    assert len(counts.facet("colour")) == 52
    assert index.asked == 2  # for the match, and for red


@pytest.mark.parametrize("most", [1, 5_000])
def test_more_members_than_are_looked_up_change_nothing(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collapsing, "MAX_MEMBERS", most)
    index = ExactIndex(VECTORS)
    index.upsert(points := _points(("red", 1), ("red", 1), ("blue", 0)))
    found = Collapsed(index, Match(), members_of(points)).facet("colour")
    assert folded(found) == [("blue", 1), ("red", 1)]
