"""Why a product is where it is, over HTTP."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image

from wares.errors import QueryError
from wares.records import Compare
from wares.server.access import Caller
from wares.server.config import ServerConfig
from wares.server.errors import NotThere
from wares.server.explaining import explained
from wares.server.messages import Question
from wares.server.serving import Serving

API = "/api/v1"


def blue() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (30, 60, 200)).save(out, "PNG")
    return out.getvalue()


def test_the_place_is_that_of_the_answer_and_the_parts_sum_to_the_score(client: httpx.Client) -> None:
    hits = client.get(f"{API}/search", params={"q": "blue mug"}).json()["hits"]
    for place, hit in enumerate(hits[:3], start=1):
        told = client.get(f"{API}/why/{hit['id']}", params={"q": "blue mug"}).json()
        assert (told["id"], told["state"], told["place"]) == (hit["id"], "shown", place)
        assert sum(part["value"] for part in told["why"]) == pytest.approx(told["score"])


def test_what_a_filter_keeps_away_is_told_with_the_condition(client: httpx.Client) -> None:
    told = client.post(f"{API}/why/mug-blue", json={"text": "mug", "where": 'colour = "red"'}).json()
    assert told["state"] == "filtered" and 'colour = "red"' in told["told"]


def test_a_picture_is_explained_without_any_path(client: httpx.Client) -> None:
    answer = client.post(f"{API}/why/mug-blue", files={"image": blue()}, data={"limit": "3"})
    assert answer.json()["regions"]["source"].startswith("/media/")
    assert answer.json()["media"]["source"].startswith("/media/")
    assert ".png" not in answer.text


def test_the_heat_map_is_the_picture(client: httpx.Client) -> None:
    token = client.post(f"{API}/pictures", content=blue()).json()["picture"]
    shown = client.get(f"{API}/why/mug-blue/heatmap", params={"image": token})
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["cache-control"] == "private, max-age=300"
    assert Image.open(io.BytesIO(shown.content)).size == (120, 160)
    again = client.get(
        f"{API}/why/mug-blue/heatmap", params={"image": token}, headers={"If-None-Match": shown.headers["etag"]}
    )
    assert again.status_code == 304


def test_where_nothing_is_compared_with_pictures_there_is_no_heat_map(client: httpx.Client) -> None:
    answer = client.get(f"{API}/why/mug-blue/heatmap", params={"q": ""})
    assert answer.status_code == 404 and "no heat map" in answer.json()["error"]["message"]


def test_a_product_that_there_is_not_is_not_explained(client: httpx.Client) -> None:
    for address in ("no-such", "no-such/heatmap"):
        answer = client.get(f"{API}/why/{address}", params={"q": "mug"})
        assert answer.status_code == 404
        assert "mug-" not in answer.json()["error"]["message"]


def test_a_key_with_a_filter_learns_neither_of_other_products_nor_of_its_filter(folder: Path) -> None:
    caller = Caller("shop", frozenset({"search"}), Compare("brand", "=", "Bolt"))
    with_filter = Question(text="mug", where='colour = "red"')
    served = Serving.open(folder, ServerConfig())
    try:
        told = explained(served, caller, "mug-red", with_filter)
        assert [each.text for each in told.conditions if each.source == "filter"] == ['colour = "red"']
        with pytest.raises(NotThere, match="no product"):
            explained(served, caller, "mug-blue", with_filter)
        with pytest.raises(QueryError, match="no product"):
            explained(served, caller, "mug-red", Question(like=("mug-blue",)))
    finally:
        served.close()
