"""Arrays worked out from a model's weights and kept beside them, since working them out takes seconds."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Vectors


def kept(environment: Environment, name: str, made_from: str, make: Callable[[], Vectors]) -> tuple[Vectors, str]:
    """What ``make`` gives, float32, read from the cache if it was made before; and its fingerprint.

    ``made_from`` says all that the array depends on. An array that cannot be kept (a read-only cache, a full disk) is
    made again next time; one that is damaged is made anew.
    """
    key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    path = environment.cache / "derived" / f"{name}-{key}.npy"
    try:
        stored: Vectors = np.load(path, allow_pickle=False)
        return stored, key
    except (OSError, ValueError, EOFError):
        array = make()
    _keep(path, array)
    return array, key


def _keep(path: Path, array: Vectors) -> None:
    """Write by rename, so that a reader sees all or nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            part = Path(file.name)
            np.save(file, array)
        part.replace(path)
    except OSError:
        return
