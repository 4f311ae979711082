"""Pictures (SVG) of the categories of a catalogue and of one product's relations, 1,200 pixels wide.

Nothing is needed to look at them but a browser. How wide a text will be is estimated from above, since the font is
the reader's; what does not fit is cut and shown whole when the pointer rests on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from wares.relations.outline import Branch, Related, Sheet

WIDTH = 1_200
_MARGIN, _ROW, _GAP = 24, 22, 14
_COLUMNS = 3
_AGAIN = " (continued)"
#: How much wider bold letters are.
_BOLD = 1.06
_SIZE = 13

_STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif;fill:#1d2530}"
    ".h{font-weight:600}.t{font-size:17px;font-weight:600}.m{fill:#667080}.n{text-anchor:end;fill:#667080}"
    ".bar{fill:#cfdcf3}.box{fill:#f6f8fb;stroke:#d5dbe4}.own{fill:#e8effc;stroke:#7d9bd6}"
    ".line{fill:none;stroke:#c3cad6}.feed{fill:none;stroke:#4a76c4;stroke-width:1.4}"
    ".guess{fill:none;stroke:#bd7b2b;stroke-width:1.4;stroke-dasharray:5 4}"
)
_NARROW = frozenset("iljtfrI1.,:;'|!()[]{}/\\- ")
_UNSOUND = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width(text: str, size: float = _SIZE) -> float:
    """How many pixels a text takes at most, in most fonts of screens."""
    units = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF" or unicodedata.category(letter) == "So":
            units += 1.05
        elif letter in _NARROW:
            units += 0.40
        else:
            units += 0.80 if letter.isupper() or letter in "mw@%&—…" else 0.62
    return units * size


def cut(text: str, room: float, size: float = _SIZE) -> str:
    """As much of a text as there is room for, with "…" where it was cut."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def categories(outline: Branch, title: str = "Categories") -> str:
    """The tree of categories as an SVG: a box for each broad one with what is in it below, and a bar for the number
    of products. A catalogue of one broad category is drawn by what is in that."""
    top = outline
    while len(top.narrower) == 1 and top.narrower[0].narrower and not top.more:
        top = top.narrower[0]
    head = title if top is outline else f"{title}: {' / '.join(top.path)}"
    boxes = [list(_lines(branch, 0)) for branch in top.narrower]
    if top.more:
        boxes.append([_Line(0, f"+ {top.more:,} more", top.more_products, muted=True)])
    room = (WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) / _COLUMNS
    most = max([1, *(line.size for box in boxes for line in box)])
    drawn, bottom = [], 0.0
    for at, column in enumerate(_columns(boxes)):
        y = 66.0
        for box in column:
            drawn.append(_box(box, _MARGIN + at * (room + _GAP), y, room, most))
            y += _height(box)
        bottom = max(bottom, y)
    said = _text(_MARGIN, 40, head, "t", WIDTH - 340, 17)
    said += _text(WIDTH - _MARGIN, 40, f"{outline.products:,} products", "n", 280)
    return _svg(head, bottom + 10, said + "".join(drawn))


class _Line(NamedTuple):
    """One line of a box."""

    depth: int
    label: str
    size: int
    muted: bool = False


def _lines(branch: Branch, depth: int) -> Iterator[_Line]:
    yield _Line(depth, branch.path[-1], branch.products)
    for below in branch.narrower:
        yield from _lines(below, depth + 1)
    if branch.more:
        yield _Line(depth + 1, f"+ {branch.more:,} more", branch.more_products, muted=True)


def _height(box: Sequence[_Line]) -> float:
    return len(box) * _ROW + (_GAP + 8 if len(box) > 1 else 0)


def _columns(boxes: Sequence[list[_Line]]) -> list[list[list[_Line]]]:
    """Boxes in columns of about the same height, in their order from left to right. What is too high for a column
    goes on in the next one."""
    goal = max(sum(map(_height, boxes)) / _COLUMNS, 8.0 * _ROW)
    columns: list[list[list[_Line]]] = [[] for _ in range(_COLUMNS)]
    waiting = list(reversed(boxes))
    at, filled = 0, 0.0
    while waiting:
        box = waiting.pop()
        if at < _COLUMNS - 1 and filled + _height(box) > goal + _ROW:
            first, rest = _split(box, int((goal - filled) / _ROW))
            if first:
                columns[at].append(first)
            at, filled = at + 1, 0.0
            waiting.append(rest)
        else:
            columns[at].append(box)
            filled += _height(box)
    return columns


def _split(box: list[_Line], room: int) -> tuple[list[_Line], list[_Line]]:
    """A box in two, the first of at most so many lines, parted where it hurts least; not at all if little is left on
    either side."""
    places = range(min(room, len(box) - 3), 4, -1)
    best = next((at for at in places if box[at].depth == 1 and at > room - 12), next(iter(places), 0))
    if not best:
        return [], box
    again = box[0]._replace(label=f"{box[0].label.removesuffix(_AGAIN)}{_AGAIN}", size=0, muted=True)
    return box[:best], [again, *box[best:]]


