"""What goes into adapting a model, and what is told of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from wares.errors import SetupError

if TYPE_CHECKING:
    from PIL.Image import Image


class Example(NamedTuple):
    """One picture and what may be said of it.

    ``picture`` decodes when it is called. Examples of one ``group`` (a product with its variants) are never each
    other's negatives, and a group is never cut between training and held-out examples.
    """

    picture: Callable[[], Image]
    captions: tuple[str, ...]
    group: str


class LoraSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is adapted; the defaults are careful ones, for a few thousand examples.

    ``rank``, ``alpha`` and ``dropout`` are LoRA's; the change of a weight is scaled by alpha / rank. Models whose
    attention is torch's own (open_clip's) know no dropout. ``learning_rate`` is that of the low-rank matrices, which
    begin at nothing; ``projection_rate`` that of the projections into the common space, which are learned whole and
    are the base's best knowledge. ``caption_dropout`` is the share of words left out of a caption. ``patience``
    counts measurements, one every ``evaluate_every`` steps, that were no better than the best one.
    """

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.05
    learning_rate: float = 2e-4
    projection_rate: float = 1e-5
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    batch_size: int = 32
    max_steps: int = 1000
    warmup_steps: int = 50
    evaluate_every: int = 50
    patience: int = 5
    caption_dropout: float = 0.1
    loss: Literal["infonce", "siglip"] = "infonce"
    seed: int = 0
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def __post_init__(self) -> None:
        for name in ("rank", "batch_size", "max_steps", "evaluate_every", "patience"):
            if getattr(self, name) < (least := 2 if name == "batch_size" else 1):
                raise SetupError(f"lora: {name} must be {least} or more, not {getattr(self, name)}")
        for name in ("alpha", "learning_rate", "clip_norm"):
            if not 0 < getattr(self, name) < math.inf:
                raise SetupError(f"lora: {name} must be greater than 0, not {getattr(self, name)}")
        for name in ("projection_rate", "weight_decay", "warmup_steps", "seed"):
            if not 0 <= getattr(self, name) < math.inf:
                raise SetupError(f"lora: {name} must be 0 or more, not {getattr(self, name)}")
        for name in ("dropout", "caption_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise SetupError(f"lora: {name} must be 0 or more and less than 1, not {getattr(self, name)}")


class Quality(msgspec.Struct, frozen=True):
    """How well held-out captions find their pictures: the share of captions with a right picture at the top and among
    the first ten, and the mean of 1 / rank of the first right one."""

    r1: float
    r10: float
    mrr: float

    @property
    def worth(self) -> tuple[float, float]:
        """What decides which of two states is the better one."""
        return (self.r10, self.mrr)


class Evaluated(msgspec.Struct, frozen=True):
    """The held-out quality after a number of steps, and the mean loss of the steps before it."""

    step: int
    loss: float | None
    quality: Quality


class LoraReport(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`wares.fit.lora.adapt` did.

    ``steps`` were made, and the state after ``best_step`` was kept (0: none was better than the base). ``base``,
    ``adapted`` are measured in torch, ``onnx`` and ``int8`` through the encoders that serve. ``difference`` is the
    greatest 1 − cosine between a held-out vector of torch and that of ONNX. ``int8_way`` names what lost least.
    Sizes are in MB of 10⁶ bytes. ``chosen`` is "int8" if that loses at most .01 of R@10 against fp32.
    """

    model: str
    device: str
    precision: str
    seconds: float
    steps: int
    best_step: int
    trained_parameters: int
    parameters: int
    examples: int
    held_out: int
    questions: int
    base: Quality
    adapted: Quality
    onnx: Quality
    int8: Quality
    difference: float
    int8_difference: float
    int8_way: str
    fp32_mb: float
    int8_mb: float
    chosen: Literal["fp32", "int8"]
    settings: LoraSettings
    history: tuple[Evaluated, ...] = ()
