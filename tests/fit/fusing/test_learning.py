"""A shop learns how to fuse: what there is to win is won, and where there is nothing the weights stay."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from wares.errors import SetupError
from wares.evaluation.made import make
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.fit.fusing import FusionReport, learn_fusion
from wares.fit.fusing.report import Group, verdict
from wares.records import Part, Query
from wares.settings import BARE, FusionSettings
from wares.shop import Shop


@pytest.fixture(scope="module")
def composed(shop: Shop) -> FusionReport:
    """What composed questions made out of the catalogue teach."""
    queries, judgments = make(shop.products(), folder=shop.path, kinds=["composed"], size=90)
    return learn_fusion(shop, queries, judgments, folder=shop.path / "fits" / "composed", seed=1)


def pictures_count(shop: Shop) -> tuple[QuerySet, Judgments]:
    """Words of one product and, with little weight, the picture of another, which is the right one."""
    products = sorted(shop.products(), key=lambda product: product.id)
    asked: list[Asked] = []
    gains: dict[str, dict[str, int]] = {}
    for at, product in enumerate(products):
        other = products[(at + 41) % len(products)]
        parts = (Part("text", other.title), Part("image", str(product.media[0].source), 0.4))
        asked.append(Asked(id=product.id, query=Query(parts=parts)))
        gains[product.id] = {product.id: 3}
    return QuerySet(name="planted", queries=tuple(asked)), Judgments(name="planted", gains=gains)


def titles_only(shop: Shop) -> tuple[QuerySet, Judgments]:
    """Questions that words answer as they are."""
    asked = [Asked(id=p.id, query=Query(parts=(Part("text", p.title),))) for p in shop.products()]
    gains = {one.id: {one.id: 3} for one in asked}
    return QuerySet(name="titles", queries=tuple(asked)), Judgments(name="titles", gains=gains)


def place(shop: Shop, asked: Asked, fusion: FusionSettings) -> int:
    """Where the product that a question is named after stands."""
    query = msgspec.structs.replace(asked.query, limit=100)
    return [hit.id for hit in shop.search(query, fusion=fusion, ranking=BARE).hits].index(asked.id)


def test_a_planted_rule_is_learned_and_the_fit_is_used_by_its_name(shop: Shop) -> None:
    queries, judgments = pictures_count(shop)
    report = learn_fusion(shop, queries, judgments, folder=shop.path / "fits" / "planted", seed=1)
    assert report.used == ("image + text",)
    assert report.held_out[0].learned > report.held_out[0].in_force + 0.3
    assert report.recommended == FusionSettings(method="learned", learned="planted")
    shop.check_settings(msgspec.structs.replace(shop.settings, fusion=report.recommended))
    one = queries.queries[0]
    assert place(shop, one, report.recommended) < place(shop, one, FusionSettings())
    assert shop.settings.fusion == FusionSettings(), "nothing is applied"


def test_composed_questions_are_answered_better(composed: FusionReport) -> None:
    assert composed.recommended is not None
    assert "like + text" in composed.used
    assert composed.composes == ("hashed.text",)
    assert composed.held_out[0].better
    assert all(how.after <= how.before for how in composed.composing)


def test_the_report_is_written_beside_the_network(shop: Shop, composed: FusionReport) -> None:
    folder = shop.path / "fits" / "composed"
    assert {path.name for path in folder.iterdir()} == {"fusion.npz", "fusion.json"}
    told = json.loads((folder / "fusion.json").read_text(encoding="utf-8"))
    assert told["verdict"] == composed.verdict
    assert msgspec.json.decode((folder / "fusion.json").read_bytes(), type=FusionReport) == composed


def test_the_same_seed_learns_the_same(shop: Shop, tmp_path: Path) -> None:
    queries, judgments = pictures_count(shop)
    files = []
    for name in ("one", "other"):
        learn_fusion(shop, queries, judgments, folder=tmp_path / name, seed=4, composed=False)
        files.append((tmp_path / name / "fusion.npz").read_bytes())
    assert files[0] == files[1]


def test_where_there_is_nothing_to_win_the_weights_stay(shop: Shop, tmp_path: Path) -> None:
    report = learn_fusion(shop, *titles_only(shop), folder=tmp_path / "fit", seed=1)
    assert report.recommended is None
    assert report.verdict.startswith("falls back to the weights in force: no form of question was better")
    assert report.used == ()


def test_too_few_questions_are_told_and_nothing_is_learned(shop: Shop, tmp_path: Path) -> None:
    queries, judgments = titles_only(shop)
    few = msgspec.structs.replace(queries, queries=queries.queries[:9])
    report = learn_fusion(shop, few, judgments, folder=tmp_path / "fit")
    assert report.recommended is None
    assert "there are 9" in report.verdict
    assert not (tmp_path / "fit" / "fusion.npz").exists()


def test_a_damaged_fit_is_told_and_not_searched_by(shop: Shop, composed: FusionReport) -> None:
    path = shop.path / "fits" / "damaged" / "fusion.npz"
    path.parent.mkdir()
    path.write_bytes((shop.path / "fits" / "composed" / "fusion.npz").read_bytes()[:-200])
    with pytest.raises(SetupError, match="damaged or incomplete"):
        shop.search("red", fusion=FusionSettings(method="learned", learned="damaged"))


def group(name: str, difference: float, p: float) -> Group:
    return Group(name=name, questions=50, in_force=0.5, learned=0.5 + difference, low=0, high=0, p=p)


@pytest.mark.parametrize(
    ("held_out", "wins", "says"),
    [
        ([group("all", 0.1, 0.01), group("typo", -0.01, 0.4)], True, "better: +0.100"),
        ([group("all", 0.1, 0.2)], False, "cannot be told from chance"),
        ([group("all", -0.1, 0.01)], False, "falls back"),
        (
            [group("all", 0.1, 0.01), group("typo", -0.05, 0.01)],
            False,
            "questions of typo that were held out lose 0.050",
        ),
        ([], False, "no form of question"),
    ],
)
def test_a_network_must_win_and_lose_nowhere(held_out: list[Group], wins: bool, says: str) -> None:
    found, why = verdict(held_out, ["text"])
    assert found is wins
    assert says in why
