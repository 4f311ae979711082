"""What the chain must know of any product at once: one row of numbers each, found by product number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec
import numpy as np

from wares.encoders.tokens import term_id
from wares.index.base import fold
from wares.learnt import Learnt
from wares.ranking.business import Facts, named
from wares.settings import Settings, SignalSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.store.entries import Stored

    Numbers = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float64]

#: One product. ``rating`` is 0–5, ``date`` in days since 1970-01-01, ``margin`` a share of the price, ``stock`` 1 in
#: stock … 0 out, ``price`` in major units; NaN: not known. ``brand`` is a number that products of one brand share,
#: ``group`` that of those that are shown as one; 0: none.
ROW = np.dtype(
    [
        ("number", "<i8"),
        ("group", "<i8"),
        ("price", "<f8"),
        ("rating", "<f4"),
        ("rating_count", "<f4"),
        ("popularity", "<f4"),
        ("date", "<f4"),
        ("margin", "<f4"),
        ("stock", "<f4"),
        ("brand", "<u4"),
    ]
)
_MAGIC = b"wares columns 1\n"
#: Bytes that say how long the attributes' names are, which follow as JSON.
_LENGTH = 4
#: The popularity that counts as the most: so large a share of the products that have any is not above it.
HIGH = 0.99


class Typical(NamedTuple):
    """What the catalogue is like: how many products have a rating, its mean; a margin, its mean; how many are wanted,
    and the high quantile of popularity with the mean of ``log(1 + popularity)``. NaN where no product has it."""

    rated: int
    rating: float
    earning: int
    margin: float
    wanted: int
    popular: float
    popularity: float


class Columns(Learnt):
    """Numbers of products. ``signals`` name the attributes that say them; they count where products are learnt.

    Values are as in :data:`ROW`. What was unpacked or laid over is shared by threads and not changed.
    """

    def __init__(self, signals: SignalSettings | None = None) -> None:
        self._facts = Facts(signals or SignalSettings())
        self._table = np.zeros(0, ROW)
        self._numbers = np.zeros(0, np.int64)
        self._under: Columns | None = None
        self._fresh: dict[int, tuple[float, ...]] = {}

    def learn(self, rows: Sequence[Stored]) -> None:
        for row in rows:
            said = self._facts.read(row.product)
            brand = term_id(fold(row.product.brand)) if row.product.brand else 0
            values = {**said, "number": row.number, "group": row.group, "brand": brand}
            self._fresh[row.number] = tuple(values[name] for name in ROW.names or ())

    def over(self, base: Self) -> Self:
        made = type(self)(self._facts.settings)
        made._set(self._settled())
        made._under = base
        return made

    @classmethod
    def fresh(cls, settings: Settings) -> Self:
        return cls(settings.ranking.signals)

    def pack(self) -> bytes:
        names = msgspec.json.encode(named(self._facts.settings))
        return b"".join((_MAGIC, len(names).to_bytes(_LENGTH, "little"), names, self._settled().tobytes()))

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        start = len(_MAGIC) + _LENGTH
        end = start + int.from_bytes(data[len(_MAGIC) : start], "little")
        if data[: len(_MAGIC)] != _MAGIC or not start <= end <= len(data) or (len(data) - end) % ROW.itemsize:
            raise ValueError("these are no columns of products")
        try:
            made = cls(msgspec.json.decode(data[start:end], type=SignalSettings))
        except msgspec.MsgspecError as damage:
            raise ValueError("the names of attributes cannot be read") from damage
        made._set(np.frombuffer(memoryview(data)[end:], ROW))
        if (np.diff(made._numbers) <= 0).any():
            raise ValueError("columns of products must ascend by number")
        return made

    def __len__(self) -> int:
        """How many products these have, without those they are laid over."""
        return len(self._settled())

    def rows(self, numbers: Sequence[int] | Numbers) -> npt.NDArray[np.void]:
        """The rows of products, an array of :data:`ROW` in the order of ``numbers``; NaN and 0 for unknown ones."""
        wanted = np.asarray(numbers, np.int64)
        found = self._under.rows(wanted) if self._under is not None else _unknown(wanted)
        table = self._settled()
        if len(table) and len(wanted):
            at = np.minimum(np.searchsorted(self._numbers, wanted), len(table) - 1)
            known = self._numbers[at] == wanted
            found[known] = table[at[known]]
        return found

    def of(self, name: str, numbers: Sequence[int] | Numbers) -> Values:
        """One column for products: float64 (n,), NaN for what is not known."""
        return np.asarray(self.rows(numbers)[name], np.float64)

    def groups(self, numbers: Sequence[int] | Numbers) -> Numbers:
        """The groups of products: int64 (n,), 0 for none."""
        return np.asarray(self.rows(numbers)["group"], np.int64)

    @cached_property
    def grouped(self) -> Numbers:
        """The numbers of all products that have a group, ascending."""
        table = self._settled()
        own = self._numbers[table["group"] > 0]
        if self._under is None:
            return own
        older = self._under.grouped
        return np.sort(np.concatenate([own, older[~np.isin(older, self._numbers)]]))

    @property
    def typical(self) -> Typical:
        """What the whole catalogue is like; both halves are counted."""
        own = self._own
        return own if self._under is None else _joined(self._under.typical, own)

    @cached_property
    def _own(self) -> Typical:
        table = self._settled()
        rating, margin, wanted = (_known(table[name]) for name in ("rating", "margin", "popularity"))
        wanted = wanted[wanted > 0]
        high = float(np.quantile(wanted, HIGH)) if len(wanted) else np.nan
        counts = len(rating), _mean(rating), len(margin), _mean(margin), len(wanted)
        return Typical(*counts, high, _mean(np.log1p(wanted)))

    def _settled(self) -> npt.NDArray[np.void]:
        """The table with what was learnt since."""
        if self._fresh:
            fresh = np.array(list(self._fresh.values()), ROW)
            self._fresh = {}
            kept = self._table[~np.isin(self._numbers, fresh["number"])]
            joined = np.concatenate([kept, fresh])
            self._set(joined[np.argsort(joined["number"])])
            for remembered in ("_own", "_grouped"):
                self.__dict__.pop(remembered, None)
        return self._table

    def _set(self, table: npt.NDArray[np.void]) -> None:
        self._table = table
        self._numbers = np.ascontiguousarray(table["number"], np.int64)  # a column of rows is slow to search in


def _unknown(numbers: Numbers) -> npt.NDArray[np.void]:
    made = np.zeros(len(numbers), ROW)
    for name in ("price", "rating", "rating_count", "popularity", "date", "margin", "stock"):
        made[name] = np.nan
    made["number"] = numbers
    return made


def _known(values: npt.NDArray[np.float32]) -> Values:
    found = values.astype(np.float64)
    return found[np.isfinite(found)]


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _joined(base: Typical, own: Typical) -> Typical:
    """Means of both; a product that is in both counts twice. The quantile is that of the larger half."""
    rating = _weighed((base.rated, base.rating), (own.rated, own.rating))
    margin = _weighed((base.earning, base.margin), (own.earning, own.margin))
    popularity = _weighed((base.wanted, base.popularity), (own.wanted, own.popularity))
    popular = base.popular if base.wanted >= own.wanted else own.popular
    counts = base.rated + own.rated, rating, base.earning + own.earning, margin, base.wanted + own.wanted
    return Typical(*counts, popular, popularity)


def _weighed(*halves: tuple[int, float]) -> float:
    total = sum(count for count, _ in halves)
    return sum(count * mean for count, mean in halves if count) / total if total else float("nan")
