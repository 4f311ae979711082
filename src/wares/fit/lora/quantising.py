"""int8 graphs out of float32 ones: the way that loses least of those that ONNX Runtime offers.

Only products with a constant matrix become integers, each column with its own scale; numbers that flow through are
quantised as they come. The convolution that cuts a picture into patches and the table of tokens stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from wares.fit.lora.bases import told_as

#: Name → whether weights use seven bits of the eight. Processors without VNNI add pairs of products in 16 bits, where
#: eight bits overflow; with VNNI the eighth bit is a gain. Which it is, is measured.
WAYS = {"int8 weights": False, "int8 weights of 7 bits": True}
_TOWERS = ("text_model", "vision_model")
_GREATEST = 1_900_000_000


class Quantised(NamedTuple):
    """One way and its folder, in which the graphs lie as in a model's."""

    way: str
    folder: Path


def quantise(folder: Path, place: Path, way: str) -> Quantised:
    """Quantise both graphs of a model's ``folder`` into ``place``, with the model's other files beside them."""
    (place / "onnx").mkdir(parents=True)
    for file in folder.glob("*.json"):
        (place / file.name).write_bytes(file.read_bytes())
    for tower in _TOWERS:
        source = folder / f"onnx/{tower}.onnx"
        with told_as(f"{source.name}: quantisation"):
            graph = onnx.load(source)
            # Shapes that the exporter wrote down: matrices that are turned round here would contradict them.
            del graph.graph.value_info[:]
            quantize_dynamic(
                graph,
                place / f"onnx/{tower}_quantized.onnx",
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                reduce_range=WAYS[way],
                weight_type=QuantType.QInt8,
                use_external_data_format=size(folder, f"{tower}.onnx*") > _GREATEST,
            )
    return Quantised(way, place)


def move(quantised: Quantised, folder: Path) -> None:
    """Put quantised graphs beside the others of a model."""
    for path in (quantised.folder / "onnx").iterdir():
        path.rename(folder / "onnx" / path.name)


def size(folder: Path, pattern: str) -> int:
    """Bytes of the graphs of a model whose names match, with the weights that lie beside them."""
    return sum(path.stat().st_size for path in (folder / "onnx").glob(pattern))
