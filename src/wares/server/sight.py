"""Whether a caller may see a product: what is beyond its key's filter does not exist for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.documents import filter_fields
from wares.errors import QueryError
from wares.index.base import Point
from wares.index.fields import Schema
from wares.insight import conditions
from wares.records import Product, Sparse

if TYPE_CHECKING:
    from wares.server.access import Caller
    from wares.shop import Shop


def sees(caller: Caller, shop: Shop, product: Product) -> bool:
    """Whether a product, stored or about to be, passes the caller's filter. A filter that names a field which neither
    the shop nor the product has lets nothing through."""
    if caller.where is None:
        return True
    fields, offers = filter_fields(product)
    point = Point(number=0, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)
    known = Schema(dict(shop.fields())).learn([point]).specs
    try:
        return conditions.passes(product, caller.where, known)
    except QueryError:
        return False
