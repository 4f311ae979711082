"""Processes of the bench's own: errors come over, and nothing outlives the bench."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wares.bench.children import Child
from wares.errors import QueryError, StoreError

ECHO = """
from wares.bench.children import heard, payload, run, say
from wares.errors import CatalogueError, QueryError

def serve():
    while True:
        told = heard(str)
        if told == "query":
            raise QueryError("ask otherwise")
        if told == "catalogue":
            raise CatalogueError("mend it", source="feed.csv", line=3)
        if told == "crash":
            raise RuntimeError("a fault of the program")
        say(told + payload(3).decode())

raise SystemExit(run(serve))
"""


@pytest.fixture
def echo(tmp_path: Path) -> Callable[[], Child]:
    (tmp_path / "echo_of_a_bench.py").write_text(ECHO)
    return lambda: Child("echo_of_a_bench", variables={"PYTHONPATH": str(tmp_path)})


def test_lines_and_bytes_go_there_and_answers_come_back(echo: Callable[[], Child]) -> None:
    with echo() as child:
        assert child.ask("红 ", str, b"abc") == "红 abc"
        assert child.ask("and ", str, b"def") == "and def"


@pytest.mark.parametrize(
    ("told", "kind", "message"),
    [
        ("query", QueryError, "ask otherwise"),
        ("catalogue", StoreError, "feed.csv:3: mend it"),
        ("crash", StoreError, "RuntimeError: a fault of the program"),
    ],
)
def test_what_a_child_raises_is_raised_here(
    echo: Callable[[], Child], told: str, kind: type[Exception], message: str
) -> None:
    with echo() as child, pytest.raises(kind, match=message):
        child.ask(told, str)


def test_a_child_that_cannot_start_is_told() -> None:
    with Child("wares.no_such_module") as child, pytest.raises(StoreError, match="No module named"):
        child.ask("hello", str)


@pytest.mark.parametrize("fault", [None, KeyboardInterrupt])
def test_nothing_outlives_the_block(echo: Callable[[], Child], fault: type[BaseException] | None) -> None:
    child = echo()
    try:
        with child:
            assert child.ask("", str, b"abc") == "abc"
            if fault is not None:
                raise fault
    except KeyboardInterrupt:
        pass
    with pytest.raises(ProcessLookupError):
        os.kill(child._process.pid, 0)
