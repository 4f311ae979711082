"""Keys: made, shown, refused, rotated, taken back; noticed by others, logged without a secret."""

import hashlib
import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from wares.access import Key, Keyring
from wares.access.keyring import MAX_KEYS
from wares.errors import Forbidden, KeyExpired, KeyRevoked, KeyUnknown, SetupError
from wares.records import Compare
from wares.store.store import Store


@pytest.fixture
def keyring(store: Store, clock: Any) -> Keyring:
    return Keyring(store, every_s=0, clock=clock)


def test_a_token_is_its_key_and_nothing_else_is(keyring: Keyring) -> None:
    key, token = keyring.create("storefront", ["search"], by="anna")
    other, _ = keyring.create("other", ["admin"], by="anna")
    prefix, id, secret = token.split("_")
    assert (prefix, id) == ("wares", key.id) and secret.isalnum() and len(secret) == 43
    assert keyring.verify(token) == key
    for wrong in ("", "wares", "wares__", token[:-1], token + "x", token[:-1] + "é", f"wares_{other.id}_{secret}"):
        with pytest.raises(KeyUnknown):
            keyring.verify(wrong)


def test_nothing_tells_a_wrong_secret_from_an_unknown_id(keyring: Keyring) -> None:
    key, token = keyring.create("storefront", by="anna")
    keyring.revoke(key.id, by="anna")
    said = set()
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), token.replace(key.id, "a" * 8), "nonsense"):
        with pytest.raises(KeyUnknown) as refused:
            keyring.verify(wrong)
        said.add((type(refused.value), str(refused.value)))
    assert len(said) == 1


def test_a_search_key_has_a_limit_and_a_key_that_writes_has_none_unless_told(keyring: Keyring) -> None:
    assert keyring.create("a", ["search"], by="anna")[0].per_minute == 600
    assert keyring.create("b", ["write"], by="anna")[0].per_minute == 0
    assert keyring.create("c", ["search"], per_minute=0, by="anna")[0].per_minute == 0
    assert keyring.create("d", ["admin", "search"], per_minute=5, by="anna")[0].per_minute == 5


@pytest.mark.parametrize(("scope", "may"), [("search", 1), ("write", 2), ("admin", 3)])
def test_a_scope_brings_those_before_it(keyring: Keyring, scope: str, may: int) -> None:
    key, _ = keyring.create("one", [scope], by="anna")
    assert [key.may(wanted) for wanted in ("search", "write", "admin")] == [at < may for at in range(3)]
    if may < 3:
        with pytest.raises(Forbidden, match="lacks the scope 'admin'") as refused:
            key.require("admin")
        assert refused.value.scope == "admin"
    key.require("search")


def test_a_key_of_a_part_of_the_shop_carries_its_filter_and_cannot_write(keyring: Keyring) -> None:
    key, _ = keyring.create("acme", where=' brand = "Acme" ', by="anna")
    assert key.filter() == Compare("brand", "=", "Acme") and key.where == 'brand = "Acme"'
    assert keyring.create("all", by="anna")[0].filter() is None
    with pytest.raises(SetupError, match="can only search"):
        keyring.create("writer", ["write"], where='brand = "Acme"', by="anna")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"scopes": []}, "needs a scope"),
        ({"scopes": ["root"]}, "'root' is no scope; known: search, write, admin"),
        ({"where": "brand = "}, "cannot be read"),
        ({"name": ""}, "1 … 100"),
        ({"name": "a\nb"}, "printable"),
        ({"name": "a\ud800b"}, "printable"),
        ({"per_minute": -1}, "calls a minute"),
        ({"expires": timedelta(0)}, "expired already"),
        ({"by": " "}, "who changes"),
        ({"name": "taken"}, "already"),
    ],
)
def test_what_no_key_can_be_is_refused_and_nothing_kept(keyring: Keyring, bad: dict[str, Any], says: str) -> None:
    keyring.create("taken", by="anna")
    before = keyring.list(), keyring.log()
    with pytest.raises(SetupError, match=says):
        keyring.create(**{"name": "new", "by": "anna", **bad})
    assert (keyring.list(), keyring.log()) == before


def test_a_key_is_good_until_it_expires_and_its_name_is_free_then(keyring: Keyring, clock: Any) -> None:
    first, token = keyring.create("storefront", expires=timedelta(days=90), by="anna")
    clock.turn(days=89, hours=23)
    assert keyring.verify(token).id == first.id
    clock.turn(hours=1)
    with pytest.raises(KeyExpired, match="2026-05-30"):
        keyring.verify(token)
    second, _ = keyring.create("storefront", by="anna")
    assert keyring.get("storefront").id == second.id and [key.id for key in keyring.list()] == [second.id, first.id]


