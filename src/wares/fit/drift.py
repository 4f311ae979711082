"""Drift: has the catalogue moved on so far since the last fit that another one is due?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from wares.encoders.fitted import Ground, ground
from wares.encoders.heads import Heads
from wares.encoders.terms import BUCKETS, of_text
from wares.evaluation.statistics import bootstrap
from wares.fit import judging
from wares.fit.captions import Captioner
from wares.fit.job import gather
from wares.fit.parting import Pictured, groups
from wares.fit.report import FitReport
from wares.fit.rollout import read_report
from wares.reports import OnProgress, Progress
from wares.shop import Shop

#: Another fit is due when this share of products came or changed since, when this share of the words in their titles
#: was never learned, or when their pictures are surely found worse by this much.
MUCH_NEW, MANY_WORDS, MUCH_WORSE = 0.3, 0.3, 0.05
#: New products that tell anything are no fewer than this.
FEWEST = 50


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed since the fit in force.

    ``new`` products came or changed since, of ``products``; ``unknown_words`` is the share of the terms of their
    titles that the fit learned nothing of. ``found_then`` is how well pictures of products held out were found by
    their titles when the fit was made, ``found_now`` how well those of new ones are among as many (mean reciprocal
    rank, with its 95 % interval from ``low`` to ``high``); None where there are too few.
    """

    fit: str
    due: bool
    verdict: str
    products: int = 0
    new: int = 0
    unknown_words: float | None = None
    found_then: float | None = None
    found_now: float | None = None
    low: float | None = None
    high: float | None = None


def drift(shop: Shop, *, on_progress: OnProgress | None = None) -> Drift:
    """Compare the catalogue with what it was when the fit in force was made. Nothing is changed."""
    if not shop.fit:
        return Drift(fit="", due=True, verdict="the shop has not been fitted yet", products=len(shop))
    report = read_report(shop, shop.fit)
    changed = shop.changed_since(report.last_change)
    found = Drift(fit=shop.fit, due=False, verdict="", products=len(shop), new=len(changed))
    heads = shop.fits.heads(shop.fit)
    if heads is not None and len(changed) >= FEWEST:
        base = ground(shop.fits.unfitted())
        pictured = gather(shop, base, on_progress or _silent)
        fresh = [one for one in pictured if one.product.id in changed]
        known = [one for one in pictured if one.product.id not in changed]
        found = _measured(found, fresh, known, base, heads, report)
    reasons = _reasons(found)
    verdict = f"fit again: {'; '.join(reasons)}" if reasons else "no need to fit again"
    return msgspec.structs.replace(found, due=bool(reasons), verdict=verdict)


def _measured(
    found: Drift, fresh: Sequence[Pictured], known: Sequence[Pictured], base: Ground, heads: Heads, report: FitReport
) -> Drift:
    said = [of_text(one.product.title) for one in fresh]
    terms = np.concatenate(said) if said else np.zeros(0, np.int64)
    learned = np.unpackbits(np.frombuffer(bytes.fromhex(report.terms), np.uint8)).astype(bool)
    if len(terms) and len(learned) == BUCKETS:
        found = msgspec.structs.replace(found, unknown_words=float((~learned[terms]).mean()))
    if len(fresh) < FEWEST or not report.measures:
        return found
    asked = fresh[: report.held_out]
    pool = [*asked, *known[: max(report.held_out - len(asked), 0)]]
    exam = judging.exam(pool, groups(pool), Captioner(one.product for one in pool), base.words, report.seed)
    values = judging.of_fit(exam, heads, base.prior).titles
    mine = np.array([one.product.id for one in pool if one.product.title.strip()])
    now = values[np.isin(mine, [one.product.id for one in asked])]
    low, high = bootstrap(now.tolist())
    then = report.measures[0].after
    return msgspec.structs.replace(found, found_then=then, found_now=float(now.mean()), low=low, high=high)


def _reasons(found: Drift) -> list[str]:
    share = found.new / max(found.products, 1)
    reasons = [f"{share:.0%} of the products are new or changed"] if share >= MUCH_NEW else []
    if (found.unknown_words or 0) >= MANY_WORDS:
        reasons.append(f"{found.unknown_words:.0%} of the words in their titles were never learned")
    then, now, high = found.found_then, found.found_now, found.high
    if then is not None and now is not None and high is not None and high < then - MUCH_WORSE:
        reasons.append(f"their pictures are found worse by titles ({now:.2f}, was {then:.2f})")
    return reasons


def _silent(_: Progress) -> None:
    """Nobody listens."""
