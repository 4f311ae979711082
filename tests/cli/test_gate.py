"""``wares evaluate --gate``: a build passes with a good shop, and fails with one that was spoiled."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any, TypeAlias

import pytest

from wares.settings import FusionSettings, Settings
from wares.shop import Shop

Command: TypeAlias = Callable[..., Any]

EXAMPLE = Path(__file__).parents[2] / "examples" / "gate"

GATE = """\
[floor]
"nDCG@10" = 0.9
"Success@10" = 1.0

[ceiling]
zero_results = 0.0
failed = 0.0

[segment.length."2–3 words".floor]
"P@1" = 0.9
"""


@pytest.fixture
def gated(tmp_path: Path, feed: Path) -> list[object]:
    """The options: every product asked for by colour and kind, one in Chinese, and a gate."""
    with feed.open(encoding="utf-8") as file:
        products = list(csv.DictReader(file))
    asked = {row["id"]: f"{row['colour']} {row['id'].partition('-')[0]}" for row in products}
    asked["zh"] = "红色水杯"
    (tmp_path / "queries.tsv").write_text("".join(f"{id}\t{text}\n" for id, text in asked.items()), encoding="utf-8")
    right = {id: id for id in asked} | {"zh": "cup-red"}
    (tmp_path / "labels.qrels").write_text("".join(f"{q} 0 {p} 3\n" for q, p in right.items()), encoding="utf-8")
    (tmp_path / "gate.toml").write_text(GATE, encoding="utf-8")
    options = (("--queries", "queries.tsv"), ("--qrels", "labels.qrels"), ("--gate", "gate.toml"))
    return [word for option, name in options for word in (option, tmp_path / name)]


@pytest.fixture(scope="session")
def spoiled(feed: Path, tmp_path_factory: pytest.TempPathFactory, process: Command) -> Path:
    """A shop whose titles, colours and pictures belong to the next product."""
    folder = tmp_path_factory.mktemp("spoiled")
    with feed.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    turned = [{**after, "id": row["id"]} for row, after in zip(rows, [*rows[1:], rows[0]], strict=True)]
    with (folder / "spoiled.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(turned)
    done = process("index", folder / "shop", folder / "spoiled.csv", "--media-root", feed.parent, "--model", "basic")
    assert done.code == 0, done.err
    return folder / "shop"


def test_a_good_shop_passes_with_a_line_for_each_bound(wares: Command, made: Path, gated: list[object]) -> None:
    done = wares("evaluate", made, *gated)
    assert done.code == 0, done.out
    lines = [line for line in done.out.splitlines() if line.startswith("holds")]
    assert lines[0] == "holds  nDCG@10 is 1.0000, floor 0.9000"
    assert len(lines) == 5
    assert done.out.splitlines()[-1] == "the gate holds: 5 bounds"


def test_a_spoiled_shop_fails_with_measure_value_floor_and_worst_questions(
    wares: Command, spoiled: Path, gated: list[object]
) -> None:
    done = wares("evaluate", spoiled, *gated)
    assert done.code == 1
    assert done.err == ""
    lines = done.out.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("fails  nDCG@10 is 0."))
    assert lines[at].endswith(", floor 0.9000")
    worst = [line.split() for line in lines[at + 1 : at + 6]]
    assert all(float(words[0]) < 0.9 for words in worst)
    assert all(words[-1] == "zh" or "-" in words[-1] for words in worst)
    assert "fails  P@1 of length 2–3 words is 0.0" in done.out
    assert "holds  failed is 0.0000" in done.out
    assert lines[-1] == "the gate fails: 3 of 5 bounds broken"


def test_wrong_settings_spoil_a_shop_too(wares: Command, shop: Path, gated: list[object]) -> None:
    weights = {"text.words": 0.0, "text.text": 0.0, "text.image": 1.0}
    Shop.open(shop, settings=Settings(model="basic", fusion=FusionSettings(weights=weights))).close()
    done = wares("evaluate", shop, *gated)
    assert done.code == 1
    assert "fails  nDCG@10" in done.out


def test_a_slow_shop_fails(wares: Command, made: Path, gated: list[object], tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text("[ceiling]\np95_ms = 0.001\np99_ms = 60000\n", encoding="utf-8")
    done = wares("evaluate", made, *gated)
    assert done.code == 1
    assert "fails  p95_ms is " in done.out
    assert "holds  p99_ms is " in done.out


def test_a_gate_brings_the_system_that_it_compares_with(
    wares: Command, made: Path, spoiled: Path, gated: list[object], tmp_path: Path
) -> None:
    (tmp_path / "gate.toml").write_text('[versus.bm25]\n"P@3" = -0.01\n', encoding="utf-8")
    done = wares("evaluate", made, *gated, "--json")
    assert done.code == 0, done.err
    assert [system["name"] for system in done.json["systems"]] == ["bm25", "shop"]
    assert "P@3" in done.json["measures"]
    [finding] = done.json["gate"]
    assert finding["ok"]
    # Yesterday's answers are a system as well: the shop was spoiled since.
    run = tmp_path / "yesterday.run"
    assert wares("evaluate", made, *gated[:4], "--save-run", run).code == 0
    (tmp_path / "gate.toml").write_text(
        f'[versus."{run}"]\n"nDCG@10" = -0.05\nsignificant = true\n', encoding="utf-8"
    )
    assert wares("evaluate", made, *gated).code == 0
    done = wares("evaluate", spoiled, *gated)
    assert done.code == 1
    assert "p 0.0" in done.out


def test_json_tells_the_findings_and_the_exit_code_stays(wares: Command, spoiled: Path, gated: list[object]) -> None:
    done = wares("evaluate", spoiled, *gated, "--json")
    assert done.code == 1
    broken = [finding for finding in done.json["gate"] if not finding["ok"]]
    assert (broken[0]["what"], broken[0]["limit"]) == ("nDCG@10", 0.9)
    assert all(finding["worst"] for finding in broken)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[floor\n", "is no TOML"),
        ("[flor]\nAP = 1\n", "unknown 'flor'"),
        ('[floor]\n"nDGC@10" = 1\n', "did you mean nDCG"),
        ("", "bounds nothing"),
        ("[versus.bm26]\nAP = 0\n", "no system 'bm26'"),
        ('system = "rrf"\n[floor]\nAP = 0\n', "was not evaluated"),
    ],
)
def test_a_wrong_gate_is_told_in_one_line(
    wares: Command, made: Path, gated: list[object], tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "gate.toml").write_text(text, encoding="utf-8")
    assert said in wares("evaluate", made, *gated).error()


def test_there_has_to_be_a_gate(wares: Command, made: Path, gated: list[object], tmp_path: Path) -> None:
    (tmp_path / "gate.toml").unlink()
    assert "cannot be read" in wares("evaluate", made, *gated).error()


def test_the_example_works_as_its_workflow_says(
    wares: Command, shop: Path, feed: Path, gated: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("catalogue", "search"):
        (tmp_path / folder).mkdir()
    for source in feed.parent.iterdir():
        (tmp_path / "catalogue" / source.name).symlink_to(source)
    (tmp_path / "queries.tsv").rename("search/questions.csv")
    (tmp_path / "labels.qrels").rename("search/labels.csv")
    copy(EXAMPLE / "gate.toml", "search/gate.toml")
    workflow = re.sub(r": >\n +", ": ", (EXAMPLE / "workflow.yml").read_text(encoding="utf-8"))
    workflow = re.sub(r"\n +--", " --", workflow)
    commands = re.findall(r"run: wares (.+)$", workflow, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["index", "evaluate", "evaluate"]
    for command in commands:
        done = wares(*command.split())
        assert done.code == 0, done.err + done.out
    assert "the gate holds: 8 bounds" in done.out
    assert {path.name for path in tmp_path.iterdir()} >= {"main.run", "today.run", "report.html"}
