"""Shots of a video by what is seen: where one picture is followed by quite another, and where a camera that moves on
no longer shows what it showed.

Frames are told apart by colour histograms of a few regions (Zhang, Kankanhalli and Smoliar, "Automatic Partitioning
of Full-Motion Video", 1993: a cut where two frames differ by more than a threshold; and a second comparison, with the
frame that the stretch began with, for what changes gradually).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

Frame = TypeVar("Frame")

#: How much two frames differ (0: not at all, 1: wholly) at a cut, and after how much change a shot is another.
CUT, DRIFT = 0.35, 0.5
#: No shot is shorter, in seconds; so many are kept of a video.
SHORTEST_S, MOST = 0.5, 120
#: A frame of less light and less contrast (0 … 255) shows nothing.
DARK, FLAT = 14.0, 4.0


class Stretch(NamedTuple):
    """A shot and the moment of its key frame, in seconds."""

    start_s: float
    end_s: float
    poster_s: float


class _Open:
    """A shot that goes on: the look it began with, its mean look, and its best frame so far."""

    def __init__(self, start: float, look: Any) -> None:
        self.start = self.end = start
        self.first = self.mean = look
        self.seen = 0
        self.best = -1.0
        self.poster = start
        self.frame: Any = None

    def add(self, at: float, look: Any, sharp: float, frame: Callable[[], Any]) -> None:
        self.end = at
        self.seen += 1
        self.mean = self.mean + (look - self.mean) / self.seen
        score = sharp * (1.0 - difference(look, self.mean))
        if score > self.best * 1.1:  # a little better is not worth another frame
            self.best, self.poster, self.frame = score, at, frame()


class Cutter(Generic[Frame]):
    """Takes frames as they come, and keeps one of each shot."""

    def __init__(self) -> None:
        self._done: list[_Open] = []
        self._open: _Open | None = None
        self._last: Any = None

    def look(self, at: float, small: Any, frame: Callable[[], Frame]) -> None:
        """A frame at a moment in seconds, as a few pixels (height, width, 3); ``frame`` gives it whole."""
        grey = small.mean(axis=2)
        if grey.mean() < DARK or grey.std() < FLAT:
            self._close(at)
            self._last = None
            return
        look = histogram(small)
        if self._open is not None and at - self._open.start >= SHORTEST_S:
            jumped = self._last is not None and difference(look, self._last) > CUT
            if jumped or difference(look, self._open.first) > DRIFT:
                self._close(at)
        if self._open is None:
            self._open = _Open(at, look)
        self._open.add(at, look, _sharpness(grey), frame)
        self._last = look

    def shots(self, end: float) -> list[tuple[Stretch, Frame]]:
        """The shots of a video that ends at a moment, in their order, each with its key frame."""
        self._close(end)
        kept = self._done
        while len(kept) > MOST:
            kept = _joined(kept)
        return [(Stretch(shot.start, shot.end, shot.poster), shot.frame) for shot in kept]

    def _close(self, at: float) -> None:
        if self._open is not None:
            self._open.end = max(at, self._open.end)
            self._done.append(self._open)
            self._open = None
        if len(self._done) > 4 * MOST:  # frames are held: not too many
            self._done = _joined(self._done)


def histogram(small: Any) -> Any:
    """Shares of 64 colours in each of four regions of a frame: float32 (4, 64)."""
    height, width, _ = small.shape
    colours = (small >> 6).astype(np.int64)
    codes = colours[..., 0] * 16 + colours[..., 1] * 4 + colours[..., 2]
    parts = [codes[y : y + height // 2, x : x + width // 2] for y in (0, height // 2) for x in (0, width // 2)]
    return np.stack([np.bincount(part.ravel(), minlength=64) / part.size for part in parts]).astype(np.float32)


def difference(one: Any, other: Any) -> float:
    """How much two looks differ: 0 … 1, the mean over the regions of half the sum of what differs."""
    return float(np.abs(one - other).sum(axis=1).mean() / 2)


def _sharpness(grey: Any) -> float:
    """How much neighbours differ: blurred frames have little of it."""
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def _joined(shots: list[_Open]) -> list[_Open]:
    """Half as many: the most alike of neighbours become one, and keep the better frame."""
    pairs = sorted(range(len(shots) - 1), key=lambda at: difference(shots[at].mean, shots[at + 1].mean))
    gone: set[int] = set()
    for at in pairs:
        if len(gone) >= len(shots) // 2:
            break
        if at in gone or at + 1 in gone or (at - 1) in gone:
            continue
        first, second = shots[at], shots[at + 1]
        if second.best > first.best:
            first.best, first.poster, first.frame = second.best, second.poster, second.frame
        first.end = second.end
        gone.add(at + 1)
    return [shot for at, shot in enumerate(shots) if at not in gone]
