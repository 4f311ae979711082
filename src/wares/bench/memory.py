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
    """What a process is to do; ``picture`` is the path of one, or empty."""

    what: Literal["search", "models"]
    shop: str
    model: str
    questions: tuple[Query, ...]
    picture: str


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
    picture = next((str(part.value) for query in asked for part in query.parts if part.kind == "image"), "")
    before, opened, after = _look(_Look("search", str(shop), model, asked, picture), environment)
    without, with_models = _look(_Look("models", str(shop), model, asked, picture), environment)
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
    """The models, each of which has encoded what questions have."""
    before = held()
    shown = [media.picture(media.read(look.picture))] if look.picture else []
    for encoder in encoders.build(look.model, Environment.read()):
        if encoder.modality == "text":
            encoder.encode(["red shoes"])
        elif encoder.modality == "image":
            encoder.encode(shown)
    return [before, held()]


if __name__ == "__main__":
    raise SystemExit(run(_serve))
