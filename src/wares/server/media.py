"""``/media`` and ``/pictures``: what pages show. Their addresses cannot be guessed, so they need no key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from wares.errors import MediaError, QueryError
from wares.server import errors, serving
from wares.server.gallery import WIDTH, WIDTHS, Moment
from wares.server.openapi import files
from wares.server.sending import send

if TYPE_CHECKING:
    from wares.records import Media
    from wares.server.gallery import Format, Served

router = APIRouter(tags=["media"])

#: A day: an address names a place, and what lies there may be replaced.
_DAY = "public, max-age=86400"
#: A person's picture: for their own browser, and for no proxy on the way.
_OWN = "private, max-age=3600"
#: What is not there now may be there soon.
_SOON = "public, max-age=60"

Width = Annotated[
    int | None,
    Query(description=f"Width of a picture in pixels: one of {', '.join(map(str, WIDTHS))}.", examples=[320]),
]

At = Annotated[
    float | None,
    Query(description="A moment of a film, in seconds: its picture is sent.", ge=0, le=86_400, examples=[12.5]),
]
Moving = Annotated[bool, Query(description="Three seconds of the film from that moment on, as a WebP that moves.")]


@router.head("/media/{signature}/{position}/{id:path}", include_in_schema=False)
@router.get(
    "/media/{signature}/{position}/{id:path}",
    response_class=Response,
    summary="A picture, sound or film of a product",
    responses=files(
        ("image/webp", "image/jpeg", "audio/*", "video/*"),
        "The medium.",
        also={206: "the part asked for", 304: "it is as it was"},
        others={404: "there is no such medium", 416: "there is no such part"},
    ),
)
async def medium(
    request: Request,
    signature: Annotated[str, Path(description="What makes the address one of ours.", examples=["Zm9vYmFy"])],
    position: Annotated[str, Path(description="Which of the product's media.", examples=["0"])],
    id: Annotated[str, Path(description="The id of the product.", examples=["87"])],
    w: Width = None,
    at: At = None,
    moving: Moving = False,
) -> Response:
    """A medium by the address that answers give: pictures at a width, re-encoded as WebP or JPEG (as the header
    ``Accept`` allows); sounds and films as they are, in parts if asked for; of films also the picture ``at`` a
    moment, or three seconds from there on, ``moving``."""
    if w is not None and w not in WIDTHS:
        raise QueryError(f"w is one of {', '.join(map(str, WIDTHS))}, not {w}")
    gallery = serving.of(request).gallery
    moment = None if at is None else Moment(at, moving)
    wanted: Format = "webp" if "image/webp" in request.headers.get("accept", "") else "jpeg"

    def made() -> Served:
        return gallery.medium(_named(request, id, position, signature), w or WIDTH, wanted, moment)

    try:
        served = await anyio.to_thread.run_sync(made, limiter=gallery.limiter)
    except (MediaError, LookupError):
        return _missing(request)
    parts = not served.mime.startswith("image/")
    return send(request, served.data, served.mime, _DAY, vary="" if parts else "Accept", parts=parts)


@router.head("/pictures/{token}", include_in_schema=False)
@router.get(
    "/pictures/{token}",
    response_class=Response,
    summary="A picture that was asked about",
    responses=files(
        ("image/jpeg",),
        "The picture.",
        also={304: "it is as it was"},
        others={404: "there is no such picture, or no longer"},
    ),
)
def picture(
    request: Request,
    token: Annotated[
        str, Path(description="What POST /api/v1/pictures answered.", examples=["Zm9vYmFyMTIzNDU2Nzg5MA"])
    ],
) -> Response:
    """A picture that ``POST /api/v1/pictures`` kept, within a day."""
    data = serving.of(request).pictures.get(token)
    return _missing(request) if data is None else send(request, data, "image/jpeg", _OWN)


def _named(request: Request, id: str, position: str, signature: str) -> Media:
    """The medium of an address. LookupError when there is none."""
    served = serving.of(request)
    if not (position.isascii() and position.isdigit() and len(position) < 6):
        raise LookupError(position)
    try:
        product = served.shop.get(id)
    except QueryError as unknown:
        raise LookupError(id) from unknown
    found = served.links.medium(product, int(position), signature)
    if found is None:
        raise LookupError(signature)
    return found


def _missing(request: Request) -> Response:
    told = "there is no such picture or recording here"
    return errors.body(404, "NotThere", told, errors.id_of(request), {"Cache-Control": _SOON})
