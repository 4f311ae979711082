"""A question as a maker gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple, TypeAlias

from wares.evaluation.made.survey import Source, Survey

#: Gains: all that was asked for, and all but one thing of it.
RIGHT, PARTLY = 3, 1


class Made(NamedTuple):
    """A question's words, its picture as a JPEG file, the id of a product to be like, words that are not meant; and
    gains by product number."""

    gains: Mapping[int, int]
    text: str = ""
    picture: bytes = b""
    like: str = ""
    without: str = ""


#: Makes a question out of a product, or None: not out of this one. It may raise MediaError.
Maker: TypeAlias = Callable[[Survey, Source, Random], Made | None]
