"""What is no whole backup of ours is refused, and then there is nothing in the folder."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wares.backup import restore
from wares.errors import StoreError
from wares.settings import Environment

Members = list[tuple[tarfile.TarInfo, bytes]]


def read(path: Path) -> Members:
    """The members, which share their data; those with holes as plain ones."""
    found = []
    with tarfile.open(path) as tar:
        for info in tar:
            source = tar.extractfile(info)
            assert source is not None
            found.append((tarfile.TarInfo(info.name), source.read()))
    return found


def write(path: Path, members: Members) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def manifest(of: Members, **changes: Any) -> Members:
    """The members with another manifest."""
    *others, (info, data) = of
    return [*others, (info, msgspec.json.encode(msgspec.json.decode(data) | changes))]


def refused(path: Path, folder: Path, match: str = ".") -> None:
    around = sorted(p.name for p in folder.parent.iterdir())
    with pytest.raises(StoreError, match=match) as told:
        restore(path, folder)
    assert "\n" not in str(told.value) and str(path) in str(told.value)
    assert sorted(p.name for p in folder.parent.iterdir()) == around


@pytest.fixture(scope="module")
def whole(saved: Path) -> Members:
    return read(saved)


@pytest.fixture(scope="module")
def members(whole: Members) -> Members:
    """Without the large files of the engine, so that tests are quick: what is refused is refused without them."""
    listed = msgspec.json.decode(whole[-1][1])["members"]
    small = [one for one in whole if len(one[1]) < 2**20 or one[0].name == "manifest.json"]
    names = {info.name for info, _ in small}
    return manifest(small, members=[member for member in listed if member["name"] in names])


def test_plain_members_do_as_well(whole: Members, tmp_path: Path, environment: Environment) -> None:
    path = write(tmp_path / "plain.tar", list(whole))
    assert restore(path, tmp_path / "again", environment=environment).differing == ()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.95, 0.99])
def test_a_truncated_file(saved: Path, tmp_path: Path, share: float) -> None:
    data = saved.read_bytes()
    with tarfile.open(saved) as tar:
        end = tar.getmembers()[-1].offset_data + 1
    cut = tmp_path / "cut.tar"
    cut.write_bytes(data[: int(end * share)])
    refused(cut, tmp_path / "again")


def test_a_file_cut_between_members(saved: Path, tmp_path: Path) -> None:
    with tarfile.open(saved) as tar:
        offset = tar.getmembers()[-1].offset
    cut = tmp_path / "cut.tar"
    cut.write_bytes(saved.read_bytes()[:offset])
    refused(cut, tmp_path / "again", "its end is missing")


@pytest.mark.parametrize("place", range(12))
def test_flipped_bytes(saved: Path, tmp_path: Path, place: int) -> None:
    """In the header of a member, or in its content."""
    with tarfile.open(saved) as tar:
        filled = [info for info in tar if info.size > 0 and not info.sparse]
        info = filled[place * (len(filled) - 1) // 11]
    data = bytearray(saved.read_bytes())
    data[info.offset_data + 1 if place % 2 else info.offset_data - tarfile.BLOCKSIZE + 150] ^= 0x15
    bad = tmp_path / "bad.tar"
    bad.write_bytes(data)
    refused(bad, tmp_path / "again")


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


ELSEWHERE = ("/etc/wares", "../outside", "index/../../outside", "index//x", "other/x", "media\\x", "media:x", "index")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_members_that_lie_elsewhere(members: Members, tmp_path: Path, name: str) -> None:
    listed = msgspec.json.decode(members[-1][1])["members"]
    *others, last = manifest(members, members=[*listed, {"name": name, "size": 0, "sha256": EMPTY}])
    refused(write(tmp_path / "bad.tar", [*others, (tarfile.TarInfo(name), b""), last]), tmp_path / "again")


def changed(index: int, **values: Any) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        copied = [(tarfile.TarInfo(info.name), data) for info, data in members]
        for name, value in values.items():
            setattr(copied[index][0], name, value)
        return [(one, data if one.type == tarfile.REGTYPE else b"") for one, data in copied]

    return change


TRICKS: dict[str, Callable[[Members], Members]] = {
    "a symbolic link": changed(0, type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": changed(0, type=tarfile.LNKTYPE, linkname="shop.db"),
    "a device": changed(0, type=tarfile.CHRTYPE),
    "a pipe": changed(0, type=tarfile.FIFOTYPE),
    "a folder": changed(0, type=tarfile.DIRTYPE),
    "a manifest that is a link": changed(-1, type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "one twice": lambda members: [members[0], *members],
    "one more": lambda members: [(tarfile.TarInfo("media/extra"), b"x"), *members],
    "one less": lambda members: members[1:],
    "a longer one": lambda members: [(members[0][0], members[0][1] + b"x"), *members[1:]],
    "another content": lambda members: [(members[0][0], b"x" * len(members[0][1])), *members[1:]],
    "no store": lambda members: manifest(
        [one for one in members if one[0].name != "shop.db"],
        members=[m for m in msgspec.json.decode(members[-1][1])["members"] if m["name"] != "shop.db"],
    ),
    "an index that is not there": lambda members: manifest(members, version="000099"),
    "an index elsewhere": lambda members: manifest(members, version="../000001"),
    "a manifest of nothing": lambda members: [*members[:-1], (members[-1][0], b"{}")],
    "a manifest of noise": lambda members: [*members[:-1], (members[-1][0], bytes(range(256)))],
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_members_that_are_not_what_was_saved(
    members: Members, tmp_path: Path, trick: Callable[[Members], Members]
) -> None:
    refused(write(tmp_path / "bad.tar", trick(list(members))), tmp_path / "again")


def test_a_backup_of_a_newer_wares(members: Members, tmp_path: Path) -> None:
    newer = manifest(members, format=99, wares="99.0", members="otherwise")
    refused(write(tmp_path / "new.tar", newer), tmp_path / "again", r"newer wares \(99.0\)")


@pytest.mark.parametrize("data", [b"", b"no tar at all" * 1000, gzip.compress(b"x" * 10_000, mtime=0), bytes(20_480)])
def test_other_files(tmp_path: Path, data: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(data)
    refused(other, tmp_path / "again")


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.tar", tmp_path / "again", "No such file")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", tmp_path / "again")


def test_other_answers_are_told(whole: Members, tmp_path: Path, environment: Environment) -> None:
    probes = msgspec.json.decode(whole[-1][1])["probes"]
    probes[2]["hits"][0][1] += 0.001
    probes[3]["total"] += 1
    path = write(tmp_path / "other.tar", manifest(whole, probes=probes))
    assert len(restore(path, tmp_path / "again", environment=environment).differing) == 2
