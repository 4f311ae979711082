"""A picture is brought once, and asked about by its name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import httpx
from PIL import Image

API = "/api/v1"


def photo(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64), secret: str = "") -> bytes:
    out, told = io.BytesIO(), Image.Exif()
    told[0x013B] = secret
    Image.new("RGB", size, colour).save(out, "JPEG", exif=told)
    return out.getvalue()


def test_a_picture_that_was_brought_can_be_asked_about_by_an_address(client: httpx.Client) -> None:
    kept = client.post(f"{API}/pictures", content=photo((30, 60, 200)), headers={"Content-Type": "image/jpeg"})
    assert kept.status_code == 201
    token = kept.json()["picture"]
    assert kept.json() == {"picture": token, "width": 64, "height": 64, "address": f"/pictures/{token}"}
    found = client.get(f"{API}/search", params={"image": token, "limit": 3}).json()["hits"]
    assert found and all(hit["id"].endswith("-blue") for hit in found)


def test_a_form_and_a_body_give_the_same_name_to_the_same_picture(client: httpx.Client) -> None:
    data = photo((1, 2, 3))
    by_form = client.post(f"{API}/pictures", files={"image": ("x.jpg", data)})
    assert by_form.json() == client.post(f"{API}/pictures", content=data).json()


def test_a_picture_is_kept_small_and_without_what_its_file_told(client: httpx.Client) -> None:
    kept = client.post(f"{API}/pictures", content=photo((9, 9, 9), (4000, 1000), "SECRET-ARTIST")).json()
    assert (kept["width"], kept["height"]) == (1600, 400)
    shown = client.get(kept["address"])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"].startswith("private")
    assert b"SECRET" not in shown.content and Image.open(io.BytesIO(shown.content)).size == (1600, 400)


def test_no_picture_is_refused_and_no_name_is_found_by_guessing(client: httpx.Client) -> None:
    assert client.post(f"{API}/pictures", content=b"<svg/>").status_code == 400
    assert client.post(f"{API}/pictures", content=b"").status_code == 400
    assert client.post(f"{API}/pictures", json={"image": "text"}).status_code == 415
    assert client.post(f"{API}/pictures", files={"other": b"x"}).status_code == 400
    for token in ("A" * 22, "..%2Fserver.secret", "x", "%00"):
        assert client.get(f"/pictures/{token}").status_code == 404


def test_another_shop_does_not_know_the_name(
    client: httpx.Client, served: Callable[..., httpx.Client], folder: Path
) -> None:
    kept = client.post(f"{API}/pictures", content=photo((1, 2, 3))).json()
    answer = served().get(f"{API}/search", params={"image": kept["picture"]})
    assert answer.status_code == 400 and "within a day" in answer.json()["error"]["message"]
