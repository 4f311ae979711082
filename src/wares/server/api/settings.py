"""``/settings``, ``/models`` and ``/checks``: how the shop works, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from wares.records import Modality
from wares.reports import Check
from wares.server import auditing, serving
from wares.server.access import Caller, may
from wares.server.errors import Conflict, decoded, of_the_asker, without_paths
from wares.server.messages import Json
from wares.server.openapi import answers, takes
from wares.settings import Settings, built_in_changes, overlaid
from wares.settings_file import changes, difference, in_force, lean

router = APIRouter(tags=["shop"])
Admin = Annotated[Caller, Depends(may("admin"))]


class InForce(msgspec.Struct, frozen=True):
    """All settings; ``own`` are not as shipped, and with those of ``outdated`` the index was not built."""

    settings: dict[str, Any]
    own: dict[str, Any]
    outdated: tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """A setting by its full name, before and after."""

    name: str
    before: Any
    after: Any


class Changes(msgspec.Struct, frozen=True):
    """What changed."""

    changed: tuple[Change, ...]


class EncoderInUse(msgspec.Struct, frozen=True):
    """What makes vectors of a modality, in a space of so many dimensions; ``asks_only``: of questions alone."""

    channel: str
    space: str
    modality: Modality
    dims: int
    asks_only: bool


class Models(msgspec.Struct, frozen=True):
    """The model of the shop, the fit it works by ("" for none), and the encoders of both."""

    model: str
    fit: str
    encoders: tuple[EncoderInUse, ...]


class Checks(msgspec.Struct, frozen=True):
    """A check-up; ``ok`` when nothing is to be mended."""

    ok: bool
    checks: tuple[Check, ...]


_IN_FORCE = InForce({"ranking": {"cutoff": 0.3}, "k1": 0.5}, {"ranking": {"cutoff": 0.3}}, ())
_MODELS = Models("default", "", (EncoderInUse("use.text", "use", "text", 512, False),))
_CHANGES = Changes((Change("ranking.cutoff", 0.2, 0.3),))


@router.get(
    "/settings", summary="How the shop works", responses=answers(InForce, "The settings in force.", example=_IN_FORCE)
)
def settings(request: Request, caller: Admin) -> Json:
    """All settings as they are in force; docs/tuning.md and docs/ranking.md tell what they mean."""
    shop = serving.of(request).shop
    shipped = Settings(model=shop.settings.model)
    own = difference(shop.settings, shipped, shop.settings.__struct_fields__)
    return Json(InForce(in_force(shop.settings), own, shop.outdated()))


@router.patch(
    "/settings",
    summary="Change settings",
    responses=answers(
        Changes, "What changed.", example=_CHANGES, others={409: "the index is built with these settings"}
    ),
    openapi_extra=takes(dict[str, Any], example={"ranking": {"cutoff": 0.3}}),
)
async def change(request: Request, caller: Admin) -> Json:
    """Change settings that work at once; what is not mentioned stays as it is. Those that the index is built with
    (fields, k1, b) are refused: building it anew is ``wares settings SHOP --apply FILE``. Other processes that serve
    the shop notice the change."""
    told = decoded(await request.body(), dict[str, Any], "the settings")
    return Json(Changes(tuple(await run_in_threadpool(_changed, request, caller, told))))


@router.get(
    "/models", summary="Models in use", responses=answers(Models, "Model, fit and encoders.", example=_MODELS)
)
def models(request: Request, caller: Admin) -> Json:
    """The model of the shop, what was fitted to it, and what makes vectors of what."""
    shop = serving.of(request).shop
    found = shop.fits.encoders(shop.fit)
    encoders = tuple(EncoderInUse(e.channel, e.space, e.modality, e.dims, e.asks_only) for e in found)
    return Json(Models(shop.settings.model, shop.fit, encoders))


@router.get(
    "/checks",
    summary="A check-up",
    responses=answers(Checks, "The findings.", example=Checks(True, (Check(name="store", ok=True, detail="reads"),))),
)
def checks(request: Request, caller: Admin) -> Json:
    """Whether the store can be read, the index agrees with it, the model is there, and rules fire."""
    found = [
        msgspec.structs.replace(each, detail=without_paths(each.detail), mend=without_paths(each.mend))
        for each in serving.of(request).shop.check()
    ]
    return Json(Checks(all(each.ok for each in found), tuple(found)))


def _changed(request: Request, caller: Caller, told: dict[str, Any]) -> Sequence[Change]:
    served = serving.of(request)
    before = served.shop.settings
    with of_the_asker():
        after = lean(overlaid(before, told, "the settings"))
        served.shop.check_settings(after)
    if built := built_in_changes(before, after):
        raise Conflict(
            f"the index is built with {', '.join(built)}: change them by wares settings SHOP --apply FILE, which "
            "builds it anew while this server answers"
        )
    found = changes(before, after)
    if found:
        served.shop.apply(after)
        auditing.settings(served, caller, found)
    return [Change(*each) for each in found]
