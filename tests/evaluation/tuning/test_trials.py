"""The search finds what was planted, shares its trials fairly, goes on where it stopped, and keeps to its limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import MissingExtra, SetupError, StoreError
from wares.evaluation.tuning.studies import Study, Trial
from wares.evaluation.tuning.trials import Limits, Method, Space, search, turn
from wares.reports import Progress
from wares.settings import FusionSettings

WEIGHTED = Method(name="weighted", settings=FusionSettings())
RANKS = Method(name="rrf", settings=FusionSettings(method="rrf"), numbers={"rrf_k": (1, 1000)})
VOTES = Method(name="voting", settings=FusionSettings(method="voting"))
SPACE = Space(
    methods=(WEIGHTED, RANKS, VOTES),
    weights={
        "text.words": 1.0,
        "text.text": 0.4,
        "text.image": 0.2,
        "image.look.image": 0.5,
        "image.seen.image": 0.1,
    },
)


def closeness(settings: FusionSettings) -> Sequence[float]:
    """Best for weighted scores with meaning at 0.25 of the words, and nothing of the rest."""
    wanted = {"text.text": 0.25, "text.image": 0.0, "image.seen.image": 0.0}
    away = sum(abs(settings.weights[name] - best) for name, best in wanted.items())
    return [1 - away / 10 - 0.2 * (settings.method != "weighted")] * 3


def test_it_starts_with_what_is_in_force() -> None:
    for method in SPACE.methods:
        started = SPACE.settings(Trial(method=method.name, parameters=SPACE.start(method)))
        assert started.method == method.settings.method
        assert dict(started.weights) == pytest.approx(SPACE.weights, abs=0.025)
    assert SPACE.start(RANKS)["rrf_k"] == 60


@given(
    st.dictionaries(
        st.sampled_from(["text.a", "text.b", "text.c", "image.d", "like.e"]), st.just(0.0) | st.floats(1e-6, 1000)
    )
)
def test_any_weights_can_be_started_from(weights: dict[str, float]) -> None:
    space = Space(methods=(RANKS,), weights=weights)
    settings = space.settings(Trial(method="rrf", parameters=space.start(RANKS)))
    assert settings.weights.keys() == weights.keys()
    for kind in {name[: name.index(".")] for name in weights}:
        before = {name: weight for name, weight in weights.items() if name.startswith(f"{kind}.")}
        most = max(before.values())
        if most > 0:
            shares = {name: weight / most for name, weight in before.items()}
            assert {name: settings.weights[name] / most for name in before} == pytest.approx(shares, abs=0.05)


def test_it_finds_what_was_planted() -> None:
    study = Study()
    search(SPACE, study, closeness, limits=Limits(trials=150))
    best = SPACE.settings(max(study.trials, key=lambda trial: trial.mean))
    assert best.method == "weighted"
    assert best.weights["text.text"] == pytest.approx(0.25, abs=0.1)
    assert best.weights["text.image"] <= 0.1
    assert best.weights["image.seen.image"] <= 0.1
    assert best.weights["text.words"] == 1.0
    assert best.weights["image.look.image"] == 0.5


def test_better_methods_get_more_trials_and_every_one_some() -> None:
    study = Study()
    search(SPACE, study, closeness, limits=Limits(trials=80))
    counts = {m.name: sum(t.method == m.name for t in study.trials) for m in SPACE.methods}
    assert counts["weighted"] == max(counts.values())
    assert min(counts.values()) == 10
    assert sum(counts.values()) == 80


@pytest.mark.parametrize("stop", [0, 1, 7, 31, 59])
def test_a_search_that_was_stopped_ends_as_if_it_had_not_been(tmp_path: Path, stop: int) -> None:
    whole = Study()
    search(SPACE, whole, closeness, limits=Limits(trials=60))
    path = tmp_path / "study"
    asked = 0

    def interrupted(settings: FusionSettings) -> Sequence[float]:
        nonlocal asked
        asked += 1
        if asked > stop:
            raise KeyboardInterrupt
        return closeness(settings)

    with pytest.raises(KeyboardInterrupt), Study(path) as study:
        search(SPACE, study, interrupted, limits=Limits(trials=60))
    with path.open("ab") as file:
        file.write(b'{"method":"weigh')  # as a crash leaves it
    with Study(path) as study:
        assert len(study.trials) >= stop
        search(SPACE, study, closeness, limits=Limits(trials=60))
    assert study.trials == whole.trials
    with Study(path) as study:
        assert study.trials == whole.trials


def test_a_study_that_is_complete_asks_nothing_more(tmp_path: Path) -> None:
    study = Study()
    search(SPACE, study, closeness, limits=Limits(trials=12))

    def never(settings: FusionSettings) -> Sequence[float]:
        raise AssertionError

    assert search(SPACE, study, never, limits=Limits(trials=12)) == "12 trials were made"


def test_it_tells_how_far_it_is_and_the_best_so_far() -> None:
    told: list[Progress] = []
    study = Study()
    search(SPACE, study, closeness, limits=Limits(trials=12), on_progress=told.append)
    assert [(now.done, now.total) for now in told] == [(done, 12) for done in range(1, 13)]
    bests = [float(now.note.removeprefix("best ")) for now in told]
    assert bests == sorted(bests)
    assert bests[-1] == pytest.approx(max(trial.mean for trial in study.trials), abs=1e-3)


def test_it_stops_when_nothing_gets_better_or_the_time_is_up() -> None:
    study = Study()
    said = search(SPACE, study, lambda settings: [0.5], limits=Limits(trials=1000, patience=5))
    assert "nothing better" in said
    assert len(study.trials) == 3 * (1 + 5)
    said = search(SPACE, Study(), closeness, limits=Limits(trials=1000, minutes=0))
    assert said == "the time was up after 0 trials"


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 1)), max_size=80))
def test_the_turn_is_of_a_method_that_has_not_had_its_share(made: list[tuple[str, float]]) -> None:
    trials = [Trial(method=name, parameters={}, values=(value,)) for name, value in made]
    counts = {name: sum(trial.method == name for trial in trials) for name in "abcde"}
    name = turn("abcde", trials, patience=1000)
    assert name is not None
    if min(counts.values()) < 10:
        assert counts[name] == min(counts.values())


def test_another_study_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "study"
    of = {"questions": "abc", "judgments": "def", "measure": "nDCG@10"}
    with Study(path, of) as study:
        study.add(Trial(method="rrf", parameters={"x": 0.5}, values=(0.1, 0.2)))
    with Study(path, of) as study:
        assert [trial.mean for trial in study.trials] == pytest.approx([0.15])
    with pytest.raises(SetupError, match="something else: the questions and the measure changed since"):
        Study(path, {**of, "questions": "abd", "measure": "AP"})
    assert len(path.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        ("[fusion]\nmethod = 'rrf'\n", SetupError, "no study of wares tune"),
        ("no line end", SetupError, "no study"),
        ('{"wares_study": 99, "of": {}}\n', SetupError, "another version"),
        ('{"wares_study": 1, "of": {}}\n{"method": 3}\n{}\n', StoreError, "line 2 is no trial"),
    ],
)
def test_a_file_that_is_no_study_is_left_alone(tmp_path: Path, content: str, error: type, says: str) -> None:
    path = tmp_path / "study"
    path.write_text(content)
    with pytest.raises(error, match=says):
        Study(path)
    assert path.read_text() == content
    with pytest.raises(StoreError, match="cannot be written"):
        Study(tmp_path)


def test_nothing_to_tune_is_said() -> None:
    with pytest.raises(SetupError, match="nothing to tune"):
        search(Space(methods=(WEIGHTED,), weights={"text.words": 1.0}), Study(), closeness, limits=Limits())


def test_without_optuna_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"tuning needs an optional library: pip install \"wares\[tune\]\""):
        search(SPACE, Study(), closeness, limits=Limits(trials=1))


def test_weights_round_trip_through_the_file(tmp_path: Path) -> None:
    trial = Trial(method="rrf", parameters={"text.text": 0.34, "rrf_k": 17.0}, values=(0.123456, 1.0))
    with Study(tmp_path / "study") as study:
        study.add(trial)
    with Study(tmp_path / "study") as study:
        assert study.trials == [trial]
    assert msgspec.json.decode((tmp_path / "study").read_bytes().splitlines()[1])["values"] == [0.123456, 1.0]
