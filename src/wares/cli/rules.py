"""``wares rules``: what merchants want shown, hidden and said, kept in a shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from wares.merchandising import Desk, Finding
    from wares.store.entries import Audited

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

By: TypeAlias = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the log (you).")]
Alone: TypeAlias = Annotated[bool, typer.Option("--alone", help="Remove all others.")]
Limit: TypeAlias = Annotated[int, typer.Option("--limit", metavar="NUMBER", min=1, help="How many at most.")]


@app.callback()
def rules(context: typer.Context, shop: ShopFolder) -> None:
    """Merchandising rules: pin, hide, boost, bury, redirect, banner. Without a verb they are listed.

    \b
    Examples:
      wares rules my-shop
      wares rules my-shop preview "sandals" --file rules.toml
      wares rules my-shop add rules.toml
      wares rules my-shop evaluate
    """
    context.obj = shop
    if context.invoked_subcommand is None:
        show_all(context)


@contextmanager
def desk_of(context: typer.Context, by: str = "") -> Iterator[Desk]:
    """The desk in the shop that stands before the verb."""
    import wares
    from wares.merchandising import Desk

    with wares.open(context.obj, create=False) as shop, Desk(shop, by) as desk:
        yield desk


@app.command("list")
def show_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rules, those that count first in front."""
    from wares.cli.sheets import table
    from wares.merchandising import rule_files, telling

    with desk_of(context) as desk:
        found = sorted(desk.rules.all(), key=lambda rule: rule.rank)
    if as_json:
        print_json({"rules": [rule_files.row(rule) for rule in found]})
    elif not found:
        stdout().print(f"no rules; add some: wares rules {context.obj} add FILE", style="dim", soft_wrap=True)
    else:
        rows = [
            (
                rule.name,
                str(rule.priority or ""),
                "" if rule.enabled else "off",
                telling.when(rule),
                telling.then(rule),
            )
            for rule in found
        ]
        stdout().print(table(("rule", "priority", "", "when", "then"), rows))


@app.command()
def show(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False
) -> None:
    """Show one rule as a file has it."""
    from wares.merchandising import files, rule_files

    with desk_of(context) as desk:
        rule = desk.rules.get(name)
    if as_json:
        print_json(rule_files.row(rule))
    else:
        stdout().print(plain_lines(files.as_text(rule_files.to_data([rule]), Path("rule.toml"))), soft_wrap=True)


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules in TOML or JSON; docs/rules.md.")],
    alone: Alone = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Keep the rules of a file, in place of those of the same name. If one cannot be, none is kept.

    \b
    Example:
      wares rules my-shop add rules.toml --by anna
    """
    from wares.merchandising import rule_files

    with desk_of(context, by) as desk:
        new = rule_files.read(file)
        found = desk.check_rules(new, alone=alone)
        changed = desk.put_rules(new, alone=alone)
    if as_json:
        print_json({"changed": changed, "findings": [finding._asdict() for finding in found]})
        return
    print_findings(found)
    stdout().print(f"{counted(len(changed), 'rule')} changed, {len(new)} in {file}", soft_wrap=True)


@app.command()
def remove(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME…")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Remove rules by their names; the log keeps what they were."""
    with desk_of(context, by) as desk:
        changed = desk.rules.remove(names)
    if as_json:
        print_json({"removed": changed})
    else:
        stdout().print(f"{counted(len(changed), 'rule')} removed")


@app.command()
def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Rules that are not kept yet.")] = None,
    alone: Alone = False,
    as_json: AsJson = False,
) -> None:
    """Hold rules against the shop and each other: unknown fields and products, contradictions, circles, dead rules.

    With FILE, its rules among those of the shop. Exit code 1 if there is an error.
    """
    from wares.merchandising import rule_files

    with desk_of(context) as desk:
        found = desk.check_rules(rule_files.read(file) if file is not None else None, alone=alone)
    if as_json:
        print_json({"findings": [finding._asdict() for finding in found]})
    elif found:
        for finding in found:
            stdout().print(f"{finding.level}: {plain(str(finding))}", soft_wrap=True)
    else:
        stdout().print("nothing is wrong")
    if any(finding.level == "error" for finding in found):
        raise typer.Exit(1)


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="TOML or JSON; else it is printed.")] = None,
) -> None:
    """Write all rules as a file that `add` reads."""
    from wares.merchandising import files, rule_files

    with desk_of(context) as desk:
        if file is not None:
            count = desk.export_rules(file)
            stdout().print(f"{counted(count, 'rule')} written: {file}", soft_wrap=True)
        else:
            text = files.as_text(rule_files.to_data(desk.rules.all()), Path("rules.toml"))
            stdout().print(plain_lines(text), soft_wrap=True)


@app.command()
def log(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One rule only.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Tell who changed which rule, and when, the latest first; --json has what was before and after."""
    with desk_of(context) as desk:
        found = desk.rules.log(name, limit)
    print_log(found, as_json)


# -- what others use --------------------------------------------------------------------------------------------


def print_findings(found: Sequence[Finding]) -> None:
    """Warnings on stderr."""
    for finding in found:
        stderr().print(f"{finding.level}: {plain(str(finding))}", style="yellow", soft_wrap=True)


def print_log(found: Sequence[Audited], as_json: bool) -> None:
    """Entries of a log."""
    from wares.cli.sheets import table

    if as_json:
        print_json({"log": [_entry(one) for one in found]})
        return
    told = [(one.at[:19].replace("T", " "), one.who, _done(one), one.name) for one in found]
    stdout().print(table(("when (UTC)", "who", "", "name"), told) if told else "nothing was changed yet")


def plain_lines(text: str) -> str:
    """Text of several lines, safe to print."""
    return "\n".join(plain(line) for line in text.strip().splitlines())


def _entry(one: Audited) -> dict[str, Any]:
    """An entry as ``--json`` has it."""
    import json

    sides = {"before": one.before, "after": one.after}
    told = {name: None if doc is None else json.loads(doc) for name, doc in sides.items()}
    return {"at": one.at, "who": one.who, "kind": one.kind, "name": one.name, **told}


def _done(one: Audited) -> str:
    return "added" if one.before is None else "removed" if one.after is None else "changed"
