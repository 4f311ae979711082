"""Arguments and options that several verbs share, and a command as it was typed."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ShopFolder: TypeAlias = Annotated[Path, typer.Argument(metavar="SHOP", help="The folder of the shop.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def pairs(values: Sequence[str], option: str, shape: str) -> dict[str, str]:
    """``["a=b"]`` → ``{"a": "b"}``; anything else is a usage error that names the ``option`` and its ``shape``."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, rest = (piece.strip() for piece in value.partition("="))
        if not (name and equals and rest):
            raise typer.BadParameter(f"{value!r} is not {shape}", param_hint=f"'{option}'")
        if name in found:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint=f"'{option}'")
        found[name] = rest
    return found


def numbers(values: Sequence[str], option: str, shape: str) -> dict[str, float]:
    """``["a=0.5"]`` → ``{"a": 0.5}``; see :func:`pairs`."""
    found: dict[str, float] = {}
    for name, value in pairs(values, option, shape).items():
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = math.nan
        if not math.isfinite(found[name]):
            raise typer.BadParameter(f"{name}={value} is not {shape}", param_hint=f"'{option}'")
    return found


def typed(context: typer.Context) -> str:
    """The command with its arguments and the options that differ from what they are anyway, fit to be repeated."""
    words = context.command_path.split()
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if value in (None, (), [], False) or value == parameter.default:
            continue
        values = list(value) if isinstance(value, list | tuple) else [value]
        named = parameter.param_type_name == "option"
        for one in values:
            words += [parameter.opts[0]] if named else []
            words += [] if one is True else [str(one)]
    return shlex.join(words)
