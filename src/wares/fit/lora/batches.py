"""Batches of examples, prepared exactly as the encoders that serve prepare them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from wares.encoders.base import unit
from wares.encoders.inputs import Preparation, Tokeniser
from wares.fit.lora.bases import Base
from wares.fit.lora.records import Example, LoraSettings

if TYPE_CHECKING:
    from torch import Tensor

    from wares.encoders.base import Vectors

#: Rows at once when vectors are computed without gradients.
_ROWS = 32


class Batch(NamedTuple):
    """Pixels (n, 3, height, width), token numbers and mask (n, length), and which pairs are kin (n, n)."""

    pixels: Tensor
    numbers: Tensor
    mask: Tensor | None
    kin: Tensor


class Inputs:
    """Words and pictures → tensors on a device. ``folder`` holds the files of the base."""

    def __init__(self, base: Base, folder: Path, device: torch.device) -> None:
        self.tokens = Tokeniser(folder, masked=base.masked)
        self._prepare = Preparation.read(folder / "preprocessor_config.json")
        self._base, self._device = base, device

    def words(self, texts: Sequence[str]) -> tuple[Tensor, Tensor | None]:
        numbers, mask = (torch.from_numpy(array).to(self._device) for array in self.tokens(texts))
        return numbers, mask if self._base.masked else None

    def pixels(self, examples: Sequence[Example]) -> Tensor:
        return torch.from_numpy(np.stack([self._prepare(example.picture()) for example in examples])).to(self._device)

    def batch(self, examples: Sequence[Example], captions: Sequence[str], written: Sequence[str]) -> Batch:
        """``captions`` as they were given tell who is kin; ``written`` is what of them is learned from."""
        groups = np.unique([example.group for example in examples], return_inverse=True)[1]
        texts = np.unique(captions, return_inverse=True)[1]
        kin = (groups[:, None] == groups) | (texts[:, None] == texts)
        return Batch(self.pixels(examples), *self.words(written), torch.from_numpy(kin).to(self._device))

    def text_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dims), without gradients."""
        starts = range(0, len(texts), _ROWS)
        with torch.no_grad():
            return _rows([self._base.text(*self.words(texts[start : start + _ROWS])) for start in starts])

    def picture_vectors(self, examples: Sequence[Example]) -> Vectors:
        starts = range(0, len(examples), _ROWS)
        with torch.no_grad():
            return _rows([self._base.image(self.pixels(examples[start : start + _ROWS])) for start in starts])


def endless(examples: Sequence[Example], inputs: Inputs, settings: LoraSettings) -> Iterator[Batch]:
    """Batches without an end: all examples in a new order every round, each time with one of its captions."""
    chance = np.random.default_rng(settings.seed)
    size = min(settings.batch_size, len(examples))
    order: list[int] = []
    while True:
        while len(order) < size:
            order += chance.permutation(len(examples)).tolist()
        chosen, order = [examples[place] for place in order[:size]], order[size:]
        captions = [example.captions[chance.integers(len(example.captions))] for example in chosen]
        written = [shortened(caption, settings.caption_dropout, chance) for caption in captions]
        yield inputs.batch(chosen, captions, written)


def shortened(caption: str, share: float, chance: np.random.Generator) -> str:
    """A caption without a random share of its words, but with one at least."""
    words = caption.split()
    kept = [word for word in words if chance.random() >= share]
    return " ".join(kept) if kept else caption


def _rows(parts: Sequence[Tensor]) -> Vectors:
    return unit(np.concatenate([part.float().cpu().numpy() for part in parts]))
