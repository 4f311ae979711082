"""An index that hands every call on to where the work is done: another process, another version."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wares.index.base import Candidates, Channel, FieldSpec, Index, Match, Point, Texts
from wares.records import FacetValue, Filter

if TYPE_CHECKING:
    from wares.index.base import Vectors


class ForwardingIndex(Index):
    """All methods of an index but ``close``, as calls of one: a subclass writes :meth:`_call`.

    Arguments are passed by name, with every default filled in.
    """

    @abstractmethod
    def _call(self, method: str, **arguments: Any) -> Any:
        """Call a method of an index, wherever that is."""

    def fields(self) -> Mapping[str, FieldSpec]:
        found: Mapping[str, FieldSpec] = self._call("fields")
        return found

    def upsert(self, points: Sequence[Point]) -> None:
        self._call("upsert", points=points)

    def delete(self, numbers: Sequence[int]) -> None:
        self._call("delete", numbers=numbers)

    def query(
        self,
        channels: Sequence[Channel],
        where: Filter | None = None,
        without: Sequence[int] = (),
        texts: Texts | None = None,
    ) -> Candidates:
        found: Candidates = self._call("query", channels=channels, where=where, without=without, texts=texts)
        return found

    def count(self, match: Match) -> int:
        found: int = self._call("count", match=match)
        return found

    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]:
        found: list[FacetValue] = self._call("facet", match=match, field=field, limit=limit)
        return found

    def bounds(self, match: Match, field: str) -> tuple[float, float] | None:
        found: tuple[float, float] | None = self._call("bounds", match=match, field=field)
        return found

    def ordered(self, match: Match, field: str, *, descending: bool, limit: int, offset: int = 0) -> list[int]:
        found: list[int] = self._call(
            "ordered", match=match, field=field, descending=descending, limit=limit, offset=offset
        )
        return found

    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Vectors]:
        found: dict[int, Vectors] = self._call("rows", numbers=numbers, name=name)
        return found

    def __len__(self) -> int:
        found: int = self._call("__len__")
        return found

    def flush(self) -> None:
        self._call("flush")
