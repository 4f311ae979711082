"""Products over HTTP: read, written, and read again."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from wares.access import Keyring
from wares.records import Product
from wares.store.store import Store

Served = Callable[..., Any]
MUG: dict[str, Any] = {
    "id": "mug-violet",
    "title": "Violet mug",
    "brand": "Acme",
    "category": ["Kitchen", "Mugs"],
    "attributes": {"colour": "violet", "volume": 0.3},
    "price": {"amount": 2390, "currency": "EUR"},
}


@pytest.fixture
def own(served: Served) -> httpx.Client:
    """A client of a shop of its own, for tests that write."""
    found: httpx.Client = served()
    return found


def url(id: str) -> str:
    return f"/api/v1/products/{id}"


def found(client: httpx.Client, words: str) -> list[str]:
    hits = client.get("/api/v1/search", params={"q": words, "parse": "false", "limit": 50}).json()["hits"]
    return [hit["id"] for hit in hits]


def picture(rgb: tuple[int, int, int] = (120, 20, 160)) -> str:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), rgb).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


# -- one product --------------------------------------------------------------------------------------------------


def test_a_product_that_was_put_is_found_by_the_next_search(own: httpx.Client) -> None:
    answer = own.put(url("mug-violet"), json=MUG)
    assert (answer.status_code, answer.json()) == (201, {"id": "mug-violet", "outcome": "added", "warnings": []})
    assert found(own, "violet")[0] == "mug-violet"
    read = own.get(url("mug-violet"))
    assert read.json()["product"] == MUG
    assert read.headers["etag"] == answer.headers["etag"]


def test_putting_again_says_whether_anything_changed(own: httpx.Client) -> None:
    own.put(url("mug-violet"), json=MUG)
    again = own.put(url("mug-violet"), json=MUG)
    other = own.put(url("mug-violet"), json={**MUG, "title": "Lilac mug"})
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert (other.status_code, other.json()["outcome"]) == (200, "changed")
    assert found(own, "lilac")[0] == "mug-violet"
    assert again.headers["etag"] != other.headers["etag"]


def test_the_address_names_the_product_if_the_body_does_not(own: httpx.Client) -> None:
    body = {name: value for name, value in MUG.items() if name != "id"}
    assert own.put(url("shelf/mug 7"), json=body).status_code == 201
    assert own.get(url("shelf/mug 7")).json()["product"]["id"] == "shelf/mug 7"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({**MUG, "id": "other"}, "column id: is 'other'"),
        ({**MUG, "colour": "red"}, "column colour: is no field of a product"),
        ({**MUG, "price": {"cents": 5}}, "column price.cents: is no field of a price"),
        ({**MUG, "title": "  "}, "column title: is empty"),
        ({**MUG, "rating": 7}, "column rating: lies in 0"),
        ({**MUG, "price": {"amount": -1}}, "column price: is not 0 or more"),
        ({**MUG, "price": {"amount": 10**40}}, "column price: is not 0 or more"),
        ({**MUG, "category": "Kitchen"}, "Expected `array`"),
        ({**MUG, "variants": [{"id": "S"}, {"id": "S"}]}, "column variants: have an id twice"),
        ({**MUG, "media": [{"source": "/etc/passwd"}]}, "column media[0].source: is"),
        ({**MUG, "media": [{"source": "file:///etc/passwd"}]}, "column media[0].source: is"),
        ({**MUG, "media": [{"source": "pictures/mug.png"}]}, "column media[0].source: is"),
        ({**MUG, "media": [{"source": "/media/AAAA/0/mug-red"}]}, "column media[0].source: is no address"),
        ({**MUG, "media": [{"source": "data:image/png;base64,@@"}]}, "column media[0].source: is no base64"),
        ({**MUG, "media": [{"source": "data:text/html,<html>"}]}, "holds text/html"),
        ({**MUG, "variants": [{"id": "S", "media": [{"source": "x"}]}]}, "column variants[0].media[0].source"),
        ([MUG], "a product is a JSON object"),
    ],
)
def test_what_is_wrong_with_a_product_is_named(client: httpx.Client, body: Any, told: str) -> None:
    answer = client.put(url("mug-violet"), content=json.dumps(body))
    assert answer.status_code == 422, answer.text
    assert told in error(answer)[1]
    assert client.get(url("mug-violet")).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": "\\ud800"}'])
def test_a_body_that_is_no_json_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.put(url("mug-violet"), content=body)
    assert error(answer)[0] == 400
    assert "is no JSON" in error(answer)[1]


def test_a_product_that_is_removed_is_gone(own: httpx.Client) -> None:
    assert own.delete(url("mug-red")).status_code == 204
    assert own.get(url("mug-red")).status_code == 404
    assert "mug-red" not in found(own, "red mug")
    assert error(own.delete(url("mug-red"))) == (404, "there is no product 'mug-red' here")


# -- two writers --------------------------------------------------------------------------------------------------


def test_who_changes_what_somebody_else_has_changed_is_told(own: httpx.Client) -> None:
    before = own.get(url("mug-red")).headers["etag"]
    assert own.patch(url("mug-red"), json={"brand": "Zeta"}, headers={"If-Match": before}).status_code == 200
    late = own.patch(url("mug-red"), json={"brand": "Eta"}, headers={"If-Match": before})
    assert late.status_code == 412
    assert own.delete(url("mug-red"), headers={"If-Match": before}).status_code == 412
    assert own.get(url("mug-red")).json()["product"]["brand"] == "Zeta"


def test_who_means_to_add_does_not_replace(own: httpx.Client) -> None:
    only_new = {"If-None-Match": "*"}
    assert own.put(url("mug-violet"), json=MUG, headers=only_new).status_code == 201
    assert own.put(url("mug-violet"), json={**MUG, "title": "Lilac"}, headers=only_new).status_code == 412
    assert own.put(url("mug-grey"), json={**MUG, "id": "mug-grey"}, headers={"If-Match": "*"}).status_code == 412


def test_who_has_the_product_already_is_told_so(client: httpx.Client) -> None:
    tag = client.get(url("mug-red")).headers["etag"]
    again = client.get(url("mug-red"), headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url("mug-red"), headers={"If-None-Match": '"x"'}).status_code == 200


# -- parts of a product -------------------------------------------------------------------------------------------


def test_a_patch_changes_what_it_names_and_nothing_else(own: httpx.Client) -> None:
    before = own.get(url("shirt-red")).json()["product"]
    patch = {"price": {"amount": 555}, "brand": None, "attributes": {"fit": "slim", "colour": None}}
    assert own.patch(url("shirt-red"), json=patch).json()["outcome"] == "changed"
    after = own.get(url("shirt-red")).json()["product"]
    expected = {**before, "price": {**before["price"], "amount": 555}, "attributes": {"fit": "slim"}}
    del expected["brand"]
    assert after == expected
    assert before["media"]


def test_a_patch_that_leaves_no_product_is_refused(client: httpx.Client) -> None:
    for patch in ({"title": None}, {"id": "other"}, {"sizes": 3}, [1], "x"):
        assert client.patch(url("mug-red"), json=patch).status_code == 422, patch
    assert client.patch(url("nothing"), json={}).status_code == 404
    assert client.get(url("mug-red")).json()["product"]["title"] == "Red mug"


# -- media --------------------------------------------------------------------------------------------------------


def test_a_product_that_was_read_can_be_sent_back(own: httpx.Client) -> None:
    read = own.get(url("mug-red"))
    again = own.put(url("mug-red"), json=read.json()["product"])
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert again.headers["etag"] == read.headers["etag"]


def test_a_medium_may_be_taken_over_from_another_product(own: httpx.Client) -> None:
    shown = own.get(url("mug-red")).json()["product"]["media"]
    own.put(url("mug-violet"), json={**MUG, "media": shown})
    address = own.get(url("mug-violet")).json()["product"]["media"][0]["source"]
    own.delete(url("mug-red"))
    assert address.endswith("/mug-violet")
    assert own.put(url("cup"), json={"title": "Cup", "media": shown}).status_code == 422


def test_a_picture_in_the_request_is_kept_and_found(own: httpx.Client, folder: Path) -> None:
    body = {**MUG, "title": "Thing", "media": [{"source": picture()}]}
    assert own.put(url("mug-violet"), json=body).json() == {"id": "mug-violet", "outcome": "added", "warnings": []}
    assert own.put(url("mug-violet"), json=body).json()["outcome"] == "unchanged"
    kept = list((folder / "media").iterdir())
    assert len(kept) == 1
    shown = own.get(url("mug-violet")).json()["product"]
    assert str(folder) not in json.dumps(shown)
    assert own.put(url("mug-violet"), json=shown).json()["outcome"] == "unchanged"
    files = {"image": ("violet.png", kept[0].read_bytes())}
    assert own.post("/api/v1/search", files=files).json()["hits"][0]["id"] == "mug-violet"


def test_a_picture_that_cannot_be_had_is_told_and_the_product_is_in(own: httpx.Client) -> None:
    answer = own.put(url("mug-violet"), json={**MUG, "media": [{"source": "http://127.0.0.1:9/mug.png"}]})
    assert answer.status_code == 201
    (warning,) = answer.json()["warnings"]
    assert "not a public address" in warning
    assert found(own, "violet")[0] == "mug-violet"


# -- pages --------------------------------------------------------------------------------------------------------


def test_pages_lead_through_all_products_once(client: httpx.Client, catalogue: list[Product]) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = client.get("/api/v1/products", params={"after": after, "limit": 5}).json()
        seen += [product["id"] for product in page["products"]]
        after = page.get("next", "")
        if not after:
            break
    assert seen == sorted(product.id for product in catalogue)
    assert client.get("/api/v1/products", params={"limit": 0}).status_code == 400


def test_an_export_has_a_line_for_each_product_and_goes_on_where_it_broke_off(client: httpx.Client) -> None:
    asked = {"Accept": "application/x-ndjson"}
    whole = client.get("/api/v1/products", headers=asked)
    lines = [json.loads(line) for line in whole.text.splitlines()]
    assert whole.headers["content-type"] == "application/x-ndjson"
    assert len(lines) == 12
    rest = client.get("/api/v1/products", headers=asked, params={"after": lines[7]["id"]})
    assert [json.loads(line)["id"] for line in rest.text.splitlines()] == [line["id"] for line in lines[8:]]


# -- many ---------------------------------------------------------------------------------------------------------


def bulk(client: httpx.Client, *lines: Any) -> list[dict[str, Any]]:
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    answer = client.post("/api/v1/products/bulk", content=body)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_each_line_gets_its_own_answer_in_order(own: httpx.Client) -> None:
    told = bulk(
        own,
        MUG,
        {"put": {**MUG, "title": "Lilac mug"}},
        b"",
        {"patch": {"id": "mug-red", "brand": None}},
        {"delete": "mug-blue"},
        {"delete": "mug-blue"},
        b"{garbage",
        {"put": {"id": "x"}},
        {"title": "no id"},
        [1],
        MUG,
        {"put": {**MUG, "id": "y", "media": [{"source": "/etc/passwd"}]}},
    )
    *lines, summary = told
    assert [(line["line"], line.get("id", ""), line["status"]) for line in lines] == [
        (1, "mug-violet", "added"),
        (2, "mug-violet", "changed"),
        (4, "mug-red", "changed"),
        (5, "mug-blue", "removed"),
        (6, "mug-blue", "error"),
        (7, "", "error"),
        (8, "x", "error"),
        (9, "", "error"),
        (10, "", "error"),
        (11, "mug-violet", "changed"),
        (12, "y", "error"),
    ]
    assert all(line["message"] for line in lines if line["status"] == "error")
    counts = {"added": 1, "changed": 3, "removed": 1, "error": 6}
    assert summary == {"lines": 11, "counts": counts, "note": ""}
    assert found(own, "violet")[0] == "mug-violet"


def test_a_line_without_end_stops_no_other_and_fills_no_memory(own: httpx.Client) -> None:
    huge = b'{"id": "' + b"x" * 9_000_000 + b'"}'
    first, second, third, summary = bulk(own, MUG, huge, {"delete": "mug-red"})
    assert (first["status"], second["status"], third["status"]) == ("added", "error", "removed")
    assert "over 8,000,000 bytes" in second["message"]
    assert summary["lines"] == 3


def test_thousands_of_lines_are_answered_though_the_client_reads_last(own: httpx.Client) -> None:
    told = bulk(own, *({"id": f"p{n}", "title": f"Thing {n} " + "word " * 40} for n in range(3_000)))
    assert [line["line"] for line in told[:-1]] == list(range(1, 3_001))
    assert told[-1] == {"lines": 3_000, "counts": {"added": 3_000}, "note": ""}
    assert own.get("/api/v1/info").json()["products"] == 3_012


# -- who may, and who did -----------------------------------------------------------------------------------------

Key = Callable[..., httpx.Client]


@pytest.fixture
def key(served: Served, folder: Path) -> Key:
    """Makes a client that shows a key."""
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        keyring.create("boss", ["admin"], by="tests")
        tokens = {
            "acme": keyring.create("acme", ["search"], where='brand = "Acme"', by="tests")[1],
            "reader": keyring.create("reader", ["search"], by="tests")[1],
            "feeder": keyring.create("feeder", ["write", "search"], by="tests")[1],
        }
    client: httpx.Client = served(keys=True)

    def showing(name: str) -> httpx.Client:
        client.headers["X-API-Key"] = tokens[name]
        return client

    return showing


def test_a_key_for_searching_writes_nothing(key: Key) -> None:
    reader = key("reader")
    assert reader.put(url("mug-violet"), json=MUG).status_code == 403
    assert reader.patch(url("mug-red"), json={"brand": "X"}).status_code == 403
    assert reader.delete(url("mug-red")).status_code == 403
    assert reader.post("/api/v1/products/bulk", content=b"{}").status_code == 403
    assert reader.post("/api/v1/jobs", json={"kind": "rebuild"}).status_code == 403
    assert reader.get("/api/v1/jobs").status_code == 403


def test_a_key_for_a_part_of_the_products_lists_only_these(key: Key) -> None:
    acme = key("acme")
    assert {product["brand"] for product in acme.get("/api/v1/products").json()["products"]} == {"Acme"}
    lines = acme.get("/api/v1/products", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert {json.loads(line)["brand"] for line in lines} == {"Acme"}
    assert acme.get(url("mug-red")).status_code == 404


def test_a_key_for_writing_asks_for_feeds_and_not_for_other_indexes(key: Key) -> None:
    assert key("feeder").post("/api/v1/jobs", json={"kind": "rebuild"}).status_code == 403
    assert key("feeder").get("/api/v1/versions").status_code == 403
