"""A shop that learns from its own catalogue: what changes, what goes back, and what nothing may break."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import pytest
from PIL import Image, ImageDraw

from wares.encoders.terms import BUCKETS
from wares.errors import SetupError, ShopBusy, StoreError
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.fit.drift import drift
from wares.fit.due import due
from wares.fit.job import Judged, fit
from wares.fit.network import Shape
from wares.fit.report import FitReport
from wares.fit.training import Recipe
from wares.index.locks import WriterLock
from wares.records import Media, Part, Product, Query
from wares.reports import Progress
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": "#c81420", "green": "#149640", "blue": "#1e3cc8", "yellow": "#f0c810", "black": "#181818"}
PATTERNS = ("plain", "striped", "dotted")
SHAPES = ("Cups", "Rugs", "Kites", "Balls")
#: Where words look for pictures once the basic model is fitted.
CHANNEL = "basic-look-fit.image"
QUICK = Recipe(
    pictures=Shape(32, 24), words=Shape(32, 24, BUCKETS), batch=96, steps=60, every=20, viewed=0.0, rate=3e-3
)


def draw(path: Path, colour: str, pattern: str, shape: str, number: int) -> Path:
    """A thing of a colour and a pattern on white; no two numbers are drawn at quite the same place."""
    left, top = 8 + number % 7, 8 + number % 5
    right, bottom = left + 72 + number % 9, top + 72 + number % 6
    across, down = (left + right) // 2, (top + bottom) // 2
    outline = Image.new("L", (96, 96), 0)
    pen = ImageDraw.Draw(outline)
    if shape == "Balls":
        pen.ellipse((left, top, right, bottom), fill=255)
    elif shape == "Rugs":
        pen.rectangle((left, top + 20, right, bottom - 20), fill=255)
    elif shape == "Kites":
        pen.polygon([(across, top), (right, down), (across, bottom), (left, down)], fill=255)
    else:
        pen.rectangle((left + 15, top, right - 25, bottom), fill=255)
        pen.ellipse((right - 40, top + 20, right, bottom - 20), fill=255)
    goods = Image.new("RGB", (96, 96), COLOURS[colour])
    pen = ImageDraw.Draw(goods)
    for y in range(0, 96, 12):
        if pattern == "striped":
            pen.rectangle((0, y, 96, y + 4), fill="#b0b0b0")
        for x in range(0, 96, 12) if pattern == "dotted" else ():
            pen.ellipse((x, y, x + 5, y + 5), fill="#b0b0b0")
    image = Image.new("RGB", (96, 96), "white")
    image.paste(goods, mask=outline)
    image.save(path)
    return path


def catalogue(folder: Path, number: int = 240, first: int = 0) -> list[Product]:
    found = []
    for n in range(first, first + number):
        colour = list(COLOURS)[n % 5]
        pattern, shape = PATTERNS[n // 5 % 3], SHAPES[n // 15 % 4]
        found.append(
            Product(
                id=f"p{n}",
                title=f"{colour.title()} {pattern} {shape[:-1].lower()} no{n}",
                category=(shape,),
                attributes={"colour": colour, "pattern": pattern},
                media=(Media(str(draw(folder / f"p{n}.png", colour, pattern, shape, n))),),
            )
        )
    return found


def mute(product: Product) -> Product:
    """A product that says nothing of what its picture shows."""
    return Product(id=f"mute-{product.id}", title=f"Article {product.id}", brand="Mute", media=product.media)


class Fitted(NamedTuple):
    """A shop that was fitted, on disk, with what the fit reported and what was answered before."""

    path: Path
    report: FitReport
    before: list[tuple[str, float]]


@pytest.fixture(scope="module", autouse=True)
def few_questions() -> Iterator[None]:
    """Whole searches are compared on few questions: a fit takes a second then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wares.fit.guard.SIZE", 8)
        yield


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(cache=tmp_path_factory.mktemp("cache"), offline=True)


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    return catalogue(tmp_path_factory.mktemp("things"))


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, things: list[Product], offline: Environment) -> Path:
    """A shop with the catalogue and some products that only their pictures tell of; not to be changed."""
    path = tmp_path_factory.mktemp("indexed") / "shop"
    with Shop.open(path, model="basic", environment=offline) as shop:
        shop.add([*things, *map(mute, things[:40])])
    return path


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, indexed: Path, offline: Environment) -> Fitted:
    """The same after one fit; not to be changed."""
    path = tmp_path_factory.mktemp("fitted") / "shop"
    copied(indexed, path)
    with Shop.open(path, environment=offline) as shop:
        before = answers(shop)
        return Fitted(path, fit(shop, recipe=QUICK), before)


