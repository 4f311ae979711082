"""Shops to measure: built once in the scratch folder, and opened part by part where a figure needs the parts."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.report import tell
from wares import encoders as models
from wares.asking import Asker
from wares.documents import meaning_text, word_fields
from wares.encoders.base import Encoder
from wares.encoders.words import Words
from wares.errors import StoreError
from wares.index.base import Index
from wares.index.live import LiveIndex
from wares.index.versions import Versions
from wares.indexing import words_as_built
from wares.ranking.fusion import Fusion, build
from wares.records import Product
from wares.settings import Environment, Settings
from wares.shop import Shop
from wares.store.store import Store


class Parts(msgspec.Struct, frozen=True):
    """What a shop is made of, opened."""

    store: Store
    index: Index
    encoders: Sequence[Encoder]
    asker: Asker
    fusion: Fusion


@contextmanager
def parts(shop: Path, environment: Environment) -> Iterator[Parts]:
    """A shop's parts, put together as :class:`~wares.shop.Shop` does it."""
    versions = Versions(shop)
    live = LiveIndex(versions)
    try:
        with Store.open(shop / "shop.db") as store, live.use() as (version, index):
            if index is None:
                raise StoreError(f"{shop} has no index; remove the folder, and it is built again")
            settings = store.settings()
            encoders = models.build(settings.model, environment)
            words = words_as_built(versions.manifest(version).words)
            common = (store, index, encoders, words, settings.media)
            yield Parts(store, index, encoders, Asker(*common), build(settings.fusion))
    finally:
        live.close()


def prepared(name: str, products: Sequence[Product], model: str, scratch: Path, environment: Environment) -> Path:
    """The shop that ``Shop.add`` makes of these products: one that is there already when nothing that decides what is
    found has changed since (products, encoders, words, meaning), and otherwise a new one in its place."""
    settings = Settings(model=model)
    encoders = models.build(model, environment)
    folder = scratch / "shops" / f"{name.replace(' ', '-')}-{_identity(products, encoders, settings)}"
    if not folder.exists():
        for outdated in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-" + "?" * 16):
            shutil.rmtree(outdated)
    with Shop.open(folder, settings=settings, environment=environment) as shop:
        tell(f"{name}: {len(products):,} products into {folder}")
        report = shop.add(products)
        tell(f"{name}: {report.added:,} added, {report.warning_count:,} warnings, {report.seconds:.0f} s")
    return folder


def _identity(products: Sequence[Product], encoders: Sequence[Encoder], settings: Settings) -> str:
    """Sixteen digits that change when the index would."""
    words = Words(settings.fields, settings.k1, settings.b)
    digest = hashlib.blake2b(digest_size=8)
    digest.update(msgspec.json.encode((settings, [encoder.fingerprint for encoder in encoders])))
    for product in products:
        said = words.document(word_fields(product))
        digest.update(msgspec.json.encode((product, meaning_text(product), said)))
    return digest.hexdigest()
