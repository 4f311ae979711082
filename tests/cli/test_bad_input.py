"""Everything that can be wrong with what is given: one line, an exit code, and nothing lost."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares.index.edge_files import ROOM

Command: TypeAlias = Callable[..., Any]


# -- feeds ------------------------------------------------------------------------------------------------------


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def only_a_header(path: Path) -> Path:
    path.write_text("id,title\n")
    return path


def a_pdf(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n")
    return path


def a_folder(path: Path) -> Path:
    path.mkdir()
    return path


def missing(path: Path) -> Path:
    return path


@pytest.mark.parametrize("make", [empty, only_a_header, a_pdf, a_folder, missing])
def test_what_is_no_feed_is_named(make: Callable[[Path], Path], wares: Command, shop: Path, tmp_path: Path) -> None:
    feed = make(tmp_path / "feed.csv")
    assert str(feed) in wares("index", shop, feed).error()
    assert wares("search", shop, "--json").json["total"] == 9
    assert str(feed) in wares("index", tmp_path / "new", feed, "--model", "basic").error()
    assert not (tmp_path / "new").exists()


def test_a_bad_feed_among_good_ones_is_told_before_anything_is_read(
    wares: Command, feed: Path, tmp_path: Path
) -> None:
    assert "none.csv" in wares("index", tmp_path / "new", feed, tmp_path / "none.csv", "--model", "basic").error()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--map", "prise=Preis"], "price"),
        (["--map", "price=Preis"], "Preis"),
        (["--format", "cvs"], "csv"),
        (["--model", "basik"], "basic"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_names_what_is_meant(
    options: list[str], said: str, wares: Command, feed: Path, tmp_path: Path
) -> None:
    model = [] if "--model" in options else ["--model", "basic"]
    assert said in wares("index", tmp_path / "new", feed, *options, *model).error()
    assert not (tmp_path / "new").exists()


def test_a_shop_keeps_its_model(wares: Command, feed: Path, made: Path) -> None:
    assert "basic" in wares("index", made, feed, "--model", "default").error()


# -- questions --------------------------------------------------------------------------------------------------


def test_ten_thousand_words_are_answered_or_refused_in_one_line(wares: Command, made: Path) -> None:
    done = wares("search", made, "red cup " * 5_000)
    if done.code == 0:
        assert done.err == ""
        assert "Red cup" in done.out
    else:
        done.error()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--where", "price < 30 AND (brand = 'Acme'"], '"("'),
        (["--where", "brand = 'Acme"], "'"),
        (["--where", "price <"], "price"),
        (["--where", "price < cheap"], "price"),
        (["--where", "prise < 30"], "price"),
        (["--facet", "brnad"], "brand"),
        (["--sort", "prise"], "price"),
        (["--like", "cup-rad"], "cup-red"),
        (["--weight", "imgae=0.5"], "image"),
        (["--not", "red"], "not"),
        (["-k", "100000"], "100"),
        (["--image", "/no/such.jpg"], "/no/such.jpg"),
        (["--image", "/dev/zero"], "/dev/zero"),
    ],
    ids=" ".join,
)
def test_a_question_that_cannot_be_answered_is_told_why(
    options: list[str], said: str, wares: Command, made: Path
) -> None:
    text = [] if options[0] in ("--like", "--not") else ["cup"]
    assert said in wares("search", made, *text, *options).error()


def test_a_pdf_named_jpg(wares: Command, made: Path, tmp_path: Path) -> None:
    picture = a_pdf(tmp_path / "photo.jpg")
    message = wares("search", made, "--image", picture).error()
    assert "photo.jpg" in message
    assert "pdf" in message.casefold()


def test_a_picture_of_nine_hundred_million_pixels_is_refused_at_once(
    process: Command, made: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "huge.png"
    picture.write_bytes(png(30_000, 30_000))
    limited = ("bash", "-c", 'ulimit -v 6000000; exec "$@"', "bash")  # decoded it would be 2.7 GB
    message = process("search", made, "--image", picture, prefix=limited).error()
    assert "huge.png" in message
    assert "pixels" in message


def png(width: int, height: int) -> bytes:
    """A complete one-bit PNG, small in bytes however large in pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_bytes_that_are_no_text_do_no_harm(wares: Command, made: Path) -> None:
    done = wares("search", made, b"red \xff\xfe cup".decode(errors="surrogateescape"), "--json")
    assert "unexpected" not in done.err
    assert done.code in (0, 1)


# -- shops ------------------------------------------------------------------------------------------------------

