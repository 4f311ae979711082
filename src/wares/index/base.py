"""What an index is: ids found by vector, by words and by filter.

One :class:`Point` stands for one product, so the top k are k products. A product with several pictures has several
rows under one vector name; its score there is that of its best row (max-sim). Products are known here by ``number``,
the store's integer key; what a number means is the store's business.

**Offers.** A filter is read against what can be bought. Each point carries product fields and a list of offers (one
per variant, or a single one for a product without variants); an offer is seen together with the product fields, which
its own override. A point passes a filter when *one and the same* offer makes the whole expression true. So
``size = "M" AND price < 50`` asks for a medium that is itself under 50, and ``NOT colour = "red"`` for something to
buy that is not red. A comparison with a field the offer lacks is false (and so ``NOT`` of it is true). Text compares
without regard to case (values are stored folded by :func:`fold`); a list holds if any of its values does, and for
``!=`` if none of them is equal.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from wares.records import FacetValue, Filter, Sparse

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

FieldValue: TypeAlias = str | float | bool | list[str]
FieldType: TypeAlias = Literal["keyword", "number", "boolean"]


def fold(text: str) -> str:
    """The form in which text values are compared: NFKC, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the index sees it.

    ``vectors``: per vector name a float32 array of shape (rows, dims); a name may be missing.
    ``words``: BM25 document weights (without IDF, which the index applies), over the terms in ``terms``.
    ``fields``: product-level values; ``offers``: at least one mapping of variant-level values.
    ``category`` is a field like any other, holding every prefix of the path joined by "/" (``["shoes",
    "shoes/running"]``, folded), so that ``Under`` is equality.
    """

    number: int
    vectors: Mapping[str, Vectors]
    words: Sparse
    fields: Mapping[str, FieldValue]
    offers: Sequence[Mapping[str, FieldValue]]


class VectorSpec(msgspec.Struct, frozen=True):
    """A named dense vector: unit length, compared by dot product. ``multi``: several rows per point are allowed."""

    name: str
    dims: int
    multi: bool = False


class FieldSpec(msgspec.Struct, frozen=True):
    """A field that filters, facets and sorts may use. ``level`` "offer": the offers of some product
    differ in it."""

    name: str
    type: FieldType
    level: Literal["product", "offer"] = "product"


class Channel(msgspec.Struct, frozen=True):
    """One thing to look for: a dense vector under a vector name, or sparse query words under the name "words".

    ``limit`` is how many points it may bring in.
    """

    name: str
    vector: Vectors | Sparse
    limit: int


#: Texts as their words, and words as the terms that say them; see :class:`Match`.
Texts: TypeAlias = tuple[tuple[tuple[int, ...], ...], ...]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Which points count: those that pass ``where`` and, when ``terms``, ``texts`` or ``numbers`` are given (not
    None), hold at least one of the terms, or all words of one of the texts, or are one of the numbers. Those of
    ``without`` are never counted, and with ``within`` no others than those.

    A text is its words, and a word is the terms that say it, any of which will do: ``texts=(((1, 2), (3,)),)`` are
    points with term 3 and one of 1 and 2. Every point holds all words of a text without words.
    """

    where: Filter | None = None
    terms: tuple[int, ...] | None = None
    texts: Texts | None = None
    numbers: tuple[int, ...] | None = None
    without: tuple[int, ...] = ()
    within: tuple[int, ...] | None = None


class Candidates(msgspec.Struct, frozen=True):
    """Points brought in by any channel, best first within no particular order.

    ``numbers`` has n distinct ids; ``scores`` is float32 of shape (n, channels): the exact score of every point in
    *every* channel (not only the one that brought it in), NaN where the point has no such vector or shares no word;
    ``brought`` is bool of the same shape: the channel itself had the point among its ``limit`` best.
    """

    numbers: tuple[int, ...]
    scores: Vectors
    brought: npt.NDArray[np.bool_]


class Index(ABC):
    """Points, searchable. A write is visible to the next read. Not thread-safe unless a class says so.

    Errors: :class:`~wares.errors.StoreError` when files are damaged, full or read-only.
    """

    #: The vectors that points may have, in order.
    vectors: tuple[VectorSpec, ...]

    @abstractmethod
    def fields(self) -> Mapping[str, FieldSpec]:
        """The fields seen so far, by name."""

    @abstractmethod
    def upsert(self, points: Sequence[Point]) -> None:
        """Add points, or replace those with the same number whole."""

    @abstractmethod
    def delete(self, numbers: Sequence[int]) -> None:
        """Remove points; unknown numbers are ignored."""

    @abstractmethod
    def query(
        self,
        channels: Sequence[Channel],
        where: Filter | None = None,
        without: Sequence[int] = (),
        texts: Texts | None = None,
    ) -> Candidates:
        """The best points of every channel among those that pass ``where`` and, where ``texts`` are given, hold all
        words of one (see :class:`Match`), with all their scores."""

    @abstractmethod
    def count(self, match: Match) -> int:
        """How many points match, exactly."""

    @abstractmethod
    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]:
        """Values of a keyword or boolean field with the exact number of points found when the condition
        ``field = value`` is added to the match; most frequent first, then by value. Zero counts are left out."""

    @abstractmethod
    def bounds(self, match: Match, field: str) -> tuple[float, float] | None:
        """Smallest and largest value of a number field over the matching points; None when none has it."""

    @abstractmethod
    def ordered(self, match: Match, field: str, *, descending: bool, limit: int, offset: int = 0) -> list[int]:
        """Numbers of matching points by a number field (its smallest offer when ascending, its largest when
        descending), ties by number; points without the field come last. An empty ``field`` means by number."""

    @abstractmethod
    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Vectors]:
        """The stored rows, shape (rows, dims), of one vector name for those points that have it."""

    @abstractmethod
    def __len__(self) -> int:
        """How many points there are."""

    @abstractmethod
    def flush(self) -> None:
        """Return when everything written so far survives a crash of the machine."""

    @abstractmethod
    def close(self) -> None:
        """Release files and locks; the index is not used afterwards."""
