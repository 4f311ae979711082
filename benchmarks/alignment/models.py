"""The models that are measured, with the sets as their tower of pictures has them; each loaded when first wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from benchmarks.alignment import features, fitted, protocol, untrained
from benchmarks.alignment.asking import Pair
from benchmarks.alignment.features import Remembered
from wares.encoders import shipped, unfitted
from wares.encoders.base import Encoder
from wares.encoders.efficientnet import PictureTower
from wares.encoders.fitted import fitted as with_heads
from wares.encoders.heads import Heads
from wares.encoders.texture import TextureTower
from wares.encoders.use import UseTower
from wares.settings import Environment


class Model(NamedTuple):
    """Encoders without heads, what the protocol asks them, and the sets as their tower of pictures has them."""

    encoders: Sequence[Encoder]
    pair: Pair
    sets: protocol.Sets
    heads: Heads | None

    @property
    def as_it_comes(self) -> Pair:
        """With the heads that wares brings, if there are any."""
        return fitted.pair(with_heads(self.encoders, self.heads)) if self.heads else self.pair


class Bench:
    """Models and sets, each loaded when it is first wanted."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder, self.scratch = folder, scratch
        self.environment = Environment.read()
        self._models: dict[str, Model] = {}

    @cached_property
    def texts(self) -> Remembered:
        return Remembered(UseTower(self.environment), self.scratch)

    def model(self, name: str) -> Model:
        if name not in self._models:
            self._models[name] = _MODELS[name](self)
        return self._models[name]

    def _default(self) -> Model:
        encoders, heads = fitted.default(self.texts), shipped("default")
        sets = features.load([PictureTower(self.environment)], folder=self.folder, scratch=self.scratch)
        return Model(encoders, fitted.pair(encoders), sets, heads)

    def _forgetful(self) -> Model:
        """The default model that remembers no text, so that what it takes is what it takes in a shop."""
        return self.model("default")._replace(encoders=fitted.default())

    def _basic(self) -> Model:
        sets = features.load([TextureTower()], folder=self.folder, scratch=self.scratch)
        return Model(unfitted("basic", self.environment), untrained.basic(self.environment), sets, None)


_MODELS: Mapping[str, Callable[[Bench], Model]] = {
    "default": Bench._default,
    "default, nothing remembered": Bench._forgetful,
    "basic": Bench._basic,
}
