"""Tuning finds what was planted, stays when there is nothing to find, and leaves the questions held out alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import QueryError, SetupError
from wares.evaluation.measures import parse
from wares.evaluation.records import Asked, Judgments, QuerySet, System
from wares.evaluation.tuning.choice import choose
from wares.evaluation.tuning.plan import Plan, fingerprint, plan
from wares.evaluation.tuning.studies import Study, Trial
from wares.evaluation.tuning.trials import Limits, Method, Space
from wares.evaluation.tuning.tune import TuningReport, tune
from wares.ranking.fusion import Ask, Evidence, build
from wares.records import Hit, Part, Product, Query, Results
from wares.settings import FusionSettings

CHANNELS = ("words", "use.text", "look.image")
SPACE = Space(
    methods=(
        Method(name="weighted", settings=FusionSettings()),
        Method(name="rrf", settings=FusionSettings(method="rrf"), numbers={"rrf_k": (1, 1000)}),
    ),
    weights={"text.words": 1.0, "text.text": 1.0, "text.image": 1.0},
)
NOW = FusionSettings(weights={"text.words": 1.0, "text.text": 1.0, "text.image": 1.0})
MEASURE = parse("nDCG@10")
PRODUCTS = 40


class World(NamedTuple):
    """Questions, and scores of forty products in three channels: how much each knows of what is right."""

    queries: QuerySet
    judgments: Judgments
    scores: Mapping[str, np.ndarray]
    asked: list[tuple[str, str]]

    def rank(self, id: str, settings: FusionSettings) -> list[str]:
        """The order of a question's products, by the real fusion."""
        self.asked.append(("rank", id))
        asks = [Ask("text", "text", channel, 1.0) for channel in CHANNELS]
        evidence = Evidence(asks, self.scores[id], [None] * 3, lambda at: self.scores[id])
        found = build(settings).contributions(evidence).sum(axis=1)
        return [f"p{row}" for row in np.lexsort((np.arange(PRODUCTS), -found))]

    def system(self, settings: FusionSettings) -> System:
        def answer(query: Query) -> Results:
            id = str(query.parts[0].value)
            ids = self.rank(id, settings)
            self.asked[-1] = ("search", id)
            hits = tuple(
                Hit(id=product, title="", score=0.0, product=Product(id=product, title="")) for product in ids
            )
            return Results(query_id="", total=len(ids), hits=hits)

        return answer

    def plan(self, **options: object) -> Plan:
        return plan(self.queries, self.judgments, MEASURE, **options)  # type: ignore[arg-type]

    def tune(self, made: Plan | None = None, trials: int = 60, study: Study | None = None) -> TuningReport:
        return tune(
            made or self.plan(),
            SPACE,
            NOW,
            rank=self.rank,
            system=self.system,
            study=study,
            limits=Limits(trials=trials),
        )


def world(knowing: Sequence[float], count: int = 100, seed: int = 1) -> World:
    """``knowing`` is how much of each channel's score is about relevance; the rest is chance."""
    random = np.random.default_rng(seed)
    gains: dict[str, dict[str, int]] = {}
    scores: dict[str, np.ndarray] = {}
    for number in range(count):
        right = random.random(PRODUCTS) < 0.2
        right[number % PRODUCTS] = True
        noise = random.random((PRODUCTS, 3))
        known = np.asarray(knowing)
        scores[f"q{number}"] = (known * right[:, None] + (1 - known) * noise).astype(np.float32)
        gains[f"q{number}"] = {f"p{row}": int(right[row]) * 2 for row in range(PRODUCTS)}
    asked = tuple(Asked(id=id, query=Query(parts=(Part("text", id),))) for id in gains)
    return World(QuerySet(name="made", queries=asked), Judgments(name="made", gains=gains), scores, [])


def test_a_channel_of_noise_loses_its_weight_and_the_questions_held_out_show_it() -> None:
    report = world([0.3, 0.3, 0.0]).tune(trials=100)
    assert report.tuned.weights["text.image"] < 0.25
    assert report.row("best of weighted").settings.weights["text.image"] < 0.15
    assert report.better
    assert "better by" in report.verdict
    names = [row.name for row in report.rows]
    assert names[:2] == ["in force", "tuned"]
    assert {"without text.words", "without text.text", "best of weighted", "best of rrf"} <= set(names)
    assert report.row("without text.words").held_out.mean < report.row("tuned").held_out.mean
    assert report.row("tuned").held_out.n == len(report.split.held_out)
    assert sum(row.trials or 0 for row in report.rows) == report.trials <= 100


