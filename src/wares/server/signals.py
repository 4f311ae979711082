"""Hearing early that a server is told to stop: what streams must end, or it would be waited for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def heard(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` as well when SIGTERM or SIGINT comes; whoever ran the server goes on to do what it does. In a
    thread that gets no signals this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number, then in before.items():
        if callable(then):
            signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, then in before.items():
            if callable(then) and signal.getsignal(number) is on_signal:
                signal.signal(number, then)
