"""What a reader is: one format in, rows of cells out."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

from wares.catalogue.feed import Feed
from wares.errors import CatalogueError


class Row(NamedTuple):
    """The cells of one product or variant by column name, and the line of the feed where they begin.

    A cell is text, a number, a boolean, a list, a mapping or None. Nested formats name their cells as columns are
    named in :data:`wares.catalogue.columns.TARGETS`; ``variants`` is then a list of mappings like these.
    """

    line: int | None
    cells: dict[str, Any]


class Reader(ABC):
    """One format. A new reader writes :meth:`rows` and sets the facts below."""

    #: True: cells have types of their own. False: all is text, and columns of numbers are recognised.
    typed: ClassVar[bool] = True
    #: True: every row has the same columns. False: a column may first appear anywhere in the feed.
    fixed: ClassVar[bool] = False
    #: True: a product's variants may be spread over rows that name it. False: they come with the product.
    spread: ClassVar[bool] = True

    @abstractmethod
    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        """The rows in order, read as they are asked for. A row that cannot be read is given as the error that says
        why; an error that ends the reading is raised. Neither needs ``source``: it is filled in."""


def good_rows(
    reader: Reader, feed: Feed, report: Callable[[CatalogueError, Feed, int | None], None]
) -> Iterator[Row]:
    """What a reader gives of a feed, bad rows reported; foreign errors of reading become ours here."""
    try:
        for row in reader.rows(feed):
            if isinstance(row, CatalogueError):
                report(row, feed, row.line)
            else:
                yield row
    except CatalogueError as error:
        raise CatalogueError(error.reason, source=feed.name, line=error.line, column=error.column) from error
    except (OSError, EOFError, zlib.error) as error:
        reason = " ".join(str(error).split())
        raise CatalogueError(f"cannot be read to its end: {reason}", source=feed.name) from error
    except RecursionError as error:
        raise CatalogueError("the document is nested too deep", source=feed.name) from error
