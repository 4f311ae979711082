"""Pictures that are asked with: decodable, changed, and answered by all who have the same file."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wares.evaluation.made import make
from wares.evaluation.made.photos import KEPT, LEAST_SIDE, SCALED, changed
from wares.evaluation.made.survey import Survey
from wares.records import Media, Product


def test_pictures_are_files_that_differ_from_their_source(
    pictured: list[Product], read_picture: Any, tmp_path: Path
) -> None:
    queries, judgments = make(pictured, folder=tmp_path, picture=read_picture, kinds=["picture"])
    sources = {product.id: str(product.media[0].source) for product in pictured}
    assert len(queries.queries) == len(pictured) == len(list((tmp_path / "pictures").iterdir()))
    for asked in queries.queries:
        (part,) = asked.query.parts
        assert part.kind == "image"
        with (
            Image.open(str(part.value)) as picture,
            Image.open(sources[next(iter(judgments.gains[asked.id]))]) as source,
        ):
            picture.load()
            assert picture.format == "JPEG"
            assert picture.size < source.size
            small = [np.asarray(image.convert("RGB").resize((32, 32)), dtype=float) for image in (picture, source)]
        assert np.abs(small[0] - small[1]).mean() > 2


def test_the_same_file_is_the_same_answer(pictured: list[Product], read_picture: Any, tmp_path: Path) -> None:
    _, judgments = make(pictured, folder=tmp_path, picture=read_picture, kinds=["picture"])
    right = [set(gains) for gains in judgments.gains.values()]
    assert right.count({"en-30", "en-31"}) == 2  # one question of each
    assert all(len(ids) == 1 for ids in right if ids != {"en-30", "en-31"})
    assert {gain for gains in judgments.gains.values() for gain in gains.values()} == {3}


def test_the_same_url_or_bytes_are_the_same_picture(tmp_path: Path) -> None:
    sources: list[Any] = ["https://example.com/a.jpg", "https://example.com/b.jpg", b"bytes", b"other"]
    products = [Product(id=f"{n}", title="", media=(Media(source),)) for n, source in enumerate([*sources, *sources])]
    survey = Survey(products, picture=lambda medium: None)
    for n, source in enumerate(sources):
        assert survey.with_picture(Media(source)) == {n, n + 4}
    assert survey.with_picture(Media(str(tmp_path / "none.jpg"))) == set()


def test_words_stand_beside_a_picture(pictured: list[Product], read_picture: Any, tmp_path: Path) -> None:
    queries, judgments = make(pictured, folder=tmp_path, picture=read_picture, kinds=["picture-words"])
    goods = {product.id: product for product in pictured}
    with_colour = 0
    for asked in queries.queries:
        text, image = asked.query.parts
        assert (text.kind, image.kind) == ("text", "image")
        product = goods[next(iter(judgments.gains[asked.id]))]
        kind, colour = product.category[-1].lower(), str(product.attributes["Colour"]).lower()
        if asked.tags["language"] == "en":
            assert text.value in (kind, f"{colour} {kind}")
            with_colour += text.value != kind
    assert with_colour


@settings(max_examples=40, deadline=None)
@given(st.tuples(st.integers(1, 400), st.integers(1, 400)), st.integers())
def test_any_picture_can_be_changed(size: tuple[int, int], seed: int) -> None:
    from io import BytesIO

    data = changed(Image.new("RGB", size, (120, 60, 30)), Random(seed))
    with Image.open(BytesIO(data)) as made:
        assert made.format == "JPEG"
        for side, before in zip(made.size, size, strict=True):
            assert 1 <= side <= max(1, round(before * KEPT[1]))
        if max(size) * KEPT[0] * SCALED[0] > LEAST_SIDE:
            assert max(made.size) >= LEAST_SIDE
    assert data == changed(Image.new("RGB", size, (120, 60, 30)), Random(seed))


def test_half_of_the_pictures_are_mirrored() -> None:
    image = Image.new("RGB", (200, 100), "black")
    image.paste((255, 255, 255), (100, 0, 200, 100))
    from io import BytesIO

    turned = 0
    for seed in range(60):
        with Image.open(BytesIO(changed(image, Random(seed)))) as made:
            pixels = np.asarray(made.convert("L"), dtype=float)
        turned += pixels[:, :10].mean() > pixels[:, -10:].mean()
    assert 15 <= turned <= 45


def test_without_a_reader_no_picture_is_looked_at(pictured: list[Product], tmp_path: Path) -> None:
    queries, _ = make(pictured, folder=tmp_path)
    assert "picture: left out; pictures are not read" in queries.problems
    assert not (tmp_path / "pictures").exists()


@pytest.mark.parametrize("source", ["/dev/null", "\0", "no such file"])
def test_a_medium_that_is_no_file_has_no_likeness(source: str) -> None:
    survey = Survey([Product(id="1", title="", media=(Media(source),))], picture=lambda medium: None)
    assert survey.with_picture(Media(source)) == set()
