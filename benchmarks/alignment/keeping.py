"""What a way was worth and what its fits took, kept in the scratch folder split by split.

``NAME.json`` has the lines, as ``benchmarks.alignment.summary`` reads them; ``NAME.fits.json`` beside it the fits,
and what they were made from: a way whose recipe, towers or heads to begin with are others now is made again.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.alignment import summary
from benchmarks.alignment.asking import Line


class Step(msgspec.Struct, frozen=True):
    """One place of a learning curve; there is no loss before the first step."""

    step: int
    loss: float | None
    value: float


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """One fit: what it learned from, what came of it on what it held out itself, and what it took.

    ``seconds`` by the clock and ``cpu_s`` of all threads; ``peak_mb`` is memory beyond what was there before.
    ``refused`` says why nothing was learned: then the model stays as it comes.
    """

    split: int
    learned: str
    examples: int
    seconds: float
    cpu_s: float
    peak_mb: float
    refused: str = ""
    products: int = 0
    pictures: int = 0
    held_out: int = 0
    captions: int = 0
    best: int = 0
    prior: float = 0.0
    look: float = 0.0
    before: float = 0.0
    after: float = 0.0
    better: bool = False
    curve: tuple[Step, ...] = ()


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """The fits of a way; none where nothing is learned."""

    made_from: str
    about: Mapping[str, str] = {}
    fits: tuple[Fit, ...] = ()


def keep(folder: Path, name: str, way: Way, lines: Sequence[Line]) -> None:
    """Fits first: lines that are there have theirs beside them."""
    put(folder / f"{name}.fits.json", msgspec.json.format(msgspec.json.encode(way)))
    put(folder / f"{name}.json", msgspec.json.encode(lines))


def kept(folder: Path, name: str, made_from: str | None = None) -> tuple[list[Line], list[Fit]]:
    """What is there of a way; nothing if it was ``made_from`` anything else."""
    lines, fits = folder / f"{name}.json", folder / f"{name}.fits.json"
    if not lines.exists() or not fits.exists():
        return [], []
    way = msgspec.json.decode(fits.read_bytes(), type=Way)
    if made_from not in (None, way.made_from):
        return [], []
    found = summary.read(lines)
    done = {line.split for line in found}
    return found, [fit for fit in way.fits if fit.split in done]


def rows(path: Path) -> np.ndarray | None:
    """An array that was kept, if it is there."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        found: np.ndarray = stored["rows"]
        return found


def keep_rows(path: Path, found: np.ndarray) -> None:
    """Keep an array for :func:`rows`."""
    buffer = io.BytesIO()
    np.savez(buffer, rows=found)
    put(path, buffer.getvalue())


def mark(parts: Iterable[object]) -> str:
    """16 hexadecimal digits that change with any of the parts."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def put(path: Path, content: bytes) -> None:
    """Write by rename, so that a run that is stopped leaves all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
