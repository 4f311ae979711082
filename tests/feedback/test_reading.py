"""What a console shows: against counts made by hand."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from wares.errors import QueryError, StoreError
from wares.feedback import Event, Journal, Question, Reading
from wares.store.asked import Totals
from wares.store.behaviour import AskedRow
from wares.store.store import Store

Ask = Callable[..., Question]


@pytest.fixture
def reading(store: Store) -> Reading:
    return Reading(store)


def test_what_was_asked_most_and_what_in_vain(store: Store, reading: Reading, asked: Ask) -> None:
    with Journal(store) as journal:
        for text, total, error in (
            *[("Red shoes", 3, ""), ("red shoes", 3, ""), ("RED SHOES", 0, ""), ("boots", 0, ""), ("boots", 0, "")],
            *[("sandals", 2, ""), ("brken", 0, "QueryError: no"), ("", 1, "")],
        ):
            journal.note(asked(text, total=total, error=error))
    assert [(one.text.lower(), one.times, one.zero) for one in reading.most_asked(limit=3)] == [
        ("red shoes", 3, 1),
        ("boots", 2, 2),
        ("brken", 1, 0),
    ]
    assert [(one.text.lower(), one.zero) for one in reading.in_vain()] == [("boots", 2), ("red shoes", 1)]
    totals = reading.totals()
    assert (totals.questions, totals.zero, totals.failed) == (8, 3, 1)


def test_quantiles_are_those_of_the_sorted_times(store: Store, reading: Reading, asked: Ask) -> None:
    times = [float(n) for n in range(1, 201)]
    random.Random(1).shuffle(times)
    with Journal(store) as journal:
        for n, took in enumerate(times):
            journal.note(asked("shoes", id=str(n), took_ms=took))
    totals = reading.totals()
    assert (totals.p50_ms, totals.p99_ms) == (100.0, 198.0)
    slowest = reading.slowest(limit=2)
    assert [told.took_ms for told in slowest] == [200.0, 199.0] and slowest[0].stages == {"encode": 100.0}
    assert reading.latest(limit=1)[0].query_id == "199"


def test_hours_and_windows(store: Store, reading: Reading) -> None:
    now = datetime.now(UTC)
    ages = [0.1, 0.2, 5, 30, 50]
    rows = [
        AskedRow(
            query_id=str(age), at=(now - timedelta(hours=age)).isoformat(timespec="milliseconds"), total=age == 5
        )
        for age in sorted(ages, reverse=True)
    ]
    store.behaviour.append(rows, [])
    assert [reading.totals(hours).questions for hours in (1, 24, 48, 100)] == [2, 3, 4, 5]
    expected = Counter(row.at[:13] for row in rows[1:])
    hours = reading.by_hour(48)
    assert {one.hour: one.questions for one in hours} == expected
    assert sum(one.zero for one in hours) == 3 and [one.hour for one in hours] == sorted(expected)


def test_actions_are_counted_and_an_empty_journal_has_nothing(store: Store, reading: Reading) -> None:
    assert reading.totals() == Totals(0, 0, 0, 0.0, 0.0, 0)
    assert reading.most_asked() == reading.by_hour() == reading.slowest() == [] and reading.question("q") is None
    with Journal(store) as journal:
        journal.record([Event(action_name=name) for name in ("click", "view", "click")])
    assert reading.actions() == {"click": 2, "view": 1} and reading.totals().events == 3


def test_bounds_of_a_look(reading: Reading) -> None:
    for hours in (0, -1, float("nan"), 1e9):
        with pytest.raises(QueryError, match="hours must lie"):
            reading.totals(hours)
    for limit in (0, 1001):
        with pytest.raises(QueryError, match="limit must lie"):
            reading.slowest(limit=limit)


def test_a_damaged_row_is_told(store: Store, reading: Reading) -> None:
    store.behaviour.append([AskedRow(query_id="q1", at=datetime.now(UTC).isoformat(), query="{")], [])
    with pytest.raises(StoreError, match="damaged at 'q1'"):
        reading.question("q1")
    assert reading.totals() == Totals(1, 1, 0, 0.0, 0.0, 0)
