"""Whether two products are one, and why.

Duplicates show the same picture and say nearly the same, or say the same where there is nothing to see. Families
differ in colour, size or count only, and look alike in shape. What says or shows something else is not folded: a
number that differs is another model, and a design that differs is another article.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wares.folding.records import Traits
from wares.media import hashing
from wares.settings import FoldingSettings

#: The share of the products with one title that may repeat each other's colour and size.
REPEATED = 0.25


class Likeness(Protocol):
    """How alike two products are, as cosines; None where one of them has nothing to compare."""

    def meaning(self, one: Traits, other: Traits) -> float | None:
        """Of their texts."""

    def shape(self, one: Traits, other: Traits) -> float | None:
        """Of what their first pictures show."""


def plausible(one: Traits, other: Traits, settings: FoldingSettings) -> bool:
    """Whether it is worth while to look at two products that share a key more closely."""
    told = one.gtins & other.gtins or one.marks & other.marks or _variants(one, other)
    return (
        bool(told)
        or same_rest(one, other)
        or one.title.said == other.title.said
        or near(one, other, settings.picture)
    )


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


def same_rest(one: Traits, other: Traits) -> bool:
    """Whether the titles of two products of one brand name a thing, and the same."""
    return one.brand == other.brand and bool(one.title.own) and one.title.rest == other.title.rest


def is_common(alike: Sequence[Traits], settings: FoldingSettings, likeness: Likeness) -> bool:
    """Whether a title means more than one thing: of the products that bear it, apart from colour and size, too many
    do not even differ in these, and yet are not the same."""
    by_looks: dict[tuple[frozenset[str], frozenset[str]], list[Traits]] = {}
    repeated = 0
    for one in alike:
        same = by_looks.setdefault((one.title.colours, one.title.sizes), [])
        if not any(_duplicate(one, other, settings, likeness) for other in same):
            repeated += bool(same)
            same.append(one)
    return repeated > REPEATED * (repeated + len(by_looks))


def _variants(one: Traits, other: Traits) -> bool:
    """Whether the feed says that one is a variant of the other, or both of a third."""
    return other.id in one.parents or one.id in other.parents or bool(one.parents & other.parents)


def _duplicate(one: Traits, other: Traits, settings: FoldingSettings, likeness: Likeness) -> str | None:
    first, second = one.title, other.title
    if first.colours != second.colours or first.sizes != second.sizes or first.codes != second.codes:
        return None
    if not _near_price(one, other, settings.price):
        return None
    if one.hashes and other.hashes:
        if not near(one, other, settings.picture):
            return None
        if first.said == second.said:
            return "same picture, same title"
        meaning = likeness.meaning(one, other)
        alike = meaning is not None and meaning >= settings.meaning
        return "same picture, nearly the same title" if alike else None
    same = first.line == second.line and first.specific  # with nothing to see, the order of words counts too
    certain = same and one.price == other.price and _fits(one.category, other.category)
    return "same title" if certain else None


def _family(one: Traits, other: Traits, settings: FoldingSettings, likeness: Likeness) -> str | None:
    first, second = one.title, other.title
    if not same_rest(one, other) or one.common or other.common or not _fits(one.category, other.category):
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
