"""Counts under collapse are those of an oracle that looks at every product, whichever index counts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.index.base import Index, Match, Point, VectorSpec, fold
from wares.index.edge import EdgeIndex
from wares.index.exact import ExactIndex
from wares.ranking import ranges
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


class Known:
    """The groups of products, by number."""

    def __init__(self, groups: Mapping[int, int]) -> None:
        self._by_number = {number: group for number, group in groups.items() if group}
        self.grouped = np.asarray(sorted(self._by_number), np.int64)

    def groups(self, numbers: Sequence[int] | np.ndarray) -> np.ndarray:
        return np.asarray([self._by_number.get(int(number), 0) for number in numbers], np.int64)


#: The group of each product of the tests, by number.
GROUPS = st.lists(st.integers(0, 4), min_size=26, max_size=26).map(lambda groups: Known(dict(enumerate(groups))))


class Oracle:
    """Every matching product by itself; one of a group stands for all."""

    def __init__(self, index: Index, known: Known) -> None:
        self._index = index
        self._known = known

    def count(self, match: Match, *conditions: Filter) -> int:
        where = (match.where,) if match.where is not None else ()
        narrowed = Match(
            where=AllOf((*where, *conditions)), terms=match.terms, without=match.without, within=match.within
        )
        numbers = self._index.ordered(narrowed, "", descending=False, limit=1_000)
        return len({group or -number for number, group in zip(numbers, self._known.groups(numbers), strict=True)})

    def facet(self, match: Match, field: str, values: Collection[str], limit: int) -> list[tuple[str, int]]:
        counted = [(value, self.count(match, Compare(field, "=", value))) for value in values]
        return sorted(((v, c) for v, c in counted if c), key=lambda pair: (-pair[1], pair[0]))[:limit]


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


def check(kind: str, points: Sequence[Point], matches: Sequence[Match], known: Known) -> None:
    with made(kind, points) as index:
        oracle = Oracle(index, known)
        for match in matches:
            counts = Collapsed(index, match, known)
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
@given(points=POINTS, matches=st.lists(MATCHES, min_size=1, max_size=3), known=GROUPS)
def test_in_plain_loops(points: list[Point], matches: list[Match], known: Known) -> None:
    check("exact", points, matches, known)


@settings(quietly, max_examples=15)
@given(points=POINTS, matches=st.lists(MATCHES, min_size=2, max_size=4), known=GROUPS)
def test_in_the_embedded_index(points: list[Point], matches: list[Match], known: Known) -> None:
    check("edge", points, matches, known)


def _points(*colours: str) -> list[Point]:
    return [
        Point(number=n, vectors={}, words=Sparse((), ()), fields={"colour": colour}, offers=[{}])
        for n, colour in enumerate(colours, 1)
    ]


def _known(*groups: int) -> Known:
    return Known(dict(enumerate(groups, 1)))


class Asked(ExactIndex):
    """Counts how often products are listed."""

    asked = 0

    def ordered(self, *arguments: object, **named: object) -> list[int]:
        self.asked += 1
        return super().ordered(*arguments, **named)  # type: ignore[arg-type]


def test_a_value_that_looks_most_frequent_may_come_last() -> None:
    index = ExactIndex(VECTORS)
    index.upsert(_points(*["red"] * 5, "blue", "blue", "green", "green"))
    counts = Collapsed(index, Match(), _known(1, 1, 1, 1, 1, 0, 0, 2, 0))
    assert counts.total() == 5
    assert folded(counts.facet("colour", 2)) == [("blue", 2), ("green", 2)]
    assert folded(counts.facet("colour")) == [("blue", 2), ("green", 2), ("red", 1)]


def test_products_are_listed_only_for_values_that_several_members_have() -> None:
    index = Asked(VECTORS)
    index.upsert(_points(*(f"colour {n}" for n in range(50)), "red", "red", "blue"))
    counts = Collapsed(index, Match(), _known(*[0] * 50, 1, 1, 1))
    assert len(counts.facet("colour")) == 52
    assert index.asked == 2  # for the match, and for red


def test_without_groups_every_product_counts() -> None:
    index = ExactIndex(VECTORS)
    index.upsert(_points("red", "red", "blue"))
    counts = Collapsed(index, Match(), None)
    assert counts.total() == 3
    assert folded(counts.facet("colour")) == [("red", 2), ("blue", 1)]
