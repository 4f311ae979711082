"""How a command ends: exit codes, one line for an error, JSON errors, Ctrl-C, closed pipes; how fast it starts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares import __version__
from wares.cli.app import VERBS

Command: TypeAlias = Callable[..., Any]

HEAVY = ("numpy", "onnxruntime", "PIL", "sqlalchemy", "qdrant_edge", "lark", "rich", "msgspec", "httpx")


def verbs() -> list[list[str]]:
    return [
        *([verb.__name__] for verb in VERBS),
        ["models"],
        ["models", "list"],
        ["models", "pull"],
        ["models", "verify"],
    ]


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_has_json_and_help_with_an_example(verb: list[str], wares: Command) -> None:
    done = wares(*verb, "--help")
    assert done.code == 0
    assert "--json" in done.out or verb == ["serve"]  # it answers over HTTP
    assert "Example" in done.out
    assert f"wares {' '.join(verb)}" in done.out.partition("Example")[2]


def test_help_lists_every_verb_and_starts_without_heavy_libraries(
    process: Command, environment: dict[str, str]
) -> None:
    listed = process("--help")
    assert listed.code == 0
    assert all(f"  {verb[0]} " in listed.out for verb in verbs())
    script = (
        "import sys\nfrom wares.cli.run import run\nassert run(['--help']) == 0\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(' '.join(loaded) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_takes_half_a_second_at_most(environment: dict[str, str]) -> None:
    """Processor time of the fastest of three runs, so that other work on the machine does not count."""
    times = [os.times()]
    for _ in range(3):
        subprocess.run([sys.executable, "-m", "wares", "--help"], capture_output=True, env=environment, check=True)
        times.append(os.times())
    totals = [now.children_user + now.children_system for now in times]
    spent = [after - before for before, after in pairwise(totals)]
    assert min(spent) <= 0.5


def test_version(wares: Command) -> None:
    assert wares("--version").out == f"wares {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serach", "x"], "Did you mean 'search'"),
        (["search"], "SHOP"),
        (["search", "shop", "x", "-k", "-1"], "-k"),
        (["search", "shop", "x", "-k", "0"], "-k"),
        (["search", "shop", "x", "-k", "many"], "-k"),
        (["search", "shop", "x", "--offset", "-5"], "--offset"),
        (["search", "shop", "x", "--nonsense"], "--nonsense"),
        (["search", "shop", "x", "--weight", "image"], "PART=NUMBER"),
        (["search", "shop", "x", "--weight", "image=heavy"], "PART=NUMBER"),
        (["search", "shop", "x", "--weight", "image=nan"], "PART=NUMBER"),
        (["search", "shop", "x", "--weight", "image=1", "--weight", "image=2"], "twice"),
        (["index", "shop"], "FEED"),
        (["index", "shop", "feed.csv", "--map", "price"], "FIELD=COLUMN"),
        (["index", "shop", "feed.csv", "--map", "=x"], "FIELD=COLUMN"),
        (["index", "shop", "feed.csv", "--media-root", "/no/such/folder"], "/no/such/folder"),
        (["remove", "shop"], "ID"),
    ],
    ids=" ".join,
)
def test_a_command_that_is_not_understood_is_told_in_one_line(
    arguments: list[str], said: str, wares: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in wares(*arguments).error(code=2)
    error = wares(*arguments, "--json")
    assert error.code == 2
    assert json.loads(error.err)["error"]["kind"] == "UsageError"
    assert list(tmp_path.iterdir()) == []


def test_json_errors_have_kind_and_message_on_stderr(wares: Command, tmp_path: Path) -> None:
    done = wares("search", tmp_path / "none", "red", "--json")
    assert (done.code, done.out) == (1, "")
    error = json.loads(done.err)["error"]
    assert error["kind"] == "SetupError"
    assert "no shop" in error["message"]


def test_debug_adds_a_traceback_wherever_it_stands(wares: Command, tmp_path: Path) -> None:
    plain = wares("info", tmp_path / "none")
    for arguments in (["--debug", "info", tmp_path / "none"], ["info", tmp_path / "none", "--debug"]):
        done = wares(*arguments)
        assert done.code == 1
        assert "Traceback" in done.err
        assert done.err.endswith(plain.err)


def test_words_after_two_dashes_are_no_options(wares: Command, made: Path) -> None:
    done = wares("search", made, "--", "--debug")
    assert done.code == 0, done.err
    assert "product" in done.out


def test_an_error_nobody_foresaw_asks_for_debug(wares: Command, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("wares.shop.Shop.info", lambda self: {}["\x1b[31mno such\nkey"])
    done = wares("info", made)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "KeyError" in done.err
    assert "--debug" in done.err
    assert "\x1b" not in done.err


def test_a_closed_pipe_is_silent(process: Command, made: Path, environment: dict[str, str]) -> None:
    for options in ([], ["--json"]):
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "wares", "search", str(made), *options]
        done = subprocess.run(
            command, stdout=writer, stderr=subprocess.PIPE, env=environment, timeout=60, check=False
        )
        os.close(writer)
        assert done.stderr == b""


def test_a_terminal_that_cannot_write_chinese_still_gets_the_answer(process: Command, made: Path) -> None:
    done = process("search", made, "红色水杯", env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0, done.err
    assert "Red cup" in done.out


def test_ctrl_c_keeps_what_was_done_and_the_same_command_goes_on(
    process: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    rows = 6_000
    lines = [f"{n},Thing number {n} in colour {n % 7}" for n in range(rows)]
    (tmp_path / "big.csv").write_text("\n".join(["id,title", *lines]))
    arguments = ["index", tmp_path / "shop", tmp_path / "big.csv", "--model", "basic"]
    running = subprocess.Popen(
        [sys.executable, "-m", "wares", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        # Who starts the tests in the background of a shell has interrupts ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_for(lambda: (tmp_path / "shop" / "index" / "CURRENT").exists())
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err == "stopped; what was done is kept; run the same command to go on\n"
    again = process(*arguments, "--json")
    assert again.code == 0, again.err
    report = again.json
    assert report["added"] + report["unchanged"] == rows
    assert report["added"] > 0
    assert process("search", tmp_path / "shop", "--json").json["total"] == rows


def wait_for(seen: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