@pytest.fixture
def shop(tmp_path: Path, indexed: Path, offline: Environment) -> Iterator[Shop]:
    """A copy of the shop that was never fitted."""
    copied(indexed, tmp_path / "shop")
    with Shop.open(tmp_path / "shop", environment=offline) as opened:
        yield opened


@pytest.fixture
def fitted(tmp_path: Path, once: Fitted, offline: Environment) -> Iterator[Shop]:
    """A copy of the fitted one."""
    copied(once.path, tmp_path / "fitted")
    with Shop.open(tmp_path / "fitted", environment=offline) as opened:
        yield opened


def copied(path: Path, to: Path) -> None:
    subprocess.run(["cp", "-r", "--sparse=always", path, to], check=True)  # index files are sparse


def answers(shop: Shop, text: str = "blue kite", k: int = 20) -> list[tuple[str, float]]:
    return [(hit.id, round(hit.score, 4)) for hit in shop.search(text, k=k).hits]


def found(shop: Shop, text: str) -> list[str]:
    """Products that only their pictures tell of, in the order in which words find these."""
    hits = shop.search(text, where="brand = Mute", k=60).hits
    return [hit.id for hit in hits if any(one.channel == CHANNEL and one.value > 0 for one in hit.why)]


def folders(shop: Shop) -> list[str]:
    """All that fits have left behind, half or whole."""
    return sorted(path.name for path in (shop.path / "fits").iterdir() if path.is_dir())


def versions(shop: Shop) -> list[str]:
    return sorted(path.name for path in (shop.path / "index").iterdir() if path.is_dir())


# -- what a fit is for ----------------------------------------------------------------------------------------------


def test_words_find_pictures_that_no_word_tells_of(shop: Shop) -> None:
    assert not found(shop, "blue kite")
    report = fit(shop, recipe=QUICK)
    assert report.switched
    assert report.verdict.startswith("switched: better")
    assert shop.fit == report.fit == "000001"
    # Of the first 40 products those of number 4, 9 and 14 are black cups, of three patterns.
    assert set(found(shop, "black cup")[:4]) >= {"mute-p4", "mute-p9", "mute-p14"}


def test_a_fit_reports_what_it_did(once: Fitted) -> None:
    report = once.report
    assert (report.fit, report.loss, report.start, report.before) == (
        "000001",
        "infonce",
        "nothing",
        "the model as it comes",
    )
    assert report.products + report.held_out == report.catalogue == 280
    assert 0.1 < report.held_out / report.catalogue < 0.35
    measures = [one.measure for one in report.measures]
    assert measures == ["title → picture, RR", "label → pictures, nDCG@10", "photo → its like, P@10"]
    for one in report.measures[:2]:
        assert one.after > one.before
        assert one.better
        assert one.low <= one.after - one.before <= one.high
    assert [step for step, _, _ in report.curve] == [20, 40, 60]
    assert not any(one.worse for one in report.shop)
    assert report.seconds > 0
    assert report.peak_mb > 0


def test_the_same_seed_gives_the_same_fit(shop: Shop, once: Fitted) -> None:
    report = fit(shop, recipe=QUICK)
    assert [one.after for one in report.measures] == [one.after for one in once.report.measures]
    with_heads = [path / "fits" / "000001" / "heads.npz" for path in (shop.path, once.path)]
    assert with_heads[0].read_bytes() == with_heads[1].read_bytes()


