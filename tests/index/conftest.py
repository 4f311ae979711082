"""Real processes for tests of what several of them do to one folder."""

import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


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
