"""What goes into a shop: new, changed, unchanged, broken, interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from wares.errors import SetupError, ShopBusy
from wares.index.locks import WriterLock
from wares.records import Media, Product
from wares.settings import Environment
from wares.shop import Shop


def test_adding_reports_what_came_in(tmp_path: Path, goods: list[Product], environment: Environment) -> None:
    with Shop.open(tmp_path / "new", model="basic", environment=environment) as shop:
        report = shop.add(goods)
        assert (report.added, report.changed, report.unchanged, report.pictures) == (9, 0, 0, 9)
        assert len(shop) == 9


def test_every_product_can_be_walked_through(shop: Shop, goods: list[Product]) -> None:
    assert [product.id for product in shop.products()] == [product.id for product in goods]
    assert next(shop.products()) == shop.get(goods[0].id)


def test_an_unchanged_feed_is_skipped(shop: Shop, goods: list[Product]) -> None:
    report = shop.add(goods)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 9)


def test_a_changed_product_replaces_the_old_one_for_the_next_search(shop: Shop, goods: list[Product]) -> None:
    report = shop.add([msgspec.structs.replace(goods[0], title="Crimson blouse", description="")])
    assert (report.changed, len(shop)) == (1, 9)
    assert shop.search("blouse").hits[0].id == goods[0].id
    assert shop.get(goods[0].id).title == "Crimson blouse"


def test_a_picture_changed_on_disk_is_noticed(shop: Shop, goods: list[Product], tmp_path: Path) -> None:
    path = tmp_path / "own.png"
    Image.new("RGB", (50, 50), (200, 20, 30)).save(path)
    changing = msgspec.structs.replace(goods[0], media=(Media(str(path)),))
    shop.add([changing])
    Image.new("RGB", (60, 60), (30, 60, 200)).save(path)
    assert shop.add([changing]).changed == 1
    assert shop.add([changing]).unchanged == 1


def test_a_removed_product_is_not_found_any_more(shop: Shop, goods: list[Product]) -> None:
    assert shop.remove([goods[0].id, "never-existed"]) == 1
    assert goods[0].id not in {hit.id for hit in shop.search("red shirt", k=20).hits}
    assert len(shop) == 8


def test_a_product_with_a_broken_picture_goes_in_with_a_warning(
    shop: Shop, tmp_path: Path, goods: list[Product]
) -> None:
    broken = tmp_path / "manual.jpg"
    broken.write_bytes(b"%PDF-1.7 not a picture")
    report = shop.add([Product(id="p", title="Printed manual", media=(Media(str(broken)), *goods[0].media))])
    assert report.added == 1
    assert report.warning_count == 1
    assert "manual.jpg" in report.warnings[0]
    assert shop.search("manual").hits[0].id == "p"
    assert "p" in {hit.id for hit in shop.search(image=goods[0].media[0].source).hits}


def test_pictures_given_as_bytes_are_kept_in_the_shop(shop: Shop, goods: list[Product]) -> None:
    data = Path(str(goods[4].media[0].source)).read_bytes()
    shop.add([Product(id="bytes", title="From bytes", media=(Media(data),))])
    kept = shop.get("bytes").media[0]
    assert isinstance(kept.source, str)
    assert shop.media_bytes(kept) == data


def test_interrupted_adding_keeps_what_was_stored_and_goes_on(
    tmp_path: Path, goods: list[Product], environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.writing.COMPARE", 2)

    def interrupted() -> Iterator[Product]:
        yield from goods[:4]
        raise KeyboardInterrupt

    with Shop.open(tmp_path / "s", model="basic", environment=environment) as shop:
        with pytest.raises(KeyboardInterrupt):
            shop.add(interrupted())
        assert len(shop) == 4
        assert shop.search("shirt").total > 0
    with Shop.open(tmp_path / "s", environment=environment) as shop:
        report = shop.add(goods)
        assert (report.added, report.unchanged) == (5, 4)


def test_bytes_that_are_already_encoded_are_not_encoded_again(shop: Shop, goods: list[Product]) -> None:
    twin = msgspec.structs.replace(goods[0], id="twin")
    calls: list[int] = []
    for encoder in shop.fits.encoders():
        original = encoder.tower.encode_batch
        encoder.tower.encode_batch = lambda batch, own=original: calls.append(len(batch)) or own(batch)  # type: ignore[method-assign]
    shop.add([twin])
    assert calls == []


def test_a_second_writer_is_told_who_writes(
    shop: Shop, goods: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.writing.WAIT_S", 0.3)
    with WriterLock(shop.path), pytest.raises(ShopBusy, match="is being written by process"):
        shop.add(goods)


def test_a_folder_with_other_files_is_no_shop(tmp_path: Path, environment: Environment) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(SetupError, match="is no shop"):
        Shop.open(tmp_path, environment=environment)


def test_a_missing_shop_is_not_made_when_it_should_exist(tmp_path: Path, environment: Environment) -> None:
    with pytest.raises(SetupError, match="there is no shop"):
        Shop.open(tmp_path / "typo", create=False, environment=environment)
    assert not (tmp_path / "typo").exists()


def test_a_shop_keeps_its_model(shop: Shop, environment: Environment) -> None:
    with pytest.raises(SetupError, match="basic"):
        Shop.open(shop.path, model="default", environment=environment)


def test_an_unknown_model_leaves_nothing_behind(tmp_path: Path, environment: Environment) -> None:
    with pytest.raises(SetupError, match="basik"):
        Shop.open(tmp_path / "s", model="basik", environment=environment)
    assert not (tmp_path / "s").exists()
