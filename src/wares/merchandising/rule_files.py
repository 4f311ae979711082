"""Rules as people write them, in TOML or JSON; docs/rules.md tells every key.

[[rule]]
name = "summer sandals"
when = { contains = ["sandal"], language = "en", filter = 'brand = "Acme"', from = 2026-06-01T00:00:00+02:00 }
then = { pin = ["sandal-9", "sandal-2"], boost = [{ filter = 'category UNDER "Shoes"', by = 0.2 }] }
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Any, get_args

import msgspec

from wares.encoders.dictionary import Language
from wares.errors import QueryError, SetupError
from wares.merchandising import files
from wares.query import filters
from wares.ranking.rules.bounds import mistakes
from wares.ranking.rules.records import MAX_RULES, Choice, Day, Rule, Weight, When

KEY = "rule"
_RULE = ("name", "about", "priority", "enabled", "when", "then")
_WHEN = ("exact", "contains", "starts", "filter", "language", "from", "until", "days", "hours", "zone")
_CHOICE = ("ids", "filter")
_KNOWN = {"language": get_args(Language), "days": get_args(Day)}


def read(path: Path) -> list[Rule]:
    """The rules of a file. :class:`SetupError`, with file and rule, for the first mistake."""
    return from_data(files.read_table(path), str(path))


def write(path: Path, rules: Iterable[Rule]) -> None:
    """Write rules as a file that :func:`read` reads as the same rules."""
    files.write_text(path, files.as_text(to_data(rules), path))


def from_data(data: Any, source: str) -> list[Rule]:
    """The rules that decoded TOML or JSON says. Raises as :func:`read`."""
    found = [_rule(row, f"{source}: {_called(row, at)}") for at, row in enumerate(files.rows(data, KEY, source), 1)]
    names: set[str] = set()
    for rule in found:
        if rule.name in names:
            raise SetupError(f"{source}: rule {rule.name!r} is there twice; give one another name")
        names.add(rule.name)
    if len(found) > MAX_RULES:
        raise SetupError(f"{source}: there are {len(found):,} rules; at most {MAX_RULES:,} can be")
    return found


def check(rule: Rule, place: str) -> Rule:
    """The rule itself. :class:`SetupError` when it is out of bounds or contradicts itself."""
    if wrong := next(mistakes(rule), ""):
        raise SetupError(f"{place}: {wrong}")
    return rule


def _called(row: Any, at: int) -> str:
    """How a rule is named in a message."""
    name = row.get("name") if isinstance(row, Mapping) else None
    return f"rule {name[:60]!r}" if isinstance(name, str) and name else f"rule {at}"


def _rule(row: Any, place: str) -> Rule:
    own = _table(row, _RULE, place)
    if "name" not in own:
        raise SetupError(f"{place}: it has no name; give it one that no other rule has")
    if "then" not in own:
        raise SetupError(f"{place}: it does nothing; say what under then")
    own["when"] = _when(own.get("when", {}), f"{place}: when")
    own["then"] = _then(own["then"], f"{place}: then")
    try:
        rule = msgspec.convert(own, Rule)
    except msgspec.ValidationError as wrong:
        raise SetupError(f"{place}: {str(wrong).replace('$.', '')}") from wrong
    return check(rule, place)


def _when(row: Any, place: str) -> dict[str, Any]:
    own = _table(row, _WHEN, place)
    for name in ("exact", "contains", "starts", "days"):
        if isinstance(own.get(name), str):
            own[name] = [own[name]]
    for name, known in _KNOWN.items():
        said = own.get(name, [])
        for one in said if isinstance(said, list) else [said]:
            if one not in known:
                raise SetupError(f"{place}.{name}: {str(one)[:40]!r} is none of {', '.join(known)}")
    if "hours" in own:
        own["hours"] = [_hour(one, place) for one in _list(own["hours"])]
    return _filter(own, place)


def _hour(value: Any, place: str) -> time:
    try:
        return value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise SetupError(f'{place}.hours: {str(value)[:40]!r} is no time of day; write ["18:00", "22:00"]') from wrong


def _then(row: Any, place: str) -> dict[str, Any]:
    own = _table(row, tuple(_ACTIONS), place)
    return {name: _ACTIONS[name](value, f"{place}.{name}") for name, value in own.items()}


def _pins(value: Any, place: str) -> list[Any]:
    """``["a", "b"]`` pins to the places 1 and 2."""
    found = []
    for at, item in enumerate(_list(value), start=1):
        found.append({"id": item, "place": at} if isinstance(item, str) else _table(item, ("id", "place"), place))
    return found


def _choices(value: Any, place: str) -> list[dict[str, Any]]:
    """``["a", "b"]`` are ids, tables choose by ids or a filter."""
    items = _list(value)
    ids = [item for item in items if isinstance(item, str)]
    tables = [_filter(_table(item, _CHOICE, place), place) for item in items if not isinstance(item, str)]
    return [*([{"ids": ids}] if ids else []), *tables]


def _weights(value: Any, place: str) -> list[dict[str, Any]]:
    return [_filter(_table(item, ("by", *_CHOICE), place), place) for item in _list(value)]


def _banner(value: Any, place: str) -> dict[str, Any]:
    return {"text": value} if isinstance(value, str) else _table(value, ("text", "url"), place)


def _as_it_is(value: Any, place: str) -> Any:
    return value


_ACTIONS: Mapping[str, Callable[[Any, str], Any]] = {
    "pin": _pins,
    "hide": _choices,
    "boost": _weights,
    "bury": _weights,
    "redirect": _as_it_is,
    "banner": _banner,
    "replace": _as_it_is,
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _table(value: Any, known: Sequence[str], place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise SetupError(f"{place}: expected a table with {', '.join(known)}")
    files.known_keys(value, known, place)
    return dict(value)


def _filter(table: dict[str, Any], place: str) -> dict[str, Any]:
    """The table with its filter as a record, in place of words or JSON; one id will do for a list."""
    if isinstance(table.get("ids"), str):
        table["ids"] = [table["ids"]]
    said = table.pop("filter", None)
    if said is not None:
        try:
            where = filters.parse(said) if isinstance(said, str) else filters.from_json(said)
        except QueryError as wrong:
            raise SetupError(f"{place}.filter: {wrong}") from wrong
        table["where"] = msgspec.to_builtins(where)
    return table


# -- out --------------------------------------------------------------------------------------------------------


def to_data(rules: Iterable[Rule]) -> dict[str, Any]:
    """Rules as a file has them."""
    return {KEY: [row(rule) for rule in rules]}


def row(rule: Rule) -> dict[str, Any]:
    """One rule as a file has it; what is left out is as it is without."""
    do = rule.then
    then: dict[str, Any] = {}
    if do.pin:
        then["pin"] = [{"id": pin.id, "place": pin.place} for pin in do.pin]
    for name in ("hide", "boost", "bury"):
        if choices := getattr(do, name):
            then[name] = [_choice(choice) for choice in choices]
    if do.banner is not None:
        then["banner"] = msgspec.to_builtins(do.banner)
    then |= {name: value for name in ("redirect", "replace") if (value := getattr(do, name))}
    own: dict[str, Any] = {"name": rule.name}
    own |= {"about": rule.about} if rule.about else {}
    own |= {"priority": rule.priority} if rule.priority else {}
    own |= {} if rule.enabled else {"enabled": False}
    when = _when_row(rule.when)
    return {**own, **({"when": when} if when else {}), "then": then}


def _when_row(when: When) -> dict[str, Any]:
    own: dict[str, Any] = {name: list(getattr(when, name)) for name in ("exact", "contains", "starts", "days")}
    own = {name: value for name, value in own.items() if value}
    if when.where is not None:
        own["filter"] = filters.unparse(when.where)
    if when.language is not None:
        own["language"] = when.language
    own |= {name: at.isoformat() for name, at in (("from", when.start), ("until", when.end)) if at is not None}
    if when.hours is not None:
        own["hours"] = [at.isoformat() for at in when.hours]
    return own | ({"zone": when.zone} if when.zone != "UTC" else {})


def _choice(choice: Choice | Weight) -> dict[str, Any]:
    own: dict[str, Any] = {"by": choice.by} if isinstance(choice, Weight) else {}
    own |= {"ids": list(choice.ids)} if choice.ids else {}
    return own | ({"filter": filters.unparse(choice.where)} if choice.where is not None else {})
