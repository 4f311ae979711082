"""Others write while a version of the index is built, and what it answers is as if it had been built after them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from wares.errors import ShopBusy, StoreError
from wares.records import Product
from wares.reports import Progress
from wares.settings import BARE, Environment
from wares.shop import Shop

#: In a process of its own: adds and removes, and says how long each took.
OTHER = """
import json, sys, time
from pathlib import Path
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])
with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    started = time.monotonic()
    shop.add([Product(id="theirs", title="Their kettle")])
    added = time.monotonic()
    shop.remove(["n1"])
    print(json.dumps([added - started, time.monotonic() - added]), flush=True)
"""

#: In a process of its own: rebuilds, and says when the new version is being built.
REBUILDER = """
import sys
from pathlib import Path
from wares.settings import Environment
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])
with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    shop.rebuild(lambda progress: print(progress.stage, flush=True))
    print("done", flush=True)
"""


def run(script: str, path: Path, environment: Environment) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, str(path), str(environment.cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """With some hundred products more than the nine."""
    shop.add(Product(id=f"n{number}", title=f"Kettle number{number}", brand="Acme") for number in range(400))
    return shop


class Pause:
    """A listener that stops the child of a rebuild when it comes to a stage, until :meth:`go`."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self.reached, self._gone_on = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> None:
        if progress.stage == self._stage and not self.reached.is_set():
            children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
            for child in children:
                os.kill(int(child), signal.SIGSTOP)
            self.reached.set()
            self._gone_on.wait(60)
            for child in children:
                os.kill(int(child), signal.SIGCONT)

    def go(self) -> None:
        self._gone_on.set()


@contextmanager
def rebuilding(shop: Shop, stage: str = "linking neighbours") -> Iterator[Callable[[], object]]:
    """A rebuild that has come to a stage; the call lets it go on and waits for its end."""
    pause = Pause(stage)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shop.rebuild, pause)
        try:
            assert pause.reached.wait(60), running.exception(0)

            def end() -> object:
                pause.go()
                return running.result(60)

            yield end
        finally:
            pause.go()


def everything(shop: Shop) -> list[tuple[str, float]]:
    answers = [shop.search(text, k=1000, parse=False).hits for text in ("kettle", "red shirt", "theirs", "mine")]
    return [(hit.id, round(hit.score, 6)) for hits in answers for hit in hits]


@pytest.mark.parametrize("stage", ["reading", "linking neighbours"])
def test_threads_and_processes_write_while_a_version_is_built(
    stocked: Shop, environment: Environment, stage: str
) -> None:
    with rebuilding(stocked, stage) as end:
        started = time.monotonic()
        stocked.add([Product(id="mine", title="My kettle"), Product(id="n2", title="Teapot changed")])
        stocked.remove(["n3", "shirt-red"])
        took = time.monotonic() - started
        other = run(OTHER, stocked.path, environment)
        said, _ = other.communicate(timeout=60)
        assert max(took, *json.loads(said)) < 2
        end()
    ids = {hit.id for hit in stocked.search("kettle", k=1000).hits}
    assert {"mine", "theirs"} <= ids and not {"n1", "n3"} & ids
    assert stocked.search("teapot").hits[0].id == "n2"
    assert "shirt-red" not in {hit.id for hit in stocked.search("red shirt", k=1000).hits}
    assert all(check.ok for check in stocked.check()), stocked.check()
    found = everything(stocked)
    stocked.rebuild()
    alone = everything(stocked)
    assert {id for id, _ in found} == {id for id, _ in alone}


def test_nobody_meets_a_removed_product_when_the_switch_comes(stocked: Shop) -> None:
    with rebuilding(stocked) as end:
        stocked.remove(["n7"])
        seen: list[bool] = []
        done = threading.Event()

        def look() -> None:
            while not done.is_set():
                seen.append("n7" in {hit.id for hit in stocked.search("kettle number7", parse=False).hits})

        looking = threading.Thread(target=look)
        looking.start()
        end()
        done.set()
        looking.join()
    assert seen and not any(seen)


