"""What is near to some products: a random walk that keeps starting anew (personalised PageRank; T. Haveliwala,
"Topic-Sensitive PageRank", WWW 2002), over a bounded neighbourhood.

From a product the walk goes on along its edges, to its brand or to its category; from a brand or a category to any of
its products. A kind of edge has a weight (:data:`WEIGHTS`), which its edges share by their certainty: a printer with
three hundred cartridges is still of its brand. Before every step the walk begins anew with the chance ``restart``,
and after some steps always. Where there is no way on, it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from wares.errors import QueryError
from wares.relations.graph import Graph

if TYPE_CHECKING:
    import numpy.typing as npt

#: How likely the walk takes a kind of edge, against the others that it could take.
WEIGHTS: Mapping[str, float] = {
    "accessory_for": 1.0,
    "has_accessory": 1.0,
    "compatible_with": 0.8,
    "part_of_set": 0.8,
    "set_of": 0.8,
    "variant_of": 0.8,
    "goes_with": 0.8,
    "similar_to": 0.8,
    "related_to": 0.6,
    "category": 0.2,
    "brand": 0.1,
}
RESTART = 0.3
STEPS = 2
#: Products the walk starts from, at most: the heaviest.
MAX_SEEDS = 20
MAX_STEPS = 6
#: Places that are walked on from, and the ways out of all of them, at most.
MAX_PLACES, MAX_WAYS = 40, 5_000
#: Products of a brand or a category that are walked to, at most.
MAX_MEMBERS = 300
GROUPS = ("branded", "filed")

#: A product by its number, or a brand or category by its key.
_Place: TypeAlias = int | tuple[str, int]
_Ways: TypeAlias = list[tuple[_Place, float]]


def walk(
    graph: Graph,
    seeds: Mapping[int, float],
    steps: int = STEPS,
    restart: float = RESTART,
    among: Iterable[int] = (),
) -> dict[int, float]:
    """The chance of every product to be where the walk is, at any time: the sum over k = 0 … ``steps`` of
    (1 - ``restart``)^k times the chances after k steps, divided by the sum of these weights. What is missing to 1 is
    at brands and categories, or ended.

    ``seeds`` are products and how likely the walk begins there, in any scale; what is not greater than 0 does not
    count. Of a brand or category with more than ``MAX_MEMBERS`` products the walk sees those that are ``among`` the
    given ones, or else the first; each is as likely as one of all. Raises :class:`QueryError` when ``steps`` is not
    in 0 … ``MAX_STEPS`` or ``restart`` is not in 0 … 1.
    """
    start = _start(seeds)
    return _walked(_Ground(graph, among), start, _shares(steps, restart))


def nearness(
    graph: Graph,
    numbers: Sequence[int],
    seeds: Mapping[int, float],
    steps: int = STEPS,
    restart: float = RESTART,
) -> npt.NDArray[np.float64]:
    """How near each of some products is to the seeds: float64 (n,), 1 for the nearest, 0 for what a walk does not
    come to. That a walk begins at a product, or comes right back to it, brings it nothing. Raises as
    :func:`walk`."""
    ground, start, shares = _Ground(graph, numbers), _start(seeds), _shares(steps, restart)
    chances = _walked(ground, start, shares)
    for number, weight in start.items():
        back = shares[2] * ground.back(number) if steps > 1 else 0.0
        chances[number] = chances.get(number, 0.0) - weight * (shares[0] + back)
    came = np.array([chances.get(number, 0.0) for number in numbers], np.float64)
    came = np.where(came > 1e-12, came, 0.0)
    most = came.max(initial=0.0)
    return came / most if most else came


def _shares(steps: int, restart: float) -> list[float]:
    """How much of its time the walk is so many steps from where it began."""
    if not 0 <= steps <= MAX_STEPS:
        raise QueryError(f"a walk takes 0 to {MAX_STEPS} steps, not {steps}")
    if not 0 <= restart <= 1:
        raise QueryError(f"the chance to begin anew must lie in 0 … 1, not {restart}")
    weights = [(1.0 - restart) ** taken for taken in range(steps + 1)]
    return [weight / sum(weights) for weight in weights]


def _walked(ground: _Ground, start: Mapping[int, float], shares: Sequence[float]) -> dict[int, float]:
    now: dict[_Place, float] = {place: chance for place, chance in start.items()}  # noqa: C416
    found: dict[int, float] = {}
    for taken, share in enumerate(shares):
        now = _stepped(now, ground) if taken else now
        for place, chance in now.items():
            if isinstance(place, int):
                found[place] = found.get(place, 0.0) + share * chance
    return found


def _start(seeds: Mapping[int, float]) -> dict[int, float]:
    sound = [(number, float(weight)) for number, weight in seeds.items() if weight > 0 and np.isfinite(weight)]
    heaviest = sorted(sound, key=lambda pair: (-pair[1], pair[0]))[:MAX_SEEDS]
    total = sum(weight for _, weight in heaviest)
    return {number: weight / total for number, weight in heaviest}


def _stepped(now: Mapping[_Place, float], ground: _Ground) -> dict[_Place, float]:
    """One step of everything at once, the likeliest first while the bounds allow it."""
    after: dict[_Place, float] = {}
    for place, chance in sorted(now.items(), key=lambda pair: -pair[1]):
        for there, share in ground.ways(place):
            after[there] = after.get(there, 0.0) + chance * share
    return after


class _Ground:
    """The ways out of places, within the bounds, remembered for one walk."""

    def __init__(self, graph: Graph, among: Iterable[int]) -> None:
        self._graph = graph
        self._among = list(dict.fromkeys(among))
        self._known: dict[_Place, _Ways] = {}
        self._count = 0

    def ways(self, place: _Place) -> _Ways:
        """Where the walk can go from a place, and how likely; the shares sum to 1, or less where bounds cut."""
        found = self._known.get(place)
        if found is None:
            if len(self._known) >= MAX_PLACES or self._count >= MAX_WAYS:
                return []
            found = self._of_product(place) if isinstance(place, int) else self._of_group(*place)
            found = found[: MAX_WAYS - self._count]
            self._count += len(found)
            self._known[place] = found
        return found

    def back(self, number: int) -> float:
        """How likely the walk comes back to a product with its second step."""
        out = self._known.get(number, [])
        return sum(share * dict(self._known.get(place, ())).get(number, 0.0) for place, share in out)

    def _of_product(self, number: int) -> _Ways:
        by_kind: dict[str, _Ways] = {}
        for edge in self._graph.near(number):
            by_kind.setdefault(edge.kind, []).append((cast(int, edge.target), edge.certainty))
        [keys] = self._graph.groups([number])
        for kind, group, key in zip(("brand", "category"), GROUPS, keys, strict=True):
            if key:
                by_kind[kind] = [((group, key), 1.0)]
        total = sum(WEIGHTS[kind] for kind in by_kind)
        ways: _Ways = []
        for kind, ends in by_kind.items():
            shared = sum(certainty for _, certainty in ends)
            ways += [(end, WEIGHTS[kind] / total * certainty / shared) for end, certainty in ends]
        return ways

    def _of_group(self, group: str, key: int) -> _Ways:
        size, members = self._graph.members(group, key, MAX_MEMBERS)
        if size > MAX_MEMBERS and self._among:
            members = self._among_groups.get((group, key), [])[:MAX_MEMBERS]
        return [(member, 1.0 / size) for member in members]

    @cached_property
    def _among_groups(self) -> dict[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = {}
        for number, keys in zip(self._among, self._graph.groups(self._among), strict=True):
            for group in zip(GROUPS, keys, strict=True):
                found.setdefault(group, []).append(number)
        return found
