"""``fit``: learn from a shop's catalogue, measure, build the index beside the old one, switch only when better."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np

from wares.encoders.fitted import Ground, ground
from wares.encoders.heads import Heads, load, save
from wares.encoders.terms import BUCKETS
from wares.errors import SetupError, StoreError, WaresError
from wares.evaluation.records import Judgments, QuerySet
from wares.fit import guard, learning
from wares.fit.learning import Learnt, Start, TooLittle, learn
from wares.fit.parting import Pictured
from wares.fit.report import FitReport, Gain, gain
from wares.fit.training import Recipe
from wares.fit.views import views
from wares.fits import HEADS, MODEL, REPORT
from wares.reports import OnProgress, Progress
from wares.shop import Shop

#: Where a fit may begin: with the heads of the last fit, or those that wares brings, or with nothing.
STARTS = ("auto", "last", "shipped", "nothing")


class Judged(NamedTuple):
    """Questions of people with their judgments, which a fit must not make worse."""

    queries: QuerySet
    judgments: Judgments


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
    began = time.monotonic()
    recipe = recipe or Recipe()
    present = shop.fit
    _check(shop, present, start)
    in_force = shop.fits.heads(present)
    base = ground(shop.fits.unfitted())
    change = shop.info().last_change
    pictured = gather(shop, base, tell)
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
            shop.fits.tried(_tried(change, str(little)))
            raise
        report = _report(shop, learnt, recipe, name, present, change)
        better = _better(learnt)
        if not (better or force):
            why = "not switched: on products held out it is no better than what is in force"
            return _ended(shop, report, began, why)
        save(learnt.heads, made / HEADS)
        load(made / HEADS)
        fitted = shop.fits.finish(made)
        return _rolled_out(shop, fitted, report, judged, force and not better, force, began, tell)


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
    shipped = shop.fits.heads("")
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
    if len(learnt.looks[0]):
        measures.append(gain("photo → product, P@1", learnt.looks[0].tolist(), learnt.looks[1].tolist()))
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


def _rolled_out(
    shop: Shop,
    fitted: str,
    report: FitReport,
    judged: Judged | None,
    forced: bool,
    force: bool,
    began: float,
    tell: OnProgress,
) -> FitReport:
    """Build the index with a fit, ask both, and switch or throw it away."""
    version = ""
    try:
        version = shop.build(fitted, progress=tell)
        with guard.questions(shop, judged, report.seed) as asked:
            found = guard.compare(shop, version, asked, tell)
        report = msgspec.structs.replace(report, shop=found)
        worse = [one.measure for one in found if one.worse]
        if worse and not force:
            raise _Worse(worse)
        why = "switched, because it was forced" if forced or worse else "switched: better on products held out"
        done = _done(msgspec.structs.replace(report, switched=True, fit=fitted, version=version), began, why)
        shop.fits.accept(fitted, msgspec.json.format(msgspec.json.encode(done)))
        shop.publish(version)
    except _Worse as told:
        shop.discard(version)
        shop.fits.discard(fitted)
        return _ended(shop, report, began, f"not switched: whole searches got worse ({', '.join(told.args[0])})")
    except BaseException:
        if shop.fit != fitted:
            shop.fits.discard(fitted)
            if version:
                with suppress(WaresError):  # say while another process writes; what is left is removed by the next
                    shop.discard(version)
        raise
    shop.fits.tried(_tried(report.last_change, why))
    return done


class _Worse(Exception):
    """Whole searches got worse."""


def _done(report: FitReport, began: float, verdict: str) -> FitReport:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = round(time.monotonic() - began, 1)
    return msgspec.structs.replace(report, verdict=verdict, seconds=seconds, peak_mb=round(peak))


def _ended(shop: Shop, report: FitReport, began: float, verdict: str) -> FitReport:
    shop.fits.tried(_tried(report.last_change, verdict))
    return _done(report, began, verdict)


def _tried(change: int, verdict: str) -> bytes:
    return msgspec.json.encode({"last_change": change, "verdict": verdict})


def known_terms(heads: Heads) -> str:
    """Which buckets of terms the heads have learned anything of, as hexadecimal bits."""
    table = heads.words.table
    learned = table.any(axis=1) if len(table) else np.zeros(BUCKETS, np.bool_)
    return np.packbits(learned).tobytes().hex()


def read_report(shop: Shop, name: str) -> FitReport:
    """The report of a fit of the shop."""
    try:
        return msgspec.json.decode(shop.fits.report(name), type=FitReport)
    except (msgspec.MsgspecError, UnicodeDecodeError) as damage:
        raise StoreError(
            f"{shop.fits.path(name) / REPORT} is damaged ({damage}); fit again: wares fit {shop.path} --force"
        ) from damage


def reports(shop: Shop) -> Iterable[FitReport]:
    """The reports of the shop's fits, oldest first."""
    return (read_report(shop, name) for name in shop.fits.names())


def _silent(_: Progress) -> None:
    """Nobody listens."""
