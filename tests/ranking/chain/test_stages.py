"""The chain as a whole: contributions sum to the score, nothing is lost or invented, and the order is one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import SetupError
from wares.ranking.chain import STAGES, Listing, Situation, Stage, build, check, run, stages
from wares.ranking.columns import Columns
from wares.records import Filter, Product, Query
from wares.settings import DiversitySettings, RankingSettings, SignalSettings
from wares.store.entries import Stored

NOW = datetime(2020, 6, 1, tzinfo=UTC)
LOUD = RankingSettings(
    signals=SignalSettings(rating=0.5, popularity=0.5, recency=0.5, margin=0.5, stock=0.5),
    diversity=DiversitySettings(brand=0.5, look=0.5, places=5),
)
UNITS = np.random.default_rng(5).normal(size=(40, 4)).astype(np.float32)


class Boost(Stage):
    """Stands for rules: adds to some and holds one at a place."""

    def __init__(self, number: int, place: int) -> None:
        self._number, self._place = number, place

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        grown = listing.plus("rule", "boost", np.where(listing.numbers % 3 == 0, 0.25, 0.0))
        if self._number not in grown.numbers:
            return grown
        held = grown._replace(held={self._number: self._place})
        return held.moved_to("rule pin", held.with_held(np.arange(len(held.numbers))))


def situation() -> Situation:
    def passing(where: Filter, numbers: Sequence[int]) -> set[int]:
        return set(numbers)

    def vectors(numbers: Sequence[int], channel: str) -> Mapping[int, np.ndarray]:
        return {number: UNITS[number : number + 2] for number in numbers if number % 5}

    return Situation(Query(), "", "", None, NOW, passing, vectors, ["use.text", "look.image"])


PRODUCTS = st.builds(
    Product,
    id=st.just("a"),
    title=st.just("A"),
    brand=st.sampled_from(["", "Acme", "Other"]),
    rating=st.none() | st.floats(0, 5),
    rating_count=st.none() | st.integers(0, 1_000),
    availability=st.sampled_from([None, "in_stock", "out_of_stock"]),
    attributes=st.dictionaries(
        st.sampled_from(["sales", "margin", "created"]), st.sampled_from(["7", "0.5", "2020-05-01"])
    ),
)
CATALOGUES = st.lists(st.tuples(PRODUCTS, st.integers(0, 3)), min_size=1, max_size=30)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Columns, Listing]:
    rows = [Stored(n, product, (), group) for n, (product, group) in enumerate(draw(CATALOGUES), 1)]
    columns = Columns()
    columns.learn(rows)
    numbers = draw(st.permutations([row.number for row in rows]))
    scores = draw(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.51, 0.9, -0.2]), min_size=len(rows), max_size=len(rows)))
    return columns, Listing.of(numbers, scores)


CHAINS = st.lists(st.sampled_from(list(STAGES)), unique=True).map(tuple)


@settings(deadline=None)
@given(case=cases(), chain=CHAINS, pin=st.tuples(st.integers(1, 12), st.integers(0, 6)))
def test_contributions_sum_to_the_score_and_nothing_is_lost_or_invented(
    case: tuple[Columns, Listing], chain: tuple[str, ...], pin: tuple[int, int]
) -> None:
    columns, before = case
    settings = RankingSettings(chain=chain, signals=LOUD.signals, diversity=LOUD.diversity)
    after, laps = run(build(settings, columns, {"rules": Boost(*pin), "relations": Boost(*pin)}), before, situation())
    assert list(laps) == list(chain)
    fused = dict(zip(before.rows.tolist(), before.scores.tolist(), strict=True))
    added = sum((column.values for column in after.added), np.zeros(len(after.numbers)))
    np.testing.assert_allclose(after.scores, [fused[row] for row in after.rows.tolist()] + added, atol=1e-12)
    rows = dict(zip(before.numbers.tolist(), before.rows.tolist(), strict=True))
    assert [rows[number] for number in after.numbers.tolist()] == after.rows.tolist()
    shown = after.numbers.tolist()
    hidden = [number for others in after.folded.values() for number in others]
    assert sorted(shown + hidden) == sorted(before.numbers.tolist())
    assert set(after.folded) <= set(shown)
    if "collapse" not in chain:
        assert not hidden


@settings(deadline=None)
@given(case=cases(), chain=CHAINS)
def test_the_order_is_the_same_however_candidates_come(case: tuple[Columns, Listing], chain: tuple[str, ...]) -> None:
    columns, listing = case
    settings = RankingSettings(chain=chain, signals=LOUD.signals, diversity=LOUD.diversity)
    made = build(settings, columns)
    once, _ = run(made, listing, situation())
    turned = np.arange(len(listing.numbers))[::-1]
    again, _ = run(made, Listing.of(listing.numbers[turned], listing.scores[turned]), situation())
    assert once.numbers.tolist() == again.numbers.tolist()
    assert once.folded == again.folded
    assert once.moved == again.moved


@settings(deadline=None)
@given(case=cases(), pin=st.tuples(st.integers(1, 12), st.integers(0, 6)))
def test_who_is_held_stays_at_its_place(case: tuple[Columns, Listing], pin: tuple[int, int]) -> None:
    columns, listing = case
    number, place = pin
    after, _ = run(build(LOUD, columns, {"rules": Boost(*pin), "relations": Boost(*pin)}), listing, situation())
    if number in listing.numbers:
        assert after.numbers.tolist().index(number) == min(place, len(after.numbers) - 1)


@settings(deadline=None)
@given(case=cases())
def test_without_weights_and_collapse_the_chain_changes_nothing(case: tuple[Columns, Listing]) -> None:
    columns, listing = case
    quiet = SignalSettings(rating=0, popularity=0, recency=0, margin=0, stock=0)
    settings = RankingSettings(signals=quiet, diversity=DiversitySettings(brand=0, look=0), collapse=False)
    after, _ = run(build(settings, columns), listing, situation())
    assert after.numbers.tolist() == listing.numbers.tolist()
    assert after.scores.tolist() == listing.scores.tolist()
    assert (after.added, after.moved, after.folded) == ((), {}, {})


@pytest.mark.parametrize("chain", [(), tuple(STAGES)])
def test_of_nothing_comes_nothing(chain: tuple[str, ...]) -> None:
    settings = RankingSettings(chain=chain, signals=LOUD.signals, diversity=LOUD.diversity)
    after, _ = run(build(settings, Columns()), Listing.of([], []), situation())
    assert len(after.numbers) == 0


def test_an_unknown_stage_is_told_with_the_nearest_one() -> None:
    with pytest.raises(SetupError, match=r"unknown stage of ranking.chain 'sgnals'; did you mean signals"):
        check(RankingSettings(chain=("sgnals",)))
    check(RankingSettings(chain=tuple(stages())))


def test_a_shop_without_rules_has_a_chain_without_them() -> None:
    assert [name for name, _ in build(RankingSettings(), Columns())] == ["signals", "diversity", "collapse"]
