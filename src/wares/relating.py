"""What the graph of relations says about an order: what is asked for by its relation, and what is near the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.chain import Listing, Situation, Stage
from wares.relations import Edge, Graph, nearness

if TYPE_CHECKING:
    from wares.settings import RankingSettings

#: What a relation that was asked for adds to the score of a product, if it is certain. The best that words can give is
#: 1, and they seldom give a half to what is not called so.
ASKED = 0.5
#: The walk begins at so many products, the best ones.
SEEDS = 3


class Wanted(NamedTuple):
    """Products that have a relation that was asked for, by number, and the words that named what it is to."""

    edges: Mapping[int, Edge]
    name: str


class Related(Stage):
    """Adds what relations are worth. A chance of a random walk with restart from the best products (see
    :mod:`wares.relations.walking`) counts ``ranking.relations``."""

    def __init__(self, settings: RankingSettings, graph: Graph, wanted: Wanted | None) -> None:
        self._weight = settings.relations
        self._graph = graph
        self._wanted = wanted

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        numbers = listing.numbers.tolist()
        if self._weight and numbers and len(self._graph):
            seeds = dict(zip(numbers[:SEEDS], np.maximum(listing.scores[:SEEDS], 0.0).tolist(), strict=True))
            near = nearness(self._graph, numbers, seeds)
            if near.any():
                listing = listing.plus("relation", "near", self._weight * near)
                numbers = listing.numbers.tolist()
        edges = self._wanted.edges if self._wanted is not None else {}
        for kind in dict.fromkeys(edge.kind for edge in edges.values()):
            own = [edges[n].certainty if n in edges and edges[n].kind == kind else 0.0 for n in numbers]
            if any(own):
                listing = listing.plus("relation", kind, ASKED * np.asarray(own))
                numbers = listing.numbers.tolist()
        return listing
