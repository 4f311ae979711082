"""Stamps: while two are equal, the same question has the same answer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from wares.ranking.rules import Rule, Rulebook, Then, When
from wares.ranking.rules.windows import boundary, is_open
from wares.records import Product, Results
from wares.settings import Environment, RankingSettings
from wares.shop import Shop
from wares.stamps import Stamp

#: In a process of its own: adds, changes and removes for some seconds, and says settings now and then.
WRITER = """
import sys, time
from pathlib import Path
import msgspec
from wares.records import Product
from wares.settings import Environment, RankingSettings
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])
with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    for turn in range(5):
        for number in range(6):
            shop.add([Product(id=f"k{number}", title=f"Kettle {turn} {number}", rating=float(turn), rating_count=9)])
        shop.remove([f"k{turn}"])
        cutoff = 0.2 + turn / 100
        shop.apply(msgspec.structs.replace(shop.settings, ranking=RankingSettings(cutoff=cutoff)))
        time.sleep(0.3)
    time.sleep(2.5)
    shop.add([Product(id="last", title="Kettle last")])
    time.sleep(2.5)
"""


@pytest.fixture(autouse=True)
def shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wares.stamps.SETTLED_S", 1.2)


def settled(shop: Shop) -> Stamp:
    """The stamp, once there is one."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        shop.search("red")
        if (stamp := shop.stamp()) is not None:
            return stamp
        time.sleep(0.05)
    raise AssertionError("no stamp")


def told(results: Results) -> Hashable:
    return results.total, tuple((hit.id, hit.score) for hit in results.hits)


def test_a_stamp_stays_while_nothing_changes(shop: Shop) -> None:
    first = settled(shop)
    assert shop.stamp() == first
    assert hash(shop.stamp()) == hash(first)


def test_there_is_none_at_first_after_a_change_and_then_another(shop: Shop) -> None:
    before = settled(shop)
    for change in (
        lambda: shop.add([Product(id="late", title="Latecomer")]),
        lambda: shop.remove(["late"]),
        shop.rebuild,
        shop.rollback,
        lambda: shop.apply(msgspec.structs.replace(shop.settings, ranking=RankingSettings(cutoff=0.3))),
    ):
        change()
        assert shop.stamp() is None
        after = settled(shop)
        assert after != before
        before = after


def test_an_empty_shop_has_none(tmp_path: Path, environment: Environment) -> None:
    with Shop.open(tmp_path / "empty", model="basic", environment=environment) as shop:
        assert shop.stamp() is None


def test_a_cache_that_goes_by_stamps_never_gives_an_old_answer(shop: Shop, environment: Environment) -> None:
    settled(shop)
    command = [sys.executable, "-c", WRITER, str(shop.path), str(environment.cache)]
    cache: dict[Stamp, Hashable] = {}
    found = 0
    with subprocess.Popen(command) as writer:
        while writer.poll() is None:
            stamp = shop.stamp()
            if stamp is not None and stamp in cache:
                fresh = told(shop.search("kettle"))
                if shop.stamp() == stamp:
                    found += 1
                    assert cache[stamp] == fresh
            elif stamp is not None:
                cache[stamp] = told(shop.search("kettle"))
            else:
                shop.search("kettle")
    assert writer.returncode == 0
    assert found > 20 and len(cache) >= 2


def test_what_another_process_says_in_its_settings_is_noticed(shop: Shop, environment: Environment) -> None:
    with Shop.open(shop.path, environment=environment) as other:
        changed = msgspec.structs.replace(shop.settings, ranking=RankingSettings(cutoff=0.9))
        before = settled(other)
        shop.apply(changed)
        assert other.refresh()
        assert other.settings == changed
        assert not other.refresh()
        assert settled(other) != before
        back = msgspec.structs.replace(shop.settings, ranking=RankingSettings())
        shop.apply(back)
        time.sleep(1.1)
        other.search("red")
        assert other.settings == back
        assert settled(other) != before  # the same settings again, and yet another stamp


def test_a_stamp_is_cheap(shop: Shop) -> None:
    settled(shop)
    taken = []
    for _ in range(300):
        started = time.perf_counter()
        shop.stamp()
        taken.append(time.perf_counter() - started)
    assert sorted(taken)[len(taken) // 10] < 0.0005


NOW = datetime(2026, 3, 28, 23, 59, 30, tzinfo=UTC)
WINDOWS = {
    "from": When(start=NOW + timedelta(hours=3)),
    "until": When(end=NOW + timedelta(seconds=20)),
    "days": When(days=("sun",), zone="Europe/Paris"),
    "hours": When(hours=(datetime(1, 1, 1, 2, 10, 7).time(), datetime(1, 1, 1, 3, 0).time()), zone="Europe/Paris"),
    "midnight": When(hours=(datetime(1, 1, 1, 23, 0).time(), datetime(1, 1, 1, 1, 40).time()), zone="Asia/Kolkata"),
}


@pytest.mark.parametrize("when", WINDOWS.values(), ids=WINDOWS)
@pytest.mark.parametrize("day", [NOW, datetime(2026, 10, 24, 22, 0, tzinfo=UTC)], ids=["spring", "autumn"])
def test_a_window_never_opens_or_closes_before_its_boundary(when: When, day: datetime) -> None:
    moment, end = day, day + timedelta(hours=8)
    while moment < end:
        until = boundary(when, moment) or end
        assert until > moment
        inside, state = moment, is_open(when, moment)
        while inside < min(until, end):
            assert is_open(when, inside) == state, inside
            inside += timedelta(seconds=7)
        moment = until


def test_rules_without_windows_have_no_boundary() -> None:
    always = Rule(name="always", when=When(contains=("kettle",)), then=Then(redirect="/kettles"))
    assert Rulebook([always]).boundary(NOW) is None
