"""Barcodes, drawn here module by module."""

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from wares.errors import MediaError
from wares.extraction import build
from wares.extraction.base import Extractor
from wares.gtins import code_words
from wares.media.footage import Footage, Shot
from wares.media.sounds import Sound
from wares.settings import Environment, ExtractionSettings

pytest.importorskip("zxingcpp", reason='barcodes need pip install "wares[labels]"')

# ISO/IEC 15420: the digits of the left half with odd parity; even parity is the right half's pattern read backwards.
ODD = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"]
RIGHT = ["".join("10"[int(bit)] for bit in digit) for digit in ODD]
EVEN = [digit[::-1] for digit in RIGHT]
PARITY = ["OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO"]


def ean13(digits: str, module: int = 3, height: int = 120) -> Image.Image:
    first, left, right = int(digits[0]), digits[1:7], digits[7:]
    halves = (
        "".join((ODD if kind == "O" else EVEN)[int(digit)] for digit, kind in zip(left, PARITY[first], strict=True)),
        "".join(RIGHT[int(digit)] for digit in right),
    )
    bits = "0" * 11 + "101" + halves[0] + "01010" + halves[1] + "101" + "0" * 11
    row = np.array([[0 if bit == "1" else 255 for bit in bits]], dtype=np.uint8)
    return Image.fromarray(row).resize((len(bits) * module, height), Image.Resampling.NEAREST).convert("RGB")


def on_a_box(code: Image.Image, place: tuple[int, int], size: tuple[int, int] = (900, 700)) -> Image.Image:
    box = Image.new("RGB", size, (206, 190, 160))
    ImageDraw.Draw(box).rectangle((40, 40, 300, 200), fill=(120, 30, 30))
    box.paste(code, place)
    return box


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    return build("codes", Environment(cache=tmp_path_factory.mktemp("cache"), offline=True), ExtractionSettings())


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 12])
def test_an_ean_is_read_whichever_way_it_lies_and_told_where(codes: Extractor, turn: int) -> None:
    image = on_a_box(ean13("4006381333931"), (500, 500)).rotate(turn, expand=True, fillcolor="white")
    (passage,) = codes.extract(image)
    assert (passage.kind, passage.text) == ("code", "4006381333931")
    assert passage.box is not None
    left, top, right, bottom = passage.box
    x, y = (left + right) / 2 * image.width - image.width / 2, (top + bottom) / 2 * image.height - image.height / 2
    angle = np.radians(turn)
    back = (x * np.cos(angle) - y * np.sin(angle) + 450, x * np.sin(angle) + y * np.cos(angle) + 350)
    assert back == pytest.approx((500 + 339 / 2, 560), abs=25)


def test_codes_are_told_from_top_to_bottom_and_each_once(codes: Extractor) -> None:
    image = on_a_box(ean13("9780306406157"), (300, 500))
    image.paste(ean13("4006381333931"), (500, 20))
    image.paste(ean13("9780306406157"), (100, 260))
    assert [passage.text for passage in codes.extract(image)] == ["4006381333931", "9780306406157"]


def test_a_upc_finds_the_goods_however_their_feed_writes_it(codes: Extractor) -> None:
    (passage,) = codes.extract(on_a_box(ean13("0036000291452"), (300, 300)))  # the bars of UPC-A 036000291452
    assert set(code_words(passage.text)) >= {"00036000291452", "0036000291452", "036000291452"}


def test_a_small_blurred_code_is_read(codes: Extractor) -> None:
    image = on_a_box(ean13("4006381333931", module=2, height=60), (150, 200), (500, 400))
    blurred = image.filter(ImageFilter.GaussianBlur(0.9))
    assert [passage.text for passage in codes.extract(blurred)] == ["4006381333931"]


def test_of_blurred_bars_one_code_is_told_and_a_upc_e_beside_it_is_not(codes: Extractor) -> None:
    import zxingcpp

    short = zxingcpp.create_barcode("01234565", zxingcpp.BarcodeFormat.UPCE)
    alone = Image.fromarray(np.asarray(short.to_image(scale=3, add_quiet_zones=True))).convert("RGB")
    assert [passage.text for passage in codes.extract(alone)] == ["0012345000065"]
    image = on_a_box(ean13("4006381333931"), (500, 500))
    image.paste(alone, (80, 300))
    assert [passage.text for passage in codes.extract(image)] == ["4006381333931"]


def test_other_kinds_are_read_and_long_texts_are_cut(codes: Extractor) -> None:
    import zxingcpp

    kinds = {"QRCode": "https://example.com/" + "a" * 400, "DataMatrix": "LOT 42", "Code128": "ABC-123"}
    for kind, text in kinds.items():
        code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
        image = Image.fromarray(np.asarray(code.to_image(scale=4, add_quiet_zones=True)))
        assert [passage.text for passage in codes.extract(image)] == [text[:300]]


def test_a_code_that_stays_over_shots_has_one_passage_with_its_times(codes: Extractor) -> None:
    shown, bare = on_a_box(ean13("4006381333931"), (100, 100), (640, 480)), Image.new("RGB", (640, 480), "grey")
    shots = [(0.0, 2.0, shown), (2.0, 3.5, shown), (3.5, 5.0, bare), (5.0, 8.0, shown)]
    footage = Footage(8.0, tuple(Shot(start, end, start, frame) for start, end, frame in shots))
    found = [(passage.text, passage.start_s, passage.end_s) for passage in codes.extract(footage)]
    assert found == [("4006381333931", 0.0, 3.5), ("4006381333931", 5.0, 8.0)]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2), (300, 300)])
def test_pictures_without_codes_have_none_whatever_their_shape(codes: Extractor, size: tuple[int, int]) -> None:
    assert codes.extract(Image.new("RGB", size, "white")) == ()


def test_noise_is_no_code_and_is_done_with_in_time(codes: Extractor) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (6000, 6000), dtype=np.uint8)
    start = time.perf_counter()
    assert codes.extract(Image.fromarray(noise)) == ()
    assert time.perf_counter() - start < 15


def test_a_sound_has_no_barcode(codes: Extractor) -> None:
    with pytest.raises(MediaError, match="neither a picture nor a video"):
        codes.extract(Sound(np.zeros(100, dtype=np.float32), 16000))
