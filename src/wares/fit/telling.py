"""Which values of a catalogue's attributes tell something: those that shoppers speak of and several products have."""

from __future__ import annotations

from collections.abc import Iterable

from wares.evaluation.made.attributes import KINDS, LEAST_HOLDERS, SIZES, sayable, spoken
from wares.evaluation.made.facts import NAMES, Fact, facts
from wares.evaluation.made.wording import words
from wares.fit.terms import FIELDS, field_of
from wares.records import Product

#: A field with more values is a name or number of each product; and only so many fields are counted.
MAX_VALUES, MAX_FIELDS = 2_000, 200


class Telling:
    """How many products have a value and how many of their titles say it, counted in one walk through a catalogue."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._fields: dict[str, dict[str, tuple[int, int]] | None] = {}
        for product in products:
            self._take(product)

    def __contains__(self, fact: Fact) -> bool:
        """Whether shoppers would ask by a value of an attribute. Sizes and kinds are none."""
        last = fact.field.rpartition(" ")[2]
        if fact.field in NAMES or last in SIZES or last in KINDS or not sayable(fact.value):
            return False
        asked = field_of(fact.field) in FIELDS and any(letter.isalpha() for letter in fact.value)
        return (asked and self.holders(fact) >= LEAST_HOLDERS) or spoken(self, fact)

    def holders(self, fact: Fact) -> int:
        """How many products have exactly this value."""
        return self._counts(fact)[0]

    def titled(self, fact: Fact) -> float:
        """The share of the products with a value whose title says it."""
        holders, titled = self._counts(fact)
        return titled / max(holders, 1)

    def _counts(self, fact: Fact) -> tuple[int, int]:
        return (self._fields.get(fact.field) or {}).get(fact.value.casefold(), (0, 0))

    def _take(self, product: Product) -> None:
        title = words(product.title)
        once = {(fact.field, fact.value.casefold()) for fact in facts(product) if fact.field not in NAMES}
        for field, value in once:
            if field not in self._fields and len(self._fields) >= MAX_FIELDS:
                continue
            values = self._fields.setdefault(field, {})
            if values is None:
                continue
            holders, titled = values.get(value, (0, 0))
            said = words(value)
            values[value] = (holders + 1, titled + (bool(said) and said <= title))
            if len(values) > MAX_VALUES:
                self._fields[field] = None
