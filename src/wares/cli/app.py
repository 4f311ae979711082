"""The verbs of the command line, in the order of ``wares --help``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from wares import __version__
from wares.cli import (
    backup,
    baselines,
    bench,
    demo,
    doctor,
    duplicates,
    evaluate,
    extract,
    fit,
    identify,
    index,
    judge,
    keys,
    models,
    products,
    queries,
    relations,
    reviews,
    rules,
    rules_trial,
    search,
    serve,
    settings,
    suggest,
    synonyms,
    tune,
    versions,
    why,
)

# Plain help: drawing it with Rich would cost four times the start-up of the whole command.
app = typer.Typer(
    name="wares",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

VERBS: tuple[Callable[..., None], ...] = (
    *(demo.demo, index.index, search.search, suggest.suggest, why.why, identify.identify),
    *(products.show, products.remove, relations.relations, extract.extract, reviews.reviews, fit.fit),
    *(queries.queries, judge.judge, evaluate.evaluate, tune.tune, baselines.baselines),
    *(bench.bench, settings.settings, versions.info, versions.rebuild, versions.rollback, doctor.doctor),
    duplicates.duplicates,
    *(serve.serve, backup.backup, backup.restore),
)
for verb in VERBS:
    app.command()(verb)
for verb in (rules_trial.preview, rules_trial.evaluate):
    rules.app.command()(verb)
for name, group in (("models", models), ("rules", rules), ("synonyms", synonyms), ("keys", keys)):
    app.add_typer(group.app, name=name)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wares {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Print a traceback with every error.")] = False,
) -> None:
    """Search a product catalogue by words, pictures or both.

    \b
    Start here:
      wares demo demo-shop                  a real catalogue, indexed and searched
      wares index my-shop products.csv      your own
      wares search my-shop "red shoes"
    """
