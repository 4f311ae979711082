"""A picture, identified: look for its like, hear the witnesses field by field, say what is sure enough."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wares import media
from wares.errors import CatalogueError, QueryError
from wares.identify import calibration, guide, learning, novelty
from wares.identify.eyes import Eyes, eyes
from wares.identify.fields import COLOURS
from wares.identify.goods import NEIGHBOURS
from wares.identify.guide import Guide
from wares.identify.reading import Seen, colours, hear, reading
from wares.identify.records import Alike, Identification
from wares.index.versions import Versions
from wares.records import Part, Product, Query
from wares.reports import OnProgress, Progress
from wares.shop import Shop

if TYPE_CHECKING:
    pass

#: What is less sure than this is not said.
SURE = 0.5
MOST = 100
#: What is learnt is learnt anew when this share of the products came, changed or went.
STALE = 0.05


class Identifier:
    """Identifies pictures for one shop, and keeps what was learnt of its catalogue between two of them.

    The first one makes that, or reads it; ``progress`` is told. Raises as :func:`identify`.
    """

    def __init__(self, shop: Shop, progress: OnProgress | None = None) -> None:
        self._shop = shop
        self._tell = progress or _silent
        self._kept: tuple[str, Guide, Eyes] | None = None

    def identify(self, picture: str | Path | bytes, k: int = 5, sure: float = SURE) -> Identification:
        """What is in a picture; see :func:`wares.identify.identify`."""
        if not 1 <= k <= MOST:
            raise QueryError(f"the number of products must lie in 1 … {MOST}, not {k}")
        if not 0 <= sure <= 1:
            raise QueryError(f"how sure an answer must be lies in 0 … 1, not {sure}")
        started = time.perf_counter()
        seen, learnt = self.look(picture), self.guide()
        if not len(seen.scores):
            raise CatalogueError(f"no picture of {self._shop.path} could be read; mend the feed and index it again")
        score, bounds = float(seen.scores[0]), learnt.bounds
        known = bounds.known(score) if bounds else None
        asked = () if known is False else learnt.fields
        read = [(one.field.name, reading(one, hear(seen, one), seen, sure)) for one in asked]
        readings = [found for _, found in read if found is not None]
        if known is not False and not any(one.field.name in COLOURS for one in learnt.fields):
            readings += colours(seen.image)
        return Identification(
            known=known,
            score=score,
            own=bounds.own if bounds else None,
            strange=bounds.strange if bounds else None,
            readings=tuple(readings),
            unsure=tuple(name for name, found in read if found is None),
            alike=tuple(
                Alike(product.id, product.title, float(cosine))
                for product, cosine in zip(seen.products[:k], seen.scores[:k], strict=True)
            ),
            notes=tuple(_notes(learnt, known)),
            took_ms=round((time.perf_counter() - started) * 1000, 3),
        )

    def guide(self) -> Guide:
        """What was learnt of the catalogue as it is now."""
        return self._ready()[0]

    def look(self, picture: str | Path | bytes) -> Seen:
        """A picture and its look-alikes."""
        limits = self._shop.settings.media
        try:
            data = media.read(picture, limits=limits)
            image = media.picture(data, limits, "the picture" if isinstance(picture, bytes) else media.shown(picture))
        except CatalogueError as broken:
            raise QueryError(f"the picture cannot be used: {broken}") from broken
        _, sight = self._ready()
        found = self._shop.rehearse(Query(parts=(Part("image", data),)), fusion=sight.asking)
        if found.found is None:
            return Seen((), np.zeros(0, np.float32), None, image)
        columns = {ask.channel: at for at, ask in enumerate(found.found.asking.asks)}
        cosines = found.found.candidates.scores[:, columns[sight.look.channel]]
        numbers = np.asarray(found.found.candidates.numbers)
        order = np.lexsort((numbers, -np.nan_to_num(cosines, nan=-np.inf))).tolist()
        pairs = [(found.ids[row], float(cosines[row])) for row in order if not np.isnan(cosines[row])]
        products = [
            (_product(self._shop, id), score) for id, score in pairs[: max(MOST, NEIGHBOURS)] if id is not None
        ]
        there = [(product, score) for product, score in products if product is not None]
        joint = None
        if sight.joint is not None and sight.joint.channel in columns:
            joint = np.asarray(found.found.asking.channels[columns[sight.joint.channel]].vector, np.float32)
        return Seen([p for p, _ in there], np.array([s for _, s in there], np.float32), joint, image)

    def _ready(self) -> tuple[Guide, Eyes]:
        """The guide and the eyes of the live version: those at hand, or kept beside it, or made."""
        shop = self._shop
        versions = Versions(shop.path)
        version = versions.current() or ""
        if self._kept and self._kept[0] == version and not _stale(self._kept[1], shop):
            return self._kept[1:]
        sight = eyes(shop)
        found = guide.load(versions.path(version))
        if found is None or _stale(found, shop):
            found = learning.learn(shop, sight, self._tell)
            found.save(versions.path(version))
        self._kept = version, found, sight
        return found, sight


def _notes(learnt: Guide, known: bool | None) -> Iterator[str]:
    own = "of the shop's own pictures could be asked"
    if learnt.bounds is None:
        yield f"whether the shop sells such things cannot be told: fewer than {novelty.FEWEST} {own}"
    elif known is None:
        yield "it is less like the shop's pictures than these are like each other: take the answers with care"
    few = [one.field.name for one in learnt.fields if one.sure[0] is None]
    if few and known is not False:
        yield f"no confidence for {', '.join(few)}: fewer than {calibration.FEWEST} {own}"


def _product(shop: Shop, id: str) -> Product | None:
    """A product; None when it has been removed meanwhile."""
    try:
        return shop.get(id)
    except QueryError:
        return None


def _stale(learnt: Guide, shop: Shop) -> bool:
    """Whether the catalogue has moved on since."""
    bound = STALE * max(learnt.products, 1)
    return abs(len(shop) - learnt.products) > bound or len(shop.changed_since(learnt.change)) > bound


def _silent(_: Progress) -> None:
    """Nobody listens."""
