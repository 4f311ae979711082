"""What requests ask for, as changes that the writing thread makes: checked where nobody can come between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.errors import Forbidden
from wares.records import Product
from wares.server.errors import NotThere
from wares.server.incoming import Intake, read
from wares.server.sight import Sight

if TYPE_CHECKING:
    from wares.server.access import Caller
    from wares.server.bulk import Asked
    from wares.server.serving import Serving
    from wares.server.tags import Terms
    from wares.server.writes import Make


class Changes:
    """The changes that a caller may make. A key with a filter changes only what passes it, before and after."""

    def __init__(self, served: Serving, caller: Caller, terms: Terms | None = None) -> None:
        self._intake = Intake(served.shop, served.links)
        self._sight = Sight(caller, served.shop)
        self._terms = terms

    def of(self, ask: Asked) -> Make:
        """What makes a product out of the present one. :class:`~wares.errors.CatalogueError` for what is asked
        wrongly whatever is there."""
        if ask.verb == "put":
            product = read(ask.body, ask.id)
            return lambda present: self._put(product, present)
        if ask.verb == "patch":
            return lambda present: self._patch(ask, present)
        return lambda present: self._delete(ask, present)

    def _put(self, product: Product, present: Product | None) -> Product:
        if present is not None and not self._sight.sees(present):
            raise self._beyond(product.id)
        if self._terms is not None:
            self._terms.check(present)
        return self._intake.settled(self._allowed(product), present)

    def _patch(self, ask: Asked, present: Product | None) -> Product:
        found = self._there(ask, present)
        return self._intake.settled(self._allowed(self._intake.patched(found, ask.body)), found)

    def _delete(self, ask: Asked, present: Product | None) -> None:
        self._there(ask, present)

    def _there(self, ask: Asked, present: Product | None) -> Product:
        if present is None or not self._sight.sees(present):
            raise NotThere(f"there is no product {ask.id[:60]!r} here")
        if self._terms is not None:
            self._terms.check(present)
        return present

    def _allowed(self, product: Product) -> Product:
        if not self._sight.sees(product):
            raise self._beyond(product.id)
        return product

    def _beyond(self, id: str) -> Forbidden:
        return Forbidden(f"the key is for other products than {id[:80]!r} is", "write")
