"""Perceptual hashes: bits that stay nearly the same when a picture is resized, compressed anew or lightened.

The 256 bits are the signs of the 16 × 16 lowest frequencies of a discrete cosine transform of the grey picture,
against their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010). The
frequencies that do not change in one direction are left out: they tell the white margins of product photos from each
other and little else. A mirrored picture has another hash: half of the frequencies change their sign.

Near hashes are found without comparing all pairs, by multi-index hashing (Norouzi, Punjani and Fleet, "Fast Search in
Hamming Space with Multi-Index Hashing", 2012) over the 64 lowest frequencies, the :func:`coarse` hash: of two that
differ in at most :data:`REACH` bits, one of four bands differs in at most one. They alone are too few to tell the
pictures of one studio apart: another shirt on the same model differs in the finer ones.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    Bits = npt.NDArray[np.bool_]

BITS, COARSE, BANDS = 256, 64, 4
#: The greatest distance of coarse hashes at which :func:`bands` and :func:`probes` are sure to meet.
REACH = 2 * BANDS - 1
#: Changes when the hash of a picture would.
VERSION = 1

_SIDE, _LOW, _LOWEST = 64, 16, 8
#: Bits of a band.
WIDTH = COARSE // BANDS
#: Shades (of 255) that a picture must vary by: what is plain has no frequencies but noise.
_PLAIN = 1.0


def picture_hash(picture: Image.Image) -> int | None:
    """The hash of a picture, a number of 256 bits; None for a plain one, which says nothing."""
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    grey = np.asarray(small, dtype=np.float64)
    if grey.std() < _PLAIN:
        return None
    waves = _waves()
    low = (waves @ grey @ waves.T).ravel()
    return pack(low > np.median(low))


def pack(bits: Bits) -> int:
    """Bits, shape (n,), as one number, the first bit the highest."""
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def unpack(value: int, count: int = BITS) -> Bits:
    """What :func:`pack` packed: bool, shape (count,)."""
    return np.unpackbits(np.frombuffer(value.to_bytes(count // 8, "big"), dtype=np.uint8)).astype(bool)


def distance(one: int, other: int) -> int:
    """How many bits differ, 0 … 256; two pictures that have nothing in common differ in some 128."""
    return (one ^ other).bit_count()


def coarse(value: int) -> int:
    """The 64 bits of a hash that belong to the lowest frequencies."""
    return pack(unpack(value).reshape(_LOW, _LOW)[:_LOWEST, :_LOWEST].ravel())


def bands(coarse: int) -> tuple[int, ...]:
    """The keys under which a coarse hash is filed, one a band: numbers below ``BANDS`` · 2¹⁶."""
    return tuple(band << WIDTH | part for band, part in enumerate(_parts(coarse)))


def probes(coarse: int) -> tuple[int, ...]:
    """The keys under which all coarse hashes within :data:`REACH` of this one are filed, and others."""
    flips = (0, *(1 << bit for bit in range(WIDTH)))
    return tuple(band << WIDTH | part ^ flip for band, part in enumerate(_parts(coarse)) for flip in flips)


def _parts(coarse: int) -> list[int]:
    """A hash cut into bands. Every fourth bit goes to the same band: neighbouring frequencies are not independent."""
    bits = unpack(coarse, COARSE).reshape(WIDTH, BANDS).T
    return [int.from_bytes(np.packbits(row).tobytes(), "big") for row in bits]


@cache
def _waves() -> npt.NDArray[np.float64]:
    """Rows 1 … 16 of the cosine transform of 64 values (DCT-II)."""
    place, frequency = np.arange(_SIDE)[None, :], np.arange(1, _LOW + 1)[:, None]
    waves: npt.NDArray[np.float64] = np.cos(np.pi * frequency * (2 * place + 1) / (2 * _SIDE))
    return waves
