"""Hits: products read from the store, with the variant and the medium that matched, and what each part added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import PurePosixPath

import msgspec
import numpy as np

from wares.asking import Asking
from wares.candidates import Ranked
from wares.documents import filter_fields, lines_of, received
from wares.encoders.base import Encoder
from wares.encoders.places import places
from wares.encoders.tokens import tokens
from wares.index.base import Index, Point
from wares.index.exact import holds
from wares.index.fields import Schema
from wares.index.filters import prepare
from wares.indexing import shown
from wares.query.highlighting import spans
from wares.records import (
    SUBTITLES,
    Contribution,
    Filter,
    Hit,
    MatchedMedia,
    MatchedPassage,
    Passage,
    Product,
    Query,
    Sparse,
    Variant,
)
from wares.store.entries import NOTHING, Beside, StoredMedia
from wares.store.store import Store


class Hydrator:
    """Makes hits out of places in an order, for one version of an index."""

    def __init__(self, store: Store, index: Index, encoders: Sequence[Encoder]) -> None:
        self._store = store
        self._index = index
        #: The channels of media, which can be shown.
        self._modalities = {e.channel: e.modality for e in encoders if e.modality != "text"}

    def hits(self, query: Query, asking: Asking, ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
        """Hits in the order of ``ranked``; products removed since the index answered are left out."""
        numbers = [place.number for place in ranked]
        products = self._store.products(numbers)
        beside = self._store.beside(numbers)
        stored = self._store.media(numbers) if beside or self._pictured(asking) else {}
        matched = self._matched_media(asking, numbers, stored, beside)
        said = {token for part in query.parts if part.kind == "text" for token in tokens(str(part.value))}
        folded = self._store.ids({number for place in ranked for number in place.folded})
        schema = Schema(self._index.fields())
        where = prepare(query.where, schema)
        hits = []
        for place in ranked:
            product = products.get(place.number)
            if product is None:
                continue
            known = beside.get(place.number, NOTHING)
            product = received(product, known.reception)
            medium, owner = matched.get(place.number, (None, None))
            variant = _variant(product, _passing(product, where, schema), said, owner)
            hits.append(
                Hit(
                    id=product.id,
                    title=product.title,
                    score=place.score,
                    product=product,
                    variant=variant,
                    media=medium,
                    why=_why(asking, place),
                    moves=place.moves,
                    folded=tuple(folded[number] for number in place.folded if number in folded),
                    matched=spans(product, asking.wanted, variant),
                    passages=_passages(asking.wanted, stored.get(place.number, ()), known, product.title),
                )
            )
        return tuple(hits)

    def _pictured(self, asking: Asking) -> bool:
        return any(channel.name in self._modalities for channel in asking.channels)

    def _matched_media(
        self,
        asking: Asking,
        numbers: Sequence[int],
        stored: Mapping[int, Sequence[StoredMedia]],
        beside: Mapping[int, Beside],
    ) -> dict[int, tuple[MatchedMedia, str | None]]:
        """For each product the medium nearest to what was asked, over the channels of media, and its variant."""
        asked = [
            (self._modalities[channel.name], np.asarray(channel.vector), self._index.rows(numbers, channel.name))
            for ask, channel in zip(asking.asks, asking.channels, strict=True)
            if channel.name in self._modalities and ask.part_weight > 0
        ]
        best: dict[int, tuple[MatchedMedia, str | None]] = {}
        for modality, vector, found in asked:
            for number, rows in found.items():
                own = list(shown(stored.get(number, ()), beside.get(number, NOTHING), modality))
                if len(own) != len(rows):
                    continue
                scores = rows @ vector
                at = int(scores.argmax())
                score = float(scores[at])
                if number not in best or score > best[number][0].score:
                    medium = own[at].medium
                    segment = own[at].segment if score > 0 else None  # no part is like it more than the others
                    found_in = MatchedMedia(medium.source, medium.modality, score, segment)
                    best[number] = found_in, medium.variant
        return best


#: How many passages of a product are told.
PASSAGES = 3


def _passages(
    wanted: Set[str], stored: Sequence[StoredMedia], beside: Beside, title: str
) -> tuple[MatchedPassage, ...]:
    """The passages with most of the words that were asked for, the first of each text."""
    if not (wanted and (beside.passages or beside.said)):
        return ()
    found: dict[str, tuple[int, MatchedPassage]] = {}
    for at, medium in enumerate(stored):
        shown_in = _titled(stored, at) if medium.role == SUBTITLES else medium
        for passage in beside.passages.get(medium.key or "", ()):
            held = len(wanted & set(tokens("\n".join(lines_of(passage)))))
            if held and passage.text not in found:
                found[passage.text] = held, MatchedPassage(shown_in.source, shown_in.modality, passage)
    if beside.said and (beyond := wanted - set(tokens(title))):
        found |= _said(beyond, beside.said)
    best = sorted(found.values(), key=lambda pair: -pair[0])  # of equal ones those that come first
    return tuple(
        msgspec.structs.replace(one, spans=tuple(places(one.passage.text, wanted))) for _, one in best[:PASSAGES]
    )


def _titled(stored: Sequence[StoredMedia], at: int) -> StoredMedia:
    """The video that a file of subtitles belongs to: the one of its name ("kettle.mp4" of "kettle.en.srt"), or else
    the one before it; itself when there is no video."""
    videos = [medium for medium in stored if medium.modality == "video"]
    own = PurePosixPath(stored[at].source).name
    named = [video for video in videos if own.startswith(f"{PurePosixPath(video.source).stem}.")]
    before = [video for video in videos if video.position < stored[at].position]
    return next(iter([*named, *before[::-1], *videos]), stored[at])


def _said(wanted: Set[str], said: str) -> dict[str, tuple[int, MatchedPassage]]:
    """The clause of a product's reviews with most of the words that were asked for and are not in its title."""
    starts = {token[:START] for token in wanted}
    able = [line for line in said.splitlines() if any(start in line for start in starts)]
    held = {line: len(wanted & set(tokens(line))) for line in able[:CLAUSES]}
    best = max(held, key=lambda line: held[line], default="")
    if not held.get(best):
        return {}
    return {best: (held[best], MatchedPassage("", "text", Passage(kind="review", text=best)))}


