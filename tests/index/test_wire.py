"""The wire between processes: what goes in comes out, and nothing else gets in."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from wares.errors import CatalogueError, MissingExtra, ModelUnavailable, QueryError, SetupError, ShopBusy, StoreError
from wares.index import wire
from wares.index.base import Candidates, Channel, Match, Point
from wares.records import AllOf, Compare, In, Not, Sparse, Under

SHAPES = arrays.array_shapes(max_dims=2, min_side=0, max_side=5)
MATRICES = st.sampled_from(["<f4", "<f8", "<i8", "|b1"]).flatmap(lambda kind: arrays.arrays(kind, SHAPES))


def travelled(method: str, **arguments: Any) -> dict[str, Any]:
    question = wire.read_question(bytearray(wire.encode((method, arguments))))
    assert question.method == method
    return question.arguments


@given(MATRICES)
def test_arrays_travel_as_they_are(array: Any) -> None:
    (back,) = travelled("query", channels=[Channel("v", array, 5)], where=None, without=(), texts=None)["channels"]
    assert back.vector.dtype == array.dtype
    np.testing.assert_array_equal(back.vector, array)
    assert back.vector.flags.writeable and back.vector.flags.aligned


def test_arrays_of_other_layouts_travel_by_value() -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2].T
    (back,) = travelled("query", channels=[Channel("v", array, 5)], where=None, without=(), texts=None)["channels"]
    np.testing.assert_array_equal(back.vector, array)


@pytest.mark.parametrize("array", [np.array([object()]), np.array(["text"]), np.zeros(3, dtype=np.complex128)])
def test_arrays_of_other_kinds_do_not_travel(array: Any) -> None:
    with pytest.raises(TypeError, match="do not travel"):
        wire.encode(array)


def test_questions_keep_their_records() -> None:
    where = AllOf((In("brand", ("a", True, 2.5)), Not(Under(("shoes", "running"))), Compare("price", "<", 50.0)))
    match = Match(where=where, terms=(1, 2**32 - 1), numbers=None, without=(3,))
    assert travelled("facet", match=match, field="颜色", limit=7) == {"match": match, "field": "颜色", "limit": 7}
    words = Channel("words", Sparse((1, 2), (0.5, 0.25)), 9)
    assert travelled("query", channels=[words], where=where, without=[4], texts=(((1,),),)) == {
        "channels": (words,),
        "where": where,
        "without": (4,),
        "texts": (((1,),),),
    }


def test_points_keep_their_values() -> None:
    point = Point(
        number=7,
        vectors={"image": np.ones((2, 3), dtype=np.float32)},
        words=Sparse((5,), (0.5,)),
        fields={"brand": "Ä", "sizes": ["s", "m"], "rating": np.float32(4.5), "new": True},
        offers=({"price": 12.5}, {}),
    )
    (back,) = travelled("upsert", points=[point])["points"]
    np.testing.assert_array_equal(back.vectors["image"], point.vectors["image"])
    assert (back.number, back.words, back.offers) == (7, point.words, [{"price": 12.5}, {}])
    assert back.fields == {"brand": "Ä", "sizes": ["s", "m"], "rating": 4.5, "new": True}


def test_numbers_of_numpy_travel_as_numbers() -> None:
    assert travelled("delete", numbers=[1, np.int64(2), np.int64(3)])["numbers"] == (1, 2, 3)


def test_results_come_back_as_records() -> None:
    found = Candidates((3, 1), np.array([[0.5, np.nan], [0.25, 1]], dtype=np.float32), np.eye(2, dtype=bool))
    back = wire.read_answer("query", bytearray(wire.encode((True, found))))
    assert isinstance(back, Candidates) and back.numbers == (3, 1)
    np.testing.assert_array_equal(back.scores, found.scores)
    np.testing.assert_array_equal(back.brought, found.brought)
    rows = {5: np.ones((2, 3), dtype=np.float32)}
    assert list(wire.read_answer("rows", bytearray(wire.encode((True, rows))))) == [5]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (QueryError("no field x"), QueryError),
        (StoreError("disk full"), StoreError),
        (ShopBusy("later"), ShopBusy),
        (ModelUnavailable("no weights"), ModelUnavailable),
        (MissingExtra("x", "hub"), SetupError),
        (CatalogueError("odd row"), StoreError),
        (ZeroDivisionError("by zero"), StoreError),
        (wire.FrameTooLarge("big"), wire.FrameTooLarge),
    ],
)
def test_errors_travel_by_class_and_message(raised: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught:
        wire.read_answer("count", bytearray(wire.write_failure(raised)))
    assert type(caught.value) is expected
    assert str(raised) in str(caught.value)


BAD_ARRAYS = [
    b"",
    b"f",
    b"O\x01" + struct.pack(">I", 1) + b"12345678",  # objects
    b"f\x03" + struct.pack(">3I", 1, 1, 1) + b"1234",  # too many dimensions
    b"f\x02" + struct.pack(">I", 1),  # shape cut off
    b"f\x02" + struct.pack(">2I", 2**32 - 1, 2**32 - 1) + b"1234",  # a shape that does not fit
    b"f\x01" + struct.pack(">I", 2) + b"1234",
]


@pytest.mark.parametrize("data", BAD_ARRAYS)
def test_malformed_arrays_are_refused(data: bytes) -> None:
    channel = {"name": "v", "vector": msgspec.msgpack.Ext(1, data), "limit": 5}
    arguments = {"channels": [channel], "where": None, "without": [], "texts": None}
    with pytest.raises((msgspec.MsgspecError, ValueError)):
        wire.read_question(bytearray(msgspec.msgpack.encode(("query", arguments))))


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("close", {}),
        ("__class__", {}),
        ("count", {}),
        ("count", {"match": {}, "also": 1}),
        ("count", {"match": {"where": {"type": "other"}}}),
        ("query", {"channels": [{"name": "v", "vector": {"indices": ["a"], "values": []}, "limit": 1}]}),
        ("upsert", {"points": [{"number": 1, "vectors": {"v": [1]}, "words": {"indices": [], "values": []},
                                "fields": {}, "offers": []}]}),
    ],
)  # fmt: skip
def test_calls_that_an_index_does_not_have_are_refused(method: str, arguments: dict[str, Any]) -> None:
    with pytest.raises((msgspec.MsgspecError, KeyError)):
        wire.read_question(bytearray(msgspec.msgpack.encode((method, arguments))))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_call_or_refused(data: bytes) -> None:
    with suppress(msgspec.MsgspecError, ValueError, KeyError):
        wire.read_question(bytearray(data))


def test_frames_arrive_whole_however_they_are_cut() -> None:
    left, right = socket.socketpair()
    with left, right:
        messages = [b"", b"x", bytes(300_000)]
        sender = threading.Thread(target=lambda: [wire.send(left, message) for message in messages])
        sender.start()
        assert [bytes(wire.receive(right)) for _ in messages] == messages
        sender.join()
        left.sendall(b"\x00\x00\x00\x09abc")
        left.shutdown(socket.SHUT_WR)
        with pytest.raises(EOFError, match="gone"):
            wire.receive(right)


def test_frames_over_the_limit_are_neither_sent_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_FRAME", 100)
    left, right = socket.socketpair()
    with left, right:
        with pytest.raises(wire.FrameTooLarge, match="101 bytes"):
            wire.send(left, bytes(101))
        left.sendall(struct.pack(">I", 101))
        with pytest.raises(EOFError, match="a frame of 101 bytes"):
            wire.receive(right)
