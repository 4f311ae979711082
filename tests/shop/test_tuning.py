"""Tuning a shop: which channels are weighed, by which names, and what becomes of questions that cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from wares.errors import MissingExtra, SetupError
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.evaluation.tuning.trials import Limits
from wares.ranking.fusion import WEIGHTS
from wares.ranking.fusion.learned import Network
from wares.ranking.fusion.learned.head import fresh
from wares.ranking.fusion.learned.saved import encode
from wares.records import Part, Product, Query
from wares.settings import Environment, FoldingSettings, FusionSettings, Settings, UnderstandingSettings
from wares.shop import Shop
from wares.tuning import methods_of, tune

FEW = Limits(trials=6)


#: What fusion does is seen best where filters that words say do not do it.
AS_TYPED = UnderstandingSettings(filters=False, spelling=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, goods: list[Product]) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("tuning")
    apart = Settings(model="basic", folding=FoldingSettings(on=False), understanding=AS_TYPED)
    environment = Environment(cache=folder, offline=True)
    with Shop.open(folder / "shop", settings=apart, environment=environment) as opened:
        opened.add(goods)
        yield opened


@pytest.fixture
def questions(goods: list[Product]) -> tuple[QuerySet, Judgments]:
    """Each product by its title and by its picture, twice with other words that nobody knows."""
    asked: list[Asked] = []
    gains: dict[str, dict[str, int]] = {}
    for product in goods:
        text = Part("text", product.title)
        picture = Part("image", str(product.media[0].source))
        more = Part("text", f"{product.title} wonderful")
        for name, parts in (("text", (text,)), ("image", (picture,)), ("both", (more, picture))):
            asked.append(Asked(id=f"{product.id} {name}", query=Query(parts=parts)))
            gains[asked[-1].id] = {product.id: 3}
    return QuerySet(name="goods", queries=tuple(asked)), Judgments(name="goods", gains=gains)


def test_channels_have_the_names_that_the_shipped_weights_have(
    shop: Shop, questions: tuple[QuerySet, Judgments]
) -> None:
    report = tune(shop, *questions, methods=["weighted"], limits=FEW)
    best = report.row("best of weighted bounds").settings
    searched = {name for name in best.weights if name.partition(".")[0] in ("text", "image")}
    channels = set(shop.info().channels)
    assert {"text.words", "text.text"} <= searched
    for name in searched:
        assert name in WEIGHTS or name.partition(".")[2] in channels, name
    assert not any(name.startswith("like") for name in best.weights), "no question asks for likeness"


def test_a_channel_without_a_weight_can_get_one(shop: Shop, questions: tuple[QuerySet, Judgments]) -> None:
    blind = FusionSettings(weights={"text.words": 0.0, "text.text": 0.0})
    shop.apply(msgspec.structs.replace(shop.settings, fusion=blind))
    try:
        report = tune(shop, *questions, methods=["weighted"], limits=Limits(trials=30))
        assert report.tuned.weights["text.words"] + report.tuned.weights["text.text"] > 0
        assert report.row("tuned").train > report.row("in force").train
        assert shop.settings.fusion == blind, "nothing is applied"
    finally:
        shop.apply(msgspec.structs.replace(shop.settings, fusion=FusionSettings()))


def test_every_method_can_be_tried(shop: Shop, questions: tuple[QuerySet, Judgments]) -> None:
    report = tune(shop, *questions, limits=Limits(trials=9))
    tried = {row.name.removeprefix("best of ") for row in report.rows if row.name.startswith("best of ")}
    assert tried == {method.name for method in methods_of((), FusionSettings())}
    assert len(tried) == 9
    assert all(0 < row.held_out.mean <= 1 for row in report.rows)


def test_rehearsed_and_searched_figures_agree(shop: Shop, questions: tuple[QuerySet, Judgments]) -> None:
    """With both sides asked for the same questions, means over candidates are those of real searches."""
    from wares.evaluation.reporting import evaluate

    report = tune(shop, *questions, methods=["weighted", "concatenation"], limits=FEW)
    train = tuple(one for one in questions[0].queries if one.id in report.split.train)
    for row in report.rows:
        searched = evaluate(
            msgspec.structs.replace(questions[0], queries=train),
            questions[1],
            {"shop": lambda query, settings=row.settings: shop.search(query, fusion=settings)},
            measures=["nDCG@10"],
        )
        assert searched.systems[0].figures[0].mean == pytest.approx(row.train, abs=1e-6), row.name


def test_questions_that_cannot_be_asked_are_told(
    shop: Shop, questions: tuple[QuerySet, Judgments], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    broken = tuple(
        Asked(id=f"broken {n}", query=Query(parts=(Part("image", str(tmp_path / "broken.png"), 1 + n),)))
        for n in range(3)
    )
    asked = msgspec.structs.replace(questions[0], queries=(*questions[0].queries, *broken))
    gains = {**questions[1].gains, **{one.id: {"mug-red": 1} for one in broken}}
    report = tune(shop, asked, Judgments(name="some", gains=gains), methods=["weighted"], limits=FEW, seed=1)
    told = [remark for remark in report.remarks if "picture asked for cannot be used" in remark.text]
    assert sorted(id for remark in told for id in remark.ids) == ["broken 0", "broken 1", "broken 2"]


def test_other_products_make_another_study(
    tmp_path: Path, goods: list[Product], environment: Environment, questions: tuple[QuerySet, Judgments]
) -> None:
    with Shop.open(tmp_path / "own", model="basic", environment=environment) as own:
        own.add(goods)
        tune(own, *questions, methods=["weighted"], limits=FEW, study=tmp_path / "study")
        own.add([Product(id="late", title="Latecomer")])
        with pytest.raises(SetupError, match="something else: the index changed"):
            tune(own, *questions, methods=["weighted"], limits=FEW, study=tmp_path / "study")


def test_without_the_extra_its_name_is_told(
    shop: Shop, questions: tuple[QuerySet, Judgments], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"wares\[tune\]"):
        tune(shop, *questions, limits=FEW)


def test_a_fitted_method_is_not_tuned_but_may_be_in_force(shop: Shop, questions: tuple[QuerySet, Judgments]) -> None:
    with pytest.raises(SetupError, match="'learned' is not tuned but fitted"):
        tune(shop, *questions, methods=["learned"], limits=FEW)
    path = shop.path / "fits" / "own" / "fusion.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode(Network(fresh((), 1), {}, frozenset({"text"}))))
    shop.apply(msgspec.structs.replace(shop.settings, fusion=FusionSettings(method="learned", learned="own")))
    try:
        report = tune(shop, *questions, methods=["weighted"], limits=FEW)
        assert report.in_force.method == "learned"
        assert report.row("in force").train == pytest.approx(report.row("best of weighted bounds").train, abs=0.1)
    finally:
        shop.apply(msgspec.structs.replace(shop.settings, fusion=FusionSettings()))
