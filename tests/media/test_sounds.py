"""Sounds out of bytes: what is read, and what is wrong with the rest."""

import io
import wave

import numpy as np
import pytest

pytest.importorskip("av")

from wares import media
from wares.errors import MediaError
from wares.media.decoding import Decoder
from wares.media.sounds import RATE
from wares.settings import MediaLimits

MAX_SECONDS = 10


def wav(samples, rate=RATE, channels=1):
    """A WAV file of 16 bits."""
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.asarray(samples) * 32767).astype("<i2").tobytes())
        return file.getvalue()


def test_samples_are_those_of_the_file():
    samples = np.sin(np.arange(4000) / 20) * 0.5
    found = media.decode_sound(wav(samples))
    assert found.rate == RATE
    assert found.samples.dtype == np.float32
    np.testing.assert_allclose(found.samples, samples, atol=1e-3)


def test_channels_are_mixed_and_rates_made_one():
    left, right = np.full(22_050, 0.5), np.full(22_050, -0.1)
    found = media.decode_sound(wav(np.stack([left, right], axis=1), rate=22_050, channels=2))
    assert len(found.samples) == pytest.approx(RATE, abs=50)
    assert float(np.median(found.samples)) == pytest.approx(0.2, abs=0.01)


def test_damaged_files_are_errors_and_no_crashes():
    """Bytes of the head are turned round one after the other; whatever that does to the decoder, the next is read."""
    whole = wav(np.sin(np.arange(500) / 5) * 0.5)
    with Decoder() as decoder:
        for at in range(44):
            damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            try:
                assert np.isfinite(decoder.sound(damaged).samples).all()
            except MediaError as told:
                assert "\n" not in str(told)
        assert len(decoder.sound(whole).samples) == 500


def test_a_sound_that_ends_the_decoder_is_one_broken_sound():
    whole = wav(np.zeros(500))
    with Decoder() as decoder:
        decoder.sound(whole)
        decoder._child.kill()
        with pytest.raises(MediaError, match=r"^x.wav: cannot be decoded as a sound: it is damaged"):
            decoder.sound(whole, name="x.wav")
        assert len(decoder.sound(whole).samples) == 500


def test_frames_of_mp3_are_read():
    silence = (b"\xff\xfb\x90\x64" + bytes(413)) * 60  # 128 kbit/s, 44.1 kHz
    found = media.decode_sound(silence)
    assert len(found.samples) == pytest.approx(60 * 1152 / 44_100 * RATE, rel=0.1)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 192_000])
def test_no_sample_of_any_rate_is_lost(rate):
    found = media.decode_sound(wav(np.sin(np.arange(rate) / 20) * 0.5, rate=rate))
    assert len(found.samples) == pytest.approx(RATE, abs=2)


def test_a_sound_of_just_the_limit_is_not_cut():
    found = media.decode_sound(wav(np.zeros(RATE)), MediaLimits(audio_s=1.0))
    assert len(found.samples) == RATE and not found.cut


def test_a_head_that_claims_ten_hours_is_not_believed():
    data = bytearray(wav(np.zeros(RATE)))
    data[40:44] = (10 * 3600 * RATE * 2).to_bytes(4, "little")
    assert len(media.decode_sound(bytes(data)).samples) <= 2 * RATE


def test_a_long_sound_is_cut():
    limits = MediaLimits(audio_s=MAX_SECONDS)
    found = media.decode_sound(wav(np.zeros(8_000 * (MAX_SECONDS + 5)), rate=8_000), limits)
    assert found.cut
    assert len(found.samples) == MAX_SECONDS * RATE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"hello, this is no sound at all", "is no sound"),
        (wav(np.zeros(100))[:30], "cannot be decoded|without any samples"),
        (b"OggS" + bytes(200), "cannot be decoded"),
        (b"fLaC" + bytes(200), "cannot be decoded"),
        (wav([]), "without any samples|cannot be decoded"),
    ],
)
def test_what_is_no_sound_is_told_in_one_line(data, why):
    with pytest.raises(MediaError, match=why) as told:
        media.decode_sound(data, name="bark.ogg")
    assert str(told.value).startswith("bark.ogg: ")
    assert "\n" not in str(told.value)
