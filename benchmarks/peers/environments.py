"""An environment of its own for every peer: made by venv, filled by pip as the machine has it set up, kept."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.report import tell
from wares.errors import SetupError

REQUIREMENTS = Path(__file__).parent / "requirements"
#: Seconds for pip to fetch and install; hnswlib is compiled.
PATIENCE_S = 1_800


def python(requirements: str, scratch: Path) -> Path:
    """The interpreter of the environment that a requirements file describes ("": that of wares, which runs this).

    Raises :class:`SetupError` with what pip said last when it cannot be made.
    """
    if not requirements:
        return Path(sys.executable)
    wanted = (REQUIREMENTS / requirements).read_bytes()
    digest = hashlib.blake2b(wanted + sys.version.encode(), digest_size=8).hexdigest()
    folder = scratch / "environments" / f"{Path(requirements).stem}-{digest}"
    interpreter, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        tell(f"making the environment of {requirements}")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _install(interpreter, REQUIREMENTS / requirements)
        ready.touch()
    return interpreter


def pinned(requirements: str) -> str:
    """What a requirements file pins, on one line."""
    lines = (REQUIREMENTS / requirements).read_text().split()
    return ", ".join(line.replace("==", " ") for line in lines)


def _install(interpreter: Path, requirements: Path) -> None:
    command = [str(interpreter), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as slow:
        raise SetupError(f"pip had not installed {requirements.name} after {PATIENCE_S} s") from slow
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise SetupError(f"pip cannot install {requirements.name}: {said[-1] if said else 'it does not say why'}")
