"""What a baseline is: features from before deep networks, most of which have to learn something of a catalogue first.

A :class:`Baseline` is a recipe; what it makes of a catalogue's contents is an ordinary
:class:`~wares.encoders.base.Encoder`. What is learnt (document frequencies, a codebook, word vectors, a scale) comes
from these contents alone, never from questions, and from the ``seed`` where chance has a part in it.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from wares.records import Modality

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Content, Encoder, Vectors

#: Rounds of the search for leading directions, and directions sought beyond those that are kept (Halko, Martinsson
#: and Tropp 2011, section 4.5). Seven rounds took twice as long and found no better on 9,912 texts.
_ROUNDS, _SPARE = 3, 16


class Baseline(ABC):
    """A recipe for one modality. A new one writes :meth:`learn`; its name is that of its row in the table."""

    modality: ClassVar[Modality]

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @abstractmethod
    def learn(self, contents: Sequence[Content]) -> Encoder:
        """The encoder that these contents (at least one) teach: texts, RGB pictures or sounds of a catalogue.

        The same contents and seed make the same encoder. Raises :class:`~wares.errors.CatalogueError` when there is
        nothing in them to learn from.
        """


def digest(*learnt: Sequence[str] | npt.NDArray[Any]) -> str:
    """Sixteen letters that change when what was learnt does."""
    found = hashlib.blake2b(digest_size=8)
    for part in learnt:
        found.update(part.tobytes() if isinstance(part, np.ndarray) else "\0".join(part).encode(errors="replace"))
    return found.hexdigest()


def leading(matrix: Any, dims: int, seed: int) -> tuple[Vectors, Vectors]:
    """The ``dims`` greatest singular values of a matrix (rows, columns), dense or sparse, and their right singular
    vectors (columns, dims): randomised subspace iteration (Halko, Martinsson and Tropp, "Finding Structure with
    Randomness", 2011). Fewer when the matrix has fewer; each vector has its largest number positive.
    """
    dims = min(dims, *matrix.shape)
    chance = np.random.default_rng(seed)
    basis = chance.standard_normal((matrix.shape[1], min(dims + _SPARE, *matrix.shape)), dtype=np.float32)
    for _ in range(_ROUNDS):
        left, _ = np.linalg.qr(matrix @ basis)
        basis, _ = np.linalg.qr(matrix.T @ left)
    _, values, turned = np.linalg.svd(matrix @ basis, full_matrices=False)
    vectors = (basis @ turned.T)[:, :dims]
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], axis=0)
    signed = vectors * np.where(largest < 0, -1.0, 1.0)
    return values[:dims].astype(np.float32), signed.astype(np.float32)
