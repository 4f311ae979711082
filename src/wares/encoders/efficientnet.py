"""Pictures through EfficientNet-Lite2: one pass, and all its features kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from wares import models
from wares.encoders import colour, detail
from wares.encoders.base import Tower
from wares.encoders.framing import letterbox
from wares.encoders.sessions import Session, cores
from wares.records import Modality
from wares.settings import Environment

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders import Progress
    from wares.encoders.base import Content, Vectors

CARD = "efficientnet-lite2"

#: Where things are in a row of features: what the classifier reads; mean and mean square of each stage's maps; the
#: shares of the named colours; shades, surface and outlines in detail.
POOLED, STAGES, COLOURS = slice(0, 1280), slice(1280, 2992), slice(2992, 2992 + len(colour.NAMES))
DETAILS = slice(COLOURS.stop, COLOURS.stop + detail.DIMS)

_SIDE, _MEAN, _STD = 260, 0.498, 0.502
#: Changes when the features would though the weights are the same.
_VERSION = 2


class PictureTower(Tower):
    """RGB picture → network features, colours and details side by side, float32, not normalised. Thread-safe.

    Each picture is prepared and run by one thread of its own, ``threads`` of them at once (default: one per core):
    so preparing overlaps with running, and a row does not depend on its batch.
    """

    name = CARD
    modality: Modality = "image"
    dims = DETAILS.stop
    batch_size = 16
    shows = POOLED

    def __init__(
        self, environment: Environment, progress: Progress | None = None, *, threads: int | None = None
    ) -> None:
        graph = models.path(CARD, environment, progress)
        described = f"colour-{colour.VERSION}:detail-{detail.VERSION}"
        self.fingerprint = f"{CARD}:{models.card(CARD).made['model.onnx'][:16]}:{_VERSION}:{described}"
        self._session = Session(graph)
        self._pool = ThreadPoolExecutor(threads or cores(), thread_name_prefix=CARD)
        self._folder = graph.parent

    def classifier(self) -> tuple[Vectors, Vectors]:
        """The last layer: weight (1000, 1280) and bias (1000,), by which pooled features become class logits."""
        return load_rows(self._folder / "classifier_weight.npy"), load_rows(self._folder / "classifier_bias.npy")

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        pictures = cast("Sequence[Image]", batch)
        encoded = map(self._one, pictures) if len(pictures) == 1 else self._pool.map(self._one, pictures)
        return np.stack(list(encoded))

    def _one(self, picture: Image) -> Vectors:
        square = letterbox(picture, _SIDE)
        pooled, stages = self._session.run(["pooled", "stages"], {"pixels": _pixels(square)})
        focused = colour.focused(square)
        return np.concatenate([pooled[0], stages[0], colour.of_pixels(*focused), detail.of_pixels(*focused)])


def _pixels(square: Image) -> Vectors:
    """What the network reads: shape (1, 3, side, side)."""
    planes = np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))[None]
    scaled = planes.astype(np.float32)
    scaled *= np.float32(1 / (255 * _STD))
    scaled -= np.float32(_MEAN / _STD)
    return scaled


def load_rows(path: Path) -> Vectors:
    """An array saved beside the graph."""
    rows: Vectors = np.load(path, allow_pickle=False)
    return rows
