"""What a process that searches takes of memory, its models apart, and what a shop takes on the disk. Megabytes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from wares import encoders, media
from wares.bench.children import Child, heard, run, say
from wares.bench.records import Memory
from wares.errors import SetupError
from wares.index.versions import Versions
from wares.records import Query
from wares.settings import Environment
from wares.shop import Shop

#: Questions that a process is asked before it is looked at.
QUESTIONS = 200


class _Look(NamedTuple):
    """What a process is to do with questions: ask them of a shop, or encode them."""

    what: Literal["search", "models"]
    shop: str
    model: str
    questions: tuple[Query, ...]


class Held(NamedTuple):
    """Megabytes that are resident: all, and without what is mapped from files."""

    resident: float
    private: float


def held() -> Held:
    """By this process, as the kernel tells it. :class:`SetupError` where it does not."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return Held(*(int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon")))
    except (OSError, KeyError, ValueError) as missing:
        raise SetupError("memory is measured on Linux only") from missing


def memory(shop: Path, model: str, questions: Sequence[Query], environment: Environment) -> list[Memory]:
    """Of a process that opens the shop and asks questions, and of the models in a process of their own."""
    asked = tuple(questions[:QUESTIONS])
    before, opened, after = _look(_Look("search", str(shop), model, asked), environment)
    without, with_models = _look(_Look("models", str(shop), model, asked), environment)
    models = Held(*(max(0.0, b - a) for a, b in zip(without, with_models, strict=True)))
    beside = Held(*(max(0.0, a - m) for a, m in zip(after, models, strict=True)))
    rows = {
        "a process before it opens the shop": before,
        "with the shop opened: store and index": opened,
        f"after {len(asked)} questions": after,
        "of which the models, alone in another process": models,
        "all but the models": beside,
    }
    return [Memory(what=what, resident=one.resident, private=one.private) for what, one in rows.items()]


def disk(shop: Path) -> dict[str, float]:
    """What each part of a shop takes on the disk, by blocks: the files of an index are made large and sparse."""
    versions = Versions(shop)
    live = versions.current()
    parts = {
        "store": shop.glob("shop.db*"),
        "index": versions.path(live).rglob("*") if live else (),
        "earlier versions of the index": (
            p for name in versions.names() if name != live for p in versions.path(name).rglob("*")
        ),
        "pictures given as bytes": (shop / "media").rglob("*"),
    }
    sizes: dict[str, float] = {}
    for part, paths in parts.items():
        blocks = 0
        for path in paths:
            with suppress(OSError):
                blocks += path.lstat().st_blocks
        if blocks:
            sizes[part] = blocks * 512 / 1e6
    return sizes


def _look(look: _Look, environment: Environment) -> list[Held]:
    with Child("wares.bench.memory", environment) as child:
        return child.ask(look, list[Held])


# -- in a process of its own ------------------------------------------------------------------------------------


def _serve() -> None:
    look = heard(_Look)
    say(_searching(look) if look.what == "search" else _models(look))


def _searching(look: _Look) -> list[Held]:
    before = held()
    with Shop.open(look.shop, create=False) as shop:
        shop.info()  # opens the index
        opened = held()
        for query in look.questions:
            shop.search(query)
        return [before, opened, held()]


def _models(look: _Look) -> list[Held]:
    """The models alone, which encode what the questions have: memory for that is part of theirs."""
    before = held()
    built = encoders.build(look.model, Environment.read())
    for part in (part for query in look.questions for part in query.parts):
        for encoder in built:
            if encoder.modality == part.kind == "text":
                encoder.encode([str(part.value)])
            elif encoder.modality == part.kind == "image":
                encoder.encode([media.picture(media.read(part.value))])
    return [before, held()]


if __name__ == "__main__":
    raise SystemExit(run(_serve))
