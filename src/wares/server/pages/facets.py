"""What there is to choose of: fields with their values, and how many products each leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wares.server.facets import MOST, chosen, facet
from wares.server.pages import formats

if TYPE_CHECKING:
    from wares.index.base import FieldSpec
    from wares.records import FacetValue, Results
    from wares.server.pages.address import Address
    from wares.server.pages.words import Words

#: Values that are shown at once.
FEW = 6


class Value(NamedTuple):
    """A value, how many products have it, whether it is chosen, and the address that chooses it or lets it go."""

    text: str
    products: int
    chosen: bool
    href: str


class Facet(NamedTuple):
    """A field. ``path`` are the categories that the values lie in, from broad to narrow."""

    field: str
    name: str
    values: Sequence[Value]
    more: Sequence[Value]
    chosen: int
    path: Sequence[Value] = ()


class PriceRange(NamedTuple):
    """The bounds that were chosen, the sign of the currency, and the round bounds of what was found."""

    low: str
    high: str
    sign: str
    lowest: str
    highest: str


def facets(found: Results, fields: Mapping[str, FieldSpec], address: Address, words: Words) -> list[Facet]:
    """The fields of texts that are worth showing, and those of which values are chosen."""
    worth = {each.field for each in chosen(found, fields) if each.kind == "values"}
    made = []
    for field, values in found.facets.items():
        held = address.all(f"f.{field}")
        if field not in worth and not held:
            continue
        shown = (
            _category(values, address, words) if field == "category" else _plain(field, values, held, address, words)
        )
        if held or len(shown.values) > 1:
            made.append(shown)
    return made


def _plain(field: str, values: Sequence[FacetValue], own: Sequence[str], address: Address, words: Words) -> Facet:
    name, held = f"f.{field}", {value.casefold() for value in own}
    rows = [
        Value(
            words.value(field, value.value),
            value.count,
            value.value.casefold() in held,
            (address.minus if value.value in own else address.plus)(name, value.value).but("all").href(),
        )
        for value in values[:MOST]
    ]
    counted = {value.value.casefold() for value in values[:MOST]}
    lost = [
        Value(words.value(field, each), 0, True, address.minus(name, each).href())
        for each in own
        if each.casefold() not in counted
    ]
    rows = [*lost, *sorted(rows, key=lambda row: not row.chosen)]
    few = max(FEW, sum(row.chosen for row in rows))
    if len(rows) - few < 3:
        few = len(rows)
    return Facet(field, words.field(field), rows[:few], rows[few:], len(own))


def _category(values: Sequence[FacetValue], address: Address, words: Words) -> Facet:
    """The way down to the chosen category, and what lies in it."""
    own = address.one("f.category")
    rest = address.minus("f.category")
    steps = [step for step in own.split("/") if step]
    path = [
        Value(step, 0, at == len(steps), rest.plus("f.category", "/".join(steps[:at])).href())
        for at, step in enumerate(steps, 1)
    ]
    rows = [
        Value(name, value.count, False, rest.plus("f.category", value.value).href())
        for value, name in _below(values, steps)
    ]
    few = len(rows) if len(rows) < FEW + 3 else FEW
    return Facet("category", words.field("category"), rows[:few], rows[few:MOST], int(bool(own)), path)


def _below(values: Sequence[FacetValue], steps: Sequence[str]) -> Iterator[tuple[FacetValue, str]]:
    """The categories right below a path; where all lies in one, those below that one."""
    for depth in range(len(steps), len(steps) + 4):
        at = [(value, value.value.split("/")) for value in values]
        here = [
            (value, parts[-1])
            for value, parts in at
            if len(parts) == depth + 1
            and [p.casefold() for p in parts[: len(steps)]] == [s.casefold() for s in steps]
        ]
        if len(here) != 1 or depth > len(steps) + 2:
            yield from here
            return


def price_range(found: Results, fields: Mapping[str, FieldSpec], address: Address, words: Words) -> PriceRange:
    """The price fields."""
    prices = (formats.priced(hit.product)[0] for hit in found.hits)
    currency = next((price.currency for price in prices if price is not None), "")
    counted = facet(fields["price"], found.facets.get("price", ())) if "price" in fields else None
    low, high = (counted.low, counted.high) if counted else (None, None)
    return PriceRange(
        address.one("min"),
        address.one("max"),
        formats.sign(currency, words.language),
        "" if low is None else formats.plain(low),
        "" if high is None else formats.plain(high),
    )
