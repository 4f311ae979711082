"""Opening ONNX graphs, with the errors of ONNX Runtime told in our words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnxruntime

from wares.errors import SetupError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_FATAL_ONLY = 4


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Session:
    """An ONNX graph on the CPU. :meth:`run` may be called from several threads at once.

    ``threads`` is how many cores one run uses; ``library`` a shared library of further operators.
    """

    def __init__(self, path: Path, *, threads: int = 1, library: str = "") -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY  # what goes wrong is raised
        if library:
            options.register_custom_ops_library(library)
        self._path = path
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # a dozen classes, each derived from Exception alone
            raise SetupError(f"{path} cannot be opened as an ONNX graph: {_line(error)}") from error
        #: Type by name of what goes in ("tensor(int64)"), shape by name of what comes out (an axis may be a name).
        self.inputs: dict[str, str] = {item.name: item.type for item in self._session.get_inputs()}
        self.outputs: dict[str, list[int | str | None]] = {i.name: i.shape for i in self._session.get_outputs()}

    def run(self, outputs: Sequence[str], inputs: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[np.float32]]:
        """The named outputs for the named inputs. Raises :class:`SetupError` when the graph refuses them."""
        try:
            found: list[npt.NDArray[np.float32]] = self._session.run(list(outputs), dict(inputs))
        except Exception as error:
            raise SetupError(f"{self._path} failed to run: {_line(error)}") from error
        return found


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
