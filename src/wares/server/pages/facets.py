"""What there is to choose of: fields with their values, and how many products each leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wares.server.pages import formats

if TYPE_CHECKING:
    from wares.records import FacetValue, Results
    from wares.server.pages.address import Address
    from wares.server.pages.words import Words

#: Fields that come first where they are there, and those that nobody chooses by.
FIRST = ("category", "brand", "colour", "color", "size", "gender", "material")
NEVER = frozenset(("id", "currency", "product_type", "url", "sku", "gtin", "mpn", "ean"))
#: Fields that are asked for and shown, and values that are shown at once and at all.
MOST_FIELDS, SHOWN_FIELDS, FEW, MOST = 16, 7, 6, 40
#: A field shows when at least this share of what was found has it.
SHARE = 0.15


class Value(NamedTuple):
    """A value, how many products have it, whether it is chosen, and the address that chooses it or lets it go."""

    text: str
    count: int
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
    """The bounds that were chosen, and the sign of the currency."""

    low: str
    high: str
    sign: str


def asked(fields: Mapping[str, str]) -> tuple[str, ...]:
    """The fields to count, of those that the shop has."""
    texts = [name for name, kind in fields.items() if kind == "keyword" and name not in NEVER]
    known = [name for name in FIRST if name in texts]
    return (*known, *(name for name in texts if name not in known and name != "availability"))[:MOST_FIELDS]


def facets(found: Results, address: Address, words: Words) -> list[Facet]:
    """The fields that are worth showing."""
    made = []
    for field, values in found.facets.items():
        chosen = address.all(f"f.{field}")
        if field == "category":
            facet = _category(values, address, words)
        else:
            facet = _plain(field, values, chosen, address, words)
        if chosen or _tells(facet, values, found.total):
            made.append(facet)
    return made[:SHOWN_FIELDS]


def _tells(facet: Facet, values: Sequence[FacetValue], total: int) -> bool:
    several = len(facet.values) > 1 or bool(facet.path)
    return several and sum(value.count for value in values) >= SHARE * total


def _plain(field: str, values: Sequence[FacetValue], chosen: Sequence[str], address: Address, words: Words) -> Facet:
    name, held = f"f.{field}", {value.casefold() for value in chosen}
    rows = [
        Value(
            value.value,
            value.count,
            value.value.casefold() in held,
            (address.minus if value.value in chosen else address.plus)(name, value.value).but("all").href(),
        )
        for value in values[:MOST]
    ]
    counted = {row.text.casefold() for row in rows}
    lost = [Value(own, 0, True, address.minus(name, own).href()) for own in chosen if own.casefold() not in counted]
    rows = [*lost, *sorted(rows, key=lambda row: not row.chosen)]
    few = max(FEW, sum(row.chosen for row in rows))
    if len(rows) - few < 3:
        few = len(rows)
    return Facet(field, words.field(field), rows[:few], rows[few:], len(chosen))


def _category(values: Sequence[FacetValue], address: Address, words: Words) -> Facet:
    """The way down to the chosen category, and what lies in it."""
    chosen = address.one("f.category")
    rest = address.minus("f.category")
    steps = [step for step in chosen.split("/") if step]
    path = [
        Value(step, 0, at == len(steps), rest.plus("f.category", "/".join(steps[:at])).href())
        for at, step in enumerate(steps, 1)
    ]
    rows = [
        Value(name, value.count, False, rest.plus("f.category", value.value).href())
        for value, name in _below(values, steps)
    ]
    few = len(rows) if len(rows) < FEW + 3 else FEW
    return Facet("category", words.field("category"), rows[:few], rows[few:MOST], int(bool(chosen)), path)


def _below(values: Sequence[FacetValue], steps: Sequence[str]) -> Iterator[tuple[FacetValue, str]]:
    """The categories right below a path; where all lies in one, those below that one."""
    for depth in range(len(steps), len(steps) + 4):
        at = [(value, value.value.split("/")) for value in values]
        here = [
            (value, parts[-1])
            for value, parts in at
            if len(parts) == depth + 1 and [p.casefold() for p in parts[: len(steps)]] == [s.casefold() for s in steps]
        ]
        if len(here) != 1 or depth > len(steps) + 2:
            yield from here
            return


def price_range(found: Results, address: Address, words: Words) -> PriceRange:
    """The price fields."""
    prices = (formats.priced(hit.product)[0] for hit in found.hits)
    currency = next((price.currency for price in prices if price is not None), "")
    return PriceRange(address.one("min"), address.one("max"), formats.sign(currency, words.language))
