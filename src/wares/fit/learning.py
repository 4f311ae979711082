"""Heads from pictured products: held out, worded, trained, judged. It knows no shop, and switches nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.encoders import familiarity
from wares.encoders.fitted import Ground
from wares.encoders.heads import Head, Heads
from wares.encoders.terms import BUCKETS
from wares.errors import SetupError
from wares.fit import judging, looks
from wares.fit.captions import Captioner
from wares.fit.judging import Exam, Marks
from wares.fit.losses import LOSSES
from wares.fit.material import Material
from wares.fit.parting import Pictured, groups, held_out
from wares.fit.training import SLACK, Point, Recipe, train
from wares.fit.wording import encoded, worded
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

#: Below so many pictured products (or pictures of fewer), and groups of them that can be told apart, nothing is
#: learned that would last.
FEWEST_PRODUCTS, FEWEST_PICTURES, FEWEST_GROUPS, FEWEST_HELD_OUT = 200, 500, 50, 10
#: How many products are learned from at most, and how many pictures of each where there are few products; of more
#: products fewer, so that there are no more than ALL_PICTURES but for four of each.
MOST_PRODUCTS, MOST_PICTURES, ALL_PICTURES, FEWEST_EACH = 20_000, 32, 40_000, 4
#: Shares of the prior that are tried on what is held out.
PRIORS = (0.05, 0.1, 0.25, 0.5)
#: The error of a mean over n questions is about this over the root of n.
ERROR = 0.4
#: A bigger share of the prior is taken when it costs no more than this: it finds what was never learned.
_NO_LOSS = 0.0005
#: Steps for so many pairs: (pairs, steps); twice the pairs, some half more steps.
_STEPS = ((500, 250), (1_000, 350), (2_000, 450), (4_000, 550), (8_000, 650), (1 << 62, 800))
#: What a start from the last heads takes of the steps and of the learning rate.
_AGAIN_STEPS, _AGAIN_RATE = 0.5, 0.5


class TooLittle(SetupError):
    """There is too little to learn from; the message says what is missing."""


class Start(NamedTuple):
    """Heads to begin with. ``own``: they were fitted on this catalogue before, and only have to catch up."""

    heads: Heads
    own: bool = False


class Views(NamedTuple):
    """Other views of pictures: rows (n, d), and the product and picture that each shows."""

    rows: Vectors
    shown: Sequence[tuple[int, int]]


#: Products, in the order given, → other views of some of their pictures.
MakeViews = Callable[[Sequence[Pictured]], Views]


class Learnt(NamedTuple):
    """Heads, and what they are worth on the products held out.

    ``before`` and ``after`` are marks without and with them: of the prior, or of the heads there were.
    """

    heads: Heads
    before: Marks
    prior: Marks | None
    after: Marks
    looks: looks.Looks
    products: int
    pictures: int
    held_out: int
    captions: int
    curve: tuple[Point, ...]
    best: int
    seconds: float


def learn(
    pictured: Sequence[Pictured],
    ground: Ground,
    *,
    recipe: Recipe | None = None,
    in_force: Heads | None = None,
    start: Start | None = None,
    views: MakeViews | None = None,
    priors: Sequence[float] = PRIORS,
    on_progress: OnProgress | None = None,
) -> Learnt:
    """Fit heads to products. The same products, recipe and seed give the same heads.

    ``in_force`` are the heads they are compared with, ``start`` those they begin with. Raises :class:`TooLittle` when
    there is too little to learn from, :class:`~wares.fit.training.TrainingFailed` when the numbers run away,
    :class:`SetupError` for an unknown loss.
    """
    tell = on_progress or _silent
    began = time.monotonic()
    recipe = _checked(recipe or Recipe())
    chosen = _sample(pictured, recipe.seed)
    group = groups(chosen)
    out = held_out(chosen, group)
    _check_enough(chosen, group, out)
    captioner = Captioner(one.product for one in chosen)
    held = [one for one, is_out in zip(chosen, out, strict=True) if is_out]
    examined = judging.exam(held, group[out], captioner, ground.words, recipe.seed)
    taught = [one for one, is_out in zip(chosen, out, strict=True) if not is_out]
    lent, kept = looks.lend(taught, recipe.seed)
    material, captions = _material(kept, group[~out], ground, captioner, recipe, views, tell)
    recipe = _paced(recipe, len(material.owners), again=bool(start and start.own))

    def judge(words: Head, pictures: Head) -> float:
        return judging.of_heads(examined, words, pictures).mean

    def told(step: int, steps: int, value: float) -> None:
        tell(Progress("training", step, steps, note=f"held out {value:.3f}"))

    slack = max(SLACK, ERROR / math.sqrt(max(len(examined.titles.right), 1)))
    trained = train(material, recipe, judge, told, _beginning(start, material), slack)
    shows = ground.pictures.shows
    heads = Heads(
        words=trained.words,
        pictures=trained.pictures,
        familiar=familiarity.learned(material.pictures[:, shows], examined.pictures[:, shows], recipe.seed),
        towers=(ground.words.fingerprint, ground.pictures.fingerprint),
        prior=0.0,
    )
    heads, after = _best_prior(examined, heads, ground, priors)
    look, found = looks.best(heads, ground, in_force, examined, lent, kept)
    alone = _prior_alone(examined, ground)
    return Learnt(
        heads=msgspec.structs.replace(heads, look=look),
        before=judging.of_fit(examined, in_force, ground.prior) if in_force else alone or judging.by_chance(examined),
        prior=alone,
        after=after,
        looks=found,
        products=len(taught),
        pictures=len(material.owners),
        held_out=len(held),
        captions=captions,
        curve=trained.curve,
        best=trained.best,
        seconds=round(time.monotonic() - began, 1),
    )


# -- what is learned from -----------------------------------------------------------------------------------------


def _checked(recipe: Recipe) -> Recipe:
    if recipe.loss not in LOSSES:
        raise SetupError(f"unknown loss {recipe.loss!r}; known: {', '.join(LOSSES)}")
    return recipe


def _sample(pictured: Sequence[Pictured], seed: int) -> list[Pictured]:
    """Products with pictures, at most MOST_PRODUCTS of them by chance, each with its first pictures."""
    usable = [one for one in pictured if len(one.rows)]
    if len(usable) > MOST_PRODUCTS:
        places = np.random.default_rng(seed).choice(len(usable), MOST_PRODUCTS, replace=False)
        usable = [usable[at] for at in sorted(places.tolist())]
    most = int(np.clip(ALL_PICTURES // max(len(usable), 1), FEWEST_EACH, MOST_PICTURES))
    return [one._replace(keys=one.keys[:most], rows=one.rows[:most]) for one in usable]


def _check_enough(chosen: Sequence[Pictured], group: Ints, out: npt.NDArray[np.bool_]) -> None:
    pictures = len({key for one in chosen for key in one.keys})
    if len(chosen) < FEWEST_PRODUCTS and pictures < FEWEST_PICTURES:
        raise TooLittle(
            f"{len(chosen):,} products have a picture that could be read, and a fit needs {FEWEST_PRODUCTS} or more, "
            f"or {FEWEST_PICTURES} different pictures of fewer"
        )
    found = len(np.unique(group))
    if found < FEWEST_GROUPS:
        raise TooLittle(
            f"the {len(chosen):,} products with pictures share {found} titles or pictures among them; a fit needs "
            f"{FEWEST_GROUPS} or more that can be told apart"
        )
    left, held = len(np.unique(group[~out])), len(np.unique(group[out]))
    if held < FEWEST_HELD_OUT or left < FEWEST_GROUPS - FEWEST_HELD_OUT:
        raise TooLittle(f"of {found} products that can be told apart {held} can be held out: too few to measure on")


def _material(
    taught: Sequence[Pictured],
    group: Ints,
    ground: Ground,
    captioner: Captioner,
    recipe: Recipe,
    views: MakeViews | None,
    tell: OnProgress,
) -> tuple[Material, int]:
    found = worded([one.product for one in taught], captioner, recipe.seed)
    texts = encoded(ground.words, found.captions, lambda done, total: tell(Progress("reading words", done, total)))
    starts = np.cumsum([0, *(len(one.rows) for one in taught)])
    seen = views(taught) if views is not None and recipe.viewed > 0 else Views(np.zeros((0, 0), np.float32), ())
    viewed = np.array([starts[product] + picture for product, picture in seen.shown], np.int64)
    return (
        Material(
            pictures=np.concatenate([one.rows for one in taught]),
            owners=np.repeat(np.arange(len(taught)), [len(one.rows) for one in taught]),
            views=seen.rows,
            viewed=viewed,
            texts=texts,
            own=found.own,
            said=found.said,
            stated=found.stated,
            facets=found.facets,
            groups=group,
            kinds=found.kinds,
            banks=found.banks,
        ),
        len(found.captions),
    )


def _paced(recipe: Recipe, pairs: int, *, again: bool) -> Recipe:
    """The recipe with the steps that so many pairs need, unless it says how many."""
    steps = recipe.steps or next(steps for most, steps in _STEPS if pairs <= most)
    if again:
        return msgspec.structs.replace(recipe, steps=int(steps * _AGAIN_STEPS), rate=recipe.rate * _AGAIN_RATE)
    return msgspec.structs.replace(recipe, steps=steps)


def _beginning(start: Start | None, material: Material) -> tuple[Head, Head] | None:
    """Heads to begin with, if they read what there is to read; their table gets its rows if it has none."""
    if start is None:
        return None
    words, pictures = start.heads.words, start.heads.pictures
    if words.reads != material.texts.features.shape[1] or pictures.reads != material.pictures.shape[1]:
        return None
    if not len(words.table):
        words = msgspec.structs.replace(words, table=np.zeros((BUCKETS, words.dims), np.float32))
    return words, pictures


# -- what came of it ----------------------------------------------------------------------------------------------


def _best_prior(exam: Exam, heads: Heads, ground: Ground, priors: Sequence[float]) -> tuple[Heads, Marks]:
    """The heads with the share of the prior with which they are best, of near equals the bigger."""
    shares = priors if ground.prior else (0.0,)
    ways = {share: msgspec.structs.replace(heads, prior=share) for share in shares}
    tried = {share: judging.of_fit(exam, way, ground.prior) for share, way in ways.items()}
    best = max(marks.mean for marks in tried.values())
    share = max(share for share, marks in tried.items() if marks.mean >= best - _NO_LOSS)
    return ways[share], tried[share]


def _prior_alone(exam: Exam, ground: Ground) -> Marks | None:
    if ground.prior is None:
        return None
    words, pictures = ground.prior
    dims = words.tower.dims
    return judging.marks(
        exam,
        words.project(exam.titles.texts.prior[:, :dims]),
        pictures.project(exam.pictures),
        words.project(exam.labels.texts.prior[:, :dims]),
    )


def _silent(_: Progress) -> None:
    """Nobody listens."""
