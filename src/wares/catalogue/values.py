"""Cells → values of a product. A cell that does not fit raises :class:`CatalogueError` with the reason alone; the
place is added where it is known."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args

from wares.catalogue.prices import number
from wares.errors import CatalogueError
from wares.records import SUBTITLES, AttributeValue, Availability, Media, Modality

T = TypeVar("T", Availability, Modality)

MAX_CELL = 1_000_000
MAX_ID = 256
_STEPS = (">", "›", "»", "|", "/")
_DEPTH = 5
_YES_NO = {"yes", "no", "y", "n", "true", "false", "是", "否"}


def _each(words: str, value: T) -> dict[str, T]:
    return dict.fromkeys(words.split(), value)


# English, German, French, Spanish, Chinese, schema.org and Google; without case, spaces and hyphens.
_AVAILABILITY: dict[str, Availability] = {
    **_each("instock available yes true y limitedavailability instoreonly onlineonly madetoorder", "in_stock"),
    **_each("lieferbar auflager vorrätig verfügbar sofortlieferbar ja enstock disponible oui si sí", "in_stock"),
    **_each("有货 现货 有 在售 是", "in_stock"),
    **_each("outofstock soldout unavailable discontinued no false n reserved nein non", "out_of_stock"),
    **_each("nichtlieferbar ausverkauft nichtvorrätig nichtverfügbar nichtauflager épuisé", "out_of_stock"),
    **_each("rupturedestock enrupturedestock indisponible agotado sinexistencias nodisponible", "out_of_stock"),
    **_each("缺货 无货 售罄 无 下架 否", "out_of_stock"),
    **_each("preorder presale vorbestellbar vorbestellung précommande preventa 预售 预订", "preorder"),
    **_each("backorder onbackorder nachlieferung surcommande bajopedido 补货 补货中", "backorder"),
}

_EXTENSIONS: dict[str, Modality] = {
    **_each("jpg jpeg jpe png webp gif bmp tif tiff avif heic jfif svg", "image"),
    **_each("mp4 m4v mov avi webm mkv mpg mpeg ogv 3gp", "video"),
    **_each("mp3 ogg oga opus wav flac m4a aac", "audio"),
    **_each("srt vtt", "text"),
}
_SEPARATED = re.compile(r"[,|\s]")
_SURROGATE = re.compile("[\ud800-\udfff]")
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?", re.ASCII)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{2,4})(?:[?#].*)?\Z")
_REMOTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//")


def is_sound(cells: Iterable[object]) -> bool:
    """Whether every text among the cells is :func:`checked`; looked at as one, which is quick."""
    whole = "".join([cell for cell in cells if type(cell) is str])
    return len(whole) <= MAX_CELL and "\0" not in whole and (whole.isascii() or not _SURROGATE.search(whole))


def checked(text: str) -> str:
    """Text that can be stored: within :data:`MAX_CELL`, whole characters, no NUL."""
    if len(text) > MAX_CELL:
        raise CatalogueError(f"the cell has over {MAX_CELL:,} characters")
    if "\0" in text:
        raise CatalogueError("the cell holds a NUL byte")
    if not text.isascii() and _SURROGATE.search(text):
        raise CatalogueError("the cell holds bytes that are no text in the feed's encoding")
    return text


def text(value: object) -> str:
    """A cell that should be text: whole numbers without a point, the first of a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value and isinstance(value[0], str):
        return checked(value[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CatalogueError(f"{value!r:.60} is no text")
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def identifier(value: object) -> str:
    """An id: at most :data:`MAX_ID` characters on one line."""
    name = text(value).strip()
    if not name or len(name) > MAX_ID or not name.isprintable():
        raise CatalogueError(f"an id is one line of 1 to {MAX_ID} characters")
    return name


def availability(value: object) -> Availability:
    """Words of five languages, schema.org and Google names, true and false, or a number in stock."""
    if isinstance(value, int | float):
        return "in_stock" if value > 0 else "out_of_stock"
    return _worded_availability(text(value))


@lru_cache(maxsize=1024)
def _worded_availability(text: str) -> Availability:
    if re.fullmatch(r"-?\d{1,9}(\.0+)?", text):
        return "in_stock" if float(text) > 0 else "out_of_stock"
    word = re.sub(r"[\s_\-'’]", "", text.rpartition("/")[2]).casefold()
    if word not in _AVAILABILITY:
        raise CatalogueError(
            f"{text[:40]!r} is no availability: in_stock, out_of_stock, preorder, backorder or a number"
        )
    return _AVAILABILITY[word]


def is_number(value: str) -> bool:
    """Whether text is a number written plainly: no leading zeros, no thousands marks."""
    return PLAIN_NUMBER.fullmatch(value) is not None


def rating(value: object, decimal: str) -> float:
    """0 to 5, also written "4,5"."""
    stars = _amount(value, decimal)
    if not 0 <= stars <= 5:
        raise CatalogueError(f"the rating {value!r:.40} is not between 0 and 5")
    return stars


def count(value: object) -> int:
    """A whole number, 0 or more, also written "1,234"."""
    amount = _amount(value, "")
    if amount < 0 or amount != int(amount) or amount > 2**53:
        raise CatalogueError(f"{value!r:.40} is no count")
    return int(amount)


def _amount(value: object, decimal: str) -> float:
    if isinstance(value, str):
        return _written_amount(value, decimal)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CatalogueError(f"{value!r:.40} is no number")
    return float(value)


@lru_cache(maxsize=1024)
def _written_amount(text: str, decimal: str) -> float:
    sign = -1 if text.startswith("-") else 1
    return sign * float(number(text.removeprefix("-"), decimal))


@lru_cache(maxsize=4096)
def _path(line: str, step: str) -> tuple[str, ...]:
    marks = (step,) if step else _STEPS
    mark = next((mark for mark in marks if mark in line), None)
    return tuple(part for piece in line.split(mark) if (part := piece.strip())) if mark else (line,)


def category(value: object, step: str) -> tuple[str, ...]:
    """A path. A list is one already; text is cut at the feed's ``step``, or else at the first of > › » | / in it."""
    if isinstance(value, list | tuple):
        return tuple(part for item in value if (part := checked(text(item)).strip()))
    return _path(text(value), step)


def media(value: object, modality: Modality, root: str) -> list[Media]:
    """Media of a cell; ``modality`` holds where the file's extension does not tell, ``root`` for relative paths."""
    if isinstance(value, list | tuple):
        return [medium for item in value for medium in media(item, modality, root)]
    if isinstance(value, Mapping):
        return [_described(value, modality, root)]
    pieces = _pieces(checked(text(value)).strip())
    return [_medium(located(piece, root), _modality(piece, modality)) for piece in pieces]


def _medium(source: str, modality: Modality) -> Media:
    return Media(source, modality, SUBTITLES) if modality == "text" else Media(source, modality)


def _described(value: Mapping[str, Any], modality: Modality, root: str) -> Media:
    source = next((value[key] for key in ("source", "src", "url", "contentUrl") if value.get(key)), None)
    if not isinstance(source, str):
        raise CatalogueError("a medium has no source")
    kind: Any = value.get("modality", _modality(source, modality))
    role = text(value.get("role", "main"))
    if role == SUBTITLES or (kind == "text" and "modality" not in value):
        kind, role = "text", SUBTITLES
    if kind not in get_args(Modality):
        raise CatalogueError(f"{kind!r:.20} is no kind of media: {', '.join(get_args(Modality))}")
    inline = kind == "text" and role != SUBTITLES
    return Media(source if inline else located(checked(source).strip(), root), kind, role)


def located(source: str, root: str) -> str:
    """A URL as it is; a path, relative to ``root`` or absolute, as an absolute one.

    A feed may come from anybody, so its paths may not lead out of ``root``: that is a :class:`CatalogueError`.
    """
    if "/" in source and _REMOTE.match(source) and not source.startswith("file:"):
        return f"https:{source}" if source.startswith("//") else source
    source = source.removeprefix("file://")
    if not source.startswith("/") and ".." not in source:
        return f"{root}/{source.removeprefix('./')}"
    path = os.path.normpath(os.path.join(root, source))  # noqa: PTH118 - pathlib costs as much as the rest of a row
    within = root.rstrip("/") + "/"
    if not path.startswith(within) and not os.path.realpath(path).startswith(within):
        raise CatalogueError(
            f"{source:.100} lies outside {root}; if that is meant, name a folder that holds it with --media-root"
        )
    return path


def _modality(source: str, otherwise: Modality) -> Modality:
    known = _EXTENSIONS.get(source.rpartition(".")[2])
    if known:
        return known
    found = _EXTENSION.search(source)
    return _EXTENSIONS.get(found[1].lower(), otherwise) if found else otherwise


def _pieces(cell: str) -> list[str]:
    """Several sources in one cell, if every piece is a URL, or every piece a path with a known extension."""
    if not _SEPARATED.search(cell):
        return [cell] if cell else []
    for separator in (r"[|]", r",", r"\s"):
        pieces = [piece for raw in re.split(separator, cell) if (piece := raw.strip())]
        if len(pieces) > 1 and (all(map(_REMOTE.match, pieces)) or all(map(_is_path, pieces))):
            return pieces
    return [cell.strip(",| ")]


def _is_path(piece: str) -> bool:
    found = _EXTENSION.search(piece)
    return bool(found and found[1].lower() in _EXTENSIONS and not _REMOTE.match(piece))


def identifiers(value: object) -> tuple[str, ...]:
    """Ids between commas, semicolons or bars, or in a list; () when the text is prose, or yes or no, rather than
    ids."""
    if isinstance(value, bool) or (isinstance(value, str) and value.strip().casefold() in _YES_NO):
        return ()
    pieces = value if isinstance(value, list | tuple) else re.split(r"[,;|\n]", text(value))
    names = [name for piece in pieces if (name := checked(text(piece)).strip())]
    return () if any(" " in name or len(name) > MAX_ID for name in names) else tuple(dict.fromkeys(names))


def attributes(name: str, value: object, depth: int = 0) -> Iterator[tuple[str, AttributeValue]]:
    """A cell as attributes: text, numbers, booleans, lists of text; a mapping gives one for each of its names
    ("size.width"). Empty values give none."""
    if isinstance(value, Mapping):
        if depth == _DEPTH:
            raise CatalogueError(f"mappings are nested more than {_DEPTH} deep")
        for key, inner in value.items():
            yield from attributes(checked(f"{name}.{key}" if name else str(key)), inner, depth + 1)
    elif isinstance(value, list | tuple):
        if items := tuple(item for part in value if (item := _item(part))):
            yield name, items
    elif isinstance(value, str):
        if stripped := checked(value).strip():
            yield name, stripped
    elif isinstance(value, bool):
        yield name, value
    elif isinstance(value, int | float) and math.isfinite(value):
        yield name, float(value)
    elif value is not None and not isinstance(value, int | float):
        yield name, checked(str(value))


def _item(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {option_text(inner)}" for key, inner in attributes("", value))
    return "" if value is None else checked(str(value) if isinstance(value, bool | list) else text(value)).strip()


def option_text(value: AttributeValue) -> str:
    """An attribute's value as the text of a variant's option."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return ("true" if value else "false") if isinstance(value, bool) else text(value)
