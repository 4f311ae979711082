"""Marks of a chart stand where their values say."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.evaluation.page import charts
from wares.evaluation.page.charts import BINS, MOST_COLUMNS, MOST_GROUPS, UNIT, Scale

VALUES = st.lists(st.floats(-50, 50).map(lambda value: round(value, 4)), min_size=1, max_size=60)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def read(label: str) -> float:
    return float(label.replace("−", "-").replace(",", ""))


@given(VALUES, st.integers(2, 8))
def test_an_axis_holds_its_values_with_few_round_ticks(values, most):
    scale = Scale.over(values, most=most)
    assert scale.low <= min(values) + 1e-9
    assert scale.high >= max(values) - 1e-9
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= most + 3
    assert [tick.at for tick in ticks] == sorted({tick.at for tick in ticks})
    for tick in ticks:
        assert scale.at(read(tick.label)) == pytest.approx(tick.at, abs=0.02)


def test_labels_have_the_digits_their_step_needs():
    assert [tick.label for tick in UNIT.ticks()] == ["0.00", "0.25", "0.50", "0.75", "1.00"]
    assert [tick.label for tick in Scale.over([-0.1, 0.1]).ticks()] == ["−0.10", "−0.05", "0.00", "0.05", "0.10"]


@pytest.mark.parametrize("values", [[], [0.4], [0.0, 0.0], [math.nan, math.inf]])
def test_an_axis_needs_no_spread_and_no_values(values):
    scale = Scale.over(values)
    assert scale.high > scale.low
    assert all(0 <= scale.at(value) <= 100 for value in (0.0, 0.4))


@given(VALUES, st.floats(-80, 80), st.floats(-80, 80))
def test_places_keep_the_order_of_values_and_the_axis_its_ends(values, one, other):
    scale = Scale.over(values)
    low, high = sorted((one, other))
    assert 0 <= scale.at(low) <= scale.at(high) <= 100


def test_a_whisker_spans_its_interval_and_its_bar_starts_at_nothing():
    drawn = charts.whisker(UNIT, 0.5, 0.25, 0.75)
    assert drawn is not None
    assert (drawn.low, drawn.at, drawn.high) == (25, 50, 75)
    assert (drawn.left, drawn.width) == (0, 50)
    below = charts.whisker(Scale(-1, 1, 0.5), -0.5, -0.6, -0.4)
    assert below is not None
    assert (below.left, below.width) == (25, 25)


def test_a_mean_of_nothing_is_not_drawn_and_an_interval_of_nothing_is_its_mean():
    assert charts.whisker(UNIT, math.nan, math.nan, math.nan) is None
    drawn = charts.whisker(UNIT, 0.5, math.nan, math.nan)
    assert drawn is not None
    assert drawn.low == drawn.high == drawn.at


@given(VALUES)
def test_each_question_is_a_bar_as_high_as_its_difference(values):
    drawn = charts.columns([(f"q{place}", value) for place, value in enumerate(values)], differences=True)
    scale = Scale.over([0.0, *values], most=6)
    assert drawn.each == 1
    assert sum(column.width for column in drawn.columns) == pytest.approx(100, abs=0.1)
    for column, value in zip(drawn.columns, sorted(values, reverse=True), strict=True):
        assert column.height == pytest.approx(abs(scale.at(value) - scale.at(0.0)), abs=0.02)
        end = column.y if value > 0 else column.y + column.height
        assert end == pytest.approx(100 - scale.at(value), abs=0.02)
        assert column.outcome == ("tie" if abs(value) <= 1e-9 else "win" if value > 0 else "loss")
        assert column.title.endswith(f": {abs(value):.3f}" if round(value, 3) == 0 else f"{abs(value):.3f}")


@given(SHARES)
def test_values_are_drawn_on_the_whole_axis(values):
    drawn = charts.columns([("q", value) for value in values], differences=False)
    assert [tick.label for tick in drawn.ticks][-1] == "1.00"
    assert [c.height for c in drawn.columns] == pytest.approx(
        [100 * v for v in sorted(values, reverse=True)], abs=0.02
    )


@pytest.mark.parametrize("count", [MOST_COLUMNS, MOST_COLUMNS + 1, 1_999, 20_000])
def test_many_questions_become_bars_of_neighbours(count):
    values = [math.sin(number) for number in range(count)]
    drawn = charts.columns([(str(number), value) for number, value in enumerate(values)], differences=True)
    assert len(drawn.columns) == math.ceil(count / drawn.each)
    assert len(drawn.columns) <= (MOST_COLUMNS if count == MOST_COLUMNS else MOST_GROUPS)
    ranked = sorted(values, reverse=True)
    scale = Scale.over([0.0, *values], most=6)
    for place, column in enumerate(drawn.columns):
        group = ranked[place * drawn.each : (place + 1) * drawn.each]
        mean = sum(group) / len(group)
        assert column.height == pytest.approx(abs(scale.at(mean) - 50), abs=0.02)


def test_a_curve_goes_through_its_values():
    drawn = charts.curve([1.0, 0.5, 0.25])
    assert drawn.points == ((0, 0), (50, 50), (100, 75))
    assert drawn.line == "0,0 50,50 100,75"
    assert charts.curve([0.3]).points == ((0, 70),)


@given(st.lists(st.floats(0.02, 60_000), min_size=1, max_size=200))
def test_every_answer_is_counted_in_the_bin_that_names_it(values):
    scale = charts.latency_scale(values)
    assert scale is not None
    drawn = charts.histogram(scale, values, [("p50", sorted(values)[len(values) // 2])])
    assert sum(bin.answers for bin in drawn.bins) == len(values)
    assert max(bin.height for bin in drawn.bins) == 100
    ratio = math.log(scale.high / scale.low) / BINS
    for place, bin in enumerate(drawn.bins):
        ends = [math.log(scale.low) + ratio * (place + shift) for shift in (-0.01, 1.01)]
        inside = sum(ends[0] <= math.log(value) <= ends[1] for value in values)
        assert bin.answers <= inside
        assert bin.answers == pytest.approx(bin.height * max(b.answers for b in drawn.bins) / 100, abs=0.1)
    assert all(0 <= mark.at <= 100 for mark in drawn.marks)


@given(st.floats(0.02, 1_000), st.floats(1.01, 500))
def test_an_axis_of_milliseconds_has_round_ticks_where_they_belong(low, ratio):
    scale = charts.latency_scale([low, low * ratio])
    assert scale is not None
    for tick in scale.ticks():
        assert re.fullmatch(r"[125]0*(,000)?|\d{2,3},000|0\.0*[125]", tick.label)
        place = math.log(read(tick.label) / scale.low) / math.log(scale.high / scale.low)
        assert tick.at == pytest.approx(100 * place, abs=0.02)


def test_answers_that_all_took_as_long_or_no_time_have_an_axis():
    for values in ([5.0, 5.0], [0.0], [0.0, 0.0001]):
        scale = charts.latency_scale(values)
        assert scale is not None
        assert sum(bin.answers for bin in charts.histogram(scale, values, []).bins) == len(values)
    assert charts.latency_scale([]) is None
    assert charts.latency_scale([math.nan]) is None
