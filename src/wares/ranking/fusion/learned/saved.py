"""The file of a network: a NumPy archive of plain arrays, ``fusion.npz``, that is checked when it is read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wares.errors import SetupError
from wares.ranking.fusion.learned.composer import Composer
from wares.ranking.fusion.learned.head import HIDDEN, Head
from wares.ranking.fusion.learned.signals import OF_ASKS, OF_CELLS, OF_PRODUCTS

if TYPE_CHECKING:
    Arrays = Mapping[str, np.typing.NDArray[Any]]

#: Of the file's form. Another number of signals is another form, too: shapes are checked.
VERSION = 1
FILE = "fusion.npz"
_MEND = "run: wares fit SHOP --fusion"


class Network(NamedTuple):
    """What is learned of a shop: how to weigh, how to compose in which channels, and in which forms of question
    (see :func:`wares.ranking.fusion.learned.form`) it does either."""

    head: Head
    composers: Mapping[str, Composer]
    forms: frozenset[str]


def encode(network: Network) -> bytes:
    """The file's content."""
    arrays: dict[str, Any] = {"version": np.array(VERSION), "forms": np.array(sorted(network.forms), dtype=np.str_)}
    arrays |= {f"head.{name}": np.asarray(value) for name, value in network.head._asdict().items()}
    arrays["head.names"] = np.array(network.head.names, dtype=np.str_)
    arrays["channels"] = np.array(list(network.composers), dtype=np.str_)
    for number, composer in enumerate(network.composers.values()):
        arrays |= {f"composer.{number}.{name}": value for name, value in composer._asdict().items()}
    with io.BytesIO() as file:
        np.savez(file, **arrays)
        return file.getvalue()


def read(path: Path) -> Network:
    """The network of a file, read once as long as the file stays the same.

    Raises :class:`SetupError` when it is not there, damaged, or written by another wares.
    """
    try:
        status = path.stat()
    except OSError as missing:
        raise SetupError(f"fusion: there is no network at {path}; {_MEND}") from missing
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Network:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if int(arrays["version"]) != VERSION:
            raise SetupError(f"fusion: {path} was written by another wares (form {arrays['version']}); {_MEND}")
        return _network(arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as broken:
        raise SetupError(f"fusion: {path} is damaged or incomplete ({broken}); {_MEND}") from broken


def _network(arrays: Arrays) -> Network:
    names = tuple(map(str, arrays["head.names"]))
    n = len(names)
    head = Head(
        names,
        _checked(arrays["head.of_asks"], (len(OF_ASKS), HIDDEN)),
        _checked(arrays["head.of_products"], (len(OF_PRODUCTS), HIDDEN)),
        _checked(arrays["head.of_cells"], (len(OF_CELLS), HIDDEN)),
        _checked(arrays["head.inward"], (n, HIDDEN)),
        _checked(arrays["head.outward"], (n, HIDDEN)),
        _checked(arrays["head.bias"], (n,)),
        np.maximum(_checked(arrays["head.together"], (n,)), 0.0),
    )
    composers = {str(name): _composer(arrays, number) for number, name in enumerate(arrays["channels"])}
    return Network(head, composers, frozenset(map(str, arrays["forms"])))


def _composer(arrays: Arrays, number: int) -> Composer:
    found = [arrays[f"composer.{number}.{name}"] for name in Composer._fields]
    rank, dims = found[0].shape
    shapes = ((rank, dims), (dims, 2 * rank), (dims, rank), (dims, rank), (dims,), (dims,))
    return Composer(*(_checked(a, s).astype(np.float32) for a, s in zip(found, shapes, strict=True)))


def _checked(array: np.typing.NDArray[Any], shape: tuple[int, ...]) -> np.typing.NDArray[Any]:
    """Finite numbers in this shape. :class:`ValueError` otherwise."""
    if array.shape != shape or not np.issubdtype(array.dtype, np.floating) or not np.isfinite(array).all():
        raise ValueError(f"an array of shape {array.shape} where finite numbers of shape {shape} should be")
    return array
