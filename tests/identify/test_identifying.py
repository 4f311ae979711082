"""A picture that the shop does not have, identified; what is learnt is kept, and made anew when it must be."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import msgspec
import pytest
from PIL import Image

from tests.identify.conftest import draw, made, products
from wares.errors import CatalogueError, QueryError, SetupError
from wares.identify import Identification, Identifier, guide, identify
from wares.identify.novelty import patterns
from wares.records import Media, Product
from wares.reports import Progress
from wares.settings import Environment
from wares.shop import Shop


def test_a_thing_is_told_by_kind_and_colour(shop: Shop, strangers: dict[str, Path]) -> None:
    right = 0
    for what, picture in strangers.items():
        kind, colour = what.split()
        found = identify(shop, picture)
        told = {reading.field: reading for reading in found.readings}
        right += told["category"].value.casefold().endswith(f"/{kind}s")
        right += told["colour"].value == colour
        assert found.known is not False
    assert right >= 16  # of 18


def test_every_reading_says_how_sure_it_is_and_where_it_comes_from(shop: Shop, strangers: dict[str, Path]) -> None:
    found = identify(shop, strangers["mug red"], k=3)
    assert {reading.field for reading in found.readings} | set(found.unsure) == {"category", "brand", "colour"}
    for reading in found.readings:
        assert reading.confidence is not None
        assert 0.5 <= reading.confidence < 1
        assert reading.source == "look-alikes"  # the model's words find no pictures
        assert set(reading.evidence) == {"look-alikes"}
        assert reading.ids
        assert all("mug" in id or reading.field != "category" for id in reading.ids)
    [category] = [reading for reading in found.readings if reading.field == "category"]
    sure = [step.confidence for step in category.steps]
    assert [step.value for step in category.steps] == ["Kitchen", "Kitchen/Mugs"]
    assert sure == sorted(sure, reverse=True)
    assert len(found.alike) == 3
    assert found.alike[0].score == found.score
    assert msgspec.json.decode(msgspec.json.encode(found), type=Identification) == found


def test_nothing_less_sure_than_asked_is_said(shop: Shop, strangers: dict[str, Path]) -> None:
    found = identify(shop, strangers["shoe blue"], sure=1.0)
    assert found.readings == ()
    assert set(found.unsure) == {"category", "brand", "colour"}
    some = identify(shop, strangers["shoe blue"], sure=0.9)
    assert all(reading.confidence is not None and reading.confidence >= 0.9 for reading in some.readings)


def test_the_category_is_given_as_deep_as_it_is_sure(shop: Shop, strangers: dict[str, Path]) -> None:
    for picture in strangers.values():
        [category] = [one for one in identify(shop, picture, sure=0).readings if one.field == "category"]
        for least in (0.5, 0.9):
            told = [one for one in identify(shop, picture, sure=least).readings if one.field == "category"]
            deep = [step.value for step in category.steps if step.confidence is not None and step.confidence >= least]
            assert [one.value for one in told] == deep[-1:]


def test_what_is_not_sold_is_called_so(shop: Shop, tmp_path: Path) -> None:
    refused = 0
    for at, picture in enumerate(patterns()[:12]):
        picture.save(tmp_path / f"{at}.png")
        found = identify(shop, tmp_path / f"{at}.png")
        if found.known is False:
            refused += 1
            assert found.readings == ()
            assert found.unsure == ()
            assert found.alike
    assert refused >= 6


def test_most_of_the_own_goods_are_known(shop: Shop, strangers: dict[str, Path]) -> None:
    identifier = Identifier(shop)
    known = [identifier.identify(picture).known for picture in strangers.values()]
    assert known.count(True) >= 7
    assert False not in known


def test_what_was_learnt_is_kept_beside_the_version_and_used_again(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(kept, folder)
    for file in folder.glob(f"index/*/{guide.FILE}"):
        file.unlink()
    told: list[Progress] = []
    picture = draw("mug", "red", tmp_path / "mug.png", Random(4))
    with Shop.open(folder, create=False) as shop:
        first = identify(shop, picture, progress=told.append)
        assert told
        told.clear()
        again = identify(shop, picture, progress=told.append)
        assert told == []
    [file] = folder.glob(f"index/*/{guide.FILE}")
    for damage in (b"", b"\xc1", file.read_bytes()[:50]):
        file.write_bytes(damage)
        with Shop.open(folder, create=False) as shop:
            mended = identify(shop, picture, progress=told.append)
        assert told
        told.clear()
        assert msgspec.structs.replace(mended, took_ms=first.took_ms) == first
    assert msgspec.structs.replace(again, took_ms=first.took_ms) == first


def test_a_catalogue_that_moved_on_is_asked_again(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "shop")
    picture = draw("mug", "red", tmp_path / "new.png", Random(4))
    with Shop.open(tmp_path / "shop", create=False) as shop:
        identifier = Identifier(shop)
        before = identifier.guide()
        one = Product(id="one", title="One more", brand="Nova", media=(Media(str(picture)),))
        shop.add([one])
        assert identifier.guide() is before  # one of a hundred
        assert identifier.identify(picture).alike[0].id == "one"
        more = [msgspec.structs.replace(one, id=f"more {n}", title=f"More {n}") for n in range(10)]
        shop.add(more)
        assert identifier.guide().products == before.products + 11


def test_a_brand_that_came_since_is_told(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "shop")
    picture = tmp_path / "new.png"
    Image.new("RGB", (160, 160), (250, 200, 10)).save(picture)
    with Shop.open(tmp_path / "shop", create=False) as shop:
        identify(shop, picture)
        shop.add([Product(id="one", title="Yellow", brand="Nova", media=(Media(str(picture)),))])
        found = identify(shop, picture, sure=0)
    assert [reading.value for reading in found.readings if reading.field == "brand"] == ["Nova"]


def test_a_small_shop_says_what_it_sees_and_not_how_sure(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    with made(tmp_path / "shop", products(tmp_path / "pictures", 2)) as shop:
        found = identify(shop, draw("shirt", "green", tmp_path / "shirt.png", Random(8)))
    assert found.known is None
    assert found.own is None
    assert found.readings
    assert all(reading.confidence is None for reading in found.readings)
    assert any("fewer than 20" in note for note in found.notes)
    assert any("fewer than 50" in note for note in found.notes)


def test_colours_are_seen_where_the_catalogue_names_none(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    goods = [msgspec.structs.replace(one, attributes={}) for one in products(tmp_path / "pictures", 2)]
    with made(tmp_path / "shop", goods) as shop:
        found = identify(shop, draw("shirt", "green", tmp_path / "shirt.png", Random(8)))
    colours = [reading for reading in found.readings if reading.field == "colour"]
    assert colours[0].value == "green"
    assert colours[0].source == "colours of the picture"
    assert colours[0].confidence is None


def test_titles_that_name_a_kind_do_not_leave_it_without_look_alikes(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    goods = [msgspec.structs.replace(one, title=one.category[-1]) for one in products(tmp_path / "pictures", 8)]
    with made(tmp_path / "shop", goods) as shop:
        learnt = Identifier(shop).guide()
    [category] = [one for one in learnt.fields if one.field.name == "category"]
    assert category.asked == len(goods)
    assert category.right > 0.8 > category.usual


def test_an_own_picture_is_not_read_by_itself_nor_by_its_like(tmp_path: Path) -> None:
    """Each brand has one picture, three times under one title: read by itself, every brand would be right."""
    (tmp_path / "pictures").mkdir()
    random = Random(6)
    goods = []
    for number in range(20):
        picture = draw("mug", "red", tmp_path / "pictures" / f"{number}.png", random)
        goods += [
            Product(
                id=f"{number} {copy}", title=f"Mug {number}", brand=f"B{number // 2}", media=(Media(str(picture)),)
            )
            for copy in range(3)
        ]
    with made(tmp_path / "shop", goods) as shop:
        learnt = Identifier(shop).guide()
    [brand] = [one for one in learnt.fields if one.field.name == "brand"]
    assert brand.asked == 20
    assert brand.right <= 0.5


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("missing.jpg", "no such file"),
        (b"no picture at all", "the picture cannot be used"),
        (b"", "is empty"),
        ("http://127.0.0.1/secret.jpg", "the picture cannot be used"),
        ("gopher://example.org/x", "is not read"),
    ],
)
def test_a_picture_that_cannot_be_used_is_the_askers_error(shop: Shop, picture: str | bytes, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        identify(shop, picture)


@pytest.mark.parametrize(("k", "sure"), [(0, 0.5), (101, 0.5), (5, -0.1), (5, 1.5), (5, float("nan"))])
def test_bounds_of_what_is_asked(shop: Shop, strangers: dict[str, Path], k: int, sure: float) -> None:
    with pytest.raises(QueryError, match="must"):
        identify(shop, strangers["mug red"], k, sure=sure)


def test_a_shop_without_pictures_says_who_can_mend_it(tmp_path: Path, strangers: dict[str, Path]) -> None:
    for name, goods in (("shop", [Product(id="1", title="A mug")]), ("empty", [])):
        with made(tmp_path / name, goods) as shop, pytest.raises(CatalogueError, match="add pictures to the feed"):
            identify(shop, strangers["mug red"])


def test_pictures_that_cannot_be_read_are_no_pictures(tmp_path: Path, strangers: dict[str, Path]) -> None:
    goods = [Product(id="1", title="A mug", media=(Media(str(tmp_path / "gone.png")),))]
    with made(tmp_path / "shop", goods) as shop, pytest.raises(CatalogueError, match="could be read"):
        identify(shop, strangers["mug red"])


def test_a_model_that_does_not_see_is_the_operators_error(
    tmp_path: Path, strangers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from wares import encoders
    from wares.registry import PartSpec

    monkeypatch.setitem(encoders.MODELS, "blind", PartSpec("tests.identify.blind:encoders", "words alone"))
    shop = made(tmp_path / "shop", [Product(id="1", title="A mug")], model="blind")
    with shop, pytest.raises(SetupError, match="does not see pictures"):
        identify(shop, strangers["mug red"])


def test_two_towers_of_one_space_read_labels_too(export: object, tmp_path: Path) -> None:
    """A model whose words find pictures: the label's text is heard beside the look-alikes."""
    pytest.importorskip("tokenizers")
    folder = export()  # type: ignore[operator]
    random = Random(11)
    goods = []
    for number in range(60):
        colour = ("red", "green", "blue")[number % 3]
        shade = tuple(255 if name == colour else random.randint(0, 120) for name in ("red", "green", "blue"))
        picture = tmp_path / f"{number}.png"
        Image.new("RGB", (16, 16), shade).save(picture)
        goods.append(
            Product(
                id=str(number), title=f"No. {number}", attributes={"colour": colour}, media=(Media(str(picture)),)
            )
        )
    environment = Environment(cache=tmp_path / "cache", offline=True)
    with Shop.open(tmp_path / "shop", model=f"file:{folder}", environment=environment) as shop:
        shop.add(goods)
        Image.new("RGB", (16, 16), (10, 240, 30)).save(tmp_path / "asked.png")
        found = identify(shop, tmp_path / "asked.png", sure=0)
    [colour_read] = [one for one in found.readings if one.field == "colour"]
    assert colour_read.value == "green"
