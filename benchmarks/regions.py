"""Which region matched: whether the heat lies on the product that was asked for, beside another one.

Constructed pictures: photo A and photo B side by side, on equal squares, A left or right by lot. The question is
another photo of A (groceries: a phone photo of the same product; clothes: a photo of another piece of the same kind;
fashion, which has one photo each: A's own, cut to its middle three quarters and mirrored), or A's title (for clothes
the name of the kind). A and B are of different categories. What is measured is "share", the part of all heat above 0
that lies on A's half, and "pointing", how often the warmest cell does (the pointing game; Zhang et al., "Top-Down
Neural Attention by Excitation Backprop", ECCV 2016); chance is 0.5 for both. "box" is how often the middle of the
warmest box lies on A's half. Both halves may show what was asked for (the same colour, a hand, a shelf), so 1.0 is
not to be had.

"alone" compares each patch by itself and is what `wares` does; "hidden" covers patches with the colour of the border
and sees how much the likeness falls (occlusion; Zeiler and Fergus, ECCV 2014). Grid and size of patches were chosen
on 40 other pictures of each set.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from benchmarks import report
from benchmarks.catalogues import Archive
from benchmarks.report import Report, Table, tell
from wares import encoders as models
from wares.encoders.base import Encoder
from wares.encoders.framing import border_colour
from wares.insight.heat import CELLS, PATCH, Likeness, heat, patches, pixels, shape, spread, warmest
from wares.insight.overlay import overlay
from wares.media import picture
from wares.settings import Environment

SEED, SIDE = 2026, 224

Vectors = npt.NDArray[np.float32]


class Scene(NamedTuple):
    """A constructed picture and what it is asked about."""

    words: str
    photo: Image.Image
    whole: Image.Image
    left: bool


class Choice(NamedTuple):
    """Members of an archive: the title of A, the photo that asks, the photo of A and the photo of B."""

    words: str
    asks: str
    a: str
    b: str


def groceries(archive: Archive, lots: random.Random) -> Iterator[Choice]:
    products = {row["id"]: row for row in archive.rows("products.csv")}
    photos: dict[str, list[str]] = {}
    for row in archive.rows("natural_images.csv"):
        if row["split"] == "dev":
            photos.setdefault(row["product_id"], []).append(row["image"])
    ids = sorted(id for id in products if len(photos.get(id, ())) > 1)
    while True:
        a, b = lots.sample(ids, 2)
        if products[a]["category"] != products[b]["category"]:
            asks, shown = lots.sample(photos[a], 2)
            yield Choice(products[a]["title"], asks, shown, lots.choice(photos[b]))


def clothes(archive: Archive, lots: random.Random) -> Iterator[Choice]:
    photos: dict[str, list[str]] = {}
    for row in archive.rows("products.csv"):
        photos.setdefault(row["title"], []).append(row["image"])
    kinds = sorted(kind for kind in photos if len(photos[kind]) > 1 and kind not in ("Other", "Not sure", "Skip"))
    while True:
        a, b = lots.sample(kinds, 2)
        asks, shown = lots.sample(photos[a], 2)
        yield Choice(a, asks, shown, lots.choice(photos[b]))


def fashion(archive: Archive, lots: random.Random) -> Iterator[Choice]:
    rows = list(archive.rows("products.csv"))
    while True:
        a, b = lots.sample(rows, 2)
        if a["category"] != b["category"]:
            yield Choice(a["title"], a["image"], a["image"], b["image"])


SETS: Mapping[str, tuple[str, Callable[[Archive, random.Random], Iterator[Choice]]]] = {
    "groceries": ("grocery.dev.zip", groceries),
    "clothes": ("clothing_cc0.dev.zip", clothes),
    "fashion": ("fashion_kagl.dev.zip", fashion),
}


def scenes(data: Path, name: str, count: int, seed: int = SEED) -> Iterator[Scene]:
    """Constructed pictures of one set; the same ones for the same seed."""
    file, choices = SETS[name]
    archive, lots = Archive(data, file), random.Random(f"{name} {seed}")
    chosen = choices(archive, lots)
    for _ in range(count):
        choice, left = next(chosen), lots.random() < 0.5
        photo, a, b = (picture(archive.read(member)) for member in (choice.asks, choice.a, choice.b))
        if choice.asks == choice.a:
            width, height = photo.size
            middle = width // 8, height // 8, width - width // 8, height - height // 8
            photo = ImageOps.mirror(photo.crop(middle))
        whole = Image.new("RGB", (2 * SIDE, SIDE))
        for place, half in enumerate((a, b) if left else (b, a)):
            whole.paste(ImageOps.pad(half, (SIDE, SIDE), color=border_colour(half)), (place * SIDE, 0))
        yield Scene(choice.words, photo, whole, left)


def asks(scene: Scene, encoders: Sequence[Encoder]) -> Iterator[tuple[str, Encoder, Vectors]]:
    """Each question of a scene: how it is called, the encoder of the pictures it looks at, and its vector."""
    for encoder in encoders:
        if encoder.modality != "image" or encoder.asks_only:
            continue
        yield f"photo · {encoder.channel}", encoder, encoder.encode([scene.photo])[0]
        for words in encoders:
            if words.modality == "text" and words.space == encoder.space:
                yield f"words · {encoder.channel}", encoder, words.encode([scene.words])[0]


def found(drops: np.ndarray, left: bool) -> tuple[float, float, float]:
    """Share, pointing and box of one map."""
    warm, half = np.maximum(drops, 0), drops.shape[1] / 2
    columns = np.arange(drops.shape[1]) + 0.5
    own = (columns < half) if left else (columns > half)
    share = float(warm[:, own].sum() / warm.sum()) if warm.sum() > 0 else 0.5
    best = np.unravel_index(int(drops.argmax()), drops.shape)[1] + 0.5
    cell = warmest(drops)
    middle = (cell.left + cell.right) / 2 if cell else half
    boxed = 0.5 if middle == half else float((middle < half) is left)
    return share, float(bool(best < half) is left), boxed


def hidden(whole: Image.Image, likeness: Likeness) -> np.ndarray:
    """How much the likeness falls where a cell is covered."""
    grid = shape(whole, CELLS)
    places = patches(grid, PATCH)
    covered = [whole.copy() for _ in places]
    for copy, place in zip(covered, places, strict=True):
        copy.paste(border_colour(whole), pixels(place, grid, whole.size))
    found = likeness([whole, *covered])
    return spread(places, found[0] - found[1:], grid)


METHODS: Mapping[str, Callable[[Image.Image, Likeness], np.ndarray]] = {"alone": heat, "hidden": hidden}


class Eye:
    """Likeness to one question after the other; the tower runs once for all of them, and its time is taken."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._features: dict[str, Vectors] = {}

    def likeness(self, encoder: Encoder, vector: Vectors) -> Likeness:
        def measured(pictures: Sequence[Image.Image]) -> np.ndarray:
            tower = encoder.tower
            if tower.fingerprint not in self._features:
                start = time.perf_counter()
                self._features[tower.fingerprint] = tower.features(pictures)
                self.times.append((time.perf_counter() - start) * 1000)
            return np.asarray(encoder.project(self._features[tower.fingerprint]) @ vector, np.float64)

        return measured


