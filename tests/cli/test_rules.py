"""``wares rules`` and ``wares synonyms``: tried, kept, listed, taken out; what is wrong is told in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares.cli.run import run

Command: TypeAlias = Callable[..., Any]

RULES = """
[[rule]]
name = "green first"
when = { contains = ["cup"], language = "en" }
then = { pin = ["green-cup"], boost = [{ filter = "colour = green", by = 0.2 }] }

[[rule]]
name = "sale"
priority = 3
enabled = false
when = { exact = "sale" }
then = { redirect = "https://shop.example/sale", banner = "All must go" }
"""


@pytest.fixture
def file(tmp_path: Path, shop: Path, wares: Command) -> Path:
    """Rules that pin a cup which the shop has."""
    hits = wares("search", shop, "cup", "--json").json["hits"]
    path = tmp_path / "rules.toml"
    path.write_text(RULES.replace("green-cup", hits[-1]["id"]), encoding="utf-8")
    return path


def test_rules_are_tried_kept_listed_and_removed(wares: Command, shop: Path, file: Path, tmp_path: Path) -> None:
    assert "no rules; add some" in wares("rules", shop).out
    tried = wares("rules", shop, "preview", "cup", "--file", file)
    assert tried.code == 0 and "rule 'green first' fires: it says \"cup\"" in tried.out
    assert "no rules" in wares("rules", shop).out, "a preview keeps nothing"
    assert "2 rules changed, 2 in" in wares("rules", shop, "add", file, "--by", "anna").out
    listed = wares("rules", shop, "list").out
    assert listed.index("sale") < listed.index("green first") and "off" in listed
    exported = tmp_path / "out.json"
    assert wares("rules", shop, "export", exported).code == 0
    assert wares("rules", shop, "list", "--json").json["rules"] == json.loads(exported.read_text())["rule"][::-1]
    assert 'name = "sale"' in wares("rules", shop, "show", "sale").out
    assert "1 rule removed" in wares("rules", shop, "remove", "sale", "--by", "ben").out
    told = wares("rules", shop, "log", "--json").json["log"]
    assert [(one["who"], one["name"]) for one in told] == [("ben", "sale"), ("anna", "sale"), ("anna", "green first")]
    assert told[0]["after"] is None and told[0]["before"]["then"]["redirect"] == "https://shop.example/sale"


def test_a_kept_rule_is_in_the_answer_and_its_preview(wares: Command, shop: Path, file: Path) -> None:
    first = wares("rules", shop, "preview", "cup", "--file", file, "--json").json
    wares("rules", shop, "add", file)
    kept = wares("rules", shop, "preview", "cup", "--json").json
    assert kept["after"] == first["after"] and kept["after"][0]["by"] == ["green first"]
    hits = wares("search", shop, "cup", "--json").json["hits"]
    assert [hit["id"] for hit in hits] == [shown["id"] for shown in kept["after"]]


def test_what_a_rule_does_is_measured(wares: Command, shop: Path, file: Path, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("1\tcup\n2\tlamp\n", encoding="utf-8")
    pinned = wares("rules", shop, "preview", "cup", "--file", file, "--json").json["after"][0]["id"]
    lamp = wares("search", shop, "lamp", "--json").json["hits"][0]["id"]
    (tmp_path / "q.qrels").write_text(f"1 0 {pinned} 1\n2 0 {lamp} 1\n", encoding="utf-8")
    sets = ("--queries", tmp_path / "q.tsv", "--qrels", tmp_path / "q.qrels", "--measure", "nDCG@10")
    assert "there are no rules to measure" in wares("rules", shop, "evaluate", *sets).error()
    done = wares("rules", shop, "evaluate", "--file", file, *sets)
    assert done.code == 0, done.err
    assert "rule 'green first' fires at 1 of 2 questions" in done.out
    assert "without" in done.out and "nDCG@10" in done.out
    found = wares("rules", shop, "evaluate", "--file", file, *sets, "--json").json
    assert found["fired"] == {"green first": 1, "sale": 0}
    assert "no rule 'gren'" in wares("rules", shop, "evaluate", "gren", "--file", file, *sets).error()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[rule]]\nname = "a"\nwhen = { filter = "colur = red" }\nthen = { banner = "x" }', "did you mean colour"),
        ('[[rule]]\nname = "a"\nwhen = { contains = "👟" }\nthen = { banner = "x" }', "no word in the pattern"),
        ('[[rule]]\nname = "a"\nthen = { pin = ["a"], hide = ["a"] }', "pinned and hidden"),
        ("[[rule]\n", "is no TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        ("", ""),
    ],
)
def test_a_file_that_cannot_be_is_one_line(
    wares: Command, shop: Path, tmp_path: Path, text: str | bytes, why: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for verb in (("add", path), ("preview", "cup", "--file", path)):
        done = wares("rules", shop, *verb)
        assert (why in done.error()) if why else done.code == 0
    assert "no rules" in wares("rules", shop).out


def test_check_ends_with_1_where_there_is_an_error_and_tells_every_finding(
    wares: Command, shop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rule]]\nname = "a"\nthen = { pin = ["x1"] }\n[[rule]]\nname = "b"\nthen = { hide = ["x1"] }',
        encoding="utf-8",
    )
    done = wares("rules", shop, "check", path)
    assert done.code == 1 and "error: rule 'a': it contradicts rule 'b'" in done.out
    assert "warning: rule 'b': the shop has no product 'x1'" in done.out
    assert wares("rules", shop, "check", path, "--json").json["findings"][0]["level"] == "error"
    assert "nothing is wrong" in wares("rules", shop, "check").out


def test_names_that_are_none(wares: Command, shop: Path, file: Path) -> None:
    wares("rules", shop, "add", file)
    assert "did you mean 'sale'" in wares("rules", shop, "show", "sal").error()
    assert "did you mean 'sale'" in wares("rules", shop, "remove", "sal").error()
    assert "No such command" in wares("rules", shop, "lst").error(2)
    assert "who changes a shop" in wares("rules", shop, "add", file, "--by", "a\nb").error()


def test_synonyms_are_added_listed_used_and_removed(wares: Command, shop: Path, tmp_path: Path) -> None:
    assert "no synonyms" in wares("synonyms", shop).out
    assert "2 changed" in wares("synonyms", shop, "add", "beaker, cup", "light => lamp", "--language", "en").out
    assert "light => lamp  en" in wares("synonyms", shop, "list").out
    hits = wares("search", shop, "beaker", "--json").json["hits"]
    assert hits and "cup" in hits[0]["title"].lower()
    assert wares("synonyms", shop, "export", tmp_path / "s.toml").code == 0
    assert "1 changed" in wares("synonyms", shop, "remove", "Beaker").out
    assert "1 changed" in wares("synonyms", shop, "import", tmp_path / "s.toml").out
    assert len(wares("synonyms", shop, "log", "--json").json["log"]) == 4
    assert "lead in a circle" in wares("synonyms", shop, "add", "lamp => light").error()
    assert "LINE:2: 'the' is a stop word" in wares("synonyms", shop, "add", "a1, b1", "the, it").error()


def test_stop_words_are_added_kept_and_removed(wares: Command, shop: Path) -> None:
    assert "no stop words besides" in wares("synonyms", shop, "stop-words").out
    done = wares("synonyms", shop, "stop-words", "--add", "buy", "--add", "买", "--keep", "will")
    assert "3 changed" in done.out, done.err
    shown = wares("synonyms", shop, "stop-words", "--json").json["stop_words"]
    assert {(one["word"], one["language"]) for one in shown} == {("buy", "en"), ("买", "zh"), ("will", "en")}
    assert "1 changed" in wares("synonyms", shop, "stop-words", "--remove", "买").out
    assert "is no stop word" in wares("synonyms", shop, "stop-words", "--keep", "lamp").error()


@pytest.mark.parametrize("group", ["rules", "synonyms"])
def test_every_verb_has_help(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([group, "--help"]) == 0
    told = capsys.readouterr().out
    assert "list" in told and "Examples" in told
