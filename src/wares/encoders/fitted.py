"""A model with heads: the same towers, and a space of words and pictures that was learnt.

What a model brings is found by what its encoders say of themselves: the pictures that words are compared with
already (the **prior**: ConSE's, a CLIP's), or, where there are none, the first encoder of pictures; and the encoder
of texts. Products' texts stay where they are. Words that look for pictures, and the pictures, go through the heads;
where pictures look for pictures, the head of pictures takes a share beside what was compared before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from wares.encoders import tokens
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.heads import Bag, Heads
from wares.encoders.terms import BUCKETS, of_text
from wares.errors import SetupError
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

_VERSION = 1


class Ground(NamedTuple):
    """What heads stand on: the space they go into, the towers that they read, and what is compared without them.

    ``words`` encodes questions only. ``prior`` are the encoders of words and of pictures of one space, or None;
    ``look`` is the encoder by which pictures are compared with pictures, if that is another.
    """

    space: str
    words: Words
    pictures: Tower
    prior: tuple[Encoder, Encoder] | None
    look: Encoder | None


class Words(Tower):
    """Text → features of one tower or two side by side, then how often each hashed term is said. Questions only: such
    rows are long, and no product's is kept.

    The first tower is the prior's; the head reads the last one, in the columns ``read``.
    """

    modality: Modality = "text"

    def __init__(self, towers: Sequence[Tower]) -> None:
        self._towers = tuple(towers)
        self.dense = sum(tower.dims for tower in towers)
        self.read = slice(self.dense - towers[-1].dims, self.dense)
        self.dims = self.dense + BUCKETS
        self.name = "+".join([*(tower.name for tower in towers), "terms"])
        named = "+".join(tower.fingerprint for tower in towers)
        self.fingerprint = f"{named}+terms:{BUCKETS}:{tokens.VERSION}"
        self.batch_size = min(tower.batch_size for tower in towers)

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        rows = np.zeros((len(batch), self.dims), dtype=np.float32)
        rows[:, : self.dense] = self.features_without_terms(cast("Sequence[str]", batch))
        for row, text in zip(rows, cast("Sequence[str]", batch), strict=True):
            np.add.at(row, self.dense + of_text(text), np.float32(1))
        return rows

    def features_without_terms(self, texts: Sequence[str]) -> Vectors:
        """The rows of the towers alone, (texts, ``dense``)."""
        return np.concatenate([tower.features(texts) for tower in self._towers], axis=1)

    def features_read(self, texts: Sequence[str]) -> Vectors:
        """What the head reads, without terms: for training, which has them in a list."""
        return self._towers[-1].features(texts)


class FittedWords(Encoder):
    """Questions through the head of words, beside the prior."""

    def __init__(self, ground: Ground, heads: Heads) -> None:
        super().__init__(
            ground.words, ground.space, dims=_dims(ground, heads), fingerprint=_mark(heads), asks_only=True
        )
        self._words, self._heads = ground.words, heads
        self._prior = ground.prior[0] if ground.prior else None

    def project(self, features: Vectors) -> Vectors:
        dense, counts = np.split(features, [self._words.dense], axis=1)
        learnt = self._heads.words(dense[:, self._words.read], bag(counts))
        if self._prior is None:
            return learnt
        return beside(learnt, self._prior.project(dense[:, : self._prior.tower.dims]), self._heads.prior)


class FittedPictures(Encoder):
    """Pictures through the head of pictures, beside the prior."""

    def __init__(self, ground: Ground, heads: Heads) -> None:
        super().__init__(ground.pictures, ground.space, dims=_dims(ground, heads), fingerprint=_mark(heads))
        self._heads = heads
        self._prior = ground.prior[1] if ground.prior else None

    def project(self, features: Vectors) -> Vectors:
        if self._prior is None:
            return self._heads.pictures(features)
        return seen(features, self.tower.shows, self._heads, self._prior, 1 - self._heads.prior)


class FittedLook(Encoder):
    """Pictures as they were compared before, and through the head of pictures beside that."""

    def __init__(self, look: Encoder, heads: Heads) -> None:
        dims = look.dims + heads.pictures.dims
        mark = f"{look.fingerprint.removeprefix(look.tower.fingerprint)}:{_mark(heads)}"
        super().__init__(look.tower, look.space, dims=dims, fingerprint=mark)
        self._look, self._heads = look, heads

    def project(self, features: Vectors) -> Vectors:
        return seen(features, self.tower.shows, self._heads, self._look, self._heads.look)


def ground(encoders: Sequence[Encoder]) -> Ground:
    """What heads of a model stand on. :class:`SetupError` when it has no encoder of pictures, or none of words."""
    texts = [encoder for encoder in encoders if encoder.modality == "text"]
    pictures = [encoder for encoder in encoders if encoder.modality == "image"]
    if not texts or not pictures:
        raise SetupError("this model has no encoder of words, or none of pictures, so there is nothing to fit")
    spaces = {encoder.space: encoder for encoder in texts}
    joint = [encoder for encoder in pictures if encoder.space in spaces]
    base = joint[0] if joint else pictures[0]
    prior = (spaces[base.space], base) if joint else None
    # The prior reads the features that stand first.
    first = [prior[0].tower] if prior else []
    towers = {tower.fingerprint: tower for tower in (*first, *(e.tower for e in texts if not e.asks_only))}
    alone = prior is not None and prior[0].asks_only
    others = [encoder for encoder in pictures if encoder is not base]
    return Ground(
        space=base.space if alone else f"{base.space}-fit",
        words=Words(list(towers.values())),
        pictures=base.tower,
        prior=prior,
        look=(others or ([] if joint else [base]) or [None])[0],  # type: ignore[list-item]
    )


def fitted(encoders: Sequence[Encoder], heads: Heads) -> tuple[Encoder, ...]:
    """A model's encoders with heads. :class:`SetupError` when the heads belong to other towers."""
    found = ground(encoders)
    if heads.towers != (found.words.fingerprint, found.pictures.fingerprint):
        raise SetupError("these heads were fitted on another model, or on another version of it; fit the shop again")
    replaced = set()
    if found.prior:
        replaced = {id(found.prior[1]), *([id(found.prior[0])] if found.prior[0].asks_only else [])}
    kept: list[Encoder] = []
    for encoder in encoders:
        if id(encoder) in replaced:
            continue
        kept.append(FittedLook(encoder, heads) if encoder is found.look and heads.look > 0 else encoder)
    return (*kept, FittedWords(found, heads), FittedPictures(found, heads))


