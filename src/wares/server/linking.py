"""Addresses of media. Where a picture lies is the operator's business: askers get an address on this server.

    /media/SIGNATURE/POSITION/PRODUCT-ID

The signature covers product, position and source. So whoever was shown a product may fetch its pictures without a
key, nobody can guess the address of one that was not shown, and no path of this machine stands in an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from wares.records import Hit, MatchedMedia, Media, Product
from wares.server.secret import Secret

_PURPOSE = "media"


class Links:
    """Makes addresses of media, and knows them again."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def hit(self, hit: Hit) -> Hit:
        """A hit with addresses in place of sources."""
        product = self.product(hit.product)
        media = self.matched(hit.product, hit.media) if hit.media is not None else None
        passages = tuple(
            msgspec.structs.replace(one, source=self.of_source(hit.product, one.source)) for one in hit.passages
        )
        return msgspec.structs.replace(hit, product=product, media=media, passages=passages)

    def product(self, product: Product) -> Product:
        """A product with addresses in place of the sources of its media and of its variants' media."""
        if not product.media and not any(variant.media for variant in product.variants):
            return product
        places = {(m.modality, m.source): place for place, (_, m) in enumerate(product.all_media())}

        def linked(media: Sequence[Media]) -> tuple[Media, ...]:
            return tuple(
                msgspec.structs.replace(m, source=self.address(product.id, places[m.modality, m.source], m))
                for m in media
            )

        variants = tuple(msgspec.structs.replace(v, media=linked(v.media)) for v in product.variants)
        return msgspec.structs.replace(product, media=linked(product.media), variants=variants)

    def address(self, id: str, position: int, medium: Media) -> str:
        """The address of a product's medium, by its position in :meth:`Product.all_media`."""
        signature = self._secret.sign(_PURPOSE, _text(id, position, medium))
        return f"/media/{signature}/{position}/{quote(id, safe='')}"

    def medium(self, product: Product, position: int, signature: str) -> Media | None:
        """The medium that an address names; None when the address is not one of ours, or no longer."""
        media = product.all_media()
        if not 0 <= position < len(media):
            return None
        medium = media[position][1]
        return medium if self._secret.signed(_PURPOSE, _text(product.id, position, medium), signature) else None

    def matched(self, product: Product, found: MatchedMedia) -> MatchedMedia:
        """The medium that matched, with an address in place of its source; none when it has changed since."""
        return msgspec.structs.replace(found, source=self.of_source(product, found.source))

    def of_source(self, product: Product, source: str) -> str:
        """The address of a product's medium by its source; "" when it has none such (any more)."""
        for position, (_, medium) in enumerate(product.all_media()):
            if str(medium.source) == source:
                return self.address(product.id, position, medium)
        return ""


def _text(id: str, position: int, medium: Media) -> str:
    return f"{position}\0{id}\0{medium.source!s}"
