"""``wares fit``: learn from a shop's own catalogue, and switch to what was learned when it is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.cli.questions import MediaRoot

if TYPE_CHECKING:
    from rich.console import Console

    from wares.fit.drift import Drift
    from wares.fit.guard import Judged
    from wares.fit.report import FitReport, Gain
    from wares.shop import Shop


def fit(
    shop: ShopFolder,
    loss: Annotated[str, typer.Option(metavar="NAME", help="infonce, siglip, triplet or contrastive.")] = "infonce",
    start: Annotated[
        str,
        typer.Option("--from", metavar="NAME", help="Where to begin: auto, last, shipped or nothing."),
    ] = "auto",
    queries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Questions that must not fare worse, beside made ones.")
    ] = None,
    qrels: Annotated[Path | None, typer.Option(metavar="FILE", help="Judgments of these questions.")] = None,
    media_root: MediaRoot = None,
    lora: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Adapt a bigger model instead: hf:, file: or open_clip: (extra torch)."),
    ] = None,
    fusion: Annotated[
        bool, typer.Option("--fusion", help="Learn how to weigh words, pictures and the rest instead.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Switch even if it is not better.")] = False,
    drift: Annotated[bool, typer.Option("--drift", help="Only say whether another fit is due.")] = False,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another seed, another fit.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Learn how this shop's words go with its pictures, so that words find pictures.

    Some products are held out. The shop switches to what was learned, with a new version of its index, only if words
    find the pictures of these better than now and whole searches are not worse. wares index does this by itself;
    wares rollback goes back.

    \b
    Examples:
      wares fit my-shop
      wares fit my-shop --drift
      wares fit my-shop --queries q.tsv --qrels q.qrels
      wares fit my-shop --fusion
      wares fit my-shop --lora file:models/my-clip
    """
    import wares

    if fusion and lora is not None:
        raise typer.BadParameter("one thing at a time: a bigger model, or a fusion", param_hint="'--fusion'")
    with wares.open(shop, create=False) as opened:
        if drift:
            _drift(opened, as_json)
            return
        judged = _judged(queries, qrels, media_root)
        if fusion:
            _fusion(opened, force=force, seed=seed, judged=judged, as_json=as_json)
            return
        if lora is not None:
            report = _adapted(opened, lora, loss=loss, force=force, seed=seed, judged=judged)
        else:
            report = run(opened, loss=loss, start=start, force=force, seed=seed, judged=judged)
    if as_json:
        print_json(report)
    else:
        show(report, stdout())


def run(shop: Shop, *, judged: Judged | None = None, loss: str = "infonce", seed: int = 20, **how: Any) -> FitReport:
    """Fit a shop with progress on stderr."""
    from wares.cli.progress import bars
    from wares.fit.job import fit as learned
    from wares.fit.training import Recipe

    with bars(stderr()) as progress:
        return learned(shop, recipe=Recipe(loss=loss, seed=seed), judged=judged, on_progress=progress, **how)


def _fusion(shop: Shop, *, force: bool, seed: int, judged: Judged | None, as_json: bool) -> None:
    from wares.cli.progress import bars
    from wares.cli.sheets import table
    from wares.fit.fused import fit_fusion

    with bars(stderr()) as progress:
        report = fit_fusion(shop, judged=judged, force=force, seed=seed, on_progress=progress)
    if as_json:
        print_json(report)
        return
    console = stdout()
    applied = f"fit {report.recommended.learned}: " if report.recommended else ""
    console.print(plain(f"{applied}{report.verdict}"), soft_wrap=True)
    rows = [
        (one.name, f"{one.questions:,}", f"{one.in_force:.3f}", f"{one.learned:.3f}", f"{one.p:.4f}")
        for one in report.held_out
    ]
    if rows:
        console.print()
        console.print(table(("held out, nDCG@10", "questions", "before", "after", "p"), rows))


