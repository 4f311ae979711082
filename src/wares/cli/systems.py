"""What can be evaluated, by the names that people type: the shop as it is, parts of it, other settings, other shops,
and answers of an earlier day."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from wares.errors import QueryError, SetupError
from wares.evaluation.records import Run, System
from wares.ranking import chain
from wares.records import PartKind, Query, Results
from wares.settings import BARE, BUILT_IN, FusionSettings, Settings, overlaid

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Fusion
    from wares.shop import Shop

AS_IT_IS = "shop"

#: The settings that are read when a question is asked.
ASKED = ("fusion", "ranking", "understanding")

#: Files of earlier answers, by the end of their names.
RUNS = (".run", ".trec", ".txt")


class Entrant(NamedTuple):
    """A system with its name and what it is."""

    name: str
    about: str
    system: System | Run


class Partial(NamedTuple):
    """Some of a shop's channels, with the weights that they have in it."""

    about: str
    looks_in: Callable[[str], bool]


#: Systems that are a part of a shop.
PARTIAL: Mapping[str, Partial] = {
    "bm25": Partial("words alone, by BM25", lambda channel: channel == "words"),
    "vectors": Partial("vectors alone, of words and pictures", lambda channel: channel != "words"),
    "pictures": Partial("vectors of pictures alone", lambda channel: channel.endswith(".image")),
}

#: The shop as it was before it read words and ran a chain.
PLAIN = "plain"


def known() -> list[str]:
    """Every name that is no file."""
    from wares.ranking.fusion import methods

    return [AS_IT_IS, PLAIN, *PARTIAL, *methods()]


def entrant(name: str, shop: Shop, opened: ExitStack) -> Entrant:
    """The system of a name: one of :func:`known`, a settings file, a shop's folder, or a run file.

    What has to be closed afterwards is left to ``opened``. Raises :class:`SetupError` when there is no such system,
    or it needs an index of its own; errors of reading as they come.
    """
    from wares.ranking.fusion import methods

    if name == AS_IT_IS:
        return Entrant(name, f"{shop.path} as it is, {shop.settings.fusion.method}", shop.search)
    if name == PLAIN:
        return Entrant(name, f"{shop.path}: words as typed, the order of fusion alone", _with(shop, plain=True))
    if name in PARTIAL:
        return Entrant(name, PARTIAL[name].about, _partial(name, shop))
    if name in methods():
        fusion = msgspec.structs.replace(shop.settings.fusion, method=name, learned=_fit(name, shop))
        shop.fusion(fusion)  # what cannot be is told at once, and not question by question
        return Entrant(name, f"{shop.path} with the fusion method {name}", _with(shop, fusion))
    path = Path(name)
    if path.suffix.lower() == ".toml":
        return Entrant(name, f"{shop.path} with the settings of {path.name}", _as_set(shop, _read(path, shop)))
    if path.is_dir():
        import wares

        other = opened.enter_context(wares.open(path, create=False))
        return Entrant(name, f"the shop {path}, model {other.settings.model}", other.search)
    if path.suffix.lower() in RUNS:
        from wares.evaluation.runs import read_run

        run = read_run(path)
        return Entrant(name, run.about, run)
    near = difflib.get_close_matches(name, known(), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"name one of {', '.join(known())},"
    files = f"a settings file (.toml), a shop's folder, or answers ({', '.join(RUNS)})"
    raise SetupError(f"there is no system {name!r}; {hint} or {files}")


def _fit(method: str, shop: Shop) -> str:
    """The fit that the settings name; for a method that needs one, else the one that was made last."""
    from wares.ranking.fusion import FITTED

    named = shop.settings.fusion.learned
    return named if named or method not in FITTED else next(iter(shop.fitted_fusions()), "")


def _with(shop: Shop, fusion: FusionSettings | None = None, *, plain: bool = False) -> System:
    """The shop with another fusion; ``plain``: with nothing before it and nothing after it."""

    def search(query: Query) -> Results:
        if plain:
            return shop.search(msgspec.structs.replace(query, parse=False), fusion=fusion, ranking=BARE)
        return shop.search(query, fusion=fusion)

    return search


def _as_set(shop: Shop, settings: Settings) -> System:
    """The shop by other settings, as far as they are read when a question is asked."""

    def search(query: Query) -> Results:
        return shop.search(
            query, fusion=settings.fusion, ranking=settings.ranking, understanding=settings.understanding
        )

    return search


def _read(path: Path, shop: Shop) -> Settings:
    """The settings of a file, laid over the shop's; it may change what is read when a question is asked."""
    from wares.settings_file import read_toml

    after = overlaid(shop.settings, read_toml(path), str(path))
    changed = [name for name in Settings.__struct_fields__ if getattr(after, name) != getattr(shop.settings, name)]
    if built_in := [name for name in changed if name in BUILT_IN]:
        raise SetupError(
            f"{path} changes {', '.join(built_in)}, which is built into an index; index with these settings into "
            "another folder and compare with that"
        )
    if other := [name for name in changed if name not in ASKED]:
        tables = ", ".join(f"[{name}]" for name in ASKED)
        raise SetupError(f"{path} changes {', '.join(other)}, which ranks nothing; {tables} can be compared")
    chain.check(after.ranking)
    shop.fusion(after.fusion)
    return after


def _partial(name: str, shop: Shop) -> System:
    """A search in some channels. Parts of a question that these cannot answer are left out."""
    channels = shop.info().channels
    made = shop.fusion()
    weights = {
        f"{kind}.{channel}": _weight(made, kind, channel) if PARTIAL[name].looks_in(channel) else 0.0
        for kind in get_args(PartKind)
        for channel in channels
    }
    if not any(weights.values()):
        raise SetupError(f"{shop.path} has no channel for {name!r} ({PARTIAL[name].about})")
    answered = {label.partition(".")[0] for label, weight in weights.items() if weight}
    search = _with(shop, msgspec.structs.replace(shop.settings.fusion, weights=weights), plain=True)

    def narrowed(query: Query) -> Results:
        parts = tuple(part for part in query.parts if part.kind in answered)
        if query.parts and not parts:
            asked = ", ".join(dict.fromkeys(part.kind for part in query.parts))
            raise QueryError(f"{name} ({PARTIAL[name].about}) cannot look for: {asked}")
        return search(msgspec.structs.replace(query, parts=parts))

    return narrowed


def _weight(made: Fusion, kind: str, channel: str) -> float:
    """The weight that a channel has in the shop; words count even in a shop that has switched them off."""
    weight = made.weight(kind, channel)
    return 1.0 if (kind, channel) == ("text", "words") and not weight else weight
