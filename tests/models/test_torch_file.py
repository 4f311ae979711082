from __future__ import annotations

import contextlib
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import ModelUnavailable
from wares.models import torch_file

HEAD = [0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}]


def op(value):
    """The opcodes that push a plain value, without the frame of a whole pickle."""
    return pickle.dumps(value, 2)[2:-1]


def tensor(key, offset, shape, strides, kind=b"torch\nFloatStorage", call=b"torch._utils\n_rebuild_tensor_v2"):
    """The opcodes of one tensor, as PyTorch writes them."""
    storage = b"(" + op("storage") + b"c" + kind + b"\n" + op(key) + op("cpu") + op(99) + b"NtQ"
    rest = op(offset) + op(shape) + op(strides) + b"\x89" + b"ccollections\nOrderedDict\n)R"
    return b"c" + call + b"\n(" + storage + rest + b"tR"


def legacy(tensors, storages, head=HEAD):
    """A legacy .pth file out of opcodes by name and arrays by key."""
    body = b"\x80\x02ccollections\nOrderedDict\n)R("
    body += b"".join(op(name) + opcodes for name, opcodes in tensors.items()) + b"u."
    parts = [*(pickle.dumps(item, 2) for item in head), body, pickle.dumps(list(storages), 2)]
    return b"".join(parts) + b"".join(struct.pack("<q", array.size) + array.tobytes() for array in storages.values())


NUMBERS = np.arange(12, dtype="<f4")
GOOD = legacy({"w": tensor("k", 0, (3, 4), (4, 1))}, {"k": NUMBERS})


@pytest.fixture
def read(tmp_path):
    def read(data):
        (tmp_path / "model.pth").write_bytes(data)
        return torch_file.read(tmp_path / "model.pth")

    return read


def test_tensors_come_out_by_name_with_their_shapes_and_strides(read):
    tensors = {
        "plain": tensor("k", 0, (3, 4), (4, 1)),
        "turned": tensor("k", 0, (4, 3), (1, 4)),
        "part": tensor("k", 5, (2,), (3,)),
        "count": tensor("n", 0, (), (), kind=b"torch\nLongStorage"),
    }
    found = read(legacy(tensors, {"n": np.array([7], "<i8"), "k": NUMBERS}))
    assert list(found) == list(tensors)
    np.testing.assert_array_equal(found["plain"], NUMBERS.reshape(3, 4))
    np.testing.assert_array_equal(found["turned"], NUMBERS.reshape(3, 4).T)
    np.testing.assert_array_equal(found["part"], [5, 8])
    assert found["count"] == 7
    assert found["turned"].flags.c_contiguous


@pytest.mark.parametrize(
    "call", [b"os\nsystem", b"builtins\neval", b"builtins\ngetattr", b"torch\nload", b"collections\nCounter"]
)
def test_a_file_that_names_anything_but_tensors_is_refused_and_not_run(read, tmp_path, call):
    sign = tmp_path / "run"
    evil = b"c" + call + b"\n(" + op(f"touch {sign}") + b"tR"
    for data in (
        legacy({"w": evil}, {}),
        b"\x80\x02" + evil + b".",
        legacy({"w": tensor("k", 0, (3,), (1,), kind=call)}, {"k": NUMBERS}),
        legacy({"w": tensor("k", 0, (3,), (1,), call=call)}, {"k": NUMBERS}),
    ):
        with pytest.raises(ModelUnavailable, match="only tensors are read"):
            read(data)
    assert not sign.exists()


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (13,), (1,)),
        (10, (3,), (1,)),
        (-1, (3,), (1,)),
        (0, (3,), (-1,)),
        (0, (3, 4), (5, 1)),
        (0, (0,), (1,)),
        (0, (2, 2), (1,)),
        (0, (2**62,), (2**62,)),
        ("0", (3,), (1,)),
    ],
)
def test_a_tensor_that_reaches_outside_its_storage_is_refused(read, offset, shape, strides):
    with pytest.raises(ModelUnavailable, match="not readable as weights"):
        read(legacy({"w": tensor("k", offset, shape, strides)}, {"k": NUMBERS}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 a file of the newer format",
        pickle.dumps(HEAD[0], 2),
        legacy({}, {}, [1, 2, 3]),
        legacy({}, {}, [*HEAD[:2], {"little_endian": False}]),
        legacy({"w": tensor("missing", 0, (3,), (1,))}, {"k": NUMBERS}),
        GOOD[:-1],
    ],
)
def test_what_is_no_such_file_is_refused(read, data):
    with pytest.raises(ModelUnavailable, match=r"model\.pth: not readable as weights"):
        read(data)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, len(GOOD)),
)
def test_damage_anywhere_gives_tensors_or_the_error(tmp_path_factory, changes, length):
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "damaged.pth"
    for damaged in (data, data[:length]):
        path.write_bytes(damaged)
        with contextlib.suppress(ModelUnavailable):
            assert all(isinstance(array, np.ndarray) for array in torch_file.read(path).values())