def test_after_rotating_both_tokens_hold_for_the_grace_and_then_the_new_one(keyring: Keyring, clock: Any) -> None:
    key, first = keyring.create("storefront", by="anna")
    second = keyring.rotate("storefront", timedelta(hours=1), by="ben")
    assert keyring.verify(first).id == keyring.verify(second).id == key.id
    clock.turn(hours=1)
    with pytest.raises(KeyUnknown):
        keyring.verify(first)
    third = keyring.rotate(key.id, by="ben")
    for old in (first, second):
        with pytest.raises(KeyUnknown):
            keyring.verify(old)
    assert keyring.verify(third).id == key.id


def test_a_revoked_key_stops_at_once_with_both_its_tokens(keyring: Keyring) -> None:
    _, first = keyring.create("storefront", by="anna")
    second = keyring.rotate("storefront", timedelta(hours=1), by="anna")
    assert keyring.revoke("storefront", by="ben").revoked is not None
    with pytest.raises(KeyRevoked):
        keyring.verify(second)
    with pytest.raises(KeyUnknown):
        keyring.verify(first)
    with pytest.raises(SetupError, match="revoked already"):
        keyring.rotate("storefront", by="anna")


def test_what_another_process_changes_is_noticed_within_a_second(store: Store, place: Path) -> None:
    here = Keyring(store)
    with Store.open(place) as opened:
        there = Keyring(opened)
        _, token = there.create("storefront", by="anna")
        assert here.verify(token).name == "storefront"
        there.revoke("storefront", by="anna")
        until = time.monotonic() + 1.2
        with pytest.raises(KeyRevoked):
            while time.monotonic() < until:
                here.verify(token)
                time.sleep(0.02)


def test_the_log_and_the_file_hold_no_secret(keyring: Keyring, place: Path) -> None:
    key, token = keyring.create("storefront", by="anna")
    rotated = keyring.rotate("storefront", timedelta(days=1), by="ben")
    keyring.revoke("storefront", by="cleo")
    entries = keyring.log()
    assert [(one.who, one.name) for one in entries] == [(who, "storefront") for who in ("cleo", "ben", "anna")]
    told = "".join(f"{one.before}{one.after}" for one in entries)
    for shown in (token, rotated):
        secret = shown.split("_")[2]
        assert hashlib.sha256(secret.encode()).hexdigest() not in told and secret not in told
        assert not any(secret.encode() in file.read_bytes() for file in place.parent.iterdir())
    assert key.id in told and token.split("_")[2] not in repr(key)


def test_an_unknown_name_names_the_nearest(keyring: Keyring) -> None:
    keyring.create("storefront", by="anna")
    with pytest.raises(SetupError, match="did you mean 'storefront'"):
        keyring.revoke("store-front", by="anna")


def test_when_a_key_was_used_is_written_once_a_minute_and_at_the_end(store: Store, clock: Any) -> None:
    keyring = Keyring(store, clock=clock)
    _, token = keyring.create("storefront", by="anna")
    revision = store.keys.revision()
    keyring.verify(token)
    assert keyring.get("storefront").last_used is None
    clock.turn(seconds=61)
    keyring.verify(token)
    until = time.monotonic() + 5
    while (used := keyring.get("storefront").last_used) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert used == clock()
    clock.turn(seconds=5)
    keyring.verify(token)
    keyring.close()
    assert keyring.get("storefront").last_used == clock()
    assert store.keys.revision() == revision, "being used is no change"
    keyring.rotate("storefront", by="anna")
    assert keyring.get("storefront").last_used == clock(), "a change keeps it"


def test_a_busy_store_stops_no_caller(place: Path, clock: Any) -> None:
    with Store.create(place, wait_s=0.05) as store, Keyring(store, clock=clock) as keyring:
        _, token = keyring.create("storefront", by="anna")
        writer = sqlite3.connect(place, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        clock.turn(minutes=2)
        assert keyring.verify(token).name == "storefront"
        keyring.close()
        writer.close()


def test_keys_that_are_no_longer_good_make_room(keyring: Keyring, store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr("wares.access.keyring.MAX_KEYS", 3)
    for name in ("a", "b", "c"):
        keyring.create(name, by="anna")
    with pytest.raises(SetupError, match="at most 3 keys"):
        keyring.create("d", by="anna")
    keyring.revoke("b", by="anna")
    keyring.create("d", by="anna")
    assert [key.name for key in keyring.list()] == ["a", "c", "d"]
    assert keyring.log(1)[0].name == "d" and MAX_KEYS > 3


def test_of_many_who_make_a_key_of_one_name_one_does(place: Path, store: Store) -> None:
    made: list[Key] = []
    refused: list[str] = []

    def make() -> None:
        with Store.open(place, wait_s=30) as own:
            try:
                made.append(Keyring(own).create("storefront", by="anna")[0])
            except SetupError as no:
                refused.append(str(no))

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(refused) == 5
