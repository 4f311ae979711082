"""Before an index is built, features that are missing are made; what is there is not read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from wares import encoders, media
from wares.indexing import Reader
from wares.records import Product
from wares.settings import Environment, MediaLimits
from wares.shop import Shop
from wares.store.store import Store


def test_media_that_have_their_features_are_not_read_again(
    shop: Shop, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, **_: object) -> bytes:
        raise AssertionError(f"{source} was read")

    with Store.open(shop.path / "shop.db") as store:
        rows = next(store.scan())
        reader = Reader(store, encoders.build("basic", environment), MediaLimits(), shop.path / "media")
        monkeypatch.setattr(media, "read", refuse)
        reader.complete(rows)


def test_features_that_are_missing_are_made(tmp_path: Path, shop: Shop, environment: Environment) -> None:
    model = encoders.build("basic", environment)
    with Store.create(tmp_path / "other.db") as other, Store.open(shop.path / "shop.db") as store:
        rows = next(store.scan())
        Reader(other, model, MediaLimits(), tmp_path).complete(rows)
        keys = {medium.key for row in rows for medium in row.media if medium.modality == "image"}
        [pictures] = [encoder.tower.fingerprint for encoder in model if encoder.modality == "image"]
        assert keys
        assert other.missing([key for key in keys if key], pictures) == set()


def test_only_the_products_that_lack_features_are_read(
    tmp_path: Path, goods: list[Product], shop: Shop, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = encoders.build("basic", environment)
    read: list[object] = []
    plain = media.read

    def noted(source: object, **limits: object) -> bytes:
        read.append(source)
        return plain(source, **limits)  # type: ignore[arg-type]

    with Store.create(tmp_path / "other.db") as other, Store.open(shop.path / "shop.db") as store:
        rows = next(store.scan())
        reader = Reader(other, model, MediaLimits(), tmp_path)
        reader.complete(rows[1:])
        monkeypatch.setattr(media, "read", noted)
        reader.complete(rows)
    assert read == [goods[0].media[0].source]
