"""How processes that share an index talk: frames of msgpack over a Unix-domain socket.

A frame is its length in four bytes, big-endian, and that many bytes of msgpack. The one who holds the index speaks
first (:class:`Hello`); then the other asks (method, arguments) and is answered (true, result) or (false, (class,
message)). Arrays travel as extension type 1: kind, number of dimensions, shape, content. Everything that arrives is
checked against the types of :data:`CALLS`; nothing is unpickled, and no frame is longer than :data:`MAX_FRAME`.
"""

from __future__ import annotations

import math
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from wares import errors
from wares.errors import StoreError, WaresError
from wares.index.base import Candidates, Channel, FieldSpec, FieldValue, Match, Point, Texts, VectorSpec
from wares.records import FacetValue, Filter, Sparse

#: Raised whenever a frame, a call or a record in one changes its meaning.
PROTOCOL = 2

MAX_FRAME = 64 << 20

_LENGTH = struct.Struct(">I")
_ARRAY = 1
_KINDS: Mapping[bytes, np.dtype[Any]] = {
    b"f": np.dtype("<f4"),
    b"d": np.dtype("<f8"),
    b"q": np.dtype("<i8"),
    b"?": np.dtype("|b1"),
}
_KIND_OF = {dtype: kind for kind, dtype in _KINDS.items()}


class FrameTooLarge(Exception):
    """A message is longer than a frame may be; whoever asked should ask for less at once."""


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of an index says first. ``refused`` is not empty when it will not serve."""

    protocol: int
    wares: str = ""
    vectors: tuple[VectorSpec, ...] = ()
    refused: str = ""


# -- frames -----------------------------------------------------------------------------------------------------


def send(connection: socket.socket, message: bytes) -> None:
    """Send one frame."""
    if len(message) > MAX_FRAME:
        raise FrameTooLarge(f"{len(message):,} bytes, and {MAX_FRAME:,} are the most")
    connection.sendall(_LENGTH.pack(len(message)) + message)


def receive(connection: socket.socket) -> bytearray:
    """Receive one frame. :class:`EOFError` when the other side is gone, or sends what is no frame."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > MAX_FRAME:
        raise EOFError(f"a frame of {length:,} bytes")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError("the other side is gone")
        view = view[count:]
    return data


# -- values -----------------------------------------------------------------------------------------------------


def _encode_other(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        kind = _KIND_OF.get(value.dtype)
        if kind is None:
            raise TypeError(f"arrays of {value.dtype} do not travel")
        head = struct.pack(f">cB{value.ndim}I", kind, value.ndim, *value.shape)
        return msgspec.msgpack.Ext(_ARRAY, head + value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} does not travel")


def _decode_extension(code: int, data: memoryview) -> npt.NDArray[Any]:
    if code != _ARRAY or len(data) < 2:
        raise ValueError(f"unknown extension {code}")
    kind, dimensions = bytes(data[:1]), data[1]
    start = 2 + 4 * dimensions
    if kind not in _KINDS or dimensions > 2 or len(data) < start:
        raise ValueError("malformed array")
    shape = struct.unpack_from(f">{dimensions}I", data, 2)
    if math.prod(shape) * _KINDS[kind].itemsize != len(data) - start:
        raise ValueError("an array's shape does not fit its content")
    array: npt.NDArray[Any] = np.frombuffer(data[start:], dtype=_KINDS[kind]).reshape(shape)
    return array.copy()  # aligned, and free of the frame


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_other)


def encode(value: Any) -> bytes:
    """A value as msgpack."""
    return _encoder.encode(value)


class _Channel(msgspec.Struct):
    name: str
    vector: Any
    limit: int

    def plain(self) -> Channel:
        vector = self.vector
        if not isinstance(vector, np.ndarray):
            vector = msgspec.convert(vector, Sparse)
        return Channel(self.name, vector, self.limit)


class _Point(msgspec.Struct):
    number: int
    vectors: dict[str, Any]
    words: Sparse
    fields: dict[str, FieldValue]
    offers: list[dict[str, FieldValue]]

    def plain(self) -> Point:
        if not all(isinstance(rows, np.ndarray) for rows in self.vectors.values()):
            raise msgspec.ValidationError(f"point {self.number} has a vector that is no array")
        return Point(
            number=self.number,
            vectors=self.vectors,
            words=self.words,
            fields=self.fields,
            offers=self.offers,
        )


