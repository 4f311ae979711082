"""The tree of categories: what is broader, narrower and beside a category, and how many products each has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from wares.index.base import fold

Path: TypeAlias = tuple[str, ...]

#: Steps of a path that are read.
MAX_DEPTH = 16


class Tree:
    """Categories as paths from broad to narrow; made from the number of products filed under each very path.

    Paths are compared without regard to case and given as most products write them. Every method takes any path; one
    that is not in the tree has nothing around it and no products. ``()`` is the whole catalogue.
    """

    def __init__(self, counts: Mapping[Path, int]) -> None:
        self._own: dict[Path, int] = {}
        self._total: dict[Path, int] = {(): 0}
        self._below: dict[Path, list[Path]] = {(): []}
        self._shown: dict[Path, Path] = {(): ()}
        self._named: dict[str, list[Path]] = {}
        for path, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            if count > 0:
                self._add(path[:MAX_DEPTH], count)
        for below in self._below.values():
            below.sort(key=lambda path: (-self._total[path], path))
        for plain in self._shown:
            if plain:
                self._named.setdefault(plain[-1], []).append(plain)
        for same in self._named.values():
            same.sort(key=lambda path: (-self._total[path], path))

    def _add(self, path: Path, count: int) -> None:
        plain = _plain(path)
        self._own[plain] = self._own.get(plain, 0) + count
        for depth in range(len(plain) + 1):
            at = plain[:depth]
            if at not in self._shown:
                self._shown[at] = (*self._shown[at[:-1]], path[depth - 1])
                self._below[at] = []
                self._below[at[:-1]].append(at)
            self._total[at] = self._total.get(at, 0) + count

    def __len__(self) -> int:
        """How many categories there are."""
        return len(self._shown) - 1

    def __contains__(self, path: Sequence[str]) -> bool:
        return _plain(path) in self._shown

    def count(self, path: Sequence[str]) -> int:
        """Products in the category or below it."""
        return self._total.get(_plain(path), 0)

    def shown(self, path: Sequence[str]) -> Path:
        """The path as most products write it; one that is not in the tree as it is given."""
        return self._shown.get(_plain(path), tuple(path))

    def broader(self, path: Sequence[str]) -> Path | None:
        """The category that this one is in; None for what is at the top, and for what is not there."""
        plain = _plain(path)
        return self._shown[plain[:-1]] if len(plain) > 1 and plain in self._shown else None

    def narrower(self, path: Sequence[str]) -> tuple[Path, ...]:
        """The categories right in this one, those with the most products first."""
        return tuple(self._shown[below] for below in self._below.get(_plain(path), ()))

    def siblings(self, path: Sequence[str]) -> tuple[Path, ...]:
        """The other categories in the one that this one is in, those with the most products first."""
        plain = _plain(path)
        if not plain or plain not in self._shown:
            return ()
        return tuple(self._shown[other] for other in self._below[plain[:-1]] if other != plain)

    def widened(self, path: Sequence[str]) -> tuple[Path, ...]:
        """Where to look when a category has too little: what it is in, step by step, each with more products than
        the one before; () when there is nothing wider but the whole catalogue."""
        plain = _plain(path)
        wider, least = [], self._total.get(plain, 0)
        for depth in range(len(plain) - 1, 0, -1):
            at = plain[:depth]
            if self._total.get(at, 0) > least:
                wider.append(self._shown[at])
                least = self._total[at]
        return tuple(wider)

    def named(self, name: str) -> tuple[Path, ...]:
        """The categories whose last step is this name, those with the most products first."""
        return tuple(self._shown[path] for path in self._named.get(fold(name), ()))

    def walked(self, top: Sequence[str] = ()) -> Iterator[Path]:
        """Every category below ``top``, each before what it holds, those with the most products first."""
        waiting = list(reversed(self._below.get(_plain(top), ())))
        while waiting:
            at = waiting.pop()
            yield self._shown[at]
            waiting.extend(reversed(self._below[at]))


def _plain(path: Sequence[str]) -> Path:
    return tuple(fold(step) for step in path[:MAX_DEPTH])
