"""``wares queries``: a set on the disk, what is told about it, and folders that are not to be touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PIL import Image

from wares.evaluation.judgments import read_judgments
from wares.evaluation.queries import read_queries

Command: TypeAlias = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "questions"


def test_a_set_is_made_that_evaluate_can_read(wares: Command, made: Path, folder: Path) -> None:
    done = wares("queries", made, folder, "--size", "6")
    assert done.code == 0, done.err
    queries = read_queries(folder / "queries.jsonl")
    judgments = read_judgments(folder / "judgments.qrels")
    assert (queries.problems, judgments.problems) == ((), ())
    assert {asked.id for asked in queries.queries} == set(judgments.gains)
    kinds = {asked.tags["made"] for asked in queries.queries}
    assert {"title-words", "typo", "picture", "picture-words"} <= kinds
    pictures = {Path(str(p.value)) for a in queries.queries for p in a.query.parts if p.kind == "image"}
    assert pictures == set((folder / "pictures").resolve().iterdir())
    report = wares(
        "evaluate", made, "--queries", folder / "queries.jsonl", "--qrels", folder / "judgments.qrels", "--json"
    )
    assert report.code == 0, report.err
    assert set(report.json["questions"]) == set(judgments.gains)
    assert report.json["truth"] == queries.truth


def test_people_see_kinds_counts_and_examples(wares: Command, made: Path, folder: Path) -> None:
    done = wares("queries", made, folder, "--size", "4")
    rows = done.out.splitlines()
    assert rows[0].split() == ["kind", "questions", "en", "zh", "such", "as"]
    assert any(row.startswith("title-words") and " 4 " in row for row in rows)
    assert f"wares evaluate {made} --queries {folder}/queries.jsonl" in done.out
    assert "fewer than 4 questions" in done.err or "left out" in done.err


def test_truth_and_bias_stand_beside_the_set(wares: Command, made: Path, folder: Path) -> None:
    shown = wares("queries", made, folder, "--size", "5", "--seed", "7", "--kinds", "typo, picture", "--json").json
    assert [kind["kind"] for kind in shown["kinds"]] == ["typo", "picture"]
    text = (folder / "README.md").read_text(encoding="utf-8")
    for kind in shown["kinds"]:
        assert kind["truth"] in text
        assert kind["bias"] in text
    assert "--size 5 --seed 7 --kinds typo,picture" in text
    assert shown["queries"] == str(folder / "queries.jsonl")


def test_a_folder_with_something_in_it_is_not_touched(wares: Command, made: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert "--force" in wares("queries", made, folder).error()
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    (folder.parent / "file").write_text("")
    assert "is a file" in wares("queries", made, folder.parent / "file").error()


def test_force_replaces_the_set_and_nothing_else(wares: Command, made: Path, folder: Path) -> None:
    (folder / "pictures").mkdir(parents=True)
    for name in ("mine.txt", "pictures/mine.jpg", "pictures/picture-999.jpg", "judgments.tsv"):
        (folder / name).write_text("old")
    done = wares("queries", made, folder, "--force", "--size", "3", "--kinds", "picture")
    assert done.code == 0, done.err
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    made_now = {"queries.jsonl", "judgments.qrels", "README.md", *(f"pictures/picture-00{n}.jpg" for n in (1, 2, 3))}
    assert left == made_now | {"mine.txt", "pictures/mine.jpg"}


def test_ids_with_spaces_are_kept_in_a_table(wares: Command, tmp_path: Path, folder: Path) -> None:
    rows = [
        {"id": f"sku {n}", "title": f"{name} writing desk"} for n, name in enumerate(("walnut", "cherry", "maple"))
    ]
    (tmp_path / "feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert wares("index", tmp_path / "shop", tmp_path / "feed.jsonl", "--model", "basic").code == 0
    done = wares("queries", tmp_path / "shop", folder, "--json")
    assert done.json["judgments"] == str(folder / "judgments.tsv")
    gains = read_judgments(folder / "judgments.tsv").gains
    assert {id for of_one in gains.values() for id in of_one} <= {row["id"] for row in rows}


def test_the_same_seed_makes_the_same_files(wares: Command, made: Path, tmp_path: Path) -> None:
    sets = []
    for name, seed in (("one", "3"), ("two", "3"), ("other", "4")):
        assert wares("queries", made, tmp_path / name, "--size", "5", "--seed", seed).code == 0
        files = (path for path in (tmp_path / name).rglob("*") if path.is_file() and path.name != "README.md")
        sets.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert sets[0] == sets[1] != sets[2]


def test_bad_input_is_one_line(wares: Command, made: Path, tmp_path: Path, folder: Path) -> None:
    assert "'typos'" in wares("queries", made, folder, "--kinds", "typos").error()
    assert "--size" in wares("queries", made, folder, "--size", "0").error(2)
    assert "no shop" in wares("queries", tmp_path / "none", folder).error()
    (tmp_path / "file").write_text("")
    assert "is a file" in wares("queries", made, tmp_path / "file").error()
    assert not folder.exists()


def test_pictures_that_are_gone_are_named(wares: Command, tmp_path: Path, folder: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "a.png")
    (tmp_path / "feed.csv").write_text("id,title,image\n1,walnut desk,a.png\n2,cherry desk,\n")
    assert wares("index", tmp_path / "shop", tmp_path / "feed.csv", "--model", "basic").code == 0
    (tmp_path / "a.png").unlink()
    done = wares("queries", tmp_path / "shop", folder)
    assert done.code == 0
    assert "picture: 1 picture could not be read" in done.err
    assert "a.png" in done.err


def test_an_empty_shop_has_nothing_to_ask(wares: Command, shop: Path, folder: Path) -> None:
    ids = [hit["id"] for hit in wares("search", shop, "-k", "20", "--json").json["hits"]]
    assert wares("remove", shop, *ids).code == 0
    assert "no question can be made out of 0 products" in wares("queries", shop, folder).error()
    assert not folder.exists()
