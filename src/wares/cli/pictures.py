"""Pictures of hits: small ones on the terminal, and all of them on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wares.cli.output import plain, stderr
from wares.errors import CatalogueError, SetupError

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.console import Console, RenderableType

    from wares.records import Hit, MatchedMedia, Media, Results
    from wares.shop import Shop

#: Columns and lines of a thumbnail; a character cell holds two pixels, one above the other.
THUMBNAIL_CELLS = (14, 7)


def can_draw(console: Console, *, asked: bool = False) -> bool:
    """Whether thumbnails can be shown: 24-bit colour on a terminal, or wherever colour is when ``asked`` for."""
    if console.no_color or console.color_system is None:
        return False
    return asked or (console.is_terminal and console.color_system == "truecolor")


def thumbnails_of(shop: Shop, results: Results) -> dict[str, RenderableType]:
    """A thumbnail for each hit that has a picture in a file; what would have to be fetched is left out."""
    pictures = ((hit.id, picture_of(hit)) for hit in results.hits)
    drawn = ((id, thumbnail(shop, medium)) for id, medium in pictures if medium is not None)
    return {id: picture for id, picture in drawn if picture is not None}


def thumbnail(shop: Shop, medium: MatchedMedia | Media) -> RenderableType | None:
    """A thumbnail of a picture in a file; None for one that would have to be fetched, or cannot be read."""
    from PIL import Image
    from rich_pixels import Pixels

    if isinstance(medium.source, str) and "://" in medium.source:
        return None
    try:
        image = load(shop, medium, "thumbnail")
    except CatalogueError:
        return None  # the shop has reported it when it was added
    width, lines = THUMBNAIL_CELLS
    image.thumbnail((width, 2 * lines), Image.Resampling.LANCZOS)
    drawn: RenderableType = Pixels.from_image(image)
    return drawn


def save_contact_sheet(shop: Shop, results: Results, path: Path) -> None:
    """Write the hits' pictures, best first, captioned with rank, title and score. Pictures that cannot be read are
    named on stderr and left out."""
    from wares import media

    pictures: list[tuple[Image, str]] = []
    for rank, hit in enumerate(results.hits, start=1):
        medium = picture_of(hit)
        if medium is None:
            continue
        try:
            pictures.append(
                (load(shop, medium, hit.id), f"{rank}. {plain(hit.title)}\n{plain(hit.id)} · {hit.score:.3f}")
            )
        except CatalogueError as broken:
            stderr().print(f"left out of the contact sheet: {plain(str(broken))}", style="yellow")
    if not pictures:
        raise SetupError(f"{path}: no contact sheet, because no hit has a picture")
    try:
        media.contact_sheet(pictures).save(path)
    except (OSError, ValueError) as wrong:  # ValueError: a file name that is no kind of picture
        raise SetupError(f"{path}: cannot write the contact sheet: {wrong}") from wrong


def picture_of(hit: Hit) -> MatchedMedia | Media | None:
    """The picture that matched, or else the first one of the matched variant or of the product."""
    if hit.media is not None and hit.media.modality == "image":
        return hit.media
    images = [(owner, medium) for owner, medium in hit.product.all_media() if medium.modality == "image"]
    images.sort(key=lambda image: image[0] is None or image[0] != hit.variant)
    return images[0][1] if images else None


def load(shop: Shop, medium: MatchedMedia | Media, name: str) -> Image:
    """One picture, decoded."""
    from wares import media
    from wares.settings import MediaLimits

    return media.decode_image(shop.media_bytes(medium), MediaLimits(), name=name)
