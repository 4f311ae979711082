"""A contact sheet: many pictures and their captions as one picture, to judge results by eye."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.ImageFont import FreeTypeFont

# Fonts as the common systems name their files, for what Pillow's own (Latin) font lacks: one with Greek, Cyrillic
# and the like, one with Chinese. The first that is installed of each is used.
_WIDE_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf")
_CHINESE_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "uming.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "simsun.ttc",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
_PAPER, _CARD, _INK, _FAINT = "#f4f4f2", "#ffffff", "#1c1c1c", "#8a8a86"
_GAP, _PAD, _TEXT, _TITLE, _LINES, _LONGEST = 14, 8, 14, 20, 3, 200


class _Face(NamedTuple):
    font: FreeTypeFont
    missing: bytes

    def draws(self, letter: str) -> bool:
        return letter.isspace() or bytes(self.font.getmask(letter)) != self.missing


def contact_sheet(
    images: Sequence[tuple[Image.Image, str]], *, columns: int = 5, tile: int = 220, title: str = ""
) -> Image.Image:
    """One RGB picture: a grid of tiles of ``tile`` pixels, ``columns`` a row, each with its caption below.

    A caption may have several lines; the first is set in ink, the others are fainter. Lines that are too long end
    in "…". A line with letters that no installed font can draw (Chinese without a Chinese font) is left out rather
    than shown as empty boxes: put the id on a line of its own. When nothing is left, the place in the sequence
    stands there ("#3"). Signs and emoji that cannot be drawn are dropped from their line.
    """
    columns = max(1, min(columns, len(images)))
    captions = [_lines(text, number) for number, (_, text) in enumerate(images, 1)]
    line = _TEXT + 5
    card = (tile, tile + _PAD + line * max((len(lines) for lines in captions), default=0) + _PAD)
    top = _GAP + (_TITLE + _GAP if title else 0)
    rows = -(-len(images) // columns)
    size = (_GAP + columns * (tile + _GAP), top + rows * (card[1] + _GAP))
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    if title:
        _write(draw, (_GAP, _GAP), title, size[0] - 2 * _GAP, _TITLE, _INK)
    for number, ((picture, _), lines) in enumerate(zip(images, captions, strict=True)):
        x = _GAP + number % columns * (tile + _GAP)
        y = top + number // columns * (card[1] + _GAP)
        draw.rounded_rectangle((x, y, x + card[0] - 1, y + card[1] - 1), radius=6, fill=_CARD)
        fitted = ImageOps.contain(
            picture.convert("RGB"), (tile - 2 * _PAD, tile - 2 * _PAD), Image.Resampling.LANCZOS
        )
        sheet.paste(fitted, (x + (tile - fitted.width) // 2, y + (tile - fitted.height) // 2))
        for row, text in enumerate(lines):
            _write(draw, (x + _PAD, y + tile + row * line), text, tile - 2 * _PAD, _TEXT, _FAINT if row else _INK)
    return sheet


def _lines(caption: str, number: int) -> list[str]:
    lines = [" ".join(line[:_LONGEST].split()) for line in caption.splitlines()]
    return [line for line in lines if line and _face_for(line, _TEXT)][:_LINES] or [f"#{number}"]


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, width: int, size: int, colour: str) -> None:
    face = _face_for(text, size)
    if face is None:
        return
    text = "".join(filter(face.draws, text)).strip()
    if draw.textlength(text, face.font) > width:
        while text and draw.textlength(text + "…", face.font) > width:
            text = text[:-1]
        text = text.rstrip() + "…"
    draw.text(place, text, fill=colour, font=face.font)


def _face_for(text: str, size: int) -> _Face | None:
    """The first font that has every letter and digit of the text, or None; also when it has neither."""
    letters = {letter for letter in text if letter.isalnum()}
    for face in _faces(size) if letters else ():
        if all(map(face.draws, letters)):
            return face
    return None


@functools.cache
def _faces(size: int) -> tuple[_Face, ...]:
    fonts = [ImageFont.load_default(size), *(ImageFont.truetype(str(path), size) for path in _font_files())]
    # U+FFFF is no character, so what a font draws for it is its box for letters it lacks.
    return tuple(_Face(font, bytes(font.getmask("\uffff"))) for font in fonts if isinstance(font, FreeTypeFont))


@functools.cache
def _font_files() -> tuple[Path, ...]:
    home = Path.home()
    folders = [*map(Path, _FONT_FOLDERS), home / ".local/share/fonts", home / ".fonts", home / "Library/Fonts"]
    found: dict[str, Path] = {}
    for folder in folders:
        for path in folder.rglob("*.[to]t[cf]") if folder.is_dir() else ():
            found.setdefault(path.name, path)
    installed = ([found[name] for name in names if name in found] for names in (_WIDE_FONTS, _CHINESE_FONTS))
    return tuple(paths[0] for paths in installed if paths)
