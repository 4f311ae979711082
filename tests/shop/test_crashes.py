"""kill -9: no acknowledged product is lost, and the index in use goes on answering."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop

WRITER = """
import sys
from pathlib import Path
from wares import writing as module
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop

module.COMPARE = module.ENCODE = 10
path, cache = map(Path, sys.argv[1:3])

def goods():
    for number in range(100_000):
        yield Product(id=f"p{number}", title=f"Kettle number{number}", brand="Acme")

def tell(progress):
    print(progress.done, flush=True)

with Shop.open(path, model="basic", environment=Environment(cache=cache, offline=True)) as shop:
    shop.add(goods(), progress=tell)
"""

REBUILDER = """
import sys
from pathlib import Path
from wares.settings import Environment
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])

def tell(progress):
    print(progress.stage, flush=True)

with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    shop.rebuild(tell)
"""


def start(script: str, path: Path, cache: Path) -> subprocess.Popen[str]:
    """The script in a session of its own, so that its children can be killed with it."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path), str(cache)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("after", [30, 200])
def test_a_killed_writer_loses_no_acknowledged_product(tmp_path: Path, environment: Environment, after: int) -> None:
    writer = start(WRITER, tmp_path / "shop", environment.cache)
    assert writer.stdout is not None
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged >= after:
            break
    kill(writer)
    assert acknowledged >= after
    with Shop.open(tmp_path / "shop", environment=environment) as shop:
        assert len(shop) >= acknowledged
        assert all(check.ok for check in shop.check()), shop.check()
        for number in (0, acknowledged // 2, acknowledged - 1):
            assert shop.search(f"number{number}").hits[0].id == f"p{number}"
        goods = [Product(id=f"p{n}", title=f"Kettle number{n}", brand="Acme") for n in range(acknowledged)]
        assert shop.add(goods).unchanged == acknowledged


def test_a_killed_rebuild_leaves_the_old_index_answering(shop: Shop, environment: Environment) -> None:
    before = [hit.id for hit in shop.search("red", k=9).hits]
    live = [version.name for version in shop.info().versions if version.live]
    path = shop.path
    shop.close()
    for _ in range(2):
        rebuilder = start(REBUILDER, path, environment.cache)
        assert rebuilder.stdout is not None
        rebuilder.stdout.readline()  # it has begun to build
        kill(rebuilder)
        with Shop.open(path, environment=environment) as again:
            assert [hit.id for hit in again.search("red", k=9).hits] == before
            assert [version.name for version in again.info().versions if version.live] == live
    with Shop.open(path, environment=environment) as again:
        again.rebuild()
        assert [hit.id for hit in again.search("red", k=9).hits] == before
        folders = [folder.name for folder in (path / "index").iterdir() if folder.is_dir()]
        assert len(folders) == 2, folders  # the live one and the one before; the half-built ones are gone


def test_others_search_while_one_process_adds(tmp_path: Path, environment: Environment) -> None:
    path = tmp_path / "shop"
    writer = start(WRITER, path, environment.cache)
    assert writer.stdout is not None
    try:
        while int(writer.stdout.readline()) < 50:
            pass
        with Shop.open(path, environment=environment) as one, Shop.open(path, environment=environment) as other:
            seen = []
            deadline = time.monotonic() + 20
            while len(set(seen)) < 3 and time.monotonic() < deadline:
                seen.append(one.search("kettle", k=1).total)
                assert other.search("number7").hits[0].id == "p7"
                writer.stdout.readline()
            assert len(set(seen)) >= 3, "what is added becomes visible to other processes"
            assert seen == sorted(seen)
    finally:
        kill(writer)
