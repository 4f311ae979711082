"""Pictures out of bytes: upright, RGB, on white, and never larger than allowed.

The header is read first and the size checked before a single pixel is decoded, so a small file that would unfold
into gigabytes is refused at once.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageChops, ImageCms, UnidentifiedImageError
from PIL.Image import Transpose

from wares.errors import MediaError
from wares.media.sniffing import sniff
from wares.settings import MediaLimits

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

# EXIF tag 0x0112 (CIPA DC-008, 4.6.4 A): what turns the stored picture upright.
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_ON_ITS_SIDE = (5, 6, 7, 8)


def decode_image(
    data: bytes, limits: MediaLimits | None = None, name: str = "", *, at_least: tuple[int, int] | None = None
) -> Image.Image:
    """The picture in ``data``, mode RGB: EXIF orientation applied, alpha on white, the first frame of many.

    With ``at_least=(width, height)`` a JPEG may be decoded at a half, quarter or eighth of its size, but never
    smaller than that (libjpeg's scaled decoding: several times faster for large photographs).

    Raises :class:`MediaError` for what is no picture, is damaged, or has more than ``limits.max_pixels`` pixels
    (counted before anything is decoded).
    """
    limits = limits or MediaLimits()
    image = _open(data, limits, name)
    try:
        if at_least is not None and image.format == "JPEG":
            width, height = at_least if _orientation(image) not in _ON_ITS_SIDE else at_least[::-1]
            image.draft(None, (max(1, width), max(1, height)))
        image.load()
        # Only now: Pillow turns a TIFF itself while loading it, and a PNG may tell its orientation after its pixels.
        turn = _UPRIGHT.get(_orientation(image))
        picture = _rgb(image)
        return picture if turn is None else picture.transpose(turn)
    except MemoryError as error:
        raise MediaError(
            f"{image.width} × {image.height} pixels need more memory than there is", source=name
        ) from error
    except Exception as error:  # A damaged file makes Pillow raise nearly anything, from struct.error to KeyError.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MediaError(f"the {image.format} picture is damaged ({reason}); export it anew", source=name) from error
    finally:
        image.close()


#: The longest side, in pixels, of a picture that is going to be encoded; no encoder here looks at more.
SIDE = 640


def picture(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Image.Image:
    """The picture in ``data`` as encoders get it, at indexing and in questions alike: :func:`decode_image`, no side
    longer than :data:`SIDE`, so that a batch of large photographs fits into memory."""
    image = decode_image(data, limits, name, at_least=(SIDE, SIDE))
    if max(image.size) > SIDE:
        image.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return image


def _open(data: bytes, limits: MediaLimits, name: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(f"has too many pixels; at most {limits.max_pixels:,} are decoded", source=name) from error
    except UnidentifiedImageError as error:
        raise MediaError(_no_picture(data), source=name) from error
    except Exception as error:  # As in decode_image: the header may be what is damaged.
        raise MediaError(f"the picture's header is damaged ({error}); export it anew", source=name) from error
    if image.width * image.height > limits.max_pixels:
        image.close()
        raise MediaError(
            f"has {image.width} × {image.height} pixels; at most {limits.max_pixels:,} are decoded "
            "(media.max_pixels): give a smaller one",
            source=name,
        )
    return image


def _no_picture(data: bytes) -> str:
    if not data:
        return "is empty"
    kind = sniff(data)
    wanted = f"give one of {', '.join(FORMATS)}"
    if kind.modality == "image":
        return f"is a picture of type {kind.mime} that cannot be opened (damaged, or not supported here); {wanted}"
    known = "data of an unknown kind" if kind.mime == "application/octet-stream" else kind.mime
    return f"is {known}, not a picture; {wanted}"


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Damaged EXIF says nothing about the orientation, and the pixels may be fine.
        return 1


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image.copy()
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _from_cmyk(image: Image.Image) -> Image.Image:
    """Inks to light, by the embedded colour profile where there is one that works."""
    if image.format == "JPEG" and "adobe" not in image.info:
        # Adobe stores inks inverted and says so in a marker; Pillow inverts always, with or without the marker.
        image = ImageChops.invert(image)
    profile = image.info.get("icc_profile")
    if profile:
        try:
            inks = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            managed = ImageCms.profileToProfile(image, inks, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if managed is not None:
                return managed
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # An unusable profile: the plain formula is what a viewer without profiles shows.
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, or floats, to 8 bits: by the full range of the type, floats by 0–1."""
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    top = values.max(initial=0.0)
    if image.mode == "F":
        scale = 1.0 if top <= 1.0 else 255.0
    else:
        scale = 255.0 if image.mode == "I" and top <= 255 else 65535.0
    grey = np.clip(values * (255.0 / scale), 0, 255).round().astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
