"""What is learnt of a catalogue's values: counts, what phrases mean, and how surely."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.query import values as module
from wares.query.reading.text import Text, key
from wares.query.values import Sense, Values
from wares.records import Price, Product, Variant
from wares.store.entries import Stored

COLOURS = ("Red", "Blue", "Navy Blue", "Orange")
BRANDS = ("Apple", "Orange", "Red Bull", "Acme")


def learnt(products: Sequence[Product], step: int = 3) -> Values:
    found = Values()
    rows = [Stored(number, product, ()) for number, product in enumerate(products)]
    for at in range(0, len(rows), step):
        found.learn(rows[at : at + step])
    return found


def sense(values: Values, phrase: str, field: str) -> Sense:
    (found,) = (one for one in values.senses(key(phrase)) if one.field == field)
    return found


titles = st.lists(
    st.sampled_from(["red", "blue", "navy blue", "orange", "apple", "red bull", "acme", "cup", "juice"]),
    min_size=1,
    max_size=5,
)
catalogues = st.lists(
    st.builds(
        lambda title, brand, colour: Product(
            id="", title=" ".join(title), brand=brand, attributes={"colour": colour} if colour else {}
        ),
        titles,
        st.sampled_from(["", *BRANDS]),
        st.sampled_from(["", *COLOURS]),
    ),
    min_size=1,
    max_size=30,
)


def said(title: str, phrase: str, longer: Sequence[str]) -> bool:
    """Whether a title says a phrase, and not only as a part of a longer one: the slow way."""
    words = title.split()
    at = 0
    while at < len(words):
        fits = [one for one in (phrase, *longer) if words[at : at + len(one.split())] == one.split()]
        if not fits:
            at += 1
            continue
        best = max(fits, key=lambda one: len(one.split()))
        if best == phrase:
            return True
        at += len(best.split())
    return False


@settings(max_examples=150, deadline=None)
@given(catalogues, st.sampled_from(["red", "blue", "orange", "apple", "acme"]))
def test_counts_are_those_of_the_titles(products: list[Product], phrase: str) -> None:
    values = learnt(products)
    known = {
        value.casefold()
        for one in products
        for value in (one.brand, *one.attributes.values())
        if isinstance(value, str)
    }
    known.discard("")
    known |= {"blue"} if "navy blue" in known else set()
    longer = [one for one in known if " " in one]
    having = [one for one in products if said(one.title, phrase, [*longer, *known])]
    for found in values.senses(phrase if phrase not in ("orange", "apple", "blue") else key(phrase)):
        own = [one.brand if found.field == "brand" else str(one.attributes.get("colour", "")) for one in having]
        meant = [value.casefold() in found.values for value in own if value]
        assert (found.having, found.other) == (sum(meant), len(meant) - sum(meant))
        assert found.titled == len(having)


@settings(max_examples=50, deadline=None)
@given(catalogues)
def test_what_was_packed_says_the_same_and_is_packed_the_same(products: list[Product]) -> None:
    values = learnt(products)
    data = values.pack()
    again = Values.unpack(data)
    assert again.pack() == data
    assert learnt(products, step=7).pack() == data
    for phrase in ("red", "navi blue", "orang", "appl", "acm", "women"):
        assert again.senses(phrase) == values.senses(phrase)


@settings(max_examples=100, deadline=None)
@given(catalogues, catalogues)
def test_two_halves_know_the_values_of_both_and_add_their_counts(old: list[Product], new: list[Product]) -> None:
    base, half = learnt(old), learnt(new)
    both = half.over(base)
    assert both.products == len(old) + len(new)
    for phrase in ("red", "blue", "orang", "appl"):
        one, two, three = ({s.field: s for s in v.senses(phrase)} for v in (base, half, both))
        assert set(three) == {*one, *two}
        for field, found in three.items():
            parts = [s for s in (one.get(field), two.get(field)) if s]
            assert set(found.values) == {value for s in parts for value in s.values}
            assert found.having == sum(s.having for s in parts)
            assert found.other == sum(s.other for s in parts)
    for field in both.fields():
        assert both.holders(field) == base.holders(field) + half.holders(field)


def test_a_value_is_called_by_its_names_in_both_languages() -> None:
    values = learnt(
        [
            Product(
                id="1",
                title="Red cotton dress",
                category=("Dresses",),
                attributes={"colour": "Red", "fabric": "Cotton"},
            )
        ]
    )
    assert sense(values, "红色", "colour").value == "red"
    assert sense(values, "纯棉", "fabric").value == "cotton"
    assert sense(values, "连衣裙", "category").values == ("dresses",)
    assert sense(values, "dress", "category").having == 1
    assert sense(values, "红色", "colour").having == 1  # as titles say it under its own name


def test_options_of_variants_and_every_step_of_a_category_are_values() -> None:
    values = learnt(
        [
            Product(
                id="1",
                title="Boots",
                category=("Shoes", "Boots/High"),
                variants=(Variant(id="a", options={"Size": "42"}), Variant(id="b", options={"Size": "43"})),
            )
        ]
    )
    assert dict(values.of("size")).keys() == {"42", "43"}
    assert dict(values.of("category")).keys() == {"shoes", "shoes/boots", "shoes/boots/high"}
    assert sense(values, "high", "category").value == "shoes/boots/high"


def test_a_girl_is_a_kid_and_a_woman_is_none() -> None:
    values = learnt([Product(id=who, title=who, attributes={"gender": who}) for who in ("Girls", "Women", "Unisex")])
    assert sense(values, "kids", "gender").values == ("girls",)
    assert sense(values, "women", "gender").values == ("unisex", "women")
    assert sense(values, "ladies", "gender").value == "women"


def test_a_kind_of_material_covers_it_and_not_the_other_way_round() -> None:
    values = learnt(
        [Product(id=one, title=one, attributes={"material": one}) for one in ("Metal", "Stainless Steel")]
    )
    assert sense(values, "metal", "material").values == ("metal", "stainless steel")
    assert sense(values, "金属", "material").value == "metal"
    assert sense(values, "stainless steel", "material").values == ("stainless steel",)


def test_a_colour_of_several_is_each_of_them() -> None:
    values = learnt([Product(id="1", title="cup", attributes={"colour": "Black/Red"})])
    assert sense(values, "red", "colour").values == ("black/red",)
    assert sense(values, "black", "colour").value == ""
    assert values.senses("black red") == ()


def test_a_field_of_too_many_values_and_long_values_are_no_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VALUES", 5)
    products = [Product(id=str(n), title="x", attributes={"code": f"c{n}", "care": "wash " * 20}) for n in range(9)]
    values = learnt(products)
    assert list(values.of("code")) == []
    assert list(values.of("care")) == []
    assert values.holders("code") == 9


def test_a_field_whose_values_name_single_products_means_nothing() -> None:
    products = [
        Product(id=str(n), title=f"model{n}x", attributes={"model": f"model{n}x", "kind": "cup"}) for n in range(150)
    ]
    values = learnt(products)
    assert values.senses("model7x") == ()
    assert values.senses("cup") != ()


def test_of_many_titles_only_some_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TITLES", 50)
    products = [Product(id=str(n), title="red cup", attributes={"colour": "red"}) for n in range(1_000)]
    found = sense(learnt(products, step=100), "red", "colour")
    assert found.other == 0
    assert 800 <= found.having <= 1_200


def test_prices_are_told_by_kind_of_product() -> None:
    products = [
        Product(id=f"{kind}{n}", title="x", category=("All", kind), price=Price(100 * base * (n + 1), "EUR"))
        for kind, base in (("Cheap", 1), ("Dear", 100))
        for n in range(9)
    ]
    prices = learnt(products).prices
    assert prices.quantile(0.5, ("all/cheap",)) == pytest.approx(5, rel=0.11)
    assert prices.quantile(0.5, ("all/dear",)) == pytest.approx(500, rel=0.11)
    assert prices.quantile(0.5, ("all",)) == pytest.approx(9, rel=0.11)
    assert prices.quantile(0.5, ("all/other",)) is None
    assert prices.currencies == {"EUR": 18}


def test_turns_of_phrase_with_no_are_counted() -> None:
    values = learnt(
        [Product(id=str(n), title=title) for n, title in enumerate(["Sugar free gum", "no show socks", "无糖饼干"])]
    )
    assert values.negated("sugar free") == 1
    assert values.negated("no show") == 1
    assert values.negated("无 糖") == 1
    assert values.negated("no sugar") == 0


@pytest.mark.parametrize("data", [b"", b"\x93", b"\xc1", b"[]"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no values of a catalogue"):
        Values.unpack(data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_words_lie_where_they_were_typed(typed: str) -> None:
    text = Text(typed)
    for word in text.words:
        start, end = text.place(word.start, word.end)
        assert 0 <= start < end <= len(typed)
    assert list(text.words) == sorted(text.words)


def test_the_values_of_all_fields_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ALL", 5)
    products = [Product(id=str(n), title="x", attributes={f"field{n % 3}": f"v{n}"}) for n in range(30)]
    values = learnt(products)
    assert sum(len(list(values.of(field))) for field in values.fields()) == 5
