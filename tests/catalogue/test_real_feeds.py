"""Feeds as they are found, where the development data is at hand."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from wares.catalogue import read
from wares.records import Product

DATA = Path(__file__).parents[3] / "shared" / "data"

Unpack = Callable[[str, str], Path]


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    def member(archive: str, name: str) -> Path:
        if not (DATA / archive).exists():
            pytest.skip(f"the development data {archive} is not beside the project")
        with zipfile.ZipFile(DATA / archive) as packed:
            found = next(entry for entry in packed.namelist() if entry.endswith(name))
            return Path(packed.extract(found, tmp_path))

    return member


def products(path: Path) -> list[Product]:
    catalogue = read(path)
    found = list(catalogue)
    assert catalogue.problems == []
    return found


def test_clothes(unpack: Unpack):
    found = products(unpack("clothing_cc0.dev.zip", "products.csv"))
    assert len(found) == 2727
    assert all(product.category[0] == "Clothing" and len(product.category) == 2 for product in found)
    assert all(len(product.media) == 1 for product in found)


def test_electronics(unpack: Unpack):
    found = products(unpack("icecat_chorus.dev.zip", "products.csv"))
    assert len(found) == 19_406
    assert sum(product.price is not None for product in found) > 10_000
    assert all(isinstance(product.attributes.get("ean", ""), str) for product in found)


def test_chinese_titles(unpack: Unpack):
    found = products(unpack("zh.dev.zip", "taobao_titles_ner.csv"))
    assert len(found) == 7998
    assert all(product.title for product in found)


def test_groceries(unpack: Unpack):
    found = {product.id: product for product in products(unpack("grocery.dev.zip", "products.csv"))}
    assert found["gs-01"].title == "Granny Smith"
    assert found["gs-01"].category == ("Fruit", "Apple")
