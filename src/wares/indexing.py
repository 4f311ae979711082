"""From products to what the store keeps and what the index finds.

:class:`Reader` does the slow half once per content: fetch, decode, run the towers. :class:`Pointer` does the cheap
half as often as an index is built: project kept features into spaces, weigh words, lay out the fields.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
import numpy as np

from wares import media
from wares.documents import content_hash, filter_fields, meaning_text, received, word_fields
from wares.encoders.base import Encoder, Tower
from wares.encoders.hashes import HashTower
from wares.encoders.tokens import VERSION as TOKENS
from wares.encoders.words import Words, averages
from wares.errors import MediaError
from wares.index.base import Point, VectorSpec
from wares.index.manifest import WordsParameters
from wares.records import SUBTITLES, Media, Modality, Product, Segment
from wares.settings import MediaLimits, Settings
from wares.store.entries import Beside, Entry, Stored, StoredMedia, shot_key, sound_key
from wares.store.store import Store

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

Item = TypeVar("Item")

#: The role under which the store keeps the sentence that stands for a product's meaning.
MEANING = "meaning"


class _Found(NamedTuple):
    """A medium as it was found: its key and content, or what is wrong with it."""

    key: str | None
    content: Content | None
    warning: str


def of_products(encoders: Iterable[Encoder]) -> tuple[Encoder, ...]:
    """The encoders whose vectors products have; the others encode questions only."""
    return tuple(encoder for encoder in encoders if not encoder.asks_only)


def towers_of(encoders: Iterable[Encoder]) -> dict[str, Tower]:
    """The towers behind the encoders of products, each once, by fingerprint."""
    return {encoder.tower.fingerprint: encoder.tower for encoder in of_products(encoders)}


def needed(encoders: Iterable[Encoder], *, sounds: bool) -> tuple[Encoder, ...]:
    """The encoders that an index has channels of: those of sounds only where there are any."""
    return tuple(encoder for encoder in encoders if sounds or encoder.modality != "audio")


def vector_specs(encoders: Iterable[Encoder]) -> tuple[VectorSpec, ...]:
    """The vectors that the encoders' points have: one per channel; several rows where a product has several media."""
    return tuple(VectorSpec(e.channel, e.dims, multi=e.modality != "text") for e in of_products(encoders))


