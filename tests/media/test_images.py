from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from wares import media
from wares.errors import MediaError
from wares.settings import MediaLimits

RED, WHITE = (255, 0, 0), (255, 255, 255)


def encoded(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def decoded(image, format, **options):
    picture = media.decode_image(encoded(image, format, **options))
    assert picture.mode == "RGB"
    return picture


def halves(mode="RGB"):
    """Left red, right blue, 48 × 32: tells turns and mirrors apart when one corner is green."""
    image = Image.new("RGB", (48, 32), "red")
    image.paste((0, 0, 255), (24, 0, 48, 32))
    image.paste((0, 255, 0), (0, 0, 12, 12))
    return image.convert(mode)


def far(left, right):
    return int(np.abs(np.asarray(left, np.int16) - np.asarray(right, np.int16)).mean())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_gives_the_same_picture(format):
    assert far(decoded(halves(), format), halves()) <= 6


def test_the_first_frame_of_an_animation_is_taken():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for format in ("GIF", "WEBP", "PNG", "TIFF"):
        assert far(decoded(frames[0], format, save_all=True, append_images=frames[1:]), frames[0]) <= 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pictures_are_turned_upright(orientation, format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(halves(), format, exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    assert expected.size == ((48, 32) if orientation < 5 else (32, 48))
    assert far(media.decode_image(data), expected) == 0


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_does_not_cost_the_picture():
    data = encoded(halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken")
    assert media.decode_image(data).size == (48, 32)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparency_becomes_white(mode, format):
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 0)).convert(mode)
    assert decoded(image, format).getpixel((4, 4)) == WHITE


def test_half_transparency_is_mixed_with_white():
    assert decoded(Image.new("RGBA", (8, 8), (255, 0, 0, 128)), "PNG").getpixel((4, 4)) == (255, 127, 127)


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_colour(format):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 0)
    picture = decoded(image, format, transparency=0)
    assert (picture.getpixel((0, 0)), picture.getpixel((4, 4))) == (WHITE, RED)


def test_a_transparent_colour_of_an_rgb_png():
    picture = decoded(halves(), "PNG", transparency=(0, 0, 255))
    assert (picture.getpixel((40, 20)), picture.getpixel((20, 20))) == (WHITE, RED)


def test_grey_and_bilevel_pictures():
    assert decoded(Image.new("L", (8, 8), 90), "JPEG").getpixel((4, 4)) == (90, 90, 90)
    assert decoded(Image.new("1", (8, 8), 1), "PNG").getpixel((4, 4)) == WHITE


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(format):
    ramp = np.linspace(0, 65535, 64 * 4).astype(np.uint16).reshape(4, 64)
    picture = decoded(Image.fromarray(ramp), format)
    assert far(np.asarray(picture)[..., 0], (ramp / 257).round()) <= 1
    assert picture.getpixel((63, 3)) == WHITE


def test_floats_from_zero_to_one_are_scaled():
    ramp = np.linspace(0, 1, 16).astype(np.float32).reshape(1, 16)
    assert np.asarray(decoded(Image.fromarray(ramp), "TIFF"))[0, :, 0].tolist() == [17 * step for step in range(16)]


def without_adobe(jpeg):
    """The same file without its APP14 marker, which says that inks are stored inverted."""
    start = jpeg.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", jpeg, start + 2)
    return jpeg[:start] + jpeg[start + 2 + length :]


def test_cmyk_is_right_with_and_without_adobes_marker():
    inks = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # full magenta and yellow: red
    jpeg = encoded(inks, "JPEG", quality=95)
    assert b"Adobe" in jpeg
    assert far(media.decode_image(jpeg), Image.new("RGB", (16, 16), RED)) <= 3
    inverse = encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 255)), "JPEG", quality=95)
    assert far(media.decode_image(without_adobe(inverse)), Image.new("RGB", (16, 16), RED)) <= 3
    assert far(decoded(inks, "TIFF"), Image.new("RGB", (16, 16), RED)) <= 3