def beside(learnt: Vectors, prior: Vectors, share: float | Vectors) -> Vectors:
    """[√(1-share) · learnt ; √share · prior] at unit length; a share for all rows, or for each (n, 1)."""
    parts = [np.sqrt(np.float32(1) - share) * learnt, np.sqrt(np.float32(share)) * prior]
    return unit(np.concatenate(parts, axis=1).astype(np.float32))


def seen(features: Vectors, shows: slice, heads: Heads, prior: Encoder, learnt: float) -> Vectors:
    """Pictures through the head of pictures, with the share ``learnt``, beside a prior: the stranger a picture, the
    less of the head."""
    share = np.float32(learnt) * heads.familiar(features[:, shows])
    return beside(heads.pictures(features), prior.project(features), 1 - share)


def bag(counts: Vectors) -> Bag:
    """Counts of hashed terms (n, buckets) as lists of terms."""
    rows, terms = np.nonzero(counts)
    often = counts[rows, terms].astype(np.int64)
    return Bag(np.repeat(terms, often), np.repeat(rows, often), len(counts))


def _dims(ground: Ground, heads: Heads) -> int:
    return heads.words.dims + (ground.prior[1].dims if ground.prior else 0)


def _mark(heads: Heads) -> str:
    return f"heads:{_VERSION}:{heads.fingerprint()}"
