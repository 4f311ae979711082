"""Like this, but red: what is asked, and who has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wares.errors import CatalogueError
from wares.evaluation.made import make
from wares.evaluation.made.wording import colours, said_in
from wares.records import Product

UNUSED = Path("unused")


def asked(goods: list[Product], size: int = 60) -> list[tuple[Product, str, str, set[str], set[str]]]:
    """(what it is to be like, what is wanted, what is not, ids with gain 3, with gain 1) of every question."""
    queries, judgments = make(goods, folder=UNUSED, kinds=["composed"], size=size)
    by_id = {product.id: product for product in goods}
    found = []
    for one in queries.queries:
        said = {(part.kind, part.weight > 0): str(part.value) for part in one.query.parts}
        gains = judgments.gains[one.id]
        right, partly = ({id for id, gain in gains.items() if gain == wanted} for wanted in (3, 1))
        like = by_id[said["like", True]]
        found.append((like, said.get(("text", True), ""), said.get(("text", False), ""), right, partly))
    return found


def test_what_is_right_is_of_the_kind_and_differs_in_one_thing(english: list[Product]) -> None:
    by_id = {product.id: product for product in english}
    made = asked(english)
    assert {bool(text) for _, text, _, _, _ in made} == {True, False}
    for like, text, without, right, partly in made:
        assert bool(text) != bool(without)
        assert right
        assert like.id not in right | partly
        for other in (by_id[id] for id in right | partly):
            assert other.category == like.category
            differing = {name for name, value in other.attributes.items() if like.attributes[name] != value}
            assert differing & {"Colour", "Material"}


def test_the_value_is_said_in_both_languages_and_is_not_the_own_one(english: list[Product]) -> None:
    texts = {text for _, text, _, _, _ in asked(english) if text}
    assert any("\u4e00" <= character <= "\u9fff" for text in texts for character in text)
    assert any(text.isascii() for text in texts)
    for like, text, without, _, _ in asked(english):
        own = {str(value).casefold() for value in like.attributes.values()}
        assert text.removeprefix("but ").removeprefix("in ") not in own
        assert without.casefold() in {*own, ""} or not without.isascii()


def test_colours_that_only_titles_say_count() -> None:
    goods = [
        Product(id=f"{shade}-{n}", title=f"Acme {shade} shirt {n}", category=("Shirts",))
        for shade in ("red", "navy blue", "green")
        for n in range(4)
    ] + [Product(id=f"x{n}", title=f"Lamp {n}", category=("Lamps",)) for n in range(40)]
    made = asked(goods)
    assert made
    for like, text, _, right, _ in made:
        assert {id.partition("-")[0] for id in right}.isdisjoint({like.id.partition("-")[0]})
        if text in ("red", "green"):
            assert {id.partition("-")[0] for id in right} == {text}


def test_navy_blue_is_not_blue_as_well() -> None:
    assert said_in("Acme Men Navy Blue Cotton Shirt") == (
        ("colour", "navy blue"),
        ("value", "men"),
        ("value", "cotton"),
    )
    assert ("colour", "red") in said_in("红色衬衫")
    assert "red" in colours()


def test_a_photo_may_take_the_place_of_the_product(
    pictured: list[Product], read_picture: Any, tmp_path: Path
) -> None:
    queries, judgments = make(pictured, folder=tmp_path, kinds=["composed-picture"], size=8, picture=read_picture)
    for one in queries.queries:
        kinds = {part.kind for part in one.query.parts}
        assert kinds == {"text", "image"}
        assert one.tags["language"] in ("en", "zh")
        assert 3 in judgments.gains[one.id].values()


def test_where_nothing_differs_nothing_is_composed() -> None:
    goods = [Product(id=str(n), title=f"Lamp {n}", category=("Lamps",)) for n in range(20)]
    with pytest.raises(CatalogueError, match="composed: left out; it needs categories"):
        make(goods, folder=UNUSED, kinds=["composed"])
