"""What every entrant does; standard library and numpy only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers.protocol import Inputs, Kind, Question


class Entrant(ABC):
    """An engine whose data lie in ``folder``, which exists and is empty before :meth:`ingest`."""

    def __init__(self, folder: Path, inputs: Inputs) -> None:
        self.folder = folder
        self.inputs = inputs
        self.effort: Mapping[str, int] = {}

    @abstractmethod
    def ingest(self) -> float | None:
        """Take in all products, durably, with the indexes that searches need. Returns the seconds that went into
        these indexes, None when they are made on the way."""

    @abstractmethod
    def open(self) -> None:
        """Make ready to be asked, in a process that did not ingest."""

    @abstractmethod
    def ask(self, kind: Kind, question: Question) -> list[str]:
        """The ids of the best ten products, best first."""

    def exert(self, effort: Mapping[str, int]) -> None:
        """Search with these settings from now on."""
        self.effort = effort

    def close(self) -> None:
        """Let go of files."""
        return
