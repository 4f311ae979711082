"""Which fields of a catalogue a picture may tell, and what a product says of them.

The category is a path, and each step of it is a value of its own; everything else is flat. An attribute counts when
enough products have it and they share its values: a text that is another for each product is nothing to recognise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from wares.index.base import fold
from wares.query.names import SAME
from wares.records import Product

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

CATEGORY, BRAND = "category", "brand"
COLOURS = frozenset(next(row for row in SAME if row[0] == "colour")) | {"colours", "colors"}
#: Values of one product that are read, values of a field that are told apart, attributes, and characters of a value.
MOST_OF_ONE, MOST_VALUES, MOST_FIELDS, MOST_CHARACTERS = 3, 5_000, 12, 60
#: The share of products that must have an attribute, and the products that must share a value on average.
LEAST_SHARE, LEAST_HOLDERS = 0.2, 2.0


class Field(msgspec.Struct, frozen=True):
    """A field and its values as the catalogue writes them, the most frequent first; ``levels`` is 1 for flat ones,
    and how deep the deepest path goes for the category, whose values are joined by "/"."""

    name: str
    values: tuple[str, ...]
    levels: int = 1

    def numbers(self) -> dict[str, int]:
        """The place of each value, by its folded form."""
        return {fold(value): at for at, value in enumerate(self.values)}

    def label(self, at: int) -> str:
        """What a value is called: of a path the last step."""
        value = self.values[at]
        return value.rpartition("/")[2] if self.name == CATEGORY else value


def values(product: Product, name: str) -> tuple[str, ...]:
    """What a product says of a field; empty for nothing, and for more values than a picture shows one of."""
    if name == CATEGORY:
        steps = [step.strip() for part in product.category for step in part.split("/") if step.strip()]
        return ("/".join(steps),) if steps else ()
    value = product.brand if name == BRAND else product.attributes.get(name, "")
    if isinstance(value, bool | float):
        return (f"{name}: {'yes' if value else 'no'}",) if isinstance(value, bool) else ()
    said = tuple(dict.fromkeys(one.strip() for one in ((value,) if isinstance(value, str) else value) if one.strip()))
    fit = len(said) <= MOST_OF_ONE and all(len(one) <= MOST_CHARACTERS for one in said)
    return said if fit else ()


def fields(products: Sequence[Product]) -> list[Field]:
    """The fields that these products have: category and brand first, then attributes, the most widespread first."""
    held = Counter(name for product in products for name in product.attributes if name not in (CATEGORY, BRAND))
    wide = [name for name, count in held.most_common() if count >= LEAST_SHARE * len(products)]
    found = [_field(products, name) for name in (CATEGORY, BRAND)]
    for name in wide:
        if len(found) < 2 + MOST_FIELDS:
            found.append(_field(products, name, shared=LEAST_HOLDERS))
    return [field for field in found if field is not None]


def labels(products: Sequence[Product], field: Field) -> Ints:
    """The values of products by number, (products, at most three), -1 for none."""
    numbers = field.numbers()
    held = np.full((len(products), MOST_OF_ONE), -1, np.int64)
    for row, product in zip(held, products, strict=True):
        told = [numbers.get(fold(value), -1) for value in values(product, field.name)]
        row[: len(told)] = told
    return held


def steps(path: str) -> list[str]:
    """All prefixes of a path: "a/b" → ["a", "a/b"]."""
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def spellings(said: Iterable[str]) -> Mapping[str, str]:
    """The most frequent spelling of each value, by its folded form, the most frequent value first."""
    forms: dict[str, Counter[str]] = {}
    for value in said:
        forms.setdefault(fold(value), Counter())[value] += 1
    often = sorted(forms, key=lambda form: (-forms[form].total(), form))
    return {form: forms[form].most_common(1)[0][0] for form in often if form}


def _field(products: Sequence[Product], name: str, shared: float = 0.0) -> Field | None:
    """A field; None when there is nothing to tell apart."""
    said = [value for product in products for value in values(product, name)]
    told = list(spellings(said).values())[:MOST_VALUES]
    if len(told) < 2 or len(said) < shared * len(told):
        return None
    levels = max(len(value.split("/")) for value in told) if name == CATEGORY else 1
    return Field(name, tuple(told), levels)
