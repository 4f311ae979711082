"""Videos out of bytes: shots by what is seen, and what is wrong with the rest. The videos are made here."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from wares import media
from wares.errors import MediaError
from wares.media.decoding import Decoder
from wares.media.shots import MOST, Cutter
from wares.settings import MediaLimits

av = pytest.importorskip("av")

RED, GREEN, BLUE, BLACK = (200, 40, 40), (40, 200, 40), (40, 40, 220), (0, 0, 0)
Scene = tuple[tuple[int, int, int], float]


def still(colour: tuple[int, int, int], size: tuple[int, int]) -> np.ndarray:
    """A picture of a colour with something in it to be sharp, unless it is black."""
    width, height = size
    picture = np.full((height, width, 3), colour, np.uint8)
    if any(colour):
        picture[height // 4 : height // 2, width // 4 : width // 2] = 255
        picture[::8, ::8] = 0
    return picture


def video(
    scenes: Sequence[Scene],
    *,
    container: str = "mp4",
    codec: str = "mpeg4",
    size: tuple[int, int] = (160, 120),
    rate: int = 12,
    times: Sequence[float] | None = None,
    sound: bool = False,
    subtitles: str = "",
) -> bytes:
    """A video of scenes, each a colour and how long it lasts; ``times`` are moments of frames, if they vary."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as out:
        track = out.add_stream(codec, rate=rate)
        track.width, track.height = size
        track.pix_fmt = "yuv420p"
        track.codec_context.time_base = Fraction(1, 1000)
        lines = av.open(io.BytesIO(subtitles.encode()), format="srt") if subtitles else None
        told = out.add_stream_from_template(lines.streams.subtitles[0]) if lines is not None else None
        heard = out.add_stream("aac" if container == "mp4" else "libopus", rate=48_000) if sound else None
        at = 0.0
        moments = iter(times or ())
        for colour, seconds in scenes:
            until = at + seconds
            while at < until - 1e-6:
                frame = av.VideoFrame.from_ndarray(still(colour, size), format="rgb24")
                frame.time_base = Fraction(1, 1000)
                frame.pts = round(next(moments, at) * 1000)
                out.mux(track.encode(frame))
                at += 1 / rate
        out.mux(track.encode())
        for packet in lines.demux() if lines is not None else ():
            if packet.dts is not None:
                packet.stream = told
                out.mux(packet)
        if heard is not None:
            tone = (0.3 * np.sin(np.arange(48_000) / 10)).astype(np.float32)[None]
            for start in range(0, 48_000, 960):
                piece = av.AudioFrame.from_ndarray(tone[:, start : start + 960], format="fltp", layout="mono")
                piece.rate, piece.pts = 48_000, start
                out.mux(heard.encode(piece))
            out.mux(heard.encode())
    return stream.getvalue()


THREE: Sequence[Scene] = ((RED, 2.0), (GREEN, 1.0), (BLUE, 2.0))


def colour_of(picture: Image.Image) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(picture)[-10, -10])


@pytest.mark.parametrize(("container", "codec"), [("mp4", "mpeg4"), ("matroska", "mpeg4"), ("webm", "libvpx")])
def test_shots_are_told_apart_by_what_is_seen(container: str, codec: str) -> None:
    footage = media.watch(video(THREE, container=container, codec=codec))
    assert [round(shot.start_s) for shot in footage.shots] == [0, 2, 3]
    assert [round(shot.end_s) for shot in footage.shots] == [2, 3, 5]
    for shot, (colour, _) in zip(footage.shots, THREE, strict=True):
        assert shot.start_s <= shot.poster_s <= shot.end_s
        assert max(abs(a - b) for a, b in zip(colour_of(shot.frame), colour, strict=True)) < 40
    assert footage.sound is None and not footage.cut
    assert footage.seconds == pytest.approx(5, abs=0.2)


def test_a_camera_that_moves_on_shows_another_thing() -> None:
    cutter: Cutter[float] = Cutter()
    wall = np.concatenate([still(colour, (64, 48)) for colour in (RED, GREEN, BLUE, RED)], axis=1)
    steps = range(0, wall.shape[1] - 64, 4)
    for step in steps:
        cutter.look(step / 8, wall[:, step : step + 64], lambda step=step: step)
    assert 3 <= len(cutter.shots(len(steps) / 2)) <= 8


def test_the_number_of_shots_is_bounded() -> None:
    cutter: Cutter[int] = Cutter()
    for at in range(3 * MOST):
        cutter.look(float(at), still((RED, GREEN, BLUE)[at % 3], (64, 48)), lambda at=at: at)
    shots = cutter.shots(3.0 * MOST)
    assert 1 <= len(shots) <= MOST
    assert all(one.end_s <= two.start_s + 1e-6 for (one, _), (two, _) in pairwise(shots))


