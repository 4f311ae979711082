"""Whether two products are one, and why.

Duplicates show the same picture and say nearly the same, or say the same where there is nothing to see. Families
differ in colour, size or count only, and look alike in shape. What says or shows something else is not folded: a
number that differs is another model, and a design that differs is another article.
"""

from __future__ import annotations

from typing import Protocol

from wares.folding.records import Traits
from wares.media import hashing
from wares.settings import FoldingSettings


class Likeness(Protocol):
    """How alike two products are, as cosines; None where one of them has nothing to compare."""

    def meaning(self, one: Traits, other: Traits) -> float | None:
        """Of their texts."""

    def shape(self, one: Traits, other: Traits) -> float | None:
        """Of what their first pictures show."""


def plausible(one: Traits, other: Traits, settings: FoldingSettings) -> bool:
    """Whether it is worth while to look at two products that share a key more closely."""
    told = one.gtins & other.gtins or one.marks & other.marks or _variants(one, other)
    return bool(told) or one.title.rest == other.title.rest or near(one, other, settings.picture)


def reason(one: Traits, other: Traits, settings: FoldingSettings, likeness: Likeness) -> str | None:
    """Why two products are one: a name in :data:`~wares.folding.records.REASONS`, or None."""
    if _variants(one, other):
        return "variant of the other"
    if not _fits(one.brand, other.brand):
        return None
    if one.gtins & other.gtins:
        return "same code"
    if one.marks & other.marks:
        return "same group in the feed"
    numbered = one.gtins and other.gtins  # with different numbers they are not the same article
    return (None if numbered else _duplicate(one, other, settings, likeness)) or _family(
        one, other, settings, likeness
    )


def _variants(one: Traits, other: Traits) -> bool:
    """Whether the feed says that one is a variant of the other, or both of a third."""
    return other.id in one.parents or one.id in other.parents or bool(one.parents & other.parents)


def _duplicate(one: Traits, other: Traits, settings: FoldingSettings, likeness: Likeness) -> str | None:
    first, second = one.title, other.title
    if first.colours != second.colours or first.sizes != second.sizes or first.codes != second.codes:
        return None
    if not _near_price(one, other, settings.price):
        return None
    same = first.said == second.said
    if one.hashes and other.hashes:
        if not near(one, other, settings.picture):
            return None
        if same:
            return "same picture, same title"
        meaning = likeness.meaning(one, other)
        alike = meaning is not None and meaning >= settings.meaning
        return "same picture, nearly the same title" if alike else None
    certain = same and first.specific and one.price == other.price and _fits(one.category, other.category)
    return "same title" if certain else None


def _family(one: Traits, other: Traits, settings: FoldingSettings, likeness: Likeness) -> str | None:
    first, second = one.title, other.title
    if first.rest != second.rest or one.brand != other.brand or not _fits(one.category, other.category):
        return None
    coloured, sized = first.colours != second.colours, first.sizes != second.sizes
    if not (coloured or sized):
        return None
    shape = likeness.shape(one, other)
    if not first.specific if shape is None else shape < settings.shape:
        return None
    if not sized and not _near_price(one, other, settings.price):
        return None
    return "same title but " + " and ".join(name for name, is_so in (("colour", coloured), ("size", sized)) if is_so)


def _fits(one: str, other: str) -> bool:
    """Whether two values agree: one that is missing agrees with any."""
    return one == other or not one or not other


def _near_price(one: Traits, other: Traits, factor: float) -> bool:
    if one.price is None or other.price is None or one.price[0] != other.price[0]:
        return True
    low, high = sorted((one.price[1], other.price[1]))
    return high <= factor * low


def near(one: Traits, other: Traits, most: int) -> bool:
    """Whether any two pictures of two products differ in at most so many bits."""
    return any(hashing.distance(a, b) <= most for a in one.hashes for b in other.hashes)
