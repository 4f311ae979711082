"""Heads: small networks that put a model's features of words and of pictures into one space.

A head is one hidden layer beside a linear way past it, and for words a table of hashed terms whose rows are added:

    y = W₂ · gelu(W₁ x + b₁) + S x + b₂ (+ mean over terms of table[term])         each at unit length

``x`` are features less their mean, divided by their deviation. What a model compares words and pictures by without
any training, its **prior** (ConSE, or a CLIP's own space), stays beside the heads in one dot product:

    [√(1-λ) · head ; √λ · prior]

so that what was never learnt is found as before. λ is ``prior``; of a picture that is strange to the heads it rises
to 1 (:mod:`wares.encoders.familiarity`). A file of heads is an uncompressed ``.npz`` of arrays and never runs
anything when it is opened; matrices are int8 with one scale a row.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from wares.encoders.base import unit
from wares.encoders.familiarity import Familiar
from wares.errors import StoreError

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

#: Raised when heads of today could not be read by a program of yesterday.
FORMAT = 1

#: The arrays of one head that are multiplied with, which int8 makes a quarter of their size.
_MATRICES = ("hidden", "out", "skip", "table")


class Bag(NamedTuple):
    """Terms of several texts, one after the other: ``rows[i]`` is the text that ``terms[i]`` belongs to."""

    terms: Ints
    rows: Ints
    texts: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One side. Shapes: ``mean`` and ``scale`` (d,), ``hidden`` (h, d), ``hidden_bias`` (h,), ``out`` (o, h),
    ``skip`` (o, d), ``bias`` (o,), ``table`` (buckets, o), with no rows where terms are not read. All float32."""

    mean: Any
    scale: Any
    hidden: Any
    hidden_bias: Any
    out: Any
    skip: Any
    bias: Any
    table: Any

    @property
    def dims(self) -> int:
        return int(self.out.shape[0])

    @property
    def reads(self) -> int:
        """How many features it reads."""
        return int(self.skip.shape[1])

    def __call__(self, features: Vectors, bag: Bag | None = None) -> Vectors:
        """Features (n, d) → vectors (n, o) at unit length; a row of zeros stays one."""
        x = (features - self.mean) * self.scale
        y = gelu(x @ self.hidden.T + self.hidden_bias) @ self.out.T + x @ self.skip.T + self.bias
        if bag is not None and len(self.table):
            y += means(self.table, bag)
        return unit(np.where(features.any(axis=1, keepdims=True), y, 0).astype(np.float32))


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides, and what they belong to.

    ``towers`` are the fingerprints of what made the features, of words and of pictures; ``prior`` is λ; ``look`` the
    share that the head of pictures has where pictures are compared with pictures; ``familiar`` reads the columns of
    pictures' features that their tower ``shows``.
    """

    words: Head
    pictures: Head
    familiar: Familiar
    towers: tuple[str, str]
    prior: float
    look: float = 0.0

    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with any number in it."""
        digest = hashlib.sha256(repr((self.towers, self.prior, self.look)).encode())
        digest.update(repr((self.familiar.strange, self.familiar.known)).encode())
        for head in (self.words, self.pictures, self.familiar):
            for array in msgspec.structs.astuple(head):
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]


def gelu(x: Vectors) -> Vectors:
    """x · σ(1.702 x), which is close to the Gaussian form (Hendrycks and Gimpel, "Gaussian Error Linear Units",
    2016, section 2) and has a simple slope."""
    return np.asarray(x / (1 + np.exp(-1.702 * np.clip(x, -50, 50))), dtype=np.float32)


def means(table: Vectors, bag: Bag) -> Vectors:
    """The sum of each text's rows over the square root of their number: shape (texts, o)."""
    counts = np.bincount(bag.rows, minlength=bag.texts)
    total = np.zeros((bag.texts, table.shape[1]), dtype=np.float32)
    if len(bag.terms):
        starts = np.flatnonzero(np.r_[True, bag.rows[1:] != bag.rows[:-1]])
        total[bag.rows[starts]] = np.add.reduceat(table[bag.terms], starts, axis=0)
    return np.asarray(total / np.sqrt(np.maximum(counts, 1))[:, None], dtype=np.float32)


