"""Groups of products: against an oracle that forgets nothing, and each promise by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from wares.records import Product
from wares.store.entries import Entry, Fold
from wares.store.store import Store

Make = Callable[..., Entry]

ORDER = ("same", "variant")
LARGEST = 4

numbers = st.integers(1, 8)
pairs = st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])
steps = st.lists(
    st.tuples(
        st.lists(numbers, min_size=1, max_size=3, unique=True),
        st.dictionaries(pairs, st.sampled_from(ORDER), max_size=6),
    ),
    max_size=8,
)


def filled(path: Path, count: int = 8) -> Store:
    store = Store.create(path)
    store.put([Entry(product=Product(id=f"p{n}", title="A thing"), hash=b"") for n in range(1, count + 1)])
    return store


def grouped(links: dict[tuple[int, int], str]) -> dict[int, int]:
    """The slow way: walk from every product as far as links go."""
    found = {}
    for start in {end for pair in links for end in pair}:
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {end for pair in links if frontier & set(pair) for end in pair} - reached
            reached |= frontier
        if len(reached) <= LARGEST:
            found[start] = min(reached)
    return found


@given(steps)
@settings(max_examples=60, deadline=None)
def test_any_sequence_of_links_leaves_the_groups_that_walking_finds(tmp_path_factory: Any, steps: list[Any]) -> None:
    kept: dict[tuple[int, int], str] = {}
    with filled(tmp_path_factory.mktemp("folds") / "shop.db") as store:
        for compared, found in steps:
            links = {pair: reason for pair, reason in found.items() if set(pair) & set(compared)}
            kept = {pair: reason for pair, reason in kept.items() if not set(pair) & set(compared)} | links
            before, change = store.folds.groups(range(1, 9)), store.last_change()
            moved = store.folds.link(compared, links, ORDER, LARGEST)
            after = grouped(kept)
            assert store.folds.groups(range(1, 9)) == after
            differ = {n for n in range(1, 9) if before.get(n, 0) != after.get(n, 0)}
            assert moved == len(differ)
            assert {each.number for each in store.changes(change)} == differ, "whoever follows the changes hears it"
            assert {row.number: row.group for rows in store.scan(3) for row in rows if row.group} == after


def test_a_product_has_its_strongest_reason(tmp_path: Path) -> None:
    with filled(tmp_path / "shop.db") as store:
        store.folds.link([1], {(1, 2): "same", (1, 3): "variant"}, ORDER, LARGEST)
        assert store.folds.all() == [Fold(1, 1, "same"), Fold(2, 1, "same"), Fold(3, 1, "variant")]


def test_a_group_too_large_is_reported_and_not_made(tmp_path: Path) -> None:
    with filled(tmp_path / "shop.db") as store:
        store.folds.link([1, 6], {(1, n): "same" for n in (2, 3, 4, 5)} | {(6, 7): "same"}, ORDER, LARGEST)
        assert store.folds.groups(range(1, 9)) == {6: 6, 7: 6}
        assert store.folds.overgrown(LARGEST) == [[1, 2, 3, 4, 5]]


def test_keys_are_filed_in_place_of_those_before(tmp_path: Path) -> None:
    with filled(tmp_path / "shop.db") as store:
        store.folds.file({1: [7, 8, 7], 2: [8]})
        store.folds.file({1: [9], 3: []})
        assert store.folds.holders([7, 8, 9], most=5) == ({8: [2], 9: [1]}, set())


def test_a_crowded_key_is_named_and_not_read(tmp_path: Path) -> None:
    with filled(tmp_path / "shop.db") as store:
        store.folds.file({n: [7] for n in range(1, 5)} | {5: [8]})
        assert store.folds.holders([7, 8], most=3) == ({8: [5]}, {7})


def test_what_others_wrote_meanwhile_is_not_called_done(tmp_path: Path, entry: Make) -> None:
    with filled(tmp_path / "shop.db") as store:
        upto = store.last_change()
        moved = store.folds.link([1], {(1, 2): "same"}, ORDER, LARGEST)
        store.folds.done(upto, moved, "rules")
        assert store.folds.state() == (store.last_change(), "rules")
        upto = store.last_change()
        store.put([entry("late")])
        store.folds.done(upto, 0, "rules")
        assert store.folds.state() == (upto, "rules")


def test_ending_frees_all_products(tmp_path: Path) -> None:
    with filled(tmp_path / "shop.db") as store:
        store.folds.link([1], {(1, 2): "same"}, ORDER, LARGEST)
        change = store.last_change()
        assert store.folds.end() == 2
        assert store.folds.all() == []
        assert {each.number for each in store.changes(change)} == {1, 2}


def test_products_that_share_a_picture_are_named_with_it(tmp_path: Path, entry: Make) -> None:
    with Store.create(tmp_path / "shop.db") as store:
        store.put([entry("a", keys=("x", "y")), entry("b", keys=("x",)), entry("c", keys=("z",))])
        assert store.folds.shared_pictures() == [("x", [1, 2])]


OLD = """
CREATE TABLE meta (key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE products (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, hash BLOB NOT NULL,
    change BIGINT NOT NULL, doc TEXT NOT NULL, UNIQUE (id), UNIQUE (change));
CREATE TABLE media (number BIGINT NOT NULL, position INTEGER NOT NULL, "key" TEXT, modality TEXT NOT NULL,
    role TEXT NOT NULL, variant TEXT, source TEXT NOT NULL, warning TEXT NOT NULL,
    PRIMARY KEY (number, position)) WITHOUT ROWID;
CREATE TABLE removals (change BIGINT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (change));
CREATE TABLE towers (tower INTEGER NOT NULL, fingerprint TEXT NOT NULL, dims INTEGER NOT NULL, PRIMARY KEY (tower),
    UNIQUE (fingerprint));
CREATE TABLE vectors ("key" TEXT NOT NULL, tower SMALLINT NOT NULL, "row" BLOB NOT NULL, PRIMARY KEY ("key", tower));
INSERT INTO meta VALUES ('schema', '1'), ('change', '1');
INSERT INTO products VALUES (1, 'old', x'00', 1, '{"id":"old","title":"Old thing"}');
"""


def test_a_store_of_the_first_schema_is_brought_up_to_date(tmp_path: Path, entry: Make) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as old:
        old.executescript(OLD)
    old.close()
    with Store.open(path) as store:
        assert store.folds.state() == (0, "")
        assert [row.product.title for rows in store.scan() for row in rows] == ["Old thing"]
        store.put([entry("new")])
        store.folds.link([2], {(1, 2): "same"}, ORDER, LARGEST)
    with Store.open(path, read_only=True) as store:
        assert store.folds.groups([1, 2]) == {1: 1, 2: 1}
