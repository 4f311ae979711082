"""Numbers as people type them: 1,299.50, 1.5k, 三千, 一百五, 1.5万, 两百, and "four" where so few are meant."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_WORDS: Mapping[str, float] = {
    word: float(value)
    for value, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
}
_TENS: Mapping[str, float] = {
    **{
        word: 10.0 * tens
        for tens, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
    },
    "hundred": 100.0,
    "a hundred": 100.0,
    "two hundred": 200.0,
    "a thousand": 1000.0,
}
_SCALES: Mapping[str, float] = {"k": 1e3, "百": 1e2, "千": 1e3, "万": 1e4, "": 1.0}

#: A number in figures, with what multiplies it.
FIGURES = r"\d{1,9}(?:,\d{3})*(?:[.,]\d{1,3})?(?:\s?(?:k(?![a-z])|[百千万]))?"
#: A number in Chinese characters.
HAN = r"[零〇一二两三四五六七八九十百千万]{1,9}"
#: Numbers in English words, as far as anybody writes them in a question: few, and round ones.
WORDS, TENS = "|".join(_WORDS), "|".join(sorted(_TENS, key=len, reverse=True))

_FIGURES = re.compile(r"(?P<number>[\d.,]+)\s?(?P<scale>k|百|千|万|)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CENTS = re.compile(r"\d+,\d{1,2}")


def number(said: str) -> float | None:
    """The number that a text says, None when it says none: ``"1,299.50"`` → 1299.5, ``"一百五"`` → 150.0."""
    if said in _WORDS or said in _TENS:
        return _WORDS.get(said) or _TENS[said]
    found = _FIGURES.fullmatch(said)
    if not found:
        return _of_han(said)
    figures = found["number"]
    if _THOUSANDS.fullmatch(figures):
        figures = figures.replace(",", "")
    elif _CENTS.fullmatch(figures):
        figures = figures.replace(",", ".")
    try:
        return round(float(figures) * _SCALES[found["scale"]], 6)
    except ValueError:
        return None


def _of_han(said: str) -> float | None:
    """A Chinese numeral: 三千五百二十 → 3520; a last digit alone counts the next lower place, 一百五 → 150; a place
    alone counts once, 百 → 100."""
    total, section, digit, place = 0, 0, None, 1
    zero = False
    for char in said:
        if char in _DIGITS:
            if digit not in (None, 0):
                return None  # 三五: digits in a row are no number here
            digit, zero = _DIGITS[char], zero or _DIGITS[char] == 0
        elif char == "万":
            total, section = (total + section + (digit or 0) or 1) * 10_000, 0
            digit, place, zero = None, 10_000, False
        elif char in _PLACES:
            place = _PLACES[char]
            section += (1 if digit in (None, 0) else digit) * place
            digit, zero = None, False
        else:
            return None
    if digit:
        section += digit * (place // 10 if place >= 100 and not zero else 1)
    return float(total + section) if total + section else None
