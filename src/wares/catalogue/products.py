"""Rows → products. What a column means is decided once per feed; what a cell says, here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

from wares.catalogue import prices, values
from wares.catalogue.columns import MODALITIES, Columns, plain, recognise
from wares.catalogue.groups import REGULAR_PRICE, merge
from wares.catalogue.habits import Habits
from wares.catalogue.kinds import KINDS, OF_GOOGLE, OTHER
from wares.catalogue.text import plain_text
from wares.errors import CatalogueError
from wares.records import AttributeValue, Media, Modality, Price, Product, Variant

T = TypeVar("T")
Found = dict[str, tuple[str, Any]]


_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_REMEMBERED = 10_000
_STRUCTURED = {"options": dict, "attributes": dict, "relations": dict, "media": list, "variants": list}


class _Sorted(NamedTuple):
    """A row's cells: of single targets with their columns as they stand, of all others as values."""

    found: Found
    attributes: dict[str, AttributeValue]
    media: list[Media]
    relations: dict[str, tuple[str, ...]]


class Assembler:
    """Makes products from the rows of one feed.

    ``root`` is the folder of relative media; ``fixed`` says that no row has columns beyond those in ``columns``.
    """

    def __init__(self, columns: Columns, habits: Habits, root: str, *, fixed: bool = False) -> None:
        self._columns = columns
        self._habits = habits
        self._root = root
        self._fixed = fixed
        self._typed = habits.numbers | habits.flags
        self._seen: set[str] = set()
        self._variants: Assembler | None = None
        # What needs nothing but its own cell. A target that is a field of Product has the field's name.
        self._simple: dict[str, Callable[[Any], Any]] = {
            "id": values.identifier,
            "group": values.identifier,
            "title": values.text,
            "description": lambda cell: plain_text(values.text(cell)),
            "brand": values.text,
            "category": lambda cell: values.category(cell, habits.step),
            "currency": lambda cell: prices.currency_code(values.text(cell)),
            "rating": lambda cell: values.rating(cell, habits.decimal),
            "rating_count": values.count,
            "availability": values.availability,
            "url": values.text,
            "sale_dates": _holds_now,
            "options": _options,
        }

    def product(self, cells: Mapping[str, Any], currency: str = "", *, part: bool = False) -> tuple[str, Product]:
        """The id of the product that the row is a variant of ("" for none), and the row as a product.

        A ``part``, and a row of a group, needs no title. Options that the row names are those of its only variant.
        Raises :class:`CatalogueError` with reason and column.
        """
        if not self._fixed and not cells.keys() <= self._seen:
            self._meet(cells)
        found, attributes, media, relations = self._sort(cells)
        fields = self._fields(found)
        group = fields.pop("group", "")
        if "id" not in fields:
            raise CatalogueError("no id")
        if not fields.setdefault("title", "") and not group and not part:
            raise CatalogueError("no title")
        currency = fields.pop("currency", currency)
        if "price" in found or "sale_price" in found:
            words = fields["title"] + fields.get("description", "")
            fields["price"] = self._price(found, attributes, currency, words, fields.pop("sale_dates", True))
        if options := fields.pop("options", None):
            fields["variants"] = (Variant(id=fields["id"], options=options),)
        if len(media) > 1:
            media = _distinct(media)
        product = Product(attributes=attributes, media=tuple(media), relations=relations, **fields)
        if "variants" in found:
            product = _convert(found["variants"], lambda rows: self._with_variants(product, rows, currency))
        return group, product

    def _fields(self, found: Found) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        simple = self._simple
        column = ""
        try:
            for target, (column, cell) in found.items():  # noqa: B007 - the error says it
                if target in simple:
                    fields[target] = simple[target](cell)
        except CatalogueError as error:
            raise CatalogueError(error.reason, column=column) from None
        return fields

    def _meet(self, cells: Mapping[str, Any]) -> None:
        """Look at columns that may be new; formats without a header bring them at any time."""
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self._columns.extend(name for name in cells if name not in self._seen)
        self._seen.update(cells)

    def _sort(self, cells: Mapping[str, Any]) -> _Sorted:
        """The cells by what they are: single targets as they stand, and the rest already as values."""
        row = _Sorted({}, {}, [], {})
        found, placed, simple, sound = row.found, self._columns.placed, self._simple, values.is_sound(cells.values())
        column = ""
        try:
            for column, target in self._columns.order:
                value = cells.get(column)
                if value is None:
                    continue
                if type(value) is str and not (value := (value if sound else values.checked(value)).strip()):
                    continue
                if target in simple and target not in found and target != "options":
                    found[target] = column, value
                else:
                    self._place(row, column, target, value)
            attributes, typed = row.attributes, self._typed
            for column, value in cells.items():
                if column in placed or value is None:
                    continue
                if sound and type(value) is str and column not in typed:
                    if value := value.strip():
                        attributes[column] = value
                else:
                    self._attribute(attributes, column, value)
        except CatalogueError as error:
            raise CatalogueError(error.reason, column=column) from None
        return row

    def _place(self, row: _Sorted, column: str, target: str, value: Any) -> None:
        if target in MODALITIES:
            media = values.media(value, cast(Modality, target), self._root)
            row.media.extend(media if len(media) == 1 and not row.media else _ranked(media, not row.media))
        elif target in KINDS and (ids := values.identifiers(value)):
            _relate(row.relations, target, ids)
        elif target == "related_product" and (ids := values.identifiers(value)):
            for id in ids:
                _relate(row.relations, *_of_google(id))
        elif target in row.found or target in KINDS or target == "related_product" or not _fits(target, value):
            self._attribute(row.attributes, column, value)
        elif target == "media":
            row.media.extend(values.media(value, "image", self._root))
        elif target == "attributes":
            row.attributes.update(values.attributes("", value))
        elif target == "relations":
            for kind, cell in value.items():
                _relate(row.relations, _kind(str(kind)), values.identifiers(cell))
        else:
            row.found[target] = column, value

    def _attribute(self, attributes: dict[str, AttributeValue], name: str, value: object) -> None:
        if type(value) is not str:
            attributes.update(values.attributes(name, value))
        elif value := values.checked(value).strip():
            if name in self._habits.numbers and values.is_number(value):
                attributes[name] = float(value)
            elif name in self._habits.flags and value.lower() in ("true", "false"):
                attributes[name] = value.lower() == "true"
            else:
                attributes[name] = value

    def _price(
        self, found: Found, attributes: dict[str, AttributeValue], currency: str, words: str, on_sale: bool
    ) -> Price | None:
        """What it costs now; a regular price above it is kept among the ``attributes``."""

        def convert(cell: object) -> Price:
            if isinstance(cell, Mapping):
                return _price_of(cell, currency)
            shared = isinstance(cell, str) and ("¥" in cell or "￥" in cell)
            chinese = shared and bool(_HAN.search(words)) and not _KANA.search(words)
            return prices.price(cell, currency, decimal=self._habits.decimal, chinese=chinese)

        regular = _convert(found["price"], convert) if "price" in found else None
        reduced = _convert(found["sale_price"], convert) if "sale_price" in found else None
        if reduced is None or not on_sale or (regular and reduced.amount >= regular.amount):
            return regular
        if regular:
            attributes.setdefault(REGULAR_PRICE, regular.major)
        return reduced

    def _with_variants(self, product: Product, cells: list[object], currency: str) -> Product:
        if self._variants is None:
            self._variants = Assembler(Columns((), needed=()), self._habits, self._root)
        rows: list[Product] = []
        for number, row in enumerate(cells, 1):
            if not isinstance(row, Mapping):
                raise CatalogueError(f"variant {number} is no mapping")
            try:
                rows.append(self._variants.product(row, currency, part=True)[1])
            except CatalogueError as error:
                column = f" ({error.column})" if error.column else ""
                raise CatalogueError(f"variant {number}{column}: {error.reason}") from None
        if len({row.id for row in rows}) < len(rows):
            raise CatalogueError("two variants have the same id")
        return merge(product.id, rows, product) if rows else product


