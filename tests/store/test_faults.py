"""What is wrong with the saved files is said in one line, and loses nothing that was saved."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from wares.errors import MissingExtra, ShopBusy, StoreError
from wares.store import tables
from wares.store.entries import Entry
from wares.store.store import Store

Make = Callable[..., Entry]


@pytest.fixture
def saved(tmp_path: Path, entry: Make) -> Path:
    """A closed store of 3000 products."""
    path = tmp_path / "saved.db"
    with Store.create(path) as store:
        store.put([entry(f"p{n}", "words " * 30, keys=(f"k{n}",)) for n in range(3000)])
    return path


def read_all(path: Path) -> int:
    with Store.open(path) as store:
        return sum(len(batch) for batch in store.scan())


def fault(path: Path, kind: type[StoreError] = StoreError) -> str:
    """The message that reading everything ends with; it is one line and begins with the path."""
    with pytest.raises(kind) as caught:
        read_all(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_no_file(tmp_path: Path):
    assert "no store here" in fault(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.create(tmp_path / "no folder" / "shop.db")


def test_a_store_is_not_made_over_another(saved: Path):
    with pytest.raises(StoreError, match="already"):
        Store.create(saved)
    assert read_all(saved) == 3000


def test_a_creation_that_was_killed_can_be_repeated(tmp_path: Path):
    (tmp_path / "shop.db").touch()  # what is left before the first transaction ends
    Store.create(tmp_path / "shop.db").close()
    assert read_all(tmp_path / "shop.db") == 0


def test_a_file_that_is_no_database(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n" * 1000)
    assert "not a SQLite database" in fault(path)
    with pytest.raises(StoreError, match="not a SQLite database"):
        Store.create(path)
    assert path.read_text() == "id,title\n" * 1000


def test_a_database_of_somebody_else_is_left_as_it_is(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE things (name TEXT)")
    raw.close()
    before = path.read_bytes()
    assert "not a wares store" in fault(path)
    with pytest.raises(StoreError, match="another database"):
        Store.create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("keep", [0.9, 0.5, 0.01])
def test_a_truncated_store(saved: Path, keep: float):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * keep)])
    assert "damaged" in fault(saved)


def test_garbage_in_the_middle(saved: Path):
    content = bytearray(saved.read_bytes())
    content[len(content) // 4 : -4096] = os.urandom(len(content[len(content) // 4 : -4096]))
    saved.write_bytes(content)
    assert "damaged" in fault(saved)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE products SET doc = '{\"id\":' WHERE number = 7", "damaged"),
        ("UPDATE meta SET value = 'x' WHERE key = 'schema'", "damaged"),
        ("DELETE FROM meta WHERE key = 'schema'", "not a wares store"),
    ],
)
def test_content_that_makes_no_sense(saved: Path, statement: str, said: str):
    with sqlite3.connect(saved) as raw:
        raw.execute(statement)
    raw.close()
    assert said in fault(saved)


def test_a_lost_counter_stops_writing(saved: Path, entry: Make):
    with sqlite3.connect(saved) as raw:
        raw.execute("DELETE FROM meta WHERE key = 'change'")
    raw.close()
    with Store.open(saved) as store, pytest.raises(StoreError, match="lost count"):
        store.put([entry("new")])


def test_damaged_settings_are_said(saved: Path):
    with sqlite3.connect(saved) as raw:
        raw.execute("INSERT INTO meta VALUES ('settings', '{\"k1\": \"much\"}')")
    raw.close()
    with Store.open(saved) as store, pytest.raises(StoreError, match="settings are damaged"):
        store.settings()


def test_a_store_of_a_newer_version(saved: Path):
    with sqlite3.connect(saved) as raw:
        raw.execute("UPDATE meta SET value = '7' WHERE key = 'schema'")
    raw.close()
    assert f"made by wares schema 7, this one knows up to {tables.SCHEMA}: upgrade wares" in fault(saved)


def test_a_store_of_an_older_version_is_brought_up_to_date_step_by_step(saved: Path, monkeypatch: pytest.MonkeyPatch):
    now = tables.SCHEMA
    steps = {
        now + 1: lambda connection: connection.execute(text("CREATE TABLE step (done INTEGER)")),
        now + 2: lambda connection: connection.execute(text("INSERT INTO step VALUES (3)")),
    }
    monkeypatch.setattr(tables, "SCHEMA", now + 2)
    monkeypatch.setattr(tables, "MIGRATIONS", steps)
    with pytest.raises(StoreError, match="open it for writing once"):
        Store.open(saved, read_only=True)
    assert read_all(saved) == 3000
    with sqlite3.connect(saved) as raw:
        assert raw.execute("SELECT done FROM step").fetchall() == [(3,)]
        assert raw.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == (str(now + 2),)
    raw.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(saved: Path, monkeypatch: pytest.MonkeyPatch):
    now = tables.SCHEMA
    steps = {
        now + 1: lambda connection: connection.execute(text("DROP TABLE media")),
        now + 2: lambda connection: connection.execute(text("SELECT * FROM nothing")),
    }
    with monkeypatch.context() as newer:
        newer.setattr(tables, "SCHEMA", now + 2)
        newer.setattr(tables, "MIGRATIONS", steps)
        with pytest.raises(StoreError, match="nothing"):
            Store.open(saved)
    with Store.open(saved) as store:
        assert store.media([1])[1][0].key == "k0"


def test_a_writer_waits_and_then_says_busy(saved: Path, entry: Make):
    other = sqlite3.connect(saved, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(saved, wait_s=0.05) as store:
        with pytest.raises(ShopBusy, match="another process is writing"):
            store.put([entry("new")])
        assert len(store) == 3000, "readers go on"
        other.execute("ROLLBACK")
        store.put([entry("new")])
    other.close()


def in_child(code: str, *arguments: object) -> str:
    """What a child process prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FILL = """
    import resource, signal, sys
    from wares.errors import StoreError
    from wares.records import Product
    from wares.store.entries import Entry
    from wares.store.store import Store

    store = Store.open(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    stored = 0
    try:
        while True:
            entries = [Entry(product=Product(id=f"{stored + n}", title="x" * 900), hash=b"") for n in range(100)]
            stored += len(store.put(entries))
    except StoreError as fault:
        print(stored, len(store), fault, sep="|")
    """


