"""Products in: the first time, again, and into an index anew."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import wares
from benchmarks.report import tell
from benchmarks.speed.bench import Bench, Findings, Row, Target
from wares import encoders as models
from wares import media
from wares.bench.memory import disk
from wares.bench.timing import seconds
from wares.encoders.base import Tower
from wares.errors import StoreError
from wares.indexing import towers_of
from wares.records import Media, Product
from wares.shop import Shop

if TYPE_CHECKING:
    from wares.encoders.base import Content

REPEATS = 3
WARM_UP = 8


def rebuild(bench: Bench, findings: Findings) -> None:
    """The index out of the store, in a process of its own; everything else is measured on it."""
    with Shop.open(bench.shop, environment=bench.environment) as shop:
        tell(f"building the index of {len(shop):,} products")
        taken = seconds(shop.rebuild)
    taken_by = disk(bench.shop)
    findings.rows += [
        Row("rebuild of the index, vectors given", "s", taken),
        Row("index on disk", "MB", taken_by["index"]),
        Row("store on disk, with features", "MB", taken_by["store"]),
    ]


def pictures(bench: Bench, findings: Findings) -> None:
    """Adding products with photos, in turns with the bare towers on the same pictures, decoded."""
    towers = towers_of(models.build(bench.model, bench.environment)).values()
    seeing = [tower for tower in towers if tower.modality == "image"]
    products = [
        Product(id=f"new-{at}", title=title, media=(Media(str(photo)),))
        for at, (title, photo) in enumerate(bench.photos)
    ]
    decoded = [media.picture(photo.read_bytes()) for _, photo in bench.photos]
    new = len(products) - WARM_UP
    bare, added = [], []
    for repeat in range(REPEATS):
        tell(f"adding {new} products with photos, round {repeat + 1} of {REPEATS}")
        bare.append(sum(_encoded(tower, decoded) for tower in seeing))
        added.append(_added(bench, products))
    ratio = statistics.median(before / after for before, after in zip(bare, added, strict=True))
    findings.rows += [
        Row("picture tower alone, pictures decoded", "pictures/s", new / statistics.median(bare)),
        Row("ingest of products with a title and a photo", "pictures/s", new / statistics.median(added)),
        Row("ingest against the picture tower alone", "×", ratio, target=Target(0.85, least=True)),
    ]


def words(bench: Bench, findings: Findings) -> None:
    """Adding products without pictures; their titles are new to the shop."""
    wanted = min(max(bench.products // 20, 100), 2_000)
    feed = wares.read(bench.feed, media_root=bench.scratch)
    products = [
        Product(id=product.id, title=product.title, description=product.description, brand=product.brand)
        for product, _ in zip(feed, range(wanted), strict=False)
    ]
    tell(f"adding {len(products)} products without photos")
    taken = statistics.median(_added(bench, products) for _ in range(REPEATS))
    findings.rows.append(Row("ingest of products in words only", "products/s", (wanted - WARM_UP) / taken))


def again(bench: Bench, findings: Findings) -> None:
    """The whole feed, unchanged, read and added again."""
    tell("reading and adding the unchanged feed")
    read = seconds(lambda: sum(1 for _ in wares.read(bench.feed, media_root=bench.scratch)))
    with Shop.open(bench.shop, environment=bench.environment) as shop:
        reports = [shop.add(wares.read(bench.feed, media_root=bench.scratch)) for _ in range(REPEATS)]
    if any(report.added or report.changed for report in reports):
        raise StoreError(f"{bench.feed} is not what {bench.shop} was filled from; remove {bench.shop.parent}")
    taken = statistics.median(report.seconds for report in reports)
    target = Target(20_000, least=True)
    findings.rows += [
        Row("reading a CSV feed", "products/s", bench.products / read),
        Row("reading and adding it again, unchanged", "products/s", bench.products / taken, target=target),
    ]


def _encoded(tower: Tower, contents: Sequence[Content]) -> float:
    """Seconds for the features of all but the first few contents, which warm the tower up."""
    tower.features(contents[:WARM_UP])
    return seconds(lambda: tower.features(contents[WARM_UP:]))


def _added(bench: Bench, products: Sequence[Product]) -> float:
    """Seconds to add all but the first few products to a new shop, which warm its models up."""
    folder = Path(tempfile.mkdtemp(prefix="added-", dir=bench.scratch))
    try:
        with Shop.open(folder, model=bench.model, environment=bench.environment) as shop:
            shop.add(products[:WARM_UP])
            return shop.add(products[WARM_UP:]).seconds
    finally:
        shutil.rmtree(folder)
