"""Processes of the bench's own: what must not share one with the rest is told in lines of JSON, and answers in them.

A child ignores the terminal (Ctrl-C ends the bench, which ends its children) and ends when its input does, so that
none outlives the bench, however that ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from wares.errors import QueryError, SetupError, StoreError, WaresError
from wares.settings import Environment

T = TypeVar("T")

#: Seconds that a child has to end by itself.
PATIENCE_S = 10.0

_MENDERS: Mapping[str, type[WaresError]] = {kind.__name__: kind for kind in (QueryError, SetupError, StoreError)}


class _Said(msgspec.Struct, omit_defaults=True):
    """One line of a child: a value, or an error and who can mend it."""

    value: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    mender: str = ""


# -- the bench's side -------------------------------------------------------------------------------------------


class Child:
    """``python -m MODULE`` until the end of the block. Raises what the child raised, and :class:`StoreError` when it
    dies. ``variables`` are added to its environment."""

    def __init__(
        self, module: str, environment: Environment | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        own = {**os.environ, **(variables or {})}
        if environment is not None:
            own |= {"WARES_CACHE": str(environment.cache), "WARES_OFFLINE": str(int(environment.offline))}
        self._module = module
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=own,
                start_new_session=True,
            )
        except OSError as refused:
            raise StoreError(f"cannot start a process to measure with: {refused.strerror}") from refused

    def ask(self, message: object, kind: type[T], payload: bytes = b"") -> T:
        """Tell, and wait for the answer."""
        self.tell(message, payload)
        return self.hear(kind)

    def tell(self, message: object, payload: bytes = b"") -> None:
        """Send a line of JSON, and bytes after it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(message) + b"\n" + payload)
            self._process.stdin.flush()
        except BrokenPipeError:
            self.hear(object)  # it said why, or raises that it died

    def hear(self, kind: type[T]) -> T:
        """The next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            said = msgspec.json.decode(line, type=_Said)
            if not said.error:
                return msgspec.json.decode(said.value, type=kind)
        except msgspec.MsgspecError:
            raise self._died() from None
        raise _MENDERS[said.mender](said.error)

    def close(self) -> None:
        """Let it end, and see that it does."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        self.close()

    def _died(self) -> StoreError:
        self._process.kill()
        code = self._process.wait()
        self._errors.seek(0)
        told = self._errors.read().decode(errors="replace").strip().splitlines()
        reason = f"signal {-code}" if code < 0 else told[-1] if told else f"exit code {code}"
        return StoreError(f"the process of {self._module} ended before it answered ({reason})")


# -- the child's side -------------------------------------------------------------------------------------------


def run(job: Callable[[], None]) -> int:
    """Do a child's job, to the end of its input. An error of ours is said to the bench."""
    try:
        job()
    except (EOFError, BrokenPipeError):
        pass  # the bench is done, or gone
    except WaresError as error:
        mender = next((name for name, kind in _MENDERS.items() if isinstance(error, kind)), StoreError.__name__)
        _write(_Said(error=str(error), mender=mender))
        return 1
    return 0


def heard(kind: type[T]) -> T:
    """The next thing told. :class:`EOFError` when there is none."""
    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    return msgspec.json.decode(line, type=kind)


def payload(size: int) -> bytes:
    """So many bytes, which followed what was told last."""
    found = sys.stdin.buffer.read(size)
    if len(found) < size:
        raise EOFError
    return found


def say(value: object) -> None:
    """Answer."""
    _write(_Said(value=msgspec.Raw(msgspec.json.encode(value))))


def _write(said: _Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()
