"""``wares fit``, and what ``wares index`` learns by itself."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from PIL import Image, ImageDraw

Command: TypeAlias = Callable[..., Any]

COLOURS = {"red": "#c81420", "green": "#149640", "blue": "#1e3cc8", "yellow": "#f0c810", "black": "#181818"}
SHAPES = ("Cups", "Rugs", "Balls")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Few steps and few questions, so that a fit takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wares.fit.learning._STEPS", ((1 << 62, 25),))
        patch.setattr("wares.fit.views.MOST", 10)
        patch.setattr("wares.fit.guard.SIZE", 5)
        yield


def picture(colour: str, shape: str, number: int) -> Image.Image:
    image = Image.new("RGB", (72, 72), "white")
    pen, paint, left, top = ImageDraw.Draw(image), COLOURS[colour], 4 + number % 7, 4 + number % 5
    if shape == "Balls":
        pen.ellipse((left, top, left + 50 + number % 9, top + 50), fill=paint)
    elif shape == "Rugs":
        pen.rectangle((left, top + 15, left + 56 + number % 6, top + 40), fill=paint)
    else:
        pen.rectangle((left + 5, top, left + 30 + number % 6, top + 56), fill=paint)
    return image


def rows(number: int = 210, first: int = 0) -> list[dict[str, str]]:
    found = []
    for n in range(first, first + number):
        colour, shape = list(COLOURS)[n % 5], SHAPES[n // 5 % 3]
        title = f"{colour.title()} {shape[:-1].lower()} no{n}"
        found.append({"id": f"p{n}", "title": title, "category": shape, "colour": colour, "image": f"p{n}.png"})
    return found


def write(folder: Path, products: list[dict[str, str]], name: str = "feed.csv", *, drawn: bool = True) -> Path:
    """A feed, with its pictures beside it."""
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(products[0]))
        writer.writeheader()
        writer.writerows(products)
    for product in products if drawn else ():
        number = int(product["id"][1:])
        picture(list(COLOURS)[number % 5], SHAPES[number // 5 % 3], number).save(folder / product["image"])
    return folder / name


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A feed of 210 products with pictures."""
    return write(tmp_path_factory.mktemp("goods"), rows())


@pytest.fixture(scope="module")
def unfitted(tmp_path_factory: pytest.TempPathFactory, goods: Path, process: Command) -> Path:
    """A shop of it that has learned nothing; not to be changed."""
    shop = tmp_path_factory.mktemp("unfitted") / "shop"
    done = process("index", shop, goods, "--model", "basic", "--no-fit")
    assert done.code == 0, done.err
    return shop


