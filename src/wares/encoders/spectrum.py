"""Spectra of sounds over time, as the ear divides them: frames, mel bands, cepstra."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from wares.encoders.base import Vectors


def framed(samples: Vectors, size: int, step: int) -> Vectors:
    """Frames of ``size`` samples, one every ``step``: (frames, size). A sound shorter than one is filled up with
    silence. They are views: nothing is copied."""
    filled = np.pad(samples, (0, max(0, size - len(samples))))
    return np.lib.stride_tricks.sliding_window_view(filled, size)[::step]


@cache
def mel_bands(points: int, rate: int, count: int) -> Vectors:
    """``count`` triangles that overlap by half, evenly spaced in mel (O'Shaughnessy's formula), from 0 to half the
    rate: (count, points // 2 + 1)."""
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)
    at = np.arange(points // 2 + 1) * rate / points
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (at - left) / (middle - left), (right - at) / (right - middle)
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


@cache
def slaney_bands(points: int, rate: int, count: int, low: float, high: float) -> Vectors:
    """``count`` triangles of equal area between two frequencies in hertz, even in Slaney's mel, which is linear up to
    1 kHz and logarithmic above (Auditory Toolbox, 1998): (count, points // 2 + 1)."""
    ends = [3 * at / 200 if at < 1000 else 15 + np.log(at / 1000) * 27 / np.log(6.4) for at in (low, high)]
    mels = np.linspace(ends[0], ends[1], count + 2)
    edges = np.where(mels < 15, 200 * mels / 3, 1000 * np.exp(np.log(6.4) * (mels - 15) / 27))
    at = np.linspace(0, rate // 2, points // 2 + 1)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (at - left) / (middle - left), (right - at) / (right - middle)
    bands: Vectors = np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)
    return bands


@cache
def cosines(count: int, kept: int) -> Vectors:
    """The first ``kept`` rows of the orthonormal discrete cosine transform (type II) of ``count`` numbers."""
    rows = np.cos(np.pi / count * np.arange(kept)[:, None] * (np.arange(count) + 0.5)) * np.sqrt(2 / count)
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, dtype=np.float32)
