"""Learned fusion: a network that weighs a shop's channels, and composes questions, trained on the shop's own goods.

Every question is put to the shop once; composers learn which vectors lead to the right products, then the head learns
how much each channel is to count. The network is used in those forms of question in which it beats the weights on
questions to validate with, and is recommended when it also does on questions that nothing was chosen by.

``questions``  what is learned by; ``lessons`` how the network sees it
``weighing``, ``composing``  training of the head and of the composers; ``adamw`` the steps
``report``  what came of it
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from wares.errors import CatalogueError, SetupError, WaresError
from wares.evaluation.measures import score
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.fit.fusing import composing, report, weighing
from wares.fit.fusing.lessons import Seen, Told, exercises, told
from wares.fit.fusing.questions import MEASURE, Sides, made, shape, sides
from wares.fit.fusing.report import Composing, FusionReport, Group, compared, grouped
from wares.index import atomic
from wares.ranking.fusion.base import Fusion
from wares.ranking.fusion.learned import Learned, Network
from wares.ranking.fusion.learned.composer import Composer
from wares.ranking.fusion.learned.head import Head, fresh
from wares.ranking.fusion.learned.saved import FILE, encode
from wares.reports import OnProgress, Progress
from wares.settings import FusionSettings
from wares.shop import Shop

__all__ = ["FusionReport", "learn_fusion"]

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

    ``folder``, whose name is that of the fit, gets the network (``fusion.npz``, if anything was learned) and the
    report (``fusion.json``); the shop's settings stay as they are. Without ``composed`` no composed questions are
    made, and nothing is composed. Too few questions are no error: the report says that the weights stay.
    """
    started = time.monotonic()
    tell = on_progress or _silent
    with TemporaryDirectory(prefix="wares-") as scratch:
        try:
            if queries is None or judgments is None:
                queries, judgments = made(shop, Path(scratch), seed, composed)
            found = sides(queries, judgments, seed)
        except (SetupError, CatalogueError) as few:
            told_why = f"falls back to the weights in force: {few}"
            name, bias = (queries.name, queries.bias) if queries else ("", "")
            return _written(
                folder, FusionReport(recommended=None, verdict=told_why, set_name=name, bias=bias, seed=seed)
            )
        job = _Job(shop, found, seed, tell)
        done, network = job.run(folder.name, composed)
    done = msgspec.structs.replace(
        done, set_name=queries.name, bias=queries.bias, seconds=round(time.monotonic() - started, 1)
    )
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write(folder / FILE, encode(network))
    return _written(folder, done)


