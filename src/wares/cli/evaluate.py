"""``wares evaluate``: how good a shop's answers are, compared with others, and whether they are good enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder, typed
from wares.cli.output import check_writable, print_json, stderr, stdout
from wares.cli.questions import MediaRoot, Qrels, Queries, questions_of
from wares.errors import SetupError

if TYPE_CHECKING:
    from wares.cli.systems import Entrant
    from wares.evaluation.gate import Finding, Gate
    from wares.evaluation.records import EvaluationReport, Run
    from wares.shop import Shop

SYSTEMS = "What to compare: shop, bm25, vectors, pictures, a fusion method, a settings file, a shop, answers."


def evaluate(
    context: typer.Context,
    shop: ShopFolder,
    more: Annotated[list[str] | None, typer.Argument(metavar="SYSTEM", help="More systems, after --compare.")] = None,
    queries: Queries = None,
    qrels: Qrels = None,
    media_root: MediaRoot = None,
    compare: Annotated[list[str] | None, typer.Option(metavar="SYSTEM…", help=SYSTEMS)] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="SYSTEM", help="What the others are compared with.", show_default=False)
    ] = None,
    measure: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A measure, as in nDCG@10.")] = None,
    depth: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="How many products are asked for.")] = 100,
    gate: Annotated[Path | None, typer.Option(metavar="FILE", help="Exit with 1 if a floor of it is broken.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as a page.")] = None,
    save_run: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the answers, to compare later.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how good the answers of a shop are, and compare it with others.

    Without --queries, questions are made out of the catalogue. With several systems the first is the baseline; with
    one, the shop as it is. --measure may be given several times, and so may --compare.

    \b
    Examples:
      wares evaluate my-shop
      wares evaluate my-shop --queries q.tsv --qrels q.qrels --compare bm25 shop --html report.html
      wares evaluate my-shop --queries q.tsv --qrels q.qrels --compare a.toml b.toml
      wares evaluate my-shop --queries q.tsv --qrels q.qrels --save-run today.run
      wares evaluate my-shop --queries q.tsv --qrels q.qrels --baseline yesterday.run --gate gate.toml
    """
    import wares
    from wares.cli.figures import print_findings, print_report
    from wares.cli.progress import bars
    from wares.evaluation import gate as gates
    from wares.evaluation import reporting

    if more and not compare:
        raise typer.BadParameter(f"{more[0]!r}: systems stand after --compare", param_hint="'--compare'")
    check_writable(html, save_run)
    rules = _read_gate(gate) if gate is not None else None
    measures = _measures(measure or (), rules)
    names, rule = chosen([*(compare or ()), *(more or ())], baseline, rules.rivals if rules else ())
    with ExitStack() as opened:
        asked = opened.enter_context(wares.open(shop, create=False))
        if not len(asked):
            raise SetupError(f"{shop} has no products; add some: wares index {shop} FEED")
        entrants = _entrants(names, asked, opened)
        questions, judgments = opened.enter_context(questions_of(asked, queries, qrels, media_root))
        with bars(stderr()) as progress:
            report = reporting.evaluate(
                questions,
                judgments,
                {entrant.name: entrant.system for entrant in entrants},
                measures=measures,
                titles={product.id: product.title for product in asked.products()},
                about=_about(asked, rule, context),
                abouts={entrant.name: entrant.about for entrant in entrants},
                depth=depth,
                on_progress=progress,
                on_runs=lambda runs: _save(runs, entrants, save_run),
            )
    findings = gates.check(rules, report) if rules else []
    if html is not None:
        from wares.evaluation.page import write_page

        write_page(report, html)
    if as_json:
        print_json(document(report, findings))
    else:
        print_report(stdout(), report)
        print_findings(stdout(), findings, report)
        for path in filter(None, (html, save_run)):
            stdout().print(f"written: {path}", style="dim", soft_wrap=True)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def chosen(compared: Sequence[str], baseline: str | None, rivals: Sequence[str]) -> tuple[list[str], str]:
    """The names of the systems, the baseline first, and the rule that made it so; ``rivals`` are named by a gate."""
    if baseline is not None:
        names = [baseline, *([name for name in compared if name != baseline] or ["shop"])]
        rule = f"{baseline} is the baseline, as it was asked for"
    elif len(compared) == 1:
        names, rule = ["shop", *compared], "one system was named, so the shop as it is is the baseline"
    elif compared:
        names, rule = list(compared), f"{compared[0]} is the baseline: it was named first"
    else:
        names, rule = ["shop"], "nothing: no other system was named"
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SetupError(f"the system {twice!r} is there twice; name another to compare it with")
    at = 1 if len(names) > 1 else 0
    if added := [name for name in rivals if name not in names]:
        names[at:at] = added
        rule = f"{names[0]} is the baseline; the gate adds {', '.join(added)}" if at else f"the gate adds {added[0]}"
    return names, rule


def document(report: EvaluationReport, findings: Sequence[Finding]) -> dict[str, Any]:
    """The report as ``--json`` prints it, with what came of the gate if there was one."""
    import msgspec

    return {**msgspec.structs.asdict(report), **({"gate": findings} if findings else {})}


def _entrants(names: Sequence[str], shop: Shop, opened: ExitStack) -> list[Entrant]:
    from wares.cli.systems import entrant

    return [entrant(name, shop, opened) for name in names]


def _read_gate(path: Path) -> Gate:
    from wares.evaluation import gate
    from wares.settings_file import read_toml

    return gate.read(read_toml(path), str(path))


def _measures(names: Sequence[str], gate: Gate | None) -> list[Any]:
    """The measures that were named, or the usual ones, and those of the gate."""
    from wares.evaluation.measures import DEFAULT, parse

    found = [parse(name) for name in names] or list(DEFAULT)
    return list(dict.fromkeys([*found, *(gate.measures if gate else ())]))


def _save(runs: Sequence[Run], entrants: Sequence[Entrant], path: Path | None) -> None:
    """Keep the answers of the last system that was asked; the others are there to be compared with."""
    if path is None:
        return
    from wares.evaluation.records import Run as Kept
    from wares.evaluation.runs import write_run

    asked = [run for run, entrant in zip(runs, entrants, strict=True) if not isinstance(entrant.system, Kept)]
    if not asked:
        raise SetupError(f"there is nothing to save in {path}: every system is a run file")
    write_run(asked[-1], path)


def _about(shop: Shop, rule: str, context: typer.Context) -> Mapping[str, str]:
    """What the reader of a report wants to know of how it came about."""
    from wares.bench.circumstances import circumstances

    info = shop.info()
    live = next((version.name for version in info.versions if version.live), "none")
    return {
        **circumstances(),
        "command": typed(context),
        "compared": rule,
        "shop": f"{info.path}: {info.products:,} products, index {live}",
        "model": info.model,
        "encoders": ", ".join(info.channels),
    }
