"""Sizes and measures: "size 42", "42码", "500ml", "under 2 kg", "15 inch", "1.5米以上"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from wares.query.kinds import UNSPOKEN
from wares.query.reading.comparing import MAX_NUMBERS, NUMBER, Around, Comparison, around
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.numbers import number
from wares.query.reading.phrases import Unit, said, unit, unit_pattern
from wares.query.reading.text import Text, fold, key
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not

#: Sizes of letters that are no other words, and how sure that is.
_LETTERS = re.compile(r"(?<![a-z\d.'-])(?:x{1,4}[sl]|[2-6]xl)(?![a-z\d.'-])")
LETTERS_CERTAINTY = 0.95
#: Two measures are the same when they differ by no more than this share, as rounded units do.
SAME = 0.01
#: How sure it is that a measure which a field has is one of that field.
CERTAINTY = 0.9
#: A comparison with texts ("under 500 ml" among "330 ml", "0.5 l") lists no more values than this.
MAX_LISTED = 200
#: A measure that more fields than this may have says nothing.
MAX_FIELDS = 2

_FLUID_OUNCE = Unit("volume", 29.5735)
_OUNCE = ("oz", "ounce", "ounces", "盎司")


class Measured(NamedTuple):
    """A measure that a field has: of a number field its unit, of a text field one value, both in base units."""

    field: str
    base: float
    value: str = ""


def sizes(text: Text, known: Known) -> Iterator[Found]:
    """Sizes that are called so, if the catalogue has them."""
    for match in islice(_sized().finditer(text.plain), MAX_NUMBERS):
        said_size = match["after"] or match["before"]
        for piece in dict.fromkeys((said_size, said_size.split()[0])):
            meant = known.sizes.get(key(piece), ())
            where = _size(meant, number(piece), known)
            if where is not None:
                end = match.end() if match["after"] is None else match.start("after") + len(piece)
                end += text.plain.startswith("的", end)
                yield Found(match.start(), end, "size", where, fields=_fields(where))
                break

    for match in _LETTERS.finditer(text.plain):
        where = _size(known.sizes.get(match[0], ()), None, known)
        if isinstance(where, Compare):
            yield Found(
                match.start(),
                match.end(),
                "size",
                where,
                fields=(where.field,),
                taken=False,
                certainty=LETTERS_CERTAINTY,
            )


def _size(meant: tuple[tuple[str, str], ...], figure: float | None, known: Known) -> Filter | None:
    conditions = [known.condition(field, [value]) for field, value in meant]
    if figure is not None:
        conditions += [Compare(field, "=", figure) for field in known.of_kind("size") if known.numeric(field)]
    found = tuple(dict.fromkeys(conditions))
    return None if not found else found[0] if len(found) == 1 else AnyOf(found)


def _fields(where: Filter) -> tuple[str, ...]:
    return (where.field,) if isinstance(where, Compare) else ()


# -- measures ---------------------------------------------------------------------------------------------------


def measures(text: Text, known: Known) -> Iterator[Found]:
    """Numbers with a unit in which the catalogue measures something."""
    for match in islice(_measured().finditer(text.plain), MAX_NUMBERS):
        meant = unit(match["unit"].strip())
        low, high = number(match["low"]), number(match["high"] or match["low"])
        if meant is None or low is None or high is None:
            continue
        near = around(text.plain, match.start(), match.end())
        named = _named_before(text, near.start, known)
        ways = (meant, _FLUID_OUNCE) if match["unit"].strip() in _OUNCE else (meant,)
        found = [_measure(near, (low * one.factor, high * one.factor), one.dimension, named, known) for one in ways]
        # A text that says so is surer than a number field of the unit, whose values are not known.
        likely = sorted((one for one in found if one), key=lambda one: not _is_text(one.said))
        yield from likely[:1]


def _is_text(where: Filter | None) -> bool:
    return isinstance(where, In) or (isinstance(where, Compare) and isinstance(where.value, str))


def _measure(
    near: Around, base: tuple[float, float], dimension: str, named: tuple[int, str] | None, known: Known
) -> Found | None:
    """A comparison of the one field that can be meant, or the same measure in any."""
    here = [one for one in known.once(measured).get(dimension, ()) if named is None or one.field == named[1]]
    fields = dict.fromkeys(one.field for one in here)
    compared = near.comparison or ("between" if base[0] != base[1] else "")
    if len(fields) > (1 if compared else MAX_FIELDS):
        return None
    said_so = tuple(_condition(field, [m for m in here if m.field == field], compared, base) for field in fields)
    conditions = tuple(one for one in said_so if one is not None)
    if not conditions:
        return None
    said_one = conditions[0] if len(conditions) == 1 else AnyOf(conditions)
    start = named[0] if named else near.start
    if compared or named:
        return Found(start, near.end, "measure", said_one)
    lacking: Filter = (
        AllOf(tuple(Not(Exists(one)) for one in fields)) if len(fields) > 1 else Not(Exists(here[0].field))
    )
    where = AnyOf((*conditions, lacking))
    return Found(near.start, near.end, "measure", said_one, where, taken=False, certainty=CERTAINTY)


def _condition(field: str, here: list[Measured], compared: Comparison, base: tuple[float, float]) -> Filter | None:
    low, high = base
    if compared in ("", "about"):
        share = SAME if not compared else 0.2
        low, high = low * (1 - share), high * (1 + share)
    if not here[0].value:
        factor = here[0].base
        if compared == "" and _plain(base[0] / factor) == base[0] / factor:
            return Compare(field, "=", base[0] / factor)
        if compared == "" or compared == "about" or compared == "between":
            return AllOf((Compare(field, ">=", _plain(low / factor)), Compare(field, "<=", _plain(high / factor))))
        return Compare(field, compared, _plain(low / factor))
    values = tuple(sorted(one.value for one in here if _holds(one.base, compared, low, high)))
    if not values or len(values) > MAX_LISTED:
        return None
    return Compare(field, "=", values[0]) if len(values) == 1 else In(field, values)


def _holds(measure: float, compared: Comparison, low: float, high: float) -> bool:
    close = 1e-6 * high
    match compared:
        case "<":
            return measure < low - close
        case "<=":
            return measure <= low + close
        case ">":
            return measure > low + close
        case ">=":
            return measure >= low - close
        case _:
            return low - close <= measure <= high + close


def _plain(value: float) -> float:
    return round(value, 6 if abs(value) < 10 else 3)


def measured(known: Known) -> dict[str, list[Measured]]:
    """What the catalogue measures, by dimension: number fields with a unit in their names, and texts such as
    "500 ml"."""
    found: dict[str, list[Measured]] = {}
    for field, spec in known.fields.items():
        if field in UNSPOKEN:
            continue
        if spec.type == "number" and (meant := _unit_of(field)):
            found.setdefault(meant.dimension, []).append(Measured(field, meant.factor))
        elif spec.type == "keyword":
            for dimension, one in _texts(field, known):
                found.setdefault(dimension, []).append(one)
    return found


def _texts(field: str, known: Known) -> Iterator[tuple[str, Measured]]:
    """The measures among the texts of a field. An ounce is one of volume where the others are."""
    found: list[tuple[str, Unit, float, str]] = []
    for value, _ in known.values.of(field):
        match = _measured().fullmatch(fold(value)) if value[:1].isdigit() else None
        meant = unit(match["unit"].strip()) if match and not match["high"] else None
        size = number(match["low"]) if match and meant else None
        if match and meant and size:
            found.append((match["unit"].strip(), meant, size, value))
    fluid = any(meant.dimension == "volume" for _, meant, _, _ in found)
    for written, meant, size, value in found:
        own = _FLUID_OUNCE if fluid and written in _OUNCE else meant
        yield own.dimension, Measured(field, size * own.factor, value)


def _unit_of(field: str) -> Unit | None:
    """The unit in the name of a field: "weight_(kg)", "volume_ml", "容量(毫升)"."""
    match = _unit_last().search(fold(field))
    return unit(match["unit"]) if match else None


def _named_before(text: Text, start: int, known: Known) -> tuple[int, str] | None:
    """The field that is named right before a measure, and where: "screen size 15 inch", "重量 2公斤"."""
    before = [at for at, word in enumerate(text.words) if word.end <= start][-4:]
    if not before or text.plain[text.words[before[-1]].end : start].strip(" :：=的"):
        return None
    for first in before:
        field = known.named(text.plain[text.words[first].start : text.words[before[-1]].end])
        if field:
            return text.words[first].start, field
    return None


@cache
def _sized() -> re.Pattern[str]:
    after = r"(?P<after>[a-z\d][a-z\d./]*(?:\s\d[\d./]*)?)"
    before = r"(?P<before>(?<![a-z\d.])(?:[a-z]{2}\s)?[a-z\d][a-z\d./]*)"
    return re.compile(rf"{said('size')}\s*(?:is|:|=)?\s*{after}(?![a-z\d])|{before}\s*{said('size after')}的?")


@cache
def _measured() -> re.Pattern[str]:
    joint = rf"(?:\s*{said('to')}\s*(?P<high>{NUMBER}))?"
    return re.compile(rf"(?P<low>{NUMBER}){joint}\s?-?\s?(?P<unit>{unit_pattern()})(?![a-z\d])")


@cache
def _unit_last() -> re.Pattern[str]:
    return re.compile(rf"[\W_]+(?P<unit>{unit_pattern()})[\W_]*$")