def test_what_is_in_force_stays_when_nothing_is_better_than_chance() -> None:
    report = world([0.3, 0.3, 0.3]).tune()
    assert report.tuned == report.in_force == NOW
    assert not report.better
    assert "it stays as it is" in report.verdict
    assert report.row("best of weighted").train >= report.row("in force").train


def test_the_questions_held_out_are_asked_once_for_each_row_when_all_is_chosen() -> None:
    made = world([0.3, 0.3, 0.0])
    report = made.tune()
    train, held_out = set(report.split.train), set(report.split.held_out)
    assert {id for how, id in made.asked if how == "rank"} == train
    searched = [at for at, (how, _) in enumerate(made.asked) if how == "search"]
    assert {made.asked[at][1] for at in searched} == held_out
    assert len(searched) == len(report.rows) * (len(held_out) + 1)  # the first is asked twice, to warm up
    ranked_before = sum(how == "rank" for how, _ in made.asked[: searched[0]])
    assert ranked_before % len(train) == 0
    assert ranked_before >= 50 * len(train), "the trials were made by then"


def test_it_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    made = world([0.3, 0.2, 0.0])
    whole = made.tune(trials=40)
    with Study(tmp_path / "study") as study:
        made.tune(trials=15, study=study)
    made.asked.clear()
    with Study(tmp_path / "study") as study:
        again = made.tune(trials=40, study=study)
    assert strip(again) == strip(whole)
    ranked = sum(how == "rank" for how, _ in made.asked)
    assert ranked <= (25 + 1 + len(again.rows)) * len(again.split.train)


def strip(report: TuningReport) -> TuningReport:
    """Without the times."""
    systems = tuple(msgspec.structs.replace(system, latency=None) for system in report.held_out.systems)
    return msgspec.structs.replace(report, held_out=msgspec.structs.replace(report.held_out, systems=systems))


def test_a_question_held_out_that_fails_is_told() -> None:
    made = world([0.3, 0.3, 0.0])
    broken = made.plan().split.held_out[3]

    def system(settings: FusionSettings) -> System:
        answer = made.system(settings)

        def sometimes(query: Query) -> Results:
            if query.parts[0].value == broken:
                raise QueryError("the picture is broken")
            return answer(query)

        return sometimes

    report = tune(made.plan(), SPACE, NOW, rank=made.rank, system=system, limits=Limits(trials=4))
    assert [remark.ids for remark in report.remarks if "the picture is broken" in remark.text] == [(broken,)]
    assert report.row("in force").held_out.n == len(report.split.held_out)


# -- choice -----------------------------------------------------------------------------------------------------

values = st.lists(st.floats(0, 1), min_size=6, max_size=6).map(tuple)


@given(st.lists(st.tuples(st.sampled_from(["weighted", "rrf"]), st.floats(0, 0.98), values), max_size=12), values)
def test_the_choice_is_as_good_as_the_best_and_nearest_to_what_is_in_force(
    made: list[tuple[str, float, tuple[float, ...]]], present: tuple[float, ...]
) -> None:
    trials = []
    for name, share, found in made:
        numbers = {"rrf_k": 60.0} if name == "rrf" else {}
        trials.append(Trial(method=name, parameters={"text.text": share, "text.image": 0.5, **numbers}, values=found))
    chosen = choose(SPACE, trials, present, NOW)

    def as_good(found: tuple[float, ...], best: tuple[float, ...]) -> bool:
        lost = [b - f for b, f in zip(best, found, strict=True)]
        mean = sum(lost) / 6
        error = (sum((x - mean) ** 2 for x in lost) / 5 / 6) ** 0.5
        return mean <= error + 1e-9

    best = max((trial.values for trial in trials), key=lambda found: sum(found), default=None)
    if best is None or as_good(present, best):
        assert chosen is None
        return
    assert chosen is not None
    assert as_good(chosen.values, best)
    for trial in trials:
        if as_good(trial.values, best) and (trial.method == "weighted" or chosen.method == "rrf"):
            away = abs(trial.parameters["text.text"] - 0.5) + 1e-9
            assert abs(chosen.parameters["text.text"] - 0.5) <= away or chosen.method < trial.method


