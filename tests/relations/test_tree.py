"""The tree of categories."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wares.relations import Tree
from wares.relations.tree import MAX_DEPTH

steps = st.sampled_from(["Shoes", "shoes", "Men", "Running", "跑鞋", "A", "B"])
paths = st.lists(steps, min_size=1, max_size=4).map(tuple)
counts = st.dictionaries(paths, st.integers(0, 9), max_size=12)

TREE = Tree({("Shoes",): 1, ("Shoes", "Running"): 5, ("Shoes", "Sandals"): 7, ("Hats",): 2, ("Bags", "Totes"): 3})


def lower(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step.casefold() for step in path)


@given(counts, paths)
def test_it_is_what_a_walk_over_all_paths_finds(counts: dict[tuple[str, ...], int], path: tuple[str, ...]):
    tree = Tree(counts)
    filed: Counter[tuple[str, ...]] = Counter()
    for own, count in counts.items():
        filed[lower(own)] += count
    there = {own[:depth] for own, count in filed.items() if count for depth in range(1, len(own) + 1)}
    total = {at: sum(n for own, n in filed.items() if own[: len(at)] == at) for at in {*there, ()}}
    at = lower(path)
    below = {other for other in there if other[:-1] == at}
    beside = {other for other in there if other[:-1] == at[:-1] and other != at} if at in there else set()

    assert len(tree) == len(there)
    assert (path in tree) == (at in there)
    assert tree.count(path) == total.get(at, 0)
    assert {lower(other) for other in tree.narrower(path)} == below
    assert {lower(other) for other in tree.siblings(path)} == beside
    broader = tree.broader(path)
    assert (lower(broader) if broader else None) == (at[:-1] if at in there and len(at) > 1 else None)
    assert [lower(other) for other in tree.walked()] == sorted(there, key=lambda at: walked(at, total))


def walked(at: tuple[str, ...], total: dict[tuple[str, ...], int]) -> list[tuple[int, str]]:
    """The place in a walk: of the steps, those with more products first, then by name."""
    return [(-total[at[: depth + 1]], at[depth]) for depth in range(len(at))]


@given(counts, paths)
def test_each_wider_category_has_more_and_holds_the_narrower_one(
    counts: dict[tuple[str, ...], int], path: tuple[str, ...]
):
    tree = Tree(counts)
    before, least = lower(path), tree.count(path)
    for wider in tree.widened(path):
        assert lower(wider) == before[: len(wider)]
        assert tree.count(wider) > least
        before, least = lower(wider), tree.count(wider)


def test_what_is_around_a_category():
    assert TREE.narrower(()) == (("Shoes",), ("Bags",), ("Hats",))
    assert TREE.narrower(["shoes"]) == (("Shoes", "Sandals"), ("Shoes", "Running"))
    assert TREE.broader(["Shoes", "Running"]) == ("Shoes",)
    assert TREE.broader(["Shoes"]) is None
    assert TREE.siblings(["Shoes", "Running"]) == (("Shoes", "Sandals"),)
    assert TREE.siblings(["Shoes"]) == (("Bags",), ("Hats",))
    assert TREE.named("RUNNING") == (("Shoes", "Running"),)
    assert TREE.count(()) == 18


def test_a_step_that_adds_nothing_is_no_wider_place():
    assert TREE.widened(["Shoes", "Running"]) == (("Shoes",),)
    assert TREE.widened(["Bags", "Totes"]) == ()
    assert TREE.widened(["Hats"]) == ()


def test_a_category_that_is_not_there_has_nothing_around_it():
    for path in (["Cars"], ["Shoes", "Cars"], []):
        assert TREE.broader(path) is None
        assert TREE.siblings(path) == ()
    assert TREE.widened(["Shoes", "Cars"]) == (("Shoes",),)
    assert TREE.shown(["Cars"]) == ("Cars",)


def test_it_is_written_as_most_products_write_it():
    tree = Tree({("SHOES",): 2, ("Shoes",): 5, ("shoes", "run"): 1})
    assert tree.shown(["shoes"]) == ("Shoes",)
    assert tree.narrower(["shoes"]) == (("Shoes", "run"),)


def test_only_so_many_steps_are_read():
    deep = tuple(f"s{number}" for number in range(1_000))
    tree = Tree({deep: 1})
    assert len(tree) == MAX_DEPTH
    assert tree.count(deep) == 1
