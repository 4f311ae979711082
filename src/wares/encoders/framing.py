"""The whole picture in a square, on the colour of its own border: nothing is cut off, and no frame stands out."""

from __future__ import annotations

import numpy as np
from PIL import Image


def letterbox(image: Image.Image, side: int) -> Image.Image:
    """``image`` scaled to fit ``side`` × ``side`` pixels and centred; RGB."""
    image = image.convert("RGB")
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    scaled = image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    square = Image.new("RGB", (side, side), border_colour(scaled))
    square.paste(scaled, ((side - width) // 2, (side - height) // 2))
    return square


def border_colour(image: Image.Image) -> tuple[int, int, int]:
    """The median colour of the outermost pixels, each channel for itself."""
    pixels = np.asarray(image)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    red, green, blue = np.median(border, axis=0)
    return int(red), int(green), int(blue)
