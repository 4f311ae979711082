"""The benchmarks run, small, and what they say can be read; their yardsticks are right where an answer is known."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are run from the project and never installed
from benchmarks import quality, report
from benchmarks.shops import parts
from benchmarks.speed.bench import Row, Target
from wares.records import Part, Product, Query
from wares.settings import Environment
from wares.shop import Shop

ROOT = Path(__file__).parents[1]

needs_data = pytest.mark.skipif(
    not (report.DATA / "icecat_chorus.dev.zip").exists(), reason=f"the data sets are not in {report.DATA}"
)


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def measured(module: str, scratch: Path, *arguments: str) -> dict[str, Any]:
    done = run(module, "--json", "--model", "basic", "--scratch", str(scratch), *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {"date", "command", "machine", "software", "encoders"} <= found["about"].keys()
    assert "hashed.text" in found["about"]["encoders"]
    return found


@needs_data
def test_speed_measures_every_target(tmp_path: Path) -> None:
    found = measured("speed", tmp_path, "--products", "300", "--queries", "10")
    figures, recall, shares = found["tables"]
    values = {row[0]: row[2] for row in figures["rows"]}
    assert len(values) == len(figures["rows"])
    assert all(value > 0 for what, value in values.items() if "beside" not in what and "mapped" not in what)
    assert sum(row[4] is not None for row in figures["rows"]) >= 11  # targets
    assert [row[3:7] for row in recall["rows"]] == [[1, 1, 1, 1]] * len(recall["rows"])  # so few are all compared
    assert {row[0] for row in recall["rows"]} == {"hashed.text", "basic-look.image"}
    assert sum(row[1] for row in shares["rows"]) > 0
    assert any("not measured here" in note for note in found["notes"])


@needs_data
def test_quality_compares_the_ways_of_asking_one_index(tmp_path: Path) -> None:
    arguments = ("--products", "150", "--queries", "8")
    found = measured("quality", tmp_path, *arguments)
    rows = found["tables"][0]["rows"]
    assert {row[0] for row in rows} == set(quality.TASKS) - {"fashion titles"}  # no words lead to pictures in "basic"
    assert all(0 <= row[3] <= 1 and 0 <= row[5] <= 1 for row in rows)
    best = {row[0]: row[3] for row in rows if row[2] == "BM25 alone"}
    assert best["icecat"] > 0.5
    assert any("without a relevant product" in note for note in found["notes"])
    [shop] = (tmp_path / "shops").glob("icecat-*")
    made = (shop / "shop.db").stat().st_ino
    again = measured("quality", tmp_path, "--sets", "icecat", *arguments)
    assert again["tables"][0]["rows"] == [row for row in rows if row[0] == "icecat"]
    assert (shop / "shop.db").stat().st_ino == made


@pytest.mark.parametrize("module", ["speed", "quality"])
def test_missing_data_is_one_line(tmp_path: Path, module: str) -> None:
    done = run(module, "--data", str(tmp_path), "--scratch", str(tmp_path / "scratch"), "--model", "basic")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--data" in done.stderr
    assert done.stdout == ""


def test_markdown_has_a_row_for_every_figure() -> None:
    row = Row("text query", "ms", 2.5, 11.0, Target(3, 10), scan=5.0)
    table = report.Table("Speed", ("what", "unit", "value", "p99", "target", "met", "scan", "× scan"), [row.cells()])
    text = report.markdown(report.Report({"date": "today"}, [table], ["so it is"]))
    assert "| text query | ms | 2.50 | 11.0 | ≤ 3, p99 ≤ 10 | **no** | 5.00 | 0.500 |" in text
    assert text.startswith("- date: today\n")
    assert text.endswith("- so it is")


@pytest.mark.parametrize(
    ("target", "value", "late", "met"),
    [
        (Target(3, 10), 3.0, 10.0, True),
        (Target(3, 10), 3.1, 4.0, False),
        (Target(3, 10), 2.0, 10.1, False),
        (Target(3, 10), 2.0, None, False),
        (Target(0.85, least=True), 0.85, None, True),
        (Target(0.85, least=True), 0.84, None, False),
    ],
)
def test_a_target_is_met_on_the_right_side(target: Target, value: float, late: float | None, met: bool) -> None:
    assert target.met(value, late) is met


def test_all_channels_together_are_what_the_shop_does(tmp_path: Path) -> None:
    environment = Environment(cache=tmp_path / "cache", offline=True)
    titles = [f"{colour} {kind}" for colour in ("red", "green", "blue") for kind in ("shirt", "shoe", "mug", "cap")]
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as shop:
        shop.add([Product(id=title, title=title) for title in titles])
    with parts(tmp_path / "shop", environment) as opened:
        query = Query(parts=(Part("text", "green shirt"),), limit=quality.DEPTH)
        asking = opened.asker.ask(query, opened.fusion)
        numbers = {number: title for title, (number, _) in opened.store.get(titles).items()}
        everything = [numbers[n] for n in quality.through(opened, asking, lambda channel: True)]
        assert everything == [hit.id for hit in opened.searcher.search(query, opened.fusion).hits]
        words = [numbers[n] for n in quality.through(opened, asking, quality.WAYS["BM25 alone"])]
        assert set(words) == {title for title in titles if {"green", "shirt"} & set(title.split())}
        assert quality.through(opened, asking, quality.WAYS["pictures alone"]) == []


def test_the_bootstrap_covers_the_mean_and_the_sign_test_is_exact() -> None:
    values = np.asarray([0.0, 1.0] * 50)
    low, high = quality.interval(values)
    assert 0.38 < low < 0.5 < high < 0.62
    assert quality.sign_test(0, 0) == 1
    assert quality.sign_test(5, 0) == pytest.approx(2 / 32)
    assert quality.sign_test(8, 2) == quality.sign_test(2, 8) == pytest.approx(2 * (1 + 10 + 45) / 1024)
