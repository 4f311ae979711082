"""The tables of alignment: what is kept is read back, figures are told as they are, and disturbances disturb."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are run from the project and never installed
from benchmarks import report
from benchmarks.alignment import (
    columns,
    disturbing,
    drawing,
    keeping,
    observing,
    plots,
    robustness_tables,
    summary,
    tables,
)
from benchmarks.alignment.asking import Line
from benchmarks.alignment.splits import Example, Training
from benchmarks.alignment.ways import WAYS, Learned
from benchmarks.pictures import DATA
from wares.fit.losses import LOSSES
from wares.fit.network import Shape, begin
from wares.fit.training import Recipe

ROOT = Path(__file__).parents[1]

needs_data = pytest.mark.skipif(
    not (DATA / "fashion_kagl.dev.zip").exists(), reason=f"the data sets are not in {DATA}"
)


def line(
    values: Sequence[float], split: int = 1, learned: str = "", column: columns.Column = columns.MAIN[0]
) -> Line:
    questions = [f"{split}-{at}" for at in range(len(values))]
    return Line(column.set, column.what, split, 10, column.measure, questions, values, learned)


def fit(split: int = 1, **changed: object) -> keeping.Fit:
    told: dict[str, object] = {
        "split": split,
        "learned": "fashion",
        "examples": 500,
        "seconds": 10.0,
        "cpu_s": 9.0,
        "peak_mb": 100.0,
        "products": 450,
        "held_out": 50,
        "curve": (keeping.Step(0, None, 0.1), keeping.Step(25, 5.0, 0.2), keeping.Step(50, 4.0, 0.3)),
    }
    return keeping.Fit(**(told | changed))  # type: ignore[arg-type]


def plant(scratch: Path) -> Path:
    """ConSE finds nothing, fits half or all, and the recipe all."""
    folder = scratch / "table"
    found = {"ConSE": ([0.0] * 16, ""), "fit 500": ([1.0, 0.0] * 8, "fashion"), "fit all": ([1.0] * 16, "fashion")}
    for name, (values, learned) in found.items():
        lines = [line(values, split, learned, column) for split in (1, 2) for column in columns.TITLES]
        fits = tuple(fit(split) for split in (1, 2)) if learned else ()
        keeping.keep(folder, name, keeping.Way(made_from="this", fits=fits), lines)
    recipe = [line([1.0] * 16, split, "fashion", column) for split in (1, 2) for column in columns.TITLES]
    summary.write(scratch / f"{tables.RECIPE}.json", recipe)
    return folder


def rows(found: report.Report, start: str) -> dict[str, Sequence[report.Cell]]:
    [table] = [table for table in found.tables if table.title.startswith(start)]
    return {str(row[0]): row for row in table.rows}


def test_every_way_has_a_name_of_its_own_and_something_that_it_is_compared_with() -> None:
    names = [way.name for way in WAYS]
    assert len(set(names)) == len(names)
    assert all(way.base in names for way in WAYS if isinstance(way, Learned))
    assert {way.recipe["loss"] for way in WAYS if way.group == "loss"} == LOSSES.keys() - {Recipe().loss}
    for way in WAYS:
        assert not isinstance(way, Learned) or Recipe(**way.recipe)  # type: ignore[arg-type]


def test_what_is_kept_is_read_back_unless_it_was_made_from_something_else(tmp_path: Path) -> None:
    way = keeping.Way(made_from="this", about={"load": "1"}, fits=(fit(1), fit(2)))
    keeping.keep(tmp_path, "a way, of two words", way, [line([0.0, 1.0])])
    lines, fits = keeping.kept(tmp_path, "a way, of two words", "this")
    assert lines == [line([0.0, 1.0])] == summary.read(tmp_path / "a way, of two words.json")
    assert fits == [fit(1)]  # the other was stopped before it was asked
    assert keeping.kept(tmp_path, "a way, of two words", "that") == ([], [])
    assert keeping.kept(tmp_path, "no such way") == ([], [])
    assert not list(tmp_path.glob("*.part"))


def test_memory_is_what_comes_on_top() -> None:
    with observing.Watch() as watch:
        some = np.ones(8 << 20)
    assert watch.seconds >= 0
    assert watch.peak_mb == 0 or watch.peak_mb > 40, some.nbytes


def test_the_tables_say_what_was_planted(tmp_path: Path) -> None:
    found = tables.everything(tmp_path, plant(tmp_path))
    main = rows(found, "Fashion")
    assert [main[name][2] for name in ("ConSE", "fit all", "recipe")] == [".000 ±.000", "1.000 ±.000", "1.000 ±.000"]
    assert str(main["fit 500"][2]).startswith(".500 ±.")
    assert main["fit 500"][1] == "2"  # splits
    differences = rows(found, "Differences to the recipe")
    assert str(differences["fit 500"][2]).startswith("-.500*")
    assert differences["fit all"][2] == "+.000 (p 1)"
    assert str(differences["ConSE"][2]).startswith(
        "-1.000*"
    )  # learned from nothing, beside what learned from fashion
    costs = rows(found, "Costs")
    assert costs["fit all"][:6] == ["fit all", "fashion", "2", 450.0, 0.0, 0.0] and costs["fit all"][-1] == "0"
    assert "| fit 500 | 2 | .500" in report.markdown(found)


def test_only_what_is_surely_below_conse_is_said_to_be() -> None:
    column = columns.UNSEEN[0]

    def way(name: str, values: Sequence[float], learned: str) -> tables.Shown:
        return tables.Shown(name, "size", [line(values, column=column, learned=learned)], ())

    conse = way("ConSE", [1.0] * 20, "")
    worse, alike = way("worse", [0.0] * 10 + [1.0] * 10, "fashion"), way("alike", [0.0] + [1.0] * 19, "fashion")
    table = tables.below("Unseen", [conse, worse, alike], conse)
    assert [row[-1] for row in table.rows] == [None, "stamps: caption → picture, English, R@1 -.500", "never"]


def test_a_fit_that_was_refused_costs_nothing_and_is_counted() -> None:
    refused = fit(2, refused="too little", products=0, curve=())
    table = tables.costs("Costs", [tables.Shown("a way", "size", [], [fit(1), refused])])
    told = dict(zip(table.columns, table.rows[0], strict=True))
    assert (told["fits"], told["refused"], told["products"], told["steps"]) == ("2", "1", 450.0, 50.0)
    alone = tables.costs("Costs", [tables.Shown("a way", "size", [], [refused])])
    assert len(alone.rows[0]) == len(alone.columns) and alone.rows[0][-1] == "1"


def test_points_lost_are_those_between_clean_and_disturbed(tmp_path: Path) -> None:
    kept = {
        "clean": [line([1.0] * 8, learned="fashion"), line([1.0] * 8, learned="fashion", column=columns.MAIN[4])],
        "bad": [line([1, 0] * 4, learned="fashion"), line([1.0] * 8, learned="fashion", column=columns.MAIN[4])],
    }
    for what, lines in kept.items():
        keeping.keep(tmp_path, f"recipe, {what}", keeping.Way(made_from="this"), lines)
    found = robustness_tables.everything(tmp_path, ("clean", "bad"))
    [row] = found.tables[0].rows  # what did not change is left out
    assert row[:3] == ["bad", "title → own photo, R@1", "1.000 ±.000"]
    assert row[4] == "+50.0"
    assert rows(found, "Regimes")["bad"][2] == f"{row[3]} (+50.0)"


def test_shuffled_labels_leave_nobody_their_own_and_the_rest_alone() -> None:
    examples = [Example(f"p{at}", f"title {at}", at, kind=(f"kind {at}",)) for at in range(50)]
    found = disturbing.shuffled(Training("fashion", examples, np.zeros((50, 1), np.float32)), 1).examples
    changed = [at for at in range(50) if found[at].title != examples[at].title]
    assert len(changed) == 10
    assert [(one.product, one.place) for one in found] == [(one.product, one.place) for one in examples]
    assert all(one.title.split()[1] == one.kind[0].split()[1] for one in found)  # titles go with their facets
    assert sorted(one.title for one in found) == sorted(one.title for one in examples)


def test_titles_are_put_otherwise_by_the_dictionary() -> None:
    assert disturbing.synonyms("Puma Men Navy Blue Socks").startswith("Puma man navy ")
    assert disturbing.synonyms("Zzyx 4711") == "Zzyx 4711"
    assert "Puma" in disturbing.there_and_back("Puma Men Navy Blue Socks")
    assert disturbing.there_and_back("Puma Men Navy Blue Socks") != "Puma Men Navy Blue Socks"


def test_pictures_are_cropped_turned_greyed_and_compressed() -> None:
    picture, chance = Image.new("RGB", (50, 100), (255, 0, 0)), np.random.default_rng(0)
    changed = {name: change(picture, chance) for name, change in disturbing.PICTURES.items()}
    assert changed["pictures cropped"].size == (30, 60)
    red, green, blue = changed["pictures hue turned"].getpixel((0, 0))  # type: ignore[misc]
    assert red > 240 and green > 240 and blue < 20  # yellow is a sixth of the circle from red
    assert len(set(changed["pictures grey"].getpixel((0, 0)))) == 1  # type: ignore[arg-type]
    assert changed["pictures JPEG 15"].mode == "RGB"


def test_a_step_downhill_is_as_the_slope_says() -> None:
    chance = np.random.default_rng(1)
    rows = chance.standard_normal((4, 12), dtype=np.float32)
    rows[:, 3] = 1.0  # never changes, and is not moved
    head = begin(rows, Shape(hidden=16, dims=8), chance)
    wanted = head(chance.standard_normal((4, 12), dtype=np.float32))
    slopes = disturbing.slopes(head, rows, wanted)
    for feature in (0, 5, 11):
        further = rows.copy()
        further[:, feature] += 1e-2 / head.scale[feature]
        nearer = rows.copy()
        nearer[:, feature] -= 1e-2 / head.scale[feature]
        numeric = ((head(further) - head(nearer)) * wanted).sum(axis=1) / 2e-2
        assert slopes[:, feature] == pytest.approx(numeric, abs=2e-3)
    moved = disturbing.stepped(head, rows, -slopes, 0.1)
    assert ((head(moved) * wanted).sum(axis=1) < (head(rows) * wanted).sum(axis=1)).all()
    assert np.abs((moved - rows) * head.scale).max() == pytest.approx(0.1, abs=1e-5)
    assert (moved[:, 3] == 1.0).all()


def test_charts_are_drawn_of_what_is_there(tmp_path: Path) -> None:
    assert plots.main(tmp_path, tmp_path / "pictures") == 1
    plant(tmp_path)
    assert plots.main(tmp_path, tmp_path / "pictures") == 0
    for name in ("fit-by-size", "fit-by-step"):
        text = (tmp_path / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        drawn = ElementTree.fromstring(text)
        assert drawn.tag.endswith("svg")
        assert "benchmarks.alignment.table" in text and "nan" not in text


def test_labels_of_lines_that_end_together_do_not_stand_on_each_other() -> None:
    points = [drawing.Point(0, 0.5, 0.5, 0.5), drawing.Point(10, 0.5, 0.5, 0.5)]
    curves = [drawing.Curve(f"<{name}>", points, colour=0) for name in "abc"]
    text = drawing.svg(drawing.Chart("Title", "x", "y", curves, ("sources",)))
    places = [
        float(node.get("y") or 0) for node in ElementTree.fromstring(text).iter() if (node.text or "")[:1] == "<"
    ]
    assert len(places) == 3 and min(np.diff(sorted(places))) >= 14


def test_ways_that_are_there_are_shown_without_measuring(tmp_path: Path) -> None:
    plant(tmp_path)
    command = [sys.executable, "-m", "benchmarks.alignment.table", "--show", "--scratch", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "### Fashion" in done.stdout and "| fit all | 2 | 1.000" in done.stdout


@needs_data
def test_the_model_without_a_download_is_measured_and_then_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.alignment.table", "--only", "basic", "--splits", "1"]
    command += ["--scratch", str(tmp_path), "--data", str(DATA)]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert first.returncode == 0, first.stderr
    assert "| basic | 1 |" in first.stdout
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "split 1 is there" in again.stderr and again.stdout == first.stdout
