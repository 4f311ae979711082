"""How near a product was to a question, channel by channel, and what that added to its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.documents import word_fields
from wares.encoders.tokens import term_id, tokens
from wares.ranking.fusion import WORDS
from wares.records import Contribution, Sparse

if TYPE_CHECKING:
    from wares.ranking.fusion import Ask
    from wares.shop import Shop
    from wares.tracing import Trace


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A product in one channel that a part of the question was looked up in.

    ``score``: its own, a cosine or BM25; None where it has no such vector, or where words were not counted.
    ``place`` among the candidates, from 1; ``brought``: the channel itself brought it in. ``last`` is the lowest score
    that was brought in, ``limit`` how many could be. ``shares``: of words, how many of those asked for it has.
    """

    part: str
    channel: str
    score: float | None = None
    place: int | None = None
    brought: bool = False
    last: float | None = None
    limit: int = 0
    shares: int | None = None


def near(shop: Shop, trace: Trace, id: str, number: int | None) -> tuple[Near, ...]:
    """A product in every channel that was asked."""
    numbers = trace.candidates.numbers
    row = numbers.index(number) if number in numbers else None
    return tuple(_near(shop, trace, id, row, column, ask) for column, ask in enumerate(trace.asking.asks))


def _near(shop: Shop, trace: Trace, id: str, row: int | None, column: int, ask: Ask) -> Near:
    channel = trace.asking.channels[column]
    scores = trace.candidates.scores[:, column]
    brought = trace.candidates.brought[:, column]
    own = float(scores[row]) if row is not None else _own(shop, channel.name, channel.vector, id)
    known = own is not None and not np.isnan(own)
    return Near(
        part=ask.part,
        channel=ask.channel,
        score=own if known else None,
        place=int((scores > own).sum()) + 1 if known and row is not None else None,
        brought=row is not None and bool(brought[row]),
        last=float(scores[brought].min()) if brought.any() else None,
        limit=channel.limit,
        shares=_shared(shop, id, channel.vector) if isinstance(channel.vector, Sparse) else None,
    )


def _own(shop: Shop, channel: str, vector: object, id: str) -> float | None:
    """The cosine of a product that is no candidate."""
    if isinstance(vector, Sparse) or channel == WORDS:
        return None
    rows = shop.vectors(channel, [id]).get(id)
    return None if rows is None else float((rows @ np.asarray(vector)).max())


def _shared(shop: Shop, id: str, terms: Sparse) -> int:
    """How many of the terms asked for a product has, in fields that words are looked up in."""
    weights = msgspec.structs.asdict(shop.settings.fields)
    texts = [text for name, text in word_fields(shop.get(id)).items() if weights.get(name)]
    own = {term_id(token) for text in texts for token in tokens(text)}
    return len(own.intersection(terms.indices))


def contributions(trace: Trace, number: int | None) -> tuple[Contribution, ...]:
    """What channels, signals and rules added to a candidate's last score."""
    listing = next((each for _, each in reversed(trace.stages) if number in each.numbers), None)
    if listing is None:
        return ()
    at = listing.numbers.tolist().index(number)
    shares = trace.shares[int(listing.rows[at])].tolist()
    of_channels = (
        Contribution(ask.part, ask.channel, value) for ask, value in zip(trace.asking.asks, shares, strict=True)
    )
    of_stages = (Contribution(added.part, added.channel, float(added.values[at])) for added in listing.added)
    return tuple(each for each in (*of_channels, *of_stages) if each.value)
