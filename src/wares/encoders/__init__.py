"""Encoders: content in, unit vectors of named spaces out; and words as BM25 weights (:mod:`wares.encoders.words`).

A model is a set of encoders that are used together. It is called by a name of the table below or of the entry-point
group "wares.encoders", by the place of any two-tower export (``file:/models/clip`` or ``hf:owner/name``), or by
several with " + " between them, such as ``default + hf:owner/clap``: of two that hear, the last one does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from wares.errors import SetupError
from wares.registry import PartSpec, load
from wares.registry import names as _names
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Encoder
    from wares.encoders.heads import Heads

Progress: TypeAlias = Callable[[str], None]

GROUP = "wares.encoders"
#: Between models that are used together.
JOINT = " + "

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


#: Heads that wares brings for a model that has a name, beside this file; see docs/alignment.md.
SHIPPED = {"default": "alignment.npz"}


def build(
    model: str, environment: Environment, progress: Progress | None = None, *, heads: Heads | None = None
) -> tuple[Encoder, ...]:
    """The encoders of a model, ready to use; at most one per channel. They have the ``heads`` of a fit, or else those
    that wares brings for the model, if there are any.

    Weights are fetched if they are not there; ``progress`` is told, in words, what is fetched. Raises
    :class:`~wares.errors.SetupError` for an unknown model, a broken export or heads of another model, its subclasses
    :class:`~wares.errors.MissingExtra` and :class:`~wares.errors.ModelUnavailable` when something is still needed.
    """
    return with_heads(unfitted(model, environment, progress), model, heads)


def unfitted(model: str, environment: Environment, progress: Progress | None = None) -> tuple[Encoder, ...]:
    """The encoders of a model as it comes, without any heads. Raises as :func:`build`."""
    encoders: tuple[Encoder, ...] = ()
    for part in model.split(JOINT):
        added = _part(part, environment, progress)
        if any(encoder.modality == "audio" for encoder in added):
            encoders = _deaf(encoders)
        encoders = (*encoders, *added)
    channels = [encoder.channel for encoder in encoders]
    if doubled := sorted({channel for channel in channels if channels.count(channel) > 1}):
        raise SetupError(f"{model}: two models have the channel {doubled[0]}; rename the folder of one of them")
    return encoders


def _part(model: str, environment: Environment, progress: Progress | None) -> tuple[Encoder, ...]:
    if model.startswith(("file:", "hf:")):
        from wares.encoders import two_tower

        return two_tower.encoders(model, environment, progress)
    encoders: tuple[Encoder, ...] = load(GROUP, MODELS, model, "model")(environment, progress)
    return encoders


def _deaf(encoders: tuple[Encoder, ...]) -> tuple[Encoder, ...]:
    """Encoders without those of sounds, and without those that only look for sounds."""
    kept = [encoder for encoder in encoders if encoder.modality != "audio"]
    of_others = {encoder.space for encoder in kept if not encoder.asks_only}
    of_sounds = {encoder.space for encoder in encoders if encoder.modality == "audio"} - of_others
    return tuple(encoder for encoder in kept if encoder.space not in of_sounds)


def with_heads(encoders: tuple[Encoder, ...], model: str, heads: Heads | None = None) -> tuple[Encoder, ...]:
    """Encoders of an unfitted model with heads, or else with those that wares brings for it."""
    from wares.encoders.fitted import fitted

    found = heads or shipped(model)
    return fitted(encoders, found) if found else encoders


def shipped(model: str) -> Heads | None:
    """The heads that wares brings for a model."""
    model = model.split(JOINT)[0]
    if model not in SHIPPED:
        return None
    from importlib.resources import as_file, files

    from wares.encoders.heads import load as read

    with as_file(files("wares.encoders").joinpath(SHIPPED[model])) as path:
        return read(path) if path.exists() else None
