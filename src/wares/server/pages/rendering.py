"""The templates, filled: the one place of the storefront that knows Jinja."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import jinja2
from starlette.responses import HTMLResponse

from wares.server import serving
from wares.server.pages import assets, formats
from wares.server.pages.address import Address
from wares.server.pages.words import LANGUAGES, Words, chosen

if TYPE_CHECKING:
    from starlette.requests import Request

#: Cookies: the language and the colours that a visitor chose.
LANGUAGE, THEME = "wares_lang", "wares_theme"
_YEAR = 31_536_000


class Page:
    """What every page of one request knows: its language, the visitor's colours, the question of its address."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.served = serving.of(request)
        settings = self.served.shop.settings.storefront
        params = request.query_params
        self.languages = settings.languages
        asked, kept = params.get("lang", ""), request.cookies.get(LANGUAGE, "")
        self.words = Words(chosen(asked, kept, request.headers.get("accept-language", ""), self.languages))
        self.keep_language = asked == self.words.language != kept
        self.theme = _among(request.cookies.get(THEME, ""), ("light", "dark"))
        self.title = settings.title or self.words("shop.title")
        self.hue = settings.hue
        self.address = Address.of(params.multi_items())

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A template as an answer."""
        html = (
            environment()
            .get_template(template)
            .render(
                page=self, t=self.words, asset=assets.address, address=self.address, number=formats.number, **values
            )
        )
        headers = {
            "Content-Language": self.words.tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Language, Cookie",
        }
        answer = HTMLResponse(html, status, headers)
        if self.keep_language:
            answer.set_cookie(LANGUAGE, self.words.language, max_age=_YEAR, samesite="lax", httponly=True)
        return answer

    def in_language(self, language: str) -> str:
        """This page in another language."""
        path = self.request.url.path
        kept = [pair for pair in self.request.query_params.multi_items() if pair[0] != "lang"]
        return f"{quote(path)}?{urlencode((*kept, ('lang', language)))}"

    @property
    def other_languages(self) -> list[tuple[str, str, str]]:
        """Name, tag and address of this page in the other languages."""
        return [
            (Words(name)("language.name"), LANGUAGES[name], self.in_language(name))
            for name in self.languages
            if name != self.words.language
        ]


@cache
def environment() -> jinja2.Environment:
    """Everything is escaped, and a name that is not there is an error and no empty string."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("wares.server.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _among(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""
