"""Products found by what stands on their pictures: words and barcodes, read by the real readers."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import wares
from wares.records import Media, Product
from wares.settings import ExtractionSettings, Settings

zxingcpp = pytest.importorskip("zxingcpp", reason='barcodes need pip install "wares[labels]"')
pytest.importorskip("rapidocr", reason='words in pictures need pip install "wares[labels]"')


def carton(words: str, code: str) -> bytes:
    image = Image.new("RGB", (700, 500), (240, 230, 200))
    ImageDraw.Draw(image).text((50, 50), words, fill=(20, 20, 60), font=ImageFont.load_default(64))
    bars = np.asarray(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
    image.paste(Image.fromarray(bars).convert("RGB"), (200, 300))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wares.Shop]:
    settings = Settings(model="basic", extraction=ExtractionSettings(take=("labels", "codes")))
    goods = {"a": ("Nordhaven", "0036000291452"), "b": ("Tessaly", "4006381333931")}
    with wares.Shop.open(tmp_path_factory.mktemp("cartons") / "shop", settings=settings) as opened:
        opened.add(Product(id=id, title=f"Carton {id}", media=(Media(carton(*said)),)) for id, said in goods.items())
        report = opened.extract()
        assert (report.read, report.problem_count, report.notes) == (2, 0, ())
        yield opened


@pytest.mark.parametrize(("words", "id"), [("nordhaven", "a"), ("Tessaly", "b")])
def test_a_name_that_stands_on_the_box_alone_finds_it_and_is_shown(shop: wares.Shop, words: str, id: str) -> None:
    hit = shop.search(words).hits[0]
    assert hit.id == id
    assert hit.passages[0].passage.kind == "label"
    assert hit.passages[0].passage.box is not None


@pytest.mark.parametrize("number", ["036000291452", "0036000291452", "00036000291452"])
def test_the_number_of_a_barcode_finds_its_goods_with_and_without_zeros(shop: wares.Shop, number: str) -> None:
    hit = shop.search(number).hits[0]
    assert hit.id == "a"
    assert (hit.passages[0].passage.kind, hit.passages[0].passage.text) == ("code", "0036000291452")
