"""Diversity: maximal marginal relevance, as a slow reading of its formula has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.ranking.chain.base import Listing, Situation
from wares.ranking.chain.diversity import Diversity, chosen, cosines
from wares.ranking.columns import Columns
from wares.records import Product, Query
from wares.settings import DiversitySettings, RankingSettings
from wares.store.entries import Stored


def situation(rows: Mapping[int, Sequence[float]] | None = None) -> Situation:
    def vectors(numbers: Sequence[int], channel: str) -> Mapping[int, np.ndarray]:
        return {
            number: np.asarray([(rows or {})[number]], np.float32) for number in numbers if number in (rows or {})
        }

    now = datetime(2020, 1, 1, tzinfo=UTC)
    return Situation(Query(), "", "", None, now, lambda where, numbers: set(numbers), vectors, ["a.text", "b.image"])


def apply(brands: Sequence[str], scores: Sequence[float], settings: DiversitySettings, **said: object) -> Listing:
    columns = Columns()
    columns.learn([Stored(n, Product(id=str(n), title="A", brand=brand), ()) for n, brand in enumerate(brands, 1)])
    listing = Listing.of(range(1, len(brands) + 1), scores)
    return Diversity(RankingSettings(diversity=settings), columns).apply(listing, situation(**said))  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=9).map(lambda values: sorted(values, reverse=True)),
    places=st.integers(1, 9),
    seed=st.integers(0, 999),
)
def test_place_by_place_the_best_is_taken(scores: list[float], places: int, seed: int) -> None:
    size = len(scores)
    alike = np.random.default_rng(seed).integers(0, 3, (size, size)) / 4
    order: list[int] = []
    left = list(range(size))
    while left and len(order) < places:
        best_score = max(max(scores), 1e-12)
        worth = {i: scores[i] / best_score - max((alike[i, j] for j in order), default=0.0) for i in left}
        best = max(left, key=lambda i: (worth[i], -i))
        order.append(best)
        left.remove(best)
    assert chosen(np.asarray(scores), alike, places) == order + left


def test_a_brand_that_is_above_makes_way_for_an_answer_nearly_as_good() -> None:
    found = apply(["Acme", "Acme", "Acme", "Other"], [0.9, 0.8, 0.79, 0.75], DiversitySettings(brand=0.1))
    assert found.numbers.tolist() == [1, 4, 2, 3]
    assert found.scores.tolist() == [0.9, 0.75, 0.8, 0.79]
    assert found.moved == {4: (("diversity", 3, 1),), 2: (("diversity", 1, 2),), 3: (("diversity", 2, 3),)}


def test_a_worse_answer_stays_where_it_is() -> None:
    found = apply(["Acme", "Acme", "Acme", "Other"], [0.9, 0.8, 0.79, 0.3], DiversitySettings(brand=0.1))
    assert found.numbers.tolist() == [1, 2, 3, 4]
    assert found.moved == {}


def test_products_without_a_brand_are_not_of_one() -> None:
    found = apply(["", "", "", "Other"], [0.9, 0.8, 0.79, 0.75], DiversitySettings(brand=0.5))
    assert found.numbers.tolist() == [1, 2, 3, 4]


def test_what_looks_the_same_makes_way() -> None:
    rows = {1: [1.0, 0.0], 2: [2.0, 0.0], 3: [0.0, 1.0]}
    settings = DiversitySettings(look=0.2)
    assert apply(["", "", "", ""], [0.9, 0.8, 0.75, 0.1], settings, rows=rows).numbers.tolist() == [1, 3, 2, 4]
    assert apply(["", "", "", ""], [0.9, 0.8, 0.75, 0.1], settings).numbers.tolist() == [1, 2, 3, 4]


def test_beyond_the_places_the_order_stays() -> None:
    found = apply(["A", "A", "A", "A", "B"], [0.9, 0.8, 0.79, 0.78, 0.77], DiversitySettings(brand=0.5, places=2))
    assert found.numbers.tolist() == [1, 5, 2, 3, 4]


@settings(deadline=None)
@given(scores=st.lists(st.floats(-1, 1), max_size=9), brands=st.integers(0, 2**9 - 1))
def test_without_weights_it_is_the_identity(scores: list[float], brands: int) -> None:
    names = ["Acme" if brands >> at & 1 else "" for at in range(len(scores))]
    listing = Listing.of(range(1, len(scores) + 1), scores)
    found = apply(names, scores, DiversitySettings(brand=0, look=0))
    assert found.numbers.tolist() == listing.numbers.tolist()
    assert found.moved == {}
    if scores:
        assert chosen(listing.scores, np.zeros((len(scores),) * 2), 9) == list(range(len(scores)))


def test_cosines_below_0_and_of_nothing_are_0() -> None:
    rows = [np.asarray(row, np.float32) for row in ([1, 0], [-1, 0], [3, 4])]
    found = cosines([*rows, None])
    np.testing.assert_allclose(found, [[1, 0, 0.6, 0], [0, 1, 0, 0], [0.6, 0, 1, 0], [0, 0, 0, 0]], atol=1e-6)
    assert cosines([None, None]).tolist() == [[0, 0], [0, 0]]
