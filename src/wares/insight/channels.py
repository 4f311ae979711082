"""How near a product was to a question, channel by channel, and what that added to its score."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from wares.documents import word_fields
from wares.encoders.tokens import term_id, tokens
from wares.ranking.fusion import WORDS
from wares.records import Contribution, Product, Sparse
from wares.understanding import wanted_text

if TYPE_CHECKING:
    from wares.index.base import Channel
    from wares.ranking.fusion import Ask
    from wares.shop import Shop
    from wares.tracing import Trace


#: The words of a text, each as the terms that say it; see :class:`wares.index.base.Match`.
Text: TypeAlias = tuple[tuple[int, ...], ...]


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A product in one channel that a part of the question was looked up in.

    ``score``: its own, a cosine or BM25; None where it has no such vector, or where words were not counted.
    ``place`` among the candidates, from 1; ``brought``: the channel itself brought it in. ``last`` is the lowest
    score that was brought in, ``limit`` how many could be. ``lacks``: of the words of a wanted text, as stems, those
    that the product does not have; None where no words were looked up.
    """

    part: str
    channel: str
    score: float | None = None
    place: int | None = None
    brought: bool = False
    last: float | None = None
    limit: int = 0
    lacks: tuple[str, ...] | None = None
    words: int = 0


def near(shop: Shop, trace: Trace, product: Product, number: int | None) -> tuple[Near, ...]:
    """A product in every channel that was asked."""
    numbers = trace.candidates.numbers
    row = numbers.index(number) if number in numbers else None
    texts = iter(trace.asking.texts)  # one for each wanted part that words are looked up for
    return tuple(
        _near(shop, trace, product, row, column, next(texts, ()) if _wordy(ask) else None)
        for column, ask in enumerate(trace.asking.asks)
    )


def _wordy(ask: Ask) -> bool:
    return ask.channel == WORDS and ask.part_weight > 0


def _near(shop: Shop, trace: Trace, product: Product, row: int | None, column: int, text: Text | None) -> Near:
    ask, channel = trace.asking.asks[column], trace.asking.channels[column]
    scores, brought = trace.candidates.scores[:, column], trace.candidates.brought[:, column]
    own = float(scores[row]) if row is not None else _own(shop, channel, product.id)
    known = None if own is None or np.isnan(own) else own
    return Near(
        part=ask.part,
        channel=ask.channel,
        score=known,
        place=None if known is None or row is None else int((scores > known).sum()) + 1,
        brought=row is not None and bool(brought[row]),
        last=float(scores[brought].min()) if brought.any() else None,
        limit=channel.limit,
        lacks=None if text is None else _lacking(shop, trace, product, text),
        words=len(text or ()),
    )


def _own(shop: Shop, channel: Channel, id: str) -> float | None:
    """The cosine of a product that is no candidate."""
    if isinstance(channel.vector, Sparse):
        return None
    rows = shop.vectors(channel.name, [id]).get(id)
    return None if rows is None else float((rows @ np.asarray(channel.vector)).max())


def _lacking(shop: Shop, trace: Trace, product: Product, text: Text) -> tuple[str, ...]:
    """The words of a text that a product does not have, in fields that words are looked up in."""
    weights = msgspec.structs.asdict(shop.settings.fields)
    fields = (text for name, text in word_fields(product).items() if weights.get(name))
    own = {term_id(token) for field in fields for token in tokens(field)}
    said = {term_id(token): token for token in tokens(wanted_text(trace.query), wholes=False)}
    lacking = (terms for terms in text if own.isdisjoint(terms))
    return tuple(next((said[term] for term in terms if term in said), "?") for terms in lacking)


def contributions(trace: Trace, number: int | None) -> tuple[Contribution, ...]:
    """What channels, signals and rules added to a candidate's last score."""
    listing = next((each for _, each in reversed(trace.stages) if number in each.numbers), None)
    if listing is None:
        return ()
    at = listing.numbers.tolist().index(number)
    row = int(listing.rows[at])  # -1 for what a rule brought in
    shares = trace.shares[row].tolist() if row >= 0 else [0.0] * len(trace.asking.asks)
    of_channels = (
        Contribution(ask.part, ask.channel, value) for ask, value in zip(trace.asking.asks, shares, strict=True)
    )
    of_stages = (Contribution(added.part, added.channel, float(added.values[at])) for added in listing.added)
    return tuple(each for each in (*of_channels, *of_stages) if each.value)
