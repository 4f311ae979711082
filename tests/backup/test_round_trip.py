"""A shop that was brought back is the shop that was saved."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import threading
import tracemalloc
from pathlib import Path

import pytest

from wares.backup import backup, files, restore
from wares.errors import SetupError, ShopBusy
from wares.index.locks import WriterLock
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop

#: In a process of its own: opens the shop, then adds and removes until it is told to stop.
SERVER = """
import sys
from pathlib import Path
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop

path, cache, stop = map(Path, sys.argv[1:4])
with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    number = 0
    while not stop.exists():
        shop.add([Product(id=f"s{number}", title=f"Teapot number{number}", brand="Acme")])
        if number % 3 == 2:
            shop.remove([f"s{number - 1}"])
        number += 1
        print(number, flush=True)
"""


def answers(shop: Shop) -> list[tuple[str, float]]:
    asked = [shop.search(text, k=50) for text in ("red lamp", "kettle", "zenith mug")]
    asked += [shop.search(like="lamp-red"), shop.search(where="brand = Zenith", sort="-price")]
    return [(hit.id, hit.score) for results in asked for hit in results.hits]


def test_it_has_the_same_products_pictures_and_answers(shop: Shop, tmp_path: Path, environment: Environment) -> None:
    before = answers(shop)
    picture = shop.media_bytes(shop.get("lamp-red").media[0])
    taken = backup(shop, tmp_path / "shop.tar")
    assert (taken.products, taken.bytes) == (12, (tmp_path / "shop.tar").stat().st_size)
    assert taken.probes > 24
    shop.close()
    shutil.rmtree(shop.path)
    found = restore(tmp_path / "shop.tar", tmp_path / "again", environment=environment)
    assert (found.products, found.probes, found.differing) == (12, taken.probes, ())
    with Shop.open(tmp_path / "again", environment=environment) as again:
        assert answers(again) == before
        assert again.media_bytes(again.get("lamp-red").media[0]) == picture
        assert str(again.get("lamp-red").media[0].source).startswith(str(tmp_path / "again" / "media"))
        assert all(check.ok for check in again.check()), again.check()
        assert again.add([Product(id="late", title="Latecomer")]).added == 1
        assert again.rebuild().live
        assert again.search("latecomer").hits[0].id == "late"


def test_fits_and_settings_come_along_and_half_made_fits_do_not(
    shop: Shop, tmp_path: Path, environment: Environment
) -> None:
    fit = shop.path / "fits" / "000001"
    fit.mkdir(parents=True)
    (fit / "fit.json").write_text("{}")
    (shop.path / "fits" / ".fitting-half").mkdir()
    (shop.path / "fits" / ".fitting-half" / "heads.npz").write_bytes(b"half")
    backup(shop, tmp_path / "shop.tar")
    restore(tmp_path / "shop.tar", tmp_path / "again", environment=environment)
    assert (tmp_path / "again" / "fits" / "000001" / "fit.json").read_text() == "{}"
    assert not (tmp_path / "again" / "fits" / ".fitting-half").exists()
    with Shop.open(tmp_path / "again", environment=environment) as again:
        assert again.settings == shop.settings


def test_an_empty_shop_comes_back_empty(tmp_path: Path, environment: Environment) -> None:
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as shop:
        backup(shop, tmp_path / "shop.tar")
    found = restore(tmp_path / "shop.tar", tmp_path / "again", environment=environment)
    assert (found.products, found.differing) == (0, ())


def test_an_empty_folder_may_be_restored_into(saved: Path, tmp_path: Path, environment: Environment) -> None:
    (tmp_path / "again").mkdir()
    assert not restore(saved, tmp_path / "again", environment=environment).differing
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again"]


def test_another_process_serves_and_adds_meanwhile(shop: Shop, tmp_path: Path, environment: Environment) -> None:
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", SERVER, str(shop.path), str(environment.cache), str(stop)]
    shop.close()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        reading = threading.Thread(target=server.stdout.read)
        try:
            while int(server.stdout.readline()) < 10:
                pass
            reading.start()
            with Shop.open(shop.path, environment=environment) as here:
                first = here.info().last_change
                for name in ("one", "two"):
                    backup(here, tmp_path / f"{name}.tar")
                assert here.info().last_change > first, "the other process went on"
        finally:
            stop.touch()
            reading.join()
    assert server.returncode == 0
    for name in ("one", "two"):
        assert restore(tmp_path / f"{name}.tar", tmp_path / name, environment=environment).differing == ()
        with Shop.open(tmp_path / name, environment=environment) as again:
            assert all(check.ok for check in again.check()), again.check()
            assert again.search("teapot number0", parse=False).hits[0].id == "s0"


def test_threads_search_and_add_meanwhile(shop: Shop, tmp_path: Path, environment: Environment) -> None:
    done = threading.Event()
    added: list[str] = []

    def work() -> None:
        while not done.is_set():
            shop.add([Product(id=f"t{len(added)}", title="Teapot")])
            added.append(shop.search("teapot").hits[0].id)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        backup(shop, tmp_path / "shop.tar")
    finally:
        done.set()
        worker.join()
    assert len(shop) == 12 + len(added)
    assert restore(tmp_path / "shop.tar", tmp_path / "again", environment=environment).differing == ()


def test_a_file_is_not_written_over_and_a_folder_neither(saved: Path, shop: Shop, tmp_path: Path) -> None:
    taken = tmp_path / "shop.tar"
    taken.write_text("mine")
    with pytest.raises(SetupError, match="there already"):
        backup(shop, taken)
    assert taken.read_text() == "mine"
    with pytest.raises(SetupError, match="no folder"):
        backup(shop, tmp_path / "nowhere" / "shop.tar")
    for place in (shop.path, taken):
        with pytest.raises(SetupError, match="not empty"):
            restore(saved, place)
    with pytest.raises(SetupError, match="no folder"):
        restore(saved, tmp_path / "nowhere" / "shop")


def test_a_backup_that_cannot_be_taken_leaves_nothing(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.writing.WAIT_S", 0.1)
    before = sorted(tmp_path.iterdir())
    with WriterLock(shop.path), pytest.raises(ShopBusy):
        backup(shop, tmp_path / "shop.tar")
    assert sorted(tmp_path.iterdir()) == before


def test_nobody_else_may_read_it(saved: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("head", [b"", b"begin" * 1000])
def test_a_large_file_with_holes_takes_little_room_and_little_memory(tmp_path: Path, head: bytes) -> None:
    large, size = tmp_path / "large", 192 * 2**20
    with large.open("wb") as file:
        file.write(head)
        file.seek(100 * 2**20)
        file.write(b"middle")
        file.truncate(size)
    tracemalloc.start()
    with tarfile.open(tmp_path / "tar", "w", format=tarfile.PAX_FORMAT) as tar:
        member = files.put(tar, large, "index/" + "long/" * 40 + "name")
    with tarfile.open(tmp_path / "tar") as tar:
        info = tar.getmember(member.name)
        assert info.size == member.size == size
        source = tar.extractfile(info)
        assert source is not None
        assert files.take(source, tmp_path / "out", size) == member.sha256
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * 2**20
    assert (tmp_path / "tar").stat().st_size < 2 * 2**20
    assert (tmp_path / "out").stat().st_blocks * 512 < 4 * 2**20
    with (tmp_path / "out").open("rb") as out:
        assert out.read(len(head)) == head
        out.seek(100 * 2**20)
        assert out.read(6) == b"middle"