class _Candidates(msgspec.Struct):
    numbers: tuple[int, ...]
    scores: Any
    brought: Any

    def plain(self) -> Candidates:
        return Candidates(self.numbers, self.scores, self.brought)


def _plain(value: Any) -> Any:
    """What was received, with stand-ins replaced by the records they stand for: those hold arrays."""
    if isinstance(value, _Channel | _Point | _Candidates):
        return value.plain()
    if isinstance(value, tuple) and value and isinstance(value[0], _Channel | _Point):
        return tuple(item.plain() for item in value)
    return value


# -- calls ------------------------------------------------------------------------------------------------------


class Call:
    """A method of an index: the types of its parameters and of its result."""

    def __init__(self, parameters: Mapping[str, Any], result: Any) -> None:
        self._names = tuple(parameters)
        arguments = msgspec.defstruct("Arguments", list(parameters.items()), forbid_unknown_fields=True)
        self._arguments = msgspec.msgpack.Decoder(arguments, ext_hook=_decode_extension)
        self._result = msgspec.msgpack.Decoder(result, ext_hook=_decode_extension)

    def arguments(self, data: msgspec.Raw) -> dict[str, Any]:
        """Checked arguments by name."""
        received = self._arguments.decode(data)
        return {name: _plain(getattr(received, name)) for name in self._names}

    def result(self, data: msgspec.Raw) -> Any:
        """The checked result."""
        return _plain(self._result.decode(data))


_Numbers = tuple[int, ...]

CALLS = {
    "fields": Call({}, dict[str, FieldSpec]),
    "upsert": Call({"points": tuple[_Point, ...]}, None),
    "delete": Call({"numbers": _Numbers}, None),
    "query": Call(
        {"channels": tuple[_Channel, ...], "where": Filter | None, "without": _Numbers, "texts": Texts | None},
        _Candidates,
    ),
    "count": Call({"match": Match}, int),
    "facet": Call({"match": Match, "field": str, "limit": int}, list[FacetValue]),
    "bounds": Call({"match": Match, "field": str}, tuple[float, float] | None),
    "ordered": Call({"match": Match, "field": str, "descending": bool, "limit": int, "offset": int}, list[int]),
    "rows": Call({"numbers": _Numbers, "name": str}, dict[int, Any]),
    "__len__": Call({}, int),
    "flush": Call({}, None),
}

_question = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw])
_answer = msgspec.msgpack.Decoder(tuple[bool, msgspec.Raw])
_failure = msgspec.msgpack.Decoder(tuple[str, str])


class Question(NamedTuple):
    """A call as it arrived."""

    method: str
    arguments: dict[str, Any]


def read_question(message: bytearray) -> Question:
    """Check and read a call. :class:`msgspec.MsgspecError`, ValueError or KeyError when it is none."""
    method, arguments = _question.decode(message)
    return Question(method, CALLS[method].arguments(arguments))


def write_failure(failure: Exception) -> bytes:
    """An error as an answer: its nearest class that is made of a message alone, and the message."""
    if isinstance(failure, FrameTooLarge):
        return encode((False, (FrameTooLarge.__name__, str(failure))))
    for kind in type(failure).__mro__:
        if kind in _TRAVELLING:
            return encode((False, (kind.__name__, str(failure))))
    return encode((False, ("StoreError", f"the index failed: {type(failure).__name__}: {failure}")))


def read_answer(method: str, message: bytearray) -> Any:
    """The result of a call, or the error that it raised there, raised here."""
    fine, data = _answer.decode(message)
    if fine:
        return CALLS[method].result(data)
    name, text = _failure.decode(data)
    if name == FrameTooLarge.__name__:
        raise FrameTooLarge(text)
    raise _BY_NAME.get(name, StoreError)(text)


_TRAVELLING: tuple[type[WaresError], ...] = (
    errors.QueryError,
    errors.SetupError,
    errors.ModelUnavailable,
    errors.StoreError,
    errors.ShopBusy,
)
_BY_NAME = {kind.__name__: kind for kind in _TRAVELLING}
