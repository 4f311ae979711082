"""When a shop is fitted by itself, at the end of indexing."""

from __future__ import annotations

import msgspec

from wares.fit.drift import MUCH_NEW
from wares.fit.learning import FEWEST_PRODUCTS
from wares.fits import MODEL
from wares.shop import Shop


class _Tried(msgspec.Struct):
    last_change: int = 0
    verdict: str = ""


def due(shop: Shop) -> bool:
    """Whether a fit is worth a try now: there are enough pictures, and the catalogue is another than at the last try.

    It looks at counts only. A shop with a model that was adapted to it is left alone.
    """
    if shop.media_count() < FEWEST_PRODUCTS:
        return False
    if shop.fit and (shop.fits.path(shop.fit) / MODEL).is_dir():
        return False
    last = shop.fits.last_try()
    if last is None:
        return True
    try:
        tried = msgspec.json.decode(last, type=_Tried)
    except msgspec.MsgspecError:
        return True
    return len(shop.changed_since(tried.last_change)) >= MUCH_NEW * len(shop)
