"""The protocol for words and pictures: nothing leaks, and its figures are right where the answer is known."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are run from the project and never installed
from benchmarks.alignment import captions, chinese, protocol, splits, summary
from benchmarks.alignment.asking import Line
from benchmarks.alignment.features import Pictured, Shot

TITLES = [f"Brand {at // 2} Men Blue Shirt {at // 2}" for at in range(60)]


def pictured(name: str) -> Pictured:
    """Sixty products, two of each title, each picture a direction of its own; every third has a shelf photo."""
    table = {"brand": "Brand", "description": "", "category": "Apparel/Shirts", "colour": "Blue", "gender": "Men"}
    products = [{"id": f"p{at}", "title": title, **table} for at, title in enumerate(TITLES)]
    attributes = {"attr_queries.tsv": [["q", "men blue shirt"]], "attr_qrels.tsv": [["q", "0", "p0", "3"]]}
    judged = {"image_qrels.tsv": [[f"s{at}", "0", f"p{at}", "3"] for at in range(60)]}
    data: Any = SimpleNamespace(products=products, pairs=lambda file: (attributes | judged)[file])
    shots = [Shot(f"s{at}.jpg", f"p{at}", f"s{at}" if at % 2 else "") for at in range(60)]
    rows = np.concatenate([np.eye(60, dtype=np.float32)] * 2)
    # The last picture of each ten is that of the next ten's first.
    digests = [str(at + 1 if at % 10 == 9 else at) for at in range(60)]
    return Pictured(name, data, shots, rows, [*digests, *(f"shot {at}" for at in range(60))])


def words(texts: Sequence[str]) -> np.ndarray:
    """A title is where its first picture is, and anything else somewhere."""
    places = [
        TITLES.index(text) if text in TITLES else int(hashlib.md5(text.encode()).hexdigest(), 16) % 60
        for text in texts
    ]
    return np.eye(60, dtype=np.float32)[places]


def test_a_split_shares_no_title_and_no_picture_with_what_is_learned_from() -> None:
    fashion = pictured("fashion")
    for split in splits.SPLITS:
        held = set(splits.held_out(fashion, split))
        learned = {example.place for example in splits.fashion_training(fashion, split).examples}
        assert held and held | learned == set(range(60)) and not held & learned
        for of in (lambda at: splits.plain(TITLES[at]), fashion.digests.__getitem__):
            assert not {of(at) for at in held} & {of(at) for at in learned}


def test_splits_hold_out_different_products() -> None:
    fashion = pictured("fashion")
    parts = [set(splits.held_out(fashion, split)) for split in splits.SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_of_groceries_left_out_nothing_is_learned_and_no_photo_that_asks() -> None:
    grocery = pictured("grocery")
    out = splits.left_out(grocery, 1, "product")
    training = splits.grocery_training(grocery, out)
    assert len(out) == 20
    assert not {example.product for example in training.examples} & out
    asking = {60 + at for at, shot in enumerate(grocery.shots) if shot.query}
    assert not {example.place for example in training.examples} & asking


def test_a_title_finds_its_own_photo_or_the_other_that_is_called_the_same() -> None:
    lines = protocol.measure(words, lambda rows: rows, {"fashion": pictured("fashion")}, 1, parts=["fashion"])
    found = {(line.what, line.measure): line for line in lines}
    assert found["title → own photo", "R@1"].value == 0.5
    assert found["title → a photo so called", "R@1"].value == 1.0


def test_a_pair_without_words_is_asked_for_look_alikes_only() -> None:
    lines = protocol.measure(None, lambda rows: rows, {"fashion": pictured("fashion")}, 1, parts=["fashion"])
    assert {line.what for line in lines} == {"look-alikes, category", "look-alikes, category and colour"}
    assert all(line.value == 1.0 for line in lines)  # all are blue shirts


def test_photos_find_products_by_their_best_picture() -> None:
    sets = {"grocery": pictured("grocery")}
    lines = protocol.measure(words, lambda rows: rows, sets, 1, parts=["grocery photographed", "grocery new product"])
    found = {(line.what, line.measure): line.value for line in lines}
    assert found["photo → product with photos", "R@1"] == 1.0
    assert found["photo → new product by picture", "R@1"] == 1.0


def test_other_chinese_words_stand_in_no_caption() -> None:
    assert chinese.OTHER.keys() == chinese.CHINESE.keys()
    assert not set(chinese.OTHER.values()) & set(chinese.CHINESE.values())
    assert chinese.seen(word for words in captions.dictionary().values() for word in words) == []


def test_captions_are_right_for_every_picture_of_which_they_are_true() -> None:
    first, second = (
        example._replace(colour=colour)
        for example, colour in zip(
            splits.fashion_training(pictured("fashion"), 1).examples, ("Blue", "Red"), strict=False
        )
    )
    same = captions.identities([first, second]) == captions.identities([first])
    assert dict(zip(captions.FACETS, same[1], strict=True))["kind"]
    assert not dict(zip(captions.FACETS, same[1], strict=True))["colour"]
    made = {caption.text for way in captions.short(first, colours=True) for caption in way}
    assert {"Shirts", "blue shirt", "Blue", "Brand Shirts", "蓝色", "男蓝色衬衫"} <= made
    bare = {caption.text for way in captions.short(first, colours=False) for caption in way}
    assert "Blue" not in bare and "蓝色" not in bare


def test_figures_count_a_question_that_several_splits_ask_once(tmp_path: Path) -> None:
    lines = [Line("s", "w", split, 10, "R@1", ("a", "b"), (1.0, float(split == 1))) for split in (1, 2)]
    (figure,) = summary.figures(lines).values()
    assert (figure.mean, figure.questions, figure.pools) == (pytest.approx(0.75), 2, (10, 10))
    summary.write(tmp_path / "way.json", lines)
    worse = [line._replace(values=(0.0, 0.0)) for line in summary.read(tmp_path / "way.json")]
    ((difference, p),) = summary.against(lines, worse).values()
    assert difference == pytest.approx(0.75) and p == 0.5
    assert "| s | w | R@1 | – | 10 | 2 |" in summary.table({"one": lines, "other": worse})
