"""``wares tune``: a settings file comes of it, what it is worth is told, and nothing is applied."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

Command: TypeAlias = Callable[..., Any]

COLOURS = {"red": "redd", "green": "greeen", "blue": "bluee"}
KINDS = {"cup": "cupp", "lamp": "lampp", "backpack": "backpak"}
QUICK = ("--methods", "weighted,rrf", "--trials", "24")


class Set(NamedTuple):
    """Files of questions and judgments, and the options that name them."""

    queries: Path
    qrels: Path

    @property
    def options(self) -> tuple[object, ...]:
        return ("--queries", self.queries, "--qrels", self.qrels)


@pytest.fixture
def judged(tmp_path: Path) -> Set:
    """Thirty-six questions: a colour and a kind, mostly misspelt. The product is right, its kind half."""
    asked, labels = [], []
    for colour, shade in COLOURS.items():
        for kind, thing in KINDS.items():
            for extra in ("", "gift", "cheap", "nice"):
                id = f"{colour}-{kind}-{extra}"
                asked.append(f"{id}\t{shade} {thing} {extra}" if extra else f"{id}\t{colour} {kind}")
                labels += [f"{id}\t0\t{kind}-{other}\t{3 if other == colour else 1}" for other in COLOURS]
    found = Set(tmp_path / "asked.tsv", tmp_path / "judged.qrels")
    found.queries.write_text("\n".join(asked) + "\n")
    found.qrels.write_text("\n".join(labels) + "\n")
    return found


@pytest.fixture
def spoiled(wares: Command, shop: Path, tmp_path: Path) -> Path:
    """A shop that looks for whole words alone, and so does not find what is misspelt."""
    path = tmp_path / "spoiled.toml"
    path.write_text('[understanding]\nfilters = false\nspelling = false\n[fusion.weights]\n"text.text" = 0.0\n')
    assert wares("settings", shop, "--apply", path, "--yes").code == 0
    return shop


def test_a_better_setting_is_found_told_and_written_but_not_applied(
    wares: Command, spoiled: Path, judged: Set, tmp_path: Path
) -> None:
    output = tmp_path / "tuned.toml"
    before = wares("settings", spoiled, "--json").json
    done = wares("tune", spoiled, *judged.options, *QUICK, "-o", output)
    assert done.code == 0, done.err
    assert wares("settings", spoiled, "--json").json == before
    for piece in ("asked.tsv: ", "questions to tune on", "in force", "without text.text", "best of rrf", "better by"):
        assert piece in done.out
    assert f"wares settings {spoiled} --apply {output}" in done.out
    text = output.read_text()
    assert "better by" in text
    weights = tomllib.loads(text)["fusion"]["weights"]
    assert weights["text.text"] > 0
    assert wares("settings", spoiled, "--apply", output, "--yes").code == 0
    applied = wares("settings", spoiled, "--json").json["settings"]["fusion"]["weights"]
    assert {name: applied[name] for name in weights} == weights
    evaluated = wares("evaluate", spoiled, *judged.options, "--measure", "nDCG@10", "--json").json
    assert evaluated["systems"][0]["figures"][0]["mean"] > 0.75


def test_json_is_the_whole_report(wares: Command, spoiled: Path, judged: Set, tmp_path: Path) -> None:
    done = wares("tune", spoiled, *judged.options, *QUICK, "-o", tmp_path / "tuned.toml", "--json")
    assert done.code == 0, done.err
    told = done.json
    assert told["better"]
    assert told["trials"] == 24
    assert [row["name"] for row in told["rows"]][:2] == ["in force", "tuned"]
    assert {change["name"].partition(".")[0] for change in told["changes"]} == {"fusion"}
    tuned = tomllib.loads((tmp_path / "tuned.toml").read_text())["fusion"]
    assert told["tuned"]["weights"] == tuned["weights"]
    sides = told["split"]
    assert sorted(told["held_out"]["questions"]) == sorted(sides[1])
    assert {len(each.split("-")) for each in sides[0]} == {3}
    for colour in COLOURS:
        for kind in KINDS:
            where = {f"{colour}-{kind}-{extra}" in sides[0] for extra in ("", "gift", "cheap", "nice")}
            assert len(where) == 1, "questions with the same answers stay together"


def test_nothing_better_leaves_what_is_in_force(wares: Command, shop: Path, judged: Set, tmp_path: Path) -> None:
    typed = tmp_path / "typed.toml"
    typed.write_text("[understanding]\nfilters = false\nspelling = false\n")
    assert wares("settings", shop, "--apply", typed, "--yes").code == 0
    output = tmp_path / "tuned.toml"
    done = wares("tune", shop, *judged.options, "--methods", "weighted", "--trials", "6", "-o", output)
    assert done.code == 0, done.err
    assert "it stays as it is" in done.out
    assert "to apply it" not in done.out
    assert "it stays as it is" in output.read_text()
    assert "nothing to change" in wares("settings", shop, "--apply", output).out


def test_a_study_goes_on_and_is_refused_for_something_else(
    wares: Command, spoiled: Path, judged: Set, tmp_path: Path
) -> None:
    output, study = tmp_path / "tuned.toml", tmp_path / "tuned.study.jsonl"
    command = ("tune", spoiled, *judged.options, "--methods", "weighted", "-o", output)
    wares(*command, "--trials", "5")
    first = study.read_bytes().splitlines()
    assert len(first) == 1 + 5
    done = wares(*command, "--trials", "9")
    assert "9 trials were made" in done.out
    assert study.read_bytes().splitlines()[:6] == first
    assert "study of something else: the measure" in wares(*command, "--measure", "AP").error()
    judged.qrels.write_text(judged.qrels.read_text().replace("\t3\n", "\t2\n"))
    assert "something else: the judgments" in wares(*command).error()
    other = wares(*command, "--trials", "3", "--study", tmp_path / "other.jsonl")
    assert other.code == 0, other.err
    assert "no study" in wares(*command, "--study", output).error()
    assert len(study.read_bytes().splitlines()) == 1 + 9


def test_ctrl_c_keeps_what_was_tried(
    wares: Command, spoiled: Path, judged: Set, tmp_path: Path, environment: dict[str, str]
) -> None:
    output, study = tmp_path / "tuned.toml", tmp_path / "tuned.study.jsonl"
    options = [*judged.options, "--methods", "weighted,rrf", "-o", output, "--patience", "100000"]
    command = [sys.executable, "-m", "wares", "tune", str(spoiled), *map(str, options), "--trials", "100000"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < deadline:
        if study.exists() and study.read_bytes().count(b"\n") > 4:
            break
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    said, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert said == ""
    assert "run the same command to go on" in told
    assert not output.exists()
    made = study.read_bytes().count(b"\n") - 1
    assert made >= 4
    done = wares("tune", spoiled, *options, "--trials", made)
    assert done.code == 0, done.err
    assert f"{made} trials were made" in done.out
    assert output.exists()


def test_questions_are_made_out_of_the_catalogue_when_there_are_none(
    wares: Command, made: Path, tmp_path: Path
) -> None:
    done = wares("tune", made, "--methods", "weighted", "--trials", "4", "-o", tmp_path / "tuned.toml")
    assert done.code == 0, done.err
    assert "questions are made out of the catalogue" in done.err
    assert "bias of these questions: " in done.out
    again = wares("tune", made, "--methods", "weighted", "--trials", "5", "-o", tmp_path / "tuned.toml")
    assert "5 trials were made" in again.out, "the same catalogue makes the same questions, so the study goes on"


def test_what_cannot_be_tuned_is_refused_in_a_line(wares: Command, made: Path, judged: Set, tmp_path: Path) -> None:
    def refused(*options: object, output: Path = tmp_path / "tuned.toml", code: int = 1) -> str:
        return wares("tune", made, *options, "-o", output).error(code)  # type: ignore[no-any-return]

    assert "did you mean nDCG" in refused(*judged.options, "--measure", "nDGC@10")
    assert "unknown fusion method 'rff'; did you mean rrf" in refused(*judged.options, "--methods", "rff")
    assert "held-out" in refused(*judged.options, "--held-out", "0.99")
    assert "belong together" in refused("--queries", judged.queries, code=2)
    assert "its folder is not there" in refused(*judged.options, output=tmp_path / "none" / "tuned.toml")
    judged.queries.write_text("\n".join(judged.queries.read_text().splitlines()[:19]) + "\n")
    assert "at least 20 questions with a relevant product, and there are 19" in refused(*judged.options)
    assert not (tmp_path / "tuned.toml").exists()
    assert not (tmp_path / "tuned.study.jsonl").exists()
