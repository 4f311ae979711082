"""From what the witnesses say of a field to what is said of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders import colour
from wares.identify import evidence, fields
from wares.identify.fields import CATEGORY, Field
from wares.identify.goods import NEIGHBOURS
from wares.identify.guide import FieldGuide
from wares.identify.ladder import ladder
from wares.identify.records import Reading, Source, Step
from wares.index.base import fold
from wares.records import Product

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Vectors

#: How many look-alikes are named that have a value.
MOST_IDS = 5
#: Colours of a picture that are named: the least share of its goods, and how many.
_COLOURED, _MOST_COLOURS = 0.2, 2


class Seen(NamedTuple):
    """A picture as a shop sees it: its look-alikes, nearest first, with their cosines; and its vector where words
    find pictures, if they do."""

    products: Sequence[Product]
    scores: Vectors
    joint: Vectors | None
    image: Image


class Heard(NamedTuple):
    """What the witnesses say of a field, share by value: of the guide's values first, then of new ones."""

    field: Field
    voted: Vectors
    said: Vectors
    shares: Vectors


def hear(seen: Seen, learnt: FieldGuide) -> Heard:
    """What the witnesses say of one field of a picture."""
    near, field = seen.products[:NEIGHBOURS], learnt.field
    known = field.numbers()
    told = (value for product in near for value in fields.values(product, field.name))
    new = {form: value for form, value in fields.spellings(told).items() if form not in known}
    wider = Field(field.name, (*field.values, *new.values()), field.levels)
    labels = fields.labels(near, wider)[None]
    voted = evidence.votes(seen.scores[None, :NEIGHBOURS], labels, len(wider.values), learnt.mix.look)[0]
    said = np.zeros_like(voted)
    if learnt.labels is not None and seen.joint is not None:
        cosines = evidence.padded((learnt.labels.vectors() @ seen.joint)[None], len(wider.values))
        said = evidence.likeness(cosines, learnt.mix.words)[0]
    return Heard(wider, voted, said, evidence.together(voted, said, learnt.mix))


def reading(learnt: FieldGuide, heard: Heard, seen: Seen, sure: float) -> Reading | None:
    """The deepest step of the answer that is sure enough; None when none is."""
    steps: list[Step] = []
    masses: list[float] = []
    least = 1.0
    for level, (value, mass) in enumerate(ladder(heard.field, heard.shares)):
        curve = learnt.sure[level] if level < len(learnt.sure) else None
        if curve is not None:
            least = min(least, curve(mass))
        steps.append(Step(value, None if curve is None else round(least, 4)))
        masses.append(mass)
    enough = [at for at, step in enumerate(steps) if _enough(step, masses[at], sure)]
    if not enough:
        return None
    at, near = enough[-1], seen.products[:NEIGHBOURS]
    return Reading(
        field=heard.field.name,
        value=steps[at].value,
        confidence=steps[at].confidence,
        source=_source(learnt, heard, steps[at].value),
        evidence=_shares(heard, steps[at].value),
        steps=tuple(steps) if len(steps) > 1 else (),
        ids=tuple(product.id for product in near if _has(product, heard.field, steps[at].value))[:MOST_IDS],
    )


def _enough(step: Step, mass: float, sure: float) -> bool:
    """If a value is said: by its confidence or, where the catalogue cannot tell that, by most of the evidence."""
    return mass > 0.5 if step.confidence is None else step.confidence >= sure


def _shares(heard: Heard, value: str) -> dict[str, float]:
    """What each witness gives to a value, all that lies below it included."""
    below = [at for at, other in enumerate(heard.field.values) if _within(heard.field, other, value)]
    told = {"look-alikes": heard.voted, "label text": heard.said}
    return {name: round(float(shares[below].sum()), 4) for name, shares in told.items() if shares.any()}


def _source(learnt: FieldGuide, heard: Heard, value: str) -> Source:
    """The witness that gave most of the evidence, or both if neither gave four fifths."""
    shares = _shares(heard, value)
    voted, said = shares.get("look-alikes", 0.0), shares.get("label text", 0.0)
    share = learnt.mix.share if "look-alikes" in shares and "label text" in shares else float("look-alikes" in shares)
    total = share * voted + (1 - share) * said
    part = share * voted / total if total else 0.0
    return "look-alikes" if part >= 0.8 else "label text" if part <= 0.2 else "look-alikes and label text"


def _has(product: Product, field: Field, value: str) -> bool:
    return any(_within(field, own, value) for own in fields.values(product, field.name))


def _within(field: Field, value: str, outer: str) -> bool:
    """Whether a value is another one, or a category below it."""
    below = field.name == CATEGORY and fold(value).startswith(f"{fold(outer)}/")
    return below or fold(value) == fold(outer)


def colours(image: Image) -> Iterator[Reading]:
    """The colours of the goods in a picture, where the catalogue names none: none can say how often that is right."""
    shares = colour.of_picture(image) ** 2
    for at in np.argsort(-shares, kind="stable")[:_MOST_COLOURS].tolist():
        if shares[at] >= _COLOURED:
            yield Reading(
                field="colour",
                value=colour.NAMES[at],
                confidence=None,
                source="colours of the picture",
                evidence={"colours": round(float(shares[at]), 4)},
            )
