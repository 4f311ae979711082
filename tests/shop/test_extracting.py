"""Reading media after products were added: once, resumably, and so that products are found by it."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

import wares
from wares.errors import MediaError, SetupError, ShopBusy
from wares.extraction import EXTRACTORS, READS
from wares.extraction.base import Extractor
from wares.index.locks import ExtractorLock
from wares.records import Media, Passage, Product
from wares.registry import PartSpec
from wares.settings import ExtractionSettings, Settings

READ: list[str] = []


class Colours(Extractor):
    """Reads the colour of the upper left pixel as a word on a label."""

    name = "colours"
    fingerprint = "colours:1"
    modalities = frozenset({"image"})

    def extract(self, content):
        red, green, _ = content.getpixel((0, 0))
        READ.append(threading.current_thread().name)
        if green:
            raise MediaError("is too green to be read")
        return (Passage(kind="label", text="vermilion marker", box=(0.0, 0.0, 0.5, 0.5)),) if red else ()


def colours(environment, settings) -> Colours:
    return Colours()


@pytest.fixture(autouse=True)
def extractor(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    READ.clear()
    monkeypatch.setitem(EXTRACTORS, "colours", PartSpec(f"{__name__}:colours", "colours as words"))
    monkeypatch.setitem(READS, "colours", frozenset({"image"}))  # type: ignore[arg-type]
    monkeypatch.setattr("wares.extraction.load", lambda *args, **kwargs: colours)
    yield


def picture(red: int, green: int, blue: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (red, green, blue)).save(stream, "PNG")
    return stream.getvalue()


def product(id: str, *colour: int) -> Product:
    return Product(id=id, title=f"Thing {id}", media=(Media(picture(*colour)),))


def read(shop: wares.Shop, word: str) -> set[str]:
    """The products in whose media a word was read."""
    return {hit.id for hit in shop.search(word, k=100).hits if hit.passages}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[wares.Shop]:
    settings = Settings(model="basic", extraction=ExtractionSettings(take=("colours",)))
    with wares.Shop.open(tmp_path / "shop", settings=settings) as opened:
        opened.add([product("red", 255, 0, 0), product("blue", 0, 0, 255), product("green", 0, 255, 0)])
        yield opened


def test_products_are_found_by_words_that_were_read_in_their_media(shop: wares.Shop) -> None:
    assert not read(shop, "vermilion")
    report = shop.extract()
    assert (report.read, report.passages, report.problem_count) == (3, 1, 1)
    assert "too green" in report.problems[0]
    assert read(shop, "vermilion") == {"red"}
    hit = shop.search("vermilion").hits[0]
    assert hit.id == "red" and hit.score > 0
    (found,) = hit.passages
    assert found.passage.text == "vermilion marker" and found.passage.box == (0.0, 0.0, 0.5, 0.5)
    assert found.source == hit.product.media[0].source and found.modality == "image"


def test_what_was_read_is_not_read_again(shop: wares.Shop) -> None:
    shop.extract()
    before = len(READ)
    assert shop.extract().read == 0
    shop.add([product("other red", 255, 0, 0), product("more red", 200, 0, 0)])
    assert shop.extract().read == 1  # the first is the same picture
    assert len(READ) == before + 1
    assert read(shop, "vermilion") == {"red", "other red", "more red"}


def test_another_version_of_an_extractor_reads_anew(shop: wares.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.extract()
    monkeypatch.setattr(Colours, "fingerprint", "colours:2")
    monkeypatch.setattr(Colours, "extract", lambda self, content: (Passage(kind="label", text="cinnabar"),))
    assert shop.extract().read == 3
    assert not read(shop, "vermilion")
    assert read(shop, "cinnabar") == {"red", "blue", "green"}


def test_a_run_that_is_stopped_goes_on_where_it_was(shop: wares.Shop) -> None:
    shop.add([product(f"red {shade}", shade, 0, 0) for shade in range(100, 140)])

    def stop(progress) -> None:
        if progress.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.extract(stop)
    assert shop.extract().read == 43 - 10
    assert len(read(shop, "vermilion")) == 41


def test_a_rebuilt_index_and_a_rollback_know_what_was_read(shop: wares.Shop) -> None:
    shop.extract()
    shop.rebuild()
    assert read(shop, "vermilion") == {"red"}
    shop.rollback()
    assert read(shop, "vermilion") == {"red"}


def test_one_process_reads_at_a_time(shop: wares.Shop) -> None:
    with ExtractorLock(shop.path), pytest.raises(ShopBusy, match="has its media read"):
        shop.extract()
    assert shop.extract().read == 3


def test_a_removed_product_is_not_read_and_a_changed_file_is_a_problem(shop: wares.Shop, tmp_path: Path) -> None:
    place = tmp_path / "later.png"
    place.write_bytes(picture(180, 0, 0))
    shop.add([Product(id="file", title="File", media=(Media(str(place)),))])
    shop.remove(["red"])
    place.write_bytes(picture(181, 0, 0))
    report = shop.extract()
    assert report.read == 3
    assert any("index the feed again" in problem for problem in report.problems)


def test_unknown_names_are_refused_with_the_nearest(shop: wares.Shop) -> None:
    wanted = msgspec.structs.replace(shop.settings, extraction=ExtractionSettings(take=("label",)))
    with pytest.raises(SetupError, match="did you mean labels"):
        shop.apply(wanted)


def test_nothing_is_loaded_for_a_shop_without_such_media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wares.extraction.load", lambda *args, **kwargs: pytest.fail("loaded"))
    with wares.open(tmp_path / "shop", model="basic") as shop:
        shop.add([product("red", 255, 0, 0)])
        assert shop.extract().read == 0
