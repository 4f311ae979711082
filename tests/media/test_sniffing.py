from __future__ import annotations

import io
import wave
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wares import media


@pytest.mark.parametrize(
    ("format", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("AVIF", "image/avif"),
        ("ICO", "image/x-icon"),
    ],
)
def test_what_pillow_writes_is_told_by_its_content(format, mime):
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, format)
    assert media.sniff(file.getvalue()) == ("image", mime)


def test_sounds_and_archives_of_the_standard_library_are_told_by_their_content():
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 10)
    assert media.sniff(file.getvalue()) == ("audio", "audio/wav")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", "b")
    assert media.sniff(file.getvalue()) == (None, "application/zip")


@pytest.mark.parametrize(
    ("data", "modality", "mime"),
    [
        (b"%PDF-1.7\n", None, "application/pdf"),
        (b"<!DOCTYPE html><html></html>", None, "text/html"),
        (b"\xef\xbb\xbf\n <HTML>", None, "text/html"),
        (b'<?xml version="1.0"?>\n<!-- a drawing --><svg xmlns="...">', None, "image/svg+xml"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video", "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio", "audio/mp4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image", "image/heic"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video", "video/webm"),
        (b"ID3\x04\0\0", "audio", "audio/mpeg"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "video", "video/ogg"),
        ("红色连衣裙，棉".encode() * 200, "text", "text/plain"),
        ("x" + "红" * 2000, "text", "text/plain"),
        (b"a plain note\n", "text", "text/plain"),
        ("é".encode("latin-1") * 2000, None, "application/octet-stream"),
        (b"\0\1\2\3", None, "application/octet-stream"),
        (b"", None, "application/octet-stream"),
    ],
)
def test_kinds(data, modality, mime):
    assert media.sniff(data if isinstance(data, bytes) else data.encode()) == (modality, mime)


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1).filter(lambda text: text.isprintable()))
def test_any_printable_text_is_text_or_names_a_signature(text):
    kind = media.sniff(text.encode())
    assert kind.modality == "text" or kind.mime != "application/octet-stream"


@given(st.binary(max_size=2000))
def test_any_bytes_have_a_kind(data):
    assert "/" in media.sniff(data).mime


def test_the_key_is_that_of_the_content_alone():
    # BLAKE2b with a digest of 16 bytes, of nothing: `b2sum -l 128 /dev/null`.
    assert media.content_key(b"") == "cae66941d9efbd404e4d88758ea67670"
    assert media.content_key(b"a") != media.content_key(b"b")
