"""What ``wares fit`` learns, under the protocol: the product's own code on the examples that a split gives.

``python -m benchmarks.alignment.table`` runs it beside the yardstick.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.alignment.asking import Pair
from benchmarks.alignment.splits import Example, Training
from benchmarks.pictures import Rows
from wares.encoders import unfitted
from wares.encoders.base import Encoder
from wares.encoders.fitted import Ground, fitted, ground
from wares.encoders.heads import Heads
from wares.fit.learning import Learnt, Start, learn
from wares.fit.parting import Pictured
from wares.fit.training import Recipe
from wares.records import Product
from wares.settings import Environment


class Fitting:
    """A way that learns as ``wares fit`` does. ``most`` products are learned from at most, the first by chance;
    ``start`` are heads to begin with. ``learnt`` is what came of the last one."""

    def __init__(
        self,
        encoders: Sequence[Encoder],
        recipe: Recipe | None = None,
        *,
        most: int | None = None,
        start: Heads | None = None,
        **learning: object,
    ) -> None:
        self.encoders = tuple(encoders)
        self.ground = ground(encoders)
        self.recipe = recipe or Recipe()
        self.most, self.start = most, start
        self.learning = learning
        self.learnt: Learnt | None = None

    def __call__(self, training: Training, seed: int) -> Pair:
        products = pictured(training, self.ground)
        if self.most is not None:
            order = np.random.default_rng(seed).permutation(len(products))[: self.most]
            products = [products[at] for at in sorted(order.tolist())]
        recipe = msgspec.structs.replace(self.recipe, seed=seed)
        start = Start(self.start) if self.start else None
        self.learnt = learn(products, self.ground, recipe=recipe, start=start, **self.learning)  # type: ignore[arg-type]
        return pair(fitted(self.encoders, self.learnt.heads))


def default(texts: object = None) -> tuple[Encoder, ...]:
    """The encoders of the default model without any heads; ``texts`` remembers what the text tower has encoded."""
    encoders = unfitted("default", Environment.read())
    for encoder in encoders if texts is not None else ():
        inner = encoder.tower
        if inner.modality == "text":
            holder, name = (inner, "_tower") if hasattr(inner, "_tower") else (encoder, "tower")
            setattr(holder, name, texts)
    return encoders


def pair(encoders: Sequence[Encoder]) -> Pair:
    """Encoders as the protocol asks them: words and pictures of the space that both are in, and looks."""
    by = {(encoder.space, encoder.modality): encoder for encoder in encoders}
    space = next(
        encoder.space for encoder in reversed(encoders) if (encoder.space, "text") in by and _joint(by, encoder)
    )
    words, seen = by[space, "text"], by[space, "image"]
    looks = next((encoder for encoder in encoders if encoder.modality == "image" and encoder is not seen), seen)
    width = seen.tower.dims

    def of_words(texts: Sequence[str]) -> Rows:
        return words.project(words.tower.features(list(texts)))

    return Pair(of_words, lambda rows: seen.project(rows[:, :width]), lambda rows: looks.project(rows[:, :width]))


def pictured(training: Training, base: Ground) -> list[Pictured]:
    """Examples as products with all their pictures."""
    rows: dict[str, list[int]] = {}
    for at, example in enumerate(training.examples):
        rows.setdefault(example.product, []).append(at)
    return [
        Pictured(
            product(training.examples[places[0]]),
            tuple(f"{training.name} {training.examples[at].place}" for at in places),
            training.rows[places][:, : base.pictures.dims],
        )
        for places in rows.values()
    ]


def product(example: Example) -> Product:
    """An example as a feed would give it."""
    named = {
        "colour": example.colour,
        "gender": example.gender,
        "usage": example.usage,
        "title_zh": example.chinese,
    }
    return Product(
        id=example.product,
        title=example.title,
        description=example.description,
        brand=example.brand,
        category=example.kind,
        attributes={name: value for name, value in named.items() if value},
    )


def _joint(by: dict[tuple[str, str], Encoder], encoder: Encoder) -> bool:
    return (encoder.space, "image") in by
