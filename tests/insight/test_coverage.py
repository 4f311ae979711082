"""What products lack, and which fields make facets."""

from __future__ import annotations

from wares.insight.coverage import coverage, surveyed
from wares.records import Price, Product, Variant


def test_what_products_lack_is_counted_and_exemplified(shop):
    found = coverage(shop)
    lacks = {lack.what: lack for lack in found.lacks}
    assert found.products == found.total == 10
    assert lacks["picture"].examples == (("plain", "Plain paper"),)
    assert lacks["rating"].count == 10
    assert "category" not in lacks


def test_what_variants_have_is_not_lacking():
    variant = Variant(id="a-1", options={"size": "S"}, price=Price(1, "EUR"), availability="in_stock")
    found = surveyed([Product(id="a", title="A", variants=(variant,))], 1)
    assert not {"price", "availability", "attributes"} & {lack.what for lack in found.lacks}


def test_a_facet_is_ready_when_many_products_have_it_in_few_values():
    goods = [
        Product(id=str(n), title="A", attributes={"colour": ("red", "blue")[n % 2], "code": str(n), "same": "x"})
        for n in range(300)
    ]
    goods += [Product(id=f"rare-{n}", title="A", attributes={"rare": ("a", "b")[n % 2]}) for n in range(2)]
    ready = {field.name: field.ready for field in surveyed(goods, 302).fields}
    assert ready == {"colour": True, "code": False, "same": False, "rare": False}
