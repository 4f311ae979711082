"""Mel-frequency cepstra: the formula, and what they tell apart."""

import cmath
import math

import numpy as np
import pytest

pytest.importorskip("scipy")

from wares.encoders import classic
from wares.encoders.classic import mfcc
from wares.media.sounds import Sound

RATE = 8_000


def tone(pitch, seconds=0.4, seed=0):
    times = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(0, 0.01, len(times))
    return Sound((0.3 * np.sin(2 * math.pi * pitch * times) + noise).astype(np.float32), RATE)


def slow_frame(samples):
    """Thirteen coefficients of one frame by the sums that define them."""
    size, points = len(samples), 256
    windowed = [x * (0.54 - 0.46 * math.cos(2 * math.pi * n / (size - 1))) for n, x in enumerate(samples)]
    power = [
        abs(sum(x * cmath.exp(-2j * math.pi * k * n / points) for n, x in enumerate(windowed))) ** 2 / points
        for k in range(points // 2 + 1)
    ]
    mel = 2595 * math.log10(1 + RATE / 2 / 700)
    edges = [700 * (10 ** (mel * i / (mfcc.BANDS + 1) / 2595) - 1) for i in range(mfcc.BANDS + 2)]
    energies = []
    for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False):
        weights = [
            max(
                0.0, min((k * RATE / points - left) / (middle - left), (right - k * RATE / points) / (right - middle))
            )
            for k in range(len(power))
        ]
        energies.append(math.log(max(sum(w * p for w, p in zip(weights, power, strict=True)), 1e-10)))
    count = len(energies)
    return [
        math.sqrt((1 if k == 0 else 2) / count)
        * sum(e * math.cos(math.pi * k * (2 * n + 1) / (2 * count)) for n, e in enumerate(energies))
        for k in range(mfcc.KEPT)
    ]


def test_coefficients_are_the_definition_sum_by_sum():
    sound = tone(700, seconds=mfcc.FRAME)
    np.testing.assert_allclose(mfcc.coefficients(sound)[0], slow_frame(sound.samples.tolist()), atol=1e-3)


def test_there_is_a_frame_every_hundredth_of_a_second():
    assert mfcc.coefficients(tone(500, seconds=1.0)).shape == (98, mfcc.KEPT)
    assert mfcc.coefficients(Sound(np.zeros(3, np.float32), RATE)).shape == (1, mfcc.KEPT)


def test_a_sound_finds_the_same_sound_in_other_noise():
    pitches = (150, 700, 3000)
    pool = [tone(pitch, seed=1) for pitch in pitches]
    encoder = classic.learn("mfcc", pool)
    found = encoder.encode([tone(pitch, seconds=0.7, seed=2) for pitch in pitches]) @ encoder.encode(pool).T
    assert found.argmax(axis=1).tolist() == [0, 1, 2]


def test_one_sound_alone_is_all_average():
    assert not classic.learn("mfcc", [tone(300)]).encode([tone(300)]).any()
