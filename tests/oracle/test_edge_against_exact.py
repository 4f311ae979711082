"""The embedded index answers every question as the brute-force index does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.errors import QueryError
from wares.index import fields as index_fields
from wares.index.base import Channel, Index, Match, Point, VectorSpec
from wares.index.edge import EdgeIndex
from wares.index.edge_files import Tuning
from wares.index.exact import ExactIndex
from wares.records import AllOf, AnyOf, Compare, Exists, In, Not, Sparse, Under

DIMS = 4
VECTORS = (VectorSpec("one", DIMS), VectorSpec("many", DIMS, multi=True))
HALF = 2e-3  # what rounding unit vectors to 16 bits may change in a dot product

# Names that are awkward as paths, and values that collide when folded or change their type between products.
FIELDS = ["brand", "price", "in stock", '尺码 "a.b"[0]', "offers", "mixed"]
TEXTS = st.sampled_from(["red", "Red", " RED ", "Ｒed", "grün", "GRÜN", "7", "true", "", "红 色"])
NUMBERS = st.sampled_from([0.0, 1.0, 7.0, 7.5, -3.25, 1e-9])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES = {
    "brand": st.one_of(TEXTS, st.lists(TEXTS, max_size=3)),
    "price": NUMBERS,
    "in stock": st.booleans(),
    '尺码 "a.b"[0]': TEXTS,
    "offers": TEXTS,
    "mixed": SCALARS,
}
CATEGORIES = st.sampled_from([["shoes"], ["shoes", "shoes/running"], ["Bags"], []])


def some_values(**always: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries(always, optional=VALUES)


@st.composite
def points(draw: st.DrawFn) -> Point:
    seeds = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def rows(count: int) -> np.ndarray:
        made = seeds.normal(size=(count, DIMS)).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    terms = draw(st.lists(st.sampled_from([0, 3, 70_000, 2**32 - 1]), unique=True, max_size=4))
    return Point(
        number=draw(st.integers(1, 9)),
        vectors={"one": rows(draw(st.integers(0, 1))), "many": rows(draw(st.integers(0, 3)))},
        words=Sparse(tuple(terms), tuple(draw(st.sampled_from([0.5, 1.0, 2.25])) for _ in terms)),
        fields=draw(some_values(category=CATEGORIES)),
        offers=draw(st.lists(some_values(), max_size=4)),
    )


ATOMS = st.one_of(
    st.builds(Compare, st.sampled_from([*FIELDS, "unheard of"]), st.sampled_from(["=", "!="]), SCALARS),
    st.builds(Compare, st.sampled_from(["price", "mixed"]), st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds(In, st.sampled_from(FIELDS), st.lists(TEXTS | NUMBERS, max_size=3).map(tuple)),
    st.builds(Exists, st.sampled_from(FIELDS)),
    st.builds(Under, st.sampled_from([("Shoes",), ("shoes", "Running"), ("bags",)])),
)
FILTERS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
NUMBERS_ASKED = st.lists(st.integers(1, 12), max_size=3).map(tuple)
TERMS = st.lists(st.sampled_from([0, 3, 70_000, 5]), max_size=2).map(tuple)
MATCHES = st.builds(
    Match,
    where=st.none() | FILTERS,
    terms=st.none() | TERMS,
    texts=st.none() | st.lists(st.lists(TERMS, max_size=2).map(tuple), max_size=2).map(tuple),
    numbers=st.none() | NUMBERS_ASKED,
    without=NUMBERS_ASKED,
    within=st.none() | NUMBERS_ASKED,
)


def quick_disk() -> str | None:
    """A folder in memory where there is room: making an index waits for the disk dozens of times."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 2**30 else None


@contextmanager
def both(tuning: Tuning | None = None) -> Iterator[tuple[EdgeIndex, ExactIndex]]:
    with tempfile.TemporaryDirectory(dir=quick_disk()) as folder:
        edge = EdgeIndex.create(Path(folder) / "index", VECTORS, tuning)
        try:
            yield edge, ExactIndex(VECTORS)
        finally:
            edge.close()