@pytest.fixture
def shop(unfitted: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    subprocess.run(["cp", "-r", "--sparse=always", unfitted, tmp_path / "shop"], check=True)  # sparse index files
    return tmp_path / "shop"


def state(wares: Command, shop: Path) -> list[tuple[str, str, bool]]:
    return [(v["name"], v["fit"], v["live"]) for v in wares("info", shop, "--json").json["versions"]]


def folders(shop: Path) -> list[str]:
    place = shop / "fits"
    return sorted(path.name for path in place.iterdir() if path.is_dir()) if place.exists() else []


# -- wares fit ------------------------------------------------------------------------------------------------------


def test_a_fit_is_told_as_a_table_and_answers_from_then_on(wares: Command, shop: Path) -> None:
    done = wares("fit", shop)
    assert done.code == 0, done.err
    first, *others = done.out.splitlines()
    assert first == "fit 000001: switched: better on products held out"
    facts = " ".join(others)
    for piece in (
        "held out",
        "captions",
        " MB",
        "title → picture, RR",
        "label → pictures, nDCG@10",
        "before",
        "after",
    ):
        assert piece in facts, piece
    assert "Traceback" not in done.err
    assert [(fit, live) for _, fit, live in state(wares, shop)] == [("", False), ("000001", True)]
    assert "000001" in wares("info", shop).out
    why = wares("search", shop, "red cup", "--json").json["hits"][0]["why"]
    assert "basic-look-fit.image" in {one["channel"] for one in why}
    assert wares("rollback", shop).code == 0
    assert [(fit, live) for _, fit, live in state(wares, shop)] == [("", True), ("000001", False)]


def test_a_fit_as_json_then_drift_then_another_from_the_last(wares: Command, shop: Path) -> None:
    told = wares("fit", shop, "--json", "--seed", "21").json
    assert (told["switched"], told["fit"], told["start"], told["seed"]) == (True, "000001", "nothing", 21)
    assert {"measure", "n", "before", "after", "low", "high", "p"} <= set(told["measures"][0])
    assert told["version"] == state(wares, shop)[-1][0]
    drift = wares("fit", shop, "--drift", "--json").json
    assert (drift["fit"], drift["due"], drift["new"]) == ("000001", False, 0)
    printed = wares("fit", shop, "--drift")
    assert printed.code == 0
    assert printed.out.startswith("no need to fit again")
    again = wares("fit", shop, "--from", "last", "--force", "--json").json
    assert (again["start"], again["before"], again["fit"]) == ("last", "fit 000001", "000002")


def test_drift_of_a_shop_that_was_never_fitted(wares: Command, unfitted: Path) -> None:
    assert wares("fit", unfitted, "--drift").out.startswith("the shop has not been fitted yet")
    assert wares("fit", unfitted, "--drift", "--json").json["due"] is True
    assert folders(unfitted) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--loss", "infonces"), "unknown loss 'infonces'; known: infonce, siglip, triplet, contrastive"),
        (("--from", "elsewhere"), "cannot start from 'elsewhere'; known: auto, last, shipped, nothing"),
        (("--from", "last"), "has no fit yet to start from"),
    ],
)
def test_what_cannot_be_is_told_on_one_line(
    wares: Command, unfitted: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in wares("fit", unfitted, *arguments).error()
    assert folders(unfitted) == []


def test_questions_and_judgments_belong_together(wares: Command, unfitted: Path, tmp_path: Path) -> None:
    done = wares("fit", unfitted, "--queries", tmp_path / "q.tsv")
    assert done.code == 2
    assert "--qrels" in done.err


def test_a_folder_that_is_no_shop_is_told(wares: Command, tmp_path: Path) -> None:
    assert "no shop" in wares("fit", tmp_path / "none").error()
    assert not (tmp_path / "none").exists()


# -- catalogues that nothing can be learned from --------------------------------------------------------------------


def indexed(wares: Command, tmp_path: Path, products: list[dict[str, str]], *, drawn: bool = True) -> Path:
    feed = write(tmp_path, products, drawn=drawn)
    done = wares("index", tmp_path / "shop", feed, "--model", "basic", "--no-fit")
    assert done.code == 0, done.err
    return tmp_path / "shop"


def refused(wares: Command, shop: Path) -> str:
    """What a fit says that cannot be: one line, nothing switched, nothing left behind."""
    before = state(wares, shop)
    said: str = wares("fit", shop).error()
    assert state(wares, shop) == before
    assert folders(shop) == []
    return said


def test_too_few_pictures(wares: Command, tmp_path: Path) -> None:
    said = refused(wares, indexed(wares, tmp_path, rows(30)))
    assert "30 products have a picture that could be read, and a fit needs 200 or more" in said


def test_one_picture_for_all(wares: Command, tmp_path: Path) -> None:
    picture("red", "Cups", 0).save(tmp_path / "p0.png")
    shop = indexed(wares, tmp_path, [{**row, "image": "p0.png"} for row in rows()], drawn=False)
    assert "share 1 titles or pictures among them; a fit needs 50" in refused(wares, shop)


def test_one_title_for_all(wares: Command, tmp_path: Path) -> None:
    alike = [{**row, "title": "Thing"} for row in rows()]
    assert "share 1 titles or pictures" in refused(wares, indexed(wares, tmp_path, alike))


def test_half_of_the_pictures_missing(wares: Command, tmp_path: Path) -> None:
    feed = write(tmp_path, rows())
    for number in range(0, 210, 2):
        (tmp_path / f"p{number}.png").unlink()
    done = wares("index", tmp_path / "shop", feed, "--model", "basic", "--no-fit")
    assert done.code == 0, done.err
    assert "105 products have a picture that could be read" in refused(wares, tmp_path / "shop")


def test_two_languages_mixed_are_learned_together(wares: Command, tmp_path: Path) -> None:
    chinese = {"red": "红色", "green": "绿色", "blue": "蓝色", "yellow": "黄色", "black": "黑色"}
    names = {"Cups": "杯子", "Rugs": "地毯", "Balls": "球"}
    mixed = [
        {
            **row,
            "title": f"{chinese[row['colour']]}{names[row['category']]} {row['id']}" if n % 2 else row["title"],
        }
        for n, row in enumerate(rows())
    ]
    done = wares("fit", indexed(wares, tmp_path, mixed), "--json")
    assert done.code == 0, done.err
    assert done.json["measures"][1]["after"] > done.json["measures"][1]["before"]


def test_ten_thousand_near_duplicates_are_refused_at_once() -> None:
    """Pictures with a pixel changed are other files, but titles are alike: there is nothing to measure on."""
    from wares.encoders import unfitted as model
    from wares.encoders.fitted import ground
    from wares.fit.learning import TooLittle, learn
    from wares.fit.parting import Pictured
    from wares.records import Product
    from wares.settings import Environment

    base = ground(model("basic", Environment.read()))
    row = np.ones((1, base.pictures.dims), np.float32)
    many = [
        Pictured(Product(id=str(n), title=f"Phone case {n % 20}"), (f"key{n}",), row * np.float32(1 + n * 1e-6))
        for n in range(10_000)
    ]
    with pytest.raises(TooLittle, match="10,000 products with pictures share 20 titles"):
        learn(many, base)


# -- by itself ------------------------------------------------------------------------------------------------------


def test_indexing_fits_when_that_is_due_and_not_again(wares: Command, goods: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    done = wares("index", shop, goods, "--model", "basic")
    assert done.code == 0, done.err
    assert "learning from the catalogue" in done.err
    assert "switched: better on products held out (title → picture, RR" in done.out
    assert folders(shop) == ["000001"]
    again = wares("index", shop, goods)
    assert again.code == 0, again.err
    assert "learning" not in again.err
    assert folders(shop) == ["000001"]
    more = write(tmp_path, rows(20, first=300), "more.csv")
    assert "learning" not in wares("index", shop, more).err, "a tenth that is new is no reason yet"
    most = write(tmp_path, rows(100, first=400), "most.csv")
    told = wares("index", shop, most, "--json")
    assert told.json["fit"]["start"] == "last"
    assert "learning" in told.err


def test_indexing_without_fitting(wares: Command, shop: Path, goods: Path) -> None:
    assert state(wares, shop)[-1][1] == ""
    done = wares("index", shop, goods, "--no-fit", "--json")
    assert done.json["fit"] is None
    assert folders(shop) == []


def test_indexing_a_small_catalogue_says_nothing_of_fitting(wares: Command, feed: Path, tmp_path: Path) -> None:
    done = wares("index", tmp_path / "shop", feed, "--model", "basic")
    assert done.code == 0
    assert "learning" not in done.err
    assert folders(tmp_path / "shop") == []


def test_a_catalogue_that_nothing_can_be_learned_from_is_indexed_all_the_same(wares: Command, tmp_path: Path) -> None:
    alike = [{**row, "title": "Thing"} for row in rows()]
    feed, shop = write(tmp_path, alike), tmp_path / "shop"
    done = wares("index", shop, feed, "--model", "basic")
    assert done.code == 0, done.err
    assert "210 added" in done.out
    assert "not fitted: the 210 products with pictures share 1 titles" in done.err
    assert "learning" not in wares("index", shop, feed).err, "what was tried in vain is not tried at every turn"


def test_a_fit_that_fails_leaves_the_indexing_successful(wares: Command, shop: Path, goods: Path) -> None:
    (shop / "fits").mkdir(exist_ok=True)
    from wares.index.locks import Lock

    lock = Lock(shop / "fits" / "fit.lock")  # somebody else is fitting
    assert lock.take()
    try:
        done = wares("index", shop, goods)
    finally:
        lock.release()
    assert done.code == 0, done.err
    assert "210 unchanged" in done.out
    assert "not fitted:" in done.err
    assert "being fitted by another process" in done.err
    assert "Traceback" not in done.err
