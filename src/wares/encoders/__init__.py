"""Encoders: content in, unit vectors of named spaces out; and words as BM25 weights (:mod:`wares.encoders.words`).

A model is a set of encoders that are used together. It is called by a name of the table below or of the entry-point
group "wares.encoders", or by the place of any two-tower export: ``file:/models/clip`` or ``hf:owner/name``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from wares.registry import PartSpec, load
from wares.registry import names as _names
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Encoder

Progress: TypeAlias = Callable[[str], None]

GROUP = "wares.encoders"

#: What is loaded is a function ``(environment, progress=None) -> tuple[Encoder, ...]``.
MODELS = {
    "default": PartSpec(
        target="wares.encoders.pictures:encoders",
        about="16 languages, pictures by what they show, their colours and their look; some 100 MB to download",
    ),
    "basic": PartSpec(
        target="wares.encoders.basic:encoders",
        about="hashed words, colours and textures; nothing to download",
    ),
}


def names() -> list[str]:
    """The models that have a name."""
    return _names(GROUP, MODELS)


def build(model: str, environment: Environment, progress: Progress | None = None) -> tuple[Encoder, ...]:
    """The encoders of a model, ready to use; at most one per channel.

    Weights are fetched if they are not there; ``progress`` is told, in words, what is fetched. Raises
    :class:`~wares.errors.SetupError` for an unknown model or a broken export, its subclasses
    :class:`~wares.errors.MissingExtra` and :class:`~wares.errors.ModelUnavailable` when something is still needed.
    """
    if model.startswith(("file:", "hf:")):
        from wares.encoders import two_tower

        return two_tower.encoders(model, environment, progress)
    encoders: tuple[Encoder, ...] = load(GROUP, MODELS, model, "model")(environment, progress)
    return encoders