def test_black_frames_are_no_shot() -> None:
    assert media.watch(video([(BLACK, 2.0)])).shots == ()
    middle = media.watch(video([(RED, 1.0), (BLACK, 1.0), (BLUE, 1.0)])).shots
    assert [colour_of(shot.frame)[0] > 100 for shot in middle] == [True, False]


def test_a_rate_that_varies_keeps_its_moments() -> None:
    times = [*np.arange(0, 1, 1 / 24), *np.arange(1, 9, 0.5)]
    scenes = [(RED, 24 / 12), (GREEN, 16 / 12)]
    footage = media.watch(video(scenes, times=times))
    assert [round(shot.start_s, 1) for shot in footage.shots] == [0.0, 1.0]
    assert footage.seconds == pytest.approx(8.5, abs=0.6)


def test_the_sound_of_a_video_is_decoded_with_it() -> None:
    data = video([(RED, 1.0)], sound=True)
    footage = media.watch(data)
    assert footage.sound is not None and len(footage.sound.samples) == pytest.approx(16_000, rel=0.1)
    assert len(media.decode_sound(data).samples) == pytest.approx(16_000, rel=0.1)


def test_a_recording_of_a_browser_is_a_sound() -> None:
    data = video([(RED, 1.0)], container="webm", codec="libvpx", sound=True)
    assert np.abs(media.decode_sound(data).samples).max() > 0.1


def test_no_more_than_the_limit_is_watched() -> None:
    footage = media.watch(video([(RED, 2.0), (BLUE, 4.0)]), MediaLimits(video_s=1.0))
    assert footage.cut and footage.seconds <= 1.1 and len(footage.shots) == 1


def test_what_is_there_of_a_truncated_video_is_used_or_it_is_told() -> None:
    whole = video(THREE, container="avi")
    assert 1 <= len(media.watch(whole[: len(whole) // 8]).shots) <= 2
    with pytest.raises(MediaError, match=r"^clip.mp4: cannot be decoded as a video") as told:
        media.watch(video(THREE)[:2000], name="clip.mp4")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is no video"),
        (b"hello, this is no video at all", "is no video"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(300), "cannot be decoded as a video"),
        (b"\x1a\x45\xdf\xa3" + bytes(300), "cannot be decoded as a video"),
        (b"RIFF\x00\x00\x00\x00AVI " + bytes(300), "cannot be decoded as a video"),
    ],
)
def test_what_is_no_video_is_told_in_one_line(data: bytes, told: str) -> None:
    with pytest.raises(MediaError, match=told):
        media.watch(data, name="clip.mp4")


def test_a_video_without_sound_has_none_to_decode() -> None:
    with pytest.raises(MediaError, match="there is no sound in it"):
        media.decode_sound(video([(RED, 1.0)]))


def test_damaged_bytes_end_in_one_line_or_in_what_could_be_read() -> None:
    whole = bytearray(video([(RED, 0.5), (BLUE, 0.5)]))
    random = np.random.default_rng(7)
    with Decoder() as decoder:
        for _ in range(25):
            damaged = bytearray(whole)
            for at in random.integers(0, len(whole), 20):
                damaged[at] ^= int(random.integers(1, 256))
            try:
                assert decoder.footage(bytes(damaged)).seconds >= 0
            except MediaError as told:
                assert "\n" not in str(told)
        assert len(decoder.footage(bytes(whole)).shots) == 2


def test_a_poster_and_a_preview_are_of_their_moment() -> None:
    data = video(THREE)
    assert colour_of(media.frame_at(data, 2.5))[1] > 150
    assert colour_of(media.frame_at(data, 99.0))[2] > 150
    moving = Image.open(io.BytesIO(media.preview(data, 2.0)))
    assert moving.format == "WEBP" and 10 <= moving.n_frames <= 24 and max(moving.size) <= 240


def test_a_moving_picture_that_is_given_as_a_video_is_one() -> None:
    stream = io.BytesIO()
    frames = [Image.fromarray(still(colour, (64, 48))) for colour in (RED,) * 8 + (BLUE,) * 8]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], duration=125)
    assert len(media.watch(stream.getvalue()).shots) == 2


SRT = """1
00:00:00,500 --> 00:00:01,500
Hello <i>there</i>, kettle

2
00:00:02,000 --> 00:00:03,000
second, line
"""


