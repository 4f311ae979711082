"""How often somebody may call: a bucket of tokens for each caller, in memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from wares.errors import TooMany

#: Nanoseconds of a minute; a bucket counts in tokens × this, so that no fraction is ever rounded.
MINUTE = 60_000_000_000
#: Callers that are remembered.
MOST = 100_000


class RateLimiter:
    """Lets each caller call ``per_minute`` times a minute (a token bucket; Turner, 1986). Threads may share it.

    A bucket holds a minute's worth and fills evenly: a minute's worth may be called at once, and the rate holds from
    then on. Of more than ``most`` callers the one that has not called for longest is forgotten; who has not called
    for a minute has a full bucket anyway. ``clock`` tells nanoseconds.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, who: str, per_minute: int) -> None:
        """Count a call of ``who`` (a key's id, an address). 0 a minute is no limit.

        :class:`~wares.errors.TooMany`, and nothing counted, when the bucket is empty.
        """
        if per_minute <= 0:
            return
        full = per_minute * MINUTE
        with self._lock:
            now = self._clock()
            at, level = self._buckets.get(who, (now, full))
            level = min(full, level + (now - at) * per_minute)
            allowed = level >= MINUTE
            self._buckets[who] = now, level - MINUTE * allowed
            self._buckets.move_to_end(who)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        if not allowed:
            wait = -((level - MINUTE) // per_minute)  # whole nanoseconds, rounded up
            limit = f"{per_minute:,} a minute"
            raise TooMany(f"too many calls, {limit} are let through; call again in {wait / 1e9:.1f} s", wait / 1e9)
