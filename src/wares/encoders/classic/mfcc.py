"""Mel-frequency cepstral coefficients: the coarse shape of a sound's spectrum, as the ear divides it, over time.

Thirteen coefficients a frame (Davis and Mermelstein, "Comparison of Parametric Representations for Monosyllabic Word
Recognition", 1980); a clip is their means, their standard deviations, and the standard deviations of their changes
from frame to frame. (The mean of the changes is where a clip ends less where it begins: noise.) What was played when
is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline, digest
from wares.encoders.spectrum import cosines, framed, mel_bands
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors
    from wares.media.sounds import Sound

#: Seconds of a frame and from one to the next; mel bands; coefficients that are kept.
FRAME, STEP, BANDS, KEPT = 0.025, 0.010, 26, 13
#: Of each coefficient its mean, its spread, and the spread of its change.
NUMBERS = 3 * KEPT
_FLOOR = 1e-10  # of a band's energy: silence has a logarithm
_VERSION = 1


class Mfcc(Baseline):
    """Learns mean and spread of each number over the catalogue, so that none outweighs the others."""

    modality = "audio"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        rows = np.stack([summary(sound) for sound in cast("Sequence[Sound]", contents)])
        spread = rows.std(axis=0)
        return Encoder(MfccTower(rows.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)), "mfcc")


class MfccTower(Tower):
    """Sound → its summary in units of the catalogue's spread, at unit length. Both arrays are (39,)."""

    name = "mfcc"
    modality: Modality = "audio"
    dims = NUMBERS

    def __init__(self, middle: Vectors, spread: Vectors) -> None:
        self._middle = middle.astype(np.float32)
        self._spread = spread.astype(np.float32)
        self.fingerprint = f"mfcc:{_VERSION}:{digest(self._middle, self._spread)}"

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        rows = np.stack([summary(sound) for sound in cast("Sequence[Sound]", batch)])
        return unit(((rows - self._middle) / self._spread).astype(np.float32))


def summary(sound: Sound) -> Vectors:
    """Means and standard deviations of the coefficients, then standard deviations of their changes: shape (39,)."""
    found = coefficients(sound)
    change = np.gradient(found, axis=0) if len(found) > 1 else np.zeros_like(found)
    return np.concatenate([found.mean(axis=0), found.std(axis=0), change.std(axis=0)]).astype(np.float32)


def coefficients(sound: Sound) -> Vectors:
    """The coefficients of every frame: shape (frames, 13); a sound shorter than a frame is filled up with silence."""
    size, step = round(FRAME * sound.rate), round(STEP * sound.rate)
    frames = framed(sound.samples, size, step) * np.hamming(size)
    points = 1 << (size - 1).bit_length()
    power = np.abs(np.fft.rfft(frames, points)) ** 2 / points
    energies = np.log(np.maximum(power @ mel_bands(points, sound.rate, BANDS).T, _FLOOR))
    return np.asarray(energies @ cosines(BANDS, KEPT).T, dtype=np.float32)
