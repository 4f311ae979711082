"""``wares settings``: what is in force, changes that are shown first, and the way back."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.settings import FieldWeights, FusionSettings, MediaLimits, Settings, overlaid
from wares.settings_file import changes, difference, in_force, lean, toml, write_toml

Command: TypeAlias = Callable[..., Any]

TUNED = """
[fusion]
method = "rrf"
rrf_k = 12.0

[fusion.weights]
"text.text" = 0.9
"text.image" = 0.2
"""


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    path = tmp_path / "tuned.toml"
    path.write_text(TUNED)
    return path


def saved(wares: Command, shop: Path) -> Any:
    return wares("settings", shop, "--json").json


def test_what_is_shown_is_toml_and_tells_what_is_the_shops_own(wares: Command, shop: Path, tuned: Path) -> None:
    shown = wares("settings", shop)
    assert shown.code == 0, shown.err
    told = tomllib.loads(shown.out)
    assert told == saved(wares, shop)["settings"]
    assert told["fusion"]["weights"]["text.words"] == 1.0
    assert told["model"] == "basic"
    assert [line for line in shown.out.splitlines() if "#" in line] == ["on = false  # shipped: true"]  # [folding]
    wares("settings", shop, "--apply", tuned, "--yes")
    shown = wares("settings", shop)
    assert '"text.text" = 0.9  # shipped: 0.4' in shown.out
    assert 'method = "rrf"  # shipped: weighted' in shown.out
    assert shown.out.count("#") == 4
    own = {"fusion": {"method": "rrf", "rrf_k": 12.0, "weights": {"text.text": 0.9}}, "folding": {"on": False}}
    assert saved(wares, shop)["own"] == own, "a weight that is as shipped is not kept"


def test_what_was_shown_can_be_applied_and_changes_nothing(wares: Command, shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "shown.toml"
    path.write_text(wares("settings", shop).out)
    done = wares("settings", shop, "--apply", path)
    assert done.code == 0, done.err
    assert done.out == "nothing to change: these settings are in force\n"


def test_a_change_is_shown_and_made_and_has_a_way_back(wares: Command, shop: Path, tuned: Path) -> None:
    found = wares("search", shop, "red cup", "--json").json["hits"]
    done = wares("settings", shop, "--apply", tuned, "--yes")
    assert done.code == 0, done.err
    lines = [line.split() for line in done.out.splitlines()]
    assert ["fusion.method", "weighted", "rrf"] in lines
    assert ["fusion.rrf_k", "60", "12"] in lines
    assert ["fusion.weights.text.text", "0.4", "0.9"] in lines
    assert "text.image" not in done.out
    assert f"to go back: wares settings {shop} --reset fusion\n" in done.out.replace("\n  ", " ")
    assert wares("search", shop, "red cup", "--json").json["hits"] != found
    assert wares("settings", shop, "--reset", "fusion", "--yes").code == 0
    assert wares("search", shop, "red cup", "--json").json["hits"] == found


def test_the_way_back_leads_to_settings_that_were_not_shipped_ones(wares: Command, shop: Path, tuned: Path) -> None:
    wares("settings", shop, "--apply", tuned, "--yes")
    before = saved(wares, shop)
    tuned.write_text('[fusion]\nnormalise = "dbsf"\nmethod = "weighted"\n[fusion.weights]\n"text.words" = 0.5\n')
    undo = wares("settings", shop, "--apply", tuned, "--yes", "--json").json["undo"].split()
    assert undo[:2] == ["wares", "settings"]
    assert saved(wares, shop) != before
    done = wares(*undo[1:], "--yes")
    assert done.code == 0, done.err
    assert saved(wares, shop) == before


def test_what_is_built_in_is_built_anew(wares: Command, shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text("k1 = 1.5\n[fields]\ntitle = 1.0\n")
    old = wares("info", shop, "--json").json["versions"][0]["name"]
    done = wares("settings", shop, "--apply", path, "--yes", "--json").json
    assert {change["name"] for change in done["changes"]} == {"k1", "fields.title"}
    assert done["rebuilt"] > old
    assert done["outdated"] == []
    assert [v["name"] for v in wares("info", shop, "--json").json["versions"] if v["live"]] == [done["rebuilt"]]


def test_nobody_to_ask_changes_nothing(wares: Command, shop: Path, tuned: Path) -> None:
    before = saved(wares, shop)
    done = wares("settings", shop, "--apply", tuned)
    assert done.code == 1
    assert "fusion.method" in done.out, "the change is shown all the same"
    assert done.err.startswith("error: nothing was changed: ")
    assert "--yes" in done.err
    assert "--yes" in wares("settings", shop, "--apply", tuned, "--json").err
    assert saved(wares, shop) == before


@pytest.mark.parametrize(("answer", "method"), [(b"y\n", "rrf"), (b"n\n", "weighted"), (b"\x04", "weighted")])
def test_at_a_terminal_it_asks(
    wares: Command, shop: Path, tuned: Path, environment: dict[str, str], answer: bytes, method: str
) -> None:
    main, side = pty.openpty()
    command = [sys.executable, "-m", "wares", "settings", str(shop), "--apply", str(tuned)]
    running = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env={**environment, "TERM": "dumb"})
    os.close(side)
    said = b""
    try:
        while b"Change this?" not in said:
            said += os.read(main, 4096)
        os.write(main, answer)
        while piece := os.read(main, 4096):
            said += piece
    except OSError:  # how Linux tells that the other side is closed
        pass
    os.close(main)
    assert running.wait(60) == 0, said
    assert (b"nothing was changed" in said) == (method == "weighted")
    assert saved(wares, shop)["settings"]["fusion"]["method"] == method


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[fusion]\nmethod = "rff"', "unknown fusion method 'rff'; did you mean rrf"),
        ('[fusion.weights]\n"text.nothing" = 1.0', "'text.nothing' is for no channel"),
        ("[fusion]\nmetod = 1", "unknown setting fusion.metod; did you mean method"),
        ('model = "default"', "index into a new folder"),
        ("k1 = nan", "k1"),
        ("[media]\ntimeout_s = 0.0", "timeout_s"),
        ("[fusion", "is no TOML"),
    ],
)
def test_what_cannot_be_is_refused(wares: Command, made: Path, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    assert says in wares("settings", made, "--apply", path, "--yes").error()


def test_other_mistakes_are_named(wares: Command, made: Path, tmp_path: Path) -> None:
    assert "cannot be read" in wares("settings", made, "--apply", tmp_path / "none.toml").error()
    known = "known: fields, media, fusion, ranking, understanding, folding, journal, storefront, extraction, k1, b"
    assert known in wares("settings", made, "--reset", "fussion").error()
    assert "no shop" in wares("settings", tmp_path / "none").error()


# -- settings as text -------------------------------------------------------------------------------------------

weights = st.dictionaries(
    st.sampled_from(["text.words", "text.text", "text.use.text", "image.image", "like.text"]), st.floats(0, 100)
)
some_settings = st.builds(
    Settings,
    model=st.just("basic"),
    fields=st.builds(FieldWeights, title=st.floats(0, 10)),
    media=st.builds(MediaLimits, allow_private=st.booleans(), max_bytes=st.integers(1, 10**9)),
    fusion=st.builds(FusionSettings, method=st.sampled_from(["weighted", "rrf"]), weights=weights),
    k1=st.floats(0, 3),
)


@given(some_settings, some_settings)
def test_a_difference_laid_over_its_base_gives_the_settings_again(one: Settings, other: Settings) -> None:
    base = Settings(model="basic")
    tables = difference(one, base, one.__struct_fields__)
    assert tomllib.loads("\n".join(toml(tables))) == tables
    assert in_force(overlaid(base, tables, "a file")) == in_force(one)
    assert in_force(lean(one)) == in_force(one)
    assert {c.name for c in changes(one, other)} == {c.name for c in changes(other, one)}
    assert changes(one, one) == []


@given(some_settings)
def test_all_settings_as_toml_are_all_settings(settings: Settings) -> None:
    assert tomllib.loads("\n".join(toml(in_force(settings), lambda name, value: "a remark"))) == in_force(settings)


def test_a_settings_file_begins_with_its_comment(tmp_path: Path) -> None:
    write_toml(tmp_path / "a.toml", {"k1": 1.0}, ["Two lines", "", "of comment"])
    assert (tmp_path / "a.toml").read_text() == "# Two lines\n#\n# of comment\n\nk1 = 1.0\n"
