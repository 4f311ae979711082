"""Words on labels, drawn here."""

import logging
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from wares.errors import MediaError, MissingExtra
from wares.extraction import build
from wares.extraction.base import Extractor
from wares.extraction.lines import Line, in_order, is_text, language, plain
from wares.media.footage import Footage, Shot
from wares.media.sounds import Sound
from wares.settings import Environment, ExtractionSettings

CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
LINES = (("Nordhaven Oat Drink", 60), ("12 x 330 ml", 44), ("Ingredients: water, oats 12%", 26))


def label(
    lines: Sequence[tuple[str, int]] = LINES, size: tuple[int, int] = (800, 500), font: str = ""
) -> Image.Image:
    image = Image.new("RGB", size, (240, 230, 200))
    draw, top = ImageDraw.Draw(image), 40
    for text, height in lines:
        face = ImageFont.truetype(font, height) if font else ImageFont.load_default(height)
        draw.text((60, top), text, fill=(20, 20, 60), font=face)
        top += round(height * 1.8)
    return image


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    pytest.importorskip("rapidocr", reason='words in pictures need pip install "wares[labels]"')
    return build("labels", Environment(cache=tmp_path_factory.mktemp("cache"), offline=True), ExtractionSettings())


def texts(labels: Extractor, image: Image.Image) -> list[str]:
    return [passage.text for passage in labels.extract(image)]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 10])
def test_a_label_is_read_line_by_line_whichever_way_up_it_is(labels: Extractor, turn: int) -> None:
    found = texts(labels, label().rotate(turn, expand=True, fillcolor=(240, 230, 200)))
    assert [text.replace(" ", "") for text in found] == [text.replace(" ", "") for text, _ in LINES]


def test_a_line_says_where_it_stands_its_language_and_how_sure_it_is(labels: Extractor) -> None:
    first = labels.extract(label())[0]
    assert (first.kind, first.language) == ("label", "en")
    assert first.certainty > 0.9
    assert first.box is not None
    assert first.box == pytest.approx((60 / 800, 45 / 500, 0.78, 110 / 500), abs=0.06)


@pytest.mark.skipif(not CHINESE.exists(), reason="no Chinese font is installed (fonts-noto-cjk)")
def test_chinese_is_read_and_wide_letters_are_told_as_narrow_ones(labels: Extractor) -> None:
    found = labels.extract(label((("全脂纯牛奶", 60), ("５００ｍＬ", 50)), font=str(CHINESE)))
    assert [(passage.text.replace(" ", ""), passage.language) for passage in found] == [
        ("全脂纯牛奶", "zh"),
        ("500mL", "en"),
    ]


def test_a_line_that_stays_over_shots_is_one_passage(labels: Extractor) -> None:
    one, other = label((("Nordhaven", 60),), (640, 360)), label((("Nordhaven", 60), ("Oat Drink", 44)), (640, 360))
    bare = Image.new("RGB", (640, 360), "grey")
    shots = [(0.0, 2.0, one), (2.0, 4.0, other), (4.0, 5.0, bare), (5.0, 6.0, one)]
    footage = Footage(6.0, tuple(Shot(start, end, start, frame) for start, end, frame in shots))
    found = [(line.kind, line.text.replace(" ", ""), line.start_s, line.end_s) for line in labels.extract(footage)]
    assert found == [
        ("screen", "Nordhaven", 0.0, 4.0),
        ("screen", "OatDrink", 2.0, 4.0),
        ("screen", "Nordhaven", 5.0, 6.0),
    ]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (1, 6000), (6000, 2), (64, 3000), (500, 500)])
def test_a_picture_without_words_has_none_whatever_its_shape(labels: Extractor, size: tuple[int, int]) -> None:
    assert labels.extract(Image.new("RGB", size, "white")) == ()


def test_a_strip_is_read_as_well(labels: Extractor) -> None:
    assert texts(labels, label((("Nordhaven 500 ml", 40),), (1600, 110))) == ["Nordhaven 500 ml"]


def test_a_huge_picture_takes_bounded_time(labels: Extractor) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (6000, 6000, 3), dtype=np.uint8))
    noise.paste(label().resize((3200, 2000)), (100, 100))
    start = time.perf_counter()
    assert "12 x 330 ml" in texts(labels, noise)
    assert time.perf_counter() - start < 20


