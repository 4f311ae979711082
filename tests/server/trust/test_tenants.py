"""A key with a filter sees its products, and learns nothing of the others."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

import wares
from wares.access import Keyring
from wares.records import Product
from wares.store.store import Store

API = "/api/v1"
#: What only products of others say.
FOREIGN = ("red", "green", "bolt")
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product], serving: Any) -> Iterator[httpx.Client]:
    """A client that sees what is of Acme: what is blue or white, and one thing with odd characters."""
    folder = tmp_path_factory.mktemp("tenants") / "shop"
    odd = [
        Product(id='a"b OR 1=1', title="Odd blue hook", brand="Acme", category=("Home", "Hooks")),
        Product(id="secret/hook", title="Zirconium hook", brand="Bolt", category=("Vault", "Hidden")),
    ]
    with wares.open(folder, model="basic") as shop:
        shop.add([*catalogue, *odd])
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        keyring.create("boss", ["admin"], by="tests")
        token = keyring.create("acme", ["search"], where='brand = "Acme"', per_minute=0, by="tests")[1]
    with serving(folder) as serve:
        client = serve(keys=True)
        client.headers["X-API-Key"] = token
        yield client


def brands(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {hit["product"]["brand"] for hit in answer.json()["hits"]}


def silent(answer: httpx.Response, *words: str) -> None:
    text = answer.text.lower()
    assert not [word for word in (*FOREIGN, "zirconium", "vault", *words) if word in text], answer.text


def test_search_finds_its_own_by_whatever_is_asked(acme: httpx.Client) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(picture, "PNG")
    for answer in (
        acme.get(f"{API}/search", params={"limit": 50}),
        acme.get(f"{API}/search", params={"q": "red shirt", "limit": 50}),
        acme.get(f"{API}/search", params={"q": "bolt", "limit": 50, "facet": "brand"}),
        acme.post(f"{API}/search", json={"text": "mug", "limit": 50}),
        acme.post(f"{API}/search", files={"image": picture.getvalue()}, data={"limit": "50"}),
        acme.get(f"{API}/similar/mug-blue", params={"limit": 50}),
    ):
        assert brands(answer) == {"Acme"}
    totals = acme.get(f"{API}/search", params={"facet": "brand", "limit": 1}).json()
    assert totals["total"] == 7
    assert [(one["value"], one["count"]) for one in totals["facets"]["brand"]] == [("Acme", 7)]


WHERES = [
    'brand = "Bolt"',
    'brand = "Acme" OR brand = "Bolt"',
    'NOT brand = "Acme"',
    'brand = "Acme") OR (brand = "Bolt"',
    'brand = "x" OR 1 = 1',
    'brand = "Acme" OR EXISTS brand',
    'brand = "Acme\\" OR brand = \\"Bolt"',
    "price > 0 OR price <= 0",
    '" OR brand = "Bolt',
    "'; DROP TABLE products; --",
    'brand = "Acme" /* */ OR brand != "x"',
    'brand IN ("Bolt", "Acme")',
]


@pytest.mark.parametrize("where", WHERES)
def test_no_filter_breaks_out_of_that_of_the_key(acme: httpx.Client, where: str) -> None:
    for answer in (
        acme.get(f"{API}/search", params={"where": where, "limit": 50}),
        acme.post(f"{API}/search", json={"where": where, "limit": 50}),
        acme.get(f"{API}/facets", params={"where": where, "facet": "brand"}),
        acme.get(f"{API}/similar/mug-blue", params={"where": where}),
    ):
        assert answer.status_code in (200, 400)
        if answer.status_code == 200 and "hits" in answer.json():
            assert brands(answer) <= {"Acme"}
    assert acme.get(f"{API}/search").json()["total"] == 7


JSON_WHERES: list[Any] = [
    {"not": {"field": "brand", "op": "=", "value": "Acme"}},
    {"any": [{"field": "brand", "op": "=", "value": "Bolt"}]},
    {"field": "brand", "op": "=", "value": 'Acme" OR brand = "Bolt'},
    {"field": 'brand" OR "1', "op": "=", "value": "1"},
    [],
    [[]],
    True,
    {"any": []},
    {"type": "not", "item": None},
]


@pytest.mark.parametrize("where", JSON_WHERES)
def test_no_filter_as_json_breaks_out_either(acme: httpx.Client, where: Any) -> None:
    answer = acme.post(f"{API}/search", json={"where": where, "limit": 50})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert brands(answer) <= {"Acme"}


@pytest.mark.parametrize("id", ["mug-red", "no-such-thing", "mug-ree", "secret/hook", "../other.txt"])
def test_a_product_of_others_is_none(acme: httpx.Client, refused: Refused, id: str) -> None:
    """In the same words as one that there is not, without names that are near."""
    for path in (f"{API}/products/{quote(id, safe='')}", f"{API}/why/{quote(id, safe='')}?q=mug"):
        message = refused(acme.get(path), 404, "NotThere")
        assert message.replace(id, "…") == refused(acme.get(f"{API}/products/zz"), 404).replace("'zz'", "'…'")
    for answer in (
        acme.get(f"{API}/similar/{quote(id, safe='')}"),
        acme.get(f"{API}/search", params={"like": id}),
        acme.get(f"{API}/search", params={"unlike": id, "q": "mug"}),
        acme.post(f"{API}/search", json={"like": ["mug-blue", id]}),
    ):
        message = refused(answer, answer.status_code)
        assert answer.status_code in (400, 404)
        assert message.replace(id, "") == f"there is no product {''!r} here"


def test_its_own_are_told_of(acme: httpx.Client) -> None:
    assert acme.get(f"{API}/products/mug-blue").json()["product"]["brand"] == "Acme"
    assert acme.get(f"{API}/products/{quote('a' + chr(34) + 'b OR 1=1')}").status_code == 200
    assert acme.get(f"{API}/why/mug-blue", params={"q": "mug"}).status_code == 200


@pytest.mark.parametrize(
    "typed", ["r", "re", "red", "gre", "bo", "bolt", "zir", "mug r", "va", "z", "rde mu", "home/"]
)
def test_suggestions_say_no_word_of_others(acme: httpx.Client, typed: str) -> None:
    found = acme.get(f"{API}/suggest", params={"q": typed, "limit": 50})
    assert found.status_code == 200
    silent(found)


def test_suggestions_are_counted_over_its_own(acme: httpx.Client) -> None:
    found = acme.get(f"{API}/suggest", params={"q": "mug", "limit": 50}).json()["suggestions"]
    assert found and all(one["count"] <= 2 for one in found)
    assert {one["id"] for one in found if one["kind"] == "product"} <= {"mug-blue", "mug-white"}


@pytest.mark.parametrize(
    "text", ["zirconum hook", "bolt mug", "bollt", "a mug by bolt", "in vault", "not bolt", "grean"]
)
def test_nothing_is_put_right_or_read_by_words_of_others(acme: httpx.Client, text: str) -> None:
    answer = acme.get(f"{API}/search", params={"q": text, "facet": ["brand", "category", "colour"], "limit": 50})
    told = answer.json()
    assert answer.status_code == 200 and brands(answer) <= {"Acme"}
    assert not [one for one in told["corrections"] if set(one["meant"].lower().split()) & {*FOREIGN, "zirconium"}]
    assert not [chip for chip in told["chips"] if "Bolt" in chip["where"] or "Vault" in chip["where"]]
    why = acme.get(f"{API}/why/mug-blue", params={"q": text})
    assert why.status_code == 200 and "Bolt" not in why.text and "Zirconium" not in why.text


def test_its_own_words_are_put_right_and_read(acme: httpx.Client) -> None:
    told = acme.get(f"{API}/search", params={"q": "bleu muug under 30"}).json()
    assert [chip["kind"] for chip in told["chips"] if chip["kind"] == "price"] == ["price"]
    assert "mug" in {one["meant"] for one in told["corrections"]}
    assert told["hits"][0]["id"] == "mug-blue"


def test_a_walk_through_products_meets_its_own(acme: httpx.Client) -> None:
    found = acme.get(f"{API}/products").json()["products"]
    assert len(found) == 7 and {one["brand"] for one in found} == {"Acme"}
    lines = acme.get(f"{API}/products", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert len(lines) == 7 and not [line for line in lines if "Bolt" in line]


def test_pages_show_its_own(acme: httpx.Client) -> None:
    for address in (
        "/",
        "/?q=mug",
        "/?q=bolt+hook",
        "/more?q=shirt",
        "/product/mug-blue",
        "/?f.brand=Bolt",
        "/?like=mug-blue",
    ):
        answer = acme.get(address)
        assert answer.status_code == 200
        for foreign in ("mug-red", "shirt-green", "Red mug", "Zirconium", "Vault"):
            assert foreign not in answer.text, (address, foreign)
    assert acme.get("/product/mug-red").status_code == 404
    assert acme.get("/?like=mug-red").status_code in (400, 404)


def test_facets_are_counted_over_its_own(acme: httpx.Client) -> None:
    silent(acme.get(f"{API}/facets"))
    silent(acme.get(f"{API}/facets", params={"q": "hook", "facet": ["brand", "category", "colour"]}))


def test_what_draws_on_the_whole_shop_is_refused(acme: httpx.Client, refused: Refused) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(picture, "PNG")
    refused(acme.post(f"{API}/identify", files={"image": picture.getvalue()}), 403, "Forbidden")


def test_media_are_had_by_those_who_were_shown_them(acme: httpx.Client) -> None:
    hit = acme.get(f"{API}/search", params={"q": "blue mug"}).json()["hits"][0]
    address = hit["product"]["media"][0]["source"]
    assert acme.get(address).status_code == 200
    signature = address.split("/")[2]
    assert acme.get(f"/media/{signature}/0/mug-red").status_code == 404
