"""What may go wrong between training and a question: labels, pictures, features, words."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
from PIL import ImageOps

from benchmarks.alignment.seen import Change
from benchmarks.alignment.splits import Training
from benchmarks.pictures import Rows
from wares.encoders.dictionary import Sort, key, names
from wares.encoders.heads import Head, gelu

if TYPE_CHECKING:
    from PIL.Image import Image

#: The share of training pairs whose labels are shuffled, the side of a picture that is left, the turn of its hue in
#: degrees, and the quality of a bad JPEG.
SHUFFLED, SIDE, TURN, QUALITY = 0.2, 0.6, 60, 15
_SORTS: tuple[Sort, ...] = ("colour", "value", "kind")
#: Names of the dictionary are sought in so many words of a title at most.
_WORDS = 3


# -- labels -------------------------------------------------------------------------------------------------------


def shuffled(training: Training, seed: int, share: float = SHUFFLED) -> Training:
    """A share of the pictures has the title and the facets of another of that share: nobody keeps their own."""
    chance = np.random.default_rng(seed)
    some = chance.permutation(len(training.examples))[: round(share * len(training.examples))]
    examples = list(training.examples)
    for at, other in zip(some, np.roll(some, 1), strict=True):
        own = training.examples[at]
        examples[at] = training.examples[other]._replace(product=own.product, place=own.place)
    return training._replace(examples=examples)


# -- pictures -----------------------------------------------------------------------------------------------------


def cropped(picture: Image, chance: np.random.Generator) -> Image:
    """A part with 60 % of each side, somewhere."""
    part = [max(1, round(side * SIDE)) for side in picture.size]
    left, top = (int(chance.integers(whole - some + 1)) for whole, some in zip(picture.size, part, strict=True))
    return picture.crop((left, top, left + part[0], top + part[1]))


def turned(picture: Image, chance: np.random.Generator) -> Image:
    """Every hue a sixth of the circle further; what has none stays."""
    hue, saturation, value = picture.convert("HSV").split()
    further = hue.point([(level + round(TURN * 256 / 360)) % 256 for level in range(256)])
    return PIL.Image.merge("HSV", (further, saturation, value)).convert("RGB")


def grey(picture: Image, chance: np.random.Generator) -> Image:
    """Without any colour."""
    return ImageOps.grayscale(picture).convert("RGB")


def compressed(picture: Image, chance: np.random.Generator) -> Image:
    """Saved as a bad JPEG."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=QUALITY)
    return PIL.Image.open(buffer).convert("RGB")


PICTURES: Mapping[str, Change] = {
    "pictures cropped": cropped,
    "pictures hue turned": turned,
    "pictures grey": grey,
    "pictures JPEG 15": compressed,
}


# -- features -----------------------------------------------------------------------------------------------------


def slopes(head: Head, rows: Rows, wanted: Rows) -> Rows:
    """How the cosine of each row's vector to the ``wanted`` unit vector changes with the scaled features."""
    x = (rows - head.mean) * head.scale
    before = x @ head.hidden.T + head.hidden_bias
    y = gelu(before) @ head.out.T + x @ head.skip.T + head.bias
    lengths = np.maximum(np.linalg.norm(y, axis=1, keepdims=True), 1e-6)
    u = y / lengths
    dy = (wanted - u * (u * wanted).sum(axis=1, keepdims=True)) / lengths
    sigma = 1 / (1 + np.exp(-1.702 * np.clip(before, -50, 50)))
    inner = (dy @ head.out) * sigma * (1 + 1.702 * before * (1 - sigma))
    return np.asarray(inner @ head.hidden + dy @ head.skip, dtype=np.float32)


def stepped(head: Head, rows: Rows, direction: Rows, radius: float) -> Rows:
    """Rows a step further, of ``radius`` deviations in every feature that varies, along the signs of ``direction``
    (Goodfellow, Shlens and Szegedy, "Explaining and Harnessing Adversarial Examples", 2015)."""
    moved = radius * np.sign(direction) / np.where(head.scale > 0, head.scale, 1)
    return np.asarray(rows + np.where(head.scale > 0, moved, 0), dtype=np.float32)


# -- words --------------------------------------------------------------------------------------------------------


def synonyms(title: str) -> str:
    """Whatever the dictionary has another English name for, by the first of them."""
    return _replaced(title, lambda said, sort: _first_other(said, sort, said))


def there_and_back(title: str) -> str:
    """Into Chinese by the dictionary, and back: the first English name that comes out different."""

    def back(said: str, sort: Sort) -> str | None:
        known = names(said, sort)
        found = (_first_other(name, other, said) for name in (known.chinese if known else ()) for other in _SORTS)
        return next(filter(None, found), None)

    return _replaced(title, back)


TITLES: Mapping[str, Callable[[str], str]] = {
    "titles in synonyms": synonyms,
    "titles there and back": there_and_back,
}


def _first_other(said: str, sort: Sort, than: str) -> str | None:
    known = names(said, sort)
    return next((name for name in (known.english if known else ()) if key(name) != key(than)), None)


def _replaced(title: str, other: Callable[[str, Sort], str | None]) -> str:
    """From left to right, the longest that has another name first."""
    words, said, at = title.split(), [], 0
    while at < len(words):
        tries = ((size, sort) for size in range(min(_WORDS, len(words) - at), 0, -1) for sort in _SORTS)
        found = ((size, other(" ".join(words[at : at + size]), sort)) for size, sort in tries)
        size, name = next(((size, name) for size, name in found if name), (1, words[at]))
        said.append(name)
        at += size
    return " ".join(said)
