"""A catalogue asked about itself: what its own pictures teach of reading pictures, and of how sure that is.

Each picture is read by those of other products (:mod:`wares.identify.goods`), as a stranger's would be; what the
witnesses are worth, and how often an answer with so much evidence was right, follows from the truth being known.
Nothing is encoded but the names of values, and patterns once a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.identify import calibration, evidence, fields, goods, novelty
from wares.identify.calibration import Calibrator
from wares.identify.evidence import Mix
from wares.identify.eyes import Eyes, strangers
from wares.identify.fields import CATEGORY, Field
from wares.identify.goods import Asked, Goods
from wares.identify.guide import FieldGuide, Guide, Labels
from wares.identify.ladder import ladder
from wares.index.base import fold
from wares.reports import OnProgress, Progress
from wares.shop import Shop

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Flags = npt.NDArray[np.bool_]
    Ints = npt.NDArray[np.int64]

#: Names of values that are compared with pictures, the most frequent ones.
MOST_LABELS = 500
_STAGE = "learning from the catalogue's own pictures"


def learn(shop: Shop, eyes: Eyes, tell: OnProgress) -> Guide:
    """Ask a shop's catalogue about itself; at most a thousand pictures, a matter of seconds."""
    change, size = shop.info().last_change, len(shop)
    own = goods.gathered(shop, eyes, lambda done: tell(Progress(_STAGE, done, None)))
    asked = goods.asked(own, goods.chosen(shop, own))
    found = tuple(_guide(field, own, asked, eyes) for field in fields.fields(own.products))
    return Guide(
        products=size, change=change, pictures=len(asked.rows), fields=found, bounds=_bounds(shop, own, asked, eyes)
    )


def _bounds(shop: Shop, own: Goods, asked: Asked, eyes: Eyes) -> novelty.Bounds | None:
    nearest = asked.scores[:, 0] if asked.scores.shape[1] else np.zeros(0, np.float32)
    nearest = nearest[np.isfinite(nearest)]
    if len(nearest) < novelty.FEWEST:
        return None  # and no patterns are encoded in vain
    foreign = (strangers(shop, eyes.look) @ own.looks.T).max(axis=1)
    return novelty.bounds(nearest.tolist(), foreign.tolist())


def _guide(field: Field, own: Goods, asked: Asked, eyes: Eyes) -> FieldGuide:
    """How to read a field. Pictures are asked whose value a product of another group has too."""
    size = len(field.values)
    held = fields.labels(own.products, field)
    truth = _flags(held[own.owners[asked.rows]], size)
    ask = (truth & _shared(held, own.group, size)).any(axis=1)
    truth, scores, near = truth[ask], asked.scores[ask], held[asked.near[ask]]
    names, cosines = _compared(field, own, asked.rows[ask], eyes)
    enough = len(truth) >= calibration.FEWEST
    mix = evidence.chosen(scores, near, cosines, truth) if enough else Mix()
    voted = evidence.votes(scores, near, size, mix.look)
    said = evidence.likeness(cosines, mix.words) if cosines is not None else np.zeros_like(voted)
    sure, right = _curves(field, evidence.together(voted, said, mix), truth)
    return FieldGuide(
        field=field,
        mix=mix,
        sure=sure,
        asked=len(truth),
        right=right,
        usual=float(truth.mean(axis=0).max()) if len(truth) else 0.0,
        labels=names if mix.share < 1 else None,
    )


def _compared(field: Field, own: Goods, rows: Ints, eyes: Eyes) -> tuple[Labels | None, Vectors | None]:
    """The names of values as vectors, and their cosines with pictures; None where words find no pictures."""
    if eyes.words is None or own.joint is None:
        return None, None
    vectors = eyes.words.encode([field.label(at) for at in range(min(len(field.values), MOST_LABELS))])
    return Labels.of(vectors), evidence.padded(own.joint[rows] @ vectors.T, len(field.values))


def _flags(held: Ints, size: int) -> Flags:
    """Values by number (n, m), -1 for none, as yes and no (n, size)."""
    flags = np.zeros((len(held), size), np.bool_)
    row, slot = np.nonzero(held >= 0)
    flags[row, held[row, slot]] = True
    return flags


def _shared(held: Ints, group: Ints, size: int) -> Flags:
    """Which values products of two groups or more have."""
    row, slot = np.nonzero(held >= 0)
    pairs = np.unique(np.stack([held[row, slot], group[row]]), axis=1)
    return np.bincount(pairs[0], minlength=size) > 1


def _curves(field: Field, shares: Vectors, truth: Flags) -> tuple[tuple[Calibrator | None, ...], float]:
    """A curve for each level, and the share of pictures whose whole value was right."""
    told: list[list[tuple[float, bool]]] = [[] for _ in range(field.levels)]
    right = 0
    for row, own in zip(shares, truth, strict=True):
        true = [field.values[at] for at in np.flatnonzero(own).tolist()]
        said = ladder(field, row)
        right += bool(said) and said[-1][0] in true
        whole = {fold(step) for value in true for step in _steps(field, value)}
        deepest = max(len(_steps(field, value)) for value in true)
        for level, (value, mass) in enumerate(said[:deepest]):
            told[level].append((mass, fold(value) in whole))
    curves = tuple(calibration.fitted([mass for mass, _ in one], [hit for _, hit in one]) for one in told)
    return curves, right / len(truth) if len(truth) else 0.0


def _steps(field: Field, value: str) -> Sequence[str]:
    return fields.steps(value) if field.name == CATEGORY else (value,)
