"""What a version of the index is made of, and the right to make one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeAlias

import msgspec

from wares.errors import StoreError
from wares.index import atomic
from wares.index.base import VectorSpec
from wares.index.locks import Lock, Process
from wares.settings import FieldWeights

#: Raised when a program of today could not read the folders of tomorrow.
FORMAT = 1

State: TypeAlias = Literal["building", "ready", "failed"]


class WordsParameters(msgspec.Struct, frozen=True, kw_only=True):
    """BM25F as the points of a version were weighed with; ``average_lengths`` in tokens, by field."""

    k1: float
    b: float
    weights: FieldWeights
    average_lengths: Mapping[str, float]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a version is made of. ``created`` is UTC, ISO 8601; ``encoders`` maps a channel to the fingerprint of
    what wrote it; ``points`` is how many there were when it was ready; ``built_from`` is the number of the store's
    last change that is surely in it. ``fit`` names the fit of the shop whose heads the encoders have; "" for none."""

    format: int
    version: str
    state: State
    created: str
    engine: str
    vectors: tuple[VectorSpec, ...]
    encoders: Mapping[str, str]
    model: str
    words: WordsParameters
    points: int
    built_from: int
    wares: str
    builder: Process
    fit: str = ""

    @property
    def sounds(self) -> bool:
        """Whether it has channels of sounds."""
        return any(channel.endswith(".audio") for channel in self.encoders)


class Build:
    """A version under construction: a context manager that marks it failed unless :meth:`ready` was reached.

    While it is open, or its process lives, the folder is not pruned.
    """

    def __init__(self, manifest: Manifest, folder: Path, lock: Lock) -> None:
        self.version = manifest.version
        self.engine_path = folder / "engine"
        self.folder = folder
        self._manifest = manifest
        self._lock = lock
        self._save(manifest)

    def ready(self, points: int) -> Manifest:
        """The version is complete, its engine flushed and closed: it may be published."""
        self._save(msgspec.structs.replace(self._manifest, state="ready", points=points))
        return self._manifest

    def close(self) -> None:
        """Give the folder up; failed unless it is ready."""
        try:
            if self._manifest.state == "building":
                self._save(msgspec.structs.replace(self._manifest, state="failed"))
        finally:
            self._lock.release()

    def __enter__(self) -> Build:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        with suppress(StoreError):  # the first error says more; an unmarked folder is pruned all the same
            self.close()

    def _save(self, manifest: Manifest) -> None:
        atomic.write(self.folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        self._manifest = manifest