def test_products_that_come_after_a_fit_are_found_by_it(fitted: Shop, tmp_path: Path) -> None:
    late = [mute(product) for product in catalogue(tmp_path, 30, first=500)]
    fitted.add(late)
    # Of the numbers 500 to 529 those of 503 and 508 are yellow rugs.
    assert set(found(fitted, "yellow rug")[:5]) >= {"mute-p503", "mute-p508"}
    assert all(check.ok for check in fitted.check()), fitted.check()


def test_a_product_that_changes_its_picture_is_found_by_the_new_one(fitted: Shop, tmp_path: Path) -> None:
    picture = draw(tmp_path / "new.png", "yellow", "plain", "Rugs", 1)
    assert "mute-p0" not in found(fitted, "yellow rug")[:4]
    fitted.add([Product(id="mute-p0", title="Article p0", brand="Mute", media=(Media(str(picture)),))])
    assert "mute-p0" in found(fitted, "yellow rug")[:4]


def test_another_process_answers_by_the_fit(fitted: Shop, offline: Environment) -> None:
    mine = answers(fitted)
    with Shop.open(fitted.path, environment=offline) as other:
        assert answers(other) == mine
        assert other.fit == "000001"
    fitted.close()
    told = run("search", fitted.path, "blue kite", "--json", "-k", "20", offline=offline)
    assert [hit["id"] for hit in json.loads(told)["hits"]] == [name for name, _ in mine]


def test_a_process_that_has_the_shop_open_follows_a_fit(shop: Shop, offline: Environment, once: Fitted) -> None:
    with Shop.open(shop.path, environment=offline) as other:
        assert answers(other) == once.before
        fit(shop, recipe=QUICK)
        assert answers(other) == answers(shop)
        assert other.fit == shop.fit
        shop.rollback()
        assert answers(other) == once.before


def test_rolling_back_brings_the_answers_of_before(fitted: Shop, once: Fitted) -> None:
    after = answers(fitted)
    assert after != once.before
    assert fitted.rollback().fit == ""
    assert fitted.fit == ""
    assert answers(fitted) == once.before
    late = Product(id="late", title="Latecomer")
    fitted.add([late])
    assert fitted.search("latecomer").hits[0].id == "late"


def test_a_rebuilt_index_keeps_the_fit(fitted: Shop) -> None:
    before = answers(fitted)
    assert fitted.rebuild().fit == "000001"
    assert answers(fitted) == before


def test_a_lost_index_is_built_anew_with_the_last_fit(fitted: Shop, offline: Environment) -> None:
    before = answers(fitted)
    fitted.close()
    shutil.rmtree(fitted.path / "index")
    with Shop.open(fitted.path, environment=offline) as again:
        assert again.rebuild().fit == "000001"
        assert answers(again) == before


# -- again ----------------------------------------------------------------------------------------------------------


def test_the_next_fit_starts_from_the_last_and_is_measured_against_it(fitted: Shop, once: Fitted) -> None:
    report = fit(fitted, recipe=QUICK, force=True)
    assert (report.start, report.before) == ("last", "fit 000001")
    # Half of the steps, and what it begins with is as good as the last fit was.
    assert max(step for step, _, _ in report.curve) <= 30
    for one, last in zip(report.measures, once.report.measures, strict=True):
        assert one.before == pytest.approx(last.after, abs=0.05)
    assert (fitted.fit, fitted.fits.names()) == ("000002", ["000001", "000002"])
    assert fitted.rollback().fit == "000001"


def test_a_fit_may_start_from_nothing_again(fitted: Shop) -> None:
    assert fit(fitted, recipe=QUICK, start="nothing", force=True).start == "nothing"


