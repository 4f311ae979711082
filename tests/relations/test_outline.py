"""What is shown of categories and relations: pictures, text, Graphviz, JSON."""

import json
import re
import runpy
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.records import Product
from wares.relations import Graph, Tree, drawing, texts
from wares.relations.outline import MAX_SHOWN, Branch, Sheet, outlined, sheet

made = runpy.run_path(str(Path(__file__).with_name("catalogues.py")))
product, learnt = made["product"], made["learnt"]

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(st.sampled_from("aWi m跑鞋<&\"'\\/\x00\ud800🎧…+"), min_size=1, max_size=60)
COUNTS = st.dictionaries(st.lists(NAMES, min_size=1, max_size=5).map(tuple), st.integers(1, 10**9), max_size=60)

TREE = Tree({("Shoes", "Running"): 5, ("Shoes", "Sandals"): 7, ("Hats",): 2, ("Bags", "Totes"): 3})


def branches(branch: Branch) -> Iterator[Branch]:
    yield branch
    for below in branch.narrower:
        yield from branches(below)


class Room:
    """Where a text stands: from its left to its right end, on its line."""

    def __init__(self, text: ET.Element) -> None:
        said = text.text or ""
        style = text.get("class", "")
        size = 17 if style == "t" else 13
        wide = drawing.width(said, size) * (1.06 if style in ("h", "t") else 1)
        x = float(text.get("x", "0"))
        self.left, self.right = (x - wide, x) if style == "n" else (x, x + wide)
        self.y = float(text.get("y", "0"))
        self.said = said

    def meets(self, other: "Room") -> bool:
        return abs(self.y - other.y) < 14 and self.left < other.right - 0.01 and other.left < self.right - 0.01


def looked_at(svg: str) -> list[Room]:
    """The texts of a picture, which lie in it and not over each other."""
    root = ET.fromstring(svg)
    _, _, wide, high = map(float, root.get("viewBox", "").split())
    rooms = [Room(text) for text in root.iter(f"{SVG}text")]
    assert wide == drawing.WIDTH
    for room in rooms:
        assert 0 <= room.left <= room.right <= wide, room.said
        assert 0 < room.y < high, room.said
    for one, other in combinations(rooms, 2):
        assert not one.meets(other), (one.said, other.said)
    return rooms


# -- categories -----------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(COUNTS, st.integers(0, 30))
def test_an_outline_counts_everything_and_shows_so_much(counts: dict[tuple[str, ...], int], limit: int):
    tree = Tree(counts)
    shown = list(branches(outlined(tree, limit)))
    assert len(shown) - 1 == min(limit, len(tree))
    for branch in shown:
        below = tree.narrower(branch.path)
        assert branch.products == tree.count(branch.path)
        assert len(branch.narrower) + branch.more == len(below)
        assert sum(b.products for b in branch.narrower) + branch.more_products == sum(map(tree.count, below))


@settings(deadline=None, max_examples=60)
@given(COUNTS)
def test_a_picture_of_any_categories_is_sound_and_no_text_lies_over_another(counts: dict[tuple[str, ...], int]):
    outline = outlined(Tree(counts), 25)
    looked_at(drawing.categories(outline))
    assert texts.categories(outline)
    assert texts.categories_dot(outline).startswith("digraph")
    assert json.loads(texts.categories_json(Tree(counts)))["products"] == sum(counts.values())


def test_of_many_categories_those_with_the_most_products_are_shown_and_the_rest_counted():
    tree = Tree({("Top", f"c{number:03}"): 1_000 - number for number in range(231)} | {("Other",): 5})
    svg = drawing.categories(outlined(tree))
    said = [room.said for room in looked_at(svg)]
    assert "c000" in said
    assert "c230" not in said
    assert "+ 32 more" in said
    assert len([name for name in said if name.startswith("c")]) == MAX_SHOWN - 1


def test_a_long_box_goes_on_in_the_next_column_under_its_name():
    tree = Tree({("Apparel", f"c{number}"): 1 for number in range(150)} | {("Hats", "Caps"): 1})
    rooms = looked_at(drawing.categories(outlined(tree)))
    assert [room.said for room in rooms].count("Apparel (continued)") == 2
    assert max(room.y for room in rooms) < 60 * 22 + 100


def test_a_catalogue_of_one_broad_category_is_drawn_by_what_is_in_that():
    rooms = looked_at(drawing.categories(outlined(Tree({("All", "Shoes", "Men"): 3, ("All", "Hats"): 2}))))
    assert [room.said for room in rooms][:1] == ["Categories: All"]


def test_a_catalogue_without_categories_has_an_empty_picture():
    rooms = looked_at(drawing.categories(outlined(Tree({}))))
    assert [room.said for room in rooms] == ["Categories", "0 products"]