def measure(arguments: argparse.Namespace) -> Report:
    encoders = models.build(arguments.model, Environment.read())
    rows: list[list[report.Cell]] = []
    times: list[float] = []
    for name in SETS:
        scores: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
        for number, scene in enumerate(scenes(arguments.data, name, arguments.pictures)):
            asked = list(asks(scene, encoders))
            for method, way in METHODS.items():
                eye = Eye()
                for question, encoder, vector in asked:
                    map = way(scene.whole, eye.likeness(encoder, vector))
                    scores.setdefault((question, method), []).append(found(map, scene.left))
                    if method == "alone" and number < arguments.maps:
                        save(arguments.scratch / "regions", f"{name}-{number}-{question}", scene, map)
                times += eye.times if method == "alone" else []
        for (question, method), values in scores.items():
            share, pointing, box = np.asarray(values).mean(axis=0).tolist()
            rows.append([f"{name} · {question} · {method}", share, pointing, box])
        tell(f"{name}: {arguments.pictures} pictures")
    about = report.circumstances("benchmarks.regions", arguments.model, {e.channel: e.fingerprint for e in encoders})
    columns = ("set · question · channel · method", "share", "pointing", "box")
    percentiles = [float(np.percentile(times, at)) for at in (50, 95)]
    tables = [
        Table(f"Heat on the right half, of {arguments.pictures} constructed pictures of each set", columns, rows),
        Table("Milliseconds for the tower's runs of one map", ("maps", "p50", "p95"), [[len(times), *percentiles]]),
    ]
    return Report(about=about, tables=tables, notes=[" ".join((__doc__ or "").split())])


def save(folder: Path, name: str, scene: Scene, drops: np.ndarray) -> None:
    """The question's photo beside the heat map, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    cell = warmest(drops)
    box = pixels(cell, drops.shape, scene.whole.size) if cell else None
    sheet = Image.new("RGB", (3 * SIDE + 8, SIDE), "white")
    sheet.paste(ImageOps.pad(scene.photo, (SIDE, SIDE), color="white"), (0, 0))
    sheet.paste(overlay(scene.whole, drops, box), (SIDE + 8, 0))
    sheet.save(folder / f"{name.replace(' ', '').replace('·', '-')}.png")


def main() -> int:
    parser = report.options("benchmarks.regions", __doc__ or "")
    parser.add_argument("--pictures", type=report.positive, default=100, help="of each set [%(default)s]")
    parser.add_argument("--maps", type=int, default=0, help="save so many heat maps of each set [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