def _adapted(shop: Shop, base: str, *, loss: str, seed: int, force: bool, judged: Judged | None) -> FitReport:
    from wares.cli.progress import bars
    from wares.fit.bigger import adapt_shop
    from wares.fit.lora import LoraSettings

    if loss not in ("infonce", "siglip"):
        raise typer.BadParameter(
            f"{loss!r} is no loss of a bigger model; take infonce or siglip", param_hint="'--loss'"
        )
    settings = LoraSettings(loss=loss, seed=seed)  # type: ignore[arg-type]
    with bars(stderr()) as progress:
        return adapt_shop(shop, base, settings=settings, force=force, judged=judged, on_progress=progress)


def by_itself(shop: Path, console: Console) -> FitReport | None:
    """Fit a shop after indexing, if that is due. What hinders it is told, and is no error: the products are in."""
    import wares
    from wares.errors import WaresError
    from wares.fit.due import due
    from wares.fit.learning import TooLittle

    with wares.open(shop, create=False) as opened:
        if not due(opened):
            return None
        console.print("learning from the catalogue (--no-fit leaves that out)", style="dim", soft_wrap=True)
        try:
            report = run(opened)
        except TooLittle as little:
            console.print(f"not fitted: {plain(str(little))}", style="dim", soft_wrap=True)
        except WaresError as hindered:
            console.print(f"not fitted: {plain(str(hindered))}", style="yellow", soft_wrap=True)
        else:
            return report
    return None


def show(report: FitReport, console: Console) -> None:
    """A report for people."""
    from wares.cli.sheets import table

    if report.switched:
        console.print(f"fit {report.fit}: {plain(report.verdict)}", soft_wrap=True)
    else:
        console.print(plain(report.verdict), soft_wrap=True)
    facts = (
        f"{counted(report.products, 'product')} with {counted(report.pictures, 'picture')} learned from",
        f"{counted(report.held_out, 'product')} held out",
        counted(report.captions, "caption"),
        f"{report.seconds:.0f} s",
        f"{report.peak_mb:,.0f} MB",
    )
    console.print(", ".join(facts), style="dim", soft_wrap=True)
    console.print()
    rows = [_row("pictures held out", one) for one in report.measures] + [
        _row("searches", one) for one in report.shop
    ]
    console.print(table(("", "measure", "questions", "before", "after", "p"), rows))


def line(report: FitReport) -> str:
    """A report on one line, for the end of indexing."""
    told = "; ".join(f"{one.measure} {one.before:.3f} → {one.after:.3f}" for one in report.measures[:2])
    return f"{report.verdict} ({told}) in {report.seconds:.0f} s"


def _row(what: str, one: Gain) -> tuple[str, ...]:
    return what, one.measure, f"{one.n:,}", f"{one.before:.3f}", f"{one.after:.3f}", f"{one.p:.4f}"


def _drift(shop: Shop, as_json: bool) -> None:
    from wares.cli.progress import bars
    from wares.fit.drift import drift

    with bars(stderr()) as progress:
        found = drift(shop, on_progress=progress)
    if as_json:
        print_json(found)
    else:
        _show_drift(found, stdout())


def _show_drift(found: Drift, console: Console) -> None:
    from wares.cli.sheets import sheet

    console.print(plain(found.verdict), soft_wrap=True)
    rows = [("fit", found.fit or "none"), ("products", f"{found.products:,}"), ("new or changed", f"{found.new:,}")]
    if found.unknown_words is not None:
        rows.append(("words never learned", f"{found.unknown_words:.0%}"))
    if found.found_then is not None and found.found_now is not None:
        rows.append(("found by title then", f"{found.found_then:.3f}"))
        rows.append(("found by title now", f"{found.found_now:.3f} ({found.low:.3f} … {found.high:.3f})"))
    console.print(sheet(rows))


def _judged(queries: Path | None, qrels: Path | None, media_root: Path | None) -> Judged | None:
    if queries is None and qrels is None:
        return None
    if queries is None or qrels is None:
        missing = "--qrels" if qrels is None else "--queries"
        raise typer.BadParameter(
            "questions and judgments belong together; name both or none", param_hint=f"'{missing}'"
        )
    from wares.evaluation.judgments import read_judgments
    from wares.fit.guard import Judged
    from wares.trial import read

    return Judged(read(queries, media_root), read_judgments(qrels))
