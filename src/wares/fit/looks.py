"""Where pictures look for pictures: how much of it goes through the head.

It is decided by photos of known products, which some lend and nobody learns from, and by how alike in kind and colour
what is found is, among products held out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.fitted import Ground, seen
from wares.encoders.heads import Heads
from wares.fit import judging
from wares.fit.judging import Exam
from wares.fit.parting import Pictured

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Shares of the head that are tried.
SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
#: A product with so many pictures lends one to be asked with; in all at most so many, and no fewer to be believed.
LENDERS, MOST_LENT, FEWEST_LENT = 4, 500, 20


class Looks(NamedTuple):
    """How pictures find pictures before and after: photos of known products these products, and all their like."""

    photos: tuple[judging.Values, judging.Values]
    alike: tuple[judging.Values, judging.Values]


NONE = Looks((np.zeros(0), np.zeros(0)), (np.zeros(0), np.zeros(0)))


def lend(taught: Sequence[Pictured], seed: int) -> tuple[list[tuple[int, Vectors]], list[Pictured]]:
    """One picture of products that have several, to ask with later: (its product, its row), and the products without
    them."""
    several = [at for at, one in enumerate(taught) if len(one.rows) >= LENDERS]
    chance = np.random.default_rng(seed)
    chance.shuffle(several)
    lenders = {at: int(chance.integers(len(taught[at].rows))) for at in sorted(several[:MOST_LENT])}
    kept = [
        one
        if at not in lenders
        else one._replace(
            keys=one.keys[: lenders[at]] + one.keys[lenders[at] + 1 :], rows=np.delete(one.rows, lenders[at], axis=0)
        )
        for at, one in enumerate(taught)
    ]
    return [(at, taught[at].rows[place]) for at, place in lenders.items()], kept


def best(
    heads: Heads,
    ground: Ground,
    in_force: Heads | None,
    exam: Exam,
    lent: Sequence[tuple[int, Vectors]],
    kept: Sequence[Pictured],
) -> tuple[float, Looks]:
    """The share of the head in looks with which pictures find their product, and their like, best."""
    if ground.look is None:
        return 0.0, NONE
    plain = ground.look
    asked = np.zeros((0, plain.tower.dims), np.float32)
    if len(lent) >= FEWEST_LENT:
        asked = np.stack([row for _, row in lent])
    right = np.array([product for product, _ in lent])[: len(asked)]
    rows = np.concatenate([one.rows for one in kept])
    owners = np.repeat(np.arange(len(kept)), [len(one.rows) for one in kept])

    def values(heads: Heads, share: float) -> tuple[judging.Values, judging.Values]:
        def looked(features: Vectors) -> Vectors:
            return seen(features, plain.tower.shows, heads, plain, share) if share else plain.project(features)

        own = judging.looks(looked(asked), looked(rows), owners, right) if len(asked) else np.zeros(0)
        return own, judging.alike(exam, looked(exam.pictures))

    def worth(share: float) -> tuple[float, float]:
        means = [float(of_kind.mean()) for of_kind in tried[share] if len(of_kind)]
        return (sum(means) / len(means) if means else 0.0), -share

    tried = {share: values(heads, share) for share in SHARES}
    chosen = max(tried, key=worth)
    before = values(in_force, in_force.look) if in_force else tried[0.0]
    return chosen, Looks(photos=(before[0], tried[chosen][0]), alike=(before[1], tried[chosen][1]))
