"""What an encoder is: content in, unit vectors of one space out.

The work has two halves. A :class:`Tower` does what is slow — a network's forward pass over a picture or a text — and
its features are kept once per (content hash, tower). An :class:`Encoder` turns features into vectors of a space,
which is cheap: when only that half changes (a space is fitted anew), nothing is encoded again.
Two encoders with the same ``space`` are comparable: that is how words find pictures.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from wares.records import Modality

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

    from wares.media.sounds import Sound

    Vectors: TypeAlias = npt.NDArray[np.float32]
    Content: TypeAlias = str | Image | Sound


class Tower(ABC):
    """Content of one modality → feature rows. A new tower writes :meth:`encode_batch` and sets the facts below."""

    #: Name and content identity: changes whenever the features would (weights, preprocessing, version).
    name: str
    fingerprint: str
    modality: Modality
    dims: int
    batch_size: int = 16
    #: The columns that tell what a content shows, where others tell how it looks.
    shows: slice = slice(None)

    def features(self, contents: Sequence[Content]) -> Vectors:
        """Feature rows of shape (len(contents), dims), float32, encoded in batches of ``batch_size``."""
        import numpy as np

        if not contents:
            return np.zeros((0, self.dims), dtype=np.float32)
        size = self.batch_size
        rows = [self.encode_batch(contents[start : start + size]) for start in range(0, len(contents), size)]
        return np.concatenate(rows).astype(np.float32, copy=False)

    @abstractmethod
    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        """One batch → array of shape (len(batch), dims). Texts are ``str``, pictures RGB
        ``PIL.Image``, sounds :class:`~wares.media.sounds.Sound`."""


class Encoder:
    """A tower and the projection of its features into a space of ``dims`` dimensions, at unit length.

    The plain class normalises the features and changes nothing else; a subclass overrides :meth:`project`.
    ``fingerprint`` identifies tower and projection together and is recorded in the index manifest. With ``asks_only``
    it encodes questions and no products: words that look for pictures, in a space where no text is looked for.
    """

    def __init__(
        self,
        tower: Tower,
        space: str,
        *,
        dims: int | None = None,
        fingerprint: str = "",
        asks_only: bool = False,
    ) -> None:
        self.tower = tower
        self.space = space
        self.asks_only = asks_only
        self.dims = dims if dims is not None else tower.dims
        self.fingerprint = f"{tower.fingerprint}+{fingerprint}" if fingerprint else tower.fingerprint

    @property
    def modality(self) -> Modality:
        return self.tower.modality

    @property
    def channel(self) -> str:
        """The vector name of what it writes: "space.modality"."""
        return f"{self.space}.{self.modality}"

    def encode(self, contents: Sequence[Content]) -> Vectors:
        """Vectors of shape (len(contents), dims), float32, unit length (a zero row stays zero)."""
        return self.project(self.tower.features(contents))

    def project(self, features: Vectors) -> Vectors:
        """Features (n, tower.dims) → vectors (n, dims) at unit length."""
        return unit(features)


def unit(rows: Vectors) -> Vectors:
    """Rows scaled to length one; zero rows stay zero."""
    import numpy as np

    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = np.divide(rows, norms, out=np.zeros_like(rows, dtype=np.float32), where=norms > 0)
    return scaled