# -- plan -------------------------------------------------------------------------------------------------------


def test_questions_that_tell_nothing_are_left_out_and_told() -> None:
    made = world([0.3, 0.3, 0.0], count=30)
    gains = {**made.judgments.gains, "q3": {}, "q4": {"p1": 0}, "stranger": {"p1": 2}}
    found = plan(made.queries, Judgments(name="some", gains=gains), MEASURE, titles={"p1": "A product"})
    assert {"q3", "q4"}.isdisjoint(found.split.train + found.split.held_out)
    told = " ".join(remark.text for remark in found.remarks)
    for piece in ("1 question without a judgment", "1 question without a relevant", "does not have: not used"):
        assert piece in told
    assert "39 products with judgments that the shop does not have" in told


def test_no_more_questions_than_wanted_are_used() -> None:
    found = world([0.3, 0.3, 0.0], count=60).plan(max_questions=25)
    assert len(found.split.train) + len(found.split.held_out) == len(found.queries.queries) == 25
    assert any("25 of 60 questions are used" in remark.text for remark in found.remarks)


def test_what_cannot_be_planned_is_refused() -> None:
    with pytest.raises(SetupError, match="at least 20 questions"):
        world([0.3, 0.3, 0.0], count=19).plan()
    with pytest.raises(SetupError, match=r"nDCG@2000 looks deeper than 1,000"):
        plan(*world([0.3, 0.3, 0.0])[:2], parse("nDCG@2000"))
    made = world([0.3, 0.3, 0.0]).plan()
    with pytest.raises(SetupError, match=r"nothing to tune on: all .* broken"):
        made.without(dict.fromkeys(made.split.train, "broken"))


def test_questions_that_failed_are_left_out_of_the_plan() -> None:
    made = world([0.3, 0.3, 0.0]).plan()
    first = made.split.train[0]
    left = made.without({first: "the picture is broken"})
    assert left.split.train == made.split.train[1:]
    assert left.remarks[-1].ids == (first,)
    assert made.without({}) is made


def test_a_study_belongs_to_its_questions_judgments_measure_index_and_settings() -> None:
    made = world([0.3, 0.3, 0.0])
    first = fingerprint(made.plan(), SPACE, NOW, "v1", 20)
    assert fingerprint(world([0.3, 0.3, 0.0]).plan(), SPACE, NOW, "v1", 20) == first
    gains = {id: {**own, f"p{at % 40}": 1} for at, (id, own) in enumerate(made.judgments.gains.items())}
    others = {
        "judgments": fingerprint(plan(made.queries, Judgments(name="", gains=gains), MEASURE), SPACE, NOW, "v1", 20),
        "measure": fingerprint(plan(made.queries, made.judgments, parse("AP")), SPACE, NOW, "v1", 20),
        "index": fingerprint(made.plan(), SPACE, NOW, "v2", 20),
        "methods": fingerprint(made.plan(), Space(methods=SPACE.methods[:1], weights=SPACE.weights), NOW, "v1", 20),
        "settings in force": fingerprint(made.plan(), SPACE, FusionSettings(), "v1", 20),
    }
    for name, other in others.items():
        assert {key for key in first if other[key] != first[key]} == {name}
    fewer = world([0.3, 0.3, 0.0], count=99)
    assert fingerprint(fewer.plan(), SPACE, NOW, "v1", 20)["questions"] != first["questions"]


def test_made_pictures_may_lie_in_another_folder_on_another_day() -> None:
    def shown(folder: str) -> Plan:
        made = world([0.3, 0.3, 0.0])
        asked = tuple(
            msgspec.structs.replace(one, query=Query(parts=(Part("image", f"{folder}/{one.id}.jpg"),)))
            for one in made.queries.queries
        )
        return plan(msgspec.structs.replace(made.queries, queries=asked), made.judgments, MEASURE)

    assert fingerprint(shown("a"), SPACE, NOW, "v1", 20) == fingerprint(shown("b"), SPACE, NOW, "v1", 20)
