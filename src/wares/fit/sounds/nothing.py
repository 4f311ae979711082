"""Sounds of nothing that is sold, made by the formula: noise of any colour, hum, sweeps, clicks, and what moves like
speech. A head that never heard them would call them something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from wares.media.sounds import RATE, Sound

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

Make = Callable[[int, np.random.Generator], "Vectors"]


def sounds(count: int, seed: int) -> list[Sound]:
    """So many of them, of one to five seconds, each kind in turn; the same seed gives the same."""
    chance = np.random.default_rng(seed)
    made = []
    for at in range(count):
        length = int(chance.uniform(1, 5) * RATE)
        samples = _KINDS[at % len(_KINDS)](length, chance)
        loud = chance.uniform(0.02, 0.9) / max(float(np.abs(samples).max()), 1e-9)
        made.append(Sound((samples * loud).astype(np.float32)))
    return made


def _noise(length: int, chance: np.random.Generator) -> Vectors:
    """Noise whose power falls with frequency to a power of 0 (white) to 2 (brown), white as often as not."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** max(chance.uniform(-1, 1), 0)
    return np.asarray(np.fft.irfft(spectrum, length), dtype=np.float32)


def _hum(length: int, chance: np.random.Generator) -> Vectors:
    """A mains hum, or a steady tone, with some noise."""
    times = np.arange(length) / RATE
    pitch = chance.choice([50.0, 60.0, chance.uniform(80, 3000)])
    tones = [np.sin(2 * np.pi * pitch * n * times) / n for n in range(1, int(chance.integers(2, 6)))]
    return np.asarray(np.sum(tones, axis=0) + chance.uniform(0, 0.3) * _noise(length, chance), dtype=np.float32)


def _sweep(length: int, chance: np.random.Generator) -> Vectors:
    low, high = chance.uniform(50, 500), chance.uniform(1000, 7000)
    pitch = np.geomspace(low, high, length)[:: int(chance.choice([1, -1]))]
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitch) / RATE), dtype=np.float32)


def _clicks(length: int, chance: np.random.Generator) -> Vectors:
    """Clicks and knocks at no beat, as of a microphone that is handled."""
    samples = np.zeros(length)
    samples[chance.integers(0, length, int(chance.integers(2, 12)))] = 1
    decay = np.exp(-np.arange(800) / chance.uniform(20, 200)) * chance.standard_normal(800)
    return np.asarray(np.convolve(samples, decay)[:length] + 0.01 * _noise(length, chance), dtype=np.float32)


def _babble(length: int, chance: np.random.Generator) -> Vectors:
    """A source and filters (Fant 1960): pulses at a wandering pitch through three wandering resonances, or noise for
    consonants, in syllables of some four a second."""
    count = length // 160 + 1
    syllable = np.clip(_wander(count, 4.0, chance) + 0.3, 0, None)
    pitch = chance.uniform(90, 240) * 2 ** (0.25 * _wander(count, 2.0, chance))
    voiced = (_wander(count, 3.0, chance) > -0.7)[:, None]
    middles = np.stack([m * 2 ** (0.35 * _wander(count, 5.0, chance)) for m in (500, 1500, 2500)], axis=1)
    at = np.arange(160)
    rows, phase = [], 0.0
    for frame in range(count):
        times = phase + pitch[frame] * at / RATE
        phase = float(times[-1] + pitch[frame] / RATE) % 1.0
        partials = np.arange(1, int(4000 / pitch[frame]) + 1)
        gains = (1 / (1 + ((pitch[frame] * partials[:, None] - middles[frame]) / 120) ** 2)).sum(axis=1)
        tone = (gains[:, None] * np.sin(2 * np.pi * partials[:, None] * times)).sum(axis=0)
        hiss = np.diff(chance.standard_normal(161))
        rows.append(syllable[frame] * (tone if voiced[frame] else 0.3 * hiss))
    return np.concatenate(rows)[:length].astype(np.float32)


def _wander(count: int, rate: float, chance: np.random.Generator) -> Vectors:
    """Numbers around 0 at deviation 1, a hundred a second, that turn some ``rate`` times a second."""
    width = max(int(100 / rate / 2), 1)
    smooth = np.convolve(chance.standard_normal(count + 2 * width), np.hanning(2 * width + 1), "valid")
    return np.asarray((smooth - smooth.mean()) / max(float(smooth.std()), 1e-6), dtype=np.float32)


_KINDS: tuple[Make, ...] = (_noise, _babble, _noise, _hum, _noise, _babble, _clicks, _sweep)
