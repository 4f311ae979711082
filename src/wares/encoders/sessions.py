"""Opening ONNX graphs, with the errors of ONNX Runtime told in our words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import onnxruntime

from wares.errors import SetupError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_FATAL_ONLY = 4


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Value(NamedTuple):
    """What goes into a graph or comes out: its type ("tensor(int64)") and its shape; an open axis has no number."""

    type: str
    shape: tuple[int | None, ...]


class Session:
    """An ONNX graph on the CPU. :meth:`run` may be called from several threads at once.

    ``threads`` is how many cores one run uses; ``library`` a shared library of further operators. Of a graph that
    does several things, ``part`` (inputs, outputs) takes only what leads from these inputs to these outputs.
    Raises :class:`SetupError` when the file is no such graph.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int = 1,
        library: str = "",
        part: tuple[Sequence[str], Sequence[str]] | None = None,
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY  # what goes wrong is raised
        if library:
            options.register_custom_ops_library(library)
        self._path = path
        try:
            graph = path if part is None else _part(path, *part, options)
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # a dozen classes, each derived from Exception alone
            raise SetupError(f"{path} cannot be opened as an ONNX graph: {_line(error)}") from error
        self.inputs = _values(self._session.get_inputs())
        self.outputs = _values(self._session.get_outputs())

    def run(self, outputs: Sequence[str], inputs: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[np.float32]]:
        """The named outputs for the named inputs. Raises :class:`SetupError` when the graph refuses them."""
        try:
            found: list[npt.NDArray[np.float32]] = self._session.run(list(outputs), dict(inputs))
        except Exception as error:
            raise SetupError(f"{self._path} failed to run: {_line(error)}") from error
        return found


def _part(path: Path, inputs: Sequence[str], outputs: Sequence[str], options: Any) -> bytes:
    """The bytes of a graph's part; weights that it keeps in files beside it stay there."""
    import onnx
    import onnx.utils

    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.parent))
    model = onnx.load(path, load_external_data=False)
    part: bytes = onnx.utils.Extractor(model).extract_model(list(inputs), list(outputs)).SerializeToString()
    return part


def _values(nodes: Sequence[Any]) -> dict[str, Value]:
    return {
        node.name: Value(node.type, tuple(n if isinstance(n, int) else None for n in node.shape)) for node in nodes
    }


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
