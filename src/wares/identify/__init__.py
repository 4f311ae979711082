"""Product identification: a picture in, what it is out.

    found = identify(shop, "photo.jpg")
    found.known, found.readings, found.alike

The category, brand, colour and other attributes are those of the catalogue, each with where it comes from and a
confidence that was calibrated on the catalogue's own pictures; the nearest products; and "we do not sell this".

===================  ============================================================================
:mod:`.fields`       which fields a catalogue has, and what a product says of them
:mod:`.evidence`     look-alikes vote, names of values are compared; both are weighed
:mod:`.ladder`       from evidence to an answer, of a category step by step
:mod:`.calibration`  from evidence to confidence
:mod:`.novelty`      what is foreign
:mod:`.goods`        the catalogue's own pictures, each held back and asked
:mod:`.learning`     what follows from them, kept as a :mod:`.guide`
:mod:`.identifying`  all together for one picture
===================  ============================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wares.identify.identifying import SURE, Identifier
from wares.identify.records import Alike, Identification, Reading, Step

if TYPE_CHECKING:
    from wares.reports import OnProgress
    from wares.shop import Shop

__all__ = ["Alike", "Identification", "Identifier", "Reading", "Step", "identify"]


def identify(
    shop: Shop, picture: str | Path | bytes, k: int = 5, *, sure: float = SURE, progress: OnProgress | None = None
) -> Identification:
    """What is in a picture (a path, a URL or bytes), and the ``k`` products nearest to it.

    Nothing is said that is less ``sure`` than that. The first call asks the catalogue about itself (``progress`` is
    told) and keeps the outcome beside the index. For many pictures, make an :class:`Identifier`.

    Raises :class:`~wares.errors.QueryError` for a picture that cannot be used,
    :class:`~wares.errors.CatalogueError` for a shop without pictures, :class:`~wares.errors.SetupError` for a model
    that does not see.
    """
    return Identifier(shop, progress).identify(picture, k, sure)
