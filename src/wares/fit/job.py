"""``fit``: learn from a shop's catalogue, measure, build the index beside the old one, switch only when better."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from wares.encoders.fitted import Ground, ground
from wares.encoders.heads import Heads, save
from wares.encoders.terms import BUCKETS
from wares.errors import SetupError
from wares.fit import learning
from wares.fit.guard import Judged
from wares.fit.learning import Learnt, Start, TooLittle, learn
from wares.fit.parting import Pictured
from wares.fit.report import FitReport, Gain, gain
from wares.fit.rollout import Rollout, tried
from wares.fit.training import Recipe
from wares.fit.views import views
from wares.fits import HEADS, MODEL
from wares.reports import OnProgress, Progress
from wares.shop import Shop

#: Where a fit may begin: with the heads of the last fit, or those that wares brings, or with nothing. By itself it
#: begins with the last, or else with nothing: those that wares brings were no help (benchmarks/alignment/results.md).
STARTS = ("auto", "last", "shipped", "nothing")


def fit(
    shop: Shop,
    *,
    recipe: Recipe | None = None,
    start: str = "auto",
    force: bool = False,
    judged: Judged | None = None,
    on_progress: OnProgress | None = None,
) -> FitReport:
    """Fit the shop's heads to its catalogue and switch to them if that is better.

    Better means: on products held out their pictures are found better by words than now, by more than chance, and
    whole searches (questions made out of the catalogue, and those that are ``judged``) are not worse by more than
    chance. ``force`` switches in any case. Raises :class:`TooLittle` when there is too little to learn from,
    :class:`SetupError` for an unknown start or loss, :class:`~wares.fit.training.TrainingFailed` when the numbers run
    away, :class:`~wares.errors.ShopBusy` while another process fits or writes. Whatever is raised, the shop answers
    as before.
    """
    tell = on_progress or _silent
    recipe = recipe or Recipe()
    present = shop.fit
    _check(shop, present, start)
    in_force = shop.fits.heads(present)
    base = ground(shop.fits.unfitted())
    change = shop.info().last_change
    pictured = gather(shop, base, tell)
    rollout = Rollout(shop, force=force, judged=judged, tell=tell)
    with shop.fits.begin() as made:
        began_with, name = _start(shop, start, present)
        try:
            learnt = learn(
                pictured,
                base,
                recipe=recipe,
                in_force=in_force,
                start=began_with,
                views=lambda taught: views(taught, base.pictures, shop.settings.media, recipe.seed, tell),
                on_progress=tell,
            )
        except TooLittle as little:
            shop.fits.tried(tried(change, str(little)))
            raise
        report = _report(shop, learnt, recipe, name, present, change)
        better = _better(learnt)
        if not (better or force):
            return rollout.refused(report, "on products held out it is no better than what is in force")
        save(learnt.heads, made / HEADS)
        return rollout.switch(shop.fits.finish(made), report, better=better)


def gather(shop: Shop, base: Ground, tell: OnProgress) -> list[Pictured]:
    """The shop's products with what the tower has made of their pictures; of a large shop a part, by chance."""
    total = len(shop)
    share = min(1.0, 1.2 * learning.MOST_PRODUCTS / max(total, 1))
    chance = np.random.default_rng(20)
    found = []
    for done, (product, stored, rows) in enumerate(shop.features(base.pictures), 1):
        keys = list(dict.fromkeys(m.key for m in stored if m.key in rows))[: learning.MOST_PICTURES]
        if keys and chance.random() < share:
            found.append(Pictured(product, tuple(map(str, keys)), np.stack([rows[str(key)] for key in keys])))
        if done % 1000 == 0 or done == total:
            tell(Progress("reading pictures", done, total))
    return found


# -- before -------------------------------------------------------------------------------------------------------


def _check(shop: Shop, present: str, start: str) -> None:
    if start not in STARTS:
        raise SetupError(f"a fit cannot start from {start!r}; known: {', '.join(STARTS)}")
    if len(shop) == 0:
        raise TooLittle(f"{shop.path} has no products to learn from; add some: wares index {shop.path} FEED")
    if present and (shop.fits.path(present) / MODEL).is_dir():
        raise SetupError(
            f"{shop.path} works by a model that was adapted to it (fit {present}); adapt it again with --lora, or go "
            f"back: wares rollback {shop.path}"
        )
    if start == "last" and not present:
        raise SetupError(f"{shop.path} has no fit yet to start from; leave --from out")


def _start(shop: Shop, start: str, present: str) -> tuple[Start | None, str]:
    """The heads to begin with, and what they are called."""
    if start == "nothing":
        return None, start
    if present and start in ("auto", "last"):
        heads = shop.fits.heads(present)
        return (Start(heads, own=True) if heads else None), "last"
    shipped = shop.fits.heads("") if start == "shipped" else None
    return (Start(shipped), "shipped") if shipped else (None, "nothing")


# -- after --------------------------------------------------------------------------------------------------------


def _better(learnt: Learnt) -> bool:
    """Whether words find pictures of products held out better than now, by more than chance."""
    before, after = (np.concatenate(list(marks)).tolist() for marks in (learnt.before, learnt.after))
    return gain("both", before, after).better


def _report(shop: Shop, learnt: Learnt, recipe: Recipe, start: str, present: str, change: int) -> FitReport:
    measures: list[Gain] = [
        gain("title → picture, RR", learnt.before.titles.tolist(), learnt.after.titles.tolist()),
        gain("label → pictures, nDCG@10", learnt.before.labels.tolist(), learnt.after.labels.tolist()),
    ]
    looks = (("photo → product, P@1", learnt.looks.photos), ("photo → its like, P@10", learnt.looks.alike))
    measures += [gain(name, old.tolist(), new.tolist()) for name, (old, new) in looks if len(old)]
    return FitReport(
        verdict="",
        model=shop.settings.model,
        before=f"fit {present}" if present else "the model as it comes",
        loss=recipe.loss,
        start=start,
        seed=recipe.seed,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        products=learnt.products,
        pictures=learnt.pictures,
        held_out=learnt.held_out,
        captions=learnt.captions,
        best_step=learnt.best,
        prior=learnt.heads.prior,
        look=learnt.heads.look,
        measures=tuple(measures),
        curve=tuple((p.step, round(p.loss, 4), round(p.value, 4)) for p in learnt.curve if p.step),
        training_s=learnt.seconds,
        catalogue=len(shop),
        last_change=change,
        terms=known_terms(learnt.heads),
    )


def known_terms(heads: Heads) -> str:
    """Which buckets of terms the heads have learned anything of, as hexadecimal bits."""
    table = heads.words.table
    learned = table.any(axis=1) if len(table) else np.zeros(BUCKETS, np.bool_)
    return np.packbits(learned).tobytes().hex()


def _silent(_: Progress) -> None:
    """Nobody listens."""