@pytest.mark.parametrize(("start", "said"), [("last", "no fit yet"), ("elsewhere", "known: auto, last")])
def test_a_start_that_there_is_not_is_told(shop: Shop, start: str, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        fit(shop, recipe=QUICK, start=start)


def test_an_unknown_loss_is_told_with_those_there_are(shop: Shop) -> None:
    with pytest.raises(SetupError, match=r"'infonces'; known: infonce, siglip"):
        fit(shop, recipe=msgspec.structs.replace(QUICK, loss="infonces"))


def test_fits_that_no_version_uses_are_removed_but_for_the_last(fitted: Shop) -> None:
    for _ in range(3):
        fit(fitted, recipe=msgspec.structs.replace(QUICK, steps=10), force=True)
    assert folders(fitted) == ["000002", "000003", "000004"]
    assert fitted.rollback().fit == "000003"


# -- what is no better ----------------------------------------------------------------------------------------------


@pytest.fixture
def senseless(tmp_path: Path, things: list[Product], offline: Environment) -> Iterator[Shop]:
    """A shop whose pictures have nothing to do with what is said of them."""
    media = [product.media for product in things]
    Random(3).shuffle(media)
    with Shop.open(tmp_path / "senseless", model="basic", environment=offline) as opened:
        opened.add(
            msgspec.structs.replace(product, media=mixed) for product, mixed in zip(things, media, strict=True)
        )
        yield opened


def test_a_fit_that_is_no_better_is_not_switched_to(senseless: Shop) -> None:
    before, there = answers(senseless), versions(senseless)
    report = fit(senseless, recipe=QUICK)
    assert not report.switched
    assert "no better" in report.verdict
    assert (report.fit, report.version, senseless.fit) == ("", "", "")
    assert (folders(senseless), versions(senseless)) == ([], there)
    assert answers(senseless) == before


def test_it_is_switched_to_when_that_is_wanted(senseless: Shop) -> None:
    report = fit(senseless, recipe=QUICK, force=True)
    assert report.switched
    assert report.verdict == "switched, because it was forced"
    assert senseless.fit == "000001"


def test_a_fit_that_makes_judged_questions_worse_is_not_switched_to(shop: Shop, once: Fitted) -> None:
    """People say that what is found by words of the catalogue alone is right, and everything else is not."""
    there = versions(shop)
    queries, gains = [], {}
    for number, text in enumerate([f"{colour} {shape.lower()}" for colour in COLOURS for shape in SHAPES]):
        query = Query(parts=(Part("text", text),))
        queries.append(Asked(id=f"q{number}", query=query))
        first = [hit.id for hit in shop.search(query).hits]
        gains[f"q{number}"] = {name: 10 - place for place, name in enumerate(first)}
    judged = Judged(QuerySet(name="judged", queries=tuple(queries)), Judgments(name="judged", gains=gains))
    report = fit(shop, recipe=QUICK, judged=judged)
    assert not report.switched
    assert "whole searches got worse (judged questions" in report.verdict
    assert [one.measure.partition(",")[0] for one in report.shop] == ["judged questions", "made questions"]
    assert report.shop[0].worse
    assert (folders(shop), versions(shop), shop.fit) == ([], there, "")
    assert answers(shop) == once.before
    assert fit(shop, recipe=QUICK, judged=judged, force=True).switched


# -- what nothing may break -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["training", "building the index", "asking made questions"])
def test_a_fit_that_is_interrupted_leaves_nothing(shop: Shop, once: Fitted, stage: str) -> None:
    there = versions(shop)

    def interrupted(progress: Progress) -> None:
        if progress.stage == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(shop, recipe=QUICK, on_progress=interrupted)
    assert folders(shop) == []
    assert shop.fit == ""
    assert answers(shop) == once.before
    assert fit(shop, recipe=QUICK).switched
    assert len(versions(shop)) == len(there) + 1


@pytest.mark.parametrize("stage", ["training", "asking made questions"])
def test_a_fit_that_meets_another_writer_is_busy_and_leaves_nothing(
    shop: Shop, once: Fitted, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import may begin at any moment of a fit, before the index is built or before it is switched."""
    monkeypatch.setattr("wares.writing.WAIT_S", 0.1)
    monkeypatch.setattr("wares.writing.SWITCH_WAIT_S", 0.1)
    with ExitStack() as writing:
        began: list[Progress] = []

        def write(progress: Progress) -> None:
            if progress.stage == stage and not began:
                began.append(progress)
                writing.enter_context(WriterLock(shop.path))

        with pytest.raises(ShopBusy):
            fit(shop, recipe=QUICK, on_progress=write)
        assert began
        assert (shop.fit, shop.fits.names(), folders(shop)) == ("", [], [])
        assert answers(shop) == once.before
    assert fit(shop, recipe=QUICK).switched
    assert len(versions(shop)) == 2


def test_two_fits_at_once_are_refused_and_searching_is_not(shop: Shop, offline: Environment, once: Fitted) -> None:
    with (
        Shop.open(shop.path, environment=offline) as other,
        other.fits.begin(),
        pytest.raises(ShopBusy, match="being fitted"),
    ):
        assert answers(shop) == once.before
        fit(shop, recipe=QUICK)
    assert fit(shop, recipe=QUICK).switched


FITTER = """
import sys
from pathlib import Path
from wares.encoders.terms import BUCKETS
from wares.errors import SetupError, ShopBusy, StoreError
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.fit.drift import drift
from wares.fit.due import due
from wares.fit.job import Judged, fit
from wares.fit.report import FitReport
from wares.index.locks import WriterLock
from wares.fit.network import Shape
from wares.fit.training import Recipe
from wares.settings import Environment
from wares.shop import Shop

path, cache = map(Path, sys.argv[1:3])
recipe = Recipe(
    pictures=Shape(32, 24), words=Shape(32, 24, BUCKETS), batch=96, steps=60, every=20, viewed=0.0, rate=3e-3
)

def tell(progress):
    print(progress.stage, flush=True)

with Shop.open(path, environment=Environment(cache=cache, offline=True)) as shop:
    fit(shop, recipe=recipe, on_progress=tell)
"""


def killed(path: Path, offline: Environment, stage: str, times: int = 1) -> None:
    """Fit in a process of its own, and kill it with its children when it has told a stage so often."""
    process = subprocess.Popen(
        [sys.executable, "-c", FITTER, str(path), str(offline.cache)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    told = 0
    for line in process.stdout:
        told += line.strip() == stage
        if told == times:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert told == times, f"it ended before it told {stage!r} so often"


def test_a_killed_fit_leaves_the_shop_answering_and_the_next_one_cleans_up(
    shop: Shop, once: Fitted, offline: Environment
) -> None:
    path = shop.path
    shop.close()
    for stage in ("training", "building the index", "asking made questions"):
        killed(path, offline, stage)
        with Shop.open(path, environment=offline) as again:
            assert answers(again) == once.before
            assert again.fit == ""
    with Shop.open(path, environment=offline) as again:
        assert folders(again), "a killed process can clear nothing away"
        assert again.fits.names() == []
        assert fit(again, recipe=QUICK).switched
        assert folders(again) == [again.fit]
        assert len(versions(again)) == 2
        assert answers(again) != once.before
        assert all(check.ok for check in again.check()), again.check()


# -- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["gone", "cut", "folder gone"])
def test_heads_that_are_lost_are_told_and_rebuilding_mends(
    fitted: Shop, once: Fitted, offline: Environment, damage: str
) -> None:
    heads = fitted.path / "fits" / "000001" / "heads.npz"
    fitted.close()
    if damage == "gone":
        heads.unlink()
    elif damage == "cut":
        heads.write_bytes(heads.read_bytes()[:1000])
    else:
        shutil.rmtree(fitted.path / "fits")
    with Shop.open(fitted.path, environment=offline) as again:
        with pytest.raises(StoreError, match="rebuild"):
            again.search("blue kite")
        assert again.rebuild().fit == ""
        # Words count a little otherwise in an index that was built of all products at once.
        assert {name for name, _ in answers(again)} == {name for name, _ in once.before}
        assert not found(again, "blue kite")
        assert fit(again, recipe=QUICK).switched


def test_lost_heads_can_be_gone_back_from(fitted: Shop, once: Fitted, offline: Environment) -> None:
    fitted.close()
    shutil.rmtree(fitted.path / "fits")
    with Shop.open(fitted.path, environment=offline) as again:
        assert again.rollback().fit == ""
        assert answers(again) == once.before


def test_rebuilding_without_the_last_fit_takes_the_one_before(fitted: Shop, offline: Environment) -> None:
    before = answers(fitted)
    fit(fitted, recipe=QUICK, force=True)
    fitted.close()
    (fitted.path / "fits" / "000002" / "heads.npz").write_bytes(b"no heads")
    with Shop.open(fitted.path, environment=offline) as again:
        assert again.rebuild().fit == "000001"
        assert answers(again) == before


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"", b'{"verdict": 3}', b"[]"])
def test_a_damaged_report_is_told_and_the_shop_goes_on(fitted: Shop, data: bytes) -> None:
    report = fitted.path / "fits" / "000001" / "fit.json"
    before = answers(fitted)
    report.write_bytes(data)
    with pytest.raises(StoreError, match=r"fit\.json is damaged.*wares fit"):
        drift(fitted)
    assert answers(fitted) == before
    fit(fitted, recipe=QUICK, force=True)
    assert not drift(fitted).due


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[]", b'{"last_change": "x"}'])
def test_a_damaged_note_of_the_last_try_only_lets_it_try_again(fitted: Shop, data: bytes) -> None:
    assert not due(fitted)
    (fitted.path / "fits" / "tried.json").write_bytes(data)
    assert due(fitted)


# -- drift ----------------------------------------------------------------------------------------------------------


def test_a_shop_that_was_never_fitted_is_due(shop: Shop) -> None:
    told = drift(shop)
    assert told.due
    assert told.verdict == "the shop has not been fitted yet"
    assert due(shop)


def test_nothing_is_due_right_after_a_fit(fitted: Shop) -> None:
    told = drift(fitted)
    assert (told.due, told.verdict, told.new) == (False, "no need to fit again", 0)
    assert not due(fitted)


def test_a_few_more_of_the_same_are_no_drift(fitted: Shop, tmp_path: Path) -> None:
    fitted.add(catalogue(tmp_path, 55, first=1_000))
    told = drift(fitted)
    assert told.new == 55
    assert told.unknown_words is not None
    assert told.found_now is not None
    assert told.low is not None
    assert told.high is not None
    assert told.low <= told.found_now <= told.high
    assert not any("products are new" in reason for reason in told.verdict.split("; "))
    assert not due(fitted)


def test_a_third_that_is_new_in_words_never_learned_is_drift(fitted: Shop, tmp_path: Path) -> None:
    new = [
        msgspec.structs.replace(product, title=f"Zorblat quux {product.id}", category=("Gadgetry",), attributes={})
        for product in catalogue(tmp_path, 130, first=2_000)
    ]
    fitted.add(new)
    told = drift(fitted)
    assert told.due
    assert "new or changed" in told.verdict
    assert "never learned" in told.verdict
    assert told.unknown_words is not None
    assert told.unknown_words > 0.3
    assert due(fitted)


def test_drift_changes_nothing(fitted: Shop) -> None:
    before = sorted((str(path), path.stat().st_mtime_ns) for path in (fitted.path / "fits").rglob("*.*"))
    drift(fitted)
    assert sorted((str(path), path.stat().st_mtime_ns) for path in (fitted.path / "fits").rglob("*.*")) == before


def run(*arguments: object, offline: Environment) -> str:
    """The real command, in a process of its own."""
    variables = {**os.environ, "WARES_CACHE": str(offline.cache), "WARES_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "wares", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=variables,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
