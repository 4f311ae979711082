"""Regions of pictures that matched, asked of real shops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wares.errors import MediaError, QueryError, SetupError
from wares.insight.overlay import overlay
from wares.insight.regions import Box, looks, regions, save_heatmap
from wares.records import Hit, Media, Part, Product
from wares.settings import Environment
from wares.shop import Shop

Export = Callable[..., Path]


def hit(product: Product) -> Hit:
    return Hit(id=product.id, title=product.title, score=0.0, product=product)


def middle(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2


def test_a_picture_that_asks_finds_the_thing_in_the_hits_picture(shop: Shop, goods: list[Product]) -> None:
    lamp = goods[4]
    found = regions(shop, Part("image", str(goods[4].media[0].source)), hit(lamp))
    assert found.source == lamp.media[0].source
    assert (found.width, found.height) == (160, 160)
    assert len(found.heat) == 8
    assert {len(row) for row in found.heat} == {8}
    assert found.box is not None
    assert 0 <= found.box.x < found.box.x + found.box.w <= 160
    assert 0 <= found.box.y < found.box.y + found.box.h <= 160
    assert found.channels == ("basic-look.image",)
    assert found.likeness == pytest.approx(1.0, abs=0.02)


def test_of_two_things_side_by_side_the_one_that_was_asked_for_is_warm(shop: Shop, tmp_path: Path) -> None:
    red, blue = Image.new("RGB", (100, 100), (220, 20, 30)), Image.new("RGB", (100, 100), (20, 30, 220))
    both = Image.new("RGB", (200, 100))
    both.paste(red, (0, 0))
    both.paste(blue, (100, 0))
    both.save(tmp_path / "both.png")
    blue.save(tmp_path / "blue.png")
    shop.add([Product(id="both", title="Both", media=(Media(str(tmp_path / "both.png")),))])
    found = regions(shop, Part("image", str(tmp_path / "blue.png")), hit(shop.get("both")))
    assert found.box is not None
    assert middle(found.box)[0] > 100
    other = regions(shop, Part("like", "cup-red"), hit(shop.get("both")))
    assert other.box is not None
    assert middle(other.box)[0] < 100


def test_a_large_picture_has_its_box_in_its_own_pixels(shop: Shop, tmp_path: Path) -> None:
    Image.new("RGB", (2000, 1000), "white").save(tmp_path / "large.png")
    product = Product(id="large", title="Large", media=(Media(str(tmp_path / "large.png")),))
    found = regions(shop, Part("like", "cup-red"), hit(product))
    assert (found.width, found.height) == (2000, 1000)
    assert found.box is None  # alike everywhere


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (Part("text", "red"), QueryError),  # the basic model looks for no pictures by words
        (Part("image", "no-such.png"), QueryError),
        (Part("image", b"not a picture"), QueryError),
        (Part("like", "no-such"), QueryError),
        (Part("image", "", -1.0), QueryError),
    ],
)
def test_a_part_that_leads_to_no_picture_is_the_askers_mistake(
    shop: Shop, goods: list[Product], part: Part, error: type[Exception]
) -> None:
    with pytest.raises(error):
        regions(shop, part, hit(goods[0]))


def test_a_product_without_a_picture_or_with_one_that_is_gone_is_said_to_be(
    shop: Shop, goods: list[Product], tmp_path: Path
) -> None:
    part = Part("image", str(goods[0].media[0].source))
    with pytest.raises(QueryError, match="no picture"):
        regions(shop, part, hit(goods[-1]))
    gone = Product(id="gone", title="Gone", media=(Media(str(tmp_path / "gone.png")),))
    with pytest.raises(MediaError, match=r"gone\.png"):
        regions(shop, part, hit(gone))


def test_words_look_for_pictures_where_the_model_can(shop: Shop) -> None:
    assert looks(shop, Part("text", "red")) == []
    [look] = looks(shop, Part("like", "cup-red"))
    assert look.channel == "basic-look.image"
    assert float(np.linalg.norm(look.vector)) == pytest.approx(1.0, abs=1e-3)


def test_a_heat_map_is_the_picture_with_warm_regions_in_colour(
    shop: Shop, goods: list[Product], tmp_path: Path
) -> None:
    found = regions(shop, Part("image", str(goods[0].media[0].source)), hit(goods[0]))
    save_heatmap(shop, found, tmp_path / "heat.png")
    with Image.open(tmp_path / "heat.png") as drawn:
        assert drawn.size == (160, 160)
    with pytest.raises(SetupError, match="heat map"):
        save_heatmap(shop, found, tmp_path / "heat.nonsense")


def test_an_overlay_is_grey_where_nothing_is_warm() -> None:
    heat = np.zeros((4, 4))
    heat[0, 0], heat[3, 3] = 1.0, -1.0
    drawn = np.asarray(overlay(Image.new("RGB", (80, 80), (100, 100, 100)), heat), int)
    assert drawn[4, 4, 0] > drawn[4, 4, 2] + 60
    assert np.ptp(drawn[70, 70]) <= 2
    cold = np.asarray(overlay(Image.new("RGB", (80, 80), (0, 0, 255)), np.zeros((3, 3)), (0, 0, 80, 80)), int)
    assert np.ptp(cold[40, 40]) <= 2


def test_words_find_the_thing_they_name_in_a_picture(export: Export, tmp_path: Path) -> None:
    both = Image.new("RGB", (200, 100), (255, 0, 0))
    both.paste((0, 0, 255), (100, 0, 200, 100))
    both.save(tmp_path / "both.png")
    product = Product(id="both", title="Both", media=(Media(str(tmp_path / "both.png")),))
    environment = Environment(cache=tmp_path / "cache", offline=True)
    with Shop.open(tmp_path / "shop", model=f"file:{export()}", environment=environment) as opened:
        opened.add([product])
        for word, left in (("red", True), ("blue", False)):
            found = regions(opened, Part("text", word), hit(product))
            assert found.box is not None
            assert (middle(found.box)[0] < 100) is left
