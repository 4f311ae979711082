"""What the pages list is what there is: commands and options, dependencies, limits, errors, rooms, verbs of make."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from wares import asking, encoders, errors, searching
from wares.cli.app import app
from wares.query import bounds
from wares.settings import MediaLimits

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def rows(page: str, section: str) -> list[list[str]]:
    """The cells of all tables of a section, heads and rules left out."""
    body = re.split(r"^#+ ", TEXT[page].split(f"\n## {section}\n")[1], flags=re.MULTILINE)[0]
    tables = re.findall(r"^\|.*\|\n\|[-|]+\|\n((?:\|.*\|\n)+)", body, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for table in tables for row in table.splitlines()]


# -- the command ------------------------------------------------------------------------------------------------


def verbs() -> dict[str, Any]:
    """Every command as it is typed, "wares models pull", with its options."""
    found: dict[str, Any] = {}

    def walk(command: Any, name: str) -> None:
        for verb, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{name} {verb}")
        found[name] = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }

    walk(typer.main.get_command(app), "wares")
    return found


VERBS = verbs()
TYPED = re.compile(r"(?:^\$ |`|^)(wares [a-z]+[^`\n#]*)", re.MULTILINE)


@pytest.mark.parametrize("page", TEXT)
def test_every_command_and_option_that_a_page_names_exists(page: str) -> None:
    for typed in TYPED.findall(TEXT[page]):
        words = re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", typed).split()
        lengths = (words[:3], [*words[:2], *words[3:4]], words[:2])  # the second: wares rules SHOP list
        called = [" ".join(some) for some in lengths]
        verb = next((name for name in called if name in VERBS), called[-1])
        assert verb in VERBS, f"{page}: {typed}"
        options = {word for word in words if re.fullmatch(r"-k|--[a-z-]+", word)}
        assert options <= VERBS[verb] | {"--help"}, f"{page}: {typed}"


def test_every_option_in_running_text_exists() -> None:
    known = {option for options in VERBS.values() for option in options} | {"--help"}
    for page, text in TEXT.items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for option in re.findall(r"`(--[a-z-]+)", prose):
            foreign = (page, option) == ("models.md", "--no-deps") or option.startswith("--wares-")  # CSS
            assert option in known or foreign, f"{page}: {option}"


def test_every_command_is_in_the_readme() -> None:
    table = " ".join(cell for row in rows("README.md", "Commands") for cell in row)
    for verb in VERBS:
        assert verb in table


def test_every_option_is_explained_somewhere() -> None:
    everything = " ".join(TEXT.values())
    for verb, options in VERBS.items():
        for option in options:
            assert re.search(rf"{re.escape(option)}\b", everything), f"{option} of {verb}"


def test_verbs_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for text in (*TEXT.values(), (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
        for verb in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE):
            assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


# -- dependencies -----------------------------------------------------------------------------------------------


def name_of(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return found[0]


def test_every_dependency_has_its_reason() -> None:
    told = {row[0].strip("`"): row for row in rows("decisions.md", "Dependencies")}
    extras = {
        (name_of(requirement), extra)
        for extra, requirements in PROJECT["optional-dependencies"].items()
        for requirement in requirements
        if not requirement.startswith("wares[")
    }
    run = {name_of(requirement) for requirement in PROJECT["dependencies"]}
    assert set(told) == run | {name for name, _ in extras}
    for name, extra in extras:
        assert told[name][1] == f"`{extra}`"
    for name, row in told.items():
        assert row[2], name
        assert row[-2], name
        assert not re.search(r"\bA?GPL", row[-2]), name


def test_lock_files_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "index-url" not in text
        assert "://" not in text


# -- figures and names ------------------------------------------------------------------------------------------


def test_limits_are_those_of_the_code() -> None:
    limits = MediaLimits()
    assert dict(rows("searching.md", "Limits")) == {
        "characters of a text": f"{asking.MAX_TEXT:,}",
        "parts of a question": f"{asking.MAX_PARTS}",
        "weight of a part": "100; not 0",
        "hits of a page": f"{searching.MAX_LIMIT:,}",
        "offset": f"{searching.MAX_DEPTH:,}",
        "values of a facet": "100",
        "a filter": f"{bounds.MAX_LENGTH:,} characters, {bounds.MAX_DEPTH} levels",
        "a picture": f"{limits.max_bytes // 1_000_000} MB, {limits.max_pixels // 1_000_000} million pixels",
    }


def test_the_tree_of_errors_is_that_of_the_code() -> None:
    tree = TEXT["how-it-works.md"].split("\n## Errors\n")[1]
    drawn = re.findall(r"(?:^|── )([A-Z]\w+)", tree.split("```")[1], re.MULTILINE)
    there = [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    assert sorted(drawn) == sorted(there)


def test_every_room_stands_on_a_floor() -> None:
    told = set(re.findall(r"`(\w+)`", " ".join(row[1] for row in rows("how-it-works.md", "The house"))))
    source = ROOT / "src" / "wares"
    there = {path.stem for path in source.glob("*.py")} | {path.parent.name for path in source.glob("*/__init__.py")}
    assert told == there - {"__init__", "__main__"}


def test_every_model_is_named() -> None:
    for model in encoders.MODELS:
        assert f"`{model}`" in TEXT["models.md"]
