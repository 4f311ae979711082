"""What a visitor asks, as the address of a page says it: every state of the storefront is an address.

=====================  ==================================================================
``q``                  words
``image`` ``crop``     a picture that was sent (its token), and the part of it that is meant
``audio`` ``video``    a sound or a video that was sent (its token)
``like`` ``unlike``    ids of products to be like, or not
``without``            words that are not meant
``w.text`` …           how much the words, the picture … count
``f.FIELD``            chosen values of a field
``min`` ``max``        the price
``ignore``             chips and corrections that were not meant
``sort`` ``page``      order and page
``all``                1: list everything
=====================  ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self
from urllib.parse import quote, urlencode

#: Names that stand once, and those that may stand several times.
ONCE = ("q", "image", "crop", "audio", "video", "min", "max", "sort", "page", "all")
SEVERAL = ("like", "unlike", "without", "ignore")
#: Names that say what is wanted, and kinds of parts that have weights.
WANTING = ("q", "image", "audio", "video", "like")
WEIGHED = ("text", "image", "audio", "video", "like", "not")
#: Pairs and characters of a value that are read; what is more is left out.
MAX_PAIRS, MAX_LENGTH = 64, 2_000


class Address(NamedTuple):
    """Names and values in their order. Every change leads back to the first page."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Of an address's names and values: those that the storefront knows and that have a value, once each."""
        kept: dict[tuple[str, str], None] = {}
        once: dict[str, tuple[str, str]] = {}
        for name, text in pairs:
            value = text.strip()
            if not value or len(value) > MAX_LENGTH or not known(name):
                continue
            pair = (name, value)
            if name not in SEVERAL and not name.startswith("f."):
                kept.pop(once.get(name, pair), None)
                once[name] = pair
            kept[pair] = None
        return cls(tuple(kept)[:MAX_PAIRS])

    def one(self, name: str) -> str:
        """The value of a name; "" for none."""
        return next((value for own, value in self.pairs if own == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name."""
        return tuple(value for own, value in self.pairs if own == name)

    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """The chosen values by field."""
        fields = dict.fromkeys(name for name, _ in self.pairs if name.startswith("f."))
        return {name[2:]: self.all(name) for name in fields}

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for or to list."""
        return any(name != "page" and not name.startswith("w.") for name, _ in self.pairs)

    @property
    def wants(self) -> bool:
        """Whether it says what is wanted, and not only what is not."""
        return any(name in WANTING for name, _ in self.pairs)

    @property
    def weighed(self) -> list[str]:
        """The kinds of parts that are there, as weights call them."""
        without = self.wants and any(name in ("without", "unlike") for name, _ in self.pairs)
        there = {"text" if name == "q" else name for name, _ in self.pairs} | ({"not"} if without else set())
        return [name for name in WEIGHED if name in there]

    @property
    def page(self) -> int:
        """The page asked for, from 1."""
        text = self.one("page")
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1

    def plus(self, name: str, value: str) -> Self:
        """With one more pair."""
        return self.of((*self._first(), (name, value)))

    def minus(self, name: str, value: str | None = None) -> Self:
        """Without a pair, or without all of a name."""
        return self._replace(
            pairs=tuple((own, held) for own, held in self._first() if own != name or value not in (None, held))
        )

    def put(self, name: str, value: str) -> Self:
        """With one value in the place of all of a name."""
        return self.minus(name).plus(name, value)

    def only(self, *names: str) -> Self:
        """Only the pairs of some names ("w." stands for all weights)."""
        return self._replace(pairs=tuple(pair for pair in self.pairs if _among(pair[0], names)))

    def but(self, *names: str) -> Self:
        """All but the pairs of some names ("f." stands for all fields)."""
        return self._replace(pairs=tuple(pair for pair in self._first() if not _among(pair[0], names)))

    def at(self, page: int) -> Self:
        """The same on another page."""
        first = self._first()
        return self._replace(pairs=(*first, ("page", str(page))) if page > 1 else first)

    def href(self, path: str = "/") -> str:
        """The address as it stands in a link."""
        return f"{path}?{urlencode(self.pairs)}" if self.pairs else path

    def product(self, id: str, at_s: float | None = None) -> str:
        """The page of a product that was found by asking this, and the moment at which its film or sound begins."""
        asked = self.but("all", "variant")
        moment = () if at_s is None else (("t", f"{at_s:.1f}"),)
        return asked._replace(pairs=(*asked.pairs, *moment)).href(f"/product/{quote(id, safe='')}")

    def _first(self) -> tuple[tuple[str, str], ...]:
        return tuple(pair for pair in self.pairs if pair[0] != "page")


def known(name: str) -> bool:
    """Whether the storefront reads a name."""
    if name.startswith("f."):
        return 2 < len(name) <= 102
    return name in ONCE or name in SEVERAL or (name.startswith("w.") and name[2:] in WEIGHED)


def _among(name: str, names: tuple[str, ...]) -> bool:
    return name in names or (name[:2] in ("f.", "w.") and name[:2] in names)
