"""Products that are one: the same listed twice, and one listed once for each colour; and what only looks like it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance
from sqlalchemy import delete, select

from wares.encoders.hashes import HashTower
from wares.folding import TITLES, fold
from wares.folding.titles import title_of
from wares.records import AttributeValue, Media, Price, Product
from wares.settings import Environment, FoldingSettings, Settings
from wares.shop import Shop
from wares.store.store import Store
from wares.store.tables import meta, towers, vectors

RED, GREEN, BLUE = (200, 20, 30), (20, 150, 60), (30, 60, 200)


def picture(design: int, fill: tuple[int, int, int] = RED) -> Image.Image:
    """A hoodie of a colour with a print of its own; each ``design`` has another outline and another print."""
    random = np.random.default_rng(design)
    image = Image.new("RGB", (220, 260), "white")
    pen = ImageDraw.Draw(image)
    left, top = (int(value) for value in random.integers(15, 60, 2))
    pen.polygon([(left, top), (190, top + 20), (205, 235), (110, 150), (30, 240)], fill=fill)
    for _ in range(8):
        x, y = (int(value) for value in random.integers(40, 180, 2))
        width, height = (int(value) for value in random.integers(8, 50, 2))
        pen.rectangle((x, y, x + width, y + height), fill="black")
    return image


def lamp() -> Image.Image:
    """Something else altogether."""
    image = Image.new("RGB", (260, 220), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((150, 10, 250, 110), fill=BLUE)
    pen.line((200, 110, 20, 215), fill="black", width=6)
    return image


def saved(image: Image.Image, quality: int = 92) -> Media:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Media(stream.getvalue())


def item(id: str, title: str, image: Image.Image | None = None, **more: object) -> Product:
    values: dict[str, object] = {
        "brand": "Acme",
        "category": ("Clothing", "Hoodies"),
        "price": Price(3_000, "EUR"),
        "media": (saved(image),) if image is not None else (),
    }
    return Product(id=id, title=title, **{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
def shop(tmp_path: Path, environment: Environment) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        yield opened


def groups(shop: Shop) -> list[tuple[str, ...]]:
    """The groups of a shop, by ids, read from its file as others would."""
    with Store.open(shop.path / "shop.db", read_only=True) as store:
        found: dict[int, list[int]] = {}
        for one in store.folds.all():
            found.setdefault(one.group, []).append(one.number)
        return sorted(tuple(sorted(store.ids(numbers).values())) for numbers in found.values())


def reasons(shop: Shop) -> set[str]:
    with Store.open(shop.path / "shop.db", read_only=True) as store:
        return {one.reason for one in store.folds.all()}


HOODIES = [
    item("red", "Acme Quickstep Red Hoodie", picture(1, RED)),
    item("green", "Acme Quickstep Green Hoodie", picture(1, GREEN)),
    item("blue", "Acme Quickstep Hoodie, Blue", picture(1, BLUE)),
]


def test_a_hoodie_listed_once_for_each_colour_is_one(shop: Shop) -> None:
    shop.add([*HOODIES, item("other", "Acme Sidestep Red Hoodie", picture(2, RED))])
    assert groups(shop) == [("blue", "green", "red")]
    assert reasons(shop) == {"same title but colour"}


def test_sizes_and_counts_of_one_thing_are_one(shop: Shop) -> None:
    titles = [
        "Pure Renewal Zest Shampoo 300 ml",
        "Pure Renewal Zest Shampoo 1 l",
        "Pure Renewal Zest Shampoo, 2 pack",
    ]
    shop.add([item(f"s{n}", title) for n, title in enumerate(titles)])
    assert groups(shop) == [("s0", "s1", "s2")]


def test_the_same_article_is_found_though_its_picture_was_saved_anew(shop: Shop) -> None:
    image = picture(3)
    smaller = ImageEnhance.Brightness(image.resize((176, 208), Image.Resampling.LANCZOS)).enhance(1.04)
    shop.add(
        [
            item("a", "Acme Hoodie with a print", image),
            item("b", "Acme hoodie, print", media=(saved(smaller, 60),)),
            item("c", "Acme Hoodie with a print", picture(4)),
        ]
    )
    assert groups(shop) == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (item("a", "Men Black T-shirt", picture(1)), item("b", "Men Red T-shirt", picture(2))),
        (item("a", "Acme Quickstep Red Hoodie", picture(1)), item("b", "Acme Quickstep Blue Hoodie", lamp())),
        (item("a", "Toner TN-2410", picture(1)), item("b", "Toner TN-2420", picture(1))),
        (item("a", "Quickstep Hoodie", picture(1)), item("b", "Quickstep Hoodie", picture(1), brand="Zenith")),
        (item("a", "Quickstep Max Hoodie"), item("b", "Quickstep Max Hoodie", price=Price(9_000, "EUR"))),
        (item("a", "Lens Zoomline 70-200mm f/2.8L"), item("b", "Lens Zoomline 70-200mm f/4L")),
        (item("a", "Adapter Linkline USB to HDMI"), item("b", "Adapter Linkline HDMI to USB")),
        (item("a", "Hoodie red"), item("b", "Hoodie blue")),
    ],
    ids=["generic", "design", "model", "brand", "price", "lens", "order", "no name"],
)
def test_what_only_looks_like_one_is_not_folded(shop: Shop, one: Product, other: Product) -> None:
    shop.add([one, other])
    assert groups(shop) == []


@pytest.mark.parametrize(
    ("name", "value", "together"),
    [
        ("gtin", "4006381333931", True),
        ("EAN", 4006381333931.0, True),
        ("gtin", "4006381333930", False),  # its last digit is wrong
        ("gtin", "0000000000000", False),
        ("gtin", "n/a", False),
        ("item_group_id", "G-17", True),
        ("colour", "red", False),
    ],
)
def test_what_a_feed_says_of_groups_is_believed(shop: Shop, name: str, value: AttributeValue, together: bool) -> None:
    shop.add([item("a", "One thing", attributes={name: value}), item("b", "Some other", attributes={name: value})])
    assert groups(shop) == ([("a", "b")] if together else [])


@pytest.mark.parametrize("later", [0, 1], ids=["child first", "parent first"])
def test_a_variant_is_one_with_what_it_is_a_variant_of(shop: Shop, later: int) -> None:
    both = [item("child", "Sidestep", relations={"variant_of": ("parent",)}), item("parent", "Quickstep")]
    shop.add([both[later]])
    shop.add([both[1 - later]])
    assert groups(shop) == [("child", "parent")]


def test_a_picture_that_different_products_share_joins_them_no_more(shop: Shop) -> None:
    """A placeholder: "no picture available". At first it may pass for a picture of a few."""
    same = picture(9)
    names = ["Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo", "Hazel", "Juniper", "Larch", "Maple"]
    assert len(names) > TITLES + 1
    chairs = [item(f"p{n}", f"{name} folding chair", same) for n, name in enumerate(names)]
    shop.add(chairs)
    assert groups(shop) == []
    shop.add([item("twin", "Alder folding chair", same)])
    assert groups(shop) == []
    shop.add(
        [
            item("named twin", "Alder Quickstep folding chair", same),
            item("another", "Alder Quickstep folding chair", same),
        ]
    )
    assert groups(shop) == [("another", "named twin")]


def test_a_title_that_means_several_things_is_not_folded(shop: Shop) -> None:
    """One product of each colour is a family; several designs of each colour only share a title."""
    shop.add(
        [
            item(f"p{n}", f"Acme Elite {name} Tie", picture(20 + n, fill))
            for n, (name, fill) in enumerate(
                [("Red", RED), ("Red", RED), ("Blue", BLUE), ("Blue", BLUE), ("Green", GREEN), ("Green", GREEN)]
            )
        ]
    )
    assert groups(shop) == []


def test_more_than_can_be_believed_is_reported_and_not_folded(shop: Shop) -> None:
    few = msgspec.structs.replace(shop.settings, folding=FoldingSettings(largest=2))
    shop.apply(few)
    shop.add(HOODIES)
    assert groups(shop) == []
    with Store.open(shop.path / "shop.db", read_only=True) as store:
        assert [len(own) for own in store.folds.overgrown(2)] == [3]


def test_what_comes_later_joins_and_what_goes_leaves(shop: Shop) -> None:
    shop.add(HOODIES[:1])
    assert groups(shop) == []
    shop.add(HOODIES[1:])
    assert groups(shop) == [("blue", "green", "red")]
    shop.remove(["red"])
    assert groups(shop) == [("blue", "green")]
    shop.add([msgspec.structs.replace(HOODIES[2], title="Acme Sidestep Hoodie, Blue")])
    assert groups(shop) == []


def test_adding_bit_by_bit_comes_to_the_same_as_adding_at_once(
    shop: Shop, tmp_path: Path, environment: Environment
) -> None:
    goods = [
        *HOODIES,
        *(item(f"d{n}", "Acme Hoodie with a print", picture(3)) for n in range(2)),
        *(item(f"e{n}", f"Zenith Sidestep Quickline socks {n + 1} pairs", brand="Zenith") for n in range(3)),
    ]
    for one in reversed(goods):
        shop.add([one])
    with Shop.open(tmp_path / "whole", model="basic", environment=environment) as whole:
        whole.add(goods)
        assert groups(whole) == groups(shop) == [("blue", "green", "red"), ("d0", "d1"), ("e0", "e1", "e2")]


def test_whoever_follows_the_changes_hears_of_every_new_group(shop: Shop) -> None:
    """A product that joins a group later takes a new change number, and is read with its group."""
    shop.add(HOODIES[:1])
    with Store.open(shop.path / "shop.db", read_only=True) as store:
        before = store.last_change()
        shop.add(HOODIES[1:])
        assert {change.number for change in store.changes(before)} == {1, 2, 3}
        assert [row.group for rows in store.scan() for row in rows] == [1, 1, 1]


def test_pictures_that_had_no_hash_are_compared_after_a_rebuild(shop: Shop) -> None:
    """A shop that an older wares made has no hashes; it gets them when the index is built anew."""
    one = picture(5)
    paths = [shop.path.parent / f"{name}.png" for name in ("one", "two")]
    for path in paths:
        one.save(path)
    shop.add([item(f"p{n}", "Hoodie", media=(Media(str(path)),)) for n, path in enumerate(paths)])
    assert groups(shop) == [("p0", "p1")]
    with Store.open(shop.path / "shop.db") as store, store._database.write() as connection:
        connection.execute(
            delete(vectors).where(
                vectors.c.tower
                == select(towers.c.tower).where(towers.c.fingerprint == HashTower.fingerprint).scalar_subquery()
            )
        )
        connection.execute(delete(meta).where(meta.c.key == "folded"))
    shop.add([item("new", "Something else")])
    assert groups(shop) == []
    shop.rebuild()
    assert groups(shop) == [("p0", "p1")]


def test_nothing_is_folded_when_it_is_switched_off_and_all_again_when_it_is_on(shop: Shop) -> None:
    shop.add(HOODIES)
    shop.apply(Settings(model="basic", folding=FoldingSettings(on=False)))
    assert groups(shop) == []
    shop.apply(Settings(model="basic"))
    assert groups(shop) == [("blue", "green", "red")]


def test_other_settings_fold_anew(shop: Shop) -> None:
    shop.add(HOODIES)
    shop.apply(Settings(model="basic", folding=FoldingSettings(shape=1.0)))
    assert groups(shop) == []


def test_an_unchanged_feed_changes_nothing(shop: Shop) -> None:
    shop.add(HOODIES)
    with Store.open(shop.path / "shop.db", read_only=True) as store:
        before = store.last_change()
        shop.add(HOODIES)
        assert store.last_change() == before


FOLDER = """
import os, sys
from pathlib import Path
from wares.settings import Environment
from wares.shop import Shop
from wares.store import folds
from tests.shop.test_folding import HOODIES

