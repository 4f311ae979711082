"""What the channels of a question bring: candidates, and what they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.asking import Asking
from wares.candidates import Retrieved
from wares.errors import QueryError
from wares.index.base import Candidates, Channel, Index, Match
from wares.query.loosening import together
from wares.ranking.cutoff import Standard, standard
from wares.ranking.fusion.facts import facts_of
from wares.records import Query
from wares.store.store import Store

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.policy import Policy
    from wares.understanding import Understood

#: How many products the chain puts in an order where nothing is asked for; the others follow as they came.
BROWSED = 1_000
#: How many products each channel is asked for, without the filter, to see what candidates are held against.
REFERENCE = 20


class Retriever:
    """Asks one version of the index."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index

    def retrieve(self, query: Query, asking: Asking) -> Retrieved:
        """The candidates of a question that pass its filter. Where nothing is asked for, the first products that do.
        :class:`QueryError` for a question that says only what is not wanted."""
        if not asking.asks:
            return self._with_rows(asking, self._first(query, asking))
        if not any(ask.part_weight > 0 for ask in asking.asks):
            raise QueryError('the query says only what is not wanted; add what is, or use a filter (NOT field = "…")')
        candidates = self._index.query(asking.channels, query.where, asking.without)
        return self._with_rows(asking, candidates)

    def standard(self, meant: Understood, asking: Asking, policy: Policy) -> Standard | None:
        """What the candidates of a question are held against: what there is for its words, whether it passes the
        asker's own filter or not. None without such a filter, when they are their own measure."""
        if meant.asked.where is None or not asking.asks or policy.ranking.cutoff <= 0:
            return None
        where = together(meant.chips)
        nearest = self._index.query([_narrowed(channel) for channel in asking.channels], where, asking.without)
        shares = policy.fusion.contributions(self._with_rows(asking, nearest).evidence())
        return standard(shares.sum(axis=1), nearest.scores, asking.asks, policy.ranking)

    def _first(self, query: Query, asking: Asking) -> Candidates:
        match = Match(where=query.where, without=asking.without)
        limit = 1 if query.sort else BROWSED
        numbers = self._index.ordered(match, "", descending=False, limit=limit)
        shape = len(numbers), 0
        return Candidates(tuple(numbers), np.zeros(shape, np.float32), np.zeros(shape, np.bool_))

    def _with_rows(self, asking: Asking, candidates: Candidates) -> Retrieved:
        return Retrieved(
            asking,
            candidates,
            lambda at: self._rows(candidates.numbers, asking.channels[at]),
            lambda: facts_of(self._store.products(candidates.numbers), candidates.numbers),
        )

    def _rows(self, numbers: Sequence[int], channel: Channel) -> npt.NDArray[np.float32]:
        """Vectors of products in one channel, of several rows the nearest to the question; zeros for none."""
        asked = np.asarray(channel.vector, dtype=np.float32)
        found = self._index.rows(numbers, channel.name)
        nothing = np.zeros((1, len(asked)), np.float32)
        own = (found.get(number, nothing) for number in numbers)
        best = [rows[int((rows @ asked).argmax())] for rows in own]
        return np.stack(best) if best else np.zeros((0, len(asked)), np.float32)


def _narrowed(channel: Channel) -> Channel:
    return msgspec.structs.replace(channel, limit=min(channel.limit, REFERENCE))
