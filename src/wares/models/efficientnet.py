"""EfficientNet-Lite2 from its published weights to one ONNX graph, without PyTorch.

The architecture is that of the TensorFlow TPU models, "EfficientNet-Lite" (after Tan and Le, "EfficientNet:
Rethinking Model Scaling for Convolutional Neural Networks", 2019): inverted residual blocks with ReLU6 and without
squeeze-and-excitation, width 1.1, depth 1.2, where stem, head, and the depth of the first and last stage are not
scaled. Batch normalisation is folded into the convolutions. The padding is TensorFlow's "same", which with stride 2
puts the odd pixel right and below; any other padding shifts every map and costs accuracy.

The graph takes ``pixels``, float32 (n, 3, 260, 260), RGB, ``(value / 255 - 0.498) / 0.502``, and gives

* ``pooled`` (n, 1280): the mean of the last map, which the classifier reads;
* ``logits`` (n, 1000): ImageNet classes in the usual order, equal to ``pooled @ weight.T + bias``;
* ``stages`` (n, 1712): for each of the seven stages, the means and then the mean squares of its channels.

The same weights give the same bytes, on every machine.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from wares.errors import ModelUnavailable
from wares.models import torch_file

Array = npt.NDArray[np.float32]

SIDE = 260
MEAN, STD = 0.498, 0.502
GRAPH, WEIGHT, BIAS = "model.onnx", "classifier_weight.npy", "classifier_bias.npy"

_OPSET, _IR_VERSION = 17, 8  # ONNX Runtime 1.12 and later
_EPSILON = 1e-3


class _Stage(NamedTuple):
    blocks: int
    kernel: int
    stride: int
    channels: int


# Blocks and channels after scaling; the sum of the channels is 856, hence 1,712 numbers in ``stages``.
_STAGES = (
    _Stage(1, 3, 1, 16),
    _Stage(3, 3, 2, 24),
    _Stage(3, 5, 2, 48),
    _Stage(4, 3, 2, 88),
    _Stage(4, 5, 1, 120),
    _Stage(5, 5, 2, 208),
    _Stage(1, 3, 1, 352),
)


def convert(source: Path, folder: Path) -> None:
    """Write the graph and the classifier's matrix (1000, 1280) and bias (1000,) of a ``.pth`` file into ``folder``.

    Raises :class:`ModelUnavailable` when the file does not hold these weights.
    """
    weights = torch_file.read(source)
    try:
        graph = _Network(weights).build()
        weight, bias = (weights[f"_fc.{part}"].astype(np.float32) for part in ("weight", "bias"))
    except (KeyError, ValueError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelUnavailable(f"{source}: not the weights of EfficientNet-Lite2: {error}") from error
    np.save(folder / WEIGHT, weight)
    np.save(folder / BIAS, bias)
    (folder / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    for name in (WEIGHT, BIAS, GRAPH):
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())


class _Network:
    """The graph under construction: a list of nodes, and the constants they need."""

    def __init__(self, weights: dict[str, torch_file.Array]) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def build(self) -> onnx.ModelProto:
        self._constant("zero", np.array(0, np.float32))
        self._constant("six", np.array(6, np.float32))
        x, side = self._conv("pixels", SIDE, "_conv_stem", "_bn0", stride=2)
        channels, number, statistics = 32, 0, []
        for stage in _STAGES:
            for block in range(stage.blocks):
                stride = stage.stride if block == 0 else 1
                x, side = self._block(x, side, f"_blocks.{number}", stage, channels, stride)
                channels, number = stage.channels, number + 1
            squares = self._add("Mul", (x, x), f"square{number}")
            statistics += [self._mean(x, f"mean{number}"), self._mean(squares, f"mean_square{number}")]
        x, _ = self._conv(x, side, "_conv_head", "_bn1")
        self._add("Flatten", (self._mean(x, "pool"),), "pooled")
        self._add("Flatten", (self._add("Concat", statistics, "statistics", axis=1),), "stages")
        for part in ("weight", "bias"):
            self._constant(f"_fc.{part}", self._weights[f"_fc.{part}"].astype(np.float32))
        self._add("Gemm", ("pooled", "_fc.weight", "_fc.bias"), "logits", transB=1)
        return self._model()

    def _block(self, x: str, side: int, name: str, stage: _Stage, channels: int, stride: int) -> tuple[str, int]:
        """Widen sixfold (except in the very first block), convolve each channel alone, narrow, add the input."""
        inner = x
        if f"{name}._expand_conv.weight" in self._weights:
            inner, _ = self._conv(inner, side, f"{name}._expand_conv", f"{name}._bn0")
        inner, after = self._conv(inner, side, f"{name}._depthwise_conv", f"{name}._bn1", stride, each=True)
        inner, _ = self._conv(inner, after, f"{name}._project_conv", f"{name}._bn2", active=False)
        if stride == 1 and channels == stage.channels:
            inner = self._add("Add", (inner, x), f"{name}.sum")
        return inner, after

    def _conv(
        self, x: str, side: int, name: str, norm: str, stride: int = 1, *, each: bool = False, active: bool = True
    ) -> tuple[str, int]:
        """A convolution with its batch normalisation folded in; gives the output's name and its side in pixels."""
        weight, bias = self._folded(name, norm)
        self._constant(f"{name}.weight", weight)
        self._constant(f"{name}.bias", bias)
        kernel = weight.shape[2]
        after = -(-side // stride)
        padding = max((after - 1) * stride + kernel - side, 0)
        before = padding // 2
        x = self._add(
            "Conv",
            (x, f"{name}.weight", f"{name}.bias"),
            name,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, padding - before, padding - before],
            group=weight.shape[0] if each else 1,
        )
        return (self._add("Clip", (x, "zero", "six"), f"{name}.relu6") if active else x), after

    def _folded(self, name: str, norm: str) -> tuple[Array, Array]:
        # In double precision, whose basic operations every machine rounds alike.
        gamma, beta, mean, variance = (
            self._weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + _EPSILON)
        weight = self._weights[f"{name}.weight"].astype(np.float64) * scale[:, None, None, None]
        return weight.astype(np.float32), (beta - mean * scale).astype(np.float32)

    def _mean(self, x: str, name: str) -> str:
        return self._add("GlobalAveragePool", (x,), name)

    def _add(self, operator: str, inputs: Any, output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
        return output

    def _constant(self, name: str, value: Array) -> None:
        self._constants.append(numpy_helper.from_array(value, name))

    def _model(self) -> onnx.ModelProto:
        def tensor(name: str, *shape: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])

        outputs = [tensor("pooled", 1280), tensor("logits", 1000), tensor("stages", 1712)]
        graph = helper.make_graph(
            self._nodes, "efficientnet-lite2", [tensor("pixels", 3, SIDE, SIDE)], outputs, self._constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        model.producer_name = "wares"
        onnx.checker.check_model(model, full_check=True)
        return model
