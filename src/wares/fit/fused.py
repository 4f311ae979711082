"""A learned fusion for a shop: trained, tried on questions held out, and applied when it wins."""

from __future__ import annotations

import msgspec

from wares.evaluation.records import Judgments, QuerySet
from wares.fit.fusing import FusionReport, learn_fusion
from wares.fit.guard import Judged
from wares.reports import OnProgress
from wares.settings import FusionSettings
from wares.shop import Shop


def fit_fusion(
    shop: Shop,
    *,
    judged: Judged | None = None,
    force: bool = False,
    seed: int = 20,
    on_progress: OnProgress | None = None,
) -> FusionReport:
    """Learn how to fuse (:func:`wares.fit.fusing.learn_fusion`), and work by it if it is better on questions that
    were held out; ``force`` does so in any case, if anything was learned. Raises as that does."""
    queries: QuerySet | None = judged.queries if judged else None
    judgments: Judgments | None = judged.judgments if judged else None
    with shop.fits.begin() as made:
        report = learn_fusion(shop, queries, judgments, folder=made, seed=seed, on_progress=on_progress)
        wanted = report.recommended
        if wanted is None and force and shop.fits.has_fusion(made):
            wanted = FusionSettings(method="learned")
            report = msgspec.structs.replace(report, verdict=f"forced; {report.verdict}")
        if wanted is None:
            return report
        name = shop.fits.finish(made)
    settings = msgspec.structs.replace(wanted, learned=name, weights=shop.settings.fusion.weights)
    report = msgspec.structs.replace(report, recommended=settings)
    shop.fits.accept(name, msgspec.json.format(msgspec.json.encode(report)))
    shop.apply(msgspec.structs.replace(shop.settings, fusion=settings), progress=on_progress)
    return report
