"""How a shop makes one score of several, by its settings or by those of one question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from wares.errors import QueryError, SetupError
from wares.ranking.fusion import FITTED, METHODS
from wares.ranking.fusion.learned import Network
from wares.ranking.fusion.learned.composer import fresh as composer
from wares.ranking.fusion.learned.head import fresh
from wares.ranking.fusion.learned.saved import encode
from wares.records import Part, Product, Query
from wares.settings import BARE, Environment, FoldingSettings, FusionSettings, Settings
from wares.shop import Shop

WORDS_ALONE = FusionSettings(weights={"text.text": 0, "text.image": 0})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, goods: list[Product]) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("fusing")
    apart = Settings(model="basic", folding=FoldingSettings(on=False))
    environment = Environment(cache=folder, offline=True)
    with Shop.open(folder / "shop", settings=apart, environment=environment) as opened:
        opened.add(goods)
        write_network(opened)
        yield opened


def write_network(shop: Shop) -> None:
    """A fit "random" of the shop: its network departs from the weights, and composes, in every form of question."""
    names = ("text.words", "text.hashed.text", "image.colour.image", "like.hashed.text", "composed.hashed.text")
    rng = np.random.default_rng(1)
    head = fresh(names, seed=1)
    head = head._replace(outward=rng.normal(size=head.outward.shape), together=np.full(len(names), 0.2))
    composers = {spec: composer(len(rows[0]), seed=1) for spec, rows in sample(shop).items()}
    path = shop.path / "fits" / "random" / "fusion.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode(Network(head, composers, frozenset({"text", "image + text", "like + text"}))))


def sample(shop: Shop) -> dict[str, np.ndarray]:
    """The vectors of one product by channel."""
    return {
        channel: shop.vectors(channel, ["mug-red"])["mug-red"]
        for channel in shop.info().channels
        if channel != "words"
    }


def fusing(method: str, **changes: object) -> FusionSettings:
    """Settings of a method, with the fit that some need."""
    return FusionSettings(method=method, learned="random" if method in FITTED else "", **changes)  # type: ignore[arg-type]


@pytest.fixture
def question(goods: list[Product]) -> Query:
    return Query(parts=(Part("text", "red shirt"), Part("image", str(goods[4].media[0].source), 0.7)), limit=100)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_and_its_reasons_sum_to_the_score(shop: Shop, question: Query, method: str) -> None:
    results = shop.search(question, fusion=fusing(method))
    assert results.hits
    for hit in results.hits:
        assert sum(item.value for item in hit.why) == pytest.approx(hit.score, abs=1e-6)
    scores = [hit.score for hit in results.hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("method", METHODS)
def test_a_rehearsal_orders_as_a_search_does(shop: Shop, question: Query, method: str) -> None:
    settings = fusing(method, weights={"text.text": 0.7})
    found = shop.rehearse(question, vectors=True).ranked(shop.fusion(settings))
    results = shop.search(question, fusion=settings, ranking=BARE)
    assert [id for id, _ in found] == [hit.id for hit in results.hits]
    assert [score for _, score in found] == pytest.approx([hit.score for hit in results.hits])


def test_words_alone_look_in_no_vectors(shop: Shop) -> None:
    results = shop.search("red shirt", fusion=WORDS_ALONE, ranking=BARE, k=100)
    assert {item.channel for hit in results.hits for item in hit.why} == {"words"}
    assert results.total == sum(1 for hit in results.hits if {"red", "shirt"} & set(hit.title.casefold().split()))


def test_a_question_that_no_channel_with_a_weight_understands_is_refused(shop: Shop, goods: list[Product]) -> None:
    blind = FusionSettings(weights={"image.image": 0, "image.seen.image": 0})
    with pytest.raises(QueryError, match="image"):
        shop.search(image=str(goods[0].media[0].source), fusion=blind)


def test_a_weight_for_a_channel_that_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(SetupError, match=r"'text.wrods' is for no channel of this shop; known: .*words"):
        shop.search("red shirt", fusion=FusionSettings(weights={"text.wrods": 1.0}))


def test_a_shop_keeps_how_it_fuses(tmp_path: Path, goods: list[Product]) -> None:
    environment = Environment(cache=tmp_path, offline=True)
    settings = Settings(model="basic", fusion=WORDS_ALONE)
    with Shop.open(tmp_path / "shop", settings=settings, environment=environment) as made:
        made.add(goods[:3])
    with Shop.open(tmp_path / "shop", environment=environment) as again:
        assert again.settings.fusion == WORDS_ALONE
        assert {item.channel for hit in again.search("red", ranking=BARE).hits for item in hit.why} == {"words"}


def test_an_empty_shop_rehearses_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "black.png")
    environment = Environment(cache=tmp_path, offline=True)
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as empty:
        assert empty.rehearse(Query(parts=(Part("text", "red"),))).ranked(FusionSettings()) == []


def test_each_stage_of_a_search_has_its_time(shop: Shop, question: Query) -> None:
    results = shop.search(question)
    laps = {name: lap for name, lap in results.timings_ms.items() if "." not in name}
    assert list(laps) == ["parse", "understand", "encode", "index", "rank", "count", "hydrate"]
    assert sum(laps.values()) == pytest.approx(results.took_ms, abs=0.01)
    stages = [name.removeprefix("rank.") for name in results.timings_ms if name.startswith("rank.")]
    assert stages == list(shop.settings.ranking.chain)


# -- what was fitted to the shop --------------------------------------------------------------------------------


def test_what_parts_ask_together_is_asked_of_the_index_and_told(shop: Shop) -> None:
    query = Query(parts=(Part("like", "mug-red"), Part("text", "blue")), limit=9)
    hits = shop.search(query, fusion=fusing("learned")).hits
    told = {(item.part, item.channel) for hit in hits for item in hit.why}
    assert ("like + text", "hashed.text") in told
    assert all(sum(item.value for item in hit.why) == pytest.approx(hit.score, abs=1e-6) for hit in hits)
    assert "mug-red" not in {hit.id for hit in hits}


def test_a_form_of_question_that_was_not_won_is_answered_by_the_weights(shop: Shop) -> None:
    query = Query(parts=(Part("like", "mug-red"), Part("text", "blue", -1.0)), limit=9)
    one, other = (shop.search(query, fusion=fusing(method)).hits for method in ("weighted", "learned"))
    assert [(hit.id, hit.score) for hit in one] == [(hit.id, hit.score) for hit in other]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "none is named; run: wares fit"),
        ("none", "there is no network"),
        ("../x", "name of a fit"),
        ("..", "name"),
    ],
)
def test_a_fit_that_is_not_there_is_told(shop: Shop, name: str, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        shop.search("red", fusion=FusionSettings(method="learned", learned=name))
    with pytest.raises(SetupError, match=says):
        shop.check_settings(
            msgspec.structs.replace(shop.settings, fusion=FusionSettings(method="learned", learned=name))
        )


def test_a_network_of_another_index_is_told(shop: Shop) -> None:
    network = Network(fresh((), 1), {"hashed.text": composer(7, 1)}, frozenset({"text"}))
    other = shop.path / "fits" / "other" / "fusion.npz"
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(encode(network))
    with pytest.raises(SetupError, match=r"fitted to another index: it composes in hashed\.text of 7 dimensions"):
        shop.search("red", fusion=FusionSettings(method="learned", learned="other"))
    assert shop.fitted_fusions() == ["other", "random"]
