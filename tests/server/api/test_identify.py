"""What is in a picture, over HTTP."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import httpx
import pytest
from PIL import Image

import wares
from wares.server.errors import NotNow
from wares.server.identifying import Identifying

API = "/api/v1"


def blue() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 160), (30, 60, 200)).save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_identified_however_it_comes(client: httpx.Client) -> None:
    token = client.post(f"{API}/pictures", content=blue()).json()["picture"]
    answers = [
        client.post(f"{API}/identify", params={"k": 3}, content=blue()),
        client.post(f"{API}/identify", params={"k": 3}, files={"image": blue()}),
        client.post(f"{API}/identify", params={"k": 3, "image": token}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert all(one["id"].endswith("-blue") for one in answer.json()["alike"])
        assert len(answer.json()["alike"]) == 3


@pytest.mark.parametrize(
    ("params", "body", "status"),
    [({}, b"", 400), ({}, b"no picture", 400), ({"k": 0}, b"x", 400), ({"image": "/etc/passwd"}, b"", 400)],
)
def test_what_is_no_picture_is_refused(
    client: httpx.Client, params: dict[str, str], body: bytes, status: int
) -> None:
    answer = client.post(f"{API}/identify", params=params, content=body)
    assert answer.status_code == status, answer.text


def test_who_asks_while_the_catalogue_is_learnt_from_is_told_to_come_again(folder: Path) -> None:
    with wares.open(folder) as shop:
        identifying = Identifying(shop, patience_s=0.0)
        busy = threading.Event()
        identifying._turn.submit(busy.wait, 10)
        with pytest.raises(NotNow, match="again"):
            identifying.identify(blue(), 1, 0.5)
        busy.set()
        identifying.close()
        with pytest.raises(NotNow, match="stopped"):
            identifying.identify(blue(), 1, 0.5)