def test_a_file_that_may_not_grow_loses_nothing(tmp_path: Path):
    path = tmp_path / "shop.db"
    Store.create(path).close()
    stored, counted, message = in_child(FILL, path, 1_000_000).strip().split("|")
    assert int(stored) == int(counted) == read_all(path) > 0
    assert "disk" in message


def test_a_full_disk_loses_nothing(tmp_path: Path, entry: Make):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("a small disk can be mounted only by a privileged user")
    try:
        stored = 0
        with Store.create(disk / "shop.db") as store, pytest.raises(StoreError, match="disk is full"):
            while True:
                stored += len(store.put([entry(f"{stored + n}", "x" * 900) for n in range(100)]))
        assert stored == read_all(disk / "shop.db") > 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


UNPRIVILEGED = """
    import os, sys
    from wares.errors import StoreError
    from wares.records import Product
    from wares.store.entries import Entry
    from wares.store.store import Store

    Store.open(sys.argv[1]).close()  # everything is imported before the rights are gone
    os.chmod(sys.argv[1], 0o444)
    os.chmod(os.path.dirname(sys.argv[1]), 0o555)
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    reader = Store.open(sys.argv[1], read_only=True)
    print(len(reader))
    for attempt in (
        lambda: reader.put([]),
        lambda: Store.open(sys.argv[1]).put([Entry(product=Product(id="new", title="t"), hash=b"")]),
    ):
        try:
            attempt()
        except StoreError as fault:
            print(fault)
    """


def test_a_folder_that_may_not_be_written_can_be_read(saved: Path):
    # Not below tmp_path, which only its owner may enter: the child may be another user.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        shutil.copy(saved, path)
        try:
            counted, first, second = in_child(UNPRIVILEGED, path).splitlines()
        finally:
            Path(folder).chmod(0o755)
    assert counted == "3000"
    assert "for reading only" in first
    assert "read-only" in second


@pytest.mark.skipif(find_spec("psycopg") is not None, reason="the driver of PostgreSQL is installed")
def test_postgres_without_its_driver_names_the_extra():
    with pytest.raises(MissingExtra, match=r'pip install "wares\[postgres\]"'):
        Store.open("postgresql+psycopg://someone:secret@localhost/shop")


def test_every_table_can_be_made_in_postgres():
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    made = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in tables.metadata.sorted_tables]
    assert any("number BIGSERIAL NOT NULL" in statement for statement in made)
