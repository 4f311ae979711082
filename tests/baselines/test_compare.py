"""Baselines on a shop's own goods: what is asked, that nothing is learnt from it, and what is said of the rest."""

import io
import math
import wave

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skimage")
pytest.importorskip("av")

import wares
from wares.baselines import compare
from wares.baselines.entrants import Names, entrants
from wares.baselines.measuring import measure
from wares.baselines.records import Task
from wares.errors import CatalogueError, SetupError
from wares.records import Media, Product
from wares.settings import BARE

COLOURS = {"red": (200, 30, 40), "green": (30, 140, 60), "blue": (40, 70, 200)}
KINDS = ("cup", "lamp", "bag")


def photo(seed, colour, shift=0):
    """Blurred noise on a coloured ground; ``shift`` shows the same thing moved."""
    small = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    thing = Image.fromarray(small).resize((90, 90), Image.Resampling.BICUBIC)
    picture = Image.new("RGB", (128, 128), colour)
    picture.paste(thing, (20 + shift, 20))
    with io.BytesIO() as file:
        picture.save(file, "PNG")
        return file.getvalue()


def sound(pitch, seed, seconds=1.2):
    times = np.arange(int(seconds * 8000)) / 8000
    samples = 0.4 * np.sin(2 * math.pi * pitch * times) + np.random.default_rng(seed).normal(0, 0.01, len(times))
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes((samples * 32767).astype("<i2").tobytes())
        return file.getvalue()


def goods():
    """Nine products, each with two photos and two sounds."""
    for at, (kind, colour) in enumerate((kind, colour) for kind in KINDS for colour in COLOURS):
        pitch = 150 * 1.4**at
        shots = [Media(photo(at, COLOURS[colour], shift)) for shift in (0, 9)]
        sounds = [Media(sound(pitch, at + shift), "audio") for shift in (0, 100)]
        yield Product(
            id=f"{kind}-{colour}",
            title=f"{colour} {kind} number {at}",
            category=("Home", kind),
            attributes={"colour": colour},
            media=(*shots, *sounds),
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with wares.open(tmp_path_factory.mktemp("shops") / "shop", model="basic") as opened:
        opened.add(goods())
        yield opened


@pytest.fixture(scope="module")
def found(shop, tmp_path_factory):
    return compare(shop, folder=tmp_path_factory.mktemp("scratch"))


def row(report, task, name):
    return next(row for row in report.rows if (row.task, row.name) == (task, name))


def test_words_pictures_and_sounds_are_asked_for(found):
    tasks = [task.name for task in found.tasks]
    assert tasks[0] == "title-words"
    assert {"picture", "another photo", "rest of a sound", "another sound"} <= set(tasks)
    assert all(task.truth and task.bias for task in found.tasks)


def test_baselines_and_the_shops_channels_stand_side_by_side(found):
    assert {row.name for row in found.rows if row.own} == {"words", "hashed.text", "basic-look.image"}
    words = [row.name for row in found.rows if row.task == "title-words"]
    assert words == ["tf-idf", "lsa", "word-vectors", "naive-bayes", "information-gain", "words", "hashed.text"]
    for own in found.rows:
        assert list(own.values) == ["R@1", "R@10", "RR@10", "nDCG@10"]
        assert all(0 <= value <= 1 for value in own.values.values())


def test_what_is_easy_is_found(found):
    assert row(found, "title-words", "tf-idf").values["RR@10"] > 0.9
    assert row(found, "another photo", "sift-words").values["R@1"] > 0.7
    assert row(found, "another photo", "colour-histogram").values["R@10"] == 1
    assert row(found, "another sound", "mfcc").values["R@1"] > 0.5


def test_the_same_seed_measures_the_same(found, shop, tmp_path):
    again = compare(shop, folder=tmp_path, only=["tf-idf", "sift-words"])
    for own in again.rows:
        assert own.values == row(found, own.task, own.name).values


def test_bm25_of_the_comparison_orders_as_the_shop_does(shop):
    products = list(shop.products())
    (words,) = (c for c in entrants_of(shop) if c.name == "words")
    texts = {"a": "red cup", "b": "blue number 8", "c": "home lamp"}
    task = Task("t", "", "", "text", products, ["" for _ in products], texts, {})
    for text, scores in zip(texts.values(), words.answer(task).scores, strict=True):
        hits = shop.search(text, fusion=only_words(shop), parse=False, ranking=BARE)
        best = {products[at].id: scores[at] for at in np.argsort(-scores) if np.isfinite(scores[at])}
        assert set(best) == {hit.id for hit in hits.hits}
        listed = [round(best[hit.id], 4) for hit in hits.hits]
        assert listed == sorted(listed, reverse=True)


def entrants_of(shop):
    from wares.baselines.entrants import channels

    return channels("text", shop.settings, ())


def only_words(shop):
    import msgspec

    weights = {f"text.{channel}": float(channel == "words") for channel in shop.info().channels}
    return msgspec.structs.replace(shop.settings.fusion, weights=weights)


def test_questions_teach_nothing(shop):
    """A word that only a question has leaves what is learnt, and so every figure, as it was."""
    products = list(shop.products())
    pool = [product.title for product in products]
    gains = {"a": {products[0].id: 1}}
    names = Names.of(["tf-idf", "lsa", "word-vectors", "naive-bayes", "information-gain"])
    plain, more = (
        measure(
            [Task("t", "", "", "text", products, pool, {"a": text}, gains)], lambda task: entrants(task, names, 1)
        )
        for text in ("red cup", "red cup zeppelin")
    )
    assert [row.values for row in plain.rows] == [row.values for row in more.rows]
    assert [row.dims for row in plain.rows] == [row.dims for row in more.rows]


def test_only_so_many_products_are_looked_among(shop, tmp_path):
    few = compare(shop, folder=tmp_path, only=["tf-idf", "colour-histogram"], products=5, questions=2)
    assert {task.products for task in few.tasks} == {5}
    assert max(task.questions for task in few.tasks) == 2


def test_media_that_cannot_be_read_are_told_and_left_out(tmp_path):
    with wares.open(tmp_path / "shop", model="basic") as opened:
        broken = Product(id="x", title="broken thing", media=(Media(b"OggS" + bytes(90), "audio"),))
        opened.add([broken, *goods()])
        report = compare(opened, folder=tmp_path, only=["mfcc"])
    assert {task.products for task in report.tasks} == {9}
    assert any("sounds: 1 could not be read" in problem for problem in report.problems)


def test_one_product_is_compared_with_nothing_and_found(tmp_path):
    with wares.open(tmp_path / "shop", model="basic") as opened:
        opened.add([Product(id="a", title="red lamp")])
        report = compare(opened, folder=tmp_path)
    assert {row.values["R@1"] for row in report.rows} == {1.0}


@pytest.mark.parametrize(
    ("products", "only", "why"),
    [
        ([], [], "has no products"),
        ([Product(id="a", title="!")], [], "nothing can be compared on 1 product:"),
        (
            [Product(id="a", title=""), Product(id="b", title="!")],
            ["tf-idf"],
            "nothing can be compared on 2 products:",
        ),
        ([Product(id="a", title="red lamp")], ["hog"], "photos: left out; no product has one"),
        ([Product(id="a", title="red lamp")], ["gist"], "unknown baseline 'gist'"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(tmp_path, products, only, why):
    with wares.open(tmp_path / "shop", model="basic") as opened:
        opened.add(products)
        with pytest.raises((SetupError, CatalogueError), match=why) as told:
            compare(opened, folder=tmp_path, only=only)
    assert "\n" not in str(told.value)
