"""Learned fusion: a network that weighs a shop's channels, and composes questions, trained on the shop's own goods.

Every question is put to the shop once; composers learn which vectors lead to the right products, then the head learns
how much each channel is to count. The network is used in those forms of question in which it beats the weights on
questions to validate with, and is recommended when it also does on questions that nothing was chosen by.

``questions``  what is learned by; ``lessons`` how the network sees it
``weighing``, ``composing``  training of the head and of the composers; ``adamw`` the steps
``job``  one run; ``report`` what came of it
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from wares.errors import CatalogueError, SetupError, StoreError
from wares.evaluation.records import Judgments, QuerySet
from wares.fit.fusing.job import Job
from wares.fit.fusing.questions import made, sides
from wares.fit.fusing.report import FusionReport
from wares.index import atomic
from wares.ranking.fusion.learned.saved import FILE, Network, encode
from wares.reports import OnProgress, Progress
from wares.shop import Shop

__all__ = ["REPORT", "FusionReport", "learn_fusion"]

#: The file of the report.
REPORT = "fusion.json"


def learn_fusion(
    shop: Shop,
    queries: QuerySet | None = None,
    judgments: Judgments | None = None,
    *,
    folder: Path,
    seed: int = 20,
    composed: bool = True,
    on_progress: OnProgress | None = None,
) -> FusionReport:
    """Train a network for a shop on questions with known answers, or on such as are made out of its catalogue.

    ``folder`` gets the network (``fusion.npz``, if anything was learned) and the report (``fusion.json``); settings
    name the fit by the folder's name, and the shop finds it when the folder is SHOP/fits/NAME. The shop's settings
    stay as they are. Without ``composed`` no composed questions are made, and nothing is composed.

    The same shop, questions and seed give the same network. Too few questions are no error: the report says that the
    weights stay. Raises :class:`StoreError` when the folder cannot be written.
    """
    started = time.monotonic()
    network: Network | None = None
    with TemporaryDirectory(prefix="wares-") as scratch:
        try:
            if queries is None or judgments is None:
                queries, judgments = made(shop, Path(scratch), seed, composed)
            asked = sides(queries, judgments, seed)
        except (SetupError, CatalogueError) as few:
            done = FusionReport(recommended=None, verdict=f"falls back to the weights in force: {few}", seed=seed)
        else:
            done, network = Job(shop, asked, seed, on_progress or _silent).run(folder.name, composed)
    if queries is not None:
        done = msgspec.structs.replace(done, set_name=queries.name, bias=queries.bias)
    done = msgspec.structs.replace(done, seconds=round(time.monotonic() - started, 1))
    _write(folder, done, network)
    return done


def _write(folder: Path, done: FusionReport, network: Network | None) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"cannot make the folder {folder}: {refused.strerror}") from refused
    if network is not None:
        atomic.write(folder / FILE, encode(network))
    atomic.write(folder / REPORT, msgspec.json.format(msgspec.json.encode(done)))


def _silent(_: Progress) -> None:
    """Nobody listens."""
