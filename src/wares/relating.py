"""What the graph of relations says about an order: what is asked for by its relation, and what is near the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wares.errors import QueryError
from wares.ranking.chain import Listing, Situation, Stage
from wares.records import Part, Query
from wares.relations import Edge, Graph, asked, nearness

if TYPE_CHECKING:
    from wares.asking import Asker
    from wares.digest import Digest
    from wares.merchant import Wording
    from wares.policy import Policy
    from wares.retrieving import Retriever
    from wares.settings import RankingSettings
    from wares.understanding import Understood

#: What a relation that was asked for adds to the score of a product, if it is certain. The best that words can give
#: is 1, and they seldom give a half to what is not called so.
ASKED = 0.5
#: The walk begins at so many products, the best ones; relations are those of as many.
SEEDS = 3
#: What is meant by a name scores at least this share of what the best does.
GOOD = 0.8
#: Products that have a relation that was asked for, by number.
Wanted = Mapping[int, Edge]


class Relater:
    """Finds what has a relation that a question asks for."""

    def __init__(self, asker: Asker, retriever: Retriever) -> None:
        self._asker = asker
        self._retriever = retriever

    def wanted(self, meant: Understood, policy: Policy, digest: Digest, wording: Wording) -> Wanted:
        """What "accessories for X" asks for: the products that have the relation to the best ones for X. Empty when
        no relation is asked for, X has nothing to look for, or no product says that it has one."""
        if not policy.understanding.relations or not meant.query.parse or not meant.said:
            return {}
        found = asked(meant.said)
        graph: Graph = digest.part("relations")
        if found is None or not len(graph):
            return {}
        named = Query(parts=(Part("text", found.name),))
        try:
            asking = self._asker.ask(named, policy.fusion, wording)
        except QueryError:  # "accessories for !!!": the question itself has words, what stands in its name has none
            return {}
        retrieved = self._retriever.retrieve(named, asking)
        order, shares = retrieved.ordered(policy.fusion)
        best = [row for row in order[:SEEDS] if shares[row].sum() >= GOOD * shares[order[0]].sum()]
        seeds = [retrieved.candidates.numbers[row] for row in best]
        return graph.related(seeds, found.kinds)


class Related(Stage):
    """Adds what relations are worth. A chance of a random walk with restart from the best products (see
    :mod:`wares.relations.walking`) counts ``ranking.relations``."""

    def __init__(self, settings: RankingSettings, graph: Graph, wanted: Wanted) -> None:
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
        edges = self._wanted
        for kind in dict.fromkeys(edge.kind for edge in edges.values()):
            own = [edges[n].certainty if n in edges and edges[n].kind == kind else 0.0 for n in numbers]
            if any(own):
                listing = listing.plus("relation", kind, ASKED * np.asarray(own))
                numbers = listing.numbers.tolist()
        return listing
