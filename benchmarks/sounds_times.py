"""How much sound is read in a second: decoded, described, placed; and all of it, as a shop reads it.

    python -m benchmarks.sounds_times [FOLDER OF THE DATA SETS]

Every second clip (Ogg, 16 kHz), and all of them in a row as a WAV of ten minutes, ten seconds at a time, as the sound
of a film is read. Figures are seconds of sound a second of one core, counted in processor time of this process and of
the one that decodes, its start with it, since other work may run beside them; the wall's clock stands beside. The
best of three rounds. "Bare" are the parts alone: FFmpeg in this process, and numpy's spectra and mel bands without
anything made of them.
"""

from __future__ import annotations

import io
import resource
import sys
import time
import wave
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.sounds import DATA
from wares.encoders.base import Encoder
from wares.encoders.hearing import FRAME, STEP, SoundTower
from wares.encoders.sounds import sound_encoders
from wares.encoders.spectrum import framed, mel_bands
from wares.encoders.use import UseTower
from wares.fit.sounds.clips import FILE
from wares.media.decoding import Decoder
from wares.media.sounds import RATE, Sound
from wares.settings import Environment, MediaLimits

ROUNDS, LONG_S, STRETCH_S = 3, 600, 10


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    environment = Environment.read()
    places = [
        one for one in sound_encoders(Encoder(UseTower(environment), "use"), environment) if one.modality == "audio"
    ]
    with zipfile.ZipFile(folder / FILE) as archive:
        files = [archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".ogg")][::2]
    sounds = _decoded(files)
    seconds = sum(len(sound.samples) for sound in sounds) / RATE
    print(f"{len(files)} clips, {seconds:.0f} s of sound\n")
    print("| seconds of sound a second | of a core | of the clock |\n|---|---:|---:|")
    features = SoundTower().features(sounds)
    whole = np.resize(np.concatenate([sound.samples for sound in sounds]), LONG_S * RATE)
    ways: dict[str, tuple[float, Callable[[], object]]] = {
        "decoded, a process of its own": (seconds, lambda: _decoded(files)),
        "decoded, FFmpeg bare": (seconds, lambda: [_bare(data) for data in files]),
        "features": (seconds, lambda: SoundTower().features(sounds)),
        "mel spectra bare": (seconds, lambda: [_mel(sound) for sound in sounds]),
        "head and places": (seconds, lambda: [encoder.project(features) for encoder in places]),
        "all of it, clips": (seconds, lambda: _read([_decoded(files)], places)),
        "all of it, ten minutes": (LONG_S, lambda: _read([_stretches(_decoded([_wav(whole)])[0])], places)),
    }
    for name, (length, act) in ways.items():
        core, clock = (min(times) for times in zip(*(_timed(act) for _ in range(ROUNDS)), strict=True))
        print(f"| {name} | {length / core:,.0f} | {length / clock:,.0f} |")


def _decoded(files: Sequence[bytes]) -> list[Sound]:
    with Decoder() as decoder:
        return [decoder.sound(data, MediaLimits(audio_s=LONG_S)) for data in files]


def _bare(data: bytes) -> int:
    import av

    resampler = av.AudioResampler(format="fltp", rate=RATE, layout="mono")
    with av.open(io.BytesIO(data)) as container:
        return sum(one.samples for frame in container.decode(audio=0) for one in resampler.resample(frame))


def _mel(sound: Sound) -> object:
    size = round(FRAME * RATE)
    points = 1 << (size - 1).bit_length()
    frames = framed(sound.samples, size, round(STEP * RATE)) * np.hanning(size).astype(np.float32)
    return np.log((np.abs(np.fft.rfft(frames, points)) ** 2) @ mel_bands(points, RATE, 40).T + 1e-10)


def _read(sounds: Sequence[Sequence[Sound]], places: Sequence[Encoder]) -> None:
    for some in sounds:
        features = SoundTower().features(list(some))
        for encoder in places:
            encoder.project(features)


def _stretches(sound: Sound) -> list[Sound]:
    size = STRETCH_S * RATE
    return [Sound(sound.samples[at : at + size], RATE) for at in range(0, len(sound.samples), size)]


def _wav(samples: np.ndarray) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return held.getvalue()


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds of a core, this process's and its children's, and of the clock."""
    began, spent = time.perf_counter(), _spent()
    act()
    return _spent() - spent, time.perf_counter() - began


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
