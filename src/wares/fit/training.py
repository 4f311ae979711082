"""The training of heads: batches with hard negatives, a cosine schedule, early stopping on products held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.encoders.heads import Bag, Head
from wares.errors import WaresError
from wares.fit.losses import LOSSES, Loss, Slopes
from wares.fit.material import Material
from wares.fit.network import Shape, Trainee, begin

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

_WARM_UP = 30
#: The scale of cosines is learned from here, and never beyond (Radford et al. 2021 cap it at 100).
_SCALE, _GREATEST_SCALE = 15.0, 50.0
_SHIFT = -10.0
#: Of states that are as good as the best but for so much, the last is kept, unless the judge's own error is told: a
#: single measurement is half chance, and what is measured last has been cooled. Training stops when it has been worse
#: for a while.
SLACK = 0.01
#: What pictures of one product count beside its captions, where products have several.
PAIRED = 0.5
#: Names of a bank that are asked at once.
_AT_ONCE = 96


class TrainingFailed(WaresError):
    """The numbers ran away; nothing was learnt that could be used."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How heads are trained. ``benchmarks/alignment`` compares these settings."""

    loss: str = "infonce"
    pictures: Shape = Shape()
    words: Shape = Shape(buckets=8192)
    batch: int = 384
    captions: int = 2
    #: Of a product's captions, the share that is its own; of these, the share that is its title as it stands.
    own: float = 0.4
    titled: float = 0.9
    rate: float = 1e-3
    table_rate: float = 3.0
    decay: float = 0.05
    dropout: float = 0.3
    noise: float = 0.1
    #: Shares of captions without any term, and of terms left out.
    bagless: float = 0.3
    forgotten: float = 0.2
    #: What the banks count beside the captions, each.
    banked: float = 0.25
    #: Share of a batch that comes in neighbourhoods: products of one kind.
    hard: float = 0.1
    neighbourhood: int = 12
    #: Share of pictures that are shown in another view, where there is one.
    viewed: float = 0.5
    averaged: float = 0.98
    #: 0: as many as the number of pairs wants.
    steps: int = 0
    every: int = 25
    patience: int = 8
    seed: int = 20


class Point(NamedTuple):
    """One place of the learning curve."""

    step: int
    loss: float
    value: float


class Trained(NamedTuple):
    """Two heads as they were at their best, and how they came about."""

    words: Head
    pictures: Head
    curve: tuple[Point, ...]
    best: int


#: (head of words, head of pictures) → how good they are on products held out; higher is better.
Judge = Callable[[Head, Head], float]
#: (step, steps, value) as they come.
Tell = Callable[[int, int, float], None]


def train(
    material: Material,
    recipe: Recipe,
    judge: Judge,
    tell: Tell,
    start: tuple[Head, Head] | None = None,
    slack: float = SLACK,
) -> Trained:
    """Train heads, from ``start`` (words, pictures) or from nothing. Differences of ``slack`` in what the judge says
    are no differences.

    Raises :class:`TrainingFailed` when the loss is no number any more.
    """
    chance = np.random.default_rng(recipe.seed)
    words_head, pictures_head = start or (
        begin(material.texts.features, recipe.words, chance),
        begin(material.pictures, recipe.pictures, chance),
    )
    words = Trainee(words_head, decay=recipe.decay, table_rate=recipe.table_rate, averaged=recipe.averaged)
    pictures = Trainee(pictures_head, decay=recipe.decay, table_rate=1.0, averaged=recipe.averaged)
    batches = Batches(material, recipe, chance)
    loss, scale, moments = LOSSES[recipe.loss], _Scale(recipe), 0.0
    curve = [Point(0, float("nan"), judge(words_head, pictures_head))]
    kept, best, highest = (words_head, pictures_head), 0, curve[0].value if start else -math.inf
    for step in range(1, recipe.steps + 1):
        moments += _step(batches.draw(), words, pictures, loss, scale, recipe, step, chance)
        if step % recipe.every and step != recipe.steps:
            continue
        heads = words.head(), pictures.head()
        value = judge(*heads)
        curve.append(Point(step, moments / recipe.every, value))
        moments = 0.0
        tell(step, recipe.steps, value)
        if value >= highest - slack:
            kept, best = heads, len(curve) - 1
        elif len(curve) - 1 - best >= recipe.patience:
            break
        highest = max(highest, value)
    return Trained(*kept, tuple(curve), curve[best].step)


