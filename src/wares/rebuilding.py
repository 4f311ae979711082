"""A new index version out of the store, built in a process of its own.

Building the graphs of the index holds the interpreter for as long as it takes (Qdrant Edge's ``optimize``), so the
process that serves must not do it. The child reads the store and kept features, writes a version folder beside the
live one, and tells its progress as JSON lines on standard output; its parent publishes what is ready.

Others write meanwhile. So the child notes the store's last change before it reads anything: whatever it met or missed
of a later one (a product that was changed, or removed after it was read) comes up again when the version is brought
up to date. It does not fold: that is the writer's, before and after. Features that were lacking it keeps, which is
one transaction each; that products were compared without them it only notes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from wares.digest import Lessons
from wares.documents import all_received
from wares.encoders.base import Encoder
from wares.errors import SetupError, StoreError, WaresError
from wares.fits import Fits
from wares.index.manifest import Build, WordsParameters
from wares.index.versions import Versions
from wares.indexing import Pointer, Reader, average_lengths, fingerprints, needed, vector_specs, words_of
from wares.records import Product
from wares.reports import OnProgress, Progress
from wares.settings import Environment, Settings
from wares.store.entries import NOTHING, Beside
from wares.store.store import Store

BATCH = 500
ENGINE = "edge"


class _Said(msgspec.Struct, omit_defaults=True):
    """One line of the child."""

    progress: Progress | None = None
    version: str = ""
    error: str = ""
    mender: str = ""


def begin(
    versions: Versions,
    settings: Settings,
    encoders: Sequence[Encoder],
    lengths: Mapping[str, float],
    built_from: int,
    fit: str,
) -> Build:
    """A version folder under construction, with all that its manifest must say; ``fit`` gave the encoders, which are
    those that it has channels of."""
    return versions.begin(
        engine=ENGINE,
        vectors=vector_specs(encoders),
        encoders=fingerprints(encoders),
        model=settings.model,
        words=WordsParameters(k1=settings.k1, b=settings.b, weights=settings.fields, average_lengths=lengths),
        built_from=built_from,
        fit=fit,
    )


def begin_empty(
    versions: Versions, settings: Settings, encoders: Sequence[Encoder], products: Iterable[Product], fit: str
) -> str:
    """The first version of a shop: empty, its average lengths taken from the first products. Returns its name."""
    from wares.index.edge import EdgeIndex

    lengths = average_lengths((product, NOTHING) for product in products)
    encoders = needed(encoders, sounds=False)  # nothing was listened to yet
    with begin(versions, settings, encoders, lengths, 0, fit) as build:
        EdgeIndex.create(build.engine_path, vector_specs(encoders)).close()
        build.ready(points=0)
    return build.version


def rebuild(shop: Path, environment: Environment, fit: str, progress: OnProgress) -> str:
    """Build a version in a child process, with the encoders that a fit gives, and return its name.

    It is ready but not live. The caller holds the :class:`~wares.index.locks.BuilderLock` and not the writer's:
    products come and go meanwhile, and are caught up with when the version goes live.

    Raises what the child raised; a child that dies leaves a folder that the next pruning removes, and one whose
    parent dies ends when it next tells how far it is.
    """
    command = [sys.executable, "-m", "wares.rebuilding", str(shop.resolve()), fit]
    variables = {
        **os.environ,
        "WARES_CACHE": str(environment.cache),
        "WARES_OFFLINE": "1" if environment.offline else "0",
    }
    decode = msgspec.json.Decoder(_Said).decode
    version = ""
    try:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
        )
    except OSError as refused:
        raise StoreError(f"cannot start the process that builds the index: {refused.strerror}") from refused
    with child:
        assert child.stdout is not None and child.stderr is not None
        try:
            for line in child.stdout:
                said = decode(line)
                if said.error:
                    raise {"SetupError": SetupError}.get(said.mender, StoreError)(said.error)
                if said.progress is not None:
                    progress(said.progress)
                version = said.version or version
        except BaseException:
            child.kill()
            raise
        errors = child.stderr.read().decode(errors="replace").strip().splitlines()
    if child.returncode != 0 or not version:
        reason = errors[-1] if errors else f"exit code {child.returncode}"
        raise StoreError(
            f"building the index failed ({reason}); the version in use still answers; try wares rebuild {shop}"
        )
    return version


def _build(shop: Path, environment: Environment, fit: str) -> str:
    """What the child does."""
    from wares.index.edge import EdgeIndex

    with Store.open(shop / "shop.db") as store:
        settings = store.settings()
        encoders = Fits(shop, settings.model, environment).encoders(fit)
        built_from = store.last_change()
        total = len(store)
        reader = Reader(store, encoders, settings.media, shop / "media")
        made: list[bool] = []
        lengths = average_lengths(_completed(store, reader, total, made))
        if any(made):  # what was compared before was compared without these
            store.folds.doubt()
        versions = Versions(shop)
        encoders = needed(encoders, sounds=store.extracts.has_sounds())
        pointer = Pointer(store, encoders, words_of(settings, lengths))
        with begin(versions, settings, encoders, lengths, built_from, fit) as build:
            index = EdgeIndex.create(build.engine_path, vector_specs(encoders))
            lessons = Lessons.base(build.folder, settings)
            done = 0
            for rows in store.scan(BATCH):
                index.upsert(pointer.points(rows))
                lessons.learn(all_received(rows))
                done += len(rows)
                _tell("building the index", done, total)
            _tell("linking neighbours", 0, None)
            index.optimize()
            index.flush()
            count = len(index)
            index.close()
            lessons.save()
            build.ready(points=count)
        return build.version


def _completed(store: Store, reader: Reader, total: int, made: list[bool]) -> Iterator[tuple[Product, Beside]]:
    """Every product, with the features that it lacked; ``made`` tells, list by list, whether there were any."""
    done = 0
    for rows in store.scan(BATCH):
        made.append(reader.complete(rows))
        done += len(rows)
        _tell("reading", done, total)
        yield from ((row.product, row.beside) for row in rows)


def _tell(stage: str, done: int, total: int | None) -> None:
    _say(_Said(progress=Progress(stage, done, total)))


def _say(said: _Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    """Entry of the child process: ``python -m wares.rebuilding SHOP FIT``."""
    with suppress(OSError):
        os.nice(5)  # whoever serves goes first
    try:
        _say(_Said(version=_build(Path(sys.argv[1]), Environment.read(), sys.argv[2])))
    except WaresError as error:
        _say(_Said(error=str(error), mender="SetupError" if isinstance(error, SetupError) else "StoreError"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
