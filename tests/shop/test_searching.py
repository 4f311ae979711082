"""What comes out of a shop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wares.errors import QueryError
from wares.records import Part, Product, Query
from wares.settings import Environment, FoldingSettings, RankingSettings, Settings
from wares.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, goods: list[Product]) -> Iterator[Shop]:
    """One shop for all questions: nothing here writes. Shirts of several colours stay several products."""
    folder = tmp_path_factory.mktemp("searching")
    apart = Settings(model="basic", folding=FoldingSettings(on=False))
    with Shop.open(folder / "shop", settings=apart, environment=Environment(cache=folder, offline=True)) as opened:
        opened.add(goods)
        yield opened


def ids(results: object) -> list[str]:
    return [hit.id for hit in results.hits]  # type: ignore[attr-defined]


def test_words_find_what_is_called_so(shop: Shop) -> None:
    assert ids(shop.search("red shirt"))[0] == "shirt-red"


def test_chinese_words_find_what_is_called_so(shop: Shop) -> None:
    assert ids(shop.search("蓝色杯子"))[0] == "mug-blue"


def test_a_sku_finds_its_product_and_names_the_variant(shop: Shop) -> None:
    [first, *_] = shop.search("shirt-green-L").hits
    assert first.id == "shirt-green"


def test_a_picture_finds_the_product_and_names_the_picture(shop: Shop, goods: list[Product], tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.open(str(goods[4].media[0].source)).rotate(3, fillcolor="white").resize((170, 180)).save(path)
    [first, *_] = shop.search(image=path).hits
    assert first.id == goods[4].id
    assert first.media is not None
    assert first.media.source == goods[4].media[0].source


def test_picture_and_words_together_move_towards_the_words(shop: Shop, goods: list[Product]) -> None:
    picture = goods[0].media[0].source  # a red shirt
    mixed = shop.search("blue", image=picture, weights={"text": 2.0})
    assert ids(mixed)[0] == "shirt-blue" or ids(mixed).index("shirt-blue") < ids(shop.search(image=picture)).index(
        "shirt-blue"
    )


def test_several_pictures_are_one_question(shop: Shop, goods: list[Product]) -> None:
    pictures = [goods[0].media[0].source, goods[4].media[0].source]
    found = shop.search(image=pictures, ranking=RankingSettings(cutoff=0.0))
    assert {goods[0].id, goods[4].id} <= set(ids(found)[:4])
    assert ids(found)[-1] == "mug-blue"  # neither the shape nor the colour of either


def test_like_finds_others_and_not_itself(shop: Shop) -> None:
    found = ids(shop.search(like="mug-green"))
    assert "mug-green" not in found
    assert found


def test_what_is_not_wanted_goes_down(shop: Shop) -> None:
    plain, without = ids(shop.search("shirt")), ids(shop.search("shirt", without="red"))
    assert without.index("shirt-red") > plain.index("shirt-red") or without[-1] == "shirt-red"
    assert without[0] != "shirt-red"


def test_only_what_is_not_wanted_is_no_question(shop: Shop) -> None:
    with pytest.raises(QueryError, match="not wanted"):
        shop.search(without="red")


def test_filters_hold_for_every_hit(shop: Shop) -> None:
    found = shop.search("shirt", where='price < 12 AND NOT colour = "red"', k=20)
    assert found.hits
    for hit in found.hits:
        assert hit.product.attributes["colour"] != "red"
    assert found.total == len(found.hits)


def test_one_variant_must_pass_the_whole_filter_and_is_the_one_named(shop: Shop) -> None:
    found = shop.search("red shirt", where='size = "L" AND price < 12.1')
    assert ids(found) == ["shirt-red"]
    assert found.hits[0].variant == "shirt-red-L"
    assert shop.search("red shirt", where='size = "L" AND price < 11.5').total == 0


def test_the_variant_that_was_named_is_shown(shop: Shop) -> None:
    assert shop.search("red shirt L").hits[0].variant == "shirt-red-L"


def test_without_a_hint_the_variant_shown_can_be_had(shop: Shop) -> None:
    assert shop.search("red shirt").hits[0].variant in ("shirt-red-S", "shirt-red-L")


def test_browsing_lists_everything_that_passes_the_filter(shop: Shop) -> None:
    found = shop.search(where='category UNDER "Clothing"', k=50)
    assert found.total == len(found.hits) == 6


def test_facets_count_everything_that_matches(shop: Shop) -> None:
    found = shop.search(where='brand = "acme"', facets=["colour", "size", "price"], k=1)
    assert {value.value: value.count for value in found.facets["colour"]} == {"red": 3, "green": 3}
    assert {value.value: value.count for value in found.facets["size"]} == {"S": 2, "M": 2, "L": 2}
    assert found.total == 6
    assert found.facets["price"]


def test_a_facet_count_is_what_adding_the_value_to_the_filter_finds(shop: Shop) -> None:
    for field in ("colour", "brand", "size", "category"):
        for value in shop.search("shirt", facets=[field]).facets[field]:
            found = shop.search("shirt", where=f'{field} = "{value.value}"')
            assert found.total == value.count, (field, value)


def test_pages_together_are_the_whole_answer_once(shop: Shop) -> None:
    whole = shop.search("red", k=100)
    pages = [hit for offset in range(0, whole.total, 2) for hit in shop.search("red", k=2, offset=offset).hits]
    assert [hit.id for hit in pages] == ids(whole)
    assert len(whole.hits) == whole.total
    assert shop.search("red", k=5, offset=whole.total).hits == ()


def test_the_total_does_not_depend_on_the_page(shop: Shop) -> None:
    assert {shop.search("red shirt", k=k, offset=o).total for k, o in ((1, 0), (3, 2), (100, 0))} == {
        len(shop.search("red shirt", k=100).hits)
    }


def test_sorting_orders_everything_that_matches(shop: Shop) -> None:
    cheap = [hit.product.price.major for hit in shop.search("shirt", sort="price", k=50).hits if hit.product.price]
    dear = [hit.product.price.major for hit in shop.search("shirt", sort="-price", k=50).hits if hit.product.price]
    assert cheap == sorted(cheap)
    assert dear[0] == max(dear)


def test_reasons_sum_to_the_score(shop: Shop, goods: list[Product]) -> None:
    for hit in shop.search("red shirt", image=goods[4].media[0].source, without="mug", like="shoe-red", k=9).hits:
        assert np.isclose(sum(reason.value for reason in hit.why), hit.score, atol=1e-6)
    scores = [hit.score for hit in shop.search("red shirt", k=9).hits]
    assert all(a >= b for a, b in pairwise(scores))


def test_the_same_question_gets_the_same_answer(shop: Shop) -> None:
    assert ids(shop.search("green things")) == ids(shop.search("green things"))


def test_a_query_record_is_a_question_too(shop: Shop) -> None:
    query = Query(parts=(Part("text", "red", 2.0), Part("text", "shoe", 1.0)), limit=3)
    assert ids(shop.search(query))[0] == "shoe-red"


def test_an_empty_shop_answers_with_nothing_and_says_so(tmp_path: Path, environment: Environment) -> None:
    with Shop.open(tmp_path / "empty", model="basic", environment=environment) as shop:
        found = shop.search("anything")
        assert (found.total, found.hits) == (0, ())
        assert found.notes


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"text": "word " * 10_000}, "characters"),
        ({"text": "  "}, "empty"),
        ({"text": "!!! ???"}, "no word"),
        ({"text": "red", "where": "price < (50"}, "price"),
        ({"text": "red", "where": "colur = 'red'"}, "colour"),
        ({"text": "red", "facets": ["bran"]}, "brand"),
        ({"text": "red", "sort": "prise"}, "price"),
        ({"text": "red", "sort": "brand"}, "brand"),
        ({"text": "red", "k": 0}, "hits"),
        ({"text": "red", "k": -3}, "hits"),
        ({"text": "red", "offset": -1}, "offset"),
        ({"text": "red", "weights": {"txt": 1.0}}, "txt"),
        ({"text": "red", "weights": {"image": 2.0}}, "image"),
        ({"text": "red", "weights": {"text": float("nan")}}, "weight"),
        ({"like": "shirt-rde"}, "shirt-red"),
        ({"image": "no-such-file.jpg"}, "no-such-file"),
        ({"image": b"%PDF-1.7 nothing to see"}, "pdf"),
        ({"text": [str(n) for n in range(40)]}, "parts"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why_in_one_line(
    shop: Shop, question: dict[str, object], message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        if isinstance(question.get("text"), list):
            shop.search(Query(parts=tuple(Part("text", one) for one in question["text"])))  # type: ignore[attr-defined]
        else:
            shop.search(**question)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