def test_the_tree_as_text():
    assert texts.categories(outlined(TREE, 4)) == (
        "17 products\n"
        "├─ Shoes (12)\n"
        "│  ├─ Sandals (7)\n"
        "│  └─ Running (5)\n"
        "├─ Bags (3)\n"
        "│  └─ + 1 more (3)\n"
        "└─ + 1 more (2)\n"
    )


def test_the_tree_as_json_and_for_graphviz():
    assert json.loads(texts.categories_json(TREE)) == {
        "products": 17,
        "categories": [
            {"path": ["Shoes"], "products": 12},
            {"path": ["Shoes", "Sandals"], "products": 7},
            {"path": ["Shoes", "Running"], "products": 5},
            {"path": ["Bags"], "products": 3},
            {"path": ["Bags", "Totes"], "products": 3},
            {"path": ["Hats"], "products": 2},
        ],
    }
    dot = texts.categories_dot(outlined(Tree({('A"b\\',): 1}), 1))
    assert '"A\\"b\\\\" [label="A\\"b\\\\ (1)"];' in dot


# -- relations ------------------------------------------------------------------------------------------------------


def drawn(*products: Product, number: int = 1, limit: int = MAX_SHOWN) -> Sheet:
    graph: Graph = learnt(*products)

    def found(numbers: Sequence[int]) -> dict[int, Product]:
        return {number: products[number - 1] for number in numbers if 0 < number <= len(products)}

    return sheet(graph, number, found, limit=limit)


PHONE = product(
    "phone",
    "Acme AX4500 phone",
    brand="Acme",
    category=("Phones", "Smart"),
    relations={"goes_with": ("watch", "gone"), "has_accessory": ("case",)},
)
REST = (
    product("case", "Soft case", brand="Acme"),
    product("watch", "Watch"),
    product("charger", "Charger for Acme AX4500", category=("Power",)),
)


def test_a_product_s_relations_as_text():
    assert texts.relations(drawn(PHONE, *REST)) == (
        "Acme AX4500 phone (phone)\n"
        "  brand: Acme (2 products)\n"
        "  category: Phones / Smart (1 product)\n"
        "  has the accessory:\n"
        "    Soft case (case)\n"
        "    Charger for Acme AX4500 (charger)  [90% sure, by ax4500]\n"
        "  goes with:\n"
        "    Watch (watch)\n"
        "    gone (no such product yet)\n"
    )


def test_a_product_s_relations_as_json_and_for_graphviz():
    sheet = drawn(PHONE, *REST)
    read = json.loads(texts.relations_json(sheet))
    assert read["related"][1] == {
        "kind": "has_accessory",
        "label": "has the accessory",
        "id": "charger",
        "title": "Charger for Acme AX4500",
        "certainty": 0.9,
        "origin": "inferred",
        "by": "ax4500",
    }
    dot = texts.relations_dot(sheet)
    assert '"phone" -> "case" [label="has the accessory"];' in dot
    assert '"phone" -> "charger" [label="has the accessory", style=dashed];' in dot


def test_a_picture_of_relations_tells_what_is_inferred():
    svg = drawing.relations(drawn(PHONE, *REST))
    said = [room.said for room in looked_at(svg)]
    assert "Soft case (case)" in said
    assert "90% by ax4500" in said
    assert "gone" in said
    assert len(re.findall('class="guess"', svg)) == 1


@settings(deadline=None, max_examples=40)
@given(NAMES, st.lists(NAMES, max_size=12), st.integers(0, 12))
def test_a_picture_of_any_relations_is_sound(name: str, others: list[str], limit: int):
    ids = [f"{number}{other}" for number, other in enumerate(others)]
    one = product(name, name, brand=name, category=(name,) * 3, relations={"goes_with": tuple(ids)})
    made = drawn(one, *(product(id, other) for id, other in list(zip(ids, others, strict=True))[::2]), limit=limit)
    looked_at(drawing.relations(made))
    assert texts.relations(made)
    assert texts.relations_dot(made)
    assert len(made.related) + sum(made.more.values()) == len(ids)
    assert len(made.related) <= limit


def test_a_hub_shows_its_share_of_every_kind():
    many = {"goes_with": tuple(f"g{n}" for n in range(500)), "has_accessory": ("a1", "a2")}
    made = drawn(product("hub", relations=many))
    assert [related.kind for related in made.related].count("has_accessory") == 2
    assert len(made.related) == MAX_SHOWN
    assert made.more == {"goes_with": 302}
    assert "+ 302 more" in [room.said for room in looked_at(drawing.relations(made))]


def test_what_the_store_no_longer_has_is_left_out():
    graph = learnt(PHONE, *REST)
    made = sheet(graph, 1, lambda numbers: {1: PHONE})
    assert [related.id for related in made.related] == ["gone"]


@pytest.mark.parametrize("text", ["", "a", "WWWWWWWWWW", "跑鞋" * 30, "🎧" * 9])
def test_what_is_cut_fits(text: str):
    assert drawing.width(drawing.cut(text, 60)) <= 60
