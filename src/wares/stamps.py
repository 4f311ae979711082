"""When two answers to one question must be the same: what a cache of answers goes by."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from wares.merchant import Merchant
from wares.ranking.rules import Rulebook

#: Some of what an answer is made of is looked up once a second (rules, settings, how many products there are): so
#: long after a change, answers may still be made of what was there before.
SETTLED_S = 2.0


class Stamp(NamedTuple):
    """``state`` is all that answers are made of; ``until`` a moment (seconds since 1970) at which they may change by
    themselves, since rules have their hours and products grow older."""

    state: tuple[Hashable, ...]
    until: float


class Stamps:
    """Makes stamps of states as they are observed. Threads may share it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: tuple[Hashable, ...] = ()
        self._since = 0.0
        self._ends: tuple[Rulebook | None, datetime] = (None, datetime.min.replace(tzinfo=UTC))

    def stamp(self, state: tuple[Hashable, ...], merchant: Merchant) -> Stamp | None:
        """The stamp of a state that is there now; None until it has been there for a while."""
        moment = time.monotonic()
        with self._guard:
            if state != self._state:
                self._state, self._since = state, moment
            if moment - self._since <= SETTLED_S:
                return None
        return Stamp(state, self._until(merchant.rules()).timestamp())

    def _until(self, rules: Rulebook) -> datetime:
        now = datetime.now(UTC)
        known, until = self._ends
        if known is not rules or not until - timedelta(hours=1) <= now < until:
            hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            until = min(hour, rules.boundary(now) or hour)
            self._ends = rules, until
        return until
