"""Pages as they leave the server: addresses, languages, errors, and that nothing of a product is markup."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import quote

import httpx
import pytest

import wares
from wares.access import Keyring
from wares.records import Product, Variant
from wares.settings import Settings, StorefrontSettings
from wares.store.store import Store

HTML = {"Accept": "text/html"}


def links(text):
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', text)]


def cards(text):
    return re.findall(r'class="card[^"]*" data-id="([^"]+)"', text)


def test_the_first_page_shows_categories_examples_and_products(client):
    text = client.get("/").text
    assert {"/?f.category=Clothing%2FShirts", "/?f.category=Kitchen%2FMugs"} <= set(links(text)) or (
        "/?f.category=Clothing" in links(text)
    )
    assert len(cards(text)) == 12
    assert any("like=" in href and "q=" in href for href in links(text)), "a picture and words, as an example"


def test_an_answer_is_an_address_and_every_state_of_it_a_link(client):
    text = client.get("/?q=shirt").text
    assert cards(text)[0].startswith("shirt-")
    found = set(links(text))
    assert "/?q=shirt&f.brand=Acme" in found
    assert "/?q=shirt&like=shirt-red" in found and "/?q=shirt&unlike=shirt-red" in found
    assert "/product/shirt-red?q=shirt" in found


def test_chosen_values_narrow_and_are_let_go_by_their_links(client):
    text = client.get("/?q=shirt&f.brand=Acme&max=20").text
    assert sorted(cards(text)) == ["shirt-blue", "shirt-white"]
    found = links(text)
    assert "/?q=shirt&max=20" in found and "/?q=shirt&f.brand=Acme" in found
    assert "/?q=shirt&f.brand=Acme&max=20&f.brand=Bolt" in found, "counted without its own choice"


def test_unknown_names_in_an_address_are_left_out(client):
    text = client.get("/?q=shirt&utm_source=mail&offset=5").text
    assert cards(text)[0].startswith("shirt-")
    assert not any("utm_source" in href for href in links(text) if "lang=" not in href)


def test_the_cards_of_a_further_page_come_alone(client):
    text = client.get("/more?all=1").text
    assert len(cards(text)) == 12 and "<html" not in text


def test_a_product_shows_its_variants(client):
    text = client.get("/product/shirt-red?variant=shirt-red-M").text
    assert re.search(r'aria-current="true">M<', text)
    assert "/?f.category=Clothing%2FShirts" in links(text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/product/nothing", 404),
        ("/nowhere", 404),
        ("/?min=cheap", 400),
        ("/?like=nothing", 400),
        ("/?f.nofield=1", 400),
        ("/?sort=title", 400),
        ("/?q=x&image=" + "A" * 22, 410),
        ("/static/0000/shop.css", 404),
    ],
)
def test_errors_are_pages_for_who_asks_for_pages(client, path, status):
    shown = client.get(path, headers=HTML)
    assert shown.status_code == status
    assert shown.headers["content-type"].startswith("text/html")
    assert f'class="status">{status}<' in shown.text and 'role="search"' in shown.text


def test_errors_stay_json_for_programs_and_under_the_api(client):
    assert client.get("/nowhere").json()["error"]["kind"] == "NotThere"
    assert client.get("/api/v1/products/nothing", headers=HTML).json()["error"]["kind"] == "NotThere"


def test_files_are_kept_for_good_under_the_hash_of_their_content(client):
    text = client.get("/").text
    style = next(href for href in links(text) if href.endswith("shop.css"))
    answer = client.get(style)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert client.get(style, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    script = re.search(r'src="([^"]+shop\.js)"', text)[1]
    for module in re.findall(r'from "\./([^"]+)"|import "\./([^"]+)"', client.get(script).text):
        assert client.get(script.replace("shop.js", "".join(module))).status_code == 200


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsecret.py", "accent-400.css", "accent-1e1.css", "accent-٣.css", "nothing.js"]
)
def test_no_other_file_is_sent(client, name):
    style = next(href for href in links(client.get("/").text) if href.endswith("shop.css"))
    assert client.get(style.replace("shop.css", name)).status_code == 404


def test_pages_carry_no_script_or_style_of_their_own(client):
    for path in ("/", "/?q=shirt&like=mug-red", "/product/shirt-red?q=shirt", "/nowhere"):
        text = client.get(path, headers=HTML).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", text)
        assert "'unsafe" not in client.get(path, headers=HTML).headers["content-security-policy"]


def test_who_needs_a_key_is_told_so_on_a_page(folder, served):
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        keyring.create("owner", ("admin",), by="tests")
    shown = served(keys=True).get("/", headers=HTML)
    assert shown.status_code == 401 and "Please sign in" in shown.text
    assert 'href="/console/login"' in shown.text


def test_visitors_see_what_their_key_sees_and_nothing_else(folder, served):
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        keyring.create("front", ("search",), by="tests", where='brand = "Acme"')
    client = served(keys=True, visitors="front")
    for path in ("/", "/?all=1", "/?q=shirt", "/?like=shirt-blue", "/product/shirt-blue?q=shirt", "/?q=mug&max=1"):
        text = client.get(path).text
        assert "Acme" in text
        assert "Bolt" not in text and not any("-red" in id or "-green" in id for id in cards(text)), path
    for path in ("/product/shirt-red", "/?like=shirt-red", "/?q=shirt&unlike=shirt-red"):
        assert client.get(path, headers=HTML).status_code in (400, 404)
        assert "Red shirt" not in client.get(path, headers=HTML).text


def test_rules_put_up_banners_and_lead_elsewhere(served):
    client = served()
    rules = {
        "rule": [
            {"name": "sale", "when": {"contains": ["mug"]}, "then": {"banner": {"text": "All <mugs> half price"}}},
            {
                "name": "help",
                "when": {"contains": ["returns"]},
                "then": {"redirect": "https://shop.example/help?a=1&b=2"},
            },
        ]
    }
    kept = client.post("/api/v1/rules", json=rules)
    assert kept.status_code == 200, kept.text
    deadline = time.monotonic() + 10  # rules are looked up once a second
    while "All &lt;mugs&gt; half price" not in client.get("/?q=mug").text:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    led = '<meta http-equiv="refresh" content="0;url=https://shop.example/help?a=1&amp;b=2">'
    assert led in client.get("/?q=returns").text


def test_what_is_not_wanted_is_left_out_of_a_list(client):
    text = client.get("/?f.category=Clothing/Shirts&unlike=shirt-red&without=plain").text
    assert sorted(cards(text)) == ["shirt-blue", "shirt-green", "shirt-white"]
    assert "Not like Red shirt" in text


# -- languages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("de, en;q=0.5, zh;q=0.1", "en"),
        ("fr", "en"),
        ("zh;q=0, *", "en"),
        ("zh;q=nonsense,", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_browsers(client, accepted, tag):
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{tag}"' in answer.text
    assert answer.headers["content-language"] == tag
    assert "Accept-Language" in answer.headers["vary"]


def test_the_language_chosen_by_hand_is_kept(client):
    answer = client.get("/?lang=zh")
    assert '<html lang="zh-CN"' in answer.text
    assert "wares_lang=zh" in answer.headers["set-cookie"]
    client.cookies.clear()
    kept = client.get("/", headers={"Cookie": "wares_lang=zh", "Accept-Language": "en"})
    assert '<html lang="zh-CN"' in kept.text
    assert '<html lang="en"' in client.get("/?lang=xx").text
    client.cookies.clear()


# -- what a shop's owner sets, and what feeds bring ---------------------------------------------------------------


def test_title_colour_and_languages_are_the_owners(folder, served):
    with wares.open(folder) as shop:
        shop.apply(
            Settings(model="basic", storefront=StorefrontSettings(title="Nordlicht", hue=25, languages=("zh",)))
        )
    text = served().get("/").text
    assert "<span>Nordlicht</span>" in text and 'lang="zh-CN"' in text
    assert any(href.endswith("accent-25.css") for href in links(text))


def test_nothing_of_a_feed_is_markup(tmp_path, folder, served):
    nasty = '"><script>alert(1)</script>'
    with wares.open(folder) as shop:
        shop.add(
            [
                Product(
                    id=nasty,
                    title=f"Kettle {nasty}",
                    brand=nasty,
                    category=(nasty, "<b>x</b>"),
                    attributes={nasty: nasty},
                    description=nasty,
                    url="javascript:alert(1)",
                    variants=(Variant(id=nasty, options={nasty: nasty}),),
                )
            ]
        )
    client = served()
    for path in ("/", "/?all=1", f"/?q={quote('kettle ' + nasty)}", f"/product/{quote(nasty, safe='')}?q=kettle"):
        text = client.get(path).text
        assert "<script>alert" not in text and "<b>x" not in text
        assert 'href="javascript:' not in text


def test_an_empty_shop_says_so(tmp_path):
    from fastapi.testclient import TestClient

    from wares.server.app import create_app

    place = tmp_path / "empty"
    wares.open(place, model="basic").close()
    with TestClient(create_app(place), base_url="http://localhost") as client:
        assert "This shop is being set up" in client.get("/").text
        assert client.get("/?q=x").status_code == 200


def test_without_the_storefront_there_are_no_pages(served):
    assert served(storefront=False).get("/", headers=HTML).status_code == 404


def test_availability_is_said_in_words(client: httpx.Client) -> None:
    for language, said in (("en", "In stock"), ("zh", "有货")):
        page = client.get("/", params={"q": "mug", "f.availability": "in_stock", "lang": language}).text
        assert said in page
        assert ">in_stock<" not in page


def test_where_nothing_is_found_no_price_is_asked_for(client: httpx.Client) -> None:
    assert 'name="min"' not in client.get("/", params={"q": "xyzzyqwert"}).text
