"""Hits from what the index found and what the store holds, which may be newer."""

from __future__ import annotations

from wares.documents import filter_fields
from wares.hydrating import _passing
from wares.index.base import Point
from wares.index.fields import Schema
from wares.query import filters
from wares.records import Product, Sparse, Variant


def test_a_field_that_a_product_got_since_the_index_was_asked_is_no_obstacle() -> None:
    before = Product(id="shirt", title="Shirt", variants=(Variant(id="m", options={"size": "M"}),))
    after = Product(id="shirt", title="Shirt", variants=before.variants, attributes={"fit": "slim"})
    fields, offers = filter_fields(before)
    schema = Schema({}).learn([Point(number=0, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)])
    where = filters.parse('size = "m"')
    assert [variant.id for variant in _passing(after, where, schema)] == ["m"]