def _relate(relations: dict[str, tuple[str, ...]], kind: str, ids: tuple[str, ...]) -> None:
    """Add ids to a kind, each once."""
    if ids:
        relations[kind] = tuple(dict.fromkeys((*relations.get(kind, ()), *ids)))


def _kind(name: str) -> str:
    """The kind that a name means in the table of kinds or as a column; any other name is a kind of its own."""
    if (kind := plain(name)) in KINDS:
        return kind
    target = recognise(name)
    return target[0] if target and target[0] in KINDS else name


def _of_google(written: str) -> tuple[str, tuple[str, ...]]:
    """Kind and id of "accessory:id:A7" or "substitute:gtin:4006381333931"; what is not written so is an id."""
    named = re.fullmatch(r"(\w+):(?:id|gtin):(.+)", written)
    return (OF_GOOGLE.get(named[1].lower(), OTHER), (named[2],)) if named else (OTHER, (written,))


def _fits(target: str, value: object) -> bool:
    """Targets that only a mapping or a list can fill; text under such a name is an attribute."""
    return target not in _STRUCTURED or isinstance(value, _STRUCTURED[target])


def _convert(found: tuple[str, Any], convert: Callable[[Any], T]) -> T:
    column, cell = found
    try:
        return convert(cell)
    except CatalogueError as error:
        raise CatalogueError(error.reason, column=error.column or column) from None


def _ranked(media: Iterable[Media], first: bool) -> Iterator[Media]:
    """The first picture of a product is its main one, the others show details."""
    for medium in media:
        detail = not first and medium.modality == "image" and medium.role == "main"
        yield Media(medium.source, medium.modality, "detail") if detail else medium
        first = False


def _distinct(media: list[Media]) -> list[Media]:
    first: dict[tuple[str, str | bytes], Media] = {}
    for medium in media:
        first.setdefault((medium.modality, medium.source), medium)
    return list(first.values())


def _options(cell: Mapping[str, Any]) -> dict[str, str]:
    return {name: values.option_text(value) for name, value in values.attributes("", cell)}


def _price_of(cell: Mapping[str, Any], currency: str) -> Price:
    """A price as a mapping: with a whole number in minor units, as :class:`~wares.records.Price` is written; with
    text or a fraction in units that people say."""
    amount = cell.get("amount", cell.get("value"))
    code = cell.get("currency") or cell.get("currencyCode") or currency
    code = prices.currency_code(values.text(code)) if code else ""
    if type(amount) is int and amount >= 0:
        return Price(amount, code)
    return prices.price(amount, code, decimal=".")


def _holds_now(cell: object) -> bool:
    """Whether the present is between two ISO 8601 times written with a slash (or a space) between them."""
    try:
        start, end = (datetime.fromisoformat(time) for time in re.split(r"\s*/\s*|\s+", values.text(cell).strip()))
    except ValueError:
        raise CatalogueError(f"{cell!r:.60} is not two ISO 8601 times with a slash between") from None
    since, until = (time if time.tzinfo else time.replace(tzinfo=UTC) for time in (start, end))
    return since <= datetime.now(UTC) <= until
