"""What every index refuses before it touches anything: vectors that do not fit, questions no field can answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.errors import QueryError, SetupError
from wares.index.base import Channel, Point, VectorSpec
from wares.index.fields import Schema
from wares.records import Sparse

if TYPE_CHECKING:
    from wares.index.base import Vectors

WORDS = "words"
_MAX_TERM = 2**32
_MAX_NUMBER = 2**63


def checked_points(points: Sequence[Point], specs: Mapping[str, VectorSpec]) -> list[Point]:
    """The points to write, the last one for every number. Raises :class:`SetupError` when a vector does not fit
    the index: an unknown name, other dims, several rows where one is allowed, a value that is not finite."""
    latest = {point.number: point for point in points}
    for point in latest.values():
        if not 0 <= point.number < _MAX_NUMBER:
            raise SetupError(f"product {point.number}: numbers are 0 to 2^63 - 1")
        for name, rows in point.vectors.items():
            if fault := _fault(name, rows, specs):
                raise SetupError(f"product {point.number}: {fault}")
        if not _is_sparse(point.words):
            raise SetupError(f"product {point.number}: words need distinct 32-bit ids and finite weights")
    return list(latest.values())


def checked_vector(channel: Channel, specs: Mapping[str, VectorSpec]) -> Vectors | Sparse:
    """What a channel looks for: a vector of shape (dims,), or sparse words. Raises :class:`QueryError`."""
    if channel.name == WORDS:
        if not isinstance(channel.vector, Sparse) or not _is_sparse(channel.vector):
            raise QueryError("words are looked for by a sparse vector: distinct 32-bit ids, finite weights")
        return channel.vector
    spec = specs.get(channel.name)
    if spec is None:
        raise QueryError(f"no vectors {channel.name!r} here; this index holds {_known(specs)}")
    vector = channel.vector
    if isinstance(vector, Sparse) or vector.size != spec.dims or not np.isfinite(vector).all():
        raise QueryError(f"vectors {channel.name!r} are looked for by one finite vector of {spec.dims} dimensions")
    return np.asarray(vector, dtype=np.float32).reshape(-1)


def may_facet(schema: Schema, field: str) -> bool:
    """Whether a field has values to count; :class:`QueryError` for a number, which has bounds instead."""
    spec = schema.specs.get(field)
    if spec is not None and spec.type == "number":
        raise QueryError(f"{field} is a number field and has no list of values; ask for its bounds")
    return spec is not None


def may_measure(schema: Schema, field: str) -> bool:
    """Whether a field has numbers to compare; :class:`QueryError` for other types."""
    spec = schema.specs.get(field)
    if spec is not None and spec.type != "number":
        raise QueryError(f"{field} is a {spec.type} field and has no order; sort by a number field")
    return spec is not None


def _fault(name: str, rows: Vectors, specs: Mapping[str, VectorSpec]) -> str:
    spec = specs.get(name)
    if spec is None:
        return f"there is no vector {name!r}; this index holds {_known(specs)}"
    if rows.ndim != 2 or rows.shape[1] != spec.dims:
        return f"vector {name!r} has shape {rows.shape} and should have (n, {spec.dims})"
    if len(rows) > 1 and not spec.multi:
        return f"vector {name!r} has {len(rows)} rows and may have one"
    return "" if np.isfinite(rows).all() else f"vector {name!r} has values that are not finite"


def _is_sparse(words: Sparse) -> bool:
    ids, weights = words.indices, words.values
    fits = len(ids) == len(weights) == len(set(ids)) and all(0 <= term < _MAX_TERM for term in ids)
    return fits and bool(np.isfinite(weights).all())


def _known(specs: Mapping[str, VectorSpec]) -> str:
    return ", ".join(repr(name) for name in specs) or "none"
