"""A film on the pages: the moment that a picture finds, what moves, and a player that begins there."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

import wares
from wares.records import Media, Product
from wares.settings import ExtractionSettings, Settings

av = pytest.importorskip("av", reason='the extra "video" is not installed')


def scene(seed: int) -> np.ndarray:
    """A picture that looks like no other: patches of a few colours."""
    patches = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    return patches.repeat(40, axis=0).repeat(40, axis=1)


def film() -> bytes:
    """Three scenes of two seconds each."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 160, 120, "yuv420p", 2_000_000
        for seed in (1, 2, 3):
            for _ in range(20):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(scene(seed), format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, serving: Callable[[Path], AbstractContextManager[Callable[..., Any]]]
) -> Iterator[httpx.Client]:
    """A client of a shop with one film."""
    place = tmp_path_factory.mktemp("films") / "shop"
    settings = Settings(model="basic", extraction=ExtractionSettings(take=("shots",)))
    with wares.Shop.open(place, settings=settings) as shop:
        shop.add([Product(id="kettle", title="Kettle", media=(Media(film(), "video"),))])
        assert shop.extract().segments == 3
    with serving(place) as serve:
        yield serve()


def attribute(page: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def test_a_picture_finds_the_moment_and_the_product_begins_there(client: httpx.Client) -> None:
    picture = io.BytesIO()
    Image.fromarray(scene(2)).save(picture, "PNG")
    token = client.post("/api/v1/pictures", files={"image": picture.getvalue()}).json()["picture"]
    found = client.get("/", params={"image": token}).text
    card = found[found.index('data-id="kettle"') :]
    assert "0:02–0:0" in card
    moving = client.get(attribute(card, "data-moving"))
    assert Image.open(io.BytesIO(moving.content)).n_frames > 1
    link = attribute(card[card.index('class="title"') :], "href")
    assert link.endswith("t=2.0")
    page = client.get(link).text
    player = page[page.index("<video") :]
    assert attribute(player, "src").endswith("#t=2.0")
    assert client.get(attribute(player, "poster")).headers["content-type"].startswith("image/")
    assert "Shown at 0:02" in page and "data-jump" in page


def test_a_link_says_where_a_film_begins(client: httpx.Client) -> None:
    for moment, source in (("4.5", "#t=4.5"), ("-1", "/kettle"), ("soon", "/kettle"), ("1e9", "/kettle")):
        page = client.get("/product/kettle", params={"t": moment})
        assert attribute(page.text[page.text.index("<video") :], "src").endswith(source)
