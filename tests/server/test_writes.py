"""The writing thread: what waits is written together, and each gets what became of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest

import wares
from wares.errors import CatalogueError, ShopBusy
from wares.records import Product
from wares.server import writes as module
from wares.server.errors import NotNow
from wares.server.writes import Writes, Written
from wares.shop import Shop


def thing(id: str, title: str = "Thing") -> Product:
    return Product(id=id, title=title)


def put(product: Product) -> Callable[[Product | None], Product | None]:
    return lambda present: product


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    with wares.open(folder) as opened:
        yield opened


@pytest.fixture
def writes(shop: Shop) -> Iterator[Writes]:
    made = Writes(shop)
    yield made
    made.close()


def held(writes: Writes) -> Callable[[], None]:
    """Keeps the writing thread waiting until what is returned is called."""
    begun, go = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(30)

    writes.turn(work)
    begun.wait(30)
    return go.set


def outcomes(futures: list[Future[Written]]) -> list[str]:
    return [future.result(60).outcome for future in futures]


def test_what_waits_is_written_together(shop: Shop, writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    add = Shop.add

    def counted(self: Shop, catalogue: Any, **how: Any) -> Any:
        report = add(self, catalogue, **how)
        sizes.append(report.added + report.changed + report.unchanged)
        return report

    monkeypatch.setattr(Shop, "add", counted)
    go = held(writes)
    futures = [writes.change(f"p{n}", put(thing(f"p{n}"))) for n in range(100)]
    go()
    assert outcomes(futures) == ["added"] * 100
    assert sizes == [64, 36]
    assert len(shop) == 112


def test_changes_of_one_product_are_made_one_after_the_other(shop: Shop, writes: Writes) -> None:
    seen: list[str] = []

    def longer(present: Product | None) -> Product:
        title = present.title if present else ""
        seen.append(title)
        return thing("p", title + "x")

    go = held(writes)
    futures = [
        *(writes.change("p", longer) for _ in range(3)),
        writes.change("p", lambda present: None),
        writes.change("p", longer),
    ]
    go()
    assert outcomes(futures) == ["added", "changed", "changed", "removed", "added"]
    assert seen == ["", "x", "xx", ""]
    assert shop.get("p").title == "x"


def test_one_that_is_refused_or_cannot_be_stored_fails_alone(shop: Shop, writes: Writes) -> None:
    def refused(present: Product | None) -> Product:
        raise CatalogueError("not like this")

    go = held(writes)
    good, bad, odd, last = (
        writes.change("a", put(thing("a"))),
        writes.change("b", refused),
        writes.change("c", put(Product(id="c", title="Thing", rating=float("nan")))),
        writes.change("d", put(thing("d"))),
    )
    go()
    assert outcomes([good, last]) == ["added", "added"]
    with pytest.raises(CatalogueError, match="not like this"):
        bad.result(60)
    with pytest.raises(CatalogueError, match="not a finite number"):
        odd.result(60)
    assert set(shop.find("abcd")) == {"a", "d"}


def test_a_failure_that_nobody_foresaw_stops_no_later_write(writes: Writes) -> None:
    def broken(present: Product | None) -> Product:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        writes.change("a", broken).result(60)
    with pytest.raises(ZeroDivisionError):
        writes.turn(lambda: 1 // 0).result(60)
    assert writes.change("a", put(thing("a"))).result(60).outcome == "added"


def test_what_is_wrong_with_media_is_told_to_who_put_them(writes: Writes) -> None:
    lost = wares.Product(id="lost", title="Lost", media=(wares.Media("http://127.0.0.1:9/x.png"),))
    go = held(writes)
    futures = [writes.change("lost", put(lost)), writes.change("a", put(thing("a")))]
    go()
    first, second = (future.result(60) for future in futures)
    assert len(first.warnings) == 1
    assert second.warnings == ()


HOLDER = """
import sys, time
from pathlib import Path
from wares.index.locks import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_another_process_that_writes_is_waited_for(writes: Writes, folder: Path) -> None:
    other = [sys.executable, "-c", HOLDER, str(folder), "1.0"]
    with subprocess.Popen(other, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        began = time.monotonic()
        assert writes.change("a", put(thing("a"))).result(60).outcome == "added"
    assert time.monotonic() - began > 0.5


def test_who_waits_too_long_for_another_process_is_told(
    writes: Writes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.2)
    other = [sys.executable, "-c", HOLDER, str(folder), "60"]
    with subprocess.Popen(other, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(ShopBusy):
            writes.change("a", put(thing("a"))).result(60)
        holder.kill()
    assert writes.change("a", put(thing("a"))).result(60).outcome == "added"


def test_at_the_end_what_was_begun_is_finished_and_the_rest_is_told_so(shop: Shop) -> None:
    writes = Writes(shop)
    begun, go = threading.Event(), threading.Event()

    def slow(present: Product | None) -> Product:
        begun.set()
        go.wait(30)
        return thing("a")

    first = writes.change("a", slow)
    begun.wait(30)
    second = writes.change("b", put(thing("b")))
    closing = threading.Thread(target=writes.close)
    closing.start()
    with pytest.raises(NotNow):
        second.result(60)
    go.set()
    closing.join(60)
    assert first.result(0).outcome == "added"
    assert set(shop.find("ab")) == {"a"}
    with pytest.raises(NotNow):
        writes.change("c", put(thing("c")))


def test_no_more_wait_than_there_is_room_for(writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    go = held(writes)
    futures = [writes.change(name, put(thing(name))) for name in "ab"]
    with pytest.raises(NotNow):
        writes.change("c", put(thing("c")))
    go()
    wait(futures, 60)
    assert outcomes(futures) == ["added", "added"]


def test_what_nobody_waits_for_any_more_is_not_written(shop: Shop, writes: Writes) -> None:
    go = held(writes)
    given_up, wanted = (writes.change(name, put(thing(name))) for name in "ab")
    assert given_up.cancel()
    go()
    assert wanted.result(60).outcome == "added"
    assert set(shop.find("ab")) == {"b"}


def test_a_new_index_is_asked_for_when_it_is_due(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "rebuild_is_due", lambda self: True)
    asked: list[int] = []
    writes = Writes(shop, due=lambda: asked.append(1))
    writes.change("a", put(thing("a"))).result(60)
    writes.close()
    assert asked == [1]