def test_a_second_one_that_would_build_is_told_who_does(stocked: Shop, environment: Environment) -> None:
    with Shop.open(stocked.path, environment=environment) as second, rebuilding(stocked) as end:
        for one in (stocked, second):
            with pytest.raises(ShopBusy, match=rf"has its index built by process {os.getpid()}"):
                one.rebuild()
        end()
        second.rebuild()


def test_a_version_on_its_way_keeps_others_from_building_until_it_is_published_or_given_up(shop: Shop) -> None:
    for bring_to_an_end in (shop.publish, shop.discard):
        version = shop.build("")
        with pytest.raises(ShopBusy):
            shop.rebuild()
        shop.remove(["mug-red"])
        bring_to_an_end(version)
        assert "mug-red" not in {hit.id for hit in shop.search("red mug", k=9).hits}
    with pytest.raises(StoreError):
        shop.publish(version)
    shop.rebuild()


def test_a_builder_that_is_closed_lets_others_build(shop: Shop, environment: Environment) -> None:
    with Shop.open(shop.path, environment=environment) as other:
        other.build("")
    shop.rebuild()


def test_a_builder_killed_in_the_middle_costs_nothing(stocked: Shop, environment: Environment) -> None:
    path = stocked.path
    rebuilder = run(REBUILDER, path, environment)
    assert rebuilder.stdout is not None
    for line in rebuilder.stdout:
        if line.strip() == "linking neighbours":
            break
    stocked.remove(["n5"])
    stocked.add([Product(id="mine", title="My kettle")])
    rebuilder.kill()
    rebuilder.wait()
    rebuilder.stdout.close()
    stocked.remove(["n6"])
    stocked.rebuild()
    ids = {hit.id for hit in stocked.search("kettle", k=1000).hits}
    assert "mine" in ids and not {"n5", "n6"} & ids and "n8" in ids
    assert all(check.ok for check in stocked.check())


def test_what_came_meanwhile_is_known_to_signals_and_suggestions(stocked: Shop) -> None:
    with rebuilding(stocked) as end:
        stocked.add([Product(id="late", title="Zanzibar lantern", rating=5.0, rating_count=400)])
        end()
    assert any("zanzibar" in suggestion.text.casefold() for suggestion in stocked.suggest("zanz"))
    assert [hit.id for hit in stocked.search("lantern").hits] == ["late"]


def test_what_two_processes_add_in_turn_is_learnt_by_both(shop: Shop, environment: Environment) -> None:
    shop.add([Product(id="one", title="Zanzibar lantern")])
    with Shop.open(shop.path, environment=environment) as other:
        other.add([Product(id="two", title="Timbuktu carpet")])
    shop.add([Product(id="three", title="Samarkand bowl")])
    for start in ("zanz", "timb", "samar"):
        assert any(start in suggestion.text.casefold() for suggestion in shop.suggest(start)), start


def test_a_rebuild_that_is_due_can_be_left_to_others(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wares.writing.REBUILD_AFTER", 20)
    before = [version.name for version in shop.info().versions]
    shop.add((Product(id=f"n{number}", title=f"Lamp {number}") for number in range(30)), build=False)
    assert [version.name for version in shop.info().versions] == before
    assert shop.rebuild_is_due()
    shop.rebuild()
    assert not shop.rebuild_is_due()


def test_of_each_product_is_told_what_became_of_it_when_it_can_be_found(shop: Shop, goods: list[Product]) -> None:
    told: dict[str, str] = {}

    def hear(id: str, outcome: str) -> None:
        told[id] = outcome
        assert id in {hit.id for hit in shop.search(id.replace("-", " "), k=20, parse=False, ranking=BARE).hits}

    changed = Product(id="mug-red", title="mug red", description="chipped")
    report = shop.add([goods[0], changed, Product(id="new-lamp", title="new lamp")], told=hear)
    assert told == {goods[0].id: "unchanged", "mug-red": "changed", "new-lamp": "added"}
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
