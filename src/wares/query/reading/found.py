"""What a rule of the grammar has found in a text, before it is decided what of it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from wares.query.reading.known import Known
    from wares.query.reading.text import Text
    from wares.records import ChipKind, Filter


class Found(NamedTuple):
    """A span of :attr:`Text.plain` that says something.

    ``said`` is the condition in the fewest words, which names the chip; ``where`` is the one that is applied, None
    when they are the same. ``fields``: what is said of one field twice are alternatives, "red or blue". Instead of a
    condition there may be an order (``sort``) or a word that is not wanted (``unwanted``).
    """

    start: int
    end: int
    kind: ChipKind = "attribute"
    said: Filter | None = None
    where: Filter | None = None
    sort: str = ""
    unwanted: str = ""
    fields: tuple[str, ...] = ()
    taken: bool = True
    certainty: float = 1.0
    note: str = ""


#: Finds in a text what one part of the grammar is about. What is found may overlap.
Rule: TypeAlias = "Callable[[Text, Known], Iterator[Found]]"
