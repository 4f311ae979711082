"""Threads and processes ask without a pause; memory and disk are those of real processes and files."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from wares.bench.load import loads
from wares.bench.memory import disk, held, memory
from wares.bench.questions import words
from wares.errors import QueryError
from wares.records import Part, Query
from wares.reports import Progress
from wares.settings import Environment
from wares.shop import Shop

QUESTIONS = [words("red mug"), words("blue shoe"), words("lamp")]


def test_every_concurrency_is_tried_by_threads_and_by_processes(shop: Path, environment: Environment) -> None:
    told: list[Progress] = []
    found = loads(shop, QUESTIONS, (1, 2), 0.2, environment, told.append)
    assert [(one.by, one.concurrency) for one in found] == [
        ("threads", 1),
        ("threads", 2),
        ("processes", 1),
        ("processes", 2),
    ]
    for one in found:
        assert one.whole.n >= one.concurrency
        assert 0 < one.whole.p50 <= one.whole.p95 <= one.whole.p99
        assert one.answers_per_second == pytest.approx(one.whole.n / 0.2, rel=0.6)
    assert told[-1] == Progress("under load", 4, 4)


def test_what_cannot_be_asked_is_raised(shop: Path, environment: Environment) -> None:
    with pytest.raises(QueryError, match="no product"):
        loads(shop, [Query(parts=(Part("like", "nothing"),))], (1,), 0.1, environment, lambda _: None)


def test_memory_grows_with_the_shop_and_its_models(shop: Path, environment: Environment) -> None:
    rows = {row.what: row for row in memory(shop, "basic", QUESTIONS, environment)}
    before, opened, after, models, beside = rows.values()
    assert 10 < before.resident < opened.resident <= after.resident
    assert list(rows)[2] == "after 3 questions"
    assert 0 <= models.resident < after.resident
    assert beside.resident == pytest.approx(after.resident - models.resident)
    assert all(0 <= row.private <= row.resident for row in rows.values())


def test_held_is_what_this_process_holds() -> None:
    before = held()
    with mmap.mmap(
        -1, 50_000_000, flags=mmap.MAP_PRIVATE
    ) as block:  # new pages: what the process had and let go would not count
        block.write(b"x" * len(block))
        assert held().private - before.private == pytest.approx(50, abs=10)


def test_disk_is_told_by_part(shop: Path, tmp_path: Path, environment: Environment) -> None:
    found = disk(shop)
    assert list(found) == ["store", "index"]
    with Shop.open(shop, create=False, environment=environment) as opened:
        assert sum(found.values()) == pytest.approx(opened.info().bytes_on_disk / 1e6, rel=0.1)
    assert disk(tmp_path) == {}
