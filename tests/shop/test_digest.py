"""What is learnt from the catalogue: kept beside the version, read by whoever searches."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from wares import digest
from wares.digest import Digests, Lessons
from wares.errors import StoreError
from wares.learnt import Learnt
from wares.ranking.columns import Columns
from wares.records import Product
from wares.registry import PartSpec
from wares.settings import RankingSettings, Settings, SignalSettings
from wares.store.entries import Stored


class Titles(Learnt):
    """The smallest part that can be: how often each title is there."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def learn(self, rows) -> None:
        self.counts.update(row.product.title for row in rows)

    def over(self, base: Titles) -> Titles:
        both = Titles()
        both.counts = base.counts + self.counts
        return both

    def pack(self) -> bytes:
        return msgspec.json.encode(dict(sorted(self.counts.items())))

    @classmethod
    def unpack(cls, data: bytes) -> Titles:
        found = cls()
        found.counts = Counter(msgspec.json.decode(data, type=dict[str, int]))
        return found


@pytest.fixture(autouse=True)
def titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "PARTS", {"titles": PartSpec("tests.shop.test_digest:Titles", "titles")})
    monkeypatch.setattr(digest, "load", lambda group, table, name: Titles)


def rows(*titles: str) -> list[Stored]:
    return [Stored(n, Product(id=str(n), title=title), ()) for n, title in enumerate(titles)]


def version(tmp_path: Path) -> Path:
    folder = tmp_path / "index" / "000001"
    folder.mkdir(parents=True)
    return folder


def test_a_version_without_lessons_knows_nothing(tmp_path: Path):
    assert Digests(version(tmp_path)).latest().part("titles").counts == Counter()


def test_what_came_since_is_laid_over_what_was_there(tmp_path: Path):
    folder = version(tmp_path)
    base = Lessons.base(folder, Settings())
    base.learn(rows("a", "b"))
    base.save()
    digests = Digests(folder)
    before = digests.latest()
    assert before.part("titles").counts == {"a": 1, "b": 1}
    since = Lessons.since(folder, Settings())
    since.learn(rows("b", "c"))
    since.save()
    digests._rest_until = 0.0
    assert digests.latest().part("titles").counts == {"a": 1, "b": 2, "c": 1}
    assert before.part("titles").counts == {"a": 1, "b": 1}


def test_lessons_go_on_where_they_were_saved(tmp_path: Path):
    folder = version(tmp_path)
    for title in ("a", "b"):
        since = Lessons.since(folder, Settings())
        since.learn(rows(title))
        since.save()
    assert Digests(folder).latest().part("titles").counts == {"a": 1, "b": 1}


def test_nothing_new_is_not_read_again(tmp_path: Path):
    digests = Digests(version(tmp_path))
    assert digests.latest() is digests.latest()


@pytest.mark.parametrize("content", [b"", b"junk", msgspec.msgpack.encode({"format": 1, "parts": {"titles": b"["}})])
def test_damage_is_told_with_what_mends_it(tmp_path: Path, content: bytes):
    folder = version(tmp_path)
    (folder / "learnt").mkdir()
    (folder / "learnt" / "base").write_bytes(content)
    with pytest.raises(StoreError, match="build the index anew: wares rebuild"):
        Digests(folder).latest().part("titles")


def test_another_format_is_told(tmp_path: Path):
    folder = version(tmp_path)
    (folder / "learnt").mkdir()
    (folder / "learnt" / "base").write_bytes(msgspec.msgpack.encode({"format": 99, "parts": {}}))
    with pytest.raises(StoreError, match="another wares"):
        Digests(folder).latest()


def test_damage_since_the_build_is_begun_anew_by_the_next_writer(tmp_path: Path):
    folder = version(tmp_path)
    (folder / "learnt").mkdir()
    (folder / "learnt" / "since").write_bytes(b"junk")
    lessons = Lessons.since(folder, Settings())
    lessons.learn(rows("a"))
    lessons.save()
    assert Digests(folder).latest().part("titles").counts == {"a": 1}


def test_a_part_may_begin_by_the_settings_of_the_shop_and_go_on_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(digest, "load", lambda group, table, name: Columns)
    folder = version(tmp_path)
    settings = Settings(ranking=RankingSettings(signals=SignalSettings(popularity_attribute="clicks")))
    for number in (1, 2):
        lessons = Lessons.since(folder, settings if number == 1 else Settings())  # what is there is gone on with
        lessons.learn([Stored(number, Product(id="a", title="A", attributes={"clicks": 7.0}), ())])
        lessons.save()
    assert Digests(folder).latest().part("titles").of("popularity", [1, 2]).tolist() == [7.0, 7.0]
