"""Charts of lines as SVG of their own ground, legible on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from wares.evaluation.page.charts import Scale, upright

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 720, 64, 150, 56, 92, 300
#: Told apart by the colour-blind too (Okabe and Ito 2008), the darker ones: on a light ground, on a dark one.
_COLOURS = (("#0072b2", "#56b4e9"), ("#d55e00", "#f0925c"), ("#007a5a", "#2fbf95"), ("#a04e80", "#d99abf"))
_APART = 14.0


class Point(NamedTuple):
    """A place of a curve; ``low`` to ``high`` is drawn as a whisker where they differ."""

    x: float
    y: float
    low: float
    high: float


class Curve(NamedTuple):
    """Points that are joined, and what stands at the last of them ("": nothing). ``dashes`` as in SVG."""

    label: str
    points: Sequence[Point]
    colour: int
    dashes: str = ""
    dots: bool = True


class Chart(NamedTuple):
    """Curves over two axes, with what they are and where the figures come from."""

    title: str
    x_axis: str
    y_axis: str
    curves: Sequence[Curve]
    sources: Sequence[str]
    x_ticks: Sequence[float] = ()
    log: bool = False


def svg(chart: Chart) -> str:
    """A chart as the text of a file."""
    xs = [point.x for curve in chart.curves for point in curve.points]
    ys = [end for curve in chart.curves for point in curve.points for end in (point.low, point.high)]
    across = Scale(min(xs) / 1.15, max(xs) * 1.05, 0, log=True) if chart.log else Scale.over([0.0, *xs], most=6)
    up = Scale.over([0.0, *ys], most=6)
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BOTTOM + 16 * len(chart.sources)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(chart.title)}" font-family="system-ui, sans-serif" font-size="13">',
        _style(),
        f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
        _text(_LEFT, 28, chart.title, size=16, weight="bold"),
        *_axes(chart, across, up),
    ]
    ends = _spread([_y(up, curve.points[-1].y) for curve in chart.curves if curve.label])
    places = iter(ends)
    for curve in chart.curves:
        parts += _curve(curve, across, up)
        if curve.label:
            parts.append(_text(_LEFT + _WIDTH + 10, next(places) + 4, curve.label, css=f"fill{curve.colour}"))
    below = _TOP + _HEIGHT + 72
    parts += [_text(_LEFT, below + 16 * at, line, size=11, css="faint") for at, line in enumerate(chart.sources)]
    return "\n".join([*parts, "</svg>", ""])


def _style() -> str:
    light = [f".line{at}{{stroke:{one}}}.fill{at}{{fill:{one}}}" for at, (one, _) in enumerate(_COLOURS)]
    dark = [f".line{at}{{stroke:{other}}}.fill{at}{{fill:{other}}}" for at, (_, other) in enumerate(_COLOURS)]
    plain = ".ground{fill:#fff}text{fill:#1c1c1e}.faint{fill:#5a5a60}.rule{stroke:#dcdce0}.axis{stroke:#5a5a60}"
    night = ".ground{fill:#17181b}text{fill:#ececf0}.faint{fill:#a5a5ad}.rule{stroke:#34353a}.axis{stroke:#a5a5ad}"
    # The colours of lines come last, as they hold for texts too.
    return f"<style>{plain}{''.join(light)}@media(prefers-color-scheme:dark){{{night}{''.join(dark)}}}</style>"


def _axes(chart: Chart, across: Scale, up: Scale) -> list[str]:
    right, floor = _LEFT + _WIDTH, _TOP + _HEIGHT
    parts = []
    for tick in upright(up):
        y = _TOP + tick.at * _HEIGHT / 100
        parts.append(_line(_LEFT, y, right, y, "rule"))
        parts.append(_text(_LEFT - 8, y + 4, tick.label, anchor="end"))
    named = [(across.at(value), f"{value:,.0f}") for value in chart.x_ticks]
    for at, label in named or [(tick.at, tick.label) for tick in across.ticks()]:
        x = _LEFT + at * _WIDTH / 100
        parts += [_line(x, floor, x, floor + 5, "axis"), _text(x, floor + 21, label, anchor="middle")]
    parts += [
        _line(_LEFT, floor, right, floor, "axis"),
        _text(_LEFT + _WIDTH / 2, floor + 44, chart.x_axis, "middle"),
    ]
    middle = _TOP + _HEIGHT / 2
    turned = (
        f'<text transform="translate(18 {middle:g}) rotate(-90)" text-anchor="middle">{escape(chart.y_axis)}</text>'
    )
    return [*parts, turned]


def _curve(curve: Curve, across: Scale, up: Scale) -> list[str]:
    places = [(_LEFT + across.at(point.x) * _WIDTH / 100, _y(up, point.y), point) for point in curve.points]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dash = f' stroke-dasharray="{curve.dashes}"' if curve.dashes else ""
    parts = [f'<polyline class="line{curve.colour}" points="{joined}" fill="none" stroke-width="2"{dash}/>']
    for x, y, point in places if curve.dots else ():
        if point.high > point.low:
            low, high = _y(up, point.low), _y(up, point.high)
            ends = ((x, low, x, high), (x - 5, low, x + 5, low), (x - 5, high, x + 5, high))
            parts += [_line(*end, f"line{curve.colour}") for end in ends]
        parts.append(f'<circle class="fill{curve.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    return parts


def _spread(places: Sequence[float]) -> list[float]:
    """Places of labels from the top, moved down until none stands on another."""
    found = dict.fromkeys(range(len(places)), 0.0)
    lowest = float("-inf")
    for at in sorted(found, key=lambda at: places[at]):
        lowest = max(places[at], lowest + _APART)
        found[at] = lowest
    return list(found.values())


def _y(up: Scale, value: float) -> float:
    return _TOP + (100 - up.at(value)) * _HEIGHT / 100


def _line(x: float, y: float, x2: float, y2: float, css: str) -> str:
    return f'<line class="{css}" x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke-width="1.2"/>'


def _text(
    x: float, y: float, text: str, anchor: str = "start", *, size: int = 13, weight: str = "normal", css: str = ""
) -> str:
    return (
        f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
