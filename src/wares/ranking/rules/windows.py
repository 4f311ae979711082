"""Windows of time: between two moments, on some days of the week, at some hours of the day.

Days and hours are those of a clock on a wall in the rule's zone. When clocks are put back, the repeated hour counts
twice; when they are put forward, an hour that is left out is not there. A window over midnight belongs to the day on
which it begins.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wares.ranking.rules.records import Day, When

_DAYS = get_args(Day)


def is_open(when: When, now: datetime) -> bool:
    """Whether a moment, with its timezone, lies in the window. ``zone`` must be known."""
    if (when.start is not None and now < when.start) or (when.end is not None and now >= when.end):
        return False
    if not when.days and when.hours is None:
        return True
    local = now.astimezone(zone(when.zone))
    day = local
    if when.hours is not None:
        first, last = when.hours
        at = local.time()
        over_midnight = last <= first
        if over_midnight and at < last:
            day = local - timedelta(days=1)
        elif not (first <= at and (over_midnight or at < last)):
            return False
    return not when.days or _DAYS[day.weekday()] in when.days


def boundary(when: When, now: datetime) -> datetime | None:
    """The next moment at which the window may open or close, in UTC; None when it never will.

    It may come too early and never too late: where days or hours decide, it is the end of the quarter of an hour at
    the latest, for clocks are put back and forward, and days begin, at such moments.
    """
    found = [moment.astimezone(UTC) for moment in (when.start, when.end) if moment is not None]
    if when.days or when.hours is not None:
        now = now.astimezone(UTC)
        found.append(now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15))
        place = zone(when.zone)
        today = now.astimezone(place).date()
        for clock in when.hours or ():
            for fold in (0, 1):  # the repeated hour counts twice
                found.append(datetime.combine(today, clock.replace(fold=fold), place).astimezone(UTC))
    return min((moment for moment in found if moment > now), default=None)


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """A timezone by its IANA name. :class:`ValueError` when this machine knows none of that name."""
    if name == "UTC":  # also where no timezones are installed at all
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(
            f'this machine knows no timezone {name[:40]!r}; name one as in "Europe/Paris", or leave it out for UTC'
        ) from unknown