class _Scale:
    """The learned scale of cosines, as a logarithm, and their shift."""

    def __init__(self, recipe: Recipe) -> None:
        self.log = float(np.log(_SCALE))
        self.shift = _SHIFT if recipe.loss == "siglip" else 0.0

    def step(self, rate: float, scale: float, shift: float) -> None:
        """One step of the sign of each slope, as Adam's steps are for a single number."""
        self.log = float(np.clip(self.log - rate * np.sign(scale), 0, np.log(_GREATEST_SCALE)))
        self.shift -= 10 * rate * float(np.sign(shift))


class Batch(NamedTuple):
    """Pictures (b, d) of products, captions (c, d) with their terms, and which belong together (c, b).

    ``others`` (k, d) are further pictures of products that have several, ``twins`` (k, b) tells which pictures are
    theirs too. ``parts`` are rows of the captions that make a loss each, and what it counts: what was said of the
    products, then all names of every bank.
    """

    pictures: Vectors
    captions: Vectors
    bag: Bag
    together: npt.NDArray[np.bool_]
    parts: Sequence[tuple[slice, float]]
    others: Vectors
    twins: npt.NDArray[np.bool_]


class Batches:
    """Draws batches. Every product is met about as often as any other."""

    def __init__(self, material: Material, recipe: Recipe, chance: np.random.Generator) -> None:
        self._material, self._recipe, self._chance = material, recipe, chance
        order = np.argsort(material.owners, kind="stable")
        self._pictures = np.split(order, np.searchsorted(material.owners[order], np.arange(1, len(material.groups))))
        self._views: dict[int, list[int]] = {}
        for view, picture in enumerate(material.viewed.tolist()):
            self._views.setdefault(picture, []).append(view)
        self._usable = np.array([p for p, own in enumerate(self._pictures) if len(own) and len(material.own[p])])
        self._kinds: dict[int, Ints] = {}
        for kind in np.unique(material.kinds[self._usable]):
            members = self._usable[material.kinds[self._usable] == kind]
            if kind >= 0 and len(members) > 1:
                self._kinds[int(kind)] = members
        self._queue = np.zeros(0, np.int64)

    def draw(self) -> Batch:
        m, chance = self._material, self._chance
        products = self._products()
        pictures = np.array([chance.choice(self._pictures[p]) for p in products])
        features = m.pictures[pictures]
        if len(m.viewed):
            for row in np.flatnonzero(chance.random(len(pictures)) < self._recipe.viewed):
                if others := self._views.get(int(pictures[row])):
                    features[row] = m.views[chance.choice(others)]
        more, twins = self._others(products, pictures)
        speakers = np.repeat(products, self._recipe.captions)
        captions = np.array([self._caption(int(p)) for p in speakers])
        together, parts = [m.together(captions, speakers, products)], [(slice(0, len(captions)), 1.0)]
        for bank in m.banks if self._recipe.banked else ():
            values = chance.permutation(len(bank.facets))[:_AT_ONCE]
            names = np.array([chance.choice(bank.names[value]) for value in values])
            together.append(m.holds([frozenset((int(bank.facets[value]),)) for value in values], products))
            parts.append((slice(len(captions), len(captions) + len(names)), self._recipe.banked))
            captions = np.concatenate([captions, names])
        read = m.texts.features[captions]
        return Batch(features, read, self._bag(captions), np.concatenate(together), parts, more, twins)

    def _others(self, products: Ints, pictures: Ints) -> tuple[Vectors, npt.NDArray[np.bool_]]:
        """Another picture of every product that has several."""
        m = self._material
        several = [row for row, product in enumerate(products) if len(self._pictures[product]) > 1]
        chosen = [
            int(self._chance.choice(self._pictures[products[row]][self._pictures[products[row]] != pictures[row]]))
            for row in several
        ]
        groups = m.groups[products]
        return m.pictures[np.array(chosen, np.int64)], groups[several][:, None] == groups[None, :]

    def _products(self) -> Ints:
        size = min(self._recipe.batch, len(self._usable))
        if len(self._queue) < size:
            self._queue = np.r_[self._queue, self._chance.permutation(self._usable)]
        fresh, self._queue = self._queue[:size], self._queue[size:]
        crowded = int(size * self._recipe.hard) // self._recipe.neighbourhood
        found = list(fresh[: size - crowded * self._recipe.neighbourhood])
        for product in fresh[len(found) : len(found) + crowded]:
            members = self._kinds.get(int(self._material.kinds[product]), self._usable)
            found += list(
                self._chance.choice(members, min(self._recipe.neighbourhood - 1, len(members)), replace=False)
            )
            found.append(product)
        return np.unique(np.array(found, np.int64))

    def _caption(self, product: int) -> int:
        own, said = self._material.own[product], self._material.said[product]
        if not len(said) or self._chance.random() < self._recipe.own:
            return int(own[0] if self._chance.random() < self._recipe.titled else self._chance.choice(own))
        return int(self._chance.choice(said[int(self._chance.integers(len(said)))]))

    def _bag(self, captions: Ints) -> Bag:
        bag = self._material.texts.bag(captions)
        silent = self._chance.random(len(captions)) < self._recipe.bagless
        kept = (self._chance.random(len(bag.terms)) >= self._recipe.forgotten) & ~silent[bag.rows]
        return Bag(bag.terms[kept], bag.rows[kept], bag.texts)


