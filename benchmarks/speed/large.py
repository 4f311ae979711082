"""The shop that is measured: real products of the development sets, as many as wanted.

Titles, brands, categories and descriptions are those of the sets, shuffled; when there are not enough they come again
with an edition number. Prices, ratings and availability are made from a seed. Every product has one picture: the
features of a real photo, used again for many products with noise of its own (a fifth of each feature's deviation).
Products go through a CSV feed, the reader, the store and the rebuild as any others; only the features lie in the
store before they are asked for, so that nothing is encoded twice.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

import wares
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import tell
from benchmarks.speed.bench import Bench
from wares import encoders as models
from wares import media
from wares.documents import content_hash, meaning_text
from wares.encoders.base import Tower
from wares.indexing import MEANING, batches, towers_of
from wares.records import Product
from wares.settings import Environment, Settings
from wares.store.entries import Entry, StoredMedia
from wares.store.store import Store

TITLES = ("fashion titles", "icecat", "homedepot", "crowdflower", "chinese")
QUESTIONS: Mapping[str, str] = {
    "icecat": "queries.tsv",
    "crowdflower": "queries.tsv",
    "homedepot": "queries.tsv",
    "chinese": "taobao_queries.tsv",
    "fashion": "attr_queries.tsv",
}
COLUMNS = (
    "id",
    "title",
    "description",
    "brand",
    "category",
    "price",
    "currency",
    "rating",
    "rating_count",
    "availability",
    "image",
)
ABOUT = (
    "products: real titles, brands, categories and descriptions of five sets, shuffled (again with an edition number "
    "when more are wanted than there are, 115,000); prices, ratings, availability from a seed; the features of up to "
    "2,000 real photos, each used for many products with noise of a fifth of the deviation"
)
SEED = 42
NOISE = 0.2
#: Products stored at once.
BATCH = 1_000


def prepare(data: Path, scratch: Path, model: str, products: int, questions: int) -> Bench:
    """Write the feed and fill the store, or find both as they were left; the index is not built here."""
    environment = Environment.read()
    folder = scratch / f"large-{products}-{''.join(c if c.isalnum() else '-' for c in model)}"
    folder.mkdir(parents=True, exist_ok=True)
    used, unused = min(max(products // 20, 50), 2_000), min(max(products // 100, 40), 300)
    photos, new = _photos(data, scratch, used, unused)
    feed = folder / "feed.csv"
    if not feed.exists():
        _write(feed, real_products(data, products), [photo.relative_to(scratch) for _, photo in photos])
    _fill(folder / "shop", feed, scratch, [photo for _, photo in photos], model, environment)
    asked = real_questions(data, questions)
    return Bench(scratch, folder / "shop", feed, model, environment, products, asked, new)


# -- the feed ---------------------------------------------------------------------------------------------------


def real_products(data: Path, wanted: int) -> Iterator[Product]:
    """Products of the sets, shuffled; when more are wanted than there are, they come again as later editions."""
    found = chain.from_iterable(GOODS[name].products(data, data, limit=wanted) for name in TITLES)
    real = [product for product in found if product.title.strip()]
    random.Random(SEED).shuffle(real)
    yield from islice(chain.from_iterable(_edition(real, number) for number in count(1)), wanted)


def _edition(products: Sequence[Product], number: int) -> Iterator[Product]:
    """The products themselves, and later times under another id and title."""
    for product in products:
        if number == 1:
            yield product
        else:
            title, id = f"{product.title} no. {number}", f"{product.id}-{number}"
            yield msgspec.structs.replace(product, title=title, id=id)


def _write(feed: Path, products: Iterator[Product], pictures: Sequence[Path]) -> None:
    chance = random.Random(SEED)
    unfinished = feed.with_suffix(".part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for at, product in enumerate(products):
            table.writerow(
                (
                    product.id,
                    product.title,
                    product.description,
                    product.brand,
                    "/".join(product.category),
                    f"{chance.randint(1, 10_000) / 100:.2f}",
                    "EUR",
                    f"{chance.triangular(1, 5, 4.4):.1f}",
                    chance.randint(1, 500),
                    "in stock" if chance.random() < 0.9 else "out of stock",
                    pictures[at % len(pictures)],
                )
            )
    unfinished.rename(feed)


def _photos(
    data: Path, scratch: Path, used: int, new: int
) -> tuple[Sequence[tuple[str, Path]], Sequence[tuple[str, Path]]]:
    """Titles and photos for the shop, and others to ask with and to add."""
    found = GOODS["fashion"].products(data, scratch, used + new)
    pairs = [(product.title, Path(str(product.media[0].source))) for product in found if product.media]
    return pairs[:-new], pairs[-new:]


def real_questions(data: Path, wanted: int) -> list[str]:
    """As many real questions of each set as of the others, shuffled."""
    chance = random.Random(SEED)
    each = -(-wanted // len(QUESTIONS))
    asked: list[str] = []
    for name, member in QUESTIONS.items():
        texts = list(Archive(data, GOODS[name].file).pairs(member).values())
        asked.extend(chance.sample(texts, min(each, len(texts))))
    chance.shuffle(asked)
    return asked[:wanted]


# -- the store --------------------------------------------------------------------------------------------------


def _fill(
    shop: Path, feed: Path, media_root: Path, photos: Sequence[Path], model: str, environment: Environment
) -> None:
    """Put the feed's products and their features into the store, as far as they are not there."""
    shop.mkdir(exist_ok=True)
    place = shop / "shop.db"
    towers = towers_of(models.build(model, environment))
    with Store.open(place) if place.exists() else Store.create(place) as store:
        store.save_settings(Settings(model=model))
        gallery = _Gallery(photos)
        for at, products in enumerate(batches(wares.read(feed, media_root=media_root), BATCH)):
            entries = [_entry(product) for product in products]
            for fingerprint, tower in towers.items():
                _complete(store, fingerprint, tower, entries, gallery, at * BATCH)
            known = store.hashes([product.id for product in products])
            store.put([entry for entry in entries if known.get(entry.product.id) != entry.hash])
            if at % 10 == 9:
                tell(f"{(at + 1) * BATCH:,} products in the store, with their features")


