"""Signals: what is known of a product's business moves its score a little, and what is not known leaves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from wares.ranking.chain.base import Listing, Situation
from wares.ranking.chain.signals import SIGNALS, Signals
from wares.ranking.columns import Columns
from wares.records import AttributeValue, Availability, Product
from wares.settings import RankingSettings, SignalSettings
from wares.store.entries import Stored

NOW = datetime(2020, 6, 1, tzinfo=UTC)


def product(
    rating: float | None = None,
    count: int | None = None,
    availability: Availability | None = None,
    **attributes: AttributeValue,
) -> Product:
    return Product(
        id="a", title="A", rating=rating, rating_count=count, availability=availability, attributes=attributes
    )


def added(signal: str, products: list[Product], **settings: float) -> list[float]:
    """What one signal of weight 1 adds to each of some products."""
    columns = Columns()
    columns.learn([Stored(n, each, ()) for n, each in enumerate(products, 1)])
    weights = {name: float(name == signal) for name in SIGNALS}
    made = Signals(RankingSettings(signals=SignalSettings(**weights, **settings)), columns)  # type: ignore[arg-type]
    found = made.columns(columns.rows(range(1, len(products) + 1))["number"], NOW)
    return found[signal].tolist()


def test_a_rating_by_few_is_drawn_towards_the_mean() -> None:
    many, few, mean, none = added("rating", [product(5, 180), product(5, 20), product(3, 20), product()], prior=20.0)
    centre = 13 / 3
    assert many == pytest.approx(0.9 * (5 - centre) / 5)
    assert few == pytest.approx(0.5 * (5 - centre) / 5)
    assert mean == pytest.approx(0.5 * (3 - centre) / 5)
    assert none == 0


def test_a_rating_by_nobody_knows_how_many_counts_half() -> None:
    unknown, low = added("rating", [product(5), product(3, 10**6)], prior=20.0)
    assert unknown == pytest.approx(0.5 * (5 - 4) / 5)
    assert low == pytest.approx((3 - 4) / 5, rel=1e-3)
    assert added("rating", [product(5), product(3, 0)], prior=0.0) == pytest.approx([0.2, 0.0])


def test_popularity_grows_with_the_logarithm_and_is_bounded() -> None:
    sold = [product(sales=float(10**power)) for power in range(5)]
    found = added("popularity", [*sold, product()])
    assert found == [*sorted(found[:-1]), 0]
    assert found[4] - found[3] < found[1] - found[0] + 0.1
    assert sum(found) == pytest.approx(0, abs=0.01)
    assert max(found) <= 1


def test_a_product_as_old_as_the_half_life_is_neutral() -> None:
    def aged(days: float) -> Product:
        return product(date_released=(NOW - timedelta(days=days)).date().isoformat())

    found = added("recency", [aged(0), aged(100), aged(200), aged(-50), product()], half_life=100.0)
    assert found == pytest.approx([0.5, 0.0, -0.25, 0.5, 0.0], abs=1e-6)


def test_margin_counts_against_that_of_the_catalogue() -> None:
    found = added("margin", [product(margin=0.5), product(margin=0.1), product(margin="-20 %"), product()])
    mean = (0.5 + 0.1 - 0.2) / 3
    assert found == pytest.approx([0.5 - mean, 0.1 - mean, -mean, 0], abs=1e-6)


def test_what_is_out_of_stock_loses_and_what_is_in_stock_gains_nothing() -> None:
    found = added("stock", [product(availability=each) for each in ("in_stock", "preorder", "out_of_stock", None)])  # type: ignore[arg-type]
    assert found == [0, -0.5, -1, 0]


def test_a_weight_is_a_share_of_the_best_score() -> None:
    columns = Columns()
    columns.learn([Stored(2, product(availability="out_of_stock"), ())])
    stage = Signals(RankingSettings(signals=SignalSettings(stock=0.1)), columns)

    def scores(best: float) -> list[float]:
        listing = Listing.of([1, 2, 3], [best, 0.5 * best, 0.45 * best])
        found = stage.apply(listing, cast("Situation", SimpleNamespace(now=NOW)))
        assert [(each.part, each.channel) for each in found.added] == [("signal", "stock")]
        return [round(float(score) / best, 9) for score in found.scores]

    assert scores(0.8) == scores(0.2) == [1.0, 0.45, 0.4]


@pytest.mark.parametrize("signal", SIGNALS)
def test_where_nothing_is_known_nothing_is_added(signal: str) -> None:
    assert added(signal, [product(), product()]) == [0, 0]
