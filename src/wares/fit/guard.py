"""Whole searches before and after a fit: questions made out of the catalogue, and those that people judged.

It does not show that a fit is good, for the made questions are of products that it learned from; it shows when one
does harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from wares import media
from wares.errors import CatalogueError, QueryError, SetupError
from wares.evaluation.made import make
from wares.evaluation.measures import parse, score
from wares.evaluation.records import Judgments, QuerySet
from wares.evaluation.runs import listed
from wares.fit.report import Gain, gain
from wares.records import Media, Query, Results
from wares.reports import OnProgress, Progress
from wares.shop import Shop

if TYPE_CHECKING:
    from PIL.Image import Image

#: Questions of each kind that are made, and of judged ones at most.
SIZE, MOST = 40, 400
MEASURE = parse("nDCG@10")


class Judged(NamedTuple):
    """Questions of people with their judgments, which a fit must not make worse."""

    queries: QuerySet
    judgments: Judgments


class Asked(NamedTuple):
    """A set of questions under the name that the report has for it."""

    name: str
    queries: QuerySet
    judgments: Judgments


@contextmanager
def questions(shop: Shop, judged: Judged | None, seed: int) -> Iterator[list[Asked]]:
    """What is asked before and after; pictures that were made are there as long as the context lasts."""
    asked = [] if judged is None else [Asked("judged questions", judged.queries, judged.judgments)]
    with TemporaryDirectory(prefix="wares-") as folder:
        try:
            made = make(shop.products(), folder=Path(folder), size=SIZE, seed=seed, picture=_reader(shop))
            asked.append(Asked("made questions", *made))
        except (CatalogueError, SetupError):  # a catalogue that nothing can be made of has nothing to lose here
            pass
        yield asked


def compare(shop: Shop, version: str, asked: Sequence[Asked], tell: OnProgress) -> tuple[Gain, ...]:
    """nDCG@10 of the live version and of another one, for each set of questions."""
    found = []
    with shop.preview(version) as preview:
        for name, queries, judgments in asked:
            values: tuple[list[float], list[float]] = ([], [])
            chosen = [one for one in queries.queries if judgments.gains.get(one.id)][:MOST]
            for done, one in enumerate(chosen, 1):
                for search, into in zip((shop.search, preview), values, strict=True):
                    into.append(_value(search, one.query, judgments.gains[one.id]))
                if done % 20 == 0 or done == len(chosen):
                    tell(Progress(f"asking {name}", done, len(chosen)))
            found.append(gain(f"{name}, {MEASURE}", *values))
    return tuple(found)


def _value(search: Callable[[Query], Results], query: Query, gains: Mapping[str, int]) -> float:
    try:
        ids = list(listed(search(query)))
    except QueryError:  # say a filter on a field that there is not any more: worth nothing on both sides
        return 0.0
    return score([MEASURE], gains, ids)[str(MEASURE)]


def _reader(shop: Shop) -> Callable[[Media], Image]:
    def read(medium: Media) -> Image:
        return media.picture(shop.media_bytes(medium), shop.settings.media, media.shown(str(medium.source)))

    return read
