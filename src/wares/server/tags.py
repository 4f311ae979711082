"""Entity tags of products (RFC 9110, 8.8.3 and 13.1): who changes one can say which one they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.documents import content_hash
from wares.records import Product
from wares.server.errors import Overtaken

if TYPE_CHECKING:
    from starlette.requests import Request


def tag(product: Product) -> str:
    """The tag of a product: another as soon as anything in it is."""
    return f'"{content_hash(product).hex()}"'


def among(told: str, own: str) -> bool:
    """Whether a tag is one of those in a header; "*" means any."""
    return any(one.strip().removeprefix("W/") in (own, "*") for one in told.split(",")) if told else False


class Terms:
    """Under which circumstances a change is wanted: what ``If-Match`` and ``If-None-Match`` say."""

    def __init__(self, request: Request) -> None:
        self._match = request.headers.get("if-match", "")
        self._none_match = request.headers.get("if-none-match", "")

    def check(self, present: Product | None) -> None:
        """:class:`Overtaken` when the product is not as the asker thinks."""
        own = "" if present is None else tag(present)
        if self._match and not (own and among(self._match, own)):
            raise Overtaken("the product has changed since it was read (If-Match); read it again")
        if own and among(self._none_match, own):
            raise Overtaken("there is such a product already (If-None-Match)")