def _step(
    batch: Batch,
    words: Trainee,
    pictures: Trainee,
    loss: Loss,
    scale: _Scale,
    recipe: Recipe,
    step: int,
    chance: np.random.Generator,
) -> float:
    rate = recipe.rate * _schedule(step, recipe.steps)
    said = words.forward(_noisy(words.scaled(batch.captions), recipe, chance), batch.bag, recipe.dropout, chance)
    shown = np.concatenate([batch.pictures, batch.others])
    seen = pictures.forward(_noisy(pictures.scaled(shown), recipe, chance), None, recipe.dropout, chance)
    own, others = np.split(seen.vectors, [len(batch.pictures)])
    slopes = _slopes(batch, said.vectors @ own.T, loss, scale)
    if not (np.isfinite(slopes.loss) and np.isfinite(slopes.cosines).all()):
        raise TrainingFailed(f"the loss became {slopes.loss} at step {step}; nothing was kept")
    words.backward(said, slopes.cosines @ own)
    towards = slopes.cosines.T @ said.vectors
    if len(others):
        twins = np.float32(PAIRED) * loss(others @ own.T, batch.twins, scale.log, scale.shift).cosines
        towards = np.concatenate([towards + twins.T @ others, twins @ own])
    pictures.backward(seen, towards)
    lengths = words.step(rate), pictures.step(rate)
    if not np.isfinite(lengths).all():
        raise TrainingFailed(f"the slopes became infinite at step {step}; nothing was kept")
    scale.step(rate, slopes.scale, slopes.shift)
    return slopes.loss


def _slopes(batch: Batch, cosines: Vectors, loss: Loss, scale: _Scale) -> Slopes:
    """The losses of all parts, added."""
    slope = np.zeros_like(cosines)
    total = by_scale = by_shift = 0.0
    for rows, counts in batch.parts:
        found = loss(cosines[rows], batch.together[rows], scale.log, scale.shift)
        slope[rows] = np.float32(counts) * found.cosines
        total += counts * found.loss
        by_scale += counts * found.scale
        by_shift += counts * found.shift
    return Slopes(total, slope, by_scale, by_shift)


def _noisy(x: Vectors, recipe: Recipe, chance: np.random.Generator) -> Vectors:
    return x + np.float32(recipe.noise) * chance.standard_normal(x.shape, dtype=np.float32) if recipe.noise else x


def _schedule(step: int, steps: int) -> float:
    """Up over the first steps, then down along half a cosine (Loshchilov and Hutter, "SGDR", 2017)."""
    up = min(1.0, step / _WARM_UP)
    return up * (0.49 * (1 + math.cos(math.pi * min(1.0, step / steps))) + 0.02)
