"""Which weights of a model are learned, and how they go back into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora.layer import MultiheadAttention

from wares.errors import SetupError
from wares.fit.lora.bases import told_as
from wares.fit.lora.records import LoraSettings

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module, Parameter

#: The projections into the common space, as transformers and open_clip call them. They are learned whole.
_PROJECTIONS = {
    *("visual_projection.weight", "text_projection.weight", "text_model.head.weight", "text_model.head.bias"),
    *(
        "text_projection",
        "visual.proj",
        "visual.head.proj.weight",
        "text.text_projection",
        "text.text_projection.weight",
    ),
}


class Adapter:
    """LoRA on the attention of both towers of a model, which it changes in place."""

    def __init__(self, model: Module, settings: LoraSettings, name: str) -> None:
        names, plain = _attention(model)
        if not names:
            raise SetupError(f"{name} is a {type(model).__name__} without a layer of attention that LoRA could adapt")
        with told_as(f"{name}: LoRA"):
            self._peft: Any = get_peft_model(
                model,
                LoraConfig(
                    r=settings.rank,
                    lora_alpha=settings.alpha,
                    lora_dropout=settings.dropout if plain else 0.0,
                    target_modules=names,
                ),
            )
        self.low_rank = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.projections = [parameter for name, parameter in model.named_parameters() if name in _PROJECTIONS]
        for parameter in self.projections:
            parameter.requires_grad_(True)
        # Torch's attention gets its low-rank matrices by adding and subtracting them at every step, which rounds.
        self._frozen = [(weight, weight().detach().clone()) for weight in _joint_weights(model)]

    @property
    def learned(self) -> list[Parameter]:
        return [*self.low_rank, *self.projections]

    def state(self) -> list[Tensor]:
        """A copy of what is learned."""
        return [parameter.detach().clone() for parameter in self.learned]

    def restore(self, state: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, kept in zip(self.learned, state, strict=True):
                parameter.copy_(kept)

    def merge(self) -> Module:
        """The model with everything added to its weights, of its own classes again."""
        with torch.no_grad():
            for weight, kept in self._frozen:
                weight().copy_(kept)
        merged = self._peft.merge_and_unload(safe_merge=True)
        for parameter in merged.parameters():
            parameter.requires_grad_(False)
        return merged.eval()


def _attention(model: Module) -> tuple[list[str], bool]:
    """The linear layers inside attention, torch's own attention as a whole, and whether there is none of that."""
    joint = [name for name, module in model.named_modules() if isinstance(module, torch.nn.MultiheadAttention)]
    linear = [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and any("attn" in part or "attention" in part for part in name.split("."))
        and not name.startswith(tuple(f"{part}." for part in joint))
    ]
    return linear + joint, not joint


def _joint_weights(model: Module) -> Iterator[Any]:
    """Functions that give the base's weights of each of torch's own attentions: PEFT replaces the objects."""
    for module in model.modules():
        if isinstance(module, MultiheadAttention):
            yield lambda attention=module: attention.base_layer.in_proj_weight
            yield lambda attention=module: attention.base_layer.out_proj.base_layer.weight
