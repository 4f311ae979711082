"""The questions that a verb works with: those of files, or such as are made out of the shop's catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from wares.cli.output import stderr

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.evaluation.made.survey import ReadPicture
    from wares.evaluation.records import Judgments, QuerySet
    from wares.records import Media
    from wares.shop import Shop

Queries: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="The questions; made up if not given.")]
Qrels: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="Judgments of the questions.")]
MediaRoot: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", exists=True, file_okay=False, help="Where picture paths of questions start."),
]


@contextmanager
def questions_of(
    shop: Shop, queries: Path | None, qrels: Path | None, media_root: Path | None
) -> Iterator[tuple[QuerySet, Judgments]]:
    """The questions and judgments of two files, or such as are made out of the catalogue; pictures that were made
    are there as long as the context lasts."""
    if queries is not None and qrels is not None:
        from wares.evaluation.judgments import read_judgments

        yield read(queries, media_root), read_judgments(qrels)
    elif queries is not None or qrels is not None:
        missing = "--qrels" if qrels is None else "--queries"
        raise typer.BadParameter(
            "questions and judgments belong together; name both or none", param_hint=f"'{missing}'"
        )
    else:
        from wares.evaluation.made import make

        stderr().print("no --queries: questions are made out of the catalogue", style="dim", soft_wrap=True)
        with TemporaryDirectory(prefix="wares-") as folder:
            yield make(shop.products(), folder=Path(folder), picture=picture_reader(shop))


def read(path: Path, media_root: Path | None = None) -> QuerySet:
    """The questions of a file, their filters as a shop understands them."""
    from wares.evaluation.queries import read_queries
    from wares.query import filters

    return read_queries(path, media_root=media_root, parse_where=filters.parse)


def picture_reader(shop: Shop) -> ReadPicture:
    """Reads a product's picture at the size that encoders look at; :class:`~wares.errors.MediaError` if it cannot."""
    from wares import media

    def read(medium: Media) -> Image:
        return media.picture(shop.media_bytes(medium), shop.settings.media, media.shown(str(medium.source)))

    return read
