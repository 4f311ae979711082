"""What merchants say in the store: changed whole or not at all, logged, noticed, and there after a migration."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from wares.errors import StoreError
from wares.store import auditing
from wares.store.counters import Noticed
from wares.store.store import Store


def test_what_is_said_comes_back_by_kind_in_the_order_of_names(store: Store):
    store.say("rule", {"b": "{}", "a": "[]"}, "anna")
    store.say("synonyms", {"a": "1"}, "anna")
    assert list(store.said("rule").items()) == [("a", "[]"), ("b", "{}")]
    assert store.said("synonyms") == {"a": "1"} and store.said("stop words") == {}


def test_every_change_is_logged_with_what_was_before_and_what_did_not_change_is_not(store: Store):
    assert store.say("rule", {"a": "1", "b": "1"}, "anna") == ["a", "b"]
    assert store.say("rule", {"a": "2", "b": "1"}, "ben") == ["a"]
    assert store.say("rule", {"a": None, "none": None}, "cleo") == ["a"]
    assert [(one.who, one.name, one.before, one.after) for one in store.audit()] == [
        ("cleo", "a", "2", None),
        ("ben", "a", "1", "2"),
        ("anna", "b", None, "1"),
        ("anna", "a", None, "1"),
    ]
    assert [one.who for one in store.audit("rule", "a", limit=2)] == ["cleo", "ben"]
    assert store.audit("synonyms") == []


def test_too_many_change_nothing(store: Store):
    store.say("rule", {"a": "1"}, "anna", at_most=2)
    before = store.revision(), store.audit()
    with pytest.raises(StoreError, match="3 rules, and at most 2"):
        store.say("rule", {"b": "1", "c": "1"}, "anna", at_most=2)
    assert store.said("rule") == {"a": "1"} and (store.revision(), store.audit()) == before


def test_a_change_by_another_process_is_noticed(tmp_path: Path):
    with Store.create(tmp_path / "shop.db") as store, Store.open(tmp_path / "shop.db") as other:
        made: list[dict[str, str]] = []

        def make() -> dict[str, str]:
            made.append(store.said("rule"))
            return made[-1]

        rules = Noticed(store.revision, make, every_s=0)
        assert rules.get() == {} and rules.get() is made[0], "what did not change is not made again"
        other.say("rule", {"a": "1"}, "anna")
        assert rules.get() == {"a": "1"}
        assert len(made) == 2
        rules.forget()
        assert rules.get() is made[2]


def test_within_a_second_nobody_looks(store: Store):
    rules = Noticed(store.revision, lambda: store.said("rule"), every_s=60)
    rules.get()
    store.say("rule", {"a": "1"}, "anna")
    assert rules.get() == {}


def test_writers_at_once_lose_no_change(tmp_path: Path):
    path = tmp_path / "shop.db"
    Store.create(path).close()

    def write(who: str) -> None:
        with Store.open(path, wait_s=30) as own:
            for n in range(10):
                own.say("rule", {"shared": f"{who} {n}", f"{who} {n}": "1"}, who)

    threads = [threading.Thread(target=write, args=(who,)) for who in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Store.open(path) as store:
        assert len(store.said("rule")) == 21 and store.revision() == 20
        shared = store.audit("rule", "shared")[::-1]
        afters = [one.after for one in shared]
        assert [one.before for one in shared] == [None, *afters[:-1]], "each change follows the one before"


NEW = {"merchandising", "audit", "keys", "asked", "events", "jobs"}


def test_an_older_store_gets_the_tables_that_a_new_one_has(tmp_path: Path):
    Store.create(tmp_path / "new.db").close()
    Store.create(tmp_path / "old.db").close()
    with sqlite3.connect(tmp_path / "old.db") as raw:
        for table in NEW:
            raw.execute(f"DROP TABLE {table}")
        raw.execute("DELETE FROM meta WHERE key IN ('merchandising', 'keys')")
        raw.execute("UPDATE meta SET value = '2' WHERE key = 'schema'")
    raw.close()
    with Store.open(tmp_path / "old.db") as store:
        assert store.revision() == 0
        store.say("rule", {"a": "1"}, "anna")
        assert store.revision() == 1
    assert _tables(tmp_path / "old.db") == _tables(tmp_path / "new.db")


def _tables(path: Path) -> dict[str, object]:
    engine = create_engine(f"sqlite:///{path}")
    try:
        found = inspect(engine)
        return {
            name: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
                found.get_pk_constraint(name)["constrained_columns"],
                sorted(index["name"] or "" for index in found.get_indexes(name)),
            )
            for name in NEW
        }
    finally:
        engine.dispose()


def test_products_that_came_through_a_server_are_one_entry_a_batch(store: Store):
    ids = [f"p{n}" for n in range(1000)]
    store.note_audit("key storefront", "product", "feed", after=auditing.batch(ids, added=998, changed=2))
    [entry] = store.audit("product")
    assert (entry.who, entry.name, entry.before) == ("key storefront", "feed", None)
    assert json.loads(entry.after or "") == {"added": 998, "changed": 2, "first": ids[:10]}
