"""A search as a shop answers it: words read, spelled, filtered, ranked, folded and explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.errors import QueryError
from wares.ranking.rules import Choice, Message, Pin, Rule, Then, Weight, When
from wares.records import Compare, Part, Price, Product, Query, Results
from wares.settings import BARE, Environment, RankingSettings, UnderstandingSettings
from wares.shop import Shop

COLOURS = ("red", "green", "blue")
MODELS = (
    *("Aldergrove", "Birchwater", "Cinderfell", "Dunmore", "Eastmarch", "Fernhollow"),
    *("Greywick", "Hollybrook", "Ironvale", "Juniperton", "Kestrelford", "Larchmont"),
)


def hoodie(n: int, colour: str, **changes: object) -> Product:
    """A hoodie that is listed once for each colour, with a name of its own."""
    values: dict[str, object] = {
        "id": f"hoodie-{n}-{colour}",
        "title": f"Northpeak {MODELS[n]} Trailrunner hoodie {colour}",
        "brand": "Northpeak",
        "category": ("Clothing", "Hoodies"),
        "attributes": {"colour": colour},
        "price": Price(3000 + 100 * n, "EUR"),
    }
    return Product(**{**values, **changes})  # type: ignore[arg-type]


def catalogue() -> list[Product]:
    hoodies = [hoodie(n, colour) for n in range(12) for colour in COLOURS]
    belts = [
        Product(
            id=f"belt-{material}-{n}",
            title=f"Strand {material} belt {n}",
            brand="Strand",
            category=("Clothing", "Belts"),
            attributes={"material": material, "colour": COLOURS[n % 3]},
            price=Price(1000 + 400 * n, "EUR"),
            rating=5.0 - n / 2,
            rating_count=40,
            availability="in_stock" if n % 2 else "out_of_stock",
        )
        for material in ("leather", "canvas")
        for n in range(6)
    ]
    cameras = [
        Product(
            id="cam", title="Lumina X500 camera", brand="Lumina", category=("Cameras",), price=Price(49900, "EUR")
        ),
        Product(
            id="strap",
            title="Neck strap for Lumina X500",
            brand="Generic",
            category=("Camera accessories",),
            relations={"accessory_for": ("cam",)},
            price=Price(1500, "EUR"),
        ),
        Product(
            id="bag", title="Padded bag", brand="Generic", category=("Camera accessories",), price=Price(2500, "EUR")
        ),
    ]
    return [*hoodies, *belts, *cameras]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with Shop.open(folder / "shop", model="basic", environment=Environment(cache=folder, offline=True)) as opened:
        opened.add(catalogue())
        yield opened


def ids(results: Results) -> list[str]:
    return [hit.id for hit in results.hits]


def chips(results: Results) -> dict[str, bool]:
    return {chip.id: chip.applied for chip in results.chips}


# -- words that are filters ---------------------------------------------------------------------------------------


def test_a_price_in_words_is_a_filter_and_a_chip(shop: Shop) -> None:
    found = shop.search("belt under 20", k=50)
    assert chips(found)["price < 20"]
    assert found.hits
    assert all(hit.product.price and hit.product.price.major < 20 for hit in found.hits)


def test_a_chip_that_was_not_meant_is_left_out(shop: Shop) -> None:
    narrow, wide = shop.search("belt under 20", k=50), shop.search("belt under 20", ignore=["price < 20"], k=50)
    assert not chips(wide)["price < 20"]
    assert wide.total > narrow.total


def test_words_are_taken_as_they_stand_when_nobody_is_to_read_them(shop: Shop) -> None:
    found = shop.search("belt under 20", parse=False)
    assert found.chips == ()
    assert found.corrections == ()


def test_what_is_negated_is_not_found(shop: Shop) -> None:
    found = shop.search("belt not leather", k=50)
    assert found.hits
    assert not any(hit.product.attributes.get("material") == "leather" for hit in found.hits)


def test_an_unknown_word_that_is_negated_is_told_and_can_be_taken_back(shop: Shop) -> None:
    found = shop.search("belt not studded", k=50)
    assert chips(found)["not studded"]
    assert not chips(shop.search("belt not studded", ignore=["not studded"], k=50))["not studded"]


def test_chinese_words_filter_an_english_catalogue(shop: Shop) -> None:
    found = shop.search("20欧元以下的皮带 不要皮的", k=50)
    assert chips(found)["price <= 20"]
    assert found.hits
    assert all(hit.product.price and hit.product.price.major <= 20 for hit in found.hits)


def test_nothing_but_conditions_lists_what_passes(shop: Shop) -> None:
    found = shop.search("under 15", k=50)
    assert {hit.id for hit in found.hits} == {p.id for p in catalogue() if p.price and p.price.major < 15}


def test_the_cheapest_comes_first_of_what_is_relevant(shop: Shop) -> None:
    found = shop.search("cheapest belt", k=3)
    prices = [hit.product.price.major for hit in found.hits if hit.product.price]
    assert prices == sorted(prices)
    assert all("belt" in hit.title for hit in found.hits)


def test_what_would_leave_nothing_is_given_up_with_a_note(shop: Shop) -> None:
    found = shop.search("leather belt under 2", k=5)
    assert found.hits
    given_up = [chip for chip in found.chips if not chip.applied]
    assert given_up
    assert all(chip.note for chip in given_up)


@pytest.mark.parametrize("kind", ["hoodie", "trailrunner"])
def test_a_price_that_leaves_nothing_of_what_is_asked_for_is_given_up(shop: Shop, kind: str) -> None:
    """There are belts below that price, but who asks for a hoodie is not helped by belts, nor by nothing."""
    found = shop.search(f"{kind} under 25", k=50)
    assert [(chip.id, chip.note) for chip in found.chips if not chip.applied] == [
        ("price < 25", "nothing is left with it")
    ]
    assert {hit.id.partition("-")[0] for hit in found.hits} == {"hoodie"}


def test_a_price_is_kept_where_nothing_like_it_is_sold_at_any(shop: Shop) -> None:
    found = shop.search("zeppelin under 25", k=50)
    assert (found.total, chips(found)) == (0, {"price < 25": True})


def test_an_order_that_the_asker_gives_counts_and_not_that_of_the_words(shop: Shop) -> None:
    found = shop.search("cheapest belt", sort="-price", k=3)
    dear = [hit.product.price.major for hit in found.hits if hit.product.price]
    assert dear == sorted(dear, reverse=True)


# -- spelling -------------------------------------------------------------------------------------------------------


def test_a_mistyped_word_is_read_as_what_was_meant(shop: Shop) -> None:
    found = shop.search("lether belt")
    assert [(fixed.said, fixed.meant) for fixed in found.corrections] == [("lether", "leather")]
    assert found.hits[0].product.attributes["material"] == "leather"


def test_a_correction_that_was_not_meant_is_left_out(shop: Shop) -> None:
    assert shop.search("lether belt", ignore=["lether"]).corrections == ()


@pytest.mark.parametrize("exact", ["X500", "Lumina", "hoodie-3-red", "Northpeak"])
def test_what_is_there_is_never_corrected(shop: Shop, exact: str) -> None:
    assert shop.search(exact).corrections == ()


# -- folded ---------------------------------------------------------------------------------------------------------


def test_a_hoodie_in_three_colours_is_one_product(shop: Shop) -> None:
    found = shop.search("Hollybrook hoodie", k=3)
    assert found.hits[0].id.startswith("hoodie-7-")
    assert {found.hits[0].id, *found.hits[0].folded} == {f"hoodie-7-{colour}" for colour in COLOURS}


def test_the_colour_that_was_asked_for_is_the_one_shown(shop: Shop) -> None:
    for colour in COLOURS:
        assert shop.search(f"Hollybrook hoodie {colour}", k=1).hits[0].id == f"hoodie-7-{colour}"


def test_pages_of_folded_products_are_the_whole_answer_once(shop: Shop) -> None:
    whole = shop.search("hoodie", k=100)
    pages = [id for offset in range(0, whole.total, 5) for id in ids(shop.search("hoodie", k=5, offset=offset))]
    assert pages == ids(whole)
    assert len(whole.hits) == whole.total == 12


@pytest.mark.parametrize("sort", ["price", "-price"])
def test_what_is_shown_of_a_group_under_an_order_is_told_like_any_other(tmp_path: Path, sort: str) -> None:
    """The cheapest of a group stands for it, which need not be the one that fits best."""
    goods = [
        hoodie(0, "red"),
        hoodie(0, "blue", price=Price(2500, "EUR")),
        hoodie(0, "green", price=Price(3900, "EUR")),
    ]
    environment = Environment(cache=tmp_path, offline=True)
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add([*goods, *(one for one in catalogue() if one.brand != "Northpeak")])
        [hit] = opened.search("northpeak aldergrove hoodie red", parse=False, sort=sort, k=1).hits
    assert hit.id == {"price": "hoodie-0-blue", "-price": "hoodie-0-green"}[sort]
    assert {hit.id, *hit.folded} == {one.id for one in goods}
    assert hit.score > 0
    assert sum(reason.value for reason in hit.why) == pytest.approx(hit.score)


def test_a_list_without_a_question_is_folded_too(shop: Shop) -> None:
    whole = shop.search(where='category UNDER "Clothing/Hoodies"', k=100)
    assert len(whole.hits) == whole.total == 12
    cheap = shop.search(where='category UNDER "Clothing/Hoodies"', sort="price", k=100)
    assert len(cheap.hits) == 12
    assert sorted(ids(cheap)) != []


QUESTIONS = st.sampled_from(["hoodie", "red hoodie", "belt", "Northpeak", "leather", "camera", None])
FILTERS = st.sampled_from([None, 'colour = "red"', "price < 35", 'NOT brand = "Strand"', 'category UNDER "Clothing"'])


def counted(found: Results, field: str) -> dict[str, int]:
    return {value.value.casefold(): value.count for value in found.facets[field]}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=QUESTIONS, where=FILTERS)
def test_totals_and_facets_count_what_is_folded_once(shop: Shop, text: str | None, where: str | None) -> None:
    apart = RankingSettings(collapse=False)
    facets = ["colour", "brand", "category"]
    every = shop.search(text, where=where, facets=facets, k=200, ranking=apart)
    assert every.total == len(every.hits)
    groups = {hit.id: hit.id.rsplit("-", 1)[0] if hit.id.startswith("hoodie") else hit.id for hit in every.hits}
    found = shop.search(text, where=where, facets=facets, k=200)
    assert found.total == len(found.hits) == len(set(groups.values()))
    assert {id for hit in found.hits for id in (hit.id, *hit.folded)} == set(groups)
    for field in ("colour", "brand"):
        expected: dict[str, set[str]] = {}
        for hit in every.hits:
            value = hit.product.brand if field == "brand" else hit.product.attributes.get("colour")
            if value:
                expected.setdefault(str(value).casefold(), set()).add(groups[hit.id])
        assert counted(found, field) == {value: len(own) for value, own in expected.items()}


# -- order and reasons ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.sampled_from(["hoodie", "belt", "red leather belt under 30", "lether", "cam", "hoodie not red"]))
def test_reasons_sum_to_the_score(shop: Shop, text: str) -> None:
    for hit in shop.search(text, k=50).hits:
        assert sum(reason.value for reason in hit.why) == pytest.approx(hit.score, abs=1e-9)


def test_what_is_rated_well_and_in_stock_comes_first_among_equals(shop: Shop) -> None:
    plain = ids(shop.search("canvas belt", ranking=BARE, k=6))
    ranked = shop.search("canvas belt", k=6)
    assert sorted(plain) == sorted(ids(ranked))
    assert ranked.hits[0].id == "belt-canvas-1"  # the best rated of those in stock
    assert {reason.channel for reason in ranked.hits[0].why if reason.part == "signal"} >= {"rating"}


def test_nonsense_finds_nothing(shop: Shop) -> None:
    assert shop.search("zzyzx qwrtpsdf").total == 0


def test_matched_words_are_told_by_their_place(shop: Shop) -> None:
    [first, *_] = shop.search("leather belts").hits
    said = {first.title[span.start : span.end].casefold() for span in first.matched if span.field == "title"}
    assert said == {"leather belt"}


def test_accessories_are_found_by_what_they_are_for(shop: Shop) -> None:
    found = shop.search("accessories for Lumina X500")
    assert found.hits[0].id == "strap"
    assert any(reason.part == "relation" for reason in found.hits[0].why)


@pytest.mark.parametrize("text", ["accessories for !!!", "accessories for 😀", "😀的配件"])
def test_a_relation_to_what_has_no_words_is_asked_for_as_words(shop: Shop, text: str) -> None:
    assert shop.search(text).total == shop.search(text, understanding=UnderstandingSettings(relations=False)).total


# -- rules ----------------------------------------------------------------------------------------------------------


def rule(when: When | None = None, **then: object) -> Rule:
    return Rule(name="summer", when=when or When(), then=Then(**then))  # type: ignore[arg-type]


def asked(shop: Shop, text: str, rules: Sequence[Rule], **more: object) -> Results:
    return shop.search(text, rules=rules, k=50, **more)  # type: ignore[arg-type]


def test_a_pinned_product_is_in_its_place_though_no_word_finds_it(shop: Shop) -> None:
    found = asked(shop, "hoodie", [rule(When(contains=("hoodie",)), pin=(Pin("cam", 2),))])
    assert ids(found)[1] == "cam"
    assert found.hits[1].moves[0].by == "rule summer"
    assert found.total == len(found.hits) == 13
    assert "cam" not in ids(asked(shop, "belt", [rule(When(contains=("hoodie",)), pin=(Pin("cam", 2),))]))


def test_a_pinned_product_that_does_not_pass_the_filter_is_not_shown(shop: Shop) -> None:
    found = asked(shop, "hoodie", [rule(pin=(Pin("cam", 1),))], where="price < 100")
    assert "cam" not in ids(found)


def test_what_is_hidden_is_neither_shown_nor_counted(shop: Shop) -> None:
    hidden = [rule(hide=(Choice(where=Compare("material", "=", "leather")), Choice(ids=("belt-canvas-0",))))]
    found = asked(shop, "belt", hidden, facets=["material"])
    assert set(ids(found)) == {f"belt-canvas-{n}" for n in range(1, 6)}
    assert found.total == 5
    assert [(value.value, value.count) for value in found.facets["material"]] == [("canvas", 5)]


def test_what_is_boosted_and_buried_moves_and_says_by_how_much(shop: Shop) -> None:
    moved = [rule(boost=(Weight(by=0.3, ids=("belt-leather-5",)),), bury=(Weight(by=0.2, ids=("belt-leather-1",)),))]
    found = {hit.id: hit for hit in asked(shop, "leather belt", moved).hits}
    plain = {hit.id: hit for hit in asked(shop, "leather belt", ()).hits}
    assert found["belt-leather-5"].score == pytest.approx(plain["belt-leather-5"].score + 0.3)
    assert found["belt-leather-1"].score == pytest.approx(plain["belt-leather-1"].score - 0.2)
    assert next(r.value for r in found["belt-leather-5"].why if r.part == "rule") == pytest.approx(0.3)


def test_a_rule_may_lead_elsewhere_and_say_something(shop: Shop) -> None:
    rules = [rule(When(exact=("help",)), redirect="https://example.org/help", banner=Message("Ask us", ""))]
    found = asked(shop, "help", rules)
    assert found.redirect == "https://example.org/help"
    assert [banner.text for banner in found.banners] == ["Ask us"]


def test_a_rule_may_ask_something_else_instead(shop: Shop) -> None:
    found = asked(shop, "sweatshirt", [rule(When(exact=("sweatshirt",)), replace="hoodie")])
    assert found.total == 12


def test_a_rule_may_ask_something_where_nothing_was_said(shop: Shop) -> None:
    found = shop.search(where="price < 100", rules=[rule(replace="hoodie")], k=50)
    assert found.total == 12


def test_a_rule_fires_at_a_filter_that_words_say(shop: Shop) -> None:
    rules = [rule(When(where=Compare("brand", "=", "strand")), pin=(Pin("belt-canvas-3", 1),))]
    assert ids(asked(shop, "belt", rules, where='brand = "Strand"'))[0] == "belt-canvas-3"


# -- what nobody should ask -----------------------------------------------------------------------------------------

STRANGE = [
    "😀😀😀",
    "red " * 2_500,
    "衬衫 شراء рубашка hoodie ハット",
    "hoodie'); DROP TABLE products; --",
    '") OR 1=1',
    "price < 0) AND (brand = ",
    "\x00\x01\x02",
    "￥￥￥ 50 以下 以下",
    "under under under 50 50",
    "not not not leather",
    "a" * 10_000,
    "١٢٣ under ١٢٣",
    "\u202ehoodie\u202c",
]


@pytest.mark.parametrize("text", STRANGE, ids=[repr(text)[:20] for text in STRANGE])
def test_a_strange_question_is_answered_or_refused_in_one_line(shop: Shop, text: str) -> None:
    try:
        found = shop.search(text, facets=["brand"])
    except QueryError as refused:
        assert "\n" not in str(refused)
    else:
        assert found.total >= len(found.hits)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60))
def test_any_text_is_answered_or_refused(shop: Shop, text: str) -> None:
    try:
        shop.search(Query(parts=(Part("text", text),)))
    except QueryError as refused:
        assert "\n" not in str(refused)


def test_a_filter_is_no_place_for_statements(shop: Shop) -> None:
    with pytest.raises(QueryError):
        shop.search("belt", where="price < 5; DROP TABLE products")


def test_what_came_after_the_build_is_known_at_once(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", model="basic", environment=Environment(cache=tmp_path, offline=True)) as opened:
        opened.add(catalogue())
        opened.rebuild()
        assert opened.search("Hollybrook hoodie", k=1).hits
        opened.add([hoodie(7, "orange"), Product(id="new", title="Quixotic lantern", price=Price(900, "EUR"))])
        assert opened.search("quixotic lantrn").corrections[0].meant == "lantern"
        found = opened.search("Hollybrook hoodie", k=1).hits[0]
        assert {found.id, *found.folded} == {f"hoodie-7-{colour}" for colour in (*COLOURS, "orange")}


def test_rather_a_wider_category_than_none(tmp_path: Path) -> None:
    def lamp(n: int, kind: str, material: str) -> Product:
        category = ("Home", "Lamps", kind)
        attributes = {"material": material}
        return Product(id=f"{kind}-{n}", title=f"Glowwell {kind} model {n}", category=category, attributes=attributes)

    kinds = ("Sconces", "Pendants", "Uplighters")
    goods = [lamp(n, kind, "brass" if kind != "Sconces" else "paper") for kind in kinds for n in range(6)]
    with Shop.open(tmp_path / "shop", model="basic", environment=Environment(cache=tmp_path, offline=True)) as opened:
        opened.add(goods)
        found = opened.search("sconces", where="material = brass")
        assert [(chip.id, chip.applied, chip.note) for chip in found.chips] == [
            ('category UNDER "home/lamps/sconces"', True, "widened to Home/Lamps")
        ]
        assert found.hits
        assert all(hit.product.attributes["material"] == "brass" for hit in found.hits)
