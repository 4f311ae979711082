"""One run of learning: compose, rehearse, weigh, choose, judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from wares.errors import WaresError
from wares.evaluation.measures import score
from wares.evaluation.records import Asked
from wares.fit.fusing import composing, report, weighing
from wares.fit.fusing.lessons import Seen, Told, exercises, told
from wares.fit.fusing.questions import MEASURE, Sides, shape
from wares.fit.fusing.report import Composing, FusionReport, Group, compared, grouped
from wares.fit.fusing.weighing import Trained
from wares.ranking.fusion.base import Fusion
from wares.ranking.fusion.learned import Learned, Network
from wares.ranking.fusion.learned.composer import Composer
from wares.ranking.fusion.learned.head import Head, fresh
from wares.reports import OnProgress, Progress
from wares.settings import BARE, FusionSettings
from wares.shop import Shop


class Candidate(NamedTuple):
    """A head that was trained, with the composers whose asks it knows."""

    trained: Trained
    composers: Mapping[str, Composer]


class Job:
    """Learning for one shop, on questions in three sides."""

    def __init__(self, shop: Shop, questions: Sides, seed: int, tell: OnProgress) -> None:
        self._shop = shop
        self._questions = questions
        self._gains: Mapping[str, Mapping[str, int]] = questions.judgments.gains
        self._seed = seed
        self._tell = tell
        self._base = shop.settings.fusion

    def run(self, name: str, composed: bool) -> tuple[FusionReport, Network]:
        """Train, choose, judge. The report names no set, and recommends the fit ``name``."""
        composers, how = self._composers() if composed else ({}, [])
        learn, validate, failed = self._lessons(composers)
        best = self._weighed(learn, validate, composers)
        if composers:  # they stay only if questions are answered better with what their parts ask together
            first, second = ([each.alone or each for each in side] for side in (learn, validate))
            alone = self._weighed(first, second, {})
            best = best if best.trained.after > alone.trained.after else alone
        forms = self._forms(best, validate)
        used = tuple(group.name for group in forms if group.better)
        network = Network(best.trained.head, best.composers, frozenset(used))
        held_out, more = self._judged(network) if used else ((), {})
        wins, why = report.verdict(held_out, used)
        settings = msgspec.structs.replace(self._base, method="learned", learned=name)
        spoiled = ("training ended early: a gradient was no number",) if best.trained.spoiled else ()
        return FusionReport(
            recommended=settings if wins else None,
            verdict=why,
            counts=(len(learn), len(validate), held_out[0].questions if held_out else 0),
            rounds=best.trained.round,
            forms=forms,
            used=used,
            held_out=held_out,
            composing=tuple(how),
            composes=tuple(best.composers),
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
            own, checks = (exercises(seen, some, self._gains, channel, gallery) for some in (learn, validate))
            if len(own) >= composing.LEAST and checks:
                found = composing.train(own, checks, gallery.rows, seed=self._seed)
                composers[channel] = found.composer
                how.append(Composing(channel=channel, questions=len(own), before=found.before, after=found.after))
            self._tell(Progress("learning to compose", done, len(channels)))
        return composers, how

    def _lessons(self, composers: Mapping[str, Composer]) -> tuple[list[Told], list[Told], dict[str, str]]:
        """The questions to learn by and to validate with, as the network sees them; and why some cannot be asked."""
        learn, validate = self._questions.learn, self._questions.validate
        every = frozenset(map(shape, (*learn, *validate)))
        fusion = self._fusion(Network(fresh((), self._seed), composers, every))
        total, done = len(learn) + len(validate), 0

        def step() -> None:
            nonlocal done
            done += 1
            self._tell(Progress("rehearsing", done, total))

        first, failed = told(self._shop, learn, self._gains, fusion, step)
        second, more = told(self._shop, validate, self._gains, fusion, step)
        return first, second, {**failed, **more}

    def _weighed(
        self, learn: Sequence[Told], validate: Sequence[Told], composers: Mapping[str, Composer]
    ) -> Candidate:
        """A head trained on questions, the best on others."""
        names = tuple(sorted({ask for each in (*learn, *validate) for ask in each.lesson.seen.names}))

        def value(head: Head) -> float:
            return float(np.mean([each.value(head) for each in validate])) if validate else 0.0

        def progress(done: int, found: float) -> None:
            self._tell(Progress("learning to weigh", done, weighing.ROUNDS, f"{MEASURE} {found:.3f}"))

        lessons = [each.lesson for each in learn]
        return Candidate(weighing.train(lessons, names, value, seed=self._seed, on_round=progress), composers)

    def _fusion(self, network: Network) -> Learned:
        return Learned(msgspec.structs.replace(self._base, method="learned", learned="this"), network)

    # -- judging ------------------------------------------------------------------------------------------------

    def _forms(self, best: Candidate, validate: Sequence[Told]) -> tuple[Group, ...]:
        """By form of question, what the network makes of the questions to validate with, beside the weights."""
        head = best.trained.head
        start = fresh(head.names, self._seed)
        values: dict[str, tuple[float, float]] = {}
        for each in validate:
            alone = each.alone or each
            values[each.id] = alone.value(start), (each if best.composers else alone).value(head)
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
        hits = self._shop.search(query, fusion=fusion, ranking=BARE).hits
        return score([MEASURE], self._gains[asked.id], [hit.id for hit in hits])[str(MEASURE)]
