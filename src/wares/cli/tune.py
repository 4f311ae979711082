"""``wares tune``: fusion settings searched on questions with known answers; a settings file comes of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import check_writable, plain, print_json, stderr, stdout
from wares.cli.questions import MediaRoot, Qrels, Queries, questions_of

if TYPE_CHECKING:
    from wares.evaluation.tuning.tune import Row, TuningReport
    from wares.settings_file import Changed


def tune(
    shop: ShopFolder,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.toml", help="The settings file to write.")],
    queries: Queries = None,
    qrels: Qrels = None,
    media_root: MediaRoot = None,
    measure: Annotated[str, typer.Option(metavar="NAME", help="The measure that is to rise.")] = "nDCG@10",
    methods: Annotated[
        str, typer.Option(metavar="NAME,…", help="Only these methods of fusion (all unless given).")
    ] = "",
    trials: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="How many settings to try.")] = 200,
    minutes: Annotated[float | None, typer.Option(metavar="NUMBER", min=0, help="Stop after so long.")] = None,
    patience: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, help="Stop a method after so many trials without a gain.")
    ] = 30,
    held_out: Annotated[float, typer.Option(metavar="SHARE", help="The questions kept for the end.")] = 0.4,
    max_questions: Annotated[int, typer.Option(metavar="NUMBER", min=20, help="Use no more questions.")] = 500,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another seed, another split and search.")] = 20,
    study: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was tried (kept beside the settings unless given).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search fusion settings for a shop: the weights of its channels, the method, its parameters.

    They are searched on one part of the questions and measured on the other. The result is a settings file; nothing
    is applied. What was tried is kept in a study: the same command goes on where it was stopped.

    \b
    Examples:
      wares tune my-shop -o tuned.toml
      wares tune my-shop --queries q.tsv --qrels q.qrels -o tuned.toml --measure AP --trials 500
      wares settings my-shop --apply tuned.toml
    """
    import msgspec

    import wares
    from wares import tuning
    from wares.cli.progress import bars
    from wares.evaluation.tuning.trials import Limits
    from wares.settings_file import changes

    kept = study or output.with_suffix(".study.jsonl")
    check_writable(output, kept)
    with wares.open(shop, create=False) as opened, questions_of(opened, queries, qrels, media_root) as asked:
        with bars(stderr()) as progress:
            report = tuning.tune(
                opened,
                *asked,
                measure=measure,
                methods=[name.strip() for name in methods.split(",") if name.strip()],
                limits=Limits(trials=trials, minutes=minutes, patience=patience),
                held_out=held_out,
                max_questions=max_questions,
                seed=seed,
                study=kept,
                on_progress=progress,
            )
        present = opened.settings
    found = changes(present, msgspec.structs.replace(present, fusion=report.tuned))
    _write(output, report, shop)
    command = shlex.join(["wares", "settings", str(shop), "--apply", str(output)])
    if as_json:
        shown = [changed._asdict() for changed in found]
        print_json({**msgspec.structs.asdict(report), "changes": shown, "output": output, "apply": command})
    else:
        _print(report, found, output, command)


# -- the settings file ------------------------------------------------------------------------------------------


def _write(path: Path, report: TuningReport, shop: Path) -> None:
    """The settings file, with what is known of it at its head."""
    from wares.settings_file import write_toml

    tuned = report.tuned
    fusion: dict[str, Any] = {"method": tuned.method, "normalise": tuned.normalise, "rrf_k": tuned.rrf_k}
    if tuned.weights:
        fusion["weights"] = dict(tuned.weights)
    sides = report.split
    comment = [
        f"Fusion settings for the shop {plain(shop.name)}, by wares tune.",
        f"Questions: {plain(report.set_name)}; {len(sides.train)} to tune on, {len(sides.held_out)} held out.",
        f"Against what was in force: {report.verdict}.",
    ]
    write_toml(path, {"fusion": fusion}, comment)


# -- the terminal -----------------------------------------------------------------------------------------------


def _print(report: TuningReport, found: Sequence[Changed], output: Path, command: str) -> None:
    from wares.cli.figures import print_remarks
    from wares.cli.settings import print_changes
    from wares.cli.sheets import table

    console = stdout()
    sides = report.split
    console.print(
        f"{plain(report.set_name)}: {len(sides.train)} questions to tune on, {len(sides.held_out)} held out; "
        f"{report.stopped}",
        soft_wrap=True,
    )
    print_remarks(console, report.remarks)
    if report.bias:
        console.print(f"bias of these questions: {plain(report.bias)}", style="dim", soft_wrap=True)
    console.print()
    heads = (report.measure, "tried", "tuned on", "held out", "against in force (95 %)")
    console.print(table(heads, [_cells(row) for row in report.rows]))
    console.print()
    console.print(plain(report.verdict), style="bold", soft_wrap=True)
    if found:
        console.print()
        print_changes(found)
    console.print(f"\nwritten: {output}", style="dim", soft_wrap=True)
    if found:
        console.print(f"to apply it: {command}", soft_wrap=True)


def _cells(row: Row) -> tuple[str, ...]:
    figure, against = row.held_out, row.difference
    return (
        row.name,
        "" if row.trials is None else f"{row.trials}",
        f"{row.train:.3f}",
        f"{figure.mean:.3f}",
        "" if against is None else f"{against.mean:+.3f} ({against.low:+.3f} … {against.high:+.3f})",
    )
