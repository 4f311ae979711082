"""A shop put to the test: questions out of files or made out of its catalogue, asked, and measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.evaluation.made.survey import ReadPicture
    from wares.evaluation.records import EvaluationReport, Judgments, QuerySet
    from wares.records import Media
    from wares.reports import OnProgress
    from wares.shop import Shop


def trial(
    shop: Shop,
    queries: QuerySet,
    judgments: Judgments,
    *,
    about: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> EvaluationReport:
    """Measure the shop as it is. Raises as :func:`wares.evaluation.reporting.evaluate`."""
    from wares.evaluation import reporting

    return reporting.evaluate(
        queries,
        judgments,
        {"shop": shop.search},
        titles={product.id: product.title for product in shop.products()},
        about=about,
        on_progress=on_progress,
    )


@contextmanager
def made(shop: Shop, size: int = 50) -> Iterator[tuple[QuerySet, Judgments]]:
    """Up to ``size`` questions of each kind out of the catalogue, with their judgments; their pictures are there as
    long as the context lasts. Raises as :func:`wares.evaluation.made.make`."""
    from wares.evaluation.made import make

    with TemporaryDirectory(prefix="wares-") as folder:
        yield make(shop.products(), folder=Path(folder), size=size, picture=picture_reader(shop))


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