def _box(lines: Sequence[_Line], x: float, y: float, room: float, most: int) -> str:
    drawn = []
    boxed = len(lines) > 1
    if boxed:
        y += 8
        high = len(lines) * _ROW + 6
        drawn.append(f'<rect class="box" x="{x:g}" y="{y - 4:g}" width="{room:g}" height="{high:g}" rx="5"/>')
    for at, line in enumerate(lines):
        base = y + at * _ROW + 15
        left = x + 10 + min(line.depth, 8) * 16
        number = f"{line.size:,}" if line.size else ""
        bar = 70 * line.size / most
        if bar >= 0.5:
            left_end = x + room - 62 - bar
            drawn.append(f'<rect class="bar" x="{left_end:.4g}" y="{base - 11:g}" width="{bar:.3g}" height="13"/>')
        if line.depth:
            drawn.append(f'<path class="line" d="M{left - 10:g} {base - 17:g}v13h6"/>')
        style = "m" if line.muted else "h" if boxed and not line.depth else ""
        drawn.append(_text(left, base, line.label, style, x + room - 140 - left))
        drawn.append(_text(x + room - 8, base, number, "n", 50))
    return "".join(drawn)


def relations(sheet: Sheet) -> str:
    """One product's relations as an SVG: the product on the left, then the kinds of relation, then the products. A
    dashed line is inferred, and says how sure it is and by which model number; an id in grey is that of no product
    there is."""
    groups = [(kind, list(own)) for kind, own in groupby(sheet.related, lambda related: related.kind)]
    rows = sum(len(own) + (kind in sheet.more) for kind, own in groups)
    y = 84.0
    high = rows * (_ROW + 6) + len(groups) * _GAP
    middle = y + max(high, 90) / 2
    drawn = [_own(sheet, middle)]
    for kind, own in groups:
        more = sheet.more.get(kind, 0)
        size = (len(own) + bool(more)) * (_ROW + 6)
        drawn.append(_group(own, more, y, size, middle))
        y += size + _GAP
    if not groups:
        drawn.append(_text(420, middle + 5, "no relations to other products", "m", 700))
    head = f"Relations of {sheet.id}"
    return _svg(head, max(y, middle + 80) + 14, _text(_MARGIN, 40, head, "t", WIDTH - 48, 17) + "".join(drawn))


def _own(sheet: Sheet, middle: float) -> str:
    facts = [sheet.id]
    if sheet.brand:
        facts.append(f"{sheet.brand} ({sheet.brand_count:,} products)")
    if sheet.category:
        facts.append(f"{' / '.join(sheet.category)} ({sheet.category_count:,})")
    lines = [*_wrapped(sheet.title, 270 / _BOLD, 3), *facts]
    high = len(lines) * 19 + 16
    top = middle - high / 2
    drawn = f'<rect class="own" x="{_MARGIN}" y="{top:g}" width="290" height="{high:g}" rx="5"/>'
    for at, line in enumerate(lines):
        style = "m" if at >= len(lines) - len(facts) else "h"
        drawn += _text(_MARGIN + 10, top + 22 + at * 19, line, style, 270)
    return drawn


def _group(own: Sequence[Related], more: int, y: float, size: float, middle: float) -> str:
    centre = y + size / 2
    start, pill, ends = _MARGIN + 290, 380, 630
    drawn = f'<path class="line" d="{_curve(start, middle, pill, centre)}"/>'
    drawn += f'<rect class="box" x="{pill}" y="{centre - 12:g}" width="180" height="24" rx="12"/>'
    drawn += _text(pill + 12, centre + 5, own[0].label, "h", 156)
    for at, related in enumerate(own):
        base = y + at * (_ROW + 6) + 14
        style = "feed" if related.origin == "feed" else "guess"
        drawn += f'<path class="{style}" d="{_curve(pill + 180, centre, ends, base)}"/>'
        note = "" if related.origin == "feed" else f"{related.certainty:.0%} by {related.by}"
        room = WIDTH - _MARGIN - ends - 8 - (150 if note else 0)
        named = f"{related.title} ({related.id})" if related.title else related.id
        drawn += _text(ends + 6, base + 5, named, "" if related.title else "m", room)
        drawn += _text(WIDTH - _MARGIN, base + 5, note, "n", 140)
    if more:
        drawn += _text(ends + 6, y + len(own) * (_ROW + 6) + 19, f"+ {more:,} more", "m", 400)
    return drawn


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (to_x - x) / 2
    return f"M{x:g} {y:g}C{x + half:g} {y:g} {to_x - half:g} {to_y:g} {to_x:g} {to_y:g}"


def _wrapped(text: str, room: float, most: int) -> list[str]:
    """A text in lines, the last one cut."""
    lines: list[str] = []
    while text and len(lines) < most - 1 and width(text) > room:
        fits = cut(text, room)[:-1]
        space = fits.rfind(" ")
        fits = fits[:space] if space > len(fits) / 2 and not text[len(fits) :].startswith(" ") else fits
        if not fits:
            break
        lines.append(fits.strip())
        text = text[len(fits) :].strip()
    return [*lines, cut(text, room)] if text else lines


def _text(x: float, y: float, text: str, style: str, room: float, size: float = _SIZE) -> str:
    text = _UNSOUND.sub("\ufffd", " ".join(text.split()))
    if not text:
        return ""
    shown = cut(text, room, size * (_BOLD if style in ("h", "t") else 1.0))
    whole = "" if shown == text else f"<title>{escape(text)}</title>"
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{escape(shown)}{whole}</text>'


def _svg(title: str, height: float, body: str) -> str:
    title = escape(_UNSOUND.sub("\ufffd", title))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-label="{title}"><title>{title}</title><style>{_STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )
