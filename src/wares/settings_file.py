"""Settings as text: TOML in, by :func:`wares.settings.overlaid` onto what a shop has; TOML out; and differences."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from wares.errors import SetupError
from wares.settings import Settings

MAX_BYTES = 1_000_000
#: Columns of a comment.
WIDTH = 100


class Changed(NamedTuple):
    """A setting by its full name, "fusion.weights.text.text", before and after; None: not there."""

    name: str
    before: Any
    after: Any


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. :class:`SetupError` when there is none, or it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SetupError(f"{path} has more than {MAX_BYTES:,} bytes; a settings file is small")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as refused:
        raise SetupError(f"{path} cannot be read: {refused.strerror}") from refused
    except UnicodeDecodeError as wrong:
        raise SetupError(f"{path} is not UTF-8 text; save it as UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise SetupError(f"{path} is no TOML: {wrong}") from wrong


def write_toml(path: Path, tables: Mapping[str, Any], comment: Sequence[str] = ()) -> None:
    """Write a settings file, whole or not at all, with lines of ``comment`` at its head."""
    from wares.index import atomic

    head = [f"# {line}".rstrip() for text in comment for line in textwrap.wrap(text, WIDTH) or [""]]
    atomic.write(path, ("\n".join((*head, "", "\n".join(toml(tables)).lstrip("\n"))).lstrip("\n") + "\n").encode())


def in_force(settings: Settings) -> dict[str, Any]:
    """All settings as tables, with what is as shipped: every weight of fusion and every floor is among them."""
    from wares.ranking.cutoff import FLOORS
    from wares.ranking.fusion import WEIGHTS

    tables = _tables(settings)
    tables["fusion"]["weights"] = {**WEIGHTS, **settings.fusion.weights}
    tables["ranking"]["floors"] = {**FLOORS, **settings.ranking.floors}
    return tables


def _tables(settings: msgspec.Struct) -> dict[str, Any]:
    """A record as tables, with what a saved one would leave out; lists as TOML has them."""
    values = ((name, getattr(settings, name)) for name in settings.__struct_fields__)
    return {
        name: _tables(value)
        if isinstance(value, msgspec.Struct)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values
    }


def lean(settings: Settings) -> Settings:
    """The same without weights and floors that are as shipped: those of a later wares can take their place."""
    from wares.ranking.cutoff import FLOORS
    from wares.ranking.fusion import WEIGHTS

    fusion, ranking = settings.fusion, settings.ranking
    weights = {name: weight for name, weight in fusion.weights.items() if WEIGHTS.get(name) != weight}
    floors = {name: floor for name, floor in ranking.floors.items() if FLOORS.get(name) != floor}
    return msgspec.structs.replace(
        settings,
        fusion=msgspec.structs.replace(fusion, weights=weights),
        ranking=msgspec.structs.replace(ranking, floors=floors),
    )


def changes(before: Settings, after: Settings) -> list[Changed]:
    """What differs, setting by setting."""
    old, new = dict(flat(in_force(before))), dict(flat(in_force(after)))
    return [Changed(n, old.get(n), new.get(n)) for n in {**old, **new} if old.get(n) != new.get(n)]


def difference(settings: Settings, base: Settings, names: Sequence[str]) -> dict[str, Any]:
    """Of some settings (top-level names), what differs from ``base``, as the tables of a settings file."""
    own = {name: value for name, value in in_force(settings).items() if name in names}
    return _differing(own, in_force(base))


def _differing(tables: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in tables.items():
        if isinstance(value, Mapping):
            if inner := _differing(value, base.get(name, {})):
                found[name] = inner
        elif value is not None and (name not in base or value != base[name]):
            found[name] = value
    return found


def toml(tables: Mapping[str, Any], remark: Callable[[str, Any], str] = lambda name, value: "") -> Iterator[str]:
    """The lines of a TOML file; ``remark`` may add a comment to the line of a setting by its full name and value."""
    yield from _lines(tables, "", "", remark)


def _lines(tables: Mapping[str, Any], heading: str, prefix: str, remark: Callable[[str, Any], str]) -> Iterator[str]:
    import tomli_w

    inner = {name: value for name, value in tables.items() if isinstance(value, Mapping)}
    for name, value in tables.items():
        if name not in inner:
            said = remark(prefix + name, value)
            yield tomli_w.dumps({name: value}).rstrip("\n") + (f"  # {said}" if said else "")
    for name, table in inner.items():
        if any(not isinstance(value, Mapping) for value in table.values()):
            yield from ("", f"[{heading}{name}]")
        yield from _lines(table, f"{heading}{name}.", f"{prefix}{name}.", remark)


def flat(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Settings by their full names."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
