"""One index, several processes: the same answers everywhere, whoever holds the engine and whoever is killed."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from wares.errors import QueryError, ShopBusy, StoreError
from wares.index import remote, serving, shared, wire
from wares.index.base import Channel, Index, Match, Point, VectorSpec
from wares.index.edge import EdgeIndex
from wares.index.locks import Lock
from wares.index.remote import RemoteIndex
from wares.index.serving import Server
from wares.index.shared import SharedIndex, open_shared
from wares.records import AllOf, Compare, Sparse

VECTORS = (VectorSpec("text", 8), VectorSpec("image", 4, multi=True))

#: What a process does to open the index of the folder in its first argument; ``point(n)`` makes one.
PREAMBLE = """
import sys, time
from pathlib import Path
import numpy as np
from wares.index.base import Channel, Match, Point
from wares.index.edge import EdgeIndex
from wares.index.shared import open_shared
from wares.records import Sparse
folder = Path(sys.argv[1])
def say(*words):
    print(*words, flush=True)
def point(number):
    rng = np.random.default_rng(number)
    text = rng.normal(size=(1, 8)).astype("f4")
    image = rng.normal(size=(2, 4)).astype("f4")
    return Point(number=number, vectors={"text": text / np.linalg.norm(text), "image": image},
                 words=Sparse((1, 2 + number % 3), (0.5, 0.25)), fields={"brand": "Adidas"},
                 offers=[{"price": float(number)}])
CHANNELS = [Channel("text", point(7).vectors["text"][0], 5), Channel("words", Sparse((1,), (1.0,)), 5)]
index = open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
"""

#: Asks without end, and tells so twenty times a second; any error ends the process with a message on its output.
ASKING = """
say("go")
told = 0.0
while True:
    found = index.query(CHANNELS)
    assert 7 in found.numbers and index.count(Match()) >= 60
    if time.monotonic() > told + 0.05:
        say("answered", index.owned)
        told = time.monotonic()
"""


#: Writes points, telling the number of each when it is acknowledged.
WRITING = """
say("go")
for number in range(1000, 1100):
    index.upsert([point(number)])
    say(number)
input()
"""


def point(number: int) -> Point:
    rng = np.random.default_rng(number)
    text = rng.normal(size=(1, 8)).astype(np.float32)
    return Point(
        number=number,
        vectors={"text": text / np.linalg.norm(text), "image": rng.normal(size=(2, 4)).astype(np.float32)},
        words=Sparse((1, 2 + number % 3), (0.5, 0.25)),
        fields={"brand": "Adidas"},
        offers=[{"price": float(number)}],
    )


CHANNELS = [Channel("text", point(7).vectors["text"][0], 5), Channel("words", Sparse((1,), (1.0,)), 5)]


@pytest.fixture
def folder(quick_folder: Path) -> Path:
    """A version's folder with an engine of 60 points."""
    index = EdgeIndex.create(quick_folder / "engine", VECTORS)
    index.upsert([point(number) for number in range(60)])
    index.flush()
    index.close()
    return quick_folder


@contextmanager
def opened(folder: Path) -> Iterator[SharedIndex]:
    index = open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
    try:
        yield index
    finally:
        index.close()


QUESTIONS: list[Callable[[Index], object]] = [
    lambda index: len(index),
    lambda index: index.fields(),
    lambda index: index.count(Match(where=AllOf((Compare("brand", "=", "adidas"), Compare("price", "<", 9.5))))),
    lambda index: index.count(Match(terms=(2, 99), numbers=tuple(range(30)), without=(0, 3))),
    lambda index: index.facet(Match(), "brand"),
    lambda index: index.facet(Match(), "brand", limit=1),
    lambda index: index.bounds(Match(), "price"),
    lambda index: index.bounds(Match(terms=(99,)), "price"),
    lambda index: index.ordered(Match(), "price", descending=True, limit=3, offset=1),
    lambda index: index.ordered(Match(), "", descending=False, limit=4),
    lambda index: {number: rows.tolist() for number, rows in index.rows([1, 2, 999], "image").items()},
    lambda index: sorted(index.query(CHANNELS).numbers),
    lambda index: sorted(index.query(CHANNELS, where=Compare("price", ">", 30), without=[31]).numbers),
]


def test_the_first_holds_the_engine_and_the_others_get_the_same_answers(folder: Path) -> None:
    with opened(folder) as first, opened(folder) as second:
        assert (first.owned, second.owned) == (True, False)
        assert first.vectors == second.vectors == VECTORS
        for ask in QUESTIONS:
            assert ask(first) == ask(second)
        ours, theirs = first.query(CHANNELS), second.query(CHANNELS)
        order = [theirs.numbers.index(number) for number in ours.numbers]
        np.testing.assert_array_equal(ours.scores, theirs.scores[order])
        np.testing.assert_array_equal(ours.brought, theirs.brought[order])