def test_embedded_subtitles_come_with_their_times() -> None:
    found = media.watch(video(THREE, container="matroska", subtitles=SRT)).subtitles
    assert [(one.start_s, one.end_s) for one in found] == [(0.5, 1.5), (2.0, 3.0)]
    assert "kettle" in found[0].text and found[1].text == "second, line"


@pytest.mark.parametrize(
    "data",
    [
        b"ffconcat version 1.0\nfile inner.mkv\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"v=0\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ],
)
@pytest.mark.parametrize("head", [b"", b"ID3\x03\x00\x00\x00\x00\x00\x00", b"\x00\x00\x01\xba"])
def test_a_list_of_other_files_is_no_medium(data: bytes, head: bytes, tmp_path, monkeypatch) -> None:
    (tmp_path / "inner.mkv").write_bytes(video([(RED, 1.0)], container="matroska"))
    monkeypatch.chdir(tmp_path)
    for decode in (media.watch, media.decode_sound, lambda data: media.frame_at(data, 0.0)):
        with pytest.raises(MediaError):
            decode(head + data)


QUARTERS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def turned(data: bytes, degrees: int) -> bytes:
    """An MP4 with a matrix that has players turn it to the right, as telephones write it."""
    a, b, c, d = (value << 16 for value in QUARTERS[degrees])
    at = data.index(b"tkhd") + 44
    return data[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + data[at + 36 :]


@pytest.mark.parametrize(("degrees", "side"), [(90, "right"), (180, "bottom"), (270, "left")])
def test_a_video_of_a_telephone_that_was_turned_is_upright(degrees: int, side: str) -> None:
    picture = still(BLUE, (160, 96))
    picture[:24] = RED  # what was at the top is at that side
    data = turned(filmed([picture] * 4), degrees)
    size = (160, 96) if degrees == 180 else (96, 160)
    for found in (media.watch(data).shots[0].frame, media.frame_at(data, 0.1)):
        assert found.size == size
        places = {"right": (size[0] - 6, 70), "bottom": (70, size[1] - 6), "left": (6, 70)}
        red, _, blue = found.getpixel(places[side])
        assert red > 150 > blue
    assert Image.open(io.BytesIO(media.preview(data, 0.0))).size == size


def filmed(pictures: Sequence[np.ndarray], step_s: float = 0.1) -> bytes:
    """An MP4 of pictures, so many seconds apart."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as out:
        track = out.add_stream("mpeg4", rate=10)
        track.height, track.width = pictures[0].shape[:2]
        track.pix_fmt, track.bit_rate = "yuv420p", 2_000_000
        track.codec_context.time_base = Fraction(1, 1000)
        for at, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(at * step_s * 1000), Fraction(1, 1000)
            out.mux(track.encode(frame))
        out.mux(track.encode())
    return stream.getvalue()


def test_a_video_of_ten_hours_is_watched_as_far_as_the_limit() -> None:
    hours = filmed([still((RED, GREEN, BLUE)[at % 3], (64, 48)) for at in range(600)], step_s=60)
    footage = media.watch(hours)
    assert footage.cut and footage.seconds <= 600 and 8 <= len(footage.shots) <= 11
    assert colour_of(media.frame_at(hours, 9.5 * 3600))[0] > 150


def test_a_picture_that_is_given_as_a_video_is_one_shot() -> None:
    stream = io.BytesIO()
    Image.fromarray(still(RED, (64, 48))).save(stream, "GIF")
    (shot,) = media.watch(stream.getvalue()).shots
    assert colour_of(shot.frame)[0] > 150


def test_a_codec_that_is_not_there_is_told_in_one_line() -> None:
    data = video([(RED, 0.5)], container="avi")
    assert b"FMP4" in data
    strange = data.replace(b"FMP4", b"ZZZZ")
    for decode in (media.watch, lambda data, name: media.frame_at(data, 0.0, name)):
        with pytest.raises(
            MediaError, match=r"^clip: cannot be decoded as a video: no decoder for its codec"
        ) as told:
            decode(strange, name="clip")
        assert "\n" not in str(told.value)


def test_a_video_whose_sound_has_a_codec_that_is_not_there_is_watched_without_it() -> None:
    data = video([(RED, 1.0)], container="webm", codec="libvpx", sound=True)
    assert b"A_OPUS" in data
    strange = data.replace(b"A_OPUS", b"A_ZZZZ")
    footage = media.watch(strange)
    assert len(footage.shots) == 1 and footage.sound is None
    with pytest.raises(MediaError, match="cannot be decoded as a sound: no decoder for its codec"):
        media.decode_sound(strange)
