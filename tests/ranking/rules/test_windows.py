"""Windows of time: moments, days and hours of a clock, over midnight and where clocks are put forward or back."""

from datetime import UTC, datetime, time

import pytest

from wares.ranking.rules import When
from wares.ranking.rules.windows import is_open, zone

PARIS = zone("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "open"),
    [
        ("2026-05-31T21:59:59+00:00", False),
        ("2026-05-31T22:00:00+00:00", True),
        ("2026-06-01T00:00:00+02:00", True),
        ("2026-06-30T23:59:59+02:00", True),
        ("2026-07-01T00:00:00+02:00", False),
        ("2026-06-30T23:00:00-04:00", False),
    ],
)
def test_a_window_between_moments_is_the_same_everywhere(now: str, open: bool):
    when = When(start=at("2026-06-01T00:00:00+02:00"), end=at("2026-07-01T00:00:00+02:00"))
    assert is_open(when, at(now)) is open


@pytest.mark.parametrize(
    ("now", "open"),
    [
        ("2026-06-05T21:59:00+02:00", False),  # a Friday
        ("2026-06-05T22:00:00+02:00", True),
        ("2026-06-06T01:59:00+02:00", True),  # still the Friday's
        ("2026-06-06T02:00:00+02:00", False),
        ("2026-06-06T23:00:00+02:00", False),  # the Saturday's would be
        ("2026-06-05T20:30:00+00:00", True),
    ],
)
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(now: str, open: bool):
    when = When(days=("fri",), hours=(time(22), time(2)), zone="Europe/Paris")
    assert is_open(when, at(now)) is open


def test_hours_are_those_of_the_clock_on_both_sides_of_summer_time():
    when = When(hours=(time(9), time(17)), zone="Europe/Paris")
    assert is_open(when, datetime(2026, 3, 28, 8, 0, tzinfo=UTC))  # 9:00, winter
    assert not is_open(when, datetime(2026, 3, 28, 7, 0, tzinfo=UTC))
    assert is_open(when, datetime(2026, 3, 30, 7, 0, tzinfo=UTC))  # 9:00, summer
    assert not is_open(when, datetime(2026, 3, 30, 15, 0, tzinfo=UTC))  # 17:00


def test_an_hour_that_comes_twice_is_open_twice_and_one_left_out_is_not_there():
    night = When(hours=(time(2), time(3)), zone="Europe/Paris")
    back = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)]
    assert [is_open(night, moment) for moment in back] == [True, True, False]
    forward = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert [is_open(night, moment) for moment in forward] == [False, False]


def test_a_zone_that_there_is_not_is_told():
    with pytest.raises(ValueError, match="no timezone 'Mars/Base'"):
        zone("Mars/Base")
    with pytest.raises(ValueError, match="no timezone"):
        zone("../../etc/passwd")


def test_utc_is_there_where_no_timezones_are_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wares.ranking.rules.windows.ZoneInfo", lambda name: (_ for _ in ()).throw(OSError(name)))
    zone.cache_clear()
    try:
        assert is_open(When(days=("fri",)), at("2026-06-05T12:00:00+00:00"))
        with pytest.raises(ValueError, match="knows no timezone"):
            zone("Europe/Paris")
    finally:
        zone.cache_clear()
