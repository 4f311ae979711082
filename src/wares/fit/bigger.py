"""A bigger model for a shop: adapted to its pictures by LoRA, then rolled out like any fit.

The shop's pictures are encoded again by the new model, while the version in force answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares import encoders as models
from wares import media
from wares.encoders.base import Encoder
from wares.encoders.fitted import ground
from wares.errors import MediaError, SetupError
from wares.fit import judging
from wares.fit.captions import Captioner
from wares.fit.guard import Judged
from wares.fit.job import gather
from wares.fit.learning import FEWEST_HELD_OUT, FEWEST_PRODUCTS, TooLittle
from wares.fit.lora import Example, LoraReport, LoraSettings, adapt
from wares.fit.parting import Pictured, groups, held_out, plain
from wares.fit.report import FitReport, gain
from wares.fit.rollout import Rollout
from wares.fits import MODEL
from wares.reports import OnProgress, Progress
from wares.shop import Shop

if TYPE_CHECKING:
    from PIL.Image import Image

#: Captions of a product that a model reads, and products that are asked of at the end.
CAPTIONS, MOST_HELD_OUT = 12, 500
LORA = "lora.json"


def adapt_shop(
    shop: Shop,
    base: str,
    *,
    settings: LoraSettings | None = None,
    force: bool = False,
    judged: Judged | None = None,
    on_progress: OnProgress | None = None,
) -> FitReport:
    """Adapt ``base`` (see :func:`wares.fit.lora.adapt`) to the shop's catalogue, and switch to it if it is better.

    Better means what it does for :func:`wares.fit.job.fit`, and is measured by the titles of products held out.
    Raises as both of them do.
    """
    tell = on_progress or _silent
    settings = settings or LoraSettings()
    change = shop.info().last_change
    pictured = gather(shop, ground(shop.fits.encoders("")), tell)
    group = groups(pictured)
    out = held_out(pictured, group)
    if len(pictured) < FEWEST_PRODUCTS or len(np.unique(group[out])) < FEWEST_HELD_OUT:
        few = f"{len(pictured):,} products have a picture that could be read"
        raise TooLittle(f"{few}, and adapting a model needs {FEWEST_PRODUCTS} or more that can be told apart")
    captioner = Captioner(one.product for one in pictured)
    told = [_example(shop, one, number, captioner) for one, number in zip(pictured, group.tolist(), strict=True)]
    learned = [example for example, is_out in zip(told, out, strict=True) if not is_out]
    held = [(one, example) for one, example, is_out in zip(pictured, told, out, strict=True) if is_out]
    held = held[:MOST_HELD_OUT]
    rollout = Rollout(shop, force=force, judged=judged, tell=tell)
    with shop.fits.begin() as made:
        report = adapt(
            base,
            learned,
            [example for _, example in held],
            made / MODEL,
            settings=settings,
            environment=shop.fits.environment,
            on_progress=tell,
        )
        (made / LORA).write_bytes(msgspec.json.format(msgspec.json.encode(report)))
        if report.chosen == "int8":  # the graphs in full are what is opened first
            for name in ("text_model.onnx", "vision_model.onnx"):
                (made / MODEL / "onnx" / name).unlink()
        adapted = models.build(f"file:{made / MODEL}", shop.fits.environment)
        asked = [one for one, _ in held if one.product.title.strip()]
        pictures = [example.picture() for one, example in held if one.product.title.strip()]
        before = _ranks(shop.fits.encoders(shop.fit), asked, pictures)
        measure = gain("title → picture, RR", before, _ranks(adapted, asked, pictures))
        done = _report(shop, report, settings, change, len(learned), len(held))
        done = msgspec.structs.replace(done, measures=(measure,))
        if not (measure.better or force):
            return rollout.refused(done, "on products held out it is no better than what is in force")
        return rollout.switch(shop.fits.finish(made), done, better=measure.better)


def _example(shop: Shop, one: Pictured, group: int, captioner: Captioner) -> Example:
    captions = (caption.text for caption in captioner.captions(one.product) if caption.text.strip())
    return Example(partial(_picture, shop, one), tuple(islice(captions, CAPTIONS)), str(group))


def _picture(shop: Shop, one: Pictured) -> Image:
    for _, medium in one.product.all_media():
        if medium.modality == "image":
            try:
                data = shop.media_bytes(medium)
                return media.picture(data, shop.settings.media, media.shown(str(medium.source)))
            except MediaError:
                continue
    raise SetupError(f"the pictures of {one.product.id} are gone, and a bigger model has to see them; index again")


def _ranks(encoders: Sequence[Encoder], asked: Sequence[Pictured], pictures: Sequence[Image]) -> list[float]:
    """The reciprocal rank of each title's own picture among all of them; 0 where words find no pictures."""
    joint = {encoder.space: encoder for encoder in encoders if encoder.modality == "text"}
    seen = [encoder for encoder in encoders if encoder.modality == "image" and encoder.space in joint]
    if not seen:
        return [0.0] * len(asked)
    titles = [one.product.title for one in asked]
    scores = joint[seen[-1].space].encode(titles) @ seen[-1].encode(pictures).T
    same = np.array([plain(title) for title in titles])
    values: list[float] = judging.reciprocal_ranks(scores, same[:, None] == same[None, :]).tolist()
    return values


def _report(
    shop: Shop, report: LoraReport, settings: LoraSettings, change: int, products: int, held: int
) -> FitReport:
    return FitReport(
        verdict="",
        model=report.model,
        before=f"fit {shop.fit}" if shop.fit else "the model as it comes",
        loss=settings.loss,
        start=report.model,
        seed=settings.seed,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        products=products,
        pictures=products,
        held_out=held,
        captions=report.examples,
        best_step=report.best_step,
        curve=tuple((one.step, one.loss or 0.0, one.quality.r10) for one in report.history),
        training_s=report.seconds,
        catalogue=len(shop),
        last_change=change,
    )


def _silent(_: Progress) -> None:
    """Nobody listens."""
