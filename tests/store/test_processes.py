"""Several processes and threads at once, and one that is killed."""

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

from wares.store.entries import Entry
from wares.store.store import Store

Make = Callable[..., Entry]

WRITER = """
    import sys
    import numpy as np
    from wares.records import Product
    from wares.store.entries import Entry, StoredMedia
    from wares.store.store import Store

    store = Store.open(sys.argv[1], wait_s=30)
    for n in range(int(sys.argv[3])):
        ids = [f"{sys.argv[2]}-{n}-{i}" for i in range(10)]
        store.put([
            Entry(
                product=Product(id=id, title=id),
                hash=id.encode(),
                media=(StoredMedia(position=0, key=id, modality="image"),),
                features={(id, "tower"): np.ones(4, np.float32)},
            )
            for id in ids
        ])
        print(n, flush=True)
    """

READER = """
    import sys, time
    from wares.store.store import Store

    store = Store.open(sys.argv[1], read_only=True)
    seen = last = 0
    while seen < int(sys.argv[2]):
        changes = store.changes(last, limit=10_000)
        assert len(changes) % 10 == 0, "a batch is seen whole or not at all"
        assert [c.change for c in changes] == list(range(last + 1, last + 1 + len(changes))), "no change is skipped"
        numbers = [change.number for change in changes]
        assert len(store.products(numbers)) == len(store.media(numbers)) == len(numbers)
        seen += len(changes)
        last += len(changes)
        time.sleep(0.005)
    print("saw", seen)
    """


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path):
    acknowledged = 10
    path = tmp_path / "shop.db"
    Store.create(path).close()
    writer = child(WRITER, path, "w", 100_000)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= acknowledged:
            break
    time.sleep(0.01)  # into the midst of a later batch
    writer.kill()
    said = [int(line) for line in writer.communicate()[0].split()]
    last = max([acknowledged, *said])
    with Store.open(path) as store:
        batches = {tuple(row.product.id.split("-")[:2]) for batch in store.scan() for row in batch}
        assert {("w", str(n)) for n in range(last + 1)} <= batches
        assert len(store) == 10 * len(batches) == store.last_change(), "a batch is there whole or not at all"
        ids = [f"w-{n}-{i}" for n in range(len(batches)) for i in range(10)]
        assert store.missing(ids, "tower") == set()
        store.put([Entry(product=store.get(["w-0-0"])["w-0-0"][1], hash=b"")])


def test_a_reader_in_another_process_sees_whole_batches_while_two_write(tmp_path: Path, entry: Make):
    path = tmp_path / "shop.db"
    with Store.create(path, wait_s=30) as store:
        others = [child(WRITER, path, "a", 10), child(READER, path, 200)]
        for n in range(10):
            ids = [f"b-{n}-{i}" for i in range(10)]
            store.put([entry(id, keys=(id,)) for id in ids])
            time.sleep(0.02)
        for process in others:
            out, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
        assert out == "saw 200\n"
        assert len(store) == 200


def test_threads_share_a_store(store: Store, entry: Make):
    faults: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as fault:
                faults.append(fault)

        return run

    def write(name: str) -> Callable[[], None]:
        return lambda: [store.put([entry(f"{name}{n}-{i}") for i in range(5)]) for n in range(10)] and None

    def read() -> None:
        while len(store) < 150:
            changes = store.changes(0)
            assert len(store.products([change.number for change in changes])) == len(changes)

    threads = [threading.Thread(target=guarded(work)) for work in (write("a"), write("b"), write("c"), read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    assert len(store) == store.last_change() == 150
