"""What stands on a visitor's picture is shown, and can be left out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

import wares
from wares.records import Product

zxingcpp = pytest.importorskip("zxingcpp", reason='barcodes need pip install "wares[labels]"')

EAN = "4006381333931"
Serve = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def visitor(
    tmp_path_factory: pytest.TempPathFactory, serving: Callable[[Path], AbstractContextManager[Serve]]
) -> Iterator[httpx.Client]:
    place = tmp_path_factory.mktemp("read") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add([Product(id="a", title="Carton", attributes={"ean": EAN}), Product(id="b", title="Kettle")])
    with serving(place) as serve:
        yield serve()


def bars() -> bytes:
    image = Image.new("RGB", (500, 300), (90, 160, 190))
    drawn = np.asarray(zxingcpp.create_barcode(EAN, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
    image.paste(Image.fromarray(drawn).convert("RGB"), (60, 60))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def test_a_barcode_on_a_visitors_picture_is_shown_and_can_be_left_out(visitor: httpx.Client) -> None:
    token = visitor.post("/api/v1/pictures", content=bars()).json()["picture"]
    page = visitor.get("/", params={"image": token}).text
    assert EAN in page and "Read in your picture" in page and "ignore=words+in+pictures" in page
    assert "Read in your picture" not in visitor.get("/", params={"image": token, "ignore": wares.records.READ}).text
    answer = visitor.post("/api/v1/search", json={"image": [token]}).json()
    assert (answer["read"][0]["text"], answer["hits"][0]["id"]) == (EAN, "a")
