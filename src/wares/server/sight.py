"""What a caller may see of products: what is beyond its key's filter does not exist for it."""

from __future__ import annotations

from functools import cached_property
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


class Sight:
    """What a caller sees of a shop, for the time of one request."""

    def __init__(self, caller: Caller, shop: Shop) -> None:
        self._where = caller.where
        self._shop = shop

    @cached_property
    def _schema(self) -> Schema:
        return Schema(dict(self._shop.fields()))

    def sees(self, product: Product) -> bool:
        """Whether a product, stored or about to be, passes the caller's filter. A filter that names a field which
        neither the shop nor the product has lets nothing through."""
        if self._where is None:
            return True
        fields, offers = filter_fields(product)
        point = Point(number=0, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)
        try:
            return conditions.passes(product, self._where, self._schema.learn([point]).specs)
        except QueryError:
            return False


def sees(caller: Caller, shop: Shop, product: Product) -> bool:
    """Whether a caller sees one product; of many ask :class:`Sight`."""
    return Sight(caller, shop).sees(product)
