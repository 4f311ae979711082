"""Model numbers: which ones a product has, and which ones it says it is for.

"Canon toner for iR1018/iR1022" is for two machines; "Canon iR1018 copier" has one of these numbers as its own. A
model number has a letter and a digit and four characters or more. What is written like one but is a measure
("250GB"), a standard ("RJ45", "DDR2", "1080p") or a pack ("25pk") is none.

A product is for something when its title says so ("for", "fits", "für", "适用"), or when an attribute is about
compatibility; what stands behind such a word is named, what stands before it is its own. An accessory by its noun
("case", "toner", "保护套") has no number of its own that others could be for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from wares.index.base import fold
from wares.records import Product
from wares.relations.words import ACCESSORIES, ACCESSORIES_ZH, LESSER, any_of

#: Characters of a title and of an attribute that are read; numbers that are kept of one product.
MAX_TEXT = 1_000
MAX_CODES = 40
_SHORTEST, _LONGEST = 4, 24
MAX_WORDS = 40


_FOR = re.compile(
    r"\b(?:for|fits|fit|suits|replaces|compatible with|replacement for|für|passend|kompatibel mit|pour|para)\b"
    r"|适用于?|适合|兼容|用于|专用"
)
_COMPATIBLE = re.compile(r"compatib|kompatib|fits|suitable|for[ _-]?(?:model|device|printer)|适用|兼容|适配")
_MODEL = re.compile(
    r"mpn|model(?:l|[ _-]?(?:number|no|name|code))?|manufacturer[ _-]?part.*|(?:产品)?型号",
)
_CODE = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTER, _DIGIT = re.compile("[a-z]"), re.compile("[0-9]")

# What looks like a model number and is none: a number with what is counted or measured, a standard with its number.
_MEASURED = any_of(
    "[kmgt]?b [kmgt]?bit [kmgt]?bps [mcdk]?m ft feet foot in inch yd [mk]?w watt k?va? volt m?ah? amp",
    "[kmgt]?hz m?g kg lb oz ounce [mcd]?l litre qt quart gal gallon psi btu lm mp dpi ppm rpm fps awg pc",
    "pk pack piece ct count pin port way outlet cell key bay slot core drive user year yr month day hour",
    "hr min sec st nd rd th p i k u x d cd led in1 speed blade step post light door person stage ply tier",
    "drawer shelf tone colou?r side sided ring hole button channel zone cu sq",
)
_STANDARD = any_of(
    "ac ag ansi ata cat class cr ddr din en esata grade hdmi iec ieee ipv iso lga lr micro mini mr mpeg",
    "nema no nr office par pc pci psu pt raid rj rs sas sata sc size type uhs ul usb ver vga vol win",
    "windows wpa xd",
)
_NONE = re.compile(
    rf"\d+(?:x\d+)+[a-z]*|\d+(?:[.-]\d+)*-?{_MEASURED}s?|{_STANDARD}-?\d{{1,4}}(?:[a-z.]{{0,3}}\d?)?"
    r"|802\.?1.*|1000?base.*|10g.*|mil-std.*|h26[45]|ip\d\d|rt\du|gu\d+|i[3579]-\d+[a-z]*|[a-z]{4,}-\d+"
)

_ACCESSORY = re.compile(rf"\b{ACCESSORIES}s?\b|{ACCESSORIES_ZH}")
_LESSER = re.compile(rf"\b(?:{ACCESSORIES}|{LESSER})s?\b|{ACCESSORIES_ZH}")


class Codes(NamedTuple):
    """``own``: the model numbers of a product; ``named``: those that it is for; ``maker``: the first word of its
    brand, or else of its title. If it names any number: ``words`` are those among which the maker of what it is for
    may be, and ``fits`` says that it is an accessory, by its noun or by what its title says."""

    own: tuple[str, ...]
    named: tuple[str, ...]
    maker: str
    words: tuple[str, ...] = ()
    fits: bool = False


def codes(product: Product) -> Codes:
    """The model numbers of a product, folded and without joints, in the order in which they stand."""
    title = fold(product.title[:MAX_TEXT])
    cue = _FOR.search(title)
    head, tail = (title[: cue.start()], title[cue.end() :]) if cue else (title, "")
    kind = fold(product.category[-1]) if product.category else ""
    noun = bool(_LESSER.search(title) or _LESSER.search(kind))
    fitting = " / ".join(_texts(product, _of_fitting))
    named = _found(title if not cue and _ACCESSORY.search(kind) else tail) | _found(fitting)
    named = {code: None for code in named if code not in _found(fold(product.brand))}
    # A toner that is called after the printer it is for has no number of its own.
    own = {} if cue or noun else _found(" / ".join((head, *_texts(product, _of_model))))
    own = {code: None for code in own if code not in named}
    maker = (_WORD.findall(fold(product.brand)) or _WORD.findall(title) or [""])[0]
    if not named:
        return Codes(tuple(own)[:MAX_CODES], (), maker)
    words = dict.fromkeys(_WORD.findall(f"{fold(product.brand)} {title} {fitting}"))
    fits = noun or bool(cue and cue[0] != "compatible with")
    return Codes(tuple(own)[:MAX_CODES], tuple(named)[:MAX_CODES], maker, tuple(words)[:MAX_WORDS], fits)


def _texts(product: Product, about: Callable[[str], bool]) -> Iterator[str]:
    """The attributes of some names as folded text."""
    for name, value in product.attributes.items():
        if about(name) and not isinstance(value, bool | float):
            yield fold((value if isinstance(value, str) else " / ".join(value))[:MAX_TEXT])


@lru_cache(maxsize=1 << 12)
def _of_fitting(name: str) -> bool:
    """Whether an attribute of this name tells what the product is for."""
    return bool(_COMPATIBLE.search(fold(name)))


@lru_cache(maxsize=1 << 12)
def _of_model(name: str) -> bool:
    """Whether an attribute of this name has the product's own model number."""
    return bool(_MODEL.fullmatch(fold(name)))


def _found(text: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for written in _CODE.findall(text):
        code = written.replace("-", "").replace(".", "")
        mixed = _SHORTEST <= len(code) <= _LONGEST and _LETTER.search(code) and _DIGIT.search(code)
        if mixed and not _NONE.fullmatch(written) and not _NONE.fullmatch(code):
            found[code] = None
    return found