def test_of_a_crowded_picture_the_largest_lines_are_read(labels: Extractor) -> None:
    crowd = Image.new("RGB", (1600, 1600), "white")
    draw = ImageDraw.Draw(crowd)
    for row in range(48):
        for column in range(4):
            draw.text(
                (20 + column * 400, 120 + row * 30), f"line {row} of {column}", "black", ImageFont.load_default(18)
            )
    draw.text((20, 20), "Nordhaven", "black", ImageFont.load_default(70))
    found = texts(labels, crowd)
    assert "Nordhaven" in found[0]
    assert 20 < len(found) <= 100


def test_threads_share_it_and_read_the_same(labels: Extractor) -> None:
    image, found = label(), []
    threads = [threading.Thread(target=lambda: found.append(labels.extract(image))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [labels.extract(image)] * 4


def test_nothing_is_fetched_written_or_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rapidocr = pytest.importorskip("rapidocr", reason='words in pictures need pip install "wares[labels]"')
    folder = Path(rapidocr.__file__).parent
    before = sorted(folder.rglob("*.[!p]*"))

    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.chdir(tmp_path)
    engine = build("labels", Environment(cache=tmp_path / "cache", offline=True), ExtractionSettings())
    assert engine.extract(label()) and engine.extract(Image.new("RGB", (50, 50))) == ()
    assert list(tmp_path.iterdir()) == []
    assert sorted(folder.rglob("*.[!p]*")) == before
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("RapidOCR").level == logging.CRITICAL


def test_a_sound_has_no_label(labels: Extractor) -> None:
    with pytest.raises(MediaError, match="neither a picture nor a video"):
        labels.extract(Sound(np.zeros(100, dtype=np.float32)))


@pytest.mark.parametrize(("name", "library"), [("labels", "rapidocr"), ("codes", "zxingcpp")])
def test_without_its_library_it_says_what_to_install(
    name: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"wares.extraction.{name}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=r'pip install "wares\[labels\]"'):
        build(name, Environment(cache=tmp_path), ExtractionSettings())


# -- what is made of lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("５００ｍＬ", "500mL"),
        ("5 0 0 m L", "500 mL"),
        ("50 0mL", "500mL"),
        ("1 2 x 3 3 0 ml", "1 2 x 330 ml"),
        ("2.5 k g", "2.5 kg"),
        ("20 30 ml", "20 30 ml"),
        ("12 x 330 ml", "12 x 330 ml"),
        ("5 0 0 years", "5 0 0 years"),
        ("净含量：２５０毫升", "净含量：250毫升"),
        ("a" * 300, "a" * 200),
    ],
)
def test_measures_are_told_in_one_piece_and_other_words_as_they_are(read: str, meant: str) -> None:
    assert plain(read) == meant


@pytest.mark.parametrize(
    ("text", "certainty", "kept"),
    [
        ("Nordhaven", 0.7, True),
        ("Nordhaven", 0.3, False),
        ("奶", 0.5, False),
        ("奶", 0.95, True),
        ("--", 0.99, False),
    ],
)
def test_what_is_no_text_is_dropped(text: str, certainty: float, kept: bool) -> None:
    assert is_text(text, certainty) is kept


@pytest.mark.parametrize(
    ("text", "code"), [("Milk", "en"), ("纯牛奶 milk", "zh"), ("250", ""), ("ミルク", ""), ("Молоко", "")]
)
def test_the_language_is_told_by_the_script(text: str, code: str) -> None:
    assert language(text) == code


def test_lines_are_told_row_by_row_and_from_left_to_right() -> None:
    def line(text: str, left: float, top: float) -> Line:
        corners = np.array([[left, top], [left + 90, top], [left + 90, top + 20], [left, top + 20]], dtype=np.float32)
        return Line(text, 1.0, corners)

    lines = [line("d", 10, 60), line("b", 120, 4), line("a", 10, 8), line("c", 230, 0)]
    assert [one.text for one in in_order(lines)] == ["a", "b", "c", "d"]
    assert in_order([]) == []
