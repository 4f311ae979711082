"""Small files are whole or not there, whatever hinders the writing."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wares.errors import StoreError
from wares.index import atomic


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    for data in (b"first", b"", b"third" * 10_000):
        atomic.write(tmp_path / "file", data)
        assert (tmp_path / "file").read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_readers_never_see_a_half(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([letter]) * 100_000 for letter in b"ab"]
    atomic.write(path, contents[0])
    threads = [threading.Thread(target=lambda c=c: [atomic.write(path, c) for _ in range(20)]) for c in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert path.read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_is_reported_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*file: Is a directory"):
        atomic.write(tmp_path / "file", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(StoreError, match="No such file or directory"):
        atomic.write(tmp_path / "gone" / "file", b"data")


def test_where_there_is_no_room_the_old_content_stays(tmp_path: Path, start: Callable[..., Any]) -> None:
    atomic.write(tmp_path / "file", b"old")
    writer = start(
        tmp_path,
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from wares.errors import StoreError\n"
        "from wares.index import atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: atomic.write(Path(sys.argv[1]) / 'file', bytes(5000))\n"
        "except StoreError as refused: print('go'); print(refused)\n",
    )
    assert "cannot write" in writer.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"
