"""Other views of pictures: off the middle, mirrored, in another light, as a shopper's photo would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageEnhance, ImageOps

from wares import media
from wares.encoders.base import Tower
from wares.errors import MediaError
from wares.fit.learning import Views
from wares.fit.parting import Pictured
from wares.records import Media
from wares.reports import OnProgress, Progress
from wares.settings import MediaLimits

if TYPE_CHECKING:
    from PIL.Image import Image

#: Views that are made at most: each costs as much as a picture does when it is indexed.
MOST = 1_000
_AT_ONCE = 64
#: The least side of a part that is shown, and how far light and contrast may differ.
_PART, _LIGHT, _CONTRAST = 0.75, 0.2, 0.15


def views(
    products: Sequence[Pictured], tower: Tower, limits: MediaLimits, seed: int, tell: OnProgress, most: int = MOST
) -> Views:
    """A view of the first picture of ``most`` products by chance, through the tower again. A picture that cannot be
    read any more is left out."""
    chance = np.random.default_rng(seed)
    order = sorted(chance.permutation(len(products))[:most].tolist())
    rows, shown = [np.zeros((0, tower.dims), np.float32)], []
    for start in range(0, len(order), _AT_ONCE):
        seen: list[Image] = []
        for at in order[start : start + _AT_ONCE]:
            picture = _first(products[at], limits)
            if picture is not None:
                seen.append(view(picture, chance))
                shown.append((at, 0))
        rows.append(tower.features(seen))
        tell(Progress("other views", min(start + _AT_ONCE, len(order)), len(order)))
    return Views(np.concatenate(rows), shown)


def view(picture: Image, chance: np.random.Generator) -> Image:
    """Three quarters of a picture or more, mirrored half of the time, in another light."""
    picture = picture.convert("RGB")
    width, height = picture.size
    share = chance.uniform(_PART, 1.0)
    part = max(1, round(width * share)), max(1, round(height * share))
    left, top = (int(chance.integers(whole - some + 1)) for whole, some in zip(picture.size, part, strict=True))
    picture = picture.crop((left, top, left + part[0], top + part[1]))
    if chance.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = ImageEnhance.Brightness(picture).enhance(chance.uniform(1 - _LIGHT, 1 + _LIGHT))
    return ImageEnhance.Contrast(picture).enhance(chance.uniform(1 - _CONTRAST, 1 + _CONTRAST))


def _first(one: Pictured, limits: MediaLimits) -> Image | None:
    pictures: list[Media] = [medium for _, medium in one.product.all_media() if medium.modality == "image"]
    for medium in pictures:
        try:
            data = media.read(medium.source, limits=limits)
            if media.content_key(data) == one.keys[0]:
                return media.picture(data, limits, media.shown(str(medium.source)))
        except MediaError:
            continue
    return None
