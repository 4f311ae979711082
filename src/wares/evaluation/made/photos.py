"""Questions with pictures: a product's own photo, as somebody else might have taken it, alone or with words.

A part of the photo off its middle, often mirrored, in another light, smaller, and compressed anew.
"""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

from wares.errors import MediaError
from wares.evaluation.made.attributes import asked, kind_of, spoken
from wares.evaluation.made.facts import facts, pictures
from wares.evaluation.made.question import RIGHT, Made
from wares.evaluation.made.survey import Source, Survey
from wares.evaluation.made.wording import sort_of

if TYPE_CHECKING:
    from PIL.Image import Image

#: The share of each side that is kept, how far colours, light and contrast are changed, the share of the size that is
#: left and the pixels of the longer side it does not go below, JPEG quality, and how often a picture is mirrored.
KEPT, CHANGED, SCALED, LEAST_SIDE, QUALITY, MIRRORED = (0.6, 0.8), (0.75, 1.3), (0.5, 1.0), 96, (55, 85), 0.5
#: How often words name the colour beside the kind, where it is known.
COLOURED = 0.5


def picture(survey: Survey, source: Source, random: Random) -> Made | None:
    """A product's own photo, changed."""
    own = pictures(source.product)
    medium = random.choice(own)
    image = survey.picture(medium) if survey.picture else None
    if image is None:
        raise MediaError("the picture cannot be read", source=str(medium.source)[:200])
    right = survey.with_picture(medium) | {source.number}
    return Made(picture=changed(image, random), gains=dict.fromkeys(right, RIGHT))


def picture_words(survey: Survey, source: Source, random: Random) -> Made | None:
    """The same, with the kind of the product or its colour and kind in words."""
    kind = kind_of(source.product)
    if kind is None:
        return None
    colours = [fact for fact in facts(source.product) if sort_of(fact.field) == "colour" and spoken(survey, fact)]
    text = asked([*colours[: int(random.random() < COLOURED)], kind], random)
    if text is None:
        return None
    made = picture(survey, source, random)
    return made and made._replace(text=text)


def changed(image: Image, random: Random) -> bytes:
    """A part of a picture in another light, smaller: a JPEG file."""
    from PIL import Image, ImageEnhance, ImageOps

    part = image.crop(_box(image.size, random))
    if random.random() < MIRRORED:
        part = ImageOps.mirror(part)
    for change in (ImageEnhance.Color, ImageEnhance.Brightness, ImageEnhance.Contrast):
        part = change(part).enhance(random.uniform(*CHANGED))
    scale = random.uniform(*SCALED)
    scale = min(1.0, max(scale, LEAST_SIDE / max(part.size)))
    part = part.resize(
        (max(1, round(part.width * scale)), max(1, round(part.height * scale))), Image.Resampling.BICUBIC
    )
    with io.BytesIO() as file:
        part.save(file, "JPEG", quality=random.randint(*QUALITY))
        return file.getvalue()


def _box(size: tuple[int, int], random: Random) -> tuple[int, int, int, int]:
    """What is kept: the middle of the picture, moved by up to half of the room there is."""
    share = random.uniform(*KEPT)
    left, top = (round(side * (1 - share) * random.uniform(0.25, 0.75)) for side in size)
    return left, top, left + max(1, round(size[0] * share)), top + max(1, round(size[1] * share))
