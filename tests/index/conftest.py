"""Small shops to ask, and real processes for tests of what several of them do to one folder."""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from wares.index.base import FieldValue, Point
from wares.records import Sparse


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is room: making an index waits for the disk dozens of times."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > 2**30
    with tempfile.TemporaryDirectory(dir=shared if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture
def point() -> Callable[..., Point]:
    def make(
        number: int,
        fields: Mapping[str, FieldValue] | None = None,
        offers: Sequence[Mapping[str, FieldValue]] = ({},),
        vectors: Mapping[str, Sequence[Sequence[float]]] | None = None,
        words: Mapping[int, float] | None = None,
    ) -> Point:
        return Point(
            number=number,
            vectors={name: np.array(rows, dtype=np.float32) for name, rows in (vectors or {}).items()},
            words=Sparse(tuple(words or {}), tuple((words or {}).values())),
            fields=fields or {},
            offers=offers,
        )

    return make


class Started:
    """A process that runs a script of Python with a folder as its argument; it has said "go"."""

    def __init__(self, folder: Path, script: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        self.pid = self._process.pid

    def line(self, timeout_s: float = 60.0) -> str:
        """The next line it says, on either output."""
        assert self._process.stdout is not None
        assert select.select([self._process.stdout], [], [], timeout_s)[0], "it says nothing"
        return self._process.stdout.readline().decode().strip()

    def kill(self) -> None:
        """kill -9."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate(timeout=60)

    def finish(self) -> str:
        """End its input, wait for its end, and return what it said meanwhile."""
        said, _ = self._process.communicate(timeout=60)
        return said.decode()


Start = Callable[[Path, str], Started]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes; those that are left at the end of the test are killed."""
    processes: list[Started] = []

    def begin(folder: Path, script: str) -> Started:
        process = Started(folder, script)
        processes.append(process)
        said = process.line()
        assert said == "go", said + process.finish()
        return process

    yield begin
    for process in processes:
        process.kill()
