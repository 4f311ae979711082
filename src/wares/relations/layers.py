"""Tables laid over each other: what is in a newer one hides what an older one has of the same product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.relations.facts import Facts
from wares.relations.table import Table

if TYPE_CHECKING:
    from wares.relations.table import Rows


class Layer:
    """A table, and the products in it that a newer one has as well."""

    def __init__(self, table: Table, newer: frozenset[int]) -> None:
        self.table = table
        self.hidden = frozenset(number for number in newer if table.row(number) >= 0)
        self._hides: dict[str, Counter[int]] = {}

    def hides(self, group: str, wanted: int) -> int:
        """How many of the products with a key of a brand or a category are hidden."""
        if group not in self._hides:
            table = self.table
            rows = np.array([table.row(number) for number in self.hidden], np.int64)
            keys = (
                table.brand_keys[table.brand[rows]] if group == "branded" else table.path_keys[table.category[rows]]
            )
            self._hides[group] = Counter(keys.tolist())
        return self._hides[group][wanted]

    def numbers(self, rows: Rows) -> list[int]:
        """The numbers of rows, without the hidden ones."""
        found: list[int] = self.table.numbers[rows].tolist()
        return [number for number in found if number not in self.hidden] if self.hidden else found

    def holders(self, wanted: int) -> list[tuple[bool, int]]:
        """Who has an id: whether it is the product's own, and the number."""
        table = self.table
        pairs = [(int(table.keys.of(row)[0]) == wanted, int(table.numbers[row])) for row in table.holders[wanted]]
        return [pair for pair in pairs if pair[1] not in self.hidden]

    def sayers(self, wanted: int) -> list[tuple[int, int]]:
        """Who says something of an id: the number, and the place of the kind."""
        table, at = self.table, self.table.sayers[wanted]
        if not len(at):
            return []
        kinds = [table.kinds.values[place] for place in at.tolist()]
        pairs = zip(table.numbers[table.said_by[at]].tolist(), map(int, kinds), strict=True)
        return [pair for pair in pairs if pair[0] not in self.hidden]

    def namers(self, code: int) -> list[tuple[int, str]]:
        """Who names a model number, and how."""
        table, at = self.table, self.table.namers[code]
        if not len(at):  # as nearly always
            return []
        pairs = zip(
            table.numbers[table.named_by[at]].tolist(),
            (table.named.values[place] for place in at.tolist()),
            strict=True,
        )
        return [pair for pair in pairs if pair[0] not in self.hidden]


def thawed(tables: Sequence[Table]) -> dict[int, Facts]:
    """The facts of tables, the newest first."""
    found: dict[int, Facts] = {}
    for table in tables:
        for row, number in enumerate(table.numbers.tolist()):
            if number not in found:
                found[number] = table.facts(row)
    return found
