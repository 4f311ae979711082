"""Products found by what their videos show: a shot is a picture with a time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import wares
from wares.records import Media, Product
from wares.settings import ExtractionSettings, Settings

av = pytest.importorskip("av")

SHOTS = Settings(model="basic", extraction=ExtractionSettings(take=("shots",)))


def scene(seed: int) -> np.ndarray:
    """A picture that looks like no other: patches of a few colours."""
    random = np.random.default_rng(seed)
    patches = random.integers(0, 256, (3, 4, 3), dtype=np.uint8)
    return patches.repeat(40, axis=0).repeat(40, axis=1)


def clip(*seeds: int, seconds: float = 1.5) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as out:
        track = out.add_stream("mpeg4", rate=10)
        track.width, track.height, track.pix_fmt, track.bit_rate = 160, 120, "yuv420p", 2_000_000
        for seed in seeds:
            for _ in range(round(seconds * 10)):
                out.mux(track.encode(av.VideoFrame.from_ndarray(scene(seed), format="rgb24")))
        out.mux(track.encode())
    return stream.getvalue()


def picture(seed: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(scene(seed)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def shop(tmp_path: Path):
    with wares.Shop.open(tmp_path / "shop", settings=SHOTS) as opened:
        opened.add(
            [
                Product(id="film", title="Film", media=(Media(clip(1, 2, 3), "video"),)),
                Product(id="other film", title="Other", media=(Media(picture(9)), Media(clip(4, 5), "video"))),
                Product(id="photo", title="Photo", media=(Media(picture(6)),)),
            ]
        )
        assert opened.extract().segments == 5
        yield opened


@pytest.mark.parametrize(("seed", "id", "start"), [(1, "film", 0.0), (3, "film", 3.0), (5, "other film", 1.5)])
def test_a_picture_finds_the_shot_that_shows_it(shop: wares.Shop, seed: int, id: str, start: float) -> None:
    hit = shop.search(image=picture(seed)).hits[0]
    assert hit.id == id
    assert hit.media is not None and hit.media.modality == "video" and hit.media.segment is not None
    assert hit.media.segment.start_s == pytest.approx(start, abs=0.2)
    assert hit.media.segment.poster_s is not None


def test_a_picture_of_a_product_is_still_its_picture(shop: wares.Shop) -> None:
    hit = shop.search(image=picture(9)).hits[0]
    assert (hit.id, hit.media.modality, hit.media.segment) == ("other film", "image", None)


def test_a_clip_finds_the_product_whose_video_it_is_from(shop: wares.Shop) -> None:
    assert shop.search(video=clip(2, 3)).hits[0].id == "film"
    assert shop.search(video=clip(4)).hits[0].id == "other film"


def test_a_rebuilt_index_knows_the_shots(shop: wares.Shop) -> None:
    shop.rebuild()
    assert shop.search(image=picture(3)).hits[0].media.segment is not None


def test_without_the_library_it_is_said_once_and_the_rest_goes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.media.decoding.find_spec", lambda name: None)
    with wares.Shop.open(tmp_path / "shop", settings=SHOTS) as opened:
        opened.add([Product(id=str(n), title="Film", media=(Media(clip(n), "video"),)) for n in range(3)])
        report = opened.extract()
        assert report.read == 0 and len(report.notes) == 1 and 'pip install "wares[video]"' in report.notes[0]


def test_a_video_that_cannot_be_read_is_told_and_the_others_go_in(tmp_path: Path) -> None:
    with wares.Shop.open(tmp_path / "shop", settings=SHOTS) as opened:
        broken = b"\x00\x00\x00\x18ftypmp42" + bytes(100)
        opened.add(
            [
                Product(id="broken", title="Broken", media=(Media(broken, "video"),)),
                Product(id="film", title="Film", media=(Media(clip(1), "video"),)),
            ]
        )
        report = opened.extract()
        assert (report.read, report.segments, report.problem_count) == (2, 1, 1)
        assert "cannot be decoded as a video" in report.problems[0]
        assert opened.search("Broken").hits[0].id == "broken"
        assert opened.search(image=picture(1)).hits[0].id == "film"
