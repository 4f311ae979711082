"""Versions of an index: atomic switching, going back, pruning; builders, publishers and writers that die."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import ShopBusy, StoreError
from wares.index.base import VectorSpec
from wares.index.locks import Lock, Process, WriterLock
from wares.index.manifest import FORMAT, Build, WordsParameters
from wares.index.versions import HISTORY, Versions
from wares.settings import FieldWeights

WORDS = WordsParameters(k1=1.2, b=0.75, weights=FieldWeights(), average_lengths={"title": 6.5})

#: Starts a process that works on versions of the shop in its first argument.
PREAMBLE = """
import os, sys, time
from pathlib import Path
from wares.index.locks import Lock, WriterLock
from wares.index.manifest import WordsParameters
from wares.index.versions import Versions
from wares.settings import FieldWeights
versions = Versions(Path(sys.argv[1]))
def begin():
    words = WordsParameters(k1=1.2, b=0.75, weights=FieldWeights(), average_lengths={})
    return versions.begin(engine="edge", vectors=(), encoders={}, model="basic", words=words, built_from=0)
def say(text):
    print(text, flush=True)
"""


def begin(versions: Versions, built_from: int = 0) -> Build:
    return versions.begin(
        engine="edge",
        vectors=[VectorSpec("use.text", 512), VectorSpec("use.image", 512, multi=True)],
        encoders={"use.text": "abc"},
        model="default",
        words=WORDS,
        built_from=built_from,
    )


def built(versions: Versions, *, publish: bool = False) -> str:
    with begin(versions) as build:
        build.ready(points=3)
    if publish:
        versions.publish(build.version)
    return build.version


# -- manifests --------------------------------------------------------------------------------------------------


def test_a_manifest_says_what_the_version_was_made_of(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    with begin(versions, built_from=41) as build:
        assert versions.manifest(build.version).state == "building"
        build.ready(points=1234)
    manifest = versions.manifest(build.version)
    assert manifest.state == "ready"
    assert manifest.points == 1234
    assert manifest.vectors == (VectorSpec("use.text", 512), VectorSpec("use.image", 512, multi=True))
    assert manifest.words == WORDS
    assert manifest.encoders == {"use.text": "abc"}
    assert manifest.builder.pid == os.getpid()
    assert manifest.created.endswith("+00:00")


def test_names_are_sortable_and_grow(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    names = [built(versions) for _ in range(3)]
    assert names == ["000001", "000002", "000003"] == versions.names()


def test_builders_at_the_same_moment_get_folders_of_their_own(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(built(versions))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 8


def test_a_build_that_fails_is_marked(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    with pytest.raises(ZeroDivisionError), begin(versions) as build:
        raise ZeroDivisionError
    assert versions.manifest(build.version).state == "failed"
    with pytest.raises(StoreError, match="000001 is failed"):
        versions.publish(build.version)


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"format": 1, "version": 5}'])
def test_a_damaged_manifest_names_the_file_and_the_remedy(tmp_path: Path, damage: bytes) -> None:
    versions = Versions(tmp_path)
    path = versions.path(built(versions)) / "manifest.json"
    path.write_bytes(damage)
    with pytest.raises(StoreError) as caught:
        versions.manifest("000001")
    assert str(path) in str(caught.value)
    assert f"wares rebuild {tmp_path}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_manifest_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"manifest.json is missing; build anew: wares rebuild"):
        Versions(tmp_path).manifest("000001")


def test_a_version_of_a_newer_wares_is_said_to_be_one(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    path = versions.path(built(versions)) / "manifest.json"
    path.write_text(json.dumps({"format": FORMAT + 1, "all": "else is new"}))
    with pytest.raises(StoreError, match="made by a newer wares"):
        versions.manifest("000001")


def test_a_folder_that_was_copied_to_another_name_is_noticed(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    built(versions)
    versions.path("000001").rename(versions.path("000009"))
    with pytest.raises(StoreError, match="is that of version 000001"):
        versions.manifest("000009")


# -- publishing and going back ----------------------------------------------------------------------------------


def test_nothing_is_live_before_the_first_is_published(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    assert versions.current() is None
    assert versions.stamp() is None
    name = built(versions)
    assert versions.current() is None
    versions.publish(name)
    assert versions.current() == name


def test_a_version_under_construction_cannot_go_live(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    with begin(versions) as build:
        with pytest.raises(StoreError, match="000001 is building"):
            versions.publish(build.version)
        build.ready(points=0)


def test_the_stamp_changes_with_every_publication(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    names = [built(versions) for _ in range(2)]
    stamps = set()
    for turn in range(50):
        versions.publish(names[turn % 2])
        before = versions.stamp()
        assert before == versions.stamp()
        stamps.add(before)
    assert len(stamps) == 50


def test_going_back_skips_what_was_gone_back_from(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for _ in range(3):
        built(versions, publish=True)
    assert versions.rollback() == "000002"
    built(versions, publish=True)
    assert versions.current() == "000004"
    assert versions.rollback() == "000002"  # not 000003, which was bad
    assert versions.rollback() == "000001"
    with pytest.raises(StoreError, match="no earlier index version"):
        versions.rollback()
    assert versions.current() == "000001"


def test_going_back_skips_what_is_damaged_or_gone(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for _ in range(4):
        built(versions, publish=True)
    (versions.path("000003") / "manifest.json").write_text("?")
    (versions.path("000002") / "manifest.json").unlink()
    assert versions.rollback() == "000001"


@given(st.lists(st.sampled_from(["publish", "rollback", "prune"]), max_size=25), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_versions_behave_like_a_stack(tmp_path_factory: pytest.TempPathFactory, steps: list[str], keep: int) -> None:
    versions = Versions(tmp_path_factory.mktemp("shop"))
    stack: list[str] = []
    for step in steps:
        if step == "publish":
            stack.append(built(versions, publish=True))
            stack = stack[-HISTORY - 1 :]
        elif step == "prune":
            versions.prune(keep)
            stack = stack[-keep:]
        elif len(stack) > 1:
            stack.pop()
            assert versions.rollback() == stack[-1]
        else:
            with pytest.raises(StoreError):
                versions.rollback()
        assert versions.current() == (stack[-1] if stack else None)
        assert set(stack) <= set(versions.names())


@pytest.mark.parametrize("damage", [b"", b"\n", b"../../etc\n", b"\xff"])
def test_a_damaged_pointer_is_reported_and_mended_by_publishing(tmp_path: Path, damage: bytes) -> None:
    versions = Versions(tmp_path)
    name = built(versions, publish=True)
    (versions.folder / "CURRENT").write_bytes(damage)
    with pytest.raises(StoreError, match=r"CURRENT is damaged.*wares rebuild"):
        versions.current()
    versions.publish(name)
    assert versions.current() == name


# -- pruning ----------------------------------------------------------------------------------------------------


def test_pruning_keeps_the_live_version_and_the_one_before(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for _ in range(4):
        built(versions, publish=True)
    assert versions.prune(keep=2) == ["000001", "000002"]
    assert versions.names() == ["000003", "000004"]
    assert versions.rollback() == "000003"


def test_pruning_keeps_what_waits_to_be_published_and_what_is_being_built(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for _ in range(2):
        built(versions, publish=True)
    waiting = built(versions)
    with begin(versions) as build:
        assert versions.prune(keep=1) == ["000001"]
        assert versions.names() == ["000002", waiting, build.version]
        build.ready(points=0)


def test_pruning_removes_failed_and_damaged_versions_and_leftovers(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    built(versions, publish=True)
    with pytest.raises(ZeroDivisionError), begin(versions):
        raise ZeroDivisionError
    (versions.path(built(versions)) / "manifest.json").write_text("?")
    (versions.folder / ".removed-000000-1").mkdir()
    (versions.folder / ".CURRENT.1-1.tmp").write_text("000009\n")
    assert versions.prune() == ["000002", "000003"]
    assert sorted(path.name for path in versions.folder.iterdir()) == ["000001", "CURRENT"]


def test_pruning_leaves_what_somebody_has_open(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for _ in range(3):
        built(versions, publish=True)
    lock = Lock(versions.path("000001") / "owner.lock")
    assert lock.take()
    assert versions.prune(keep=1) == ["000002"]
    lock.release()
    assert versions.prune(keep=1) == ["000001"]


def test_pruning_where_nothing_was_built_does_nothing(tmp_path: Path) -> None:
    assert Versions(tmp_path).prune() == []


# -- how far a version has got ----------------------------------------------------------------------------------


def test_applied_starts_at_what_was_built_in_and_never_goes_back(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    with begin(versions, built_from=40) as build:
        build.ready(points=0)
    assert versions.applied(build.version) == 40
    for change, expected in [(39, 40), (45, 45), (44, 45), (46, 46)]:
        versions.set_applied(build.version, change)
        assert Versions(tmp_path).applied(build.version) == expected


def test_applied_never_goes_back_among_threads(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    name = built(versions)
    changes = list(range(40))
    seen: list[int] = []

    def work(own: list[int]) -> None:
        for change in own:
            versions.set_applied(name, change)
            seen.append(versions.applied(name))
            assert seen[-1] >= change

    threads = [threading.Thread(target=work, args=(changes[part::4],)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    assert versions.applied(name) == 39


def test_a_damaged_applied_file_is_reported(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    name = built(versions)
    versions.set_applied(name, 7)
    (versions.path(name) / "applied.json").write_text('{"change": "many"}')
    with pytest.raises(StoreError, match=r"applied.json is damaged"):
        versions.applied(name)


# -- processes that die -----------------------------------------------------------------------------------------


def test_a_builder_that_is_killed_leaves_the_live_version_and_is_cleared_away(
    tmp_path: Path, start: Callable[..., Any]
) -> None:
    versions = Versions(tmp_path)
    built(versions, publish=True)
    builder = start(tmp_path, PREAMBLE + "build = begin(); build.engine_path.mkdir(); say('go'); time.sleep(60)")
    assert versions.names() == ["000001", "000002"]
    assert versions.prune() == []  # it lives
    builder.kill()
    assert versions.current() == "000001"
    assert versions.manifest("000002").state == "building"
    assert versions.prune() == ["000002"]
    assert versions.names() == ["000001"]


def test_a_publisher_killed_before_the_rename_changes_nothing(tmp_path: Path, start: Callable[..., Any]) -> None:
    versions = Versions(tmp_path)
    built(versions, publish=True)
    name = built(versions)
    # The process stops itself at the system call that would rename, and is killed there.
    publisher = start(
        tmp_path,
        PREAMBLE
        + f"def stop(self, target): say('go'); time.sleep(60)\nPath.replace = stop\nversions.publish({name!r})",
    )
    publisher.kill()
    assert len([path for path in versions.folder.iterdir() if path.suffix == ".tmp"]) == 1
    assert versions.current() == "000001"
    versions.publish(name)
    assert versions.current() == name
    versions.prune()
    assert [path for path in versions.folder.iterdir() if path.suffix == ".tmp"] == []


def test_publishers_killed_anywhere_leave_the_old_or_the_new(tmp_path: Path, start: Callable[..., Any]) -> None:
    versions = Versions(tmp_path)
    names = {built(versions, publish=True) for _ in range(2)}
    for _ in range(4):
        publisher = start(
            tmp_path,
            PREAMBLE + f"say('go')\nwhile True:\n    for name in {sorted(names)}: versions.publish(name)",
        )
        for _ in range(200):
            assert versions.current() in names
        publisher.kill()
        assert versions.current() in names


# -- the writer's lock ------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_who_writes(tmp_path: Path, start: Callable[..., Any]) -> None:
    writer = start(tmp_path, PREAMBLE + "lock = WriterLock(Path(sys.argv[1])).__enter__(); say('go'); input()")
    with pytest.raises(ShopBusy) as caught, WriterLock(tmp_path):
        pass
    assert f"{tmp_path} is being written by process {writer.pid} (" in str(caught.value)
    assert ") since " in str(caught.value)
    assert str(caught.value).endswith("; wait for it or stop it")
    writer.finish()
    with WriterLock(tmp_path):
        pass


def test_the_lock_of_a_killed_writer_is_free(tmp_path: Path, start: Callable[..., Any]) -> None:
    writer = start(tmp_path, PREAMBLE + "lock = WriterLock(Path(sys.argv[1])).__enter__(); say('go'); input()")
    writer.kill()
    with WriterLock(tmp_path):
        record = msgspec.json.decode((tmp_path / "writer.json").read_bytes(), type=Process)
        assert record.pid == os.getpid()
    assert not (tmp_path / "writer.json").exists()


def test_a_forked_child_does_not_let_the_lock_go(tmp_path: Path, start: Callable[..., Any]) -> None:
    writer = start(
        tmp_path,
        PREAMBLE + "lock = WriterLock(Path(sys.argv[1])).__enter__()\n"
        "child = os.fork()\n"
        "if child == 0: lock.__exit__(None, None, None); sys.exit(0)\n"
        "os.waitpid(child, 0); say('go'); input()",
    )
    with pytest.raises(ShopBusy), WriterLock(tmp_path):
        pass
    writer.finish()


def test_the_lock_is_not_reentrant_and_waits_when_asked(tmp_path: Path) -> None:
    with WriterLock(tmp_path), pytest.raises(ShopBusy, match=f"process {os.getpid()} "), WriterLock(tmp_path):
        pass
    with WriterLock(tmp_path) as held:
        threading.Timer(0.2, held.__exit__, (None, None, None)).start()
        with WriterLock(tmp_path, timeout_s=20):
            pass


def test_a_lock_in_a_folder_that_is_gone_is_an_error_of_the_files(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder") as caught, WriterLock(tmp_path / "gone"):
        pass
    assert not isinstance(caught.value, ShopBusy)
    assert not (tmp_path / "gone").exists()


def test_a_process_is_told_from_a_later_one_of_the_same_number() -> None:
    own = Process.current()
    assert own.alive()
    assert not msgspec.structs.replace(own, started=own.started + 1).alive()
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not msgspec.structs.replace(own, pid=child.pid).alive()
