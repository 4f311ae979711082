"""Indexes: points found by vector, by words and by filter.

:mod:`~wares.index.base` says what an index is, and its docstring is the contract. :mod:`~wares.index.fields` decides
types and stored forms of filter fields and :mod:`~wares.index.filters` prepares a filter for them; every index uses
both.
"""

from __future__ import annotations

from wares.registry import PartSpec

INDEXES = {
    "edge": PartSpec("wares.index.edge:EdgeIndex", "embedded, on disk: Qdrant's engine in this process"),
    "exact": PartSpec("wares.index.exact:ExactIndex", "in memory, brute force: what the others are tested against"),
}