def test_what_one_writes_all_see(folder: Path) -> None:
    with opened(folder) as first, opened(folder) as second:
        second.upsert([point(number) for number in range(100, 400)])
        second.delete(range(10))
        second.flush()
        assert len(first) == len(second) == 350
        first.upsert([])
        second.upsert([])
        first.delete([100])
        assert len(second) == 349


def test_errors_of_the_engine_reach_whoever_asked(folder: Path) -> None:
    with opened(folder) as first, opened(folder) as second:
        for index in (first, second):
            with pytest.raises(QueryError, match="nope"):
                index.query([Channel("nope", np.zeros(8, dtype=np.float32), 5)])
        assert len(second) == 60


def test_pieces_of_long_lists_fit_into_frames(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(folder) as first, opened(folder) as second:
        monkeypatch.setattr(wire, "MAX_FRAME", 2_000)
        second.upsert([point(number) for number in range(100, 200)])
        second.delete(list(range(1_000, 3_000)))
        assert len(first) == 160
        assert len(second.rows(list(range(100, 200)), "image")) == 100
        with pytest.raises(QueryError, match="ask for less"):
            second.count(Match(numbers=tuple(range(10_000))))
        large = msgspec.structs.replace(point(1), fields={"brand": "x" * 3_000})
        with pytest.raises(StoreError, match="one product is too large"):
            second.upsert([large])
        assert len(second) == 160


def test_when_the_holder_closes_another_takes_over(folder: Path) -> None:
    with opened(folder) as second_last:
        with opened(folder) as last:
            assert len(last) == 60
        assert second_last.owned
    with opened(folder) as first, opened(folder) as second, opened(folder) as third:
        first.close()
        assert len(second) == len(third) == 60
        assert [second.owned, third.owned] == [True, False]
        with pytest.raises(StoreError, match="closed"):
            len(first)


@pytest.mark.parametrize("turn", range(4))
def test_closing_lets_calls_in_flight_be_answered(folder: Path, turn: int) -> None:
    failures: list[BaseException] = []
    with opened(folder) as first, opened(folder) as second:

        def ask() -> None:
            try:
                while not second.owned:
                    assert 7 in second.query(CHANNELS).numbers
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.01 * turn)
        first.close()
        for thread in threads:
            thread.join()
    assert failures == []


def test_threads_share_one_remote_index(folder: Path) -> None:
    with opened(folder), opened(folder) as second:
        failures: list[BaseException] = []

        def work(part: int) -> None:
            try:
                for turn in range(20):
                    number = 1_000 * part + turn
                    second.upsert([point(number)])
                    assert second.rows([number], "text")[number].shape == (1, 8)
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(part,)) for part in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(second) == 60 + 120


# -- processes ----------------------------------------------------------------------------------------------------


def test_the_holder_is_killed_while_two_others_ask(folder: Path, start: Callable[..., Any]) -> None:
    holder = start(folder, PREAMBLE + "assert index.owned; say('go'); input()")
    askers = [start(folder, PREAMBLE + ASKING) for _ in range(2)]
    assert [asker.line() for asker in askers] == ["answered False"] * 2
    holder.kill()
    deadline = time.monotonic() + 60
    heirs = [False, False]
    while not any(heirs):
        assert time.monotonic() < deadline
        said = [asker.line() for asker in askers]
        assert set(said) <= {"answered False", "answered True"}, said
        heirs = [line.endswith("True") for line in said]
    assert heirs.count(True) == 1
    askers[heirs.index(True)].kill()
    last = askers[heirs.index(False)]
    while (said_last := last.line()) != "answered True":
        assert said_last == "answered False"
    last.kill()
    with opened(folder) as index:
        assert index.owned and len(index) == 60


def test_no_acknowledged_point_is_lost_when_the_holder_is_killed_while_another_writes(
    folder: Path, start: Callable[..., Any]
) -> None:
    holder = start(folder, PREAMBLE + "assert index.owned; say('go'); input()")
    writer = start(folder, PREAMBLE + WRITING)
    for _ in range(20):
        acknowledged = int(writer.line())
    holder.kill()
    while acknowledged < 1099:
        acknowledged = int(writer.line())
    with opened(folder) as index:
        assert not index.owned
        assert index.count(Match(numbers=tuple(range(1000, 1100)))) == 100
        writer.kill()
        assert index.count(Match(numbers=tuple(range(1000, 1100)))) == 100
        assert index.owned


def test_a_process_that_ends_without_closing_closes_all_the_same(folder: Path, start: Callable[..., Any]) -> None:
    holder = start(folder, PREAMBLE + "say('go'); input()")
    with opened(folder) as index:
        assert not index.owned
        holder.finish()
        assert len(index) == 60
        assert index.owned
    assert not (folder / "owner.json").exists()