def fingerprints(encoders: Iterable[Encoder]) -> dict[str, str]:
    """What writes each channel of an index; the same question needs the same writers."""
    return {"words": f"tokens {TOKENS}", **{encoder.channel: encoder.fingerprint for encoder in encoders}}


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of up to ``size`` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class Reader:
    """Fetches and encodes what products consist of. Features that the store has already are not made again.

    Media of the modalities that are read ``later`` (:mod:`wares.extracting`) are looked at only to tell one from
    another.
    """

    def __init__(
        self,
        store: Store,
        encoders: Sequence[Encoder],
        limits: MediaLimits,
        folder: Path,
        later: Collection[Modality] = (),
    ) -> None:
        self._store = store
        self._later = later
        self._towers = towers_of(needed(encoders, sounds=False))
        if any(tower.modality == "image" for tower in self._towers.values()):
            self._towers[HashTower.fingerprint] = HashTower()
        self._limits = limits
        self._folder = folder

    def entries(self, products: Sequence[Product], hashes: Sequence[bytes] | None = None) -> list[Entry]:
        """What the store keeps of each product. A medium that cannot be had becomes a warning of its product."""
        kept = [self._keep_bytes(product) for product in products]
        hashes = hashes or [content_hash(product) for product in products]
        slots = [(place, variant, medium) for place, p in enumerate(kept) for variant, medium in p.all_media()]
        found = self._find([medium for _, _, medium in slots])
        features: dict[tuple[str, str], Vectors] = {}
        texts = [meaning_text(product) for product in kept]
        keys = [media.content_key(text.encode()) for text in texts]
        self._encode("text", dict(zip(keys, texts, strict=True)), features)
        for modality in sorted({medium.modality for _, _, medium in slots}):
            contents = {
                item.key: item.content
                for (_, _, medium), item in zip(slots, found, strict=True)
                if medium.modality == modality and item.key is not None and item.content is not None
            }
            self._encode(modality, contents, features)
        rows: list[list[StoredMedia]] = [
            [StoredMedia(position=0, key=key, modality="text", role=MEANING)] for key in keys
        ]
        for (place, variant, medium), item in zip(slots, found, strict=True):
            rows[place].append(_stored(medium, variant, item, position=len(rows[place])))
        return [
            Entry(product=product, hash=digest, media=tuple(own), features=_own(features, own))
            for product, digest, own in zip(kept, hashes, rows, strict=True)
        ]

    def _keep_bytes(self, product: Product) -> Product:
        """The product with media given as bytes written into the shop's own folder, named by content."""

        def kept(medium: Media) -> Media:
            if isinstance(medium.source, str):
                return medium
            return msgspec.structs.replace(medium, source=media.keep(self._folder, medium.source))

        if not any(isinstance(medium.source, bytes) for _, medium in product.all_media()):
            return product
        return msgspec.structs.replace(
            product,
            media=tuple(map(kept, product.media)),
            variants=tuple(
                msgspec.structs.replace(v, media=tuple(map(kept, v.media))) if v.media else v
                for v in product.variants
            ),
        )

    def _find(self, wanted: Sequence[Media]) -> list[_Found]:
        """Fetch and decode, several at a time: pictures decode without holding the interpreter."""
        if len(wanted) < 2:  # one needs no threads, which take longer to start than a picture to find
            return [self._find_one(medium) for medium in wanted]
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix="media") as pool:
            return list(pool.map(self._find_one, wanted))

    def _find_one(self, medium: Media) -> _Found:
        words = medium.role == SUBTITLES  # which are read later, and have no vector
        towers = [tower for tower in self._towers.values() if tower.modality == medium.modality and not words]
        if not towers and medium.modality not in self._later:
            return _Found(None, None, "")
        try:
            data = media.read(medium.source, limits=self._limits)
            key = media.content_key(data)
            if all(not self._store.missing([key], tower.fingerprint) for tower in towers):
                return _Found(key, None, "")
            return _Found(key, media.picture(data, self._limits, str(medium.source)), "")
        except MediaError as broken:
            return _Found(None, None, str(broken))

    def _encode(self, modality: str, contents: Mapping[str, Content], into: dict[tuple[str, str], Vectors]) -> None:
        """Run every tower of a modality over the contents it has not seen."""
        for fingerprint, tower in self._towers.items():
            if tower.modality != modality or not contents:
                continue
            missing = sorted(self._store.missing(list(contents), fingerprint))
            rows = tower.features([contents[key] for key in missing])
            into.update(((key, fingerprint), row) for key, row in zip(missing, rows, strict=True))

    def complete(self, rows: Sequence[Stored]) -> bool:
        """Make the features that stored products lack, say after a change of the model; whether there were any.
        Media that are gone stay without: the product keeps the vectors that can be made. For a hash alone nothing is
        fetched from afar."""
        media = [m for row in rows for m in row.media if m.key is not None and m.role != SUBTITLES]
        lacking: set[str] = set()
        for fingerprint, tower in self._towers.items():
            near = media if fingerprint != HashTower.fingerprint else [m for m in media if "://" not in m.source]
            keys = [m.key for m in near if m.modality == tower.modality and m.key is not None]
            lacking |= self._store.missing(keys, fingerprint)
        wanting = [row.product for row in rows if any(medium.key in lacking for medium in row.media)]
        if wanting:
            made = {at: row for entry in self.entries(wanting) for at, row in entry.features.items()}
            self._store.put_features(made)
            return bool(made)
        return False


def _stored(medium: Media, variant: str | None, found: _Found, position: int) -> StoredMedia:
    return StoredMedia(
        position=position,
        key=found.key,
        modality=medium.modality,
        role=medium.role,
        variant=variant,
        source=str(medium.source),
        warning=found.warning,
    )


