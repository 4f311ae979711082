"""A bigger model learns a shop's pictures and words: LoRA on a two-tower model, exported to ONNX.

Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (ICLR 2022): beside each weight of the attention
stands a product of two thin matrices, and only these are learned; at the end they are added to the weight, so that
the adapted model has the size and the speed of its base.

Nothing here loads PyTorch until :func:`adapt` is called; what serves the result needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wares.errors import MissingExtra
from wares.fit.lora.records import Evaluated, Example, LoraReport, LoraSettings, Quality
from wares.reports import OnProgress
from wares.settings import Environment

__all__ = ["Evaluated", "Example", "LoraReport", "LoraSettings", "Quality", "adapt"]


def adapt(
    base: str,
    train: Sequence[Example],
    held_out: Sequence[Example],
    folder: Path,
    *,
    settings: LoraSettings | None = None,
    environment: Environment | None = None,
    on_progress: OnProgress | None = None,
) -> LoraReport:
    """Adapt a model to examples, and write it into ``folder`` in the layout that ``file:FOLDER`` opens.

    ``base`` is ``hf:OWNER/NAME`` or ``file:FOLDER`` of a model for transformers (a folder with an
    ``open_clip_config.json`` is one for open_clip), or ``open_clip:NAME/PRETRAINED``, where PRETRAINED is one of its
    tags or a checkpoint's file. ``held_out`` decides when to stop and measures the result; no group may be in both.
    ``folder`` must be new or empty and appears at the end, complete.

    Raises :class:`~wares.errors.MissingExtra` without the extra "torch"; :class:`~wares.errors.ModelUnavailable` when
    the base cannot be had; :class:`~wares.errors.SetupError` for a base, settings or examples that do not fit, and
    when the loss stops being a number; :class:`~wares.errors.StoreError` when the folder cannot be written.
    """
    try:
        from wares.fit.lora import adapting
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("wares"):
            raise
        raise MissingExtra("adapting a model by LoRA", "torch") from missing
    return adapting.adapt(
        base,
        train,
        held_out,
        folder,
        settings=settings or LoraSettings(),
        environment=environment or Environment.read(),
        on_progress=on_progress,
    )
