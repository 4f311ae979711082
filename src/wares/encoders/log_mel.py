"""What CLAP models hear: log-mel spectra of ten seconds, as an export's ``preprocessor_config.json`` says.

The numbers are those of Hugging Face's ClapFeatureExtractor for models without fusion (Wu et al., "Large-scale
Contrastive Language-Audio Pretraining", 2023): power spectra of Hann windows, mel bands after Slaney, decibels.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.encoders.spectrum import framed, slaney_bands
from wares.errors import SetupError
from wares.media.sounds import RATE, Sound

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Half the length of the low-pass filter that raises the rate, in samples before.
_TAPS = 32
_LEAST = 1e-10


class LogMel(msgspec.Struct, frozen=True, kw_only=True):
    """A sound → its log-mel spectrum, (1, frames, bands). The fields are those of the file."""

    feature_size: int = 64
    sampling_rate: int = 48_000
    hop_length: int = 480
    fft_window_size: int = 1024
    nb_max_samples: int = 480_000
    frequency_min: float = 50.0
    frequency_max: float = 14_000.0
    padding: str = "repeatpad"
    truncation: str = "rand_trunc"

    @classmethod
    def read(cls, path: Path) -> LogMel:
        """What an export's file says. :class:`SetupError` for one that cannot be read, or that asks for what is not
        here: fused spectra of long sounds, rates that are no multiple of ours."""
        try:
            found = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError) as error:
            raise SetupError(f"{path} says nothing of how sounds are prepared: {error}") from error
        if found.truncation != "rand_trunc" or found.padding not in ("repeatpad", "repeat", "pad"):
            raise SetupError(f"{path}: {found.truncation}, {found.padding}: use a CLAP model without fusion")
        if found.sampling_rate % RATE or found.sampling_rate <= 0:
            raise SetupError(f"{path}: {found.sampling_rate} samples a second, which is no multiple of {RATE}")
        if min(found.hop_length, found.nb_max_samples) < 1 or found.fft_window_size < 2 or found.feature_size < 1:
            raise SetupError(f"{path}: sizes that are not above 0")
        return found

    def __call__(self, sound: Sound) -> Vectors:
        samples = self._of_length(raised(sound.samples, self.sampling_rate // sound.rate))
        half = self.fft_window_size // 2
        frames = framed(np.pad(samples, half, mode="reflect"), self.fft_window_size, self.hop_length)
        window = np.hanning(self.fft_window_size + 1)[:-1]
        power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
        bands = slaney_bands(
            self.fft_window_size, self.sampling_rate, self.feature_size, self.frequency_min, self.frequency_max
        )
        decibels = 10 * np.log10(np.maximum(power @ bands.T, _LEAST))
        return decibels.astype(np.float32)[None]

    def _of_length(self, samples: Vectors) -> Vectors:
        """The middle of a longer sound (the original takes any part by lot); a shorter one again and again."""
        wanted, given = self.nb_max_samples, len(samples)
        if given >= wanted:
            begin = (given - wanted) // 2
            return samples[begin : begin + wanted]
        times = 1 if not given or self.padding == "pad" else wanted // given + (self.padding == "repeat")
        repeated = np.tile(samples, times)[:wanted]
        return np.pad(repeated, (0, wanted - len(repeated)))


def raised(samples: Vectors, factor: int) -> Vectors:
    """A sound at ``factor`` times its rate: samples between, by a windowed sinc. What is above half the old rate was
    lost before and does not come back."""
    if factor == 1 or not len(samples):
        return samples
    between = np.zeros(len(samples) * factor)
    between[::factor] = samples
    at = np.arange(-_TAPS * factor, _TAPS * factor + 1)
    kernel = np.sinc(at / factor) * np.kaiser(len(at), 8.0)
    return np.convolve(between, kernel, mode="same")[: len(between)].astype(np.float32)