def _own(features: Mapping[tuple[str, str], Vectors], rows: Sequence[StoredMedia]) -> dict[tuple[str, str], Vectors]:
    keys = {row.key for row in rows}
    return {pair: row for pair, row in features.items() if pair[0] in keys}


class Pointer:
    """Makes the index's points out of stored products and kept features."""

    def __init__(self, store: Store, encoders: Sequence[Encoder], words: Words) -> None:
        self._store = store
        self._encoders = of_products(encoders)
        self._words = words

    def points(self, rows: Sequence[Stored]) -> list[Point]:
        """One point per product. A vector is missing where the product has no such medium."""
        vectors: list[dict[str, Vectors]] = [{} for _ in rows]
        for encoder in self._encoders:
            self._project(encoder, rows, vectors)
        points = []
        for row, own in zip(rows, vectors, strict=True):
            fields, offers = filter_fields(received(row.product, row.beside.reception))
            words = self._words.document(word_fields(row.product, row.beside))
            points.append(Point(number=row.number, vectors=own, words=words, fields=fields, offers=offers))
        return points

    def _project(self, encoder: Encoder, rows: Sequence[Stored], into: Sequence[dict[str, Vectors]]) -> None:
        owned = [keys_of(row, encoder) for row in rows]
        features = self._store.features(list({key for keys in owned for key in keys}), encoder.tower.fingerprint)
        known = sorted(features)
        if not known:
            return
        projected = encoder.project(np.stack([features[key] for key in known]).astype(np.float32))
        place = {key: at for at, key in enumerate(known) if projected[at].any()}
        for keys, own in zip(owned, into, strict=True):
            at = [place[key] for key in keys if key in place]
            if at:
                own[encoder.channel] = projected[at]


def keys_of(row: Stored, encoder: Encoder) -> list[str]:
    """The keys of what an encoder reads of a product, in their order: one row of its channel each, if it has
    features."""
    return [place.key for place in shown(row.media, row.beside, encoder.modality)]


class Shown(NamedTuple):
    """What one row of a channel shows: a medium, or a segment of one; ``key`` is that of its features."""

    key: str
    medium: StoredMedia
    segment: Segment | None = None


def shown(stored: Sequence[StoredMedia], beside: Beside, modality: Modality) -> Iterator[Shown]:
    """What the rows of a channel of a modality show, in their order. A shot of a video is a picture, and so is the
    mean of all its shots, which comes last; a stretch of its soundtrack is a sound, like one of a sound."""
    for medium in stored:
        if medium.key is None:
            continue
        if modality == "audio":
            parts = beside.sounds.get(medium.key, ())
            yield from (Shown(sound_key(medium.key, at), medium, part) for at, part in enumerate(parts))
        elif medium.modality == modality:
            yield Shown(medium.key, medium)
        elif modality == "image" and medium.modality == "video" and (shots := beside.shots.get(medium.key)):
            yield from (Shown(shot_key(medium.key, at), medium, part) for at, part in enumerate(shots))
            yield Shown(medium.key, medium)


def mean_of_shots(rows: Vectors, seconds: Sequence[float]) -> Vectors:
    """Features of a whole video (dims,) out of those of its shots (shots, dims), in proportion to their lengths."""
    weights = np.asarray(seconds, np.float32) + np.float32(1e-3)
    return np.average(rows, axis=0, weights=weights).astype(np.float32)


def average_lengths(documents: Iterable[tuple[Product, Beside]]) -> dict[str, float]:
    """The mean length in tokens of every field that words are looked up in."""
    return averages(word_fields(product, beside) for product, beside in documents)


def words_of(settings: Settings, lengths: Mapping[str, float]) -> Words:
    """The BM25 that a new index version is built with: a shop's settings, and average lengths of its products."""
    return Words(settings.fields, settings.k1, settings.b, lengths)


def words_as_built(parameters: WordsParameters) -> Words:
    """The BM25 that an index version was built with, whatever the settings say meanwhile: all that it holds is
    weighed alike."""
    return Words(parameters.weights, parameters.k1, parameters.b, parameters.average_lengths)
