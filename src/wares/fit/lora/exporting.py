"""A model in torch → two ONNX graphs in the layout that :mod:`wares.models.exports` describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from wares.fit.lora.bases import Base, told_as

if TYPE_CHECKING:
    from torch import Tensor

#: The oldest set of operators that torch's exporter writes, so that older runtimes read it.
_OPERATORS = 18
#: Bytes; a graph of 2 GiB cannot hold its weights itself, and they go into a file beside it.
_GREATEST = 1_900_000_000
#: Tokens of the sample that the text graph is traced with; the graph takes any length.
_SAMPLE = 7


class _Words(torch.nn.Module):  # type: ignore[misc]  # untyped where torch is not installed
    def __init__(self, base: Base) -> None:
        super().__init__()
        self.model, self._text = base.model, base.text

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        return self._text(input_ids, attention_mask)


class _Pictures(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, base: Base) -> None:
        super().__init__()
        self.model, self._image = base.model, base.image

    def forward(self, pixel_values: Tensor) -> Tensor:
        return self._image(pixel_values)


def export(base: Base, folder: Path, *, length: int, pixels: Tensor) -> None:
    """Write ``onnx/text_model.onnx`` and ``onnx/vision_model.onnx`` into a folder, in float32.

    ``length`` is the greatest of a text, in tokens; ``pixels`` (2, 3, height, width) are two prepared pictures.
    """
    (folder / "onnx").mkdir()
    base.model.to("cpu").float().eval()
    texts: dict[int, Any] = {0: torch.export.Dim("texts")}
    if base.masked:
        texts[1] = torch.export.Dim("sequence")
    numbers = torch.zeros((2, min(_SAMPLE, length - 1) if base.masked else length), dtype=torch.int64)
    words = {"input_ids": numbers, **({"attention_mask": torch.ones_like(numbers)} if base.masked else {})}
    _write(_Words(base), words, dict.fromkeys(words, texts), "text_embeds", folder / "onnx/text_model.onnx")
    pictures = {"pixel_values": {0: torch.export.Dim("pictures")}}
    pixels = pixels.cpu().float()
    _write(_Pictures(base), {"pixel_values": pixels}, pictures, "image_embeds", folder / "onnx/vision_model.onnx")


def _write(module: Any, inputs: dict[str, Tensor], shapes: dict[str, Any], output: str, path: Path) -> None:
    size = sum(parameter.numel() * parameter.element_size() for parameter in module.parameters())
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # an operator of torch's own, which ONNX has not
    try:
        with told_as(f"{path.name}: export to ONNX"), torch.no_grad():
            torch.onnx.export(
                module.eval(),
                tuple(inputs.values()),
                path,
                input_names=list(inputs),
                output_names=[output],
                dynamic_shapes=shapes,
                opset_version=_OPERATORS,
                dynamo=True,
                external_data=size > _GREATEST,
                verbose=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