def killed(*_: object, **__: object) -> None:
    os.kill(os.getpid(), 9)

setattr(folds.Folds, sys.argv[3], killed)
environment = Environment(cache=Path(sys.argv[2]), offline=True)
with Shop.open(Path(sys.argv[1]), model="basic", environment=environment) as shop:
    shop.add(HOODIES)
"""


@pytest.mark.parametrize("moment", ["file", "link", "done"])
def test_a_writer_killed_while_folding_is_made_up_for(tmp_path: Path, environment: Environment, moment: str) -> None:
    path = tmp_path / "shop"
    command = [sys.executable, "-c", FOLDER, str(path), str(environment.cache), moment]
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{root}"}, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    with Shop.open(path, environment=environment) as shop:
        assert len(shop) == 3
        shop.add([item("new", "Zenith Sidestep Quickline socks")])
        assert groups(shop) == [("blue", "green", "red")]


@pytest.fixture
def opened(shop: Shop) -> Iterator[Store]:
    shop.add(HOODIES)
    with Store.open(shop.path / "shop.db") as store:
        yield store


def test_folding_again_finds_nothing_to_do(opened: Store, no_encoders: Callable[[], tuple[()]]) -> None:
    assert fold(opened, FoldingSettings(), no_encoders) == 0


@pytest.fixture
def no_encoders() -> Callable[[], tuple[()]]:
    def fail() -> tuple[()]:
        raise AssertionError("encoders are built only when there is something to compare")

    return fail


@pytest.mark.parametrize(
    ("title", "colours", "sizes", "rest"),
    [
        ("Nike Air Zoom Navy Blue Size 42", {"navy"}, {"size42"}, {"nike", "air", "zoom"}),
        ("Nike Air Zoom - 9.5 M", set(), {"9.5m"}, {"nike", "air", "zoom"}),
        ("Men's Logan shorts, XL", set(), {"xl"}, {"men", "logan", "short"}),
        ("USB cable 1.8 m (6 ft.)", set(), {"1.8m", "6ft."}, {"usb", "cabl"}),
        ("Lens 70-200mm f/4L", set(), set(), {"len", "f", "4l"}),
        ("Monitor 2509m", set(), set(), {"monitor", "2509m"}),
        ("欧莱雅洗发水500毫升2瓶装", set(), {"500毫升", "2瓶装"}, {"欧莱雅", "洗发", "洗发水"}),
        ("耐克跑鞋 红色 42码", {"red"}, {"42码"}, {"耐克", "跑鞋"}),
    ],
)
def test_a_title_is_taken_apart(title: str, colours: set[str], sizes: set[str], rest: set[str]) -> None:
    found = title_of(Product(id="p", title=title))
    assert (found.colours, found.sizes) == (colours, sizes)
    assert rest <= set(found.rest)
    assert not {"navi", "blue", "42", "红色", "xl"} & set(found.rest)
