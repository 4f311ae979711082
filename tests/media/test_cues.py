"""Files of subtitles: SRT and WebVTT in the encodings that people write, and what is wrong with the rest."""

from __future__ import annotations

import codecs

import pytest

from wares import media
from wares.errors import MediaError

SRT = """1
00:00:00,500 --> 00:00:01,500
How to fill the <i>kettle</i>
with water

2
00:01:02,000 --> 01:00:03,25
再把水倒掉，等它凉下来 &amp; 擦干
"""
VTT = """WEBVTT - a kettle

NOTE nothing to be read

STYLE
::cue { color: white }

first
00:00.500 --> 00:01.500 align:start line:0
<v Ada>How to fill the kettle
with water

01:02.000 --> 01:00:03.250
再把水倒掉，等它凉下来 &amp; 擦干
"""


@pytest.mark.parametrize("text", [SRT, VTT, SRT.replace("\n", "\r\n"), VTT.replace("\n", "\r\n")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_cues_come_with_their_times_in_any_encoding(text: str, encoding: str) -> None:
    first, second = media.subtitles(text.encode(encoding)).subtitles
    assert (first.start_s, first.end_s) == (0.5, 1.5)
    assert "kettle" in first.text and first.text.endswith("with water")
    assert (second.start_s, second.end_s, second.text) == (62.0, 3603.25, "再把水倒掉，等它凉下来 & 擦干")


def test_utf_16_of_either_order_is_read() -> None:
    data = codecs.BOM_UTF16_BE + SRT.encode("utf-16-be")
    assert len(media.subtitles(data).subtitles) == 2


def test_western_letters_without_unicode_are_read() -> None:
    data = "1\n00:00:01,000 --> 00:00:02,000\nUne théière à chauffer, s'il vous plaît\n".encode("cp1252")
    assert "théière" in media.subtitles(data).subtitles[0].text


def test_a_broken_cue_hides_no_other() -> None:
    broken = VTT.replace("00:00.500 --> 00:01.500", "00:00.5xx --> soon") + "\n00:09.000 --> 00:08.000\nbackwards\n"
    (left,) = media.subtitles(broken.encode()).subtitles
    assert left.start_s == 62.0


def test_a_file_that_is_cut_off_gives_what_is_there() -> None:
    assert [cue.start_s for cue in media.subtitles(SRT.encode()[:60]).subtitles] == [0.5]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "holds no line of subtitles"),
        (b"WEBVTT\n", "holds no line of subtitles"),
        (b"1\n00:00:0x,000 -> 00:00:01\nhello\n", "holds no line of subtitles"),
        (b"<html><body>404</body></html>", "holds no line of subtitles"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no file of subtitles"),
        (bytes(6_000_000), "is larger than 5,000,000 bytes"),
    ],
)
def test_what_is_no_file_of_subtitles_is_told_in_one_line(data: bytes, told: str) -> None:
    with pytest.raises(MediaError, match=told) as error:
        media.subtitles(data, "kettle.srt")
    assert str(error.value).startswith("kettle.srt: ") and "\n" not in str(error.value)


def test_cues_without_end_are_bounded() -> None:
    cue = "00:01.000 --> 00:02.000\nword\n\n"
    assert len(media.subtitles((cue * 20_000).encode()).subtitles) == 10_000
