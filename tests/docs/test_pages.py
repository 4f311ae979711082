"""The pages are right: what they show is run, block by block, in an empty folder.

    ```console        commands after "$ ", and what they print; "…" stands for any characters, and alone on a line for
                      any lines. A command whose output is left out has only to succeed; one that shows a line that
                      begins with "error: " or "the gate fails" has to fail
    ```python         run; what it prints stands in lines that begin with "#> "
    ```csv feed.csv   any language and a file's name: the file is written
    ```sh             not run: it installs something, or needs what a test does not have

Times, sizes and dates are not compared, and scores to within 0.03: processors differ in the last digits of int8.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wares.cli.run import run

ROOT = Path(__file__).parents[2]
# Chinese pages show the same code (test_translations.py).
PAGES = [ROOT / "README.md", *sorted(p for p in (ROOT / "docs").glob("*.md") if ".zh" not in p.name)]
FENCE = re.compile(r"^```(\w+)(?: +(\S+\.\w+))?$\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: What differs from run to run or from machine to machine, and what stands for it in a regular expression.
VARYING = {
    r"\d[\d,]* ms": r"[\d,]+ ms",
    r"\d+\.\d s\b": r"\d+\.\d s",
    r"\d+\.\d MB": r"\d+\.\d [kM]B",
    r"\d{4}-\d\d-\d\dT[\d:]+\+00:00": r"\d{4}-\d\d-\d\dT[\d:]+\+00:00",
    r'"query_id": "\w+"': r'"query_id": "\w+"',
    r'"took_ms": [\d.]+': r'"took_ms": [\d.]+',
    r"[█▏▎▍▌▋▊▉]+": r"[█▏▎▍▌▋▊▉]+",
    r"…": r".*",
    r"-?\d\.\d{3,}": r"(-?\d\.\d{3,})",
}
SCORE, TOLERANCE = r"-?\d\.\d{3,}", 0.03
FAILURES = ("error: ", "the gate fails")


class Block(NamedTuple):
    language: str
    name: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(match[1], match[2] or "", match[3], text.count("\n", 0, match.start(3)) + 1)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
@pytest.mark.usefixtures("ready", "tables")
def test_what_a_page_shows_is_what_happens(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name, value in {"COLUMNS": "80", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page):
        place = f"{page.name}:{block.line}"
        if block.name:
            Path(block.name).parent.mkdir(parents=True, exist_ok=True)
            Path(block.name).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            follow(block.text, place)
        elif block.language == "python":
            code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
            said, _ = heard(lambda code=code: exec(code, names))
            shown = [line.lstrip()[3:] for line in block.text.splitlines() if line.lstrip().startswith("#>")]
            check(shown, said, place)


def follow(session: str, place: str) -> None:
    """Run the commands of a terminal session one after the other."""
    for command, shown in commands(session):
        said, code = heard(lambda command=command: call(command))
        should_fail = any(line.startswith(FAILURES) for line in shown)
        assert bool(code) is should_fail, f"{place}: {command}\nended with {code}:\n{said}"
        if shown:
            check(shown, said, f"{place}: {command}")


def commands(session: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a session, each with the lines shown below it. A line is a command if it follows an empty line
    or another command; elsewhere "$ " is what a command printed."""
    told: list[tuple[str, list[str]]] = []
    for line in session.replace("\\\n", "").splitlines():
        if line.startswith("$ ") and (not told or not told[-1][1] or not told[-1][1][-1]):
            told.append((line[2:], []))
        else:
            told[-1][1].append(line)
    for command, shown in told:
        while shown and not shown[-1]:
            shown.pop()
        yield command, shown


def call(command: str) -> int:
    """Run ``wares …`` in this process and anything else in a shell; the exit code."""
    words = shlex.split(command, comments=True)
    if words[0] == "wares" and not {"|", ">"} & set(words):
        return run(words[1:])
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # a pipe into wares finds the one that is tested
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False
    )
    print(done.stdout + done.stderr, end="")
    return done.returncode


def heard(act: Callable[[], Any]) -> tuple[str, Any]:
    """What was printed meanwhile, and what came back."""
    with io.StringIO() as stream, redirect_stdout(stream), redirect_stderr(stream):
        value = act()
        return stream.getvalue(), value


def check(shown: list[str], said: str, place: str) -> None:
    said = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
    match = re.fullmatch("".join(map(pattern, shown)), said.rstrip("\n") + "\n" if said.strip() else "")
    lines = "\n".join(shown)
    assert match, f"{place}\nthe page shows:\n{lines}\n\nand this came:\n{said}"
    scores = [piece for line in shown for piece in _split(line) if re.fullmatch(SCORE, piece)]
    for expected, found in zip(scores, match.groups(), strict=True):
        assert abs(float(expected) - float(found)) <= TOLERANCE, f"{place}: {expected} is shown, {found} came"


def pattern(line: str) -> str:
    """The regular expression for a line that is shown."""
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return "".join(map(_piece, _split(line.rstrip()))) + r"\n"


def _split(line: str) -> list[str]:
    return re.split(f"({'|'.join(VARYING)})", line)


def _piece(text: str) -> str:
    return next((stands for form, stands in VARYING.items() if re.fullmatch(form, text)), re.escape(text))


@pytest.mark.parametrize(
    ("shown", "said", "fits"),
    [
        (["35 products · 70 ms"], "35 products · 1,204 ms \n", True),
        (["35 products · 70 ms"], "34 products · 70 ms\n", False),
        (["a", "…", "d"], "a\nb\nc\nd\n", True),
        (["a", "…", "d"], "a\nb\nc\n", False),
        (["Mug  0.500"], "Mug  0.512\n", True),
        (["Mug  0.500"], "Mug  0.612\n", False),
        ([], "anything\n", False),
        (["a."], "ab\n", False),
    ],
)
def test_a_wrong_page_would_be_noticed(shown: list[str], said: str, fits: bool) -> None:
    if fits:
        check(shown, said, "here")
    else:
        with pytest.raises(AssertionError):
            check(shown, said, "here")
