"""The addresses of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from wares.documents import received
from wares.records import READ
from wares.searching import MAX_LIMIT
from wares.server import answering
from wares.server.access import Caller, may
from wares.server.asking import product_of
from wares.server.facets import candidates
from wares.server.pages import facets, parts, places, product, question, reception, why
from wares.server.pages.cards import Dealer
from wares.server.pages.rendering import Page

if TYPE_CHECKING:
    from wares.records import Results

router = APIRouter(include_in_schema=False)
Visitor = Annotated[Caller, Depends(may("search"))]


@router.api_route("/", methods=["GET", "HEAD"])
def search(request: Request, caller: Visitor) -> Response:
    """The first page, or an answer."""
    page = Page(request)
    if not page.address.asks:
        return _home(page, caller)
    if _gone(page):
        return page.render("failure.html.j2", 410, code=410, key="410", told="")
    return _answer(page, caller)


@router.api_route("/more", methods=["GET", "HEAD"])
def more(request: Request, caller: Visitor) -> Response:
    """The cards of one page of an answer alone: for pages that are lengthened."""
    page = Page(request)
    found = answering.found(request, caller, question.of_address(page.address))
    hits = Dealer(page.served.links, page.words, page.address).hits(found.hits)
    return page.render("more.html.j2", cards=hits, found=found, next=_next(page, len(found.hits), found.total))


@router.api_route("/product/{id:path}", methods=["GET", "HEAD"])
def one(request: Request, caller: Visitor, id: str) -> Response:
    """A product."""
    page = Page(request)
    served, words = page.served, page.words
    found = product_of(served, caller, id)
    plain = Dealer(served.links, words, page.address._replace(pairs=()))
    reasons = why.reasons(served, caller, page.address, id, words)
    hit = served.links.hit(reasons.hit) if reasons is not None and reasons.hit is not None else None
    chosen = request.query_params.get("variant", "")
    said = served.shop.reception(id)
    return page.render(
        "product.html.j2",
        shown=product.shown(
            received(served.links.product(found), said), chosen, page.address, words, hit, _moment(request)
        ),
        received=reception.shown(said, words),
        reasons=reasons,
        found=[*places.likeness(hit, words), *places.found(hit, words)] if hit is not None else (),
        similar=[plain.card(each) for each in product.similar(served, caller, id)],
        related=product.related(served, caller, id, plain, words),
        back=page.address.href() if page.address.asks else "",
    )


def _home(page: Page, caller: Caller) -> Response:
    served = page.served
    home = served.homes.of(served, caller, page.words)
    dealer = Dealer(served.links, page.words, page.address)
    return page.render("home.html.j2", home=home, dealer=dealer, popular=dealer.hits(home.popular))


def _answer(page: Page, caller: Caller) -> Response:
    served, address, words = page.served, page.address, page.words
    fields = served.shop.fields()
    found = question.answered(page.request, address, caller, candidates(fields))
    if found.redirect and found.redirect != str(page.request.url):
        return page.render("led.html.j2", to=found.redirect)
    links, dealer = served.links, Dealer(served.links, words, address)
    near = () if found.hits else question.nearest(served, caller, address).hits
    return page.render(
        "search.html.j2",
        found=found,
        cards=dealer.hits(found.hits),
        nearest=dealer.hits(near),
        facets=facets.facets(found, fields, address, words),
        prices=facets.price_range(found, fields, address, words),
        tokens=list(
            parts.tokens(address, words, links, lambda id: product_of(served, caller, id), served.clips.poster)
        ),
        understood=list(parts.understood(found, address, words)),
        cleared=parts.cleared(found, address),
        sliders=parts.sliders(address, words),
        heard=_heard(page, found),
        unread=address.plus("ignore", READ).href() if found.read else "",
        next=_next(page, len(found.hits), found.total),
        sorts=_sorts(page),
    )


def _heard(page: Page, found: Results) -> str:
    """The words that were heard of a visitor, of a recording that is asked with or was."""
    spoken = page.address.one("q") if page.request.query_params.get("heard") else ""
    return spoken or " ".join(one.text for one in found.heard if one.text)


def _moment(request: Request) -> float | None:
    """The moment of an address at which a film or a sound begins."""
    try:
        moment = float(request.query_params.get("t", ""))
    except ValueError:
        return None
    return moment if 0 <= moment <= 86_400 else None


def _gone(page: Page) -> bool:
    """Whether a picture, a sound or a video that the address names is no longer kept."""
    clips, pictures = page.served.clips.get, page.served.pictures.get
    kept = (("image", pictures), ("audio", clips), ("video", clips))
    return any(get(page.address.one(name)) is None for name, get in kept if page.address.one(name))


def _next(page: Page, count: int, total: int) -> str:
    """The address of the next page; "" when there is none."""
    last = page.address.page * question.PAGE
    return (
        page.address.at(page.address.page + 1).href()
        if count == question.PAGE and last < min(total, MAX_LIMIT)
        else ""
    )


def _sorts(page: Page) -> list[tuple[str, str]]:
    """Orders, by what the shop's products have."""
    fields = page.served.shop.fields()
    usual = "sort.best" if page.address.wants else "sort.usual"
    known = [("", usual), ("price", "sort.cheap"), ("-price", "sort.dear"), ("-rating", "sort.rated")]
    return [(value, page.words(key)) for value, key in known if not value or value.lstrip("-") in fields]
