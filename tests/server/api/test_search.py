"""Questions over HTTP."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from wares.records import Heard

API = "/api/v1"


def png(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [hit["id"] for hit in answer.json()["hits"]]


def test_words_in_an_address_find_products(client: httpx.Client) -> None:
    assert ids(client.get(f"{API}/search", params={"q": "red mug", "limit": 1})) == ["mug-red"]


def test_the_same_question_gives_the_same_answer_as_address_json_and_form(client: httpx.Client) -> None:
    asked = {"where": 'brand = "Bolt"', "sort": "-price", "limit": 3}
    by_get = ids(client.get(f"{API}/search", params={"q": "lamp", **asked}))
    assert by_get == ids(client.post(f"{API}/search", json={"text": "lamp", **asked}))
    assert by_get == ids(client.post(f"{API}/search", data={"text": "lamp", **asked}))
    assert by_get[0].startswith("lamp")


def test_a_picture_as_a_file_finds_what_looks_like_it(client: httpx.Client) -> None:
    found = client.post(f"{API}/search", files={"image": ("photo.png", png((30, 60, 200)))}, data={"limit": "3"})
    assert all(id.endswith("-blue") for id in ids(found))


def test_a_crop_asks_about_a_part_of_the_picture(client: httpx.Client) -> None:
    both = Image.new("RGB", (200, 100), (200, 30, 30))
    both.paste((30, 60, 200), (100, 0, 200, 100))
    out = io.BytesIO()
    both.save(out, "PNG")
    for crop, colour in (("0,0,0.5,1", "red"), ("0.5,0,0.5,1", "blue")):
        found = client.post(f"{API}/search", files={"image": out.getvalue()}, data={"crop": crop, "limit": "1"})
        assert ids(found)[0].endswith(colour)


def test_products_like_one_leave_it_out(client: httpx.Client) -> None:
    found = ids(client.get(f"{API}/similar/mug-green", params={"limit": 3}))
    assert found and "mug-green" not in found


def test_media_have_addresses_and_no_path_of_the_machine(client: httpx.Client) -> None:
    answer = client.get(f"{API}/search", params={"q": "shirt"})
    sources = [medium["source"] for hit in answer.json()["hits"] for medium in hit["product"]["media"]]
    assert sources and all(source.startswith("/media/") for source in sources)
    assert ".png" not in answer.text


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"limit": "0"}, "number of hits"),
        ({"limit": "many"}, "limit"),
        ({"q": "mug", "where": "price <"}, "column 8"),
        ({"q": "mug", "where": "no_such_field = 1"}, "no_such_field"),
        ({"q": "mug", "colour": "red"}, "unknown parameter"),
        ({"image": "/etc/passwd"}, "http(s) address"),
        ({"image": "file:///etc/passwd"}, "http(s) address"),
        ({"image": "http://127.0.0.1:1/x.png"}, "not a public address"),
        ({"weight": "text"}, "PART=NUMBER"),
        ({"like": "no-such-product"}, "no product"),
    ],
)
def test_a_wrong_question_is_told_in_the_one_body(client: httpx.Client, params: dict[str, str], told: str) -> None:
    answer = client.get(f"{API}/search", params=params)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"kind", "message", "request_id"}
    assert told in error["message"]


def test_what_is_no_picture_is_refused(client: httpx.Client) -> None:
    answer = client.post(f"{API}/search", files={"image": b"this is no picture"})
    assert answer.status_code == 400
    assert "picture" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["search", "hear"])
def test_what_is_no_recording_is_refused(client: httpx.Client, path: str) -> None:
    answer = client.post(f"{API}/{path}", files={"audio": b"RIFF"})
    assert answer.status_code == 400
    assert "recording" in answer.json()["error"]["message"]


def test_what_is_said_is_searched_for_and_told(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Heard(kind="speech", text="mug", language="en", certainty=0.9, seconds=1.0)
    monkeypatch.setattr("wares.shop.hear", lambda *args: said)
    answer = client.post(f"{API}/search", files={"audio": b"RIFF"}, data={"limit": "2"}).json()
    assert answer["heard"][0]["text"] == "mug"
    typed = client.get(f"{API}/search", params={"q": "mug", "limit": 2}).json()
    assert [hit["id"] for hit in answer["hits"]] == [hit["id"] for hit in typed["hits"]]
    for sent in ({"files": {"audio": b"RIFF"}}, {"content": b"RIFF", "headers": {"Content-Type": "audio/webm"}}):
        assert client.post(f"{API}/hear", **sent).json()["text"] == "mug"
    assert client.post(f"{API}/hear").status_code == 400