def _entry(product: Product) -> Entry:
    """A product as the store keeps it: the text of its meaning, and a picture that is its own."""
    texts = media.content_key(meaning_text(product).encode())
    pictures = media.content_key(f"picture of {product.id}".encode())
    return Entry(
        product=product,
        hash=content_hash(product),
        media=(
            StoredMedia(position=0, key=texts, modality="text", role=MEANING),
            StoredMedia(position=1, key=pictures, modality="image", source=str(product.media[0].source)),
        ),
    )


def _complete(
    store: Store, fingerprint: str, tower: Tower, entries: Sequence[Entry], gallery: _Gallery, start: int
) -> None:
    """Make the features that the store lacks. ``start`` is the number of the first product."""
    kind = tower.modality
    keys = [next(medium.key or "" for medium in entry.media if medium.modality == kind) for entry in entries]
    missing = store.missing(keys, fingerprint)
    wanted = [at for at, key in enumerate(keys) if key in missing]
    if not wanted:
        return
    if tower.modality == "text":
        rows = tower.features([meaning_text(entries[at].product) for at in wanted])
    else:
        rows = gallery.features(tower, np.asarray(wanted) + start)
    store.put_features({(keys[at], fingerprint): row for at, row in zip(wanted, rows, strict=True)})


class _Gallery:
    """Real photos, and features that resemble theirs."""

    def __init__(self, photos: Sequence[Path]) -> None:
        self._photos = photos
        self._features: dict[str, npt.NDArray[np.float32]] = {}

    def features(self, tower: Tower, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Features of the photos of products ``numbers``, each with its own noise, within what photos have."""
        real = self._features.get(tower.fingerprint)
        if real is None:
            tell(f"encoding {len(self._photos):,} photos")
            real = tower.features([media.picture(photo.read_bytes()) for photo in self._photos])
            self._features[tower.fingerprint] = real
        noise = np.random.default_rng((SEED, int(numbers[0]))).standard_normal((len(numbers), real.shape[1]))
        noisy = real[numbers % len(real)] + NOISE * real.std(axis=0) * noise
        bounded: npt.NDArray[np.float32] = np.clip(noisy, real.min(axis=0), real.max(axis=0)).astype(np.float32)
        return bounded
