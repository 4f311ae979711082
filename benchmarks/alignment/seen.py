"""Pictures of the sets shown otherwise, through the tower of pictures: drawn from the archives, and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.alignment import keeping
from benchmarks.alignment.features import Pictured as Set
from benchmarks.pictures import Rows
from wares.encoders.base import Tower
from wares.fit.learning import Views
from wares.fit.parting import Pictured
from wares.fit.views import MOST, view

if TYPE_CHECKING:
    from PIL.Image import Image

#: A picture and chance → the picture as it is seen then.
Change = Callable[["Image", np.random.Generator], "Image"]
_BATCH = 64


def changed(
    tower: Tower, of: Set, places: Sequence[int], how: str, change: Change, seed: int, scratch: Path | None
) -> Rows:
    """The rows of pictures of a set, by their places in it, each changed by chance of its own; kept under ``how``,
    unless there is no ``scratch``."""
    path = None
    if scratch is not None:
        digest = keeping.mark([tower.fingerprint, how, seed, *(of.digests[at] for at in places)])
        path = scratch / f"{how}-{of.name}-{digest}.npz"
        found = keeping.rows(path)
        if found is not None:
            return found
    rows = [np.zeros((0, tower.dims), np.float32)]
    for start in range(0, len(places), _BATCH):
        some = places[start : start + _BATCH]
        chances = (np.random.default_rng([seed, at]) for at in some)
        shown = [change(of.data.picture(_file(of, at)), chance) for at, chance in zip(some, chances, strict=True)]
        rows.append(tower.features(shown))
    if path is not None:
        keeping.keep_rows(path, np.concatenate(rows))
    return np.concatenate(rows)


class Viewer:
    """Other views of the first picture of some products, as ``wares fit`` draws them: what it needs as ``views``."""

    def __init__(
        self, tower: Tower, sets: Mapping[str, Set], seed: int, scratch: Path | None, most: int = MOST
    ) -> None:
        self._tower, self._sets, self._seed, self._scratch, self._most = tower, sets, seed, scratch, most

    def __call__(self, products: Sequence[Pictured]) -> Views:
        order = np.random.default_rng(self._seed).permutation(len(products))[: self._most]
        chosen = sorted(order.tolist())
        name = products[0].keys[0].rpartition(" ")[0]
        places = [int(products[at].keys[0].rpartition(" ")[2]) for at in chosen]
        rows = changed(self._tower, self._sets[name], places, "views", view, self._seed, self._scratch)
        return Views(rows, [(at, 0) for at in chosen])


def _file(of: Set, place: int) -> str:
    own = len(of.products)
    return of.products[place]["image"] if place < own else of.shots[place - own].picture