def test_an_unusable_colour_profile_does_not_cost_the_picture():
    for profile in (b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()):
        data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", icc_profile=profile)
        assert far(media.decode_image(data), Image.new("RGB", (16, 16), RED)) <= 3


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = zlib.compressobj()
    row = b"\0" * (3 * width + 1)
    body = b"".join(pixels.compress(row) for _ in range(200)) + pixels.flush()
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8000, 9000, 12000, 30000])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(side):
    data = png_header(side, side)
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(MediaError, match=r"big\.png: has .*at most 60,000,000"):
        media.decode_image(data, name="big.png")
    assert time.monotonic() - started < 1
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_the_limit_counts_pixels_exactly():
    data = encoded(halves(), "PNG")
    assert media.decode_image(data, MediaLimits(max_pixels=48 * 32)).size == (48, 32)
    with pytest.raises(MediaError, match="48 × 32"):
        media.decode_image(data, MediaLimits(max_pixels=48 * 32 - 1))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.4 ...", "is application/pdf, not a picture; give one of JPEG"),
        (b"<!doctype html><title>404</title>", "is text/html, not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is image/svg.xml, not a picture"),
        (b"not found", "is text/plain, not a picture"),
        (b"\0\1\2\3", "data of an unknown kind"),
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "image/heic that cannot be opened"),
    ],
)
def test_what_is_no_picture_is_told_by_what_it_is(data, words):
    with pytest.raises(MediaError, match=f"photo.jpg: .*{words}"):
        media.decode_image(data, name="photo.jpg")


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_truncated_file_is_refused_by_name(format):
    data = encoded(NOISE, format)
    for part in (0.9, 0.5, 0.1):
        with pytest.raises(MediaError, match=r"^cut: .*(damaged|not supported)"):
            media.decode_image(data[: int(len(data) * part)], name="cut")


SAMPLES = [encoded(NOISE.resize((24, 16)), format) for format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8))
def test_damaged_bytes_give_a_picture_or_a_media_error(data, changes):
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    try:
        assert media.decode_image(bytes(damaged), MediaLimits(max_pixels=1_000_000)).mode == "RGB"
    except MediaError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("at_least", "size"),
    [((100, 100), (250, 125)), ((125, 125), (250, 125)), ((126, 126), (500, 250)), ((9, 9), (125, 63))],
)
def test_a_large_jpeg_may_be_decoded_smaller_but_never_too_small(at_least, size):
    data = encoded(Image.new("RGB", (1000, 500), "red"), "JPEG")
    assert media.decode_image(data, at_least=at_least).size == size
    assert media.decode_image(data, at_least=(2000, 2000)).size == (1000, 500)


def test_the_smaller_size_is_that_of_the_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.new("RGB", (1000, 500), "red"), "JPEG", exif=exif)
    assert media.decode_image(data, at_least=(250, 125)).size == (250, 500)
    assert media.decode_image(data, at_least=(125, 250)).size == (125, 250)


@pytest.mark.parametrize(
    ("size", "expected"), [((3000, 1500), (640, 320)), ((300, 900), (213, 640)), ((9, 9), (9, 9))]
)
def test_a_picture_for_encoders_is_never_large_and_never_enlarged(size, expected):
    for format in ("JPEG", "PNG"):
        picture = media.picture(encoded(Image.new("RGB", size, "red"), format))
        assert picture.size == expected
        assert picture.getpixel((4, 4))[0] >= 253


PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "grocery.dev.zip"


@pytest.mark.skipif(not PHOTOS.exists(), reason="needs the grocery photos beside the project")
def test_real_photographs_decode_as_pillow_shows_them():
    with zipfile.ZipFile(PHOTOS) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")][::150]
        for name in names:
            data = archive.read(name)
            assert media.sniff(data).mime == "image/jpeg"
            expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
            assert far(media.decode_image(data, name=name), expected) == 0
    assert len(names) > 10
