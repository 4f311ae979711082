"""English nouns for one and for many."""

from __future__ import annotations

import pytest

from wares.encoders.dictionary import rows
from wares.fit.plurals import numbers


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("shirt", "shirts"),
        ("casual shoe", "casual shoes"),
        ("dress", "dresses"),
        ("watch", "watches"),
        ("brush", "brushes"),
        ("box", "boxes"),
        ("battery", "batteries"),
        ("toy", "toys"),
        ("pie", "pies"),
        ("kitchen knife", "kitchen knives"),
        ("tomato", "tomatoes"),
        ("mouse", "mice"),
    ],
)
def test_a_noun_is_said_for_one_and_for_many(one: str, many: str) -> None:
    assert numbers(one) == (one, many)
    assert numbers(many) == (many, one)


@pytest.mark.parametrize(
    "name", ["jeans", "sunglasses", "clothing", "footwear", "kitchenware", "T恤", "tv", "", "4k"]
)
def test_what_is_not_counted_stays_as_it_is(name: str) -> None:
    assert numbers(name) == (name,)


def test_the_other_number_of_the_other_number_is_the_noun_again() -> None:
    """For all kinds that the dictionary says in the plural."""
    for name in (row.english[0] for row in rows("kind")):
        other = numbers(name)[-1]
        if len(other) < len(name) and name not in ("homewares", "yo yos", "ride ons"):
            assert numbers(other)[-1] == name
