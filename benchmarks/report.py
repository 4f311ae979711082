"""A report: what was measured, where and how; written as Markdown or as JSON."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import msgspec
import platformdirs

from wares.bench.circumstances import circumstances as measured
from wares.errors import WaresError

Cell: TypeAlias = str | float | bool | None

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class Table(msgspec.Struct, frozen=True):
    """Rows of one kind under a title; a cell that is None was not measured or does not apply."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Report(msgspec.Struct, frozen=True):
    """What one command found."""

    about: Mapping[str, str]
    tables: Sequence[Table]
    notes: Sequence[str] = ()


# -- the command line -------------------------------------------------------------------------------------------


def options(module: str, about: str) -> argparse.ArgumentParser:
    """A parser with what both benchmarks take."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = Path(platformdirs.user_cache_dir("wares-benchmarks", appauthor=False))
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="FOLDER", help="the data sets' zip files [%(default)s]"
    )
    parser.add_argument(
        "--scratch", type=Path, default=cache, metavar="FOLDER", help="where shops are built and reused [%(default)s]"
    )
    parser.add_argument(
        "--model", default="default", help='the encoders: "default", "basic", file:… or hf:… [%(default)s]'
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    return parser


def positive(text: str) -> int:
    """A whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def main(parser: argparse.ArgumentParser, measure: Callable[[argparse.Namespace], Report]) -> int:
    """Parse the command line, measure, print. What goes wrong is one line on standard error, and status 2."""
    arguments = parser.parse_args()
    try:
        arguments.scratch.mkdir(parents=True, exist_ok=True)
        report = measure(arguments)
    except (WaresError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(msgspec.json.format(msgspec.json.encode(report)).decode() if arguments.json else markdown(report))
    return 0


def tell(text: str) -> None:
    """Say on standard error what is being done."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


# -- what is said about every measurement -----------------------------------------------------------------------


def circumstances(module: str, model: str, encoders: Mapping[str, str]) -> dict[str, str]:
    """When, where and with what: date, command, machine, versions, and the encoders by channel."""
    return {
        **measured(),
        "command": shlex.join(["python", "-m", module, *sys.argv[1:]]),
        "model": model,
        "encoders": "; ".join(f"{channel}: {fingerprint}" for channel, fingerprint in encoders.items()),
    }


# -- Markdown ---------------------------------------------------------------------------------------------------


def markdown(report: Report) -> str:
    """The report as Markdown: what it was measured with, tables, notes."""
    parts = ["\n".join(f"- {name}: {value}" for name, value in report.about.items())]
    for table in report.tables:
        head = [table.columns, ["---", *["---:"] * (len(table.columns) - 1)]]
        rows = [[cell(value) for value in row] for row in table.rows]
        lines = ["| " + " | ".join(row) + " |" for row in (*head, *rows)]
        parts.append(f"### {table.title}\n\n" + "\n".join(lines))
    if report.notes:
        parts.append("\n".join(f"- {note}" for note in report.notes))
    return "\n\n".join(parts)


def cell(value: Cell) -> str:
    """A cell as text: three digits that count, thousands apart."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    if isinstance(value, str):
        return value.replace("|", "\\|")
    size = abs(value)
    digits = 0 if size >= 100 or isinstance(value, int) else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"
