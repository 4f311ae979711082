"""``wares synonyms``: words that stand for others, and words that questions do without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, print_json, stdout
from wares.cli.rules import Alone, By, Limit, desk_of, plain_lines, print_log

if TYPE_CHECKING:
    from wares.merchandising import Desk
    from wares.query.stop_words import StopWord

app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

Language: TypeAlias = Annotated[
    Literal["en", "zh"] | None, typer.Option("--language", help="For questions in this language only.")
]
Words: TypeAlias = list[str] | None


@app.callback()
def synonyms(context: typer.Context, shop: ShopFolder) -> None:
    """Synonyms and stop words. Without a verb the synonyms are listed.

    \b
    Examples:
      wares synonyms my-shop add "sofa, couch, settee"
      wares synonyms my-shop add "sneaker => trainer, running shoe" --language en
      wares synonyms my-shop import synonyms.txt
      wares synonyms my-shop stop-words --add buy --language en
    """
    context.obj = shop
    if context.invoked_subcommand is None:
        show_all(context)


@app.command("list")
def show_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the synonyms: "a, b" stand for each other, "a => b" one way."""
    from wares.cli.sheets import table

    with desk_of(context) as desk:
        found = desk.synonyms.all()
    if as_json:
        print_json({"synonyms": found})
    elif found:
        stdout().print(table(("synonyms", "language"), [(one.line, one.language or "") for one in found]))
    else:
        stdout().print("no synonyms", style="dim")


@app.command()
def add(
    context: typer.Context,
    lines: Annotated[list[str], typer.Argument(metavar="LINE…", help='"a, b" or "a => b, c".')],
    language: Language = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Add synonyms, each a line."""
    from wares.query.synonym_files import from_text

    with desk_of(context, by) as desk:
        placed = from_text("\n".join(lines), "LINE", language)
        _changed(desk.put_synonyms(placed), as_json)


@app.command()
def remove(
    context: typer.Context,
    texts: Annotated[list[str], typer.Argument(metavar="TEXT…", help="A line, or a word that is said.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Remove synonyms: those of a line, or all in which a word stands for something."""
    with desk_of(context, by) as desk:
        _changed([name for text in texts for name in desk.remove_synonyms(text)], as_json)


@app.command("import")
def read(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML, JSON, or text with a line for each.")],
    language: Language = None,
    alone: Alone = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Add the synonyms of a file. If one cannot be, none is kept."""
    with desk_of(context, by) as desk:
        _changed(desk.import_synonyms(file, language, alone=alone), as_json)


@app.command()
def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="TOML, JSON or text; else it is printed.")
    ] = None,
) -> None:
    """Write all synonyms as a file that `import` reads; as text without their languages."""
    from wares.query.synonym_files import to_text

    with desk_of(context) as desk:
        if file is not None:
            count = desk.export_synonyms(file)
            stdout().print(f"{counted(count, 'synonym')} written: {file}", soft_wrap=True)
        else:
            stdout().print(plain_lines(to_text(desk.synonyms.all())), soft_wrap=True)


@app.command()
def log(context: typer.Context, limit: Limit = 20, as_json: AsJson = False) -> None:
    """Tell who changed which synonyms, and when, the latest first."""
    with desk_of(context) as desk:
        found = desk.synonyms.log(limit=limit)
    print_log(found, as_json)


@app.command("stop-words")
def stop_words(
    context: typer.Context,
    added: Annotated[Words, typer.Option("--add", metavar="WORD", help="A word to do without.")] = None,
    kept: Annotated[Words, typer.Option("--keep", metavar="WORD", help="A stop word that is none here.")] = None,
    removed: Annotated[Words, typer.Option("--remove", metavar="WORD", help="No longer added or kept.")] = None,
    file: Annotated[Path | None, typer.Option("--import", metavar="FILE", help="Those of a file.")] = None,
    language: Language = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Show the shop's own stop words, or change them. Without --language it is that of the word.

    \b
    Example:
      wares synonyms my-shop stop-words --add buy --keep will --language en
    """
    from wares.merchandising.word_files import read_stop_words

    with desk_of(context, by) as desk:
        new = read_stop_words(file) if file is not None else []
        new += [_stop_word(word, language, keep=False) for word in added or ()]
        new += [_stop_word(word, language, keep=True) for word in kept or ()]
        gone = [_name(desk, word, language) for word in removed or ()]
        if new or gone:
            changed = desk.put_stop_words(new)
            _changed(changed + (desk.stop_words.remove(gone) if gone else []), as_json)
        else:
            _show_stop_words(desk, as_json)


def _show_stop_words(desk: Desk, as_json: bool) -> None:
    from wares.cli.sheets import table

    found = desk.stop_words.all()
    if as_json:
        print_json({"stop_words": found})
    elif found:
        rows = [(one.word, one.language, "kept" if one.kept else "") for one in found]
        stdout().print(table(("stop word", "language", ""), rows))
    else:
        stdout().print("no stop words besides those of every shop", style="dim")


def _stop_word(word: str, language: Literal["en", "zh"] | None, *, keep: bool) -> StopWord:
    from wares.encoders.dictionary import language as language_of
    from wares.query.stop_words import StopWord

    return StopWord(word, language or language_of(word), keep)


def _name(desk: Desk, word: str, language: Literal["en", "zh"] | None) -> str:
    """What a stop word is kept by."""
    from wares.merchandising.desk import STOP_WORDS

    return STOP_WORDS.name(_stop_word(word, language, keep=False))


def _changed(names: list[str], as_json: bool) -> None:
    if as_json:
        print_json({"changed": names})
    else:
        stdout().print(f"{len(names)} changed")
