"""Relations between products, as feeds write them."""

import json
from pathlib import Path

import pytest

from wares.catalogue import read
from wares.catalogue.columns import TARGETS
from wares.catalogue.kinds import KINDS, OF_GOOGLE, inverse, label, symmetric
from wares.records import Product


def relations(path: Path) -> list[dict[str, tuple[str, ...]]]:
    return [product.relations for product in read(path)]


def test_every_kind_has_an_inverse_a_column_and_a_label_in_both_languages():
    for kind in KINDS:
        assert inverse(inverse(kind)) == kind
        assert kind in TARGETS
        assert label(kind)
        assert label(kind, "zh") != label(kind)
    assert {kind for kind in KINDS if not symmetric(kind)} == {
        "accessory_for",
        "has_accessory",
        "part_of_set",
        "set_of",
    }


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("accessory_for", "accessory_for"),
        ("Accessory For", "accessory_for"),
        ("isConsumableFor", "accessory_for"),
        ("accessories", "has_accessory"),
        ("Zubehör", "has_accessory"),
        ("配件", "has_accessory"),
        ("compatible-with", "compatible_with"),
        ("兼容商品", "compatible_with"),
        ("part_of_set", "part_of_set"),
        ("bundle", "part_of_set"),
        ("bundle items", "set_of"),
        ("sibling_skus", "variant_of"),
        ("cross_sells", "goes_with"),
        ("upsell_skus", "similar_to"),
        ("isSimilarTo", "similar_to"),
        ("related", "related_to"),
        ("相关商品", "related_to"),
    ],
)
def test_a_column_of_ids_is_a_relation(tmp_path: Path, column: str, kind: str):
    path = tmp_path / "feed.csv"
    path.write_text(f'id,title,{column}\n1,Lamp,"B7, B8"\n', encoding="utf-8")
    assert relations(path) == [{kind: ("B7", "B8")}]


def test_several_columns_of_one_kind_all_count(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,related_1,related_2\n1,Lamp,B7,B8\n")
    assert relations(path) == [{"related_to": ("B7", "B8")}]


@pytest.mark.parametrize("cell", ["yes", "false", "No", "a fine set"])
def test_prose_and_yes_or_no_are_attributes(tmp_path: Path, cell: str):
    path = tmp_path / "feed.csv"
    path.write_text(f"id,title,bundle\n1,Lamp,{cell}\n")
    (product,) = read(path)
    assert product.relations == {}
    assert str(product.attributes["bundle"]).casefold() == cell.casefold()


def test_a_mapping_of_relations_takes_kinds_and_names_of_columns(tmp_path: Path):
    path = tmp_path / "feed.jsonl"
    said = {"accessories": ["1"], "has_accessory": "1, 2", "isSimilarTo": [3], "worn_with": ["4"], "related": []}
    path.write_text(json.dumps({"id": "9", "title": "Lamp", "relations": said}))
    assert relations(path) == [{"has_accessory": ("1", "2"), "similar_to": ("3",), "worn_with": ("4",)}]


def test_related_products_of_google_merchant(tmp_path: Path):
    item = "<item><g:id>1</g:id><g:title>Lamp</g:title>{}</item>"
    related = "".join(
        f"<g:related_product><g:relationship_type>{kind}</g:relationship_type>"
        f"<g:identifier_type>id</g:identifier_type><g:identifier>{number}</g:identifier></g:related_product>"
        for number, kind in enumerate(OF_GOOGLE)
    )
    path = tmp_path / "feed.xml"
    path.write_text(f'<rss version="2.0"><channel>{item.format(related)}</channel></rss>')
    expected: dict[str, tuple[str, ...]] = {}
    for number, kind in enumerate(OF_GOOGLE.values()):
        expected[kind] = (*expected.get(kind, ()), str(number))
    assert relations(path) == [expected]


def test_related_products_of_google_merchant_as_a_table(tmp_path: Path):
    path = tmp_path / "feed.tsv"
    cell = "required_part:id:AZ7A,accessory:gtin:4006381333931,unheard_of:id:X1,part_of_set:id:A:7"
    path.write_text(f"id\ttitle\trelated_product\n1\tLamp\t{cell}\n")
    assert relations(path) == [
        {"has_accessory": ("AZ7A", "4006381333931"), "related_to": ("X1",), "goes_with": ("A:7",)}
    ]


def test_relations_of_schema_org(tmp_path: Path):
    product = {"@type": "Product", "sku": "1", "name": "Toner"}
    node = {
        **product,
        "isConsumableFor": {"@type": "Product", "sku": "P1"},
        "isAccessoryOrSparePartFor": [
            {"@type": "Product", "productID": "P2"},
            "P3",
            {"@type": "Product", "name": "?"},
        ],
        "isSimilarTo": {"@id": "#other"},
        "isRelatedTo": [{"@type": "Product", "sku": "R1"}],
        "isPartOf": [{"@type": "WebPage", "url": "https://x/page"}, {"@type": "Product", "sku": "S1"}],
        "includesObject": {"@type": "TypeAndQuantityNode", "typeOfGood": {"@type": "Product", "sku": "I1"}},
    }
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"@graph": [node, {**product, "@id": "#other", "sku": "2"}]}))
    first, second = read(path)
    assert first.relations == {
        "accessory_for": ("P2", "P3", "P1"),
        "similar_to": ("2",),
        "related_to": ("R1",),
        "part_of_set": ("S1",),
        "set_of": ("I1",),
    }
    assert second == Product(id="2", title="Toner")
