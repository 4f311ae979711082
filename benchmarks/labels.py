"""Words and codes in pictures: how well they are read, how fast, and what they add to a picture that asks.

"drawn" are boxes that look alike but for what is written on them (`benchmarks/drawn.py`): each is a product with
its picture, and a photograph of it asks. "groceries" are the phone photos of the set, 144 pixels at their longer
side, most of them of fruit and vegetables; each asks for its product among 81. Words are read out of the photo by
`labels` and asked beside it with a weight, in a shop as `wares` makes it (no folding, nothing after fusion); "read"
are the words of the products' pictures, an attribute of theirs. The weight was chosen by nDCG@10 (groceries: gains
3 the product, 1 its kind; drawn: 1 the product) on questions apart (groceries: photos whose id has an even md5;
drawn: other photographs of the boxes), and the sizes and thresholds of `labels` on other boxes; all that is printed
was measured on the rest. R@1 and R@5: how often the very product is first, or among five. "CER" is the share of a
line's characters to be mended in the line read that is nearest to it (Levenshtein), spaces and case aside; "lines"
is how many lines are right to the letter, the small print included.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import math
import random
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from PIL import Image

from benchmarks import drawn, report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import Report, Table, tell
from wares import encoders as models
from wares import extraction
from wares.extraction.base import Extractor
from wares.media import decode_image
from wares.records import Media, Part, Passage, Product, Query
from wares.settings import BARE, Environment, ExtractionSettings, FoldingSettings, Settings
from wares.shop import Shop

SEED = 2026
WEIGHTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0)
READ = "words in its pictures"


class Asked(NamedTuple):
    """A picture that asks, the words that are read in it, and the gains of the products."""

    id: str
    picture: bytes
    words: str
    gains: Mapping[str, int]
    right: str


class Found(NamedTuple):
    """Means over questions."""

    questions: int
    first: float
    five: float
    ndcg: float


def words(passages: Iterable[Passage]) -> str:
    return "\n".join(passage.text for passage in passages)[:1_000]


# -- what is asked ----------------------------------------------------------------------------------------------


Scores: TypeAlias = Mapping[str, float]


def scored(shop: Shop, *parts: Part) -> dict[str, float]:
    """Every product's score, best first."""
    found = shop.search(Query(parts=parts, limit=100, parse=False))
    return {hit.id: hit.score for hit in found.hits}


def ndcg(order: Sequence[str], gains: Mapping[str, int]) -> float:
    def dcg(values: Iterable[int]) -> float:
        return sum(gain / math.log2(place + 2) for place, gain in enumerate(values))

    return dcg(gains.get(id, 0) for id in order[:10]) / dcg(sorted(gains.values(), reverse=True)[:10])


def mean(orders: Sequence[Sequence[str]], questions: Sequence[Asked]) -> Found:
    pairs = list(zip(orders, questions, strict=True))
    return Found(
        len(pairs),
        float(np.mean([asked.right in order[:1] for order, asked in pairs])),
        float(np.mean([asked.right in order[:5] for order, asked in pairs])),
        float(np.mean([ndcg(order, asked.gains) for order, asked in pairs])),
    )


