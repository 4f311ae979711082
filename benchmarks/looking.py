"""Pictures that ask, read by the shop itself: what the words and barcodes on them add, and how long it takes.

The products' own pictures are read as any shop reads them (`labels` and `codes`, the field "media"), and each photo
is asked as `shop.search(image=…)` asks it. "groceries" are phone photos of the set, 144 pixels at their longer
side, most of them of fruit and vegetables, each for its product among 81. "drawn" are boxes that look alike but for
what is written on them, in English and Chinese, and for a barcode (`benchmarks/drawn.py`); products are called
"Carton". The weight of the words, 0.75, was chosen by nDCG@10 in `benchmarks.labels`, on groceries whose id has an
even md5 (gains: 3 the product, 1 its kind); the table of weights has such photos again, through the shop itself,
and all other figures were measured on the rest, and on boxes that chose nothing. "words" are asked without their
picture, "picture and words" beside it, without barcodes; "as the shop answers" reads barcodes first. Times are of
whole answers, each picture asked once by one way after the other: looked at alone, read as well, and the bare
reader (RapidOCR as it comes) on the same picture.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import drawn, report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.labels import SEED, Asked, Found, mean
from benchmarks.report import Report, Table, tell
from wares.looking import WORDS_WEIGHT, Looker
from wares.media import decode_image
from wares.records import READ, Media, Part, Product, Query
from wares.settings import BARE, Environment, ExtractionSettings, FoldingSettings, Settings
from wares.shop import Shop

WEIGHTS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
TAKE = ExtractionSettings(take=("labels", "codes"))


class Trial:
    """Photos and what is read in them, once each."""

    def __init__(self, shop: Shop, asked: Sequence[Asked]) -> None:
        looker, self._shop, self.asked = Looker(Environment.read()), shop, list(asked)
        self._queries = [Query(parts=(Part("image", one.picture),), limit=100) for one in asked]
        self._looked = [looker.look(query, shop.settings, lambda word: False)[0] for query in self._queries]
        self.told = [any(part.literal for part in query.parts) for query in self._looked]

    def orders(self, query: Callable[[int], Query | None]) -> list[list[str]]:
        asked = [query(at) for at in range(len(self.asked))]
        return [[hit.id for hit in self._shop.search(one).hits] if one else [] for one in asked]

    def alone(self, at: int) -> Query:
        return msgspec.structs.replace(self._queries[at], ignore=(READ,))

    def words(self, at: int) -> Query | None:
        parts = tuple(part for part in self._looked[at].parts if part.literal)
        return Query(parts=parts, limit=100) if parts else None

    def both(self, at: int, weight: float = WORDS_WEIGHT) -> Query:
        looked = self._looked[at]
        parts = tuple(msgspec.structs.replace(p, weight=weight) if p.literal else p for p in looked.parts)
        return msgspec.structs.replace(looked, parts=parts, ignore=(READ,))

    def answered(self, at: int) -> Query:
        return self._queries[at]


def rows(name: str, trial: Trial) -> list[list[report.Cell]]:
    ways: Mapping[str, Callable[[int], Query | None]] = {
        "picture alone": trial.alone,
        "words alone": trial.words,
        "picture and words": trial.both,
        "as the shop answers": trial.answered,
    }
    made: list[list[report.Cell]] = []
    parts = {"": [True] * len(trial.told)}
    if 0 < sum(trial.told) < len(trial.told):
        parts[", where words are read"] = trial.told
    for way, query in ways.items():
        orders = trial.orders(query)
        for part, chosen in parts.items():
            kept = [at for at, wanted in enumerate(chosen) if wanted]
            found: Found = mean([orders[at] for at in kept], [trial.asked[at] for at in kept])
            made.append([f"{name}{part}: {way}", *found])
    return sorted(made, key=lambda row: "where" in str(row[0]))


def shop_of(folder: Path, goods: Sequence[Product], model: str) -> Shop:
    settings = Settings(model=model, ranking=BARE, folding=FoldingSettings(on=False), extraction=TAKE)
    shop = Shop.open(folder, settings=settings, environment=Environment.read())
    shop.add(goods)
    done = shop.extract()
    tell(f"read {done.read} pictures in {done.seconds:.0f} s")
    return shop


def groceries(arguments: argparse.Namespace) -> tuple[list[Product], list[Asked], list[Asked]]:
    archive = Archive(arguments.data, GOODS["grocery"].file)
    judged, photos = archive.judgments("image_qrels.tsv"), archive.pairs("image_queries.tsv")
    chosen = random.Random(SEED).sample(sorted(photos), min(arguments.photos, len(photos)))
    halves: tuple[list[Asked], list[Asked]] = ([], [])
    for id in chosen:
        right = max(judged[id], key=lambda product, gains=judged[id]: gains[product])  # type: ignore[misc]
        one = Asked(id, archive.read(photos[id]), "", judged[id], right)
        halves[hashlib.md5(id.encode()).digest()[-1] % 2].append(one)
    return list(GOODS["grocery"].products(arguments.data, arguments.scratch)), *halves


def boxes(arguments: argparse.Namespace, folder: Path) -> tuple[list[Product], list[Asked]]:
    lots = random.Random(SEED + 7)
    drawings = drawn.boxes(arguments.boxes, lots)
    goods, asked = [], []
    for number, box in enumerate(drawings):
        path = folder / f"box-{number}.png"
        drawn.drawn(box).save(path)
        goods.append(Product(id=str(number), title="Carton", media=(Media(str(path)),)))
    for shot in drawn.shots(drawings, lots):
        saved = io.BytesIO()
        shot.image.save(saved, "JPEG", quality=90)
        asked.append(Asked(f"shot {shot.box}", saved.getvalue(), "", {str(shot.box): 1}, str(shot.box)))
    return goods, asked


def time_rows(name: str, shop: Shop, asked: Sequence[Asked]) -> list[list[report.Cell]]:
    import rapidocr

    bare = rapidocr.RapidOCR(params={"Global.log_level": "critical"})
    ways: Mapping[str, Callable[[bytes], object]] = {
        "looked at alone": lambda data: shop.search(image=data, ignore=(READ,)),
        "read as well": lambda data: shop.search(image=data),
        "RapidOCR alone, as it comes": lambda data: bare(np.asarray(decode_image(data))[:, :, ::-1]),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for one in asked:
        for way, run in ways.items():
            start = time.perf_counter()
            run(one.picture)
            times[way].append((time.perf_counter() - start) * 1000)
    return [
        [f"{name}: {way}", len(spent[1:]), float(np.percentile(spent[1:], 50)), float(np.percentile(spent[1:], 95))]
        for way, spent in times.items()
    ]


def measure(arguments: argparse.Namespace) -> Report:
    chosen: list[list[report.Cell]] = []
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        folder = Path(scratch)
        goods, asked = boxes(arguments, folder)
        with shop_of(folder / "drawn", goods, arguments.model) as shop:
            times = time_rows("drawn", shop, asked[:20])
            found = rows("drawn", Trial(shop, asked))
        tell("drawn")
        goods, dev, held = groceries(arguments)
        with shop_of(folder / "groceries", goods, arguments.model) as shop:
            times += time_rows("groceries", shop, held[:30])
            trial = Trial(shop, dev)
            told = [at for at, words in enumerate(trial.told) if words]
            few = [dev[at] for at in told]
            for weight in WEIGHTS:
                orders = [[hit.id for hit in shop.search(trial.both(at, weight)).hits] for at in told]
                chosen.append([weight, *mean(orders, few)])
            tell("groceries: weights")
            found += rows("groceries", Trial(shop, held))
    measures = ("questions", "R@1", "R@5", "nDCG@10")
    tables = [
        Table("What reading adds", ("question", *measures), found),
        Table("The weight of words beside a picture (groceries apart, with words)", ("weight", *measures), chosen),
        Table("Milliseconds an answer", ("question", "pictures", "p50", "p95"), times),
    ]
    about = report.circumstances("benchmarks.looking", arguments.model, {})
    return Report(about=about, tables=tables, notes=[" ".join((__doc__ or "").split())])


def main() -> int:
    parser = report.options("benchmarks.looking", __doc__ or "")
    parser.add_argument("--boxes", type=report.positive, default=40, help="drawn boxes [%(default)s]")
    parser.add_argument("--photos", type=report.positive, default=400, help="grocery photos [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
