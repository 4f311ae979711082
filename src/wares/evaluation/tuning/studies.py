"""The file of a study: one JSON document a line, the first saying what is tuned, every other one a trial.

A line is written when its trial is done, so that whatever stops a search costs the trial it was in. Optuna's own
storages are not used: its journal cannot be read any more when a crash tore its last line, and its databases commit
once for every parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from types import TracebackType

import msgspec

from wares.errors import SetupError, StoreError

MAX_BYTES = 500_000_000
FORMAT = 1


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A method with parameters, and what the measure gave for each question it was tried on, in their order."""

    method: str
    parameters: Mapping[str, float]
    values: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        return sum(self.values) / max(len(self.values), 1)


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line. ``of`` says what trials depend on: none of it may differ when a study goes on."""

    wares_study: int
    of: Mapping[str, str]


class Study:
    """Trials that were made; with a path, kept in a file. A context manager. Two processes with one file do work
    twice, and no harm: each adds whole lines."""

    def __init__(self, path: Path | None = None, of: Mapping[str, str] | None = None) -> None:
        """:class:`SetupError` when the file is no study, or one of something else; :class:`StoreError` when it is
        damaged or cannot be written."""
        self.trials: list[Trial] = []
        self._file: FileIO | None = None
        if path is not None:
            self._file = self._open(path, of or {})

    def add(self, trial: Trial) -> None:
        """Remember a trial, now and in the file."""
        self.trials.append(trial)
        if self._file is not None:
            _write(self._file, trial)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, path: Path, of: Mapping[str, str]) -> FileIO:
        try:
            file = path.open("a+b", buffering=0)
        except OSError as refused:
            raise StoreError(f"the study {path} cannot be written: {refused.strerror}") from refused
        try:
            self._read(file, path, of)
        except BaseException:
            file.close()
            raise
        return file

    def _read(self, file: FileIO, path: Path, of: Mapping[str, str]) -> None:
        if file.seek(0, 2) > MAX_BYTES:
            raise SetupError(f"{path} has more than {MAX_BYTES:,} bytes; name a new file for the study")
        file.seek(0)
        lines = file.read().split(b"\n")
        whole = sum(len(line) + 1 for line in lines[:-1])
        if len(lines) == 1 and not lines[0]:
            _write(file, _Head(wares_study=FORMAT, of=of))
            return
        _check(lines[0], path, of)
        for number, line in enumerate(lines[1:-1], start=2):
            try:
                self.trials.append(msgspec.json.decode(line, type=Trial))
            except msgspec.MsgspecError as wrong:
                mend = "delete the file to begin anew"
                raise StoreError(f"{path}, line {number} is no trial ({wrong}); {mend}") from wrong
        file.truncate(whole)  # a line that a crash cut off


def _check(head: bytes, path: Path, of: Mapping[str, str]) -> None:
    try:
        found = msgspec.json.decode(head, type=_Head)
    except msgspec.MsgspecError as wrong:
        raise SetupError(f"{path} is no study of wares tune; name another file for the study") from wrong
    if found.wares_study != FORMAT:
        raise SetupError(f"{path} was made by another version of wares; name another file for the study")
    other = [name for name in {**found.of, **of} if found.of.get(name) != of.get(name)]
    if other:
        raise SetupError(
            f"{path} is a study of something else: the {_listed(other)} changed since it was begun; delete it, or "
            "name another file for the study"
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and the {names[-1]}"


def _write(file: FileIO, line: Trial | _Head) -> None:
    try:
        file.write(msgspec.json.encode(line) + b"\n")  # one write: appended whole, or cut off by a full disk
    except OSError as refused:
        raise StoreError(f"the study {file.name} cannot be written: {refused.strerror}") from refused
