"""Rebuilding and going back."""

from __future__ import annotations

import pytest

from wares.errors import StoreError
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop


def answers(shop: Shop) -> list[tuple[str, float]]:
    return [(hit.id, round(hit.score, 3)) for hit in shop.search("red shirt", k=9).hits]


def test_a_rebuilt_index_answers_as_the_old_one_did(shop: Shop) -> None:
    before = answers(shop)
    version = shop.rebuild()
    assert version.live
    assert version.points == 9
    assert answers(shop) == before


def test_rebuilding_tells_how_far_it_is(shop: Shop) -> None:
    stages: list[str] = []
    shop.rebuild(lambda progress: stages.append(progress.stage))
    assert stages


def test_rolling_back_loses_no_product(shop: Shop) -> None:
    first = next(version.name for version in shop.info().versions if version.live)
    shop.rebuild()
    shop.add([Product(id="late", title="Latecomer")])
    assert shop.rollback().name == first
    assert shop.search("latecomer").hits[0].id == "late"
    assert all(check.ok for check in shop.check())


def test_there_is_nothing_to_go_back_to_at_first(shop: Shop) -> None:
    with pytest.raises(StoreError, match="no earlier"):
        shop.rollback()


def test_another_process_that_has_the_shop_open_follows_a_switch(shop: Shop, environment: Environment) -> None:
    with Shop.open(shop.path, environment=environment) as other:
        before = answers(other)
        shop.rebuild()
        assert answers(other) == before
        shop.add([Product(id="late", title="Latecomer")])
        assert other.search("latecomer").hits[0].id == "late"


def test_many_new_products_bring_a_new_version_by_themselves(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wares.writing.REBUILD_AFTER", 20)
    before = {version.name for version in shop.info().versions}
    shop.add(Product(id=f"n{number}", title=f"Lamp {number}") for number in range(30))
    assert {version.name for version in shop.info().versions} - before
    assert shop.search("lamp", k=1).total >= 30


def test_an_index_of_other_encoders_is_not_asked(shop: Shop, environment: Environment) -> None:
    with Shop.open(shop.path, environment=environment) as other:
        other.fits.encoders()[0].fingerprint = "another"
        with pytest.raises(StoreError, match="wares rebuild"):
            other.search("red")


def test_a_damaged_index_is_reported_with_what_mends_it(shop: Shop, environment: Environment) -> None:
    live = next(version.name for version in shop.info().versions if version.live)
    shop.close()
    (shop.path / "index" / live / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="wares rebuild"), Shop.open(shop.path, environment=environment) as again:
        again.search("red")
