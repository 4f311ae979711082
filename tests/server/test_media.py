"""What pages show: pictures at a width, recordings in parts, and nothing to those who guess."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

import wares
from wares.records import Media, Product

API = "/api/v1"
Served = Callable[..., httpx.Client]


def address(client: httpx.Client, id: str) -> str:
    return str(client.get(f"{API}/products/{id}").json()["product"]["media"][0]["source"])


def opened(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


@pytest.fixture
def odd(folder: Path, tmp_path: Path) -> Path:
    """The shop, with a photograph that lies on its side and tells a secret, what is no picture, and a sound."""
    photo = Image.new("RGB", (2000, 1000), (10, 200, 30))
    told = Image.Exif()
    told[0x0112] = 6  # turned
    told[0x013B] = "SECRET-ARTIST"
    photo.save(tmp_path / "photo.jpg", exif=told)
    (tmp_path / "page.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 20)
    made = [
        Product(id="photo/ä ?#..", title="Photo", media=(Media(str(tmp_path / "photo.jpg")),)),
        Product(id="page", title="Page", media=(Media(str(tmp_path / "page.png")),)),
        Product(id="sound", title="Sound", media=(Media(str(tmp_path / "sound.wav"), "audio"),)),
        Product(id="lie", title="Lie", media=(Media(str(tmp_path / "page.png"), "video"),)),
        Product(id="gone", title="Gone", media=(Media(str(tmp_path / "none.png")),)),
        Product(id="inside", title="Inside", media=(Media("http://127.0.0.1:1/x.png"),)),
    ]
    with wares.open(folder) as shop:
        shop.add(made)
    return folder


def test_a_picture_comes_at_the_width_asked_for_and_never_larger_than_it_is(odd: Path, served: Served) -> None:
    client = served()
    source = address(client, "photo%2F%C3%A4%20%3F%23..")
    for width, wide in ((160, 160), (640, 640), (1600, 1000)):
        assert opened(client.get(source, params={"w": width})).size == (wide, wide * 2)  # upright
    assert client.get(source, params={"w": 161}).status_code == 400


def test_a_picture_tells_nothing_that_its_file_told_besides(odd: Path, served: Served) -> None:
    client = served()
    found = client.get(address(client, "photo%2F%C3%A4%20%3F%23.."), headers={"Accept": "image/jpeg"})
    assert found.headers["content-type"] == "image/jpeg"
    assert b"SECRET" not in found.content and not opened(found).getexif()


def test_a_browser_that_reads_webp_gets_it(client: httpx.Client) -> None:
    source = address(client, "mug-red")
    found = client.get(source, headers={"Accept": "image/avif,image/webp,*/*"})
    assert (found.headers["content-type"], found.headers["vary"]) == ("image/webp", "Accept")
    assert opened(found).format == "WEBP"


def test_who_has_a_picture_already_does_not_get_it_again(client: httpx.Client) -> None:
    source = address(client, "mug-red")
    first = client.get(source)
    assert first.headers["cache-control"] == "public, max-age=86400"
    assert first.headers["x-content-type-options"] == "nosniff"
    again = client.get(source, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(source, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200 and other.content == first.content


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    source = address(client, "mug-red")
    head, get = client.head(source), client.get(source)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["etag"] == get.headers["etag"]


def test_a_picture_replaced_under_its_name_is_shown_anew(odd: Path, served: Served, tmp_path: Path) -> None:
    client = served()
    source = address(client, "photo%2F%C3%A4%20%3F%23..")
    before = client.get(source)
    Image.new("RGB", (50, 50), "blue").save(tmp_path / "photo.jpg")
    after = client.get(source, headers={"If-None-Match": before.headers["etag"]})
    assert opened(after).size == (50, 50)


def test_nobody_guesses_an_address(client: httpx.Client) -> None:
    signature, place, id = address(client, "mug-red").removeprefix("/media/").split("/")
    for wrong in (
        f"/media/{'A' * len(signature)}/{place}/{id}",
        f"/media/{signature}/{place}/mug-blue",
        f"/media/{signature}/1/{id}",
        f"/media/{signature}/-1/{id}",
        f"/media/{signature}/٠/{id}",
        f"/media/{signature}/{'9' * 5000}/{id}",
        f"/media/{signature}/{place}/..%2F..%2Fetc%2Fpasswd",
        f"/media/{signature}/{place}/%2e%2e/%2e%2e/etc/passwd",
        f"/media/{signature}/{place}/{id}%00",
        f"/media/{signature}/{place}/%ff%fe",
        f"/media/{signature}/{place}/",
        f"/media/{signature}%00/{place}/{id}",
        "/media/..%2f..%2fserver.secret",
    ):
        answer = client.get(wrong)
        assert answer.status_code == 404, wrong
        assert answer.json()["error"]["kind"] == "NotThere"
        assert "mug" not in answer.json()["error"]["message"]


def test_what_cannot_be_shown_is_not_there_for_a_while(odd: Path, served: Served) -> None:
    client = served()
    for id in ("page", "lie", "gone", "inside") * 2:
        answer = client.get(address(client, id))
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["content-type"] == "application/json"


def test_a_sound_comes_in_parts(odd: Path, served: Served, tmp_path: Path) -> None:
    client = served()
    source, whole = address(client, "sound"), (tmp_path / "sound.wav").read_bytes()
    full = client.get(source)
    assert (full.content, full.headers["content-type"], full.headers["accept-ranges"]) == (
        whole,
        "audio/wav",
        "bytes",
    )
    for asked, part in (("0-9", whole[:10]), ("100-", whole[100:]), ("-7", whole[-7:]), ("10-9999999", whole[10:])):
        answer = client.get(source, headers={"Range": f"bytes={asked}"})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    assert client.get(source, headers={"Range": "bytes=999999-"}).status_code == 416
    assert client.get(source, headers={"Range": "bytes=0-1", "If-Range": '"old"'}).content == whole
    assert client.get(source, headers={"Range": "bytes=0-1,4-5"}).content == whole