#: Clauses of reviews that are looked at, if they hold the first letters of a word that was asked for (its stem may
#: end otherwise).
CLAUSES, START = 60, 4


def _variant(product: Product, passing: Sequence[Variant], said: set[str], owner: str | None) -> str | None:
    """The variant to show, of those that pass the filter: the one whose options were named most, then the one whose
    picture matched, then one that can be had, then the first. None when there are no variants."""

    def rank(variant: Variant) -> tuple[int, bool, bool]:
        named = sum(token in said for value in variant.options.values() for token in tokens(value))
        return named, variant.id == owner, (variant.availability or product.availability) != "out_of_stock"

    return max(passing, key=rank).id if passing else None


def _passing(product: Product, where: Filter, schema: Schema) -> list[Variant]:
    """The variants that pass a prepared filter on their own."""
    if not product.variants:
        return []
    fields, offers = filter_fields(product)
    # The store may be newer than what the index was asked with: a field that came since is in no filter.
    fields = {name: value for name, value in fields.items() if name in schema.specs}
    offers = [{name: value for name, value in offer.items() if name in schema.specs} for offer in offers]
    point = Point(number=0, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)
    [stored] = schema.store([point])
    views = [{**stored.fields, **offer} for offer in stored.offers]
    return [variant for variant, view in zip(product.variants, views, strict=True) if holds(where, view)]


def _why(asking: Asking, place: Ranked) -> tuple[Contribution, ...]:
    pairs = zip(asking.asks, place.shares, strict=False)
    return (*(Contribution(ask.part, ask.channel, share) for ask, share in pairs if share), *place.added)
