"""What is learnt from the catalogue while it is indexed, and kept beside a version of the index.

Each part (:data:`wares.digest.PARTS` lists them) is kept in two halves: one that was made from all products when the
version was built and does not change, and a small one of what came since. Readers lay the second over the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from wares.settings import Settings
    from wares.store.entries import Stored


class Learnt(ABC):
    """One part: counts, tables or columns over products. What readers use is not changed while they do: ``learn`` is
    for the writer, ``over`` makes a new one."""

    @classmethod
    def fresh(cls, settings: Settings) -> Self:
        """Nothing learnt yet, for a shop with these settings."""
        return cls()

    @abstractmethod
    def learn(self, rows: Sequence[Stored]) -> None:
        """Take in products that are new or changed. A product may come again: what is kept per product is replaced,
        counts of words may then be a little high until the next build."""

    @abstractmethod
    def over(self, base: Self) -> Self:
        """This half laid over the one of the whole catalogue, in time that depends on this half, or nearly so."""

    @abstractmethod
    def pack(self) -> bytes:
        """As it is kept in a file: no pickle, and the same bytes for the same content."""

    @classmethod
    @abstractmethod
    def unpack(cls, data: bytes) -> Self:
        """Read what :meth:`pack` wrote. Raises :class:`ValueError` for anything else."""
