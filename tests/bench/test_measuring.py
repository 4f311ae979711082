"""The whole report: it reads back, changes nothing, and works beside another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from wares.bench.measuring import measure
from wares.bench.planning import tried
from wares.bench.questions import from_file, words
from wares.bench.records import BenchReport
from wares.errors import QueryError, SetupError
from wares.records import Product
from wares.settings import Environment
from wares.shop import Shop
from wares.store.store import Store


def contents(shop: Path) -> tuple[int, int, list[str]]:
    with Store.open(shop / "shop.db", read_only=True) as store:
        return len(store), store.last_change(), sorted(path.name for path in (shop / "index").iterdir())


def test_a_report_has_everything_and_the_shop_is_as_it_was(shop: Path, environment: Environment) -> None:
    before = contents(shop)
    report = measure(
        shop, count=12, repeats=2, concurrency=(2,), seconds=0.1, environment=environment, about={"command": "this"}
    )
    assert contents(shop) == before
    assert report.about["command"] == "this"
    assert (report.about["products"], report.about["model"]) == ("120", "basic")
    assert [(one.kind, one.count) for one in report.questions] == [("words", 12), ("pictures", 12)]
    wheres = [one.where for one in report.filters]
    assert [one.wanted for one in report.filters] == [0.01, 0.1, 0.5]
    assert report.facets == ("brand", "category", "price")
    for kind in ("words", "pictures"):
        own = [one for one in report.latencies if one.kind == kind]
        assert [one.way for one in own] == ["new", "repeated", *wheres, "facets"]
        assert all(one.whole.n == 24 and one.search.p50 <= one.whole.p50 for one in own)
        assert all(one.ratio == pytest.approx(one.search.p50 / one.scan) for one in own)
        assert sum(one.share for one in report.stages if one.kind == kind) == pytest.approx(1)
    assert [(one.by, one.concurrency) for one in report.loads] == [("threads", 2), ("processes", 2)]
    assert {one.channel for one in report.recalls} == {"hashed.text", "basic-look.image"}
    assert {one.recall for one in report.recalls} == {1.0}  # so few are all compared
    pictured = {one.where: one.products for one in report.recalls if one.channel == "basic-look.image"}
    assert pictured[""] == 30
    assert len(report.memory) == 5
    assert not any("another process serves" in note for note in report.notes)
    assert msgspec.json.decode(msgspec.json.encode(report), type=BenchReport) == report


HOLD = "import sys, wares; shop = wares.open(sys.argv[1]); shop.search('mug'); print('open', flush=True); input()"


def test_a_shop_that_another_process_serves_is_measured_through_it(shop: Path, environment: Environment) -> None:
    command = [sys.executable, "-c", HOLD, str(shop)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        report = measure(
            shop, count=3, repeats=1, concurrency=(1,), seconds=0.1, environment=environment, where=["price < 9"]
        )
        assert other.poll() is None
        other.communicate("\n")
    assert "another process serves this shop" in report.notes[0]
    assert [(one.where, one.share, one.wanted) for one in report.filters] == [("price < 9", 8 / 120, None)]
    assert {one.recall for one in report.recalls} == {1.0}


def test_a_shop_of_three_products_without_pictures(tmp_path: Path, environment: Environment) -> None:
    goods = [Product(id=str(at), title=title) for at, title in enumerate(("红色 mug", "lamp", "!!!"))]
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
    report = measure(tmp_path / "shop", count=5, repeats=1, concurrency=(1,), seconds=0.1, environment=environment)
    assert [one.kind for one in report.questions] == ["words"]
    assert report.filters == ()
    assert any("no product that was drawn has one" in note for note in report.notes)
    assert any("1 %, 10 %, 50 %" in note for note in report.notes)
    assert {one.recall for one in report.recalls} == {1.0}


def test_questions_that_cannot_be_asked_are_counted_and_left_out(
    shop: Path, environment: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "set.jsonl"
    (tmp_path / "broken.png").write_bytes(b"no picture")
    lines = ['{"id": "1", "text": "mug"}', '{"id": "2", "image": "broken.png"}', '{"id": "3", "like": "nothing"}']
    file.write_text("\n".join(lines))
    with Shop.open(shop, create=False, environment=environment) as opened:
        [kept], vectors, [note] = tried(opened, from_file(file, 10)[0])
    assert (kept.kind, kept.queries) == ("words", (words("mug"),))
    assert {name: rows.shape for name, rows in vectors["words"].items()} == {"hashed.text": (1, 512)}
    assert note.startswith("2 questions cannot be asked")
    assert "broken.png" in note
    file.write_text(lines[1])
    with pytest.raises(QueryError, match=r"none of the questions can be asked.*broken\.png"):
        measure(shop, queries=file, environment=environment)


def test_what_cannot_be_measured_is_told_at_once(shop: Path, environment: Environment, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="prize"):
        measure(shop, where=["prize < 3"], environment=environment)
    with pytest.raises(SetupError, match="1 … 64"):
        measure(shop, concurrency=(0,), environment=environment)
    with pytest.raises(SetupError, match="no shop"):
        measure(tmp_path / "none", environment=environment)
    Shop.open(tmp_path / "empty", model="basic", environment=environment).close()
    with pytest.raises(SetupError, match="has no products"):
        measure(tmp_path / "empty", environment=environment)
