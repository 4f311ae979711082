"""How a product is read."""

from wares.documents import content_hash, filter_fields, meaning_text, word_fields
from wares.query.names import CORE_FIELDS, field_name
from wares.records import Passage, Price, Product, Variant
from wares.store.entries import Beside

SHIRT = Product(
    id="s1",
    title="Plain shirt",
    brand="Acme",
    category=("Clothing", "Shirts"),
    attributes={"Fit": "slim", "organic": True, "year": 2011.0, "price": "low", "sizes": ("S", "M")},
    price=Price(1999, "EUR"),
    availability="in_stock",
    rating=4.5,
    rating_count=12,
    description="Soft. " * 100,
    variants=(
        Variant(id="s1-S", options={"Size": "S"}),
        Variant(id="s1-M", options={"Size": "M"}, price=Price(2499, "EUR"), availability="out_of_stock"),
    ),
)


def test_offers_inherit_what_they_do_not_say() -> None:
    fields, offers = filter_fields(SHIRT)
    assert [offer["price"] for offer in offers] == [19.99, 24.99]
    assert [offer["availability"] for offer in offers] == ["in_stock", "out_of_stock"]
    assert [offer["size"] for offer in offers] == ["S", "M"]
    assert fields["category"] == ["Clothing", "Clothing/Shirts"]
    assert fields["rating"] == 4.5


def test_a_product_without_variants_is_its_own_offer() -> None:
    _, offers = filter_fields(Product(id="x", title="X", price=Price(500, "JPY")))
    assert offers == [{"price": 500.0, "currency": "JPY"}]


def test_an_attribute_never_takes_the_name_of_a_core_field() -> None:
    fields, _ = filter_fields(SHIRT)
    assert fields["attributes.price"] == "low"
    assert all(field_name(name) not in CORE_FIELDS for name in CORE_FIELDS)


def test_words_come_from_titles_options_and_codes() -> None:
    words = word_fields(SHIRT)
    assert words["title"] == "Plain shirt"
    for code in ("s1", "s1-M", "slim", "organic", "2011 "):
        assert code in words["attributes"]


def test_a_barcode_in_a_picture_is_found_in_every_form_of_its_number() -> None:
    read = (Passage(kind="label", text="Oat Drink"), Passage(kind="code", text="0036000291452"))
    words = word_fields(SHIRT, Beside(passages={"key": read}))["media"].split("\n")
    assert words[0] == "Oat Drink"
    assert set(words[1:]) == {"00036000291452", "0036000291452", "036000291452"}


def test_the_meaning_says_brand_and_kind_once_and_is_bounded() -> None:
    text = meaning_text(SHIRT)
    assert text.startswith("Plain shirt, Acme, Shirts. Soft.")
    assert len(text) < 250
    assert meaning_text(Product(id="x", title="Acme mug", brand="ACME")) == "Acme mug"


def test_the_hash_changes_with_the_product() -> None:
    assert content_hash(SHIRT) == content_hash(SHIRT)
    assert content_hash(SHIRT) != content_hash(Product(id="s1", title="Plain shirt"))
