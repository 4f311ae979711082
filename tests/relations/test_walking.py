"""Walks over the graph."""

import runpy
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import QueryError
from wares.relations import Graph, nearness, walk
from wares.relations.walking import MAX_MEMBERS, MAX_SEEDS, MAX_STEPS, WEIGHTS
from wares.store.entries import Stored

made = runpy.run_path(str(Path(__file__).with_name("catalogues.py")))
product, learnt, ROWS = made["product"], made["learnt"], made["ROWS"]

NUMBERS = range(8)
SEEDS = st.dictionaries(st.integers(0, 7), st.floats(-1, 5), max_size=4)


def dense(graph: Graph, seeds: dict[int, float], steps: int, restart: float) -> dict[int, float]:
    """The same by a matrix over all products, brands and categories: the sum of (1 - r)^k sP^k, divided by that of
    (1 - r)^k."""
    brands = sorted({graph.brand(number).casefold() for number in NUMBERS} - {""})
    paths = sorted({tuple(s.casefold() for s in graph.category(number)) for number in NUMBERS} - {()})
    place = {node: at for at, node in enumerate([*NUMBERS, *brands, *paths])}
    matrix = np.zeros((len(place), len(place)))
    for number in NUMBERS:
        ends: dict[str, dict[int, float]] = {}
        for edge in graph.edges(number):
            if edge.target is not None:
                ends.setdefault(edge.kind, {})[place[edge.target]] = edge.certainty
        brand, path = graph.brand(number).casefold(), tuple(s.casefold() for s in graph.category(number))
        if brand:
            ends["brand"] = {place[brand]: 1.0}
            matrix[place[brand], place[number]] = 1.0
        if path:
            ends["category"] = {place[path]: 1.0}
            matrix[place[path], place[number]] = 1.0
        for kind, shares in ends.items():
            for end, certainty in shares.items():
                matrix[place[number], end] += WEIGHTS[kind] * certainty / sum(shares.values())
    sums = matrix.sum(axis=1, keepdims=True)
    matrix = np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)
    start = np.zeros(len(place))
    for number, weight in seeds.items():
        start[place[number]] = max(weight, 0.0)
    if not start.any():
        return {}
    start /= start.sum()
    weights = [(1 - restart) ** taken for taken in range(steps + 1)]
    now = sum(weight * (start @ np.linalg.matrix_power(matrix, taken)) for taken, weight in enumerate(weights))
    now /= sum(weights)
    return {number: now[place[number]] for number in NUMBERS if now[place[number]] > 0}


@settings(deadline=None)
@given(ROWS, SEEDS, st.integers(0, MAX_STEPS), st.floats(0, 1))
def test_a_walk_is_what_powers_of_the_whole_matrix_give(
    rows: list[Stored], seeds: dict[int, float], steps: int, restart: float
):
    graph = Graph()
    graph.learn(rows)
    found = walk(graph, seeds, steps, restart)
    expected = dense(graph, seeds, steps, restart)
    for number in NUMBERS:
        assert found.get(number, 0.0) == pytest.approx(expected.get(number, 0.0), abs=1e-9)


@settings(deadline=None)
@given(ROWS, ROWS, SEEDS)
def test_a_walk_over_two_halves_is_one_over_everything(
    first: list[Stored], second: list[Stored], seeds: dict[int, float]
):
    once, base, top = Graph(), Graph(), Graph()
    once.learn([*first, *second])
    base.learn(first)
    top.learn(second)
    assert walk(top.over(base), seeds) == pytest.approx(walk(once, seeds))


@settings(deadline=None)
@given(ROWS, SEEDS)
def test_nearness_lies_between_0_and_1(rows: list[Stored], seeds: dict[int, float]):
    graph = Graph()
    graph.learn(rows)
    near: npt.NDArray[np.float64] = nearness(graph, NUMBERS, seeds)
    assert near.dtype == np.float64
    assert near.shape == (8,)
    assert ((near >= 0) & (near <= 1)).all()
    assert near.max() in (0.0, 1.0)


def test_an_accessory_is_nearer_than_a_product_of_the_brand_and_a_stranger_not_at_all():
    graph = learnt(
        product("phone", brand="Acme", category=("Phones",)),
        product("case", relations={"accessory_for": ("phone",)}),
        product("tablet", brand="Acme"),
        product("other phone", category=("Phones",)),
        product("tea"),
    )
    near = nearness(graph, [1, 2, 3, 4, 5], {1: 1.0})
    assert near[1] == 1.0
    assert near[1] > near[3] > near[2] > near[4] == 0.0


def test_seeds_gain_nothing_by_being_seeds():
    graph = learnt(
        product("a", brand="Acme", relations={"goes_with": ("b",)}), product("b"), product("c", brand="Acme")
    )
    assert nearness(graph, [1, 2, 3], {1: 1.0})[0] == 0.0
    both = nearness(graph, [1, 2, 3], {1: 1.0, 3: 1.0})
    assert both[1] > both[0] > both[2] > 0.0


def test_many_edges_of_a_kind_leave_the_others_their_weight():
    cases = [product(f"c{number}", relations={"accessory_for": ("phone",)}) for number in range(60)]
    graph = learnt(product("phone", brand="Acme"), product("tablet", brand="Acme"), *cases)
    few = learnt(product("phone", brand="Acme"), product("tablet", brand="Acme"), *cases[:1])
    assert walk(graph, {1: 1.0})[2] == pytest.approx(walk(few, {1: 1.0})[2])


def test_a_big_brand_is_walked_to_those_among_the_candidates_each_as_likely_as_one_of_all():
    many = [product(f"p{number}", brand="Acme") for number in range(10_000)]
    graph = learnt(*many)
    found = walk(graph, {1: 1.0}, among=[9_000, 9_001])
    assert found[9_000] == found[9_001] == pytest.approx(0.49 / 2.19 / 10_000)
    assert len(walk(graph, {1: 1.0})) <= MAX_MEMBERS + 1
    assert nearness(graph, [2, 9_000], {1: 1.0}).tolist() == [1.0, 1.0]


def test_a_hub_and_many_seeds_stay_within_bounds():
    cases = [product(f"c{number}", relations={"accessory_for": ("phone",)}) for number in range(10_000)]
    graph = learnt(product("phone"), *cases)
    found = walk(graph, dict.fromkeys(range(1, 9_000), 1.0), steps=MAX_STEPS)
    assert len(found) < 5_000
    assert sum(found.values()) < 1.0 + 1e-9
    assert len(walk(graph, dict.fromkeys(range(2, 900), 1.0), steps=0)) == MAX_SEEDS


def test_nothing_comes_of_nothing():
    empty = Graph()
    assert walk(empty, {}) == {}
    assert walk(empty, {5: 1.0}) == {5: pytest.approx(1 / 2.19)}
    assert nearness(empty, [], {5: 1.0}).shape == (0,)
    assert nearness(empty, [5, 6], {}).tolist() == [0.0, 0.0]
    assert walk(empty, {5: float("nan"), 6: float("inf"), 7: -1.0}) == {}


@pytest.mark.parametrize(
    ("steps", "restart"), [(-1, 0.3), (MAX_STEPS + 1, 0.3), (2, -0.1), (2, 1.1), (2, float("nan"))]
)
def test_a_walk_that_cannot_be_is_refused(steps: int, restart: float):
    with pytest.raises(QueryError):
        walk(Graph(), {1: 1.0}, steps, restart)
