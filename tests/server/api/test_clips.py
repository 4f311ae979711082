"""Videos that are kept to ask with, and what is refused."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

av = pytest.importorskip("av", reason='the extra "video" is not installed')

API = "/api/v1"
#: What is bright becomes red.
RED = (1, 0, 0, 0, 0, 0.1, 0, 0, 0, 0, 0.1, 0)


@pytest.fixture(scope="module")
def film() -> bytes:
    """A second of video that shows something red."""
    return filmed(Image.radial_gradient("L").resize((160, 160)).convert("RGB").convert("RGB", RED))


def filmed(picture: Image.Image) -> bytes:
    """A second of video that shows a picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 160, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return out.getvalue()


def test_a_video_that_was_kept_is_asked_with_by_its_name(client: httpx.Client, film: bytes) -> None:
    kept = client.post(f"{API}/clips", content=film, headers={"Content-Type": "video/mp4"})
    assert kept.status_code == 201, kept.text
    name = kept.json()["clip"]
    assert kept.json()["modality"] == "video"
    assert client.get(kept.json()["address"]).headers["content-type"] == "image/jpeg"
    by_name = client.get(f"{API}/search", params={"video": name}).json()
    as_file = client.post(f"{API}/search", files={"video": film}).json()
    assert [hit["id"] for hit in by_name["hits"]] == [hit["id"] for hit in as_file["hits"]]
    assert by_name["hits"][0]["id"].endswith("-red")
    assert client.get(f"/pictures/{name}").status_code == 404  # the video itself is shown to nobody


def test_a_page_asks_with_a_video_and_lets_it_go(client: httpx.Client, film: bytes) -> None:
    name = client.post(f"{API}/clips", files={"clip": film}).json()["clip"]
    page = client.get("/", params={"video": name, "q": "mug"}).text
    assert "Your video" in page and 'name="w.video"' in page
    assert client.get("/", params={"video": "AAAAAAAAAAAAAAAAAAAAAA"}).status_code == 410


def test_a_video_that_shows_nothing_is_told(client: httpx.Client) -> None:
    answer = client.post(f"{API}/clips", files={"clip": filmed(Image.new("RGB", (160, 160)))})
    assert answer.status_code == 400 and "shows nothing" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is no sound or video"),
        (b"milk and eggs", "neither a sound nor a video"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "is a picture"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 40, "cannot be decoded"),
    ],
)
def test_what_is_neither_sound_nor_video_is_refused(client: httpx.Client, data: bytes, said: str) -> None:
    answer = client.post(f"{API}/clips", content=data, headers={"Content-Type": "video/mp4"})
    assert answer.status_code == 400 and said in answer.json()["error"]["message"]


def test_a_name_that_was_not_given_out_finds_nothing(client: httpx.Client) -> None:
    answer = client.get(f"{API}/search", params={"audio": "AAAAAAAAAAAAAAAAAAAAAA"})
    assert answer.status_code == 400 and "by the name that clips of the API gave" in answer.json()["error"]["message"]
