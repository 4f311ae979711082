"""The live index: follows what is published, in every thread and process, without a failed question."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wares.errors import StoreError
from wares.index.base import Match, Point, VectorSpec
from wares.index.edge import EdgeIndex
from wares.index.live import LiveIndex, open_engine
from wares.index.manifest import WordsParameters
from wares.index.versions import Versions
from wares.records import Sparse
from wares.settings import FieldWeights

WORDS = WordsParameters(k1=1.2, b=0.75, weights=FieldWeights(), average_lengths={})

#: Asks without end which version is live and whether it holds as many points as its name says.
ASKING = """
import sys, time
from pathlib import Path
from wares.index.base import Match
from wares.index.live import LiveIndex
from wares.index.versions import Versions
live = LiveIndex(Versions(Path(sys.argv[1])))
seen = []
with live.use():
    print("go", flush=True)
while len(seen) < 6:
    with live.use() as (version, index):
        assert len(index) == index.count(Match()) == int(version), version
        assert seen == [] or int(version) >= int(seen[-1]), (seen, version)
        if seen[-1:] != [version]:
            seen.append(version)
            print(version, flush=True)
live.close()
print("done", flush=True)
"""


def publish(versions: Versions) -> str:
    """Build and publish the next version, with as many points as its name says."""
    vectors = [VectorSpec("text", 4)]
    with versions.begin(
        engine="edge", vectors=vectors, encoders={}, model="basic", words=WORDS, built_from=0
    ) as build:
        index = EdgeIndex.create(build.engine_path, vectors)
        row = np.array([[1, 0, 0, 0]], dtype=np.float32)
        count = int(build.version)
        index.upsert(
            [
                Point(number=n, vectors={"text": row}, words=Sparse((1,), (0.5,)), fields={}, offers=[{}])
                for n in range(count)
            ]
        )
        index.close()
        build.ready(points=count)
    versions.publish(build.version)
    return build.version


@pytest.fixture
def versions(quick_folder: Path) -> Versions:
    """A shop with one version live."""
    versions = Versions(quick_folder)
    publish(versions)
    return versions


@pytest.fixture
def live(versions: Versions) -> Iterator[LiveIndex]:
    live = LiveIndex(versions)
    yield live
    live.close()


def points(live: LiveIndex, **how: bool) -> int:
    """How many points the live version has, which is also its name."""
    with live.use(**how) as (version, index):
        assert index is not None and len(index) == int(version)
        return len(index)


def test_before_the_first_version_there_is_no_index(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    live = LiveIndex(versions)
    with live.use() as (version, index):
        assert (version, index) == ("", None)
    publish(versions)
    assert points(live) == 1
    live.close()


def test_each_use_gets_the_version_that_is_live_then(versions: Versions, live: LiveIndex) -> None:
    assert points(live) == 1
    publish(versions)
    assert points(live) == 2
    versions.rollback()
    assert points(live) == 1


def test_a_use_keeps_its_version_to_its_end(versions: Versions, live: LiveIndex) -> None:
    with live.use() as (_, old):
        publish(versions)
        assert points(live) == 2
        assert old is not None and len(old) == 1
    with pytest.raises(StoreError, match="closed"):
        len(old)


def test_closing_waits_for_no_one_and_breaks_nothing(versions: Versions, live: LiveIndex) -> None:
    with live.use() as (_, index):
        live.close()
        assert index is not None and len(index) == 1
        with pytest.raises(StoreError, match="is closed"):
            points(live)
    with pytest.raises(StoreError, match="closed"):
        len(index)
    other = LiveIndex(versions)
    assert points(other) == 1
    other.close()


def test_while_one_opens_a_version_the_others_go_on_with_the_one_before(versions: Versions) -> None:
    slow, opening, go = threading.Event(), threading.Event(), threading.Event()

    def opener(*arguments: Any) -> Any:
        if slow.is_set():
            opening.set()
            assert go.wait(60)
        return open_engine(*arguments)

    live = LiveIndex(versions, opener)
    assert points(live) == 1
    publish(versions)
    slow.set()
    thread = threading.Thread(target=points, args=(live,))
    thread.start()
    assert opening.wait(60)
    assert points(live) == 1
    threading.Timer(0.1, go.set).start()
    assert points(live, latest=True) == 2
    thread.join()
    live.close()


def test_a_version_that_cannot_be_opened_is_logged_and_the_one_before_goes_on(
    versions: Versions, live: LiveIndex, caplog: pytest.LogCaptureFixture
) -> None:
    assert points(live) == 1
    (versions.path(publish(versions)) / "manifest.json").write_text("?")
    with caplog.at_level(logging.ERROR):
        assert points(live) == points(live) == 1
    (said,) = caplog.messages
    assert "version 000001 goes on" in said and "manifest.json is damaged" in said
    with pytest.raises(StoreError, match=r"manifest.json is damaged"):
        points(live, latest=True)
    publish(versions)
    assert points(live) == 3


def test_where_no_version_can_be_opened_the_reason_is_raised(versions: Versions) -> None:
    (versions.path("000001") / "manifest.json").unlink()
    live = LiveIndex(versions)
    with pytest.raises(StoreError, match=r"manifest.json is missing; build anew: wares rebuild"):
        points(live)
    publish(versions)
    assert points(live) == 2
    live.close()


def test_no_question_fails_while_versions_are_published(versions: Versions, start: Callable[..., Any]) -> None:
    askers = [start(versions.shop, ASKING) for _ in range(2)]
    live = LiveIndex(versions)
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        last = 0
        try:
            while not done.is_set():
                now = points(live)
                assert now >= last
                last = now
                time.sleep(0.001)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert [asker.line() for asker in askers] == ["000001"] * 2
    for _ in range(5):
        name = publish(versions)
        assert [asker.line() for asker in askers] == [name] * 2
        versions.prune(keep=2)
    assert [asker.line() for asker in askers] == ["done"] * 2
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert points(live) == 6
    live.close()
    versions.prune(keep=2)
    assert versions.names() == ["000005", "000006"]


def test_no_question_fails_while_versions_are_published_faster_than_they_are_opened(versions: Versions) -> None:
    lives = [LiveIndex(versions) for _ in range(3)]
    failures: list[BaseException] = []
    done = threading.Event()

    def ask(live: LiveIndex) -> None:
        try:
            while not done.is_set():
                with live.use() as (_, index):
                    assert index is not None and index.count(Match()) > 0
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask, args=(live,)) for live in lives]
    publish(versions)
    for thread in threads:
        thread.start()
    for turn in range(60):
        versions.publish(f"00000{1 + turn % 2}")
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {points(live, latest=True) for live in lives} == {2}
    for live in lives:
        live.close()


def test_the_builder_may_be_killed_while_the_live_version_answers(
    versions: Versions, live: LiveIndex, start: Callable[..., Any]
) -> None:
    builder = start(
        versions.shop,
        "import sys, time\n"
        "from pathlib import Path\n"
        "from wares.index.base import VectorSpec\n"
        "from wares.index.edge import EdgeIndex\n"
        "from wares.index.manifest import WordsParameters\n"
        "from wares.index.versions import Versions\n"
        "from wares.settings import FieldWeights\n"
        "words = WordsParameters(k1=1.2, b=0.75, weights=FieldWeights(), average_lengths={})\n"
        "build = Versions(Path(sys.argv[1])).begin(\n"
        "    engine='edge', vectors=[], encoders={}, model='basic', words=words, built_from=0)\n"
        "index = EdgeIndex.create(build.engine_path, [VectorSpec('text', 4)])\n"
        "print('go', flush=True)\n"
        "time.sleep(60)",
    )
    assert versions.prune() == []
    builder.kill()
    assert points(live) == 1
    assert versions.prune() == ["000002"]
    assert points(live) == 1
