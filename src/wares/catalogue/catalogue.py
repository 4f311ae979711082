"""A catalogue: feeds read one after the other into products, with what was wrong kept beside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from os import PathLike, fspath

from wares import registry
from wares.catalogue import GROUP, READERS
from wares.catalogue.base import Reader, Row, good_rows
from wares.catalogue.columns import GROUP_NAMED, Columns
from wares.catalogue.detect import detect
from wares.catalogue.feed import Feed
from wares.catalogue.groups import Spool
from wares.catalogue.habits import SAMPLED, observe
from wares.catalogue.products import Assembler
from wares.catalogue.seen import Seen
from wares.errors import CatalogueError, StoreError
from wares.records import Product

#: Problems that are kept; all are counted.
KEPT = 1000


class Catalogue:
    """Products of one or several feeds. Every iteration reads anew, a row at a time.

    ``problems`` holds the first 1,000 rows that were left out in the latest iteration, as errors that say source,
    line, column and reason; ``problem_count`` counts them all. What ends a feed early — XML that is not
    well-formed, a feed without products — is raised, after the products before it were given.
    """

    def __init__(
        self,
        sources: Sequence[str | PathLike[str]],
        *,
        format: str | None = None,
        map: Mapping[str, str] | None = None,
        media_root: str | PathLike[str] | None = None,
        strict: bool = False,
        on_problem: Callable[[CatalogueError], None] | None = None,
    ) -> None:
        if not sources:
            raise CatalogueError("no feed is named")
        self._feeds = [Feed(fspath(source), media_root) for source in sources]
        #: The format of every feed, in order.
        self.formats = [format or detect(feed) for feed in self._feeds]
        self._readers: list[Reader] = [registry.load(GROUP, READERS, name)() for name in self.formats]
        self._map = dict(map or {})
        self._strict = strict
        self._on_problem = on_problem
        self.problems: list[CatalogueError] = []
        self.problem_count = 0

    def __iter__(self) -> Iterator[Product]:
        self.problems, self.problem_count = [], 0
        products = Seen()
        for number, (feed, reader) in enumerate(zip(self._feeds, self._readers, strict=True)):
            for line, product in self._products(feed, reader):
                if before := products.add(product.id, number, line):
                    self._report(self._repeated(product.id, before), feed, line)
                else:
                    yield product

    def _products(self, feed: Feed, reader: Reader) -> Iterator[tuple[int, Product]]:
        """Lines and products of one feed, variants put together."""
        before = self.problem_count
        rows = good_rows(reader, feed, self._report)
        sample, broken = self._sample(rows)
        if not sample:
            if self.problem_count > before:
                return
            raise CatalogueError("the feed holds no products", source=feed.name)
        try:
            columns = Columns((name for row in sample for name in row.cells), self._map)
        except CatalogueError as error:
            raise CatalogueError(error.reason, source=feed.name) from None
        habits = observe(sample, columns, typed=reader.typed)
        assembler = Assembler(columns, habits, feed.media_root, fixed=reader.fixed)
        flat = self._flat(feed, chain(sample, rows, _raised(broken)), assembler)
        grouped = reader.spread and (columns.has("group") or (not reader.fixed and feed.mentions(GROUP_NAMED)))
        if grouped:
            yield from self._grouped(feed, flat)
        else:
            for line, _, product in flat:
                yield line, product

    def _sample(self, rows: Iterator[Row]) -> tuple[list[Row], CatalogueError | None]:
        """The first rows, and the error that ended them; it waits until they are read."""
        sample: list[Row] = []
        try:
            for row in islice(rows, SAMPLED):
                sample.append(row)  # one by one: what came before an error is kept
        except CatalogueError as error:
            if self._strict or not sample:
                raise
            return sample, error
        return sample, None

    def _flat(self, feed: Feed, rows: Iterator[Row], assembler: Assembler) -> Iterator[tuple[int, str, Product]]:
        for row in rows:
            try:
                group, product = assembler.product(row.cells)
            except CatalogueError as error:
                self._report(error, feed, row.line)
            except RecursionError:
                self._report(CatalogueError("the row is nested too deep"), feed, row.line)
            else:
                yield row.line or 0, group, product

    def _grouped(self, feed: Feed, flat: Iterator[tuple[int, str, Product]]) -> Iterator[tuple[int, Product]]:
        spool, seen = Spool(), Seen()
        broken: CatalogueError | None = None
        try:
            try:
                for line, group, product in flat:
                    # A parent's row may share its id with one of its variants, but not with another parent.
                    if before := seen.add(f"{bool(group)} {product.id}", 0, line):
                        self._report(self._repeated(product.id, before, feed), feed, line)
                    else:
                        spool.add(group, line, product)
            except CatalogueError as error:
                if self._strict:
                    raise
                broken = error
            for group_rows in spool.groups():
                try:
                    yield group_rows.line, group_rows.product()
                except CatalogueError as error:
                    self._report(error, feed, group_rows.line)
            if broken:
                raise broken
        except sqlite3.Error as error:
            raise StoreError(
                f"no room to sort the variants of {feed.name} in the temporary folder: {error}"
            ) from error
        finally:
            spool.close()

    def _repeated(self, name: str, before: tuple[int, int], feed: Feed | None = None) -> CatalogueError:
        number, line = before
        where = (feed or self._feeds[number]).name
        return CatalogueError(f"the id {name!r} was given before, at {where}:{line}; the first one counts")

    def _report(self, error: CatalogueError, feed: Feed, line: int | None) -> None:
        problem = CatalogueError(error.reason, source=feed.name, line=line or None, column=error.column)
        if self._strict:
            raise problem from None
        self.problem_count += 1
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        if self._on_problem:
            self._on_problem(problem)


def _raised(error: CatalogueError | None) -> Iterator[Row]:
    """No rows, and then the error, if there is one."""
    if error:
        raise error
    yield from ()
