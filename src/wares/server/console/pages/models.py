"""What the shop sees and reads with: encoders, weights, and what it has learnt."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from fastapi import Response

from wares import models
from wares.encoders.base import Encoder
from wares.errors import WaresError
from wares.fit.report import FitReport
from wares.fits import HEADS, MODEL
from wares.models import Card
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.server.errors import message_of
from wares.shop import Shop

router = console_router()

#: Fits that are told, the newest first.
MOST_FITS = 20


class Weights(NamedTuple):
    """A model that has a card, and whether it is on this machine."""

    card: Card
    cached: bool


class Fit(NamedTuple):
    """A fit: what it is of ("heads", "model", "fusion"), whether it is in force, its report if that can be read."""

    name: str
    kind: str
    live: bool
    report: FitReport | None


class Models(NamedTuple):
    """What the page shows. ``trouble``: why encoders cannot be had."""

    model: str
    fit: str
    encoders: tuple[Encoder, ...]
    weights: tuple[Weights, ...]
    fits: tuple[Fit, ...]
    trouble: str = ""


def seen(shop: Shop) -> Models:
    """What a shop works with."""
    trouble = ""
    encoders: tuple[Encoder, ...] = ()
    try:
        encoders = shop.fits.encoders(shop.fit)
    except WaresError as wrong:
        trouble = message_of(wrong)
    known = tuple(Weights(models.card(one.name), one.cached) for one in models.listing(shop.fits.environment))
    return Models(shop.settings.model, shop.fit, encoders, known, _fits(shop), trouble)


def _fits(shop: Shop) -> tuple[Fit, ...]:
    live = shop.fit
    names = list(reversed(shop.fits.names()))[:MOST_FITS]
    weighing = shop.settings.fusion.learned if shop.settings.fusion.method == "learned" else ""
    return tuple(Fit(name, _kind(shop, name), name in (live, weighing), _report(shop, name)) for name in names)


def _kind(shop: Shop, name: str) -> str:
    folder = shop.fits.path(name)
    if (folder / MODEL).is_dir():
        return "model"
    return "heads" if (folder / HEADS).exists() else "fusion"


def _report(shop: Shop, name: str) -> FitReport | None:
    """The report; None where it is of another form, or damaged."""
    try:
        return msgspec.json.decode(shop.fits.report(name), type=FitReport)
    except (WaresError, msgspec.MsgspecError):
        return None


@router.get("/models")
def show(here: Asked) -> Response:
    """The page."""
    return page(here, "models.html", view=seen(here.shop))