class _Job:
    """One run of learning."""

    def __init__(self, shop: Shop, questions: Sides, seed: int, tell: OnProgress) -> None:
        self._shop = shop
        self._questions = questions
        self._gains: Mapping[str, Mapping[str, int]] = questions.judgments.gains
        self._seed = seed
        self._tell = tell
        self._base = shop.settings.fusion

    def run(self, name: str, composed: bool) -> tuple[FusionReport, Network]:
        """Train, choose the forms, judge."""
        composers, how = self._composers() if composed else ({}, [])
        learn, validate, failed = self._lessons(composers)
        names = tuple(sorted({ask for each in (*learn, *validate) for ask in each.lesson.seen.names}))

        def value(head: Head) -> float:
            return float(np.mean([each.value(head) for each in validate])) if validate else 0.0

        def progress(done: int, found: float) -> None:
            self._tell(Progress("learning to weigh", done, weighing.ROUNDS, f"{MEASURE} {found:.3f}"))

        trained = weighing.train([t.lesson for t in learn], names, value, seed=self._seed, on_round=progress)
        forms = self._forms(trained.head, names, validate)
        used = tuple(group.name for group in forms if group.better)
        network = Network(trained.head, composers, frozenset(used))
        held_out, more = self._judged(network) if used else ((), {})
        wins, why = report.verdict(held_out, used)
        settings = msgspec.structs.replace(self._base, method="learned", learned=name)
        spoiled = ("training ended early: a gradient was no number",) if trained.spoiled else ()
        return FusionReport(
            recommended=settings if wins else None,
            verdict=why,
            set_name="",
            bias="",
            counts=(len(learn), len(validate), held_out[0].questions if held_out else 0),
            rounds=trained.round,
            forms=forms,
            used=used,
            held_out=held_out,
            composing=tuple(how),
            problems=(*spoiled, *(f"{id}: {text}" for id, text in {**failed, **more}.items())),
            seed=self._seed,
        ), network

    # -- learning -----------------------------------------------------------------------------------------------

    def _composers(self) -> tuple[dict[str, Composer], list[Composing]]:
        """A composer for every channel in which there are enough composed questions."""
        learn, validate = self._questions.composed
        if len(learn) < composing.LEAST:
            return {}, []
        seen = Seen(self._shop)
        composers: dict[str, Composer] = {}
        how: list[Composing] = []
        channels = [name for name in self._shop.info().channels if name != "words"]
        for done, channel in enumerate(channels, start=1):
            wanted = [id for asked in (*learn, *validate) for id in self._gains[asked.id]]
            gallery = seen.gallery(channel, wanted)
            if len(gallery.rows):
                own, checks = (exercises(seen, some, self._gains, channel, gallery) for some in (learn, validate))
                if len(own) >= composing.LEAST and checks:
                    found = composing.train(own, checks, gallery.rows, seed=self._seed)
                    composers[channel] = found.composer
                    how.append(Composing(channel=channel, questions=len(own), before=found.before, after=found.after))
            self._tell(Progress("learning to compose", done, len(channels)))
        return composers, how

    def _lessons(self, composers: Mapping[str, Composer]) -> tuple[list[Told], list[Told], dict[str, str]]:
        """The questions to learn by and to validate with, as the network sees them."""
        learn, validate = self._questions.learn, self._questions.validate
        every = frozenset(map(shape, (*learn, *validate)))
        fusion = self._fusion(Network(fresh((), self._seed), composers, every))
        total, done = len(learn) + len(validate), 0

        def step() -> None:
            nonlocal done
            done += 1
            self._tell(Progress("rehearsing", done, total))

        first, failed = told(self._shop, learn, self._gains, fusion, shape, step)
        second, more = told(self._shop, validate, self._gains, fusion, shape, step)
        return first, second, {**failed, **more}

    def _fusion(self, network: Network) -> Learned:
        return Learned(msgspec.structs.replace(self._base, method="learned", learned="this"), network)

    # -- judging ------------------------------------------------------------------------------------------------

    def _forms(self, head: Head, names: tuple[str, ...], validate: Sequence[Told]) -> tuple[Group, ...]:
        """By form of question, what the head makes of the questions to validate with."""
        start = fresh(names, self._seed)
        values = {each.id: (each.value(start), each.value(head)) for each in validate}
        return grouped(values, {each.id: each.form for each in validate})

    def _judged(self, network: Network) -> tuple[tuple[Group, ...], dict[str, str]]:
        """By kind of question, what real searches make of those held out; and why some could not be asked."""
        fusion = self._fusion(network)
        values: dict[str, tuple[float, float]] = {}
        failed: dict[str, str] = {}
        judge = self._questions.judge
        for done, asked in enumerate(judge, start=1):
            try:
                values[asked.id] = self._value(asked, self._base), self._value(asked, fusion)
            except WaresError as wrong:
                failed[asked.id] = str(wrong)
            self._tell(Progress("judging", done, len(judge)))
        if not values:
            return (), failed
        kinds = grouped(values, {asked.id: asked.tags.get("made", shape(asked)) for asked in judge})
        whole = compared(report.ALL, *zip(*values.values(), strict=True))
        return (whole, *kinds), failed

    def _value(self, asked: Asked, fusion: FusionSettings | Fusion) -> float:
        query = msgspec.structs.replace(asked.query, limit=MEASURE.cutoff or 10, offset=0)
        hits = self._shop.search(query, fusion=fusion).hits
        return score([MEASURE], self._gains[asked.id], [hit.id for hit in hits])[str(MEASURE)]


def _written(folder: Path, done: FusionReport) -> FusionReport:
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write(folder / REPORT, msgspec.json.format(msgspec.json.encode(done)))
    return done


def _silent(_: Progress) -> None:
    """Nobody listens."""
