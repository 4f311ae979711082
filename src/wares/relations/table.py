"""Facts of products in columns: small in a file, quick to look up, never changed."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from wares.relations.facts import KIND, Facts, brand_key, key, path_key

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_VERSION = 1


class Ragged(NamedTuple):
    """A column of lists: those of row ``i`` are ``values[starts[i]:starts[i + 1]]``."""

    starts: Rows
    values: Sequence[Any]

    def of(self, row: int) -> Any:
        return self.values[self.starts[row] : self.starts[row + 1]]

    def rows(self) -> Rows:
        """The row of every value."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


class Lookup:
    """Values by key; several may share one."""

    def __init__(self, keys: npt.NDArray[np.uint64], values: Rows) -> None:
        order = np.lexsort((values, keys))
        self._keys: Sequence[int] = memoryview(np.ascontiguousarray(keys[order]))  # type: ignore[arg-type]
        self._values = np.ascontiguousarray(values[order])

    def __getitem__(self, wanted: int) -> Rows:
        start = bisect_left(self._keys, wanted)
        if start == len(self._keys) or self._keys[start] != wanted:
            return self._values[:0]
        return self._values[start : bisect_right(self._keys, wanted, start)]


class Table:
    """Facts of products by number."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.numbers: Rows = columns["numbers"]
        self.brands: list[str] = columns["brands"]
        self.brand: Rows = columns["brand"]
        self.paths: list[tuple[str, ...]] = columns["paths"]
        self.category: Rows = columns["category"]
        self.maker: npt.NDArray[np.uint64] = columns["maker"]
        self.fits: Rows = columns["fits"]
        self.keys: Ragged = columns["keys"]
        self.kinds: Ragged = columns["kinds"]
        self.ids: Ragged = columns["ids"]
        self.own: Ragged = columns["own"]
        self.named: Ragged = columns["named"]
        self.words: Ragged = columns["words"]
        self._rows = {number: row for row, number in enumerate(self.numbers.tolist())}

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, number: int) -> int:
        """The row of a product, -1 if it is not here."""
        return self._rows.get(number, -1)

    def facts(self, row: int) -> Facts:
        """The facts of a row, as they were put in."""
        return Facts(
            tuple(self.keys.of(row).tolist()),
            self.brands[self.brand[row]],
            self.paths[self.category[row]],
            tuple(zip(self.kinds.of(row).tolist(), self.ids.of(row), strict=True)),
            tuple(self.own.of(row).tolist()),
            tuple(self.named.of(row)),
            int(self.maker[row]),
            tuple(self.words.of(row).tolist()),
            bool(self.fits[row]),
        )

    # -- by key -------------------------------------------------------------------------------------------------

    @cached_property
    def holders(self) -> Lookup:
        """Rows by the keys of their ids."""
        return Lookup(self.keys.values, self.keys.rows())  # type: ignore[arg-type]

    @cached_property
    def sayers(self) -> Lookup:
        """Places in the column of relations by the keys of the ids they are to."""
        return Lookup(_keys(self.ids.values), np.arange(len(self.ids.values)))

    @cached_property
    def said_by(self) -> Rows:
        """The row of every relation."""
        return self.ids.rows()

    @cached_property
    def owners(self) -> Lookup:
        """Rows by the keys of model numbers that are theirs."""
        return Lookup(self.own.values, self.own.rows())  # type: ignore[arg-type]

    @cached_property
    def namers(self) -> Lookup:
        """Places in the column of model numbers named, by their keys."""
        return Lookup(_keys(self.named.values), np.arange(len(self.named.values)))

    @cached_property
    def named_by(self) -> Rows:
        """The row of every model number named."""
        return self.named.rows()

    @cached_property
    def brand_keys(self) -> npt.NDArray[np.uint64]:
        """The key of every brand, 0 for none."""
        return np.array([brand_key(brand) for brand in self.brands], np.uint64)

    @cached_property
    def path_keys(self) -> npt.NDArray[np.uint64]:
        """The key of every category, 0 for none."""
        return np.array([path_key(path) for path in self.paths], np.uint64)

    @cached_property
    def branded(self) -> Lookup:
        """Rows by brand."""
        return Lookup(self.brand_keys[self.brand], np.arange(len(self)))

    @cached_property
    def filed(self) -> Lookup:
        """Rows by category, that very one."""
        return Lookup(self.path_keys[self.category], np.arange(len(self)))

    # -- files --------------------------------------------------------------------------------------------------

    def pack(self) -> bytes:
        """As bytes; :meth:`unpack` reads them."""
        body = {
            "version": _VERSION,
            "numbers": self.numbers.tobytes(),
            "brands": self.brands,
            "brand": self.brand.astype("<i4").tobytes(),
            "paths": self.paths,
            "category": self.category.astype("<i4").tobytes(),
            "maker": self.maker.tobytes(),
            "fits": self.fits.astype("<i1").tobytes(),
            **{name: _pack(getattr(self, name)) for name in _RAGGED},
        }
        return zlib.compress(msgspec.msgpack.encode(body), 1)

    @classmethod
    def unpack(cls, data: bytes) -> Table:
        """Raises :class:`ValueError` for anything that :meth:`pack` did not write."""
        try:
            body = msgspec.msgpack.decode(zlib.decompress(data))
            if body.pop("version") != _VERSION:
                raise ValueError("of another version")
            columns = {
                "numbers": np.frombuffer(body["numbers"], "<i8"),
                "brands": body["brands"],
                "brand": np.frombuffer(body["brand"], "<i4").astype(np.int64),
                "paths": [tuple(path) for path in body["paths"]],
                "category": np.frombuffer(body["category"], "<i4").astype(np.int64),
                "maker": np.frombuffer(body["maker"], "<u8"),
                "fits": np.frombuffer(body["fits"], "<i1").astype(np.int64),
                **{name: _unpack(body[name], kind) for name, kind in _RAGGED.items()},
            }
            table = cls(columns)
            table._check()
        except (zlib.error, msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise ValueError(f"no relations are packed in these bytes: {wrong}") from wrong
        return table

    def _check(self) -> None:
        """Raises :class:`ValueError` unless the columns go together."""
        size = len(self)
        single = [self.brand, self.category, self.maker, self.fits]
        ragged: list[Ragged] = [getattr(self, name) for name in _RAGGED]
        sound = (
            all(len(column) == size for column in single)
            and all(len(c.starts) == size + 1 and c.starts[-1] == len(c.values) for c in ragged)
            and all(c.starts[0] == 0 and (np.diff(c.starts) >= 0).all() for c in ragged)
            and np.array_equal(self.kinds.starts, self.ids.starts)
            and (np.diff(self.numbers) > 0).all()
            and (not size or (self.brand.min() >= 0 and self.brand.max() < len(self.brands)))
            and (not size or (self.category.min() >= 0 and self.category.max() < len(self.paths)))
            and (not len(self.kinds.values) or max(self.kinds.values) < len(KIND))
        )
        if not sound:
            raise ValueError("the columns do not go together")


def frozen(facts: Mapping[int, Facts]) -> Table:
    """A table of facts by number."""
    numbers = sorted(facts)
    rows = [facts[number] for number in numbers]
    brands = sorted({row.brand for row in rows})
    paths = sorted({row.category for row in rows})
    place = {brand: at for at, brand in enumerate(brands)}
    step = {path: at for at, path in enumerate(paths)}
    return Table(
        {
            "numbers": np.array(numbers, np.int64),
            "brands": brands,
            "brand": np.array([place[row.brand] for row in rows], np.int64),
            "paths": paths,
            "category": np.array([step[row.category] for row in rows], np.int64),
            "maker": np.array([row.maker for row in rows], np.uint64),
            "fits": np.array([row.fits for row in rows], np.int64),
            "keys": _ragged([row.keys for row in rows], np.uint64),
            "kinds": _ragged([[kind for kind, _ in row.said] for row in rows], np.int64),
            "ids": _ragged([[id for _, id in row.said] for row in rows]),
            "own": _ragged([row.own for row in rows], np.uint64),
            "named": _ragged([row.named for row in rows]),
            "words": _ragged([row.words for row in rows], np.uint64),
        }
    )


_RAGGED: dict[str, str] = {"keys": "<u8", "kinds": "<i1", "ids": "", "own": "<u8", "named": "", "words": "<u8"}


def _keys(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    return np.array([key(text) for text in texts], np.uint64)


def _ragged(lists: Sequence[Sequence[Any]], kind: type[np.generic] | None = None) -> Ragged:
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(own) for own in lists], out=starts[1:])
    flat = [value for own in lists for value in own]
    return Ragged(starts, flat if kind is None else np.array(flat, kind))  # type: ignore[arg-type]


def _pack(column: Ragged) -> list[Any]:
    counts = np.diff(column.starts).astype("<i4").tobytes()
    values = column.values
    if isinstance(values, np.ndarray):
        return [counts, values.astype("<i1" if values.dtype == np.int64 else "<u8").tobytes()]
    return [counts, list(values)]


def _unpack(packed: list[Any], kind: str) -> Ragged:
    counts, values = packed
    sizes = np.frombuffer(counts, "<i4")
    starts = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    if kind:
        values = np.frombuffer(values, kind)
        values = values.astype(np.int64) if kind == "<i1" else values
    elif not all(isinstance(value, str) for value in values):
        raise ValueError("what should be text is not")
    return Ragged(starts, values)
