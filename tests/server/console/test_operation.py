"""Settings, keys, sessions and what pages tell, through the console."""

from __future__ import annotations

import re

import pytest

import wares
from wares.access import Keyring
from wares.store.store import Store


def test_a_change_of_settings_is_shown_before_it_is_made(post, shop, folder):
    text = "[ranking]\ncutoff = 0.1\n"
    seen = post("/settings", text=text, do="show")
    assert "ranking.cutoff" in seen.text and 'value="apply"' in seen.text
    with wares.open(folder) as opened:
        assert opened.settings.ranking.cutoff == 0.2
    assert post("/settings", text=text, do="apply").status_code == 200
    assert "cutoff = 0.1" in shop.get("/console/settings").text
    assert post("/settings", text="", do="apply").status_code == 200
    assert "cutoff = 0.1" not in shop.get("/console/settings").text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[ranking]\ncut = 1", "unknown setting ranking.cut"),
        ("[ranking]\ncutoff = 7", "must lie in"),
        ("what", "no TOML"),
        ('model = "other"', "leave model out"),
    ],
)
def test_settings_that_cannot_be_are_told_in_place(post, text, told):
    answer = post("/settings", text=text, do="apply")
    assert (
        answer.status_code == 400 and told in answer.text and text.split("\n")[0] in answer.text.replace("&#34;", '"')
    )


def test_a_key_is_made_shown_once_and_revoked(post, shop):
    made = post("/keys/create", name="web", scopes=["search"], per_minute="30", days="7")
    token = re.search(r"wares_[a-z2-7]{8}_[0-9A-Za-z]{43}", made.text)
    assert token and made.headers["cache-control"] == "no-store"
    assert token[0] not in shop.get("/console/keys").text
    assert shop.get("/api/v1/search", headers={"X-API-Key": token[0]}).status_code == 200
    id = token[0].split("_")[1]
    rotated = post("/keys/rotate", id=id, hours="0")
    assert re.search(rf"wares_{id}_", rotated.text) and token[0] not in rotated.text
    assert shop.get("/api/v1/search", headers={"X-API-Key": token[0]}).status_code == 401
    assert "revoked" in post("/keys/revoke", id=id).text


def test_a_key_that_cannot_be_is_told_in_place(post):
    answer = post("/keys/create", name="web", scopes=["write"], where='brand = "Acme"')
    assert answer.status_code == 400 and "can only search" in answer.text and 'value="web"' in answer.text


def test_a_page_tells_only_what_the_server_signed(shop):
    assert "hello there" not in shop.get("/console/rules?said=hello+there&signed=x").text


def test_an_error_is_a_page(shop):
    answer = shop.get("/console/rules/edit", params={"name": "nothing"})
    assert answer.status_code == 409 and "<h1>" in answer.text and "nothing" in answer.text
    assert shop.get("/console/queries/none").status_code == 404
    assert shop.get("/console/queries?span=3y").status_code == 400


def test_a_form_of_another_site_changes_nothing(shop):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = shop.post("/console/stop-words/add", data={"word": "x", "language": "en"}, headers=headers)
        assert answer.status_code == 403


def test_without_an_admin_key_the_console_asks_for_one(served, folder):
    with Store.open(folder / "shop.db") as store, Keyring(store) as keys:
        admin = keys.create("anna", ["admin"], by="test")[1]
        search = keys.create("web", ["search"], by="test")[1]
    client = served(keys=True)
    asked = client.get("/console/rules")
    assert asked.status_code == 303 and asked.headers["location"] == "/console/login?next=%2Fconsole%2Frules"
    assert client.get("/console/rules", headers={"X-API-Key": search}).status_code == 403
    assert client.post("/console/login", data={"key": search}).status_code == 403
    assert client.post("/console/login", data={"key": "wares_x"}).status_code == 401
    entered = client.post("/console/login", data={"key": admin, "next": "/console/rules"})
    assert entered.status_code == 303 and entered.headers["location"] == "/console/rules"
    client.cookies.update(entered.cookies)
    assert "anna" in client.get("/console/rules").text
    client.post("/console/stop-words/add", data={"word": "please", "language": "en"})
    assert "anna" in client.get("/console/audit").text
    client.post("/console/logout")
    client.cookies.clear()
    assert client.get("/console").status_code == 303


@pytest.mark.parametrize("next", ["https://elsewhere.example", "//elsewhere.example", "/consoles", "/console\\@x"])
def test_coming_in_leads_nowhere_else(served, folder, next):
    with Store.open(folder / "shop.db") as store, Keyring(store) as keys:
        admin = keys.create("anna", ["admin"], by="test")[1]
    answer = served(keys=True).post("/console/login", data={"key": admin, "next": next})
    assert answer.headers["location"] == "/console"


def test_a_visitor_of_the_storefront_is_led_to_the_login_of_the_console(folder, served):
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        keyring.create("front", ("search",), by="tests")
        _, admin = keyring.create("owner", ("admin",), by="tests")
    client = served(keys=True, visitors="front")
    asked = client.get("/console", follow_redirects=False)
    assert asked.status_code == 303 and asked.headers["location"].startswith("/console/login")
    assert client.post("/console/login", data={"key": admin}, follow_redirects=True).status_code == 200
    assert client.get("/console").status_code == 200
