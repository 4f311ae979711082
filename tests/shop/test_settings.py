"""Settings are applied whole or not at all, at once, and an index is always weighed by what it was built with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from wares.errors import SetupError, StoreError
from wares.records import Product
from wares.settings import Environment, FieldWeights, FusionSettings, MediaLimits, Settings
from wares.shop import Shop


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory, goods: list[Product]) -> Iterator[Shop]:
    """A shop that refuses everything."""
    folder = tmp_path_factory.mktemp("settings")
    with Shop.open(folder / "shop", model="basic", environment=Environment(cache=folder, offline=True)) as opened:
        opened.add(goods)
        yield opened


BY_RANK = FusionSettings(method="rrf", rrf_k=7)


def scores(shop: Shop) -> dict[str, float]:
    return {hit.id: round(hit.score, 4) for hit in shop.search("red shirt", k=9).hits}


def test_fusion_works_at_once_and_stays(shop: Shop, environment: Environment) -> None:
    before = scores(shop)
    with Shop.open(shop.path, environment=environment) as other:
        assert shop.apply(msgspec.structs.replace(shop.settings, fusion=BY_RANK)) is None
        after = scores(shop)
        assert after != before
        other.refresh()  # or a second later by itself
        assert scores(other) == after
    with Shop.open(shop.path, environment=environment) as again:
        assert again.settings.fusion == BY_RANK
        assert scores(again) == after
    shop.apply(msgspec.structs.replace(shop.settings, fusion=FusionSettings()))
    assert scores(shop) == before


def test_what_is_built_in_is_built_anew(shop: Shop) -> None:
    before, first = scores(shop), shop.info().versions
    titles_only = FieldWeights(title=3.0, brand=0, category=0, attributes=0, description=0)
    version = shop.apply(msgspec.structs.replace(shop.settings, fields=titles_only, k1=1.5))
    assert version is not None
    assert version.live
    assert version.name not in {known.name for known in first}
    assert scores(shop) != before
    assert shop.outdated() == ()
    words = {item.channel for hit in shop.search("衬衫").hits for item in hit.why}
    assert "words" not in words, "Chinese stands in descriptions, which are not read any more"
    shop.apply(msgspec.structs.replace(shop.settings, fields=FieldWeights(), k1=0.5))
    assert scores(shop) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model": "default"}, "index into a new folder to use 'default'"),
        ({"fusion": FusionSettings(method="rff")}, "unknown fusion method 'rff'; did you mean rrf"),
        ({"fusion": FusionSettings(weights={"text.nothing": 1.0})}, "'text.nothing' is for no channel"),
        ({"fusion": FusionSettings(weights={"text.words": -1.0})}, "must lie in 0"),
        ({"k1": float("nan")}, "k1"),
        ({"k1": float("inf")}, "k1"),
        ({"b": 1.1}, "b"),
        ({"fields": FieldWeights(title=-1.0)}, "field weights"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    unchanged: Shop, changes: dict[str, object], says: str
) -> None:
    before = unchanged.settings
    with pytest.raises(SetupError, match=says):
        unchanged.apply(msgspec.structs.replace(before, **changes))
    assert unchanged.settings == before
    assert unchanged.outdated() == ()


def test_limits_of_media_are_checked_and_used_by_the_next_product(shop: Shop, goods: list[Product]) -> None:
    with pytest.raises(SetupError, match="max_bytes"):
        MediaLimits(max_bytes=0)
    with pytest.raises(SetupError, match="max_redirects"):
        MediaLimits(max_redirects=-1)
    shop.apply(msgspec.structs.replace(shop.settings, media=MediaLimits(max_bytes=10)))
    report = shop.add([msgspec.structs.replace(goods[0], id="new")])
    assert report.warning_count == 1


def test_an_empty_shop_takes_any_settings(tmp_path: Path, environment: Environment, goods: list[Product]) -> None:
    with Shop.open(tmp_path / "new", model="basic", environment=environment) as shop:
        assert shop.apply(Settings(model="basic", k1=2.0, fusion=BY_RANK)) is None
        shop.add(goods)
        assert shop.outdated() == ()
        assert scores(shop)


def test_when_building_fails_the_old_version_answers_as_it_was_built(
    shop: Shop, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop._writer, "_environment", Environment(cache=shop.path / "shop.db", offline=True))
    monkeypatch.setattr("wares.rebuilding.sys.executable", "/nowhere/python")
    before = scores(shop)
    wanted = msgspec.structs.replace(shop.settings, k1=2.0, b=0.0)
    with pytest.raises(StoreError):
        shop.apply(wanted)
    with Shop.open(shop.path, environment=environment) as again:
        assert again.settings == wanted
        assert again.outdated() == ("k1", "b")
        assert scores(again) == before
        again.add([Product(id="late", title="Red shirt")])  # weighed as its neighbours are, not as will be
        late = again.search("red shirt", k=9)
        monkeypatch.undo()
        again.rebuild()
        assert again.outdated() == ()
        assert scores(again) != {hit.id: round(hit.score, 4) for hit in late.hits}


KILLED = """
import os, signal, sys
from pathlib import Path
import msgspec
from wares import writing
from wares.settings import Environment
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])
writing.rebuild = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    shop.apply(msgspec.structs.replace(shop.settings, k1=2.0))
"""


def test_killed_between_saving_and_building_the_shop_answers_and_knows_what_is_due(
    shop: Shop, environment: Environment
) -> None:
    before = scores(shop)
    shop.close()
    done = subprocess.run([sys.executable, "-c", KILLED, str(shop.path), str(environment.cache)], check=False)
    assert done.returncode == -signal.SIGKILL, os.fsdecode(shop.path)
    with Shop.open(shop.path, environment=environment) as again:
        assert scores(again) == before
        assert again.settings.k1 == 2.0
        assert again.outdated() == ("k1",)
        assert again.apply(again.settings) is not None
        assert again.outdated() == ()
        assert scores(again) != before
