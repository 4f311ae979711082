"""What is said of a product while a model learns."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.dictionary import language
from wares.fit.captions import MAX_CAPTIONS, Caption, Captioner
from wares.records import AttributeValue, Product, Variant

SHIRT = Product(
    id="shirt",
    title="Puma Men Navy Blue Casual Shirt PM1234",
    brand="Puma",
    category=("Apparel", "Topwear", "Shirts"),
    attributes={
        "baseColour": "Navy Blue",
        "Gender": "Men",
        "season": "Summer",
        "material": ("Cotton", "Linen"),
        "title_zh": "彪马男士藏青色衬衫",
        "reviews": ("Fits well.", "A bit thin"),
        "warehouse": "K7 north",
    },
    description="A shirt for warm days. Wash it cold. Third sentence.",
)
TWIN = Product(
    id="twin", title="Zara shirt", category=("Shirts",), attributes=dict(SHIRT.attributes, baseColour="Red")
)
CHINESE = Product(id="zh", title="女士红色纯棉连衣裙", brand="优衣库", category=("服装", "连衣裙"))
CATALOGUE = [SHIRT, TWIN, CHINESE]


def of(product: Product, *others: Product) -> dict[str, Caption]:
    return {caption.text: caption for caption in Captioner([product, *others]).captions(product)}


def facets(product: Product, *others: Product) -> frozenset[tuple[str, str]]:
    return Captioner([product, *others]).facets(product)


# -- what is said ---------------------------------------------------------------------------------------------------


def test_the_title_is_said_whole_without_the_brand_and_without_codes() -> None:
    said = [caption.text for caption in of(SHIRT, TWIN).values() if caption.kind == "title"]
    assert said == [
        "Puma Men Navy Blue Casual Shirt PM1234",
        "Men Navy Blue Casual Shirt PM1234",
        "Men Navy Blue Casual Shirt",
        "彪马男士藏青色衬衫",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("shirts", "kind"),
        ("shirt", "kind"),
        ("topwear", "wider kind"),
        ("衬衫", "kind"),
        ("navy blue", "colour"),
        ("蓝色", "colour"),
        ("blue shirts", "colour kind"),
        ("藏青色衬衫", "colour kind"),
        ("puma shirts", "brand kind"),
        ("Puma衬衫", "brand kind"),
        ("men shirts", "attribute kind"),
        ("summer shirts", "attribute kind"),
        ("夏季衬衫", "attribute kind"),
        ("linen shirts", "attribute kind"),
        ("men blue shirts", "gender colour kind"),
        ("男士蓝色衬衫", "gender colour kind"),
        ("topwear shirts", "path"),
        ("A shirt for warm days.", "description"),
        ("A bit thin", "review"),
    ],
)
def test_what_shoppers_would_type_is_said_in_both_languages(text: str, kind: str) -> None:
    said = of(SHIRT, TWIN)[text]
    assert said.kind == kind
    assert said.language == language(text)


def test_a_products_own_words_state_nothing_and_what_shoppers_type_does() -> None:
    own = {"title", "description", "review"}
    assert all(bool(caption.facets) == (caption.kind not in own) for caption in of(SHIRT, TWIN).values())


def test_a_chinese_catalogue_is_said_in_english_too() -> None:
    said = of(CHINESE, SHIRT)
    assert {
        "红色连衣裙",
        "red dresses",
        "女士红色连衣裙",
        "women red dresses",
        "优衣库连衣裙",
        "dress",
    } <= said.keys()
    assert not any("优衣库" in text and caption.language == "en" for text, caption in said.items())


def test_a_warehouses_own_marks_and_what_one_product_has_are_not_said() -> None:
    odd = Product(id="odd", title="", category=("Shirts",), attributes={"season": "Monsoon", "warehouse": "K7 north"})
    assert facets(odd, SHIRT, TWIN) == {("kind", "shirts")}


# -- what is stated -------------------------------------------------------------------------------------------------


def test_what_is_stated_is_the_same_in_both_languages_and_any_number() -> None:
    english, chinese = facets(SHIRT, TWIN), facets(CHINESE)
    assert {("kind", "shirts"), ("colour", "navy blue"), ("colour", "blue"), ("brand", "puma")} <= english
    assert {("gender", "men"), ("season", "summer"), ("material", "cotton"), ("material", "linen")} <= english
    assert {("kind", "dresses"), ("kind", "clothing"), ("colour", "red"), ("gender", "women")} <= chinese
    for kind in ("Shirt", "shirts", "衬衫", "衬衣"):
        assert facets(Product(id="1", title="", category=(kind,))) == {("kind", "shirts")}
    for kind in ("Gizmo", "gizmos"):
        assert facets(Product(id="1", title="", category=(kind,))) == {("kind", "gizmo")}


@pytest.mark.parametrize("colour", ["Dark Blue", "深蓝色", "dark blue"])
def test_dark_blue_is_blue_in_either_language(colour: str) -> None:
    products = [Product(id=str(number), title="", attributes={"colour": colour}) for number in range(2)]
    assert facets(*products) == {("colour", "dark blue"), ("colour", "blue")}


@pytest.mark.parametrize(
    ("kind", "wider"),
    [("Casual Shoes", "footwear"), ("休闲鞋", "footwear"), ("Silk Evening Sarees", "sarees"), ("Ice Cream", None)],
)
def test_a_narrow_kind_is_its_wider_ones_too(kind: str, wider: str | None) -> None:
    stated = {value for _, value in facets(Product(id="1", title="", category=(kind,)))}
    assert wider in stated if wider else stated == {"ice cream"}


def test_colour_people_and_kind_are_taken_from_the_title_where_no_field_says_them() -> None:
    stated = facets(Product(id="1", title="Red Leather Handbags for Women, zip"))
    assert (
        stated
        == {("colour", "red"), ("gender", "women"), ("kind", "handbags"), ("kind", "bags")} - {("kind", "bags")}
        or ("kind", "handbags") in stated
    )
    assert ("colour", "red") not in facets(Product(id="1", title="Red wine", category=("Wine",)))
    blue = [Product(id=str(n), title="Red label jeans", attributes={"color": "Blue"}) for n in range(2)]
    assert {value for field, value in facets(*blue) if field == "colour"} == {"blue"}


def test_several_values_and_options_of_variants_hold_together() -> None:
    variants = tuple(Variant(id=colour, options={"Colour": colour}) for colour in ("Red", "Blue"))
    product = Product(id="1", title="Mug", category=("Mugs",), variants=variants)
    other = Product(id="2", title="Mug", category=("Mugs",), variants=variants)
    assert {("colour", "red"), ("colour", "blue"), ("kind", "mugs")} == facets(product, other)
    assert {"red mugs", "blue mugs", "红色马克杯"} <= of(product, other).keys()


# -- what is drawn --------------------------------------------------------------------------------------------------


def test_a_step_of_training_says_titles_most_often_and_all_else_sometimes() -> None:
    captioner = Captioner(CATALOGUE)
    drawn = captioner.draw(SHIRT, Random(5), 2000)
    assert 0.70 < sum(caption.kind == "title" for caption in drawn) / len(drawn) < 0.80
    assert {caption.kind for caption in drawn} >= {caption.kind for caption in captioner.captions(SHIRT)}
    assert {caption.language for caption in drawn} == {"en", "zh"}
    texts = {caption.text for caption in drawn}
    assert {"衬衣", "蓝色 衬衫", "男款衬衫"} & texts
    assert any(" for men" in text for text in texts)
    assert len(texts) > 100


def test_the_same_seed_draws_the_same() -> None:
    captioner = Captioner(CATALOGUE)
    assert captioner.draw(SHIRT, Random(1), 50) == Captioner(iter(CATALOGUE)).draw(SHIRT, Random(1), 50)
    assert captioner.captions(SHIRT) == captioner.captions(SHIRT)


def test_a_product_without_words_has_no_captions() -> None:
    silent = Product(id="1", title=" ")
    captioner = Captioner([silent])
    assert (captioner.captions(silent), captioner.draw(silent, Random(0))) == ((), [])


# -- any product ----------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "Red", "blue/white", "Shirts", "衬衫", "深蓝色", "Puma", "men", "女士", "X-12", "!!", "Ærø é", "a & b", ">"]
)
ANY = st.lists(WORDS, max_size=4).map(" ".join) | st.text(max_size=30)
NAMES = st.sampled_from(["colour", "颜色", "gender", "season", "title_de", "review", "type", "size", "x"])
VALUES: st.SearchStrategy[AttributeValue] = st.one_of(
    ANY, st.booleans(), st.floats(allow_nan=False), st.lists(ANY, max_size=3).map(tuple)
)
PRODUCTS = st.builds(
    Product,
    id=st.text(max_size=3),
    title=ANY,
    brand=ANY,
    description=ANY,
    category=st.lists(ANY, max_size=4).map(tuple),
    attributes=st.dictionaries(NAMES, VALUES, max_size=5),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(PRODUCTS, min_size=1, max_size=5), st.integers(0, 9))
def test_whatever_the_products_each_caption_says_something_that_holds(products: list[Product], seed: int) -> None:
    captioner = Captioner([*products, *products])
    for product in products:
        holds, captions = captioner.facets(product), captioner.captions(product)
        drawn = captioner.draw(product, Random(seed), 8)
        assert len(captions) <= MAX_CAPTIONS
        assert len({caption.text for caption in captions}) == len(captions)
        assert len(drawn) in (0, 8)
        assert bool(drawn) == bool(captions)
        for caption in (*captions, *drawn):
            assert caption.text.strip()
            assert caption.facets <= holds


def test_a_long_path_many_values_and_a_long_title_stay_within_bounds() -> None:
    colours = ("red", "blue", "green", "white", "black", "pink")
    long = Product(
        id="1",
        title="word " * 5000,
        brand="Brand",
        category=tuple(f"kind {letter}" for letter in "abcdefghij"),
        attributes={"colour": colours, "gender": ("men", "women", "boys"), "style": ("casual", "party", "boho")},
        description="sentence. " * 5000,
    )
    captions = Captioner([long, long]).captions(long)
    assert len(captions) <= MAX_CAPTIONS
    assert max(len(caption.text) for caption in captions) <= 200
