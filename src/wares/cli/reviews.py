"""``wares reviews``: what people say of products, read from feeds, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder, pairs
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.errors import CatalogueError

if TYPE_CHECKING:
    from wares.reports import ReviewReport
    from wares.reviews.feed import ReviewFeed


def reviews(
    shop: ShopFolder,
    feeds: Annotated[list[str] | None, typer.Argument(metavar="[FEED]", help="Files with reviews.")] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="ID", help="Show how this product was received.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="REVIEW", help="Remove these reviews, by their ids.")
    ] = None,
    remove_all: Annotated[bool, typer.Option("--remove-all", help="Remove all reviews of the product.")] = False,
    map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column a field is read from.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read reviews into a shop, and find out what each product is praised and criticised for; or show that.

    A row has the id of a product, a text, and maybe a title, stars (1 to 5), an id, a language and a date. Who wrote
    it is not kept. Bad rows are told and left out. Reviews that are there already change nothing.

    \b
    Examples:
      wares reviews my-shop reviews.jsonl
      wares reviews my-shop ratings.csv --map product=artnr --map rating=sterne
      wares reviews my-shop --of 1042
      wares reviews my-shop --of 1042 --remove r17
    """
    if bool(feeds) == bool(of):
        raise typer.BadParameter("name files with reviews, or a product with --of", param_hint="'FEED'")
    if (remove or remove_all) and not of:
        raise typer.BadParameter("name the product that the reviews are of", param_hint="'--of'")
    if of:
        if remove or remove_all:
            _remove(shop, of, None if remove_all else remove, as_json)
        else:
            _show(shop, of, as_json)
        return
    import msgspec

    import wares
    from wares.cli.index import Problems
    from wares.cli.progress import bars
    from wares.reviews.feed import ReviewFeed

    problems = Problems(stderr())
    chosen = pairs(map or (), "--map", "FIELD=COLUMN, as in rating=stars")
    feed = ReviewFeed(feeds or (), map=chosen, on_problem=problems.tell)
    with wares.open(shop, create=False) as opened, bars(stderr()) as progress:
        report = opened.add_reviews(feed, progress=progress)
    problems.tell_rest()
    if not (report.products or as_json):
        raise CatalogueError("no review could be read; every row is bad", source=", ".join(feeds or ()))
    if as_json:
        told = [{"source": p.source, "line": p.line, "column": p.column, "reason": p.reason} for p in feed.problems]
        print_json({**msgspec.structs.asdict(report), "bad_rows": feed.problem_count, "problems": told})
        return
    stdout().print(summary(report, feed), soft_wrap=True)
    if report.unknown_count:
        more = "" if report.unknown_count == len(report.unknown) else " …"
        names = plain(", ".join(report.unknown)) + more
        line = f"{counted(report.unknown_count, 'product')} not in the shop; their reviews wait for them: {names}"
        stderr().print(line, style="yellow", soft_wrap=True)


def summary(report: ReviewReport, feed: ReviewFeed) -> str:
    """What was done, on one line."""
    counts = [f"{report.added:,} added", f"{report.changed:,} changed", f"{report.unchanged:,} unchanged"]
    if report.refused:
        counts.append(f"{report.refused:,} refused (their products have as many as are kept)")
    counts += [counted(feed.problem_count, "bad row"), f"{counted(report.received, 'product')} received anew"]
    return f"{', '.join(counts)} in {report.seconds:.1f} s"


def _remove(shop: ShopFolder, of: str, ids: list[str] | None, as_json: bool) -> None:
    import wares

    with wares.open(shop, create=False) as opened:
        removed = opened.remove_reviews(of, ids)
    if as_json:
        print_json({"id": of, "removed": removed})
    else:
        stdout().print(f"{counted(removed, 'review')} removed")


def _show(shop: ShopFolder, id: str, as_json: bool) -> None:
    import wares

    with wares.open(shop, create=False) as opened:
        reception = opened.reception(id)
    if as_json:
        print_json({"id": id, "reception": reception})
    elif reception is None:
        stdout().print("no reviews", style="dim")
    else:
        from wares.cli.sheets import print_reception

        print_reception(stdout(), reception)
