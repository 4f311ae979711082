"""Apache Parquet, a batch of rows at a time. What problems call the line is the row, counted from 1."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import pyarrow
import pyarrow.parquet

from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.errors import CatalogueError

_BATCH = 1000


class ParquetReader(Reader):
    """One product or variant a row; lists and structs are read as such."""

    fixed: ClassVar[bool] = True

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        number = 0
        with feed.open() as stream:
            try:
                for batch in pyarrow.parquet.ParquetFile(stream).iter_batches(batch_size=_BATCH):
                    for cells in batch.to_pylist():
                        number += 1
                        yield Row(number, {name: _plain(value) for name, value in cells.items()})
            except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
                reason = " ".join(str(error).split())
                raise CatalogueError(
                    f"this is no Parquet file that can be read: {reason}", line=number + 1
                ) from error


def _plain(value: Any) -> Any:
    """A value of Arrow as JSON would have it; NaN, which stands for a missing number, as None."""
    if isinstance(value, float):
        return None if value != value else value
    return float(value) if isinstance(value, Decimal) else value
