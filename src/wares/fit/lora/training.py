"""The steps of learning, and when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from wares.errors import SetupError
from wares.fit.lora.bases import Base
from wares.fit.lora.batches import Batch, Inputs, endless
from wares.fit.lora.layers import Adapter
from wares.fit.lora.losses import LOSSES
from wares.fit.lora.quality import Questions
from wares.fit.lora.records import Evaluated, Example, LoraSettings, Quality
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    from torch import Tensor

#: (scale, bias) at which a loss begins, for a base that has none: those of the papers.
_BEGINNINGS = {"infonce": (1 / 0.07, 0.0), "siglip": (10.0, -10.0)}


class Learned(NamedTuple):
    """What :func:`learn` did: steps made, the step whose state was kept, the quality of the base and all since."""

    steps: int
    best_step: int
    base: Quality
    history: tuple[Evaluated, ...]


class Trainer:
    """One model that learns from batches: :meth:`step` by step."""

    def __init__(
        self, base: Base, adapter: Adapter, settings: LoraSettings, device: torch.device, bf16: bool
    ) -> None:
        self.base, self.adapter, self.settings = base, adapter, settings
        self._device, self._bf16 = device, bf16
        self._loss = LOSSES[settings.loss]
        scale, bias = _BEGINNINGS[settings.loss]
        if base.scale is not None and (settings.loss == "infonce" or base.bias is not None):
            scale, bias = base.scale, base.bias or 0.0
        self._log_scale = torch.tensor(math.log(scale), device=device, requires_grad=True)
        self._bias = torch.tensor(bias, device=device, requires_grad=True)
        decay = settings.weight_decay
        self._optimiser = torch.optim.AdamW(
            [
                {"params": adapter.low_rank, "lr": settings.learning_rate, "weight_decay": decay},
                {"params": adapter.projections, "lr": settings.projection_rate, "weight_decay": decay},
                {"params": [self._log_scale, self._bias], "lr": settings.learning_rate, "weight_decay": 0.0},
            ]
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, self._share)

    def step(self, batch: Batch, number: int) -> float:
        """Learn from one batch; its loss. Raises :class:`SetupError` when that or a gradient is no finite number."""
        self._optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bf16):
            pictures = self.base.image(batch.pixels)
            words = self.base.text(batch.numbers, batch.mask)
        normal = torch.nn.functional.normalize
        cosines = normal(pictures.float(), dim=-1) @ normal(words.float(), dim=-1).T
        loss = self._loss(cosines, batch.kin, self._log_scale, self._bias)
        self._check(loss, "loss", number)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.adapter.learned, self.settings.clip_norm)
        self._check(norm, "gradient", number)
        self._optimiser.step()
        self._schedule.step()
        return float(loss.detach())

    def _check(self, value: Tensor, what: str, number: int) -> None:
        if not bool(torch.isfinite(value)):
            mend = f"lower learning_rate (now {self.settings.learning_rate:g}) or set precision to fp32"
            raise SetupError(f"at step {number} the {what} is {float(value.detach())}: {mend}; nothing was written")

    def _share(self, step: int) -> float:
        """The share of the learning rate: rises over the warm-up and falls along a cosine."""
        settings = self.settings
        if step < settings.warmup_steps:
            return (step + 1) / (settings.warmup_steps + 1)
        rest = max(1, settings.max_steps - settings.warmup_steps)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - settings.warmup_steps) / rest)))


def learn(
    trainer: Trainer,
    inputs: Inputs,
    train: Sequence[Example],
    measure: Callable[[], Quality],
    on_progress: OnProgress,
) -> Learned:
    """Learn until the held-out quality rises no more, and leave the model in its best state, the base's included."""
    settings, adapter, module = trainer.settings, trainer.adapter, trainer.base.model
    module.eval()
    before = best = measure()
    kept, best_step, worse, step = adapter.state(), 0, 0, 0
    history: list[Evaluated] = []
    losses: list[float] = []
    batches = endless(train, inputs, settings)
    while step < settings.max_steps and worse < settings.patience:
        step += 1
        module.train()
        losses.append(trainer.step(next(batches), step))
        on_progress(Progress("adapting", step, settings.max_steps, f"loss {losses[-1]:.3f}"))
        if step % settings.evaluate_every and step < settings.max_steps:
            continue
        module.eval()
        quality = measure()
        history.append(Evaluated(step, round(sum(losses) / len(losses), 4), quality))
        losses.clear()
        worse += 1
        if quality.worth > best.worth:
            best, best_step, kept, worse = quality, step, adapter.state(), 0
    adapter.restore(kept)
    module.eval()
    return Learned(step, best_step, before, tuple(history))


def measuring(inputs: Inputs, questions: Questions, held_out: Sequence[Example]) -> Callable[[], Quality]:
    """A function that measures the model as it is."""
    return lambda: questions.quality(inputs.text_vectors(questions.captions), inputs.picture_vectors(held_out))


def device_and_precision(settings: LoraSettings) -> tuple[torch.device, bool]:
    """Where to compute, and whether in bfloat16. Raises :class:`SetupError` for a GPU that is not there."""
    found: Any = torch.cuda
    gpu = bool(found.is_available())
    if settings.device == "cuda" and not gpu:
        raise SetupError('lora: device is "cuda", and torch sees no GPU here')
    device = torch.device("cuda" if gpu and settings.device != "cpu" else "cpu")
    auto = device.type == "cuda" and bool(found.is_bf16_supported())
    return device, auto if settings.precision == "auto" else settings.precision == "bf16"
