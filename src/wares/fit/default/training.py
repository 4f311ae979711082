"""Heads from the free sets and the classes, and how much of the prior stays beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from wares.encoders import familiarity, unfitted
from wares.encoders.efficientnet import PictureTower
from wares.encoders.fitted import Ground, ground
from wares.encoders.heads import Heads, load, save
from wares.errors import SetupError
from wares.fit import judging
from wares.fit.captions import Captioner
from wares.fit.default import classes, sets
from wares.fit.learning import Learnt, learn
from wares.fit.network import Shape
from wares.fit.parting import Pictured, groups
from wares.fit.training import Recipe
from wares.reports import OnProgress
from wares.settings import Environment

#: No table of terms: the titles of a few hundred things are no vocabulary.
RECIPE = Recipe(words=Shape(buckets=0), pictures=Shape(), steps=400, viewed=0.0)
#: Shares of the prior that are tried.
PRIORS = (0.25, 0.5, 0.75, 0.9)
#: What such heads are to know is what they were shown, not what resembles it: percentiles of familiarity.
STRICT = (20.0, 60.0)
#: What counts as no loss: less than one question in a hundred that goes from right to wrong.
NO_LOSS = 0.005


class Tried(NamedTuple):
    """What the prior alone is worth on a set, and heads that have not seen it beside the prior, by its share."""

    left_out: str
    prior: float
    marks: Mapping[float, float]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What the card of the heads says that is measured."""

    date: str
    seed: int
    fingerprint: str
    prior: float
    products: Mapping[str, int]
    pictures: Mapping[str, int]
    left_out: Mapping[str, Mapping[str, float]]
    held_out: Mapping[str, tuple[float, float]]
    seconds: float


def trained(
    folder: Path, environment: Environment, on_progress: OnProgress, *, recipe: Recipe = RECIPE
) -> tuple[Heads, Card]:
    """The heads and their card. The same sets and seed give the same heads."""
    encoders = unfitted("default", environment)
    base = ground(encoders)
    if not isinstance(base.pictures, PictureTower):
        raise SetupError("the default model has no picture tower of the kind these heads are for")
    found = {name: sets.read(folder, name, base.pictures, on_progress) for name in sets.SETS}
    real = np.concatenate([one.rows for products in found.values() for one in products])
    made = classes.pictured(base.pictures, real, recipe.seed)
    tried = [_left_out(name, found, made, base, recipe, on_progress) for name in found]
    everything = [*(one for products in found.values() for one in products), *made]
    learnt = learn(everything, base, recipe=recipe, priors=(safest(tried),), on_progress=on_progress)
    photos = [one for products in found.values() for one in products]
    heads = msgspec.structs.replace(_photographed(learnt.heads, photos, base, recipe), look=0.0)
    return heads, _card(heads, learnt, tried, {**found, "classes": made}, recipe.seed)


def safest(tried: Sequence[Tried]) -> float:
    """The greatest share with which no set that was not seen fares worse than by the prior alone, but for NO_LOSS; 1
    if there is none. A smaller one would suit the sets that were learned from better, and no shop sells those."""
    shares = tried[0].marks
    return max((s for s in shares if all(one.marks[s] >= one.prior - NO_LOSS for one in tried)), default=1.0)


def write(heads: Heads, card: Card, path: Path) -> None:
    """The heads, and the figures of their card beside them."""
    save(heads, path)
    card = msgspec.structs.replace(card, fingerprint=load(path).fingerprint())  # as they are read, rounded to int8
    path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def _left_out(
    name: str,
    found: Mapping[str, Sequence[Pictured]],
    made: Sequence[Pictured],
    base: Ground,
    recipe: Recipe,
    tell: OnProgress,
) -> Tried:
    others = [one for other, products in found.items() if other != name for one in products]
    heads = _photographed(learn([*others, *made], base, recipe=recipe, on_progress=tell).heads, others, base, recipe)
    products = list(found[name])
    exam = judging.exam(products, groups(products), Captioner(p.product for p in products), base.words, recipe.seed)
    marks = {
        share: judging.of_fit(exam, msgspec.structs.replace(heads, prior=share), base.prior).mean for share in PRIORS
    }
    alone = judging.of_fit(exam, msgspec.structs.replace(heads, prior=1.0), base.prior).mean
    return Tried(name, alone, marks)


def _photographed(heads: Heads, products: Sequence[Pictured], base: Ground, recipe: Recipe) -> Heads:
    """The heads, familiar with what was photographed alone: a class that was never seen is not known by sight."""
    rows = np.concatenate([one.rows for one in products])[:, base.pictures.shows]
    known = familiarity.learned(rows[::2], rows[1::2], recipe.seed, STRICT)
    return msgspec.structs.replace(heads, familiar=known)


def _card(
    heads: Heads, learnt: Learnt, tried: Sequence[Tried], used: Mapping[str, Sequence[Pictured]], seed: int
) -> Card:
    before, after = learnt.prior or learnt.before, learnt.after
    pairs = {
        "title → picture, RR": (before.titles, after.titles),
        "label → pictures, nDCG@10": (before.labels, after.labels),
    }
    return Card(
        date=datetime.now(UTC).date().isoformat(),
        seed=seed,
        fingerprint=heads.fingerprint(),
        prior=heads.prior,
        products={name: len(products) for name, products in used.items()},
        pictures={name: sum(len(one.rows) for one in products) for name, products in used.items()},
        left_out={
            one.left_out: {f"{share:g}": round(mark, 4) for share, mark in {**one.marks, 1.0: one.prior}.items()}
            for one in tried
        },
        held_out={
            name: (round(float(old.mean()), 4), round(float(new.mean()), 4)) for name, (old, new) in pairs.items()
        },
        seconds=learnt.seconds,
    )
