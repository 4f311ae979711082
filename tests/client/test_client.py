"""The client has the verbs of a shop, and gives what the shop gives."""

from __future__ import annotations

import inspect
from pathlib import Path

import httpx
import pytest

import wares
from wares.errors import CatalogueError, QueryError, SetupError, StoreError
from wares.records import Media, Part, Price, Product, Query, Review


@pytest.fixture
def shop(served, folder: Path):
    """A client of a fresh shop."""
    http: httpx.Client = served()
    with wares.Client(str(http.base_url)) as client:
        client.folder = folder
        yield client


def public(kind: type) -> dict[str, object]:
    return {name: member for name, member in vars(kind).items() if inspect.isfunction(member) and name[0] != "_"}


def test_verbs_that_both_have_take_the_same_words() -> None:
    client, shop = public(wares.Client), public(wares.Shop)
    both = set(client) & set(shop)
    assert {"search", "suggest", "get", "add", "remove", "products", "info", "rebuild", "rollback"} <= both
    for name in both:
        own, theirs = (list(inspect.signature(verb).parameters) for verb in (client[name], shop[name]))
        assert set(own) <= set(theirs), name
        assert own == [word for word in theirs if word in own], f"{name}: in another order"


def test_a_search_gives_the_results_that_the_shop_gives(shop: wares.Client) -> None:
    with wares.open(shop.folder) as own:
        for asked in (
            {"text": "red mug under 30", "facets": ["brand", "price"]},
            {"text": "lamp", "where": 'brand = "Acme"', "sort": "-price", "k": 2, "offset": 1},
            {"like": "mug-blue", "without": "lamp", "weights": {"not": 0.5}},
            {"where": "price < 20", "facets": ["category"]},
            {"text": "red mug", "parse": False},
        ):
            here, there = own.search(**asked), shop.search(**asked)
            assert [(hit.id, hit.score, hit.variant, hit.why) for hit in there.hits] == [
                (hit.id, hit.score, hit.variant, hit.why) for hit in here.hits
            ]
            assert (there.total, there.facets, there.chips) == (here.total, here.facets, here.chips)


def test_a_query_can_be_sent_as_it_is(shop: wares.Client) -> None:
    query = Query(parts=(Part("text", "mug"), Part("like", "mug-red", 0.5), Part("like", "mug-blue", -1.0)), limit=3)
    with wares.open(shop.folder) as own:
        assert [hit.id for hit in shop.search(query).hits] == [hit.id for hit in own.search(query).hits]


def test_pictures_are_sent_as_paths_and_as_bytes(shop: wares.Client, catalogue: list[Product]) -> None:
    path = Path(str(next(p for p in catalogue if p.id == "lamp-green").media[0].source))
    found = [shop.search(image=given, k=1).hits[0].id for given in (path, str(path), path.read_bytes())]
    assert {id.partition("-")[2] for id in found} == {"green"}


def test_what_cannot_be_sent_or_heard_is_told(shop: wares.Client, tmp_path: Path) -> None:
    pytest.importorskip("av", reason='the extra "video" is not installed')
    (tmp_path / "note.wav").write_text("milk and eggs")
    for ask, told in (
        (lambda: shop.search(video=tmp_path / "none.mp4"), "the video asked for cannot be used"),
        (lambda: shop.search(video=b"milk and eggs"), "is no video"),
        (lambda: shop.hear(tmp_path / "note.wav"), "the recording asked for cannot be used"),
        (lambda: shop.search(Query(parts=(Part("audio", b"RIFF", -1.0),))), "what is not like a recording"),
    ):
        with pytest.raises(QueryError, match=told):
            ask()


def test_products_are_added_changed_and_removed(shop: wares.Client, tmp_path: Path) -> None:
    picture = tmp_path / "kettle.png"
    from PIL import Image

    Image.new("RGB", (90, 90), (10, 200, 200)).save(picture)
    kettle = Product(id="kettle/1", title="Whistling kettle", price=Price(3490, "EUR"), media=(Media(str(picture)),))
    report = shop.add([kettle])
    assert (report.added, report.changed, report.unchanged) == (1, 0, 0)
    found = shop.search("kettle", k=1).hits[0]
    assert found.id == "kettle/1"
    assert shop.media_bytes(found.product.media[0])
    assert shop.add([kettle]).unchanged == 1
    assert len(shop) == 13
    assert {product.id for product in shop.products()} >= {"kettle/1", "mug-red"}
    assert shop.remove(["kettle/1", "never-there"]) == 1
    assert len(shop) == 12
    with pytest.raises(QueryError, match="no product"):
        shop.get("kettle/1")


def test_what_cannot_be_added_is_told_and_the_rest_is_in(shop: wares.Client) -> None:
    good, bad = Product(id="good", title="A good one"), Product(id="bad", title="Bad", rating=99.0)
    bad = Product(id="", title="no id")
    with pytest.raises(CatalogueError, match="1 of 2 products"):
        shop.add([bad, good])
    assert shop.get("good").title == "A good one"


def test_reviews_are_sent_and_what_they_come_to_is_told(shop: wares.Client) -> None:
    said = [Review(product="mug-red", text="Great quality", rating=5, id=str(n)) for n in range(3)]
    assert shop.add_reviews(said).added == 3
    reception = shop.reception("mug-red")
    assert reception is not None
    assert (reception.reviews, reception.rating, reception.aspects("praised")) == (3, 5.0, ("quality",))
    assert shop.reception("mug-blue") is None
    assert shop.add_reviews([]).added == 0
    with pytest.raises(StoreError, match="no review could be read"):
        shop.add_reviews([Review(product="", text="to nobody")])


def test_a_rebuild_is_waited_for(shop: wares.Client) -> None:
    before = shop.info().versions
    made = shop.rebuild()
    assert made.live
    assert made.name not in {version.name for version in before}
    assert shop.rollback().name == before[-1].name


def test_a_picture_is_identified_and_a_place_explained(shop: wares.Client, catalogue: list[Product]) -> None:
    path = str(catalogue[0].media[0].source)
    assert shop.identify(path).alike
    told = shop.why("red mug", "mug-red")
    assert (told.id, told.state) == ("mug-red", "shown")


def test_a_check_up_is_that_of_the_shop(shop: wares.Client) -> None:
    with wares.open(shop.folder) as own:
        assert [(each.name, each.ok) for each in shop.check()] == [(each.name, each.ok) for each in own.check()]


def test_errors_are_those_of_the_shop(shop: wares.Client) -> None:
    with pytest.raises(QueryError, match="prise"):
        shop.search("mug", where="prise < 20")
    with pytest.raises(QueryError, match="cannot be used"):
        shop.search(image="nowhere.png")
    with pytest.raises(QueryError, match="no product"):
        shop.search(like="nobody")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://example.com", "http://user:password@127.0.0.1"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(SetupError):
        wares.Client(url)


def test_a_server_that_is_not_there_is_told() -> None:
    with wares.Client("http://127.0.0.1:9") as client, pytest.raises(SetupError, match="cannot be reached"):
        client.info()
