"""What is heard in a sound: the shape of its spectrum, how that moves, and how its loudness goes. No network.

A clip is described by statistics over its frames that are not silent, so that neither a pause at its end nor how loud
it was recorded counts: mel bands and cepstra (Davis and Mermelstein 1980) with their changes, the spectrum of each
band's envelope ("modulation spectrum"; Greenberg and Kingsbury 1997), and what instruments are told apart by: attack,
decay, onsets, brightness, flatness, pitch (the set of Peeters, "A Large Set of Audio Features for Sound Description",
2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders.base import Tower
from wares.encoders.spectrum import cosines, framed, mel_bands
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors
    from wares.media.sounds import Sound

#: Seconds of a frame and from one to the next.
FRAME, STEP = 0.032, 0.010
BANDS, CEPSTRA = 40, 20
#: How far below the loudest frame a frame counts as silent, and how far below the loudest band a band is nothing:
#: natural logarithms of energies, 50 and 80 decibels.
SILENT, NOTHING = 11.5, 18.4
#: Frames of one look at the envelope, groups of bands that have one, and edges of its frequencies in hertz.
LOOK, GROUPS = 128, 8
RATES = (0.6, 1.5, 3.0, 5.0, 8.0, 12.0, 18.0, 28.0, 50.0)
#: Numbers of the loudness over time, and of pitch and colour.
_SHAPES = 12
_MOMENTS = 12
DIMS = 5 * BANDS + 4 * CEPSTRA + GROUPS * (len(RATES) - 1) + _SHAPES + _MOMENTS
_TINY = 1e-10
_VERSION = 1


class SoundTower(Tower):
    """Sound → 368 numbers; silence gives zeros."""

    name = "hearing"
    modality: Modality = "audio"
    dims = DIMS
    fingerprint = f"hearing:{_VERSION}"

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return np.stack([heard(sound) for sound in cast("Sequence[Sound]", batch)])


def heard(sound: Sound) -> Vectors:
    """The features of one sound, (368,)."""
    size, step = round(FRAME * sound.rate), round(STEP * sound.rate)
    points = 1 << (size - 1).bit_length()
    frames = framed(sound.samples.astype(np.float32, copy=False), size, step)
    power = np.abs(np.fft.rfft(frames * np.hanning(size).astype(np.float32), points)) ** 2
    energy = power.sum(axis=1)
    if energy.max(initial=0.0) < _TINY:
        return np.zeros(DIMS, dtype=np.float32)
    loudness = np.log(np.maximum(energy, _TINY))
    active = loudness >= loudness.max() - SILENT
    mel = np.log(np.maximum(power @ mel_bands(points, sound.rate, BANDS).T, _TINY))
    mel = np.maximum(mel - mel.max(), -NOTHING)
    parts = (
        _spectrum(mel, active),
        _modulation(mel),
        _shape(loudness, mel, active),
        _moments(power[active], frames[active], sound.rate),
    )
    return np.nan_to_num(np.concatenate(parts)).astype(np.float32)


def _spectrum(mel: Vectors, active: Vectors) -> Vectors:
    """Of each band its mean, spread, quiet and loud levels and change; of each cepstrum its mean, spread and the
    spread of its first and second changes."""
    cepstra = mel @ cosines(BANDS, CEPSTRA).T
    change = _change(cepstra)
    rows, found = mel[active], cepstra[active]
    low, high = np.percentile(rows, (10, 90), axis=0)
    return np.concatenate(
        [
            *(rows.mean(axis=0), rows.std(axis=0), low, high, np.abs(_change(mel))[active].mean(axis=0)),
            *(found.mean(axis=0), found.std(axis=0), change[active].std(axis=0), _change(change)[active].std(axis=0)),
        ]
    )


def _modulation(mel: Vectors) -> Vectors:
    """How much each group of bands swells so many times a second: logarithms of energies, (groups × rates,)."""
    grouped = mel.reshape(len(mel), GROUPS, -1).mean(axis=2)
    looks = _stretches(grouped, LOOK, LOOK // 2)
    swings = (looks - looks.mean(axis=1, keepdims=True)) * np.hanning(LOOK)[None, :, None]
    power = (np.abs(np.fft.rfft(swings, axis=1)) ** 2).mean(axis=0)
    at = np.fft.rfftfreq(LOOK, STEP)
    found = [power[(at >= low) & (at < high)].mean(axis=0) for low, high in pairwise(RATES)]
    return np.asarray(np.log1p(np.stack(found, axis=1)).ravel(), dtype=np.float32)


def _stretches(rows: Vectors, size: int, step: int) -> Vectors:
    """Stretches of ``size`` rows, one every ``step``: (stretches, size, columns); the last row is held if there are
    fewer."""
    filled = np.pad(rows, ((0, max(0, size - len(rows))), (0, 0)), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(filled, size, axis=0)[::step].transpose(0, 2, 1)


def _shape(loudness: Vectors, mel: Vectors, active: Vectors) -> Vectors:
    """How the loudness goes: seconds to the peak and from it, what is silent, onsets a second and how regular."""
    level = np.maximum(loudness - loudness.max(), -SILENT) / SILENT + 1
    peak = int(level.argmax())
    before, after = level[: peak + 1], level[peak:]
    flux = np.maximum(np.diff(mel, axis=0, prepend=mel[:1]), 0).mean(axis=1)
    sharp = flux > flux.mean() + 2 * flux.std()
    onsets = np.count_nonzero(sharp[1:] & ~sharp[:-1])
    steady = flux - flux.mean()
    lags = np.correlate(steady, steady, "full")[len(steady) - 1 :] / max(float((steady**2).sum()), _TINY)
    beat = lags[10:200]
    seconds = len(level) * STEP
    bends = np.percentile(level[active], (10, 50, 90))
    return np.array(
        [
            *(np.log1p(peak), np.log1p(len(after)), before.mean(), after.mean(), active.mean(), level.std()),
            *(np.log1p(onsets / seconds), beat.max(initial=0.0), flux.std() / max(float(flux.mean()), 1e-3), *bends),
        ]
    )


def _moments(power: Vectors, frames: Vectors, rate: int) -> Vectors:
    """Mean and spread of: brightness, width, roll-off, flatness, zero crossings, and how periodic it is."""
    share = power / np.maximum(power.sum(axis=1, keepdims=True), _TINY)
    at = np.linspace(0, 1, power.shape[1], dtype=np.float32)
    bright = share @ at
    width = np.sqrt(np.maximum(share @ at**2 - bright**2, 0))
    rolled = (np.cumsum(share, axis=1) < 0.85).mean(axis=1)
    flat = np.exp(np.log(np.maximum(power, _TINY)).mean(axis=1)) / np.maximum(power.mean(axis=1), _TINY)
    crossing = (np.diff(np.signbit(frames), axis=1)).mean(axis=1)
    own = np.fft.irfft(power)[:, : power.shape[1] - 1]
    periodic = own[:, rate // 800 :].max(axis=1, initial=0.0) / np.maximum(own[:, 0], _TINY)
    rows = np.stack([bright, width, rolled, np.log(np.maximum(flat, 1e-6)), crossing, periodic], axis=1)
    return np.concatenate([rows.mean(axis=0), rows.std(axis=0)])


def _change(rows: Vectors) -> Vectors:
    return np.asarray(np.gradient(rows, axis=0) if len(rows) > 1 else np.zeros_like(rows), dtype=np.float32)
