"""The picture encoders of the default model, with their real weights, and with real photographs where they are."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from wares.encoders import colour
from wares.encoders.conse import SPACE as WORDS
from wares.encoders.efficientnet import COLOURS, POOLED, STAGES
from wares.encoders.look import SPACE as LOOK
from wares.encoders.look import leading
from wares.encoders.pictures import encoders
from wares.errors import ModelUnavailable
from wares.media import decode_image
from wares.settings import Environment

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "fashion_kagl.dev.zip"


@pytest.fixture(scope="module")
def model():
    try:
        return {encoder.channel: encoder for encoder in encoders(Environment.read(), lambda message: None)}
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")


@pytest.fixture(scope="module")
def photos():
    """category → some photographs of it."""
    if not PHOTOS.exists():
        pytest.skip(f"{PHOTOS.name} is not there: no real photographs to look at")
    found: dict[str, list[Image.Image]] = {}
    with zipfile.ZipFile(PHOTOS) as archive:
        members = {name.rpartition("/")[2]: name for name in archive.namelist()}
        for row in csv.DictReader(io.StringIO(archive.read(members["products.csv"]).decode())):
            of_kind = found.setdefault(row["category"].split("/")[-1], [])
            if len(of_kind) < 6:
                of_kind.append(decode_image(archive.read(members[row["image"].rpartition("/")[2]])))
    return found


def mug(paint, size=(300, 240)):
    """A drawing of a mug."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((170, 80, 250, 170), outline=paint, width=16)
    draw.rounded_rectangle((80, 50, 200, 200), 14, fill=paint)
    draw.ellipse((80, 38, 200, 66), fill="#404040")
    return image


def test_words_look_for_pictures_in_one_space_and_pictures_for_pictures_in_another(model):
    sounds = {"sounding.text", "sounding.audio", "use.audio", "timbre.audio"}
    assert set(model) - sounds == {"use.text", f"{WORDS}.text", f"{WORDS}.image", f"{LOOK}.image"}
    assert {name for name, encoder in model.items() if encoder.asks_only} - sounds == {"seen.text"}
    assert model["seen.text"].dims == model["seen.image"].dims
    assert model["seen.image"].tower is model["look.image"].tower
    assert len({encoder.fingerprint for encoder in model.values()}) == len(model)


def test_a_row_of_features_holds_network_and_colours(model):
    tower = model["seen.image"].tower
    (row,) = tower.features([mug("#d01020")])
    assert row.shape == (tower.dims,)
    assert row[POOLED].min() >= 0  # the mean of a ReLU
    assert row[STAGES].shape == (1712,)
    assert colour.NAMES[int(row[COLOURS].argmax())] == "red"


def test_a_picture_has_one_vector_whatever_is_encoded_beside_it(model):
    pictures = [mug("red"), mug("blue", (500, 240)), Image.new("RGB", (7, 900), "#808080"), mug("#20a040")]
    for channel in ("seen.image", "look.image"):
        alone = np.concatenate([model[channel].encode([picture]) for picture in pictures])
        np.testing.assert_allclose(model[channel].encode(pictures * 5)[: len(pictures)], alone, atol=1e-6)


def test_vectors_have_unit_length(model):
    for channel, content in (("seen.text", "red mug"), ("seen.image", mug("red")), ("look.image", mug("red"))):
        vectors = model[channel].encode([content])
        assert vectors.shape == (1, model[channel].dims)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)


def test_the_same_picture_is_always_the_same(model):
    first, second = (model["seen.image"].encode([mug("#d01020")]) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("language", "texts"), [("en", ["mug", "dog", "jeans"]), ("zh", ["马克杯", "狗", "牛仔裤"])])
def test_words_find_what_a_drawing_shows(model, language, texts):
    likeness = model["seen.text"].encode(texts) @ model["seen.image"].encode([mug("#2060d0")])[0]
    assert likeness.argmax() == 0


@pytest.mark.parametrize(("red", "blue"), [("red mug", "blue mug"), ("红色马克杯", "蓝色马克杯"), ("red", "蓝色")])
def test_colours_in_words_find_colours_in_pictures(model, red, blue):
    likeness = model["seen.text"].encode([red, blue]) @ model["seen.image"].encode([mug("#d01020"), mug("#1040c0")]).T
    assert likeness[0, 0] > likeness[0, 1]
    assert likeness[1, 1] > likeness[1, 0]


@pytest.mark.parametrize(
    ("category", "right", "wrong"),
    [
        ("Casual Shoes", ["shoes", "鞋"], ["wine", "葡萄酒", "laptop"]),
        ("Sunglasses", ["sunglasses", "太阳镜"], ["socks", "袜子"]),
        ("Handbags", ["handbag", "手提包"], ["punching bag", "沙袋", "sofa", "沙发"]),
        ("Watches", ["watch", "手表"], ["dress", "连衣裙"]),
        ("Jeans", ["jeans", "牛仔裤"], ["perfume", "香水"]),
    ],
)
def test_photographs_are_nearer_to_what_they_show(model, photos, category, right, wrong):
    pictures = model["seen.image"].encode(photos[category])
    of_right, of_wrong = (model["seen.text"].encode(texts) @ pictures.T for texts in (right, wrong))
    assert of_right.mean(axis=1).min() > of_wrong.mean(axis=1).max()


def test_photographs_of_one_kind_look_alike(model, photos):
    kinds = ["Casual Shoes", "Sunglasses", "Handbags", "Jeans", "Ties"]
    vectors = model["look.image"].encode([photo for kind in kinds for photo in photos[kind]])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    of = np.repeat(np.arange(len(kinds)), [len(photos[kind]) for kind in kinds])
    assert (of[likeness.argmax(axis=1)] == of).mean() >= 0.8


def test_leading_directions_are_orthonormal_and_hold_most_of_the_matrix():
    noise = np.random.default_rng(7)
    weight = (noise.normal(size=(40, 6)) * [9, 8, 7, 1, 1, 1]).astype(np.float32)
    axes = leading(weight, 3)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-6)
    centred = weight - weight.mean(axis=0)
    best = np.linalg.svd(centred)[1][:3]
    np.testing.assert_allclose(np.linalg.norm(centred @ axes, axis=0), best, rtol=1e-4)
    assert (axes[np.abs(axes).argmax(axis=0), range(3)] > 0).all()
