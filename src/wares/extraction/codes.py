"""Barcodes in pictures and on frames, with zxing-cpp: EAN, UPC, ISBN, ITF-14, Code 128, QR and Data Matrix.

A UPC is told as the EAN-13 that it is, with a zero before it; :func:`wares.gtins.code_words` gives the other forms in
which a feed may write it.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias

import zxingcpp
from PIL.Image import Image, Resampling

from wares.errors import MediaError
from wares.extraction.base import Extractor
from wares.extraction.frames import over_shots
from wares.media.footage import Footage
from wares.records import Modality, Passage

if TYPE_CHECKING:
    from wares.extraction.base import Content
    from wares.settings import Environment, ExtractionSettings

#: The longest side, in pixels, of what is searched: of nothing but noise it takes half a second.
LONGEST = 2000
#: A picture with no longer side is searched at twice its size when nothing is found in it.
SMALL = 800
MOST_CODES, MOST_CHARS = 50, 300

Box: TypeAlias = tuple[float, float, float, float]

_FORMATS = zxingcpp.barcode_formats_from_str("EAN13|EAN8|UPCA|UPCE|ITF14|Code128|QRCode|DataMatrix")


def extractor(environment: Environment, settings: ExtractionSettings) -> Codes:
    """The reader of barcodes; it needs no model."""
    return Codes()


class Codes(Extractor):
    """Pictures and videos → their barcodes; on frames each with its time."""

    name = "codes"
    fingerprint = f"codes:1:zxing-cpp-{version('zxing-cpp')}"
    modalities: frozenset[Modality] = frozenset(("image", "video"))

    def extract(self, content: Content) -> tuple[Passage, ...]:
        """Passages of kind "code": digits or text, at most 300 characters of it, and where it stands."""
        if isinstance(content, Footage):
            return over_shots(content, read)
        if isinstance(content, Image):
            return read(content)
        raise MediaError("is neither a picture nor a video; barcodes are looked for in these")


def read(image: Image) -> tuple[Passage, ...]:
    """The barcodes of one picture, each text once, from top to bottom."""
    if max(image.size) > LONGEST:
        image = _scaled(image, LONGEST / max(image.size))
    found = _codes(image)
    if not found and max(image.size) <= SMALL:
        image = _scaled(image, 2.0)
        found = _codes(image)
    # Half of an EAN that is blurred looks like a UPC-E, the weakest code: it counts where it stands alone.
    found = [code for code in found if code.format != zxingcpp.BarcodeFormat.UPCE] or found
    placed = sorted(((_box(code.position, image.size), code.text) for code in found), key=lambda one: -_area(one[0]))
    passages: dict[str, Passage] = {}
    boxes: list[Box] = []
    for box, read in placed:
        text = " ".join(read.split())[:MOST_CHARS]
        if text and not any(_covers(other, box) for other in boxes):
            boxes.append(box)
            passages.setdefault(text, Passage(kind="code", text=text, box=box))
    ordered = sorted(passages.values(), key=lambda passage: (passage.box or ())[1::-1])
    return tuple(ordered[:MOST_CODES])


def _scaled(image: Image, factor: float) -> Image:
    size = tuple(max(1, round(side * factor)) for side in image.size)
    return image.resize((size[0], size[1]), Resampling.BICUBIC, reducing_gap=3.0)


def _codes(image: Image) -> list[Any]:
    try:
        found: list[Any] = zxingcpp.read_barcodes(image.convert("L"), formats=_FORMATS)
    except Exception as error:  # of C++, whatever class it is
        raise MediaError(f"no barcode can be looked for in it ({' '.join(str(error).split())[:200]})") from error
    return found


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _covers(one: Box, other: Box) -> bool:
    """Whether the middle of a box lies within another: bars hold one code, and what else is made out of some of their
    lines, when they are blurred, is a misreading."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return one[0] <= x <= one[2] and one[1] <= y <= one[3]


def _box(position: Any, size: tuple[int, int]) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across = [min(max(corner.x / size[0], 0.0), 1.0) for corner in corners]
    down = [min(max(corner.y / size[1], 0.0), 1.0) for corner in corners]
    return min(across), min(down), max(across), max(down)
