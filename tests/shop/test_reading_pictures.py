"""Products found by what stands on their pictures: words and barcodes, read by the real readers."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import wares
from wares.errors import QueryError
from wares.records import READ, Media, Part, Product, Query
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


def photo(words: str, code: str = "", shade: int = 90) -> bytes:
    """Something that looks like none of the cartons, with words or a barcode on it."""
    image = Image.new("RGB", (600, 400), (shade, 160, 190))
    if words:
        ImageDraw.Draw(image).text((40, 60), words, fill=(255, 255, 255), font=ImageFont.load_default(56))
    if code:
        bars = np.asarray(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.EAN13).to_image(scale=3))
        image.paste(Image.fromarray(bars).convert("RGB"), (120, 180))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


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


@pytest.mark.parametrize(("words", "id"), [("NORDHAVEN", "a"), ("TESSALY", "b")])
def test_a_photo_finds_a_box_by_the_words_on_it_and_says_where_they_stand(
    shop: wares.Shop, words: str, id: str
) -> None:
    found = shop.search(image=photo(words))
    assert [(passage.kind, passage.text) for passage in found.read] == [("label", words)]
    assert found.read[0].box is not None
    assert found.hits[0].id == id
    assert found.hits[0].passages[0].passage.box is not None


def test_a_barcode_in_a_photo_finds_its_goods_before_everything_else(shop: wares.Shop) -> None:
    found = shop.search(image=photo("Tessaly", "0036000291452"))
    assert [passage.kind for passage in found.read] == ["code"]
    assert found.hits[0].id == "a"
    assert found.hits[0].passages[0].passage.kind == "code"


def test_a_barcode_that_no_product_has_is_told_and_the_words_beside_it_are_asked(shop: wares.Shop) -> None:
    found = shop.search(image=photo("Tessaly", "5901234123457"))
    assert {passage.kind for passage in found.read} == {"code", "label"}
    assert found.hits[0].id == "b"


def test_words_of_a_photo_are_no_filters_and_are_not_corrected(shop: wares.Shop) -> None:
    found = shop.search(image=photo("Under 5 EUR"))
    assert found.read and not found.chips and not found.corrections


def test_words_in_a_photo_can_be_left_out(shop: wares.Shop) -> None:
    asked = photo("NORDHAVEN")
    alone = shop.search(image=asked, ignore=[READ])
    assert alone.read == () and all(not hit.passages for hit in alone.hits)


def test_a_photo_without_words_asks_as_it_looks(shop: wares.Shop) -> None:
    plain = photo("")
    found, alone = shop.search(image=plain), shop.search(image=plain, ignore=[READ])
    assert found.read == ()
    assert [(hit.id, hit.score) for hit in found.hits] == [(hit.id, hit.score) for hit in alone.hits]


def test_why_a_product_is_found_tells_of_the_words_in_the_photo_too(shop: wares.Shop) -> None:
    trace = shop.trace(Query(parts=(Part("image", photo("NORDHAVEN")),)))
    assert trace.results.hits[0].id == "a"
    assert [part.value for part in trace.query.parts if part.literal] == ["NORDHAVEN"]


def test_what_is_no_picture_is_told_as_ever(shop: wares.Shop) -> None:
    with pytest.raises(QueryError, match="cannot be used"):
        shop.search(image=b"no picture at all")


def test_without_words_in_its_own_pictures_a_shop_reads_barcodes_alone(tmp_path: Path) -> None:
    goods = Product(id="a", title="Carton", attributes={"ean": "4006381333931"})
    with wares.open(tmp_path / "shop", model="basic") as plain:
        plain.add([goods, Product(id="b", title="Nordhaven")])
        assert plain.search(image=photo("Nordhaven")).read == ()
        found = plain.search(image=photo("Nordhaven", "4006381333931"))
        assert (found.read[0].text, found.hits[0].id) == ("4006381333931", "a")
    off = Settings(model="basic", extraction=ExtractionSettings(read_asked=False))
    with wares.Shop.open(tmp_path / "shop", settings=off) as silent:
        assert silent.search(image=photo("Nordhaven", "4006381333931")).read == ()


def test_where_nothing_is_installed_that_reads_a_picture_asks_as_it_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, library in (("labels", "rapidocr"), ("codes", "zxingcpp")):
        monkeypatch.delitem(sys.modules, f"wares.extraction.{name}", raising=False)
        monkeypatch.setitem(sys.modules, library, None)
    settings = Settings(model="basic", extraction=ExtractionSettings(take=("labels", "codes")))
    asked = carton("Nordhaven", "4006381333931")
    with wares.Shop.open(tmp_path / "shop", settings=settings) as bare:
        bare.add([Product(id="a", title="Nordhaven", media=(Media(asked),))])
        found = bare.search(image=asked)
        assert (found.hits[0].id, found.read, found.notes) == ("a", (), ())
