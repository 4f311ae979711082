"""Why a product is where it is, as it may be told to who asks: without paths, and without the filter of their key."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.errors import MediaError
from wares.insight.conditions import Condition, conditions
from wares.insight.overlay import overlay
from wares.insight.regions import Regions, load
from wares.insight.why import Why, why
from wares.records import MatchedMedia
from wares.server.asking import NONE, Files, asked, product_of
from wares.server.errors import NotThere, without_paths
from wares.server.gallery import fitted
from wares.server.messages import Explanation, chip_said
from wares.server.narrowing import known

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.records import Product
    from wares.server.access import Caller
    from wares.server.messages import Question
    from wares.server.serving import Serving

#: Width and height, in pixels, within which a heat map is drawn.
SIDE = 960


def explained(served: Serving, caller: Caller, id: str, question: Question, files: Files = NONE) -> Explanation:
    """What became of a product. :class:`NotThere` for one that the caller does not see."""
    product, found = _asked(served, caller, id, question, files)
    given = {name: getattr(found, name) for name in Why.__struct_fields__}
    given["chips"] = tuple(map(chip_said, known(served.shop, caller, found.chips)))
    given["conditions"] = _own(served, caller, product, found.conditions)
    given["notes"] = tuple(map(without_paths, found.notes))
    if found.media is not None:
        given["media"] = served.links.matched(product, found.media)
    if found.regions is not None:
        source = served.links.of_source(product, found.regions.source)
        given["regions"] = msgspec.structs.replace(found.regions, source=source)
    return Explanation(**given)


def heatmap(served: Serving, caller: Caller, id: str, question: Question) -> bytes:
    """The picture of a product with the regions that matched, a PNG. :class:`NotThere` when there is none."""
    _, found = _asked(served, caller, id, question)
    if found.regions is None:
        raise NotThere("no heat map: the question is compared with no picture of this product")
    try:
        picture = load(served.shop, MatchedMedia(found.regions.source, "image", 0.0))
    except MediaError as gone:
        raise NotThere("no heat map: the picture cannot be had any more") from gone
    out = io.BytesIO()
    _drawn(picture, found.regions).save(out, "PNG", compress_level=3)
    return out.getvalue()


def _asked(served: Serving, caller: Caller, id: str, question: Question, files: Files = NONE) -> tuple[Product, Why]:
    product = product_of(served, caller, id)
    return product, why(served.shop, asked(served, caller, question, files), id)


def _drawn(picture: Image, found: Regions) -> Image:
    wide, high = picture.size
    small = fitted(picture, SIDE, SIDE)
    box = None
    if found.box is not None:
        across, down = small.width / wide, small.height / high
        left, top, right, bottom = found.box.corners
        box = round(left * across), round(top * down), round(right * across), round(bottom * down)
    return overlay(small, np.asarray(found.heat), box)


def _own(served: Serving, caller: Caller, product: Product, found: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions without those of the caller's key."""
    if caller.where is None:
        return found
    kept = {each.text for each in conditions(product, caller.where, (), served.shop.fields())}
    return tuple(each for each in found if each.source == "words" or each.text not in kept)