class Trial:
    """Questions asked by their pictures and by their words, once each, and then by both."""

    def __init__(self, shop: Shop, questions: Sequence[Asked], alone: dict[str, Scores]) -> None:
        self._shop, self.questions, self._alone = shop, questions, alone
        self._words: dict[str, Scores] = {}
        for one in questions:
            if one.id not in alone:
                alone[one.id] = scored(shop, Part("image", one.picture))
            self._words[one.id] = scored(shop, Part("text", one.words)) if one.words else {}

    def alone(self) -> Found:
        return mean([list(self._alone[one.id]) for one in self.questions], self.questions)

    def words(self) -> Found:
        """What the words alone bring: nothing where none were read."""
        return mean([list(self._words[one.id]) for one in self.questions], self.questions)

    def both(self, weight: float) -> Found:
        """As the shop answers; a question without words is its picture alone."""
        return mean([list(self._asked(one, weight)) for one in self.questions], self.questions)

    def best(self) -> float:
        """The weight with the highest nDCG@10, by the sum of both scores; of equal ones the smallest."""
        return max(WEIGHTS, key=lambda weight: (round(self._summed(weight).ndcg, 4), -weight))

    def _asked(self, one: Asked, weight: float) -> Scores:
        if not (one.words and weight):
            return self._alone[one.id]
        return scored(self._shop, Part("image", one.picture), Part("text", one.words, weight))

    def _summed(self, weight: float) -> Found:
        orders = []
        for one in self.questions:
            alone, said = self._alone[one.id], self._words[one.id]
            orders.append(sorted(alone, key=lambda id, a=alone, s=said: -a[id] - weight * s.get(id, 0.0)))
        return mean(orders, self.questions)


def compare(
    name: str, products: Sequence[Product], dev: Sequence[Asked], held: Sequence[Asked], arguments: argparse.Namespace
) -> list[list[report.Cell]]:
    """Rows: picture alone, words alone, both; without the words of the products' pictures and with them."""
    rows: list[list[report.Cell]] = []
    alone: dict[str, Scores] = {}
    told = [asked for asked in held if asked.words]
    for reads, goods in (
        ("titles and texts", [_without(product) for product in products]),
        ("read as well", products),
    ):
        settings = Settings(model=arguments.model, ranking=BARE, folding=FoldingSettings(on=False))
        with (
            tempfile.TemporaryDirectory(dir=arguments.scratch) as folder,
            Shop.open(Path(folder) / "shop", settings=settings, environment=Environment.read()) as shop,
        ):
            shop.add(goods)
            weight, trial = Trial(shop, dev, alone).best(), Trial(shop, held, alone)
            if not rows:
                rows.append([f"{name}: picture alone", None, *trial.alone()])
            rows.append([f"{name}: words alone · {reads}", None, *trial.words()])
            rows.append([f"{name}: picture and words · {reads}", weight, *trial.both(weight)])
            if 0 < len(told) < len(held):
                part = Trial(shop, told, alone)
                rows.append([f"{name}, where words are read: picture alone · {reads}", None, *part.alone()])
                rows.append([f"{name}, where words are read: words alone · {reads}", None, *part.words()])
                rows.append([f"{name}, where words are read: both · {reads}", weight, *part.both(weight)])
        tell(f"{name}: {reads}")
    return rows


def _without(product: Product) -> Product:
    kept = {name: value for name, value in product.attributes.items() if name != READ}
    return msgspec.structs.replace(product, attributes=kept)


# -- groceries --------------------------------------------------------------------------------------------------


def groceries(labels: Extractor, arguments: argparse.Namespace) -> list[list[report.Cell]]:
    products = [
        msgspec.structs.replace(product, attributes={READ: said} if (said := _read_all(labels, product)) else {})
        for product in GOODS["grocery"].products(arguments.data, arguments.scratch)
    ]
    archive = Archive(arguments.data, GOODS["grocery"].file)
    judged = archive.judgments("image_qrels.tsv")
    photos = archive.pairs("image_queries.tsv")
    chosen = random.Random(SEED).sample(sorted(photos), min(arguments.photos, len(photos)))
    asked = []
    for id in chosen:
        data = archive.read(photos[id])
        right = max(judged[id], key=lambda product, gains=judged[id]: gains[product])
        asked.append(Asked(id, data, words(labels.extract(decode_image(data))), judged[id], right))
    tell(f"groceries: words in {sum(bool(one.words) for one in asked)} of {len(asked)} photos")
    tell(f"groceries: words in the pictures of {sum(bool(product.attributes) for product in products)} products")
    odd = {id: hashlib.md5(id.encode()).digest()[-1] % 2 for id in chosen}
    dev, held = ([one for one in asked if odd[one.id] == half] for half in (0, 1))
    return compare("groceries", products, dev, held, arguments)


