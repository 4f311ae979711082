"""The benchmarks run, small, and what they say can be read; their yardsticks are right where an answer is known."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are run from the project and never installed
from benchmarks import quality, report
from benchmarks.speed.bench import Row, Target

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
def test_classic_features_are_measured_on_words_pictures_and_sounds(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    pytest.importorskip("av")
    found = measured("classic", tmp_path, "--limit", "12")
    (table,) = found["tables"]
    assert table["columns"][:4] == ["set", "products", "questions", "by"]
    by = {(row[0], row[3]) for row in table["rows"]}
    assert {("crowdflower", "words *"), ("groceries, phone photos", "hog"), ("rest of a sound", "mfcc")} <= by
    assert all(0 <= row[7] <= 1 for row in table["rows"])


@needs_data
def test_what_a_picture_shows_is_measured_by_every_way(tmp_path: Path) -> None:
    how = ("--sets", "groceries", "--foreign", "0", "--limit", "6", "--plots", str(tmp_path))
    found = measured("identify", tmp_path, *how)
    shops, answers, sure, unknown = found["tables"]
    assert [row[:2] for row in shops["rows"]] == [["groceries", 81]]
    assert [row[2] for row in answers["rows"]] == [
        "most frequent",
        "look-alikes",
        "identify",
    ]  # no words find pictures
    assert all(0 <= value <= 1 for row in answers["rows"] for value in row[5:])
    assert {row[1] for row in sure["rows"]} == {"category 1", "category 2"}
    assert [row[1] for row in unknown["rows"]] == ["its own"]
    assert sum(unknown["rows"][0][4:]) == pytest.approx(1, abs=0.01)


@needs_data
def test_the_cutoff_is_measured_on_judged_and_on_unanswerable_questions(tmp_path: Path) -> None:
    found = measured("cutoff", tmp_path, "--sets", "grocery", "--queries", "6")
    costs, strange, sweep, floors = found["tables"]
    assert [row[0] for row in costs["rows"]] == ["grocery"]
    assert {row[1] for row in strange["rows"]} == {"invented words", "questions of icecat", "pictures of fashion"}
    assert len(sweep["rows"][0]) == len(sweep["columns"])
    assert {row[0] for row in floors["rows"]} == {"words", "use.text", "look.image"}


@needs_data
def test_every_stage_of_the_chain_is_measured(tmp_path: Path) -> None:
    found = measured("chain", tmp_path, "--sets", "icecat", "--limit", "300", "--queries", "4", "--seeds", "1")
    signals, recency, diversity, _ = found["tables"]
    assert [row[0] for row in signals["rows"]] == ["icecat"] == [row[0] for row in recency["rows"]]
    assert {row[1] for row in diversity["rows"]} >= {"none", "brand 0.05"}


def test_stages_are_timed(tmp_path: Path) -> None:
    done = run("chain_times", "--json", "--products", "300", "--rounds", "10", "--scratch", str(tmp_path))
    assert done.returncode == 0, done.stderr
    stages, counts = json.loads(done.stdout)["tables"]
    assert {"cut-off", "signals", "diversity", "collapse"} <= {row[0] for row in stages["rows"]}
    assert all(row[2] > 0 for row in (*stages["rows"], *counts["rows"]))


@needs_data
def test_each_step_of_a_search_is_compared_with_plain_and_timed(tmp_path: Path) -> None:
    found = measured("pipeline", tmp_path, "--sets", "icecat", "--products", "400", "--queries", "6")
    steps, exact = found["tables"]
    assert next(row[2] for row in steps["rows"]) == "plain"
    assert {"spelling", "filters in words", "collapse", "shop"} <= {row[2] for row in steps["rows"]}
    assert {row[1] for row in exact["rows"]} == {"number", "brand"}
    assert all(row[5] == 0 for row in exact["rows"])
    timed = measured("pipeline_times", tmp_path, "--products", "300", "--queries", "5", "--rounds", "1")
    took = {row[0]: row[2] for row in timed["tables"][0]["rows"]}
    assert {"understand", "rank.collapse", "plain", "suggest", "add one product"} <= set(took)


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
def test_quality_compares_systems_on_every_set_and_tunes_where_there_are_questions_enough(tmp_path: Path) -> None:
    arguments = ("--products", "150", "--queries", "40", "--trials", "12", "--pages", str(tmp_path / "pages"))
    found = measured("quality", tmp_path, *arguments)
    tables = {table["title"]: table["rows"] for table in found["tables"]}
    whole = tables["What is found"]
    sets = {row[0] for row in whole}
    assert {"icecat", "crowdflower", "chinese", "fashion", "grocery"} <= sets <= set(quality.TASKS)
    assert all(0 <= value <= 1 for row in whole for value in (row[3], *row[5:8]))
    assert next(row[3] for row in whole if row[0] == "icecat" and row[2] == "bm25") > 0.5
    assert {path.stem.replace("-", " ") for path in (tmp_path / "pages").glob("*.html")} == sets
    held_out = tables["Tuned: the questions held out"]
    assert {"shop", "tuned"} <= {row[2] for row in held_out}
    asked = {row[0]: row[1] for row in whole}
    assert all(row[1] < asked[row[0]] for row in held_out)
    assert any("without a relevant product" in note for note in found["notes"])
    assert any("not tuned" in note for note in found["notes"])
    [shop] = (tmp_path / "shops").glob("icecat-*")
    made = (shop / "shop.db").stat().st_ino
    again = measured("quality", tmp_path, "--sets", "icecat", *arguments)
    assert [row[:-1] for row in again["tables"][0]["rows"]] == [row[:-1] for row in whole if row[0] == "icecat"]
    assert (shop / "shop.db").stat().st_ino == made


@pytest.mark.parametrize("module", ["speed", "quality", "fusions", "relations", "pipeline", "pipeline_times"])
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


@needs_data
def test_a_served_shop_is_asked_by_several_clients_while_products_are_added(tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    how = ("--products", "300", "--clients", "2", "--seconds", "1")
    found = measured("serving", tmp_path, *how, "--only", "all distinct, adding", "--only", "/healthz")
    (table,) = found["tables"]
    rows = {row[0]: dict(zip(table["columns"], row, strict=True)) for row in table["rows"]}
    assert list(rows) == ["all distinct, adding", "/healthz", "Shop.search, no server, all distinct"]
    assert all(row["errors"] == 0 and row["questions/s"] > 0 for row in rows.values())
    assert rows["all distinct, adding"]["added/s"] > 0


@needs_data
def test_words_and_codes_in_pictures_are_measured_on_boxes_and_on_groceries(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("zxingcpp")
    if not Path("/usr/share/fonts/opentype/noto").is_dir():
        pytest.skip("no Chinese font is installed (fonts-noto-cjk)")
    found = measured("labels", tmp_path, "--boxes", "4", "--photos", "4")
    lines, codes, asked, times = found["tables"]
    assert {"English", "Chinese"} <= {row[0] for row in lines["rows"]}
    assert codes["rows"][0] == ["as drawn", 4, 1.0, 0.0]
    assert {row[0].split(":")[0] for row in asked["rows"]} >= {"drawn", "groceries"}
    assert all(0 <= value <= 1 for row in asked["rows"] for value in row[3:])
    assert {row[0].split(" · ")[1] for row in times["rows"]} == {"labels", "RapidOCR as it comes", "codes"}
