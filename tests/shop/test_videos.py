"""Products found by what their videos show: a shot is a picture with a time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import wares
from wares.records import SUBTITLES, Media, Product
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


def told(word: str) -> bytes:
    return f"1\n00:00:01,000 --> 00:00:02,500\nPress the {word} twice\n".encode()


@pytest.fixture
def subtitled(tmp_path: Path):
    (tmp_path / "unboxing.mp4").write_bytes(clip(1))
    (tmp_path / "manual.mp4").write_bytes(clip(2))
    (tmp_path / "unboxing.en.srt").write_bytes(told("flywheel"))
    sources = ("unboxing.mp4", "manual.mp4", "unboxing.en.srt")
    films = tuple(Media(str(tmp_path / name), "video") for name in sources[:2])
    settings = Settings(model="basic", extraction=ExtractionSettings(take=("subtitles",)))
    with wares.Shop.open(tmp_path / "shop", settings=settings) as opened:
        opened.add(
            [
                Product(
                    id="named",
                    title="Grinder",
                    media=(*films, Media(str(tmp_path / sources[2]), "text", SUBTITLES)),
                ),
                Product(id="before", title="Mixer", media=(*films, Media(told("sprocket"), "text", SUBTITLES))),
                Product(id="broken", title="Blender", media=(*films, Media(b"no times", "text", SUBTITLES))),
            ]
        )
        yield opened


def test_words_of_a_file_of_subtitles_are_found_in_its_video(subtitled: wares.Shop) -> None:
    report = subtitled.extract()
    assert (report.read, report.passages, report.problem_count) == (5, 2, 1)  # two films, three files
    assert "holds no line of subtitles" in report.problems[0]
    for word, id, film in (("flywheel", "named", "unboxing.mp4"), ("sprocket", "before", "manual.mp4")):
        hit = subtitled.search(word).hits[0]
        (found,) = hit.passages
        assert (hit.id, Path(found.source).name, found.modality) == (id, film, "video")
        assert (found.passage.kind, found.passage.start_s, found.passage.end_s) == ("subtitle", 1.0, 2.5)
    assert subtitled.search("Blender").hits[0].id == "broken"
    assert subtitled.extract().read == 0


def test_files_of_subtitles_are_read_without_what_decodes_videos(
    subtitled: wares.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.media.decoding.find_spec", lambda name: None)
    assert subtitled.extract().passages == 2


def test_a_rebuilt_index_knows_files_of_subtitles_and_fetches_none(subtitled: wares.Shop) -> None:
    subtitled.extract()
    for medium in [m for product in subtitled.products() for m in product.media if m.role == SUBTITLES]:
        Path(str(medium.source)).unlink(missing_ok=True)
    subtitled.rebuild()
    assert subtitled.search("sprocket").hits[0].passages