# -- files --------------------------------------------------------------------------------------------------------


def save(heads: Heads, path: Path) -> None:
    """Write heads, with matrices in int8; what is read back is what they are from then on."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "format": np.array(FORMAT),
        "towers": np.array(heads.towers),
        "shares": np.array([heads.prior, heads.look]),
        **arrays_of_familiar(heads.familiar),
        **arrays_of_head("words", heads.words),
        **arrays_of_head("pictures", heads.pictures),
    }
    write(arrays, path)


def load(path: Path) -> Heads:
    """Read heads. :class:`StoreError` when the file is missing, damaged or made by a newer wares."""
    try:
        # From memory: numpy leaves a file open that is no archive.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            if int(arrays["format"]) > FORMAT:
                raise StoreError(f"{path} was made by a newer wares; update wares, or fit again")
            sides = {side: head_of(arrays, side) for side in ("words", "pictures")}
            words, pictures = (str(name) for name in arrays["towers"])
            prior, look = (float(share) for share in arrays["shares"])
            familiar = familiar_of(arrays)
    except DAMAGE as damage:
        raise StoreError(
            f"{path}: these heads are missing or damaged ({damage}); roll back, or rebuild the index"
        ) from damage
    return Heads(**sides, familiar=familiar, towers=(words, pictures), prior=prior, look=look)


def write(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> None:
    """An uncompressed archive of arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    path.write_bytes(buffer.getvalue())


def arrays_of_head(side: str, head: Head) -> Mapping[str, npt.NDArray[Any]]:
    """A head as arrays of a file; :func:`head_of` reads them."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, array in msgspec.structs.asdict(head).items():
        arrays.update(packed(f"{side}.{name}", array, whole=name not in _MATRICES))
    return arrays


def arrays_of_familiar(familiar: Familiar) -> Mapping[str, npt.NDArray[Any]]:
    """A familiarity as arrays of a file; :func:`familiar_of` reads them."""
    return {
        "bounds": np.array([familiar.strange, familiar.known]),
        "familiar.mean": familiar.mean,
        "familiar.scale": familiar.scale,
        **packed("familiar.centres", familiar.centres, whole=False),
    }


#: What numpy and zipfile raise of bytes that are no archive, or one that only looks like it.
DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def head_of(arrays: Mapping[str, npt.NDArray[Any]], side: str) -> Head:
    """One side out of the arrays of a file. ``ValueError`` for numbers that are none."""
    found = {name: unpacked(f"{side}.{name}", arrays) for name in Head.__struct_fields__}
    if not all(np.isfinite(array).all() for array in found.values()):
        raise ValueError("a number is not finite")
    return Head(**found)


def familiar_of(arrays: Mapping[str, npt.NDArray[Any]]) -> Familiar:
    """The familiarity out of the arrays of a file. ``ValueError`` for numbers that are none."""
    strange, known = (float(bound) for bound in arrays["bounds"])
    found = {name: unpacked(f"familiar.{name}", arrays) for name in ("centres", "mean", "scale")}
    if not (np.isfinite([strange, known]).all() and all(np.isfinite(array).all() for array in found.values())):
        raise ValueError("a number is not finite")
    return Familiar(**found, strange=strange, known=known)


def packed(name: str, array: Vectors, *, whole: bool) -> dict[str, npt.NDArray[Any]]:
    """An array by its name: float32, or int8 with one scale a row."""
    if whole or not array.size:
        return {name: array.astype(np.float32)}
    scale = np.maximum(np.abs(array).max(axis=1, keepdims=True) / 127, np.finfo(np.float32).tiny)
    return {name: np.round(array / scale).astype(np.int8), f"{name}.scale": scale.astype(np.float32)}


def unpacked(name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Vectors:
    """An array as :func:`packed` wrote it, float32."""
    array = arrays[name].astype(np.float32)
    return array * arrays[f"{name}.scale"] if f"{name}.scale" in arrays else array
