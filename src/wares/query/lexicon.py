"""The words of the filter language: what a bare word is, and how names and values are written."""

from __future__ import annotations

import math
import re

from wares.errors import QueryError
from wares.records import Operator, Scalar

KEYWORDS = frozenset(("AND", "OR", "NOT", "IN", "BETWEEN", "UNDER", "EXISTS"))

#: The spellings of each comparison.
OPERATORS: dict[str, Operator] = {
    **{"=": "=", "==": "=", "＝": "=", "!=": "!=", "<>": "!=", "≠": "!="},
    **{"<": "<", "＜": "<", "<=": "<=", "≤": "<=", ">": ">", "＞": ">", ">=": ">=", "≥": ">="},
}

#: What a backslash and a character mean in a quoted text.
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", **{char: char for char in "\\\"'`"}}

#: Characters that a word without quotes cannot have, besides blanks.
MARKS = "()（）,，、!=<>≤≥≠＝＜＞\"'“”`"

_BARE = re.compile(rf"[^\s{re.escape(MARKS)}]+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WRITTEN = {meant: f"\\{char}" for char, meant in ESCAPES.items() if char not in "'`"}


def kind_of(word: str) -> str:
    """What a bare word is: a keyword in capitals, "NUMBER", "BOOLEAN", or a "WORD" like any other.

    Numbers that would not come back as they were written (007, twenty digits) are codes, and so words.
    """
    if word.upper() in KEYWORDS:
        return word.upper()
    if word.lower() in ("true", "false"):
        return "BOOLEAN"
    if not _NUMBER.fullmatch(word) or re.match(r"[+-]?0\d", word) or not math.isfinite(float(word)):
        return "WORD"
    return "WORD" if word.isdecimal() and int(word) > 2**53 else "NUMBER"


def path_of(text: str) -> tuple[str, ...]:
    """The steps of a category path: "Shoes/Running", or "Shoes > Running" as product taxonomies write it."""
    return tuple(step.strip() for step in re.split(r"/|\s>\s", text) if step.strip())


def name(field: str) -> str:
    """A field's name as a filter writes it: bare where that is clear, else in backticks."""
    bare = _BARE.fullmatch(field) and kind_of(field) == "WORD"
    return field if bare else "`" + field.replace("`", "``") + "`"


def literal(value: Scalar) -> str:
    """A value as a filter writes it; :class:`QueryError` for a number that is not finite."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_WRITTEN.get(char, char) for char in value) + '"'
    if not math.isfinite(value):
        raise QueryError(f"a filter cannot compare with {value}")
    return str(int(value)) if value == int(value) and abs(value) <= 2**53 else repr(float(value))