def outcome(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except QueryError as refused:
        return str(refused)


def agree(edge: Index, exact: Index, ask: Callable[[Index], object]) -> None:
    assert outcome(lambda: ask(edge)) == outcome(lambda: ask(exact))


@pytest.fixture(params=[32, 3], ids=["fields indexed", "most fields not indexed"])
def common(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_fields, "COMMON", request.param)


WRITES = st.lists(st.tuples(st.lists(points(), min_size=1, max_size=6), NUMBERS_ASKED), min_size=1, max_size=3)
quietly = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@settings(quietly, max_examples=40)
@given(writes=WRITES, matches=st.lists(MATCHES, min_size=4, max_size=8))
def test_counts_facets_bounds_and_orders(common, writes, matches):
    with both() as (edge, exact):
        for batch, deleted in writes:
            for index in (edge, exact):
                index.upsert(batch)
                index.delete(deleted)
        assert edge.fields() == exact.fields()
        assert len(edge) == len(exact)
        for match in matches:
            agree(edge, exact, lambda index, match=match: index.count(match))
            for field in FIELDS:
                agree(edge, exact, lambda index, match=match, field=field: index.facet(match, field))
                agree(edge, exact, lambda index, match=match, field=field: index.facet(match, field, limit=1))
                agree(edge, exact, lambda index, match=match, field=field: index.bounds(match, field))
            for field, descending, limit, offset in [
                ("price", False, 3, 0),
                ("price", True, 3, 1),
                ("price", True, 20, 0),
                ("mixed", False, 2, 2),
                ("", False, 2, 1),
            ]:
                agree(
                    edge,
                    exact,
                    lambda index, match=match, field=field, descending=descending, limit=limit, offset=offset: (
                        index.ordered(match, field, descending=descending, limit=limit, offset=offset)
                    ),
                )


@settings(quietly, max_examples=30)
@given(
    batch=st.lists(points(), min_size=1, max_size=9, unique_by=lambda point: point.number),
    asked=st.lists(st.tuples(FILTERS | st.none(), NUMBERS_ASKED, st.integers(1, 9)), min_size=3, max_size=6),
    seed=st.integers(0, 99),
)
def test_queries_bring_the_same_points_with_the_same_scores(batch, asked, seed):
    looked_for = np.random.default_rng(seed).normal(size=(2, DIMS)).astype(np.float32)
    looked_for /= np.linalg.norm(looked_for, axis=1, keepdims=True)
    with both() as (edge, exact):
        edge.upsert(batch)
        exact.upsert(batch)
        for where, without, limit in asked:
            channels = [
                Channel("one", looked_for[0], limit),
                Channel("words", Sparse((3, 5, 70_000), (1.0, 1.0, 0.5)), limit),
                Channel("many", looked_for[1], limit),
            ]
            found = outcome(lambda w=where, o=without, c=channels: scores(edge, c, w, o))
            wanted = outcome(lambda w=where, o=without, c=channels: scores(exact, c, w, o))
            if isinstance(wanted, str):
                assert found == wanted
                continue
            for name, (all_found, brought), (all_wanted, best) in zip(
                ["one", "words", "many"], found, wanted, strict=True
            ):
                common = all_found.keys() & all_wanted.keys()
                assert [all_found[n] for n in common] == pytest.approx([all_wanted[n] for n in common], abs=HALF), (
                    name
                )
                assert sorted(brought) == pytest.approx(sorted(best), abs=HALF), name


def scores(index: Index, channels, where, without) -> list[tuple[dict[int, float], list[float]]]:
    """Per channel the scores of all candidates that have one, and those of the points it brought itself."""
    found = index.query(channels, where, without)
    assert not set(found.numbers) & set(without)
    assert len(set(found.numbers)) == len(found.numbers)
    assert not np.isnan(found.scores[found.brought]).any()
    return [
        (
            {n: s for n, s in zip(found.numbers, column, strict=True) if not np.isnan(s)},
            column[mine].tolist(),
        )
        for column, mine in zip(found.scores.T, found.brought.T, strict=True)
    ]
