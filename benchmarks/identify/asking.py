"""Photos, asked of a shop: what each way answers, field by field, and how sure the shop is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.identify.sets import Photo
from benchmarks.pictures import Rows
from benchmarks.report import tell
from wares.encoders.base import Encoder
from wares.identify import fields
from wares.identify.eyes import eyes
from wares.identify.fields import CATEGORY
from wares.identify.guide import FieldGuide, Guide
from wares.identify.identifying import Identifier
from wares.identify.ladder import ladder
from wares.identify.reading import Seen, hear, reading
from wares.index.base import fold
from wares.shop import Shop

WAYS = ("most frequent", "look-alikes", "label text", "identify")


class Level(NamedTuple):
    """One step of an answer: the evidence for it, how sure the shop is, and whether it is right; ``known`` says
    whether the truth has a step there."""

    evidence: float
    confidence: float | None
    right: bool


class Told(NamedTuple):
    """One field of one photo: its truth, what each of :data:`WAYS` answers, and the answer of identify by steps."""

    photo: str
    field: str
    truth: str
    answers: Mapping[str, str]
    levels: Sequence[Level]


class Asked(NamedTuple):
    """One photo: the score of the nearest product, what the shop says of it, whether the nearest product is the one
    in it (None: it is not in the shop), all its fields, and how long it took."""

    photo: str
    score: float
    known: bool | None
    exact: bool | None
    fields: Sequence[Told]
    seconds: float


def ask(shop: Shop, photos: Sequence[Photo], *, whole: bool = True) -> Iterator[Asked]:
    """Ask a shop what is in some photos; without ``whole`` only whether it sells such things."""
    identifier = Identifier(shop)
    guide = identifier.guide()
    bounds = guide.bounds
    labels = _labels(shop, guide) if whole else {}
    usual = {one.field.name: _most_frequent(shop, one) for one in guide.fields} if whole else {}
    for count, photo in enumerate(photos):
        if count % 200 == 0:
            tell(f"{shop.path.name}: {count:,} of {len(photos):,} photos")
        started = time.perf_counter()
        seen = identifier.look(photo.path)
        found = [reading(one, hear(seen, one), seen, 0.5) for one in guide.fields]
        seconds = time.perf_counter() - started
        assert len(found) == len(guide.fields)
        told = [
            _told(photo, one, seen, labels.get(one.field.name), usual[one.field.name])
            for one in guide.fields
            if whole and photo.truth.get(one.field.name)
        ]
        score = float(seen.scores[0]) if len(seen.scores) else 0.0
        exact = bool(seen.products) and seen.products[0].id == photo.product if photo.product else None
        yield Asked(photo.id, score, bounds.known(score) if bounds else None, exact, told, seconds)


def _told(photo: Photo, guide: FieldGuide, seen: Seen, labels: Rows | None, usual: str) -> Told:
    heard = hear(seen, guide)
    said = ladder(heard.field, heard.shares)
    found = reading(guide, heard, seen, 0.0)
    steps = [] if found is None else found.steps or [found]
    truth = photo.truth[guide.field.name]
    whole = fields.steps(truth) if guide.field.name == CATEGORY else [truth]
    levels = [
        Level(mass, step.confidence, level < len(whole) and fold(value) == fold(whole[level]))
        for level, ((value, mass), step) in enumerate(zip(said, steps, strict=False))
        if level < len(whole)
    ]
    alone = heard.voted
    answers = {
        "most frequent": usual,
        "look-alikes": heard.field.values[int(alone.argmax())] if alone.any() else "",
        "identify": said[-1][0] if said else "",
    }
    if labels is not None and seen.joint is not None:
        answers["label text"] = guide.field.values[int((labels @ seen.joint).argmax())]
    return Told(photo.id, guide.field.name, truth, answers, levels)


def _labels(shop: Shop, guide: Guide) -> dict[str, Rows]:
    """The names of all values of all fields as vectors, where words find pictures."""
    words: Encoder | None = eyes(shop).words
    if words is None:
        return {}
    named = {one.field.name: [one.field.label(at) for at in range(len(one.field.values))] for one in guide.fields}
    return {name: np.asarray(words.encode(texts)) for name, texts in named.items()}


def _most_frequent(shop: Shop, guide: FieldGuide) -> str:
    counts = Counter(value for product in shop.products() for value in fields.values(product, guide.field.name))
    return counts.most_common(1)[0][0]
