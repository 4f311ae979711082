"""``wares keys``: made, listed, rotated, revoked; what is wrong is told in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares.access import Keyring
from wares.errors import KeyRevoked
from wares.records import Compare
from wares.store.store import Store

Command: TypeAlias = Callable[..., Any]


def test_a_key_is_made_listed_rotated_and_revoked(wares: Command, shop: Path) -> None:
    assert "no keys; make one" in wares("keys", shop).out
    options = ("--scope", "search", "--where", 'brand = "Acme"', "--per-minute", 60, "--expires", "90d")
    made = wares("keys", shop, "add", "storefront", *options, "--by", "anna")
    token = made.out.strip()
    assert "\n" not in token and "shown this once" in made.err
    with Store.open(shop / "shop.db") as store:
        keyring = Keyring(store, every_s=0)
        key = keyring.verify(token)
        assert key.filter() == Compare("brand", "=", "Acme") and key.per_minute == 60
        assert key.expires and timedelta(days=89) < key.expires - datetime.now(UTC) <= timedelta(days=90)
        second = wares("keys", shop, "rotate", "storefront", "--grace", "1h", "--json").json["token"]
        assert keyring.verify(second).id == keyring.verify(token).id
        listed = wares("keys", shop, "list").out
        assert "storefront" in listed and key.id in listed and token.split("_")[2] not in listed
        assert f"storefront ({key.id}) revoked" in wares("keys", shop, "revoke", key.id, "--by", "ben").out
        with pytest.raises(KeyRevoked):
            Keyring(store).verify(second)
    [row] = wares("keys", shop, "list", "--json").json["keys"]
    assert (row["name"], row["state"], row["scopes"]) == ("storefront", "revoked", ["search"])
    told = wares("keys", shop, "log", "--json").json["log"]
    assert [one["who"] for one in told][::2] == ["ben", "anna"] and all(one["name"] == "storefront" for one in told)


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (("add", "a", "--scope", "root"), "'root' is no scope", 1),
        (("add", "a", "--where", "brnd = 1"), "brnd", 1),
        (("add", "a", "--where", "brand ="), "brand =", 1),
        (("add", "a", "--expires", "soon"), "'soon' is no span of time: 12h, 90d or 52w", 2),
        (("add", "a", "--expires", "2020-01-01"), "would have expired already", 1),
        (("rotate", "none"), "the shop has no key 'none'", 1),
        (("revoke", "none"), "the shop has no key 'none'", 1),
    ],
)
def test_what_cannot_be_is_one_line(
    wares: Command, shop: Path, arguments: tuple[str, ...], says: str, code: int
) -> None:
    assert says in wares("keys", shop, *arguments).error(code)
    assert wares("keys", shop, "list", "--json").json == {"keys": []}
