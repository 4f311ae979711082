"""How the shop works, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import wares

API = "/api/v1"


def test_a_setting_is_changed_at_once_kept_and_logged(served: Callable[..., httpx.Client], folder: Path) -> None:
    client = served()
    changed = client.patch(f"{API}/settings", json={"ranking": {"cutoff": 0.45}}).json()["changed"]
    assert [(each["name"], each["after"]) for each in changed] == [("ranking.cutoff", 0.45)]
    told = client.get(f"{API}/settings").json()
    assert told["settings"]["ranking"]["cutoff"] == 0.45
    assert told["own"] == {"ranking": {"cutoff": 0.45}} and told["outdated"] == []
    assert client.patch(f"{API}/settings", json={"ranking": {"cutoff": 0.45}}).json() == {"changed": []}
    log = client.get(f"{API}/audit", params={"kind": "settings"}).json()["audit"]
    assert [(each["who"], each["after"]) for each in log] == [("local", {"ranking.cutoff": 0.45})]
    with wares.open(folder) as shop:
        assert shop.settings.ranking.cutoff == 0.45


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b'{"rankin": {}}', 400, "ranking"),
        (b'{"ranking": {"cutoff": "high"}}', 400, "cutoff"),
        (b'{"ranking": {"cutoff": 7}}', 400, ""),
        (b'{"model": "other"}', 400, "model"),
        (b'{"k1": 0.9}', 409, "wares settings"),
        (b"[]", 400, "the settings"),
        (b"", 400, "the settings"),
    ],
)
def test_settings_that_cannot_be_change_nothing(client: httpx.Client, body: bytes, status: int, message: str) -> None:
    answer = client.patch(f"{API}/settings", content=body)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["error"]["message"]
    assert client.get(f"{API}/settings").json()["own"] == {}


def test_the_models_in_use_are_told(client: httpx.Client) -> None:
    told = client.get(f"{API}/models").json()
    assert (told["model"], told["fit"]) == ("basic", "")
    assert {each["modality"] for each in told["encoders"]} >= {"text", "image"}


def test_a_check_up_finds_nothing_to_mend_and_tells_no_path(client: httpx.Client) -> None:
    answer = client.get(f"{API}/checks")
    assert answer.json()["ok"] is True and len(answer.json()["checks"]) > 2
    assert "/tmp" not in answer.text and "shop.db" not in answer.text


def test_what_the_shop_holds_is_told_without_its_path(client: httpx.Client) -> None:
    told = client.get(f"{API}/info").json()
    assert (told["products"], told["path"]) == (12, "shop")
