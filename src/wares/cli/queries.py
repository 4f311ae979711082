"""``wares queries``: questions with known answers, made out of a shop's catalogue."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.errors import SetupError, StoreError
from wares.trial import picture_reader

if TYPE_CHECKING:
    from wares.evaluation.records import Judgments, QuerySet
    from wares.records import Product
    from wares.reports import OnProgress
    from wares.shop import Shop

#: The files of a set; judgments are TREC unless an id has spaces, which that form cannot hold.
QUERIES, JUDGMENTS, README = "queries.jsonl", ("judgments.qrels", "judgments.tsv"), "README.md"
#: How many questions of a kind are shown.
EXAMPLES = 3


def queries(
    shop: ShopFolder,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the set to make.")],
    size: Annotated[int, typer.Option("--size", metavar="NUMBER", min=1, help="Questions of each kind.")] = 50,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Another seed, other questions.")] = 20,
    kinds: Annotated[
        str, typer.Option("--kinds", metavar="KIND,…", help="Only these kinds of questions (all unless given).")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the set that is in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make questions with known answers out of the catalogue: words of titles, typing errors, attributes, pictures.

    The set is two files that wares evaluate reads, the questions' pictures, and a README that says what counts as
    right and what such questions favour. The same catalogue and seed make the same set.

    \b
    Examples:
      wares queries my-shop questions
      wares queries my-shop questions --size 200 --kinds typo,attributes --force
    """
    import wares
    from wares.cli.progress import bars
    from wares.evaluation import made

    _check(folder, force)
    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    with wares.open(shop, create=False) as opened, bars(stderr()) as progress:
        asked, judgments = made.make(
            _told(opened, progress),
            folder=folder,
            size=size,
            seed=seed,
            picture=picture_reader(opened),
            kinds=chosen,
            name=f"made out of {shop.name}",
        )
    only = ["--kinds", ",".join(chosen)] if chosen else []
    command = shlex.join(
        ["wares", "queries", f"{shop}", f"{folder}", "--size", f"{size}", "--seed", f"{seed}", *only]
    )
    files = _write(asked, judgments, folder, command)
    if as_json:
        print_json(_document(asked, files))
    else:
        _print(asked, files, shop)
    for problem in asked.problems:
        stderr().print(plain(problem), style="yellow", soft_wrap=True)


def _told(shop: Shop, progress: OnProgress) -> Iterator[Product]:
    """The products of a shop, telling how many have been read."""
    from wares.reports import Progress

    total = len(shop)
    for done, product in enumerate(shop.products(), start=1):
        yield product
        if done % 1000 == 0 or done == total:
            progress(Progress("products read", done, total))


# -- the folder -------------------------------------------------------------------------------------------------


def _check(folder: Path, force: bool) -> None:
    """Whether a set may be made here."""
    if folder.exists() and not folder.is_dir():
        raise SetupError(f"{folder} is a file, and a set is a folder; name a new folder")
    if folder.exists() and any(folder.iterdir()) and not force:
        raise SetupError(f"{folder} is not empty; name a new folder, or replace the set in it with --force")


def _write(asked: QuerySet, judgments: Judgments, folder: Path, command: str) -> list[Path]:
    """Write the set's files; their paths: questions, judgments, README. What is left of a set before goes."""
    from wares.evaluation.judgments import write_judgments
    from wares.evaluation.queries import write_queries

    spaced = any(len(id.split()) != 1 for gains in judgments.gains.values() for id in gains)
    files = [folder / name for name in (QUERIES, JUDGMENTS[spaced], README)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in _left_over(folder, asked, JUDGMENTS[not spaced]):
            path.unlink(missing_ok=True)
        files[2].write_text(_readme(asked, command, files), encoding="utf-8")
    except OSError as refused:
        place = refused.filename or folder
        raise StoreError(f"{place}: cannot be written: {refused.strerror or refused}") from refused
    write_queries(asked, files[0])
    write_judgments(judgments, files[1])
    return files


def _left_over(folder: Path, asked: QuerySet, judgments: str) -> list[Path]:
    """The files of a set that was here before and that this one does not have."""
    from wares.evaluation.made import KINDS, PICTURES

    ours = re.compile(rf"(?:{'|'.join(KINDS)})-\d+\.jpg")
    kept = {Path(str(part.value)).name for question in asked.queries for part in question.query.parts}
    pictures = [path for path in folder.glob(f"{PICTURES}/*.jpg") if ours.fullmatch(path.name)]
    return [folder / judgments, *(path for path in pictures if path.name not in kept)]


def _readme(asked: QuerySet, command: str, files: list[Path]) -> str:
    from wares.evaluation.made import COMPLETE, KINDS

    lines = [
        f"# {plain(asked.name)}",
        "",
        f"{counted(len(asked.queries), 'question')} with known answers, made by `{command}`:",
        f"`{files[0].name}` holds the questions, `{files[1].name}` the right answers; `wares evaluate` reads both.",
        "",
        "Such questions show whether one state of a shop is better than another. They are no sample of what people",
        "ask, and what each kind favours stands below; say it wherever a figure from this set is told.",
        "",
        COMPLETE,
    ]
    for name, count in _counts(asked).items():
        kind = KINDS[name]
        lines += ["", f"## {name}: {counted(sum(count.values()), 'question')}", "", f"- asked: {kind.about}"]
        lines += [f"- right: {kind.truth}", f"- favours: {kind.bias}", f"- language: {kind.languages}"]
    if asked.problems:
        lines += ["", "## What could not be made", "", *(f"- {plain(problem)}" for problem in asked.problems)]
    return "\n".join(lines) + "\n"


# -- what is told -----------------------------------------------------------------------------------------------


def _counts(asked: QuerySet) -> dict[str, Counter[str]]:
    """How many questions there are of each kind, by language; without words: ""."""
    counts: dict[str, Counter[str]] = {}
    for question in asked.queries:
        counts.setdefault(question.tags["made"], Counter())[question.tags.get("language", "")] += 1
    return counts


def _document(asked: QuerySet, files: list[Path]) -> dict[str, Any]:
    from wares.evaluation.made import KINDS

    kinds = [
        {
            "kind": name,
            "questions": sum(count.values()),
            "languages": {language: number for language, number in sorted(count.items()) if language},
            "truth": KINDS[name].truth,
            "bias": KINDS[name].bias,
        }
        for name, count in _counts(asked).items()
    ]
    return {"queries": files[0], "judgments": files[1], "kinds": kinds, "problems": asked.problems}


def _print(asked: QuerySet, files: list[Path], shop: Path) -> None:
    from rich.table import Table

    from wares.evaluation.queries import words_of

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading, justify in (("kind", "left"), ("questions", "right"), ("en", "right"), ("zh", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_column("such as", overflow="ellipsis", no_wrap=True)
    for name, count in _counts(asked).items():
        shown = [words_of(question) for question in asked.queries if question.tags["made"] == name][:EXAMPLES]
        cells = [name, str(sum(count.values())), *(str(count[language] or "") for language in ("en", "zh"))]
        for example in shown:
            table.add_row(*cells, plain(example))
            cells = [""] * 4
    console = stdout()
    console.print(table)
    console.print()
    console.print(f"what is right, and what such questions favour: {files[2]}", style="dim", soft_wrap=True)
    console.print(f"wares evaluate {shop} --queries {files[0]} --qrels {files[1]}", style="cyan", soft_wrap=True)
