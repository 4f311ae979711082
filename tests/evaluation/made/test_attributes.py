"""Values and kinds, brands and kinds, and who has them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from wares.encoders.dictionary import language
from wares.evaluation.made import make
from wares.evaluation.made.attributes import MOST_RIGHT, asked, sayable, spoken
from wares.evaluation.made.facts import Fact
from wares.evaluation.made.survey import Survey
from wares.evaluation.made.wording import sort_of, translated, words
from wares.records import Product, Variant

UNUSED = Path("unused")


def squeezed(text: str) -> str:
    return "".join(text.lower().split())


def said_in(text: str, products: list[Product]) -> dict[str, set[str]]:
    """What a question names of a catalogue in which no name is part of another: field → values, by a slow look."""
    found: dict[str, set[str]] = {}
    for product in products:
        for field, value in held(product).items():
            other = translated(value, sort_of(field)) if field != "brand" else None
            if any(squeezed(one) in squeezed(text) for one in (value, other) if one):
                found.setdefault(field, set()).add(value)
    return found


def held(product: Product) -> dict[str, str]:
    """Kind, brand, colour and material of a product."""
    own = {name.lower(): str(value) for name, value in product.attributes.items() if name != "stock"}
    return {"category": product.category[-1], "brand": product.brand, **own}


@pytest.mark.parametrize("of", ["english", "chinese"])
def test_right_is_who_has_all_and_partly_who_lacks_one(of: str, request: pytest.FixtureRequest) -> None:
    products: list[Product] = request.getfixturevalue(of)
    queries, judgments = make(products, folder=UNUSED, kinds=["attributes"], size=200)
    assert {q.tags["language"] for q in queries.queries} == {"en", "zh"}
    several = 0
    for question in queries.queries:
        asked_for = said_in(str(question.query.parts[0].value), products)
        values = {field: names for field, names in asked_for.items() if field != "category"}
        expected = {}
        for product in products:
            own = held(product)
            if own["category"] in asked_for["category"]:
                lacking = [field for field, names in values.items() if own[field] not in names]
                if not lacking or (len(lacking) == 1 and len(values) > 1):
                    expected[product.id] = 1 if lacking else 3
        assert judgments.gains[question.id] == expected
        several += len(values) > 1
    assert several


@pytest.mark.parametrize("of", ["english", "chinese"])
def test_a_brand_and_a_kind_are_asked_for_together(of: str, request: pytest.FixtureRequest) -> None:
    products: list[Product] = request.getfixturevalue(of)
    queries, judgments = make(products, folder=UNUSED, kinds=["category-brand"])
    assert {q.tags["language"] for q in queries.queries} == ({"en", "zh"} if of == "english" else {"zh"})
    for question in queries.queries:
        asked_for = said_in(str(question.query.parts[0].value), products)
        assert set(asked_for) == {"brand", "category"}
        right = {p.id for p in products if all(held(p)[field] in names for field, names in asked_for.items())}
        assert judgments.gains[question.id] == dict.fromkeys(right, 3)


def test_goods_of_both_languages_answer_one_question(english: list[Product], chinese: list[Product]) -> None:
    both = [*english, *chinese]
    red = {p.id for p in both if held(p).get("colour") == "Red" or held(p).get("颜色") == "红色"}
    assert having(both, Fact("colour", "Red")) == red
    shirts = {p.id for p in both if p.category[-1] in ("Shirts", "衬衫")}
    assert having(both, Fact("category", "Shirts")) == having(both, Fact("category", "衬衫")) == shirts


def goods(*rows: dict[str, object]) -> list[Product]:
    return [Product(id=str(n), **{"title": "", **row}) for n, row in enumerate(rows)]  # type: ignore[arg-type]


def having(products: list[Product], fact: Fact) -> set[str]:
    survey = Survey(products)
    return {survey.ids[n] for n in survey.having(fact).all}


def test_an_empty_field_is_made_up_for_by_words_and_a_filled_one_is_not() -> None:
    products = goods(
        {"title": "Dress", "attributes": {"colour": "dark Red"}},
        {"title": "Red dress"},
        {"title": "Red Tape dress", "attributes": {"colour": "brown"}},
        {"title": "Dress", "attributes": {"colour": ("blue", "red")}},
        {"title": "Dress"},
    )
    assert having(products, Fact("colour", "red")) == {"0", "1", "3"}


def test_names_are_met_as_a_whole_at_any_step_of_the_category() -> None:
    products = goods(
        {"category": ("Shoes",)},
        {"category": ("Shoes", "Boots")},
        {"category": ("Shoe Care",)},
        {"title": "Shoes for men"},
        {"category": ("shoes",)},
    )
    assert having(products, Fact("category", "Shoes")) == {"0", "1", "3", "4"}


@pytest.mark.parametrize("bags", [0, 3])
def test_a_kind_that_other_goods_are_made_for_is_not_asked_for(bags: int) -> None:
    rows = [
        {"title": f"model{n}", "brand": brand if n else "Acme", "category": (kind,)}
        for kind, brand in (("Laptops", "HP"), ("Pens", "Bic"), ("Mugs", "Bodum"), ("Lamps", "Tolomeo"))
        for n in range(9)
    ]
    products = [*goods(*rows), *(Product(id=f"bag{n}", title="bag for laptops") for n in range(bags))]
    products += [Product(id=f"other{n}", title=f"thing{n} grey") for n in range(10)]
    queries, _ = make(products, folder=UNUSED, kinds=["category-brand"])
    brands = {str(q.query.parts[0].value).lower().split()[0][:2] for q in queries.queries}
    assert brands == {"bi", "bo", "to", "ac", *(() if bags else ("hp",))}


def test_variants_answer_for_their_options_one_at_a_time() -> None:
    sizes = [
        Variant(id=f"{n}", options={"Size": s, "Fit": f}) for n, (s, f) in enumerate([("S", "slim"), ("M", "wide")])
    ]
    products = [
        *(Product(id=f"both{n}", title="Tee", category=("Tees",), variants=tuple(sizes)) for n in range(3)),
        *(Product(id=f"one{n}", title="Tee", category=("Tees",), variants=(sizes[0],)) for n in range(3)),
        *(Product(id=f"no{n}", title="Mug", category=("Mugs",)) for n in range(30)),
    ]
    said: dict[str, set[str]] = {}
    for seed in range(12):
        queries, judgments = make(products, folder=UNUSED, kinds=["attributes"], seed=seed)
        said |= {str(q.query.parts[0].value): set(judgments.gains[q.id]) for q in queries.queries}
    assert {text for text in said if language(text) == "en"} == {"tees size m", "wide tees"}
    assert {"both0", "both1", "both2"} == said["tees size m"]


def test_a_warehouse_s_own_marks_are_not_asked_for(english: list[Product]) -> None:
    survey = Survey(english)
    assert spoken(survey, Fact("colour", "Red"))
    assert not spoken(survey, Fact("stock", "dev"))
    assert not spoken(survey, Fact("colour", "Chartreuse"))  # nobody has it
    queries, _ = make(english, folder=UNUSED, kinds=["attributes"])
    assert not any("dev" in str(q.query.parts[0].value) for q in queries.queries)


def test_a_value_that_titles_say_is_spoken_whatever_its_field_is_called() -> None:
    rows = [{"title": f"Steel mug {n}", "attributes": {"m7": "Steel", "m8": "Aisle"}} for n in range(4)]
    survey = Survey(goods(*rows))
    assert spoken(survey, Fact("m7", "Steel"))
    assert not spoken(survey, Fact("m8", "Aisle"))


@pytest.mark.parametrize("value", ["Red", "Off White", "H&M", "L'Oréal", "100% cotton", "蓝色", "3-in-1"])
def test_words_that_can_be_said(value: str) -> None:
    assert sayable(value)


@pytest.mark.parametrize(
    "value", ["", "N/A", "Other", "无", "168x224(restored)", "a, b", "Top (clothing)", "-", "the", "x" * 40]
)
def test_words_that_are_not(value: str) -> None:
    assert not sayable(value)


def test_a_question_keeps_an_order_and_one_language() -> None:
    red, size = Fact("colour", "Red"), Fact("size", "42", option=True)
    brand, kind = Fact("brand", "Nike"), Fact("category", "Running Shoes")
    made = {asked([brand, size, red, kind], Random(seed)) for seed in range(60)}
    assert made == {"nike red running shoes size 42", "Nike红色跑鞋42码", "Nike 红色 跑鞋 42码"}
    unknown = Fact("colour", "Heliotrope")
    assert {asked([unknown, kind], Random(seed)) for seed in range(20)} == {"heliotrope running shoes"}
    assert {asked([red, Fact("category", "某某物")], Random(seed)) for seed in range(20)} == {
        "红色某某物",
        "红色 某某物",
    }
    assert asked([unknown, Fact("category", "某某物")], Random(0)) is None


def test_not_too_many_are_right() -> None:
    rows = [
        {"title": "Tee", "category": ("Tees",), "attributes": {"colour": c}}
        for c in ("red", "blue")
        for _ in range(300)
    ]
    rare = [{"title": "Tee", "category": ("Tees",), "attributes": {"colour": "gold"}} for _ in range(MOST_RIGHT)]
    mugs = [{"title": f"Mug {n}", "category": ("Mugs",)} for n in range(900)]
    queries, judgments = make(goods(*rows, *rare, *mugs), folder=UNUSED, kinds=["attributes"])
    assert {len(gains) for gains in judgments.gains.values()} == {MOST_RIGHT}
    assert {str(q.query.parts[0].value) for q in queries.queries} <= {"gold tees", "金色T恤", "金色 T恤"}


def test_a_field_with_a_value_for_each_product_is_no_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"title": f"Chair {n}", "attributes": {"article": f"chair {n}"}} for n in range(30)]
    monkeypatch.setattr("wares.evaluation.made.survey.MAX_VALUES", 20)
    survey = Survey(goods(*rows))
    assert survey.holders(Fact("article", "chair 3")) == 0
    assert len(survey.with_words("chair 3")) == 1


def test_values_are_met_by_words() -> None:
    assert words("Navy Blue") == {"navi", "blue"}