READS = (["search", "{}", "cup"], ["show", "{}", "cup-red"], ["info", "{}"])
WRITES = (["remove", "{}", "cup-red"], ["rebuild", "{}"], ["rollback", "{}"])


@pytest.mark.parametrize("verb", [*READS, *WRITES], ids=lambda verb: verb[0])
def test_a_folder_that_is_no_shop(verb: list[str], wares: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "void").mkdir()
    for place in (tmp_path, tmp_path / "notes.txt", tmp_path / "none", tmp_path / "void"):
        assert str(place) in wares(*(word.format(place) for word in verb)).error()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "void"]
    assert list((tmp_path / "void").iterdir()) == []


def test_indexing_does_not_take_over_a_folder_with_other_files(wares: Command, feed: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert str(tmp_path) in wares("index", tmp_path, feed, "--model", "basic").error()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("verb", [*READS, *WRITES], ids=lambda verb: verb[0])
def test_a_shop_made_by_a_newer_version(verb: list[str], wares: Command, shop: Path) -> None:
    with closing(sqlite3.connect(shop / "shop.db")) as database, database:
        database.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    assert "newer" in wares(*(word.format(shop) for word in verb)).error()


def test_a_shop_whose_database_is_damaged(wares: Command, shop: Path) -> None:
    for leftover in shop.glob("shop.db-*"):
        leftover.unlink()
    (shop / "shop.db").write_bytes(b"not a database, but long enough to look like one" * 100)
    assert "shop.db" in wares("search", shop, "cup").error()


@pytest.mark.parametrize("verb", [*WRITES, ["index", "{}", "{feed}"]], ids=lambda verb: verb[0])
def test_a_second_writer_is_told_who_writes(
    verb: list[str], wares: Command, shop: Path, feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.writing.WAIT_S", 0.3)
    script = (
        "import sys; from pathlib import Path; from wares.index.locks import WriterLock\n"
        "with WriterLock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(shop)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        message = wares(*(word.format(shop, feed=feed) for word in verb)).error()
        assert str(writer.pid) in message
        assert wares("search", shop, "red cup", "--json").json["total"] > 0
        writer.communicate("")
    assert wares("search", shop, "--json").json["total"] == 9


# -- disks ------------------------------------------------------------------------------------------------------


def mounted(script: str) -> tuple[str, ...]:
    """A command prefix that runs ``script`` in a mount namespace of its own first; skips where that is refused."""
    for kind in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        prefix = ("unshare", *kind, "bash", "-ec", f'{script}\nexec "$@"', "bash")
        if (
            shutil.which("unshare")
            and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
        ):
            return prefix
    pytest.skip("this user may not mount anything, not even for one process (unshare)")


def test_a_read_only_folder(process: Command, shop: Path, feed: Path, tmp_path: Path) -> None:
    lock = mounted(f"mount --bind '{tmp_path}' '{tmp_path}'; mount -o remount,bind,ro '{tmp_path}'")
    feed_of_one = feed.parent / "one.csv"
    feed_of_one.write_text("id,title\nnew,Cup\n")
    assert str(shop) in process("index", shop, feed_of_one, prefix=lock).error()
    assert str(tmp_path / "new") in process("index", tmp_path / "new", feed, "--model", "basic", prefix=lock).error()
    assert process("search", shop, "--json").json["total"] == 9


def test_a_full_disk(process: Command, made: Path, tmp_path: Path) -> None:
    """Indexing stops in one line before the disk is full; what was stored before is found."""
    disk = tmp_path / "disk"
    disk.mkdir()
    big = tmp_path / "big.csv"
    big.write_text("id,title,description\n" + "".join(f"n{n},Cup {n},{'many words ' * 900}\n" for n in range(1_000)))
    room = ROOM // 2**20 + 8  # a little more than indexing wants to see free
    full = mounted(f"mount -t tmpfs -o size={room}m disk '{disk}'; cp -r --sparse=always '{made}' '{disk}/shop'")
    script = (  # in one namespace, outside which the small disk does not exist
        f'"{sys.executable}" -m wares index "{disk}/shop" "{big}"; echo "code $?" >&2\n'
        f'exec "{sys.executable}" -m wares search "{disk}/shop" "red cup" --json'
    )
    done = process(prefix=(*full, "bash", "-c", script))
    error, code = done.err.splitlines()
    assert error.startswith("error: ")
    assert "make room" in error
    assert code == "code 1"
    assert done.code == 0
    assert done.json["hits"][0]["id"] == "cup-red"
