"""``wares bench``: tables and JSON, options, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Command: TypeAlias = Callable[..., Any]

BRIEFLY = ("--count", "3", "--repeats", "1", "--concurrency", "1", "--seconds", "0.1")


def test_the_real_command_prints_one_document(process: Command, made: Path) -> None:
    done = process("bench", made, *BRIEFLY, "--json")
    assert done.code == 0, done.err
    assert done.err == ""
    told = done.json
    assert set(told) == {
        *("about", "questions", "filters", "facets", "latencies", "stages"),
        *("loads", "memory", "disk", "recalls", "notes"),
    }
    assert told["about"]["command"].startswith(f"wares bench {made} --count 3")
    assert {"p50", "p95", "p99", "n"} == set(told["latencies"][0]["whole"])
    assert {one["kind"] for one in told["questions"]} == {"words", "pictures"}
    assert process("search", made, "--json").json["total"] == 9


def test_people_read_tables(wares: Command, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_text("red cup\nlamp\n")
    done = wares("bench", made, *BRIEFLY, "--queries", file, "--where", "price < 15", "--where", 'brand = "Acme"')
    assert done.code == 0, done.err
    for piece in (
        *("2 questions", "log.txt", "words: new", "words: repeated", "words: price < 15 (33 % pass)"),
        *('brand = "Acme"', "facets brand, category", "× scan", "encode: the tower", "hydrate", "threads: answers/s"),
        *("hashed.text by words", "1.000", "all but the models", "index", "over all answers"),
    ):
        assert piece in done.out, done.out
    assert "pictures: new" not in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())


@pytest.mark.parametrize("levels", ["", "0", "1,,2", "2,a", "-1", "1.5"])
def test_what_is_no_concurrency_is_named(levels: str, wares: Command, made: Path) -> None:
    assert "--concurrency" in wares("bench", made, f"--concurrency={levels}").error(2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--where", "prize < 3"], "price"),
        (["--concurrency", "1,1000"], "1 … 64"),
        (["--queries", "none.tsv"], "none.tsv"),
        (["--queries", "none.txt"], "none.txt"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_one_line(options: list[str], said: str, wares: Command, made: Path) -> None:
    assert said in wares("bench", made, *options).error()


def test_a_folder_that_is_no_shop_is_one_line(wares: Command, tmp_path: Path) -> None:
    assert "there is no shop" in wares("bench", tmp_path / "none").error()
    assert not (tmp_path / "none").exists()


def test_ctrl_c_leaves_no_process(made: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "wares", "bench", str(made), "--concurrency", "1,2"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        children: set[int] = set()
        end = time.monotonic() + 60
        while len(children) < 2 and running.poll() is None and time.monotonic() < end:
            children |= own_children(running.pid)
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err.startswith("stopped")
    assert len(children) >= 2
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def own_children(parent: int) -> set[int]:
    """The processes that a process has started, by what the kernel says of each thread."""
    listed = [path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children")]
    return {int(number) for text in listed for number in text.split()}