def _read_all(labels: Extractor, product: Product) -> str:
    pictures = (Path(str(medium.source)).read_bytes() for medium in product.media)
    return "\n".join(filter(None, (words(labels.extract(decode_image(data))) for data in pictures)))


# -- drawn boxes ------------------------------------------------------------------------------------------------


class Drawn(NamedTuple):
    """Boxes, their photographs, and what was read in these."""

    boxes: list[drawn.Box]
    shots: list[drawn.Shot]
    read: list[tuple[Passage, ...]]


def photographed(seed: int, count: int, labels: Extractor) -> Drawn:
    lots = random.Random(seed)
    boxes = drawn.boxes(count, lots)
    shots = list(drawn.shots(boxes, lots))
    return Drawn(boxes, shots, [labels.extract(shot.image) for shot in shots])


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def distance(one: str, other: str) -> int:
    """Levenshtein's."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, sign in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (letter != sign))
    return row[-1]


def reading_rows(data: Drawn, what: Mapping[str, Callable[[drawn.Box, drawn.Shot], bool]]) -> list[list[report.Cell]]:
    rows: list[list[report.Cell]] = []
    for name, belongs in what.items():
        exact, wrong, letters, lines, pictures = 0, 0, 0, 0, 0
        for shot, read in zip(data.shots, data.read, strict=True):
            box = data.boxes[shot.box]
            if not belongs(box, shot):
                continue
            pictures += 1
            found = [plain(passage.text) for passage in read]
            for line in map(plain, (*box.lines, box.small)):
                miss = min((distance(line, other) for other in found), default=len(line))
                exact, lines = exact + (miss == 0), lines + 1
                wrong, letters = wrong + min(miss, len(line)), letters + len(line)
        if pictures:
            rows.append([name, pictures, exact / lines, wrong / letters])
    return rows


BY = {
    "all": lambda box, shot: True,
    "English": lambda box, shot: box.language == "en",
    "Chinese": lambda box, shot: box.language == "zh",
    **{f"{kind} ({drawn.SHOTS[kind][0]} px)": lambda box, shot, kind=kind: shot.kind == kind for kind in drawn.SHOTS},
    "upright": lambda box, shot: shot.quarters == 0,
    "on a side": lambda box, shot: shot.quarters in (1, 3),
    "on its head": lambda box, shot: shot.quarters == 2,
}


def drawn_products(data: Drawn, labels: Extractor, folder: Path) -> list[Product]:
    """Products whose title says nothing, with their pictures; what is read in these is an attribute."""
    products = []
    for number, box in enumerate(data.boxes):
        path = folder / f"box-{number}.png"
        drawn.drawn(box).save(path)
        said = words(labels.extract(drawn.drawn(box)))
        products.append(Product(id=str(number), title="Carton", attributes={READ: said}, media=(Media(str(path)),)))
    return products


def drawn_questions(name: str, data: Drawn) -> list[Asked]:
    asked = []
    for shot, read in zip(data.shots, data.read, strict=True):
        saved, small = io.BytesIO(), shot.image.copy()
        small.thumbnail((640, 640))  # no encoder looks at more
        small.save(saved, "JPEG", quality=90)
        asked.append(Asked(f"{name} {shot.box}", saved.getvalue(), words(read), {str(shot.box): 1}, str(shot.box)))
    return asked


def code_rows(data: Drawn, codes: Extractor) -> list[list[report.Cell]]:
    rows: list[list[report.Cell]] = []
    for kind in ("as drawn", *drawn.SHOTS):
        pictures = (
            [(box, drawn.drawn(box)) for box in data.boxes]
            if kind == "as drawn"
            else [(data.boxes[shot.box], shot.image) for shot in data.shots if shot.kind == kind]
        )
        read = [[passage.text for passage in codes.extract(image)] for _, image in pictures]
        right = [box.ean in found for (box, _), found in zip(pictures, read, strict=True)]
        wrong = [bool(set(found) - {box.ean}) for (box, _), found in zip(pictures, read, strict=True)]
        rows.append([kind, len(pictures), float(np.mean(right)), float(np.mean(wrong))])
    return rows


# -- time -------------------------------------------------------------------------------------------------------


def time_rows(
    data: Drawn, labels: Extractor, codes: Extractor, arguments: argparse.Namespace
) -> list[list[report.Cell]]:
    """Each picture by one way after the other, so that what else the machine does touches them alike."""
    import rapidocr

    bare = rapidocr.RapidOCR(params={"Global.log_level": "critical"})
    ways: Mapping[str, Callable[[Image.Image], object]] = {
        "labels": labels.extract,
        "RapidOCR as it comes": lambda image: bare(np.asarray(image)[:, :, ::-1]),
        "codes": codes.extract,
    }
    archive = Archive(arguments.data, GOODS["grocery"].file)
    photos = random.Random(SEED).sample(
        sorted(archive.pairs("image_queries.tsv").values()), min(40, arguments.photos)
    )
    boxes = [drawn.drawn(box) for box in data.boxes[:40]]
    sets = {
        "drawn, 900 × 700": boxes,
        "drawn, 3600 × 2800": [image.resize((3600, 2800)) for image in boxes[:12]],
        "groceries, 144 × 144": [decode_image(archive.read(photo)) for photo in photos],
    }
    rows: list[list[report.Cell]] = []
    for name, pictures in sets.items():
        times: dict[str, list[float]] = {way: [] for way in ways}
        for image in pictures:
            for way, run in ways.items():
                start = time.perf_counter()
                run(image)
                times[way].append(time.perf_counter() - start)
        for way, found in times.items():
            p50, p95 = (float(np.percentile(found, at)) * 1000 for at in (50, 95))
            rows.append([f"{name} · {way}", len(found), p50, p95, len(found) / sum(found)])
    return rows


# -- all of it --------------------------------------------------------------------------------------------------


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    labels, codes = (extraction.build(name, environment, ExtractionSettings()) for name in ("labels", "codes"))
    held = photographed(SEED + 1, arguments.boxes, labels)
    tell(f"drawn: {arguments.boxes} boxes")
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        again = random.Random(SEED + 2)
        shots = list(drawn.shots(held.boxes, again))
        other = Drawn(held.boxes, shots, [labels.extract(shot.image) for shot in shots])
        products = drawn_products(held, labels, Path(folder))
        found = compare("drawn", products, drawn_questions("dev", other), drawn_questions("held", held), arguments)
    found += groceries(labels, arguments)
    asked = ("question · the products' words", "weight of the words", "questions", "R@1", "R@5", "nDCG@10")
    read = ("photographs of drawn boxes", "pictures", "lines", "CER")
    tables = [
        Table("Lines read", read, reading_rows(held, BY)),
        Table("EAN-13 read", ("drawn boxes", "pictures", "right", "something else"), code_rows(held, codes)),
        Table("Pictures that ask, alone and with the words read in them", asked, found),
        Table(
            "Milliseconds a picture",
            ("pictures · by", "pictures", "p50", "p95", "pictures/s"),
            time_rows(held, labels, codes, arguments),
        ),
    ]
    parts = {part.name: part.fingerprint for part in (labels, codes)}
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    about = report.circumstances("benchmarks.labels", arguments.model, encoders | parts)
    return Report(about=about, tables=tables, notes=[" ".join((__doc__ or "").split())])


def main() -> int:
    parser = report.options("benchmarks.labels", __doc__ or "")
    parser.add_argument("--boxes", type=report.positive, default=90, help="drawn boxes [%(default)s]")
    parser.add_argument("--photos", type=report.positive, default=600, help="grocery photos [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
