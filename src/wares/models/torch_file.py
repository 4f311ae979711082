"""Read the weights in a ``.pth`` file without PyTorch and without running what the file says.

A ``.pth`` of before PyTorch 1.6 is four pickles (a magic number, a protocol number, facts of the machine, the tensors
by name) followed by a pickled list of storage keys and the raw storages in that order. A pickle is a program; the
unpickler here knows four names — the ordered dictionary, the tensor and two kinds of storage — and refuses the file
at any other, so that nothing but tensors can come out.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wares.errors import ModelUnavailable

Array = npt.NDArray[Any]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Tensor(NamedTuple):
    key: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(path: Path) -> dict[str, Array]:
    """The tensors of a legacy ``.pth`` file by name, in its order.

    Raises :class:`ModelUnavailable` when the file is of another format, damaged, or names anything but tensors.
    """
    data = path.read_bytes()
    file = io.BytesIO(data)
    try:
        if _load(file) != _MAGIC or _load(file) != _PROTOCOL or _load(file).get("little_endian") is not True:
            raise ValueError("not a legacy .pth file of a little-endian machine")
        tensors = _load(file)
        storages = _storages(data, file, _load(file), tensors)
        return {str(name): _view(tensor, storages) for name, tensor in tensors.items()}
    except Exception as error:  # A damaged or hostile pickle makes the unpickler raise nearly anything.
        raise ModelUnavailable(f"{path}: not readable as weights: {error}") from error


def _load(file: io.BytesIO) -> Any:
    return _TensorsOnly(file).load()


class _TensorsOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _STORAGES:
            return name
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, and only tensors are read")
        return known[module, name]

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        kind, storage, key, _device, _length, view = pid
        if kind != "storage" or storage not in _STORAGES or view is not None:
            raise pickle.UnpicklingError("a storage of an unknown kind")
        return str(key), _STORAGES[storage]


def _tensor(
    storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(*storage, offset, shape, strides)


def _storages(data: bytes, file: io.BytesIO, keys: list[str], tensors: dict[str, _Tensor]) -> dict[str, Array]:
    dtypes = {tensor.key: tensor.dtype for tensor in tensors.values()}
    storages: dict[str, Array] = {}
    place = file.tell()
    for key in keys:
        (length,) = struct.unpack_from("<q", data, place)
        dtype = np.dtype(dtypes[key])
        storages[key] = np.frombuffer(data, dtype, length, place + 8)  # ValueError beyond the end
        place += 8 + length * dtype.itemsize
    return storages


def _view(tensor: _Tensor, storages: dict[str, Array]) -> Array:
    """A contiguous copy of the strided view, after checking that all of it lies inside its storage."""
    storage, shape, strides = storages[tensor.key], tensor.shape, tensor.strides
    last = tensor.offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    if tensor.offset < 0 or min((*shape, 1)) < 1 or min((*strides, 0)) < 0 or last >= len(storage):
        raise ValueError("a tensor lies outside its storage")
    steps = tuple(step * storage.itemsize for step in strides)
    window = np.lib.stride_tricks.as_strided(storage[tensor.offset :], shape, steps, writeable=False)
    return np.ascontiguousarray(window)
