"""Requests and answers as JSON. Records of :mod:`wares.records` are sent as they are, but for what stands here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from wares.insight.why import Why
from wares.query.filters import unparse
from wares.records import (
    Banner,
    Chip,
    Correction,
    FacetValue,
    Heard,
    Hit,
    Passage,
    Product,
    Reception,
    Results,
    Suggestion,
)

ENCODER = msgspec.json.Encoder(decimal_format="number")


class Json(Response):
    """An answer in JSON."""

    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.content = content
        super().__init__(ENCODER.encode(content), status, headers)


class Detail(msgspec.Struct, frozen=True):
    """One thing that is wrong, or (a "warning") may be: with what, and how to mend it."""

    level: Literal["error", "warning"]
    about: str
    message: str
    mend: str = ""


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """``kind`` is the class of the error, ``message`` says what is wrong and what to do; where several things are
    wrong, ``details`` has them all."""

    kind: str
    message: str
    request_id: str
    details: tuple[Detail, ...] = ()


class ErrorBody(msgspec.Struct, frozen=True):
    """What every request gets that cannot be answered."""

    error: Error


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked, as ``Shop.search`` takes it.

    ``image`` are http(s) addresses of pictures, or names that ``POST /api/v1/pictures`` gave; in a multipart request
    they can be files. So are ``audio`` and ``video``, of ``POST /api/v1/clips``. ``crop`` is the part of the
    picture that is meant: left, top, width, height as shares of it.
    ``where`` is a filter in words or as JSON (docs/filters.md). ``weights`` says how much "text", "image", "audio",
    "video", "like" and "not" count. ``session`` and ``client`` go into the journal with the question.
    """

    text: str = ""
    image: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    video: tuple[str, ...] = ()
    crop: tuple[float, float, float, float] | None = None
    like: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    weights: Mapping[str, float] = {}
    where: Any = None
    facets: tuple[str, ...] = ()
    sort: str = ""
    limit: int = 10
    offset: int = 0
    parse: bool = True
    ignore: tuple[str, ...] = ()
    user: str = ""
    session: str = ""
    client: str = ""


class ChipSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that was read out of the words; ``where`` is it in the words of a filter."""

    id: str
    kind: str
    text: str
    start: int
    end: int
    where: str = ""
    sort: str = ""
    taken: bool = True
    certainty: float = 1.0
    applied: bool = True
    note: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered to a question. ``source`` of media is an address from which they can be fetched."""

    query_id: str
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]] = {}
    chips: tuple[ChipSaid, ...] = ()
    corrections: tuple[Correction, ...] = ()
    banners: tuple[Banner, ...] = ()
    redirect: str = ""
    heard: tuple[Heard, ...] = ()
    read: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0
    timings_ms: Mapping[str, float] = {}


class Explanation(Why, frozen=True, kw_only=True):
    """What became of a product, as :class:`wares.insight.why.Why` says; sources of media are addresses."""

    chips: tuple[ChipSaid, ...] = ()  # type: ignore[assignment]


class Suggestions(msgspec.Struct, frozen=True):
    """What somebody may go on to ask."""

    suggestions: tuple[Suggestion, ...]


class ProductBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """One product as its feed has it, and how it was received by those who reviewed it, if any did."""

    product: Product
    reception: Reception | None = None


class ProductWritten(msgspec.Struct, frozen=True):
    """What became of a product: ``outcome`` is "added", "changed" or "unchanged". ``warnings`` tell what is wrong
    with its media; it is found without these."""

    id: str
    outcome: str
    warnings: tuple[str, ...] = ()


class ProductPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Products in the order of their ids. ``next`` is ``after`` of the next page; "" on the last one."""

    products: tuple[Product, ...]
    next: str = ""


def chip_said(chip: Chip) -> ChipSaid:
    """A chip as it is sent."""
    told: dict[str, Any] = msgspec.structs.asdict(chip)
    return ChipSaid(**(told | {"where": unparse(chip.where) if chip.where is not None else ""}))


def answered(results: Results, hits: tuple[Hit, ...]) -> Answer:
    """Results as they are sent, with their hits made ready."""
    return Answer(
        query_id=results.query_id,
        total=results.total,
        hits=hits,
        facets=results.facets,
        chips=tuple(map(chip_said, results.chips)),
        corrections=results.corrections,
        banners=results.banners,
        redirect=results.redirect,
        heard=results.heard,
        read=results.read,
        notes=results.notes,
        took_ms=results.took_ms,
        timings_ms=results.timings_ms,
    )
