"""Running a command: every way it can end becomes an exit code and, where something went wrong, one line."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence

import typer

from wares.cli.output import print_error
from wares.errors import WaresError

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; see :mod:`wares.cli` for what the codes mean."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot write Chinese must not stop a search
            stream.reconfigure(errors="backslashreplace")
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    as_json, debug = "--json" in options, "--debug" in options
    if debug:  # may stand anywhere: whoever adds it, adds it at the end
        arguments = ["--debug", *(a for a in options if a != "--debug"), *arguments[len(options) :]]
    try:
        code = _call(arguments)
    except Exception as error:
        if debug:
            traceback.print_exc()
        kind, message, code = _told(error)
        print_error(kind, message, as_json=as_json)
        return code
    if code == INTERRUPTED:
        print_error("Interrupted", "stopped; what was done is kept; run the same command to go on", as_json=as_json)
    return code


def _call(arguments: Sequence[str]) -> int:
    from wares.cli.app import app

    try:
        return int(app(arguments, prog_name="wares", standalone_mode=False) or 0)
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(error: Exception) -> tuple[str, str, int]:
    """Kind, message and exit code of an error."""
    if isinstance(error, WaresError):
        return type(error).__name__, str(error), 1
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        message = error.format_message().removesuffix(".")
        hint = f" (see: {context.command_path} --help)" if context else ""
        return "UsageError", f"{message}{hint}", error.exit_code
    name = type(error).__name__
    return name, f"unexpected {name}: {error} (run it again with --debug and report what that prints)", 1
