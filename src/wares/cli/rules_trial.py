"""``wares rules … preview`` and ``evaluate``: what rules would do, and whether it is good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from wares.cli.options import AsJson, typed
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.cli.questions import MediaRoot, Qrels, Queries, questions_of
from wares.cli.rules import desk_of, print_findings
from wares.errors import SetupError

if TYPE_CHECKING:
    from rich.table import Table

    from wares.merchandising import Desk
    from wares.merchandising.preview import Preview, Shown
    from wares.ranking.rules import Rule

File: TypeAlias = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Rules that are not kept yet, among those of the shop.")
]
Alone: TypeAlias = Annotated[bool, typer.Option("--alone", help="The rules of FILE without those of the shop.")]
_MARKS = {"": "", "up": "↑", "down": "↓", "new": "+", "gone": "–"}


def preview(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="QUERY", help="Words to look for.")],
    file: File = None,
    alone: Alone = False,
    where: Annotated[str | None, typer.Option(metavar="FILTER", help="As a shopper would filter.")] = None,
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, max=100, help="How many hits.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the first hits with and without the rules, side by side, and which rules fire and why. Nothing is kept.

    \b
    Example:
      wares rules my-shop preview "sandals" --file rules.toml
    """
    from wares.merchandising.preview import preview as made
    from wares.query import filters
    from wares.records import Part, Query

    parts = (Part("text", text),) if text.strip() else ()
    asked = Query(parts=parts, where=filters.parse(where) if where else None, limit=k)
    with desk_of(context) as desk:
        if not len(desk.shop):
            raise SetupError(f"{context.obj} has no products; add some: wares index {context.obj} FEED")
        rules = tried(desk, file, alone)
        found = made(desk.shop, asked, rules)
    if as_json:
        print_json(_document(found))
    else:
        _print(found)


def evaluate(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME…]", help="These rules (all).")] = None,
    file: File = None,
    alone: Alone = False,
    queries: Queries = None,
    qrels: Qrels = None,
    media_root: MediaRoot = None,
    measure: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A measure, as in nDCG@10.")] = None,
    depth: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="How many products are asked for.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Measure what rules do to the quality of answers: the shop with them against the shop without.

    Without --queries, questions are made out of the catalogue.

    \b
    Examples:
      wares rules my-shop evaluate
      wares rules my-shop evaluate "summer sandals" --queries q.tsv --qrels q.qrels
    """
    from wares.bench.circumstances import circumstances
    from wares.cli.figures import print_report
    from wares.cli.progress import bars
    from wares.evaluation.measures import DEFAULT, parse
    from wares.merchandising import effect

    measures = [parse(name) for name in measure or ()] or list(DEFAULT)
    with desk_of(context) as desk:
        rules = tried(desk, file, alone)
        if not rules:
            raise SetupError(f"there are no rules to measure; add some: wares rules {context.obj} add FILE")
        about = {**circumstances(), "command": typed(context), "shop": str(context.obj)}
        with questions_of(desk.shop, queries, qrels, media_root) as (asked, judgments), bars(stderr()) as progress:
            found = effect.measure(
                desk.shop,
                rules,
                asked,
                judgments,
                names=names or (),
                measures=measures,
                about=about,
                depth=depth,
                on_progress=progress,
            )
    if as_json:
        print_json({"fired": found.fired, "questions": found.questions, "report": found.report})
        return
    for name, count in found.fired.items():
        told = f"rule {name!r} fires at {count:,} of {counted(found.questions, 'question')}"
        stdout().print(plain(told), soft_wrap=True)
    stdout().print()
    print_report(stdout(), found.report)


def tried(desk: Desk, file: Path | None, alone: bool) -> Sequence[Rule]:
    """The rules of the shop with those of a file in place of their namesakes, or alone. :class:`SetupError` for what
    could not be kept either; warnings are printed."""
    from wares.merchandising import rule_files

    kept = {} if alone and file is not None else {rule.name: rule for rule in desk.rules.all()}
    if file is None:
        return list(kept.values())
    new = rule_files.read(file)
    findings = desk.check_rules(new, alone=alone)
    if wrong := next((finding for finding in findings if finding.level == "error"), None):
        raise SetupError(str(wrong))
    print_findings(findings)
    return list({**kept, **{rule.name: rule for rule in new}}.values())


# -- what is told -----------------------------------------------------------------------------------------------


def _document(found: Preview) -> dict[str, object]:
    return {
        "fired": [each._asdict() for each in found.fired],
        "redirect": found.redirect,
        "banners": found.banners,
        "replaced": found.replaced,
        "before": [each._asdict() for each in found.before],
        "after": [each._asdict() for each in found.after],
        "notes": found.notes,
    }


def _print(found: Preview) -> None:
    console = stdout()
    if not found.fired:
        console.print("no rule fires", style="dim")
    for each in found.fired:
        console.print(plain(f"rule {each.rule!r} fires: {each.why}"), soft_wrap=True)
        console.print(plain(f"  {each.does}"), style="dim", soft_wrap=True)
    if found.redirect:
        console.print(plain(f"redirects to {found.redirect}"), soft_wrap=True)
    console.print()
    console.print(_table(found))
    for note in found.notes:
        console.print(f"note  {note}", style="yellow", soft_wrap=True)


def _table(found: Preview) -> Table:
    """The two answers side by side; an arrow says where a product went, and behind it stands the rule."""
    from wares.cli.sheets import table

    rows = []
    for at in range(max(len(found.before), len(found.after))):
        before = found.before[at] if at < len(found.before) else None
        after = found.after[at] if at < len(found.after) else None
        rows.append((str(at + 1), _cell(before), _cell(after), ", ".join(after.by) if after else ""))
    return table(("", "without", "with", "by"), rows)


def _cell(shown: Shown | None) -> str:
    return f"{shown.title} ({shown.id}) {_MARKS[shown.change]}".strip() if shown else ""