def test_a_forked_child_must_open_the_index_itself(folder: Path, start: Callable[..., Any]) -> None:
    process = start(
        folder,
        PREAMBLE + "import os\n"
        "from wares.errors import StoreError\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: len(index)\n"
        "    except StoreError as refused: say('go'); index.close(); os._exit(0)\n"
        "    os._exit(1)\n"
        "say(os.waitpid(child, 0)[1], len(index))\n"
        "input()",
    )
    assert process.line() == "0 60"
    with opened(folder) as index:
        assert not index.owned  # the child's end has let nothing go
    process.finish()


# -- the socket ---------------------------------------------------------------------------------------------------


def test_the_socket_is_in_a_private_folder(folder: Path) -> None:
    with opened(folder):
        assert stat.S_IMODE((folder / "socket").stat().st_mode) == 0o700
        assert stat.S_ISSOCK((folder / "socket" / "s").stat().st_mode)
    assert not (folder / "socket" / "s").exists()


def test_a_folder_too_deep_for_a_socket_address_is_shared_through_a_temporary_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        deep = folder / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        (folder / "engine").rename(deep / "engine")
        with opened(deep) as first, opened(deep) as second:
            (made,) = Path(runtime).iterdir()
            assert stat.S_IMODE(made.stat().st_mode) == 0o700
            assert (first.owned, second.owned) == (True, False)
            assert len(second) == 60
        assert list(Path(runtime).iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
def test_another_user_is_refused(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name, opened(folder) as index:
        place = Path(name)
        server = Server(index, place)
        for path, mode in [(place, 0o755), (place / "socket", 0o755), (server.address, 0o777)]:
            path.chmod(mode)
        script = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(999))"
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
        command = [python, "-I", "-S", "-c", script, str(server.address)]
        try:
            stranger = subprocess.run(command, user=65534, capture_output=True, text=True, timeout=60, cwd="/")
        except PermissionError:
            pytest.skip("the interpreter may not be run by other users here")
        finally:
            server.close()
        assert "belongs to another user" in stranger.stdout, stranger.stderr


def test_nonsense_from_a_client_disturbs_nobody(folder: Path) -> None:
    with opened(folder), opened(folder) as second:
        for nonsense in (b"\xff\xff\xff\xff", b"\x00\x00\x00\x02\xc1\xc1", b"GET / HTTP/1.1\r\n\r\n", b""):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(20)
                client.connect(str(folder / "socket" / "s"))
                assert msgspec.msgpack.decode(wire.receive(client), type=wire.Hello).protocol == wire.PROTOCOL
                client.sendall(nonsense)
        assert len(second) == 60


def test_connections_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 2)
    with opened(folder), opened(folder) as second, opened(folder) as third:
        assert len(second) == len(third) == 60
        with pytest.raises(ShopBusy, match="2 connections are open already"):
            RemoteIndex(folder / "socket" / "s")
        third.close()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                RemoteIndex(folder / "socket" / "s").close()
                return
            except ShopBusy:
                time.sleep(0.01)
        raise AssertionError("the place of the one that left was not given to another")


@contextmanager
def posing(folder: Path, hello: wire.Hello | None) -> Iterator[Path]:
    """A socket at which somebody says hello, or nothing, and never answers."""
    address = folder / "pose"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        taken: list[socket.socket] = []

        def serve() -> None:
            try:
                taken.append(listener.accept()[0])
                if hello is not None:
                    wire.send(taken[0], wire.encode(hello))
            except OSError:
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield address
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


def test_another_release_is_told_apart(tmp_path: Path) -> None:
    expected = rf"process 12.*another release of wares \(protocol {wire.PROTOCOL + 1}, here {wire.PROTOCOL}\)"
    posed = posing(tmp_path, wire.Hello(protocol=wire.PROTOCOL + 1))
    with posed as address, pytest.raises(ShopBusy, match=expected):
        RemoteIndex(address, "process 12")


def test_a_holder_that_is_stopped_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ANSWER_TIMEOUT_S", 0.2)
    with posing(tmp_path, None) as address, pytest.raises(ShopBusy, match="has not answered for 0 s; stop it"):
        RemoteIndex(address)
    (tmp_path / "pose").unlink()
    with posing(tmp_path, wire.Hello(protocol=wire.PROTOCOL)) as address:
        index = RemoteIndex(address)
        with pytest.raises(ShopBusy, match="has not answered"):
            len(index)
        index.close()


def test_a_holder_that_neither_serves_nor_lets_go_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "PATIENCE_S", 0.2)
    lock = Lock(folder / "owner.lock")
    assert lock.take()
    with pytest.raises(ShopBusy, match=r"is held by another process, which does not answer"):
        open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
    lock.release()
    with opened(folder) as index:
        assert index.owned


def test_an_engine_that_cannot_be_opened_leaves_the_place_free(folder: Path) -> None:
    with pytest.raises(StoreError):
        open_shared(folder, lambda: EdgeIndex.open(folder / "nothing"))
    with opened(folder) as index:
        assert index.owned


def test_a_folder_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        open_shared(tmp_path / "000003", lambda: EdgeIndex.open(tmp_path / "000003" / "engine"))
    assert not (tmp_path / "000003").exists()
