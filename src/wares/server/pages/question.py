"""An address as a question to the shop, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import QueryError
from wares.records import FacetValue, Results
from wares.server import answering, asking, serving
from wares.server.messages import Question
from wares.server.pages.address import WANTING

if TYPE_CHECKING:
    from starlette.requests import Request

    from wares.server.access import Caller
    from wares.server.pages.address import Address
    from wares.server.serving import Serving

#: Products of a page; it fills rows of 2, 3 and 4.
PAGE = 24
#: Products that are shown where nothing was found.
FEW = 6


def of_address(address: Address, facets: tuple[str, ...] = ()) -> Question:
    """The question of an address, for one page of the answer."""
    crop = address.one("crop") if address.one("image") else ""
    wants = address.wants  # of what is only listed nothing can be unlike: what is not wanted is left out of it
    return Question(
        text=address.one("q"),
        crop=asking.crop_of(crop) if crop else None,
        image=address.all("image"),
        audio=address.all("audio"),
        video=address.all("video"),
        like=address.all("like"),
        unlike=address.all("unlike") if wants else (),
        without=address.all("without") if wants else (),
        weights=_weights(address),
        where=where(address) or None,
        facets=facets,
        sort=address.one("sort"),
        limit=PAGE,
        offset=(address.page - 1) * PAGE,
        ignore=address.all("ignore"),
    )


def where(address: Address) -> list[Any]:
    """The chosen values and the price as a filter in JSON."""
    parts: list[Any] = []
    for field, values in address.chosen().items():
        if field == "category":
            parts.append({"any": [{"category": {"under": value}} for value in values]})
        else:
            parts.append({field: list(values)})
    if address.all("unlike") and not address.wants:
        parts.append({"not": {"id": list(address.all("unlike"))}})
    bounds = {sign: _number(name, address.one(name)) for name, sign in (("min", "gte"), ("max", "lte"))}
    price = {sign: value for sign, value in bounds.items() if value is not None}
    return [*parts, {"price": price}] if price else parts


def answered(request: Request, address: Address, caller: Caller, fields: tuple[str, ...]) -> Results:
    """The answer, with facets. A field of which values are chosen is counted without them: what else there is to
    choose stays to be seen."""
    found = answering.found(request, caller, of_address(address, fields))
    facets: dict[str, tuple[FacetValue, ...]] = dict(found.facets)
    served = serving.of(request)
    for field in address.chosen():
        if field in facets:
            rest = of_address(address.minus(f"f.{field}"), (field,))
            facets[field] = _aside(served, caller, rest, 1).facets.get(field, ())
    return msgspec.structs.replace(found, facets=facets)


def nearest(served: Serving, caller: Caller, address: Address) -> Results:
    """What comes nearest when nothing answers: the same without conditions, those in its words too; of what only
    lists, anything."""
    bare = of_address(address.only(*WANTING, "crop", "unlike"))
    found = _aside(served, caller, msgspec.structs.replace(bare, parse=False), FEW)
    return found if found.hits else _aside(served, caller, Question(), FEW)


def _aside(served: Serving, caller: Caller, question: Question, limit: int) -> Results:
    """An answer beside the one that was asked for; the journal does not have it."""
    query = asking.asked(served, caller, question)
    return served.search(msgspec.structs.replace(query, limit=limit, offset=0))


def _weights(address: Address) -> dict[str, float]:
    """How much each kind of part counts, of those that were moved."""
    found = {}
    for name, text in address.pairs:
        if name.startswith("w."):
            value = _number(name, text)
            if value is not None and value != 1.0:
                found[name[2:]] = max(value, 0.01)
    return {name: value for name, value in found.items() if name in address.weighed}


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise QueryError(f"{name} is a number, not {text[:40]!r}") from None
    if not 0 <= value < 1e12:
        raise QueryError(f"{name} lies in 0 … 1,000,000,000,000, not {text[:40]!r}")
    return value
