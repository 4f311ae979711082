"""Bars over time, as numbers that a template draws as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Bar(NamedTuple):
    """A bar in a drawing of 100 × 100, its upper part (``part``) marked, and what it says."""

    x: float
    width: float
    y: float
    height: float
    part: float
    title: str


class Bars(NamedTuple):
    """Bars side by side; ``highest`` is what the tallest stands for, ``first`` and ``last`` name the ends."""

    bars: tuple[Bar, ...]
    highest: float
    first: str
    last: str


def bars(values: Sequence[tuple[str, float, float]]) -> Bars | None:
    """Named values, each with a part of it, in their order; None when there is nothing to draw."""
    highest = max((value for _, value, _ in values), default=0.0)
    if highest <= 0:
        return None
    step = 100 / len(values)
    drawn = [
        Bar(
            x=round(at * step + step * 0.12, 3),
            width=round(step * 0.76, 3),
            y=round(100 - 100 * value / highest, 2),
            height=round(100 * value / highest, 2),
            part=round(100 * min(part, value) / highest, 2),
            title=name,
        )
        for at, (name, value, part) in enumerate(values)
    ]
    return Bars(tuple(drawn), highest, values[0][0], values[-1][0])


class Line(NamedTuple):
    """Values as a line through points of a drawing of 100 × 100; ``low`` and ``high`` are its edges."""

    points: str
    low: float
    high: float
    first: str
    last: str


def line(values: Sequence[tuple[str, float]]) -> Line | None:
    """Named values in their order, over an axis that begins a little below the lowest; None for fewer than two."""
    if len(values) < 2:
        return None
    numbers = [value for _, value in values]
    room = max((max(numbers) - min(numbers)) * 0.15, 0.005)
    low, high = min(numbers) - room, max(numbers) + room
    step = 100 / (len(values) - 1)
    points = " ".join(
        f"{at * step:.2f},{100 - 100 * (value - low) / (high - low):.2f}" for at, value in enumerate(numbers)
    )
    return Line(points, low, high, values[0][0], values[-1][0])
