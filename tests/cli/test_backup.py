"""``wares backup`` and ``wares restore``."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Command: TypeAlias = Callable[..., Any]


def test_a_shop_goes_into_a_file_and_comes_back_with_the_same_answers(
    wares: Command, made: Path, tmp_path: Path
) -> None:
    file, again = tmp_path / "shop.tar", tmp_path / "again"
    saved = wares("backup", made, file)
    assert saved.code == 0, saved.err
    assert "9 products" in saved.out
    back = wares("restore", file, again)
    assert back.code == 0, back.err
    assert "all answers are the same" in back.out
    asked = ("red cup", "--json")
    assert wares("search", again, *asked).json["hits"] == wares("search", made, *asked).json["hits"]


def test_both_tell_it_as_json(wares: Command, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar"
    assert wares("backup", made, file, "--json").json["products"] == 9
    told = wares("restore", file, tmp_path / "again", "--json").json
    assert (told["products"], told["differing"]) == (9, [])


def test_other_answers_end_with_one(wares: Command, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar"
    wares("backup", made, file)
    with tarfile.open(file) as old, tarfile.open(tmp_path / "other.tar", "w") as new:
        for info in old:
            source = old.extractfile(info)
            assert source is not None
            data = source.read()
            if info.name == "manifest.json":
                said = json.loads(data)
                said["probes"][0]["total"] += 1
                data = json.dumps(said).encode()
            plain = tarfile.TarInfo(info.name)
            plain.size = len(data)
            new.addfile(plain, io.BytesIO(data))
    done = wares("restore", tmp_path / "other.tar", tmp_path / "again")
    assert done.code == 1
    assert "1 of the answers are not what they were" in done.out


def test_what_cannot_be_done_is_one_line(wares: Command, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar"
    assert "no shop at" in wares("backup", tmp_path / "none", file).error()
    wares("backup", made, file)
    assert "there already" in wares("backup", made, file).error()
    assert "not empty" in wares("restore", file, made).error()
    file.write_bytes(file.read_bytes()[:10_000])
    assert "damaged" in wares("restore", file, tmp_path / "again").error()
    assert not (tmp_path / "again").exists()
