"""Why a product is where it is, and why another is not there: every reason, in a real shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from wares.errors import QueryError
from wares.insight.why import Why, why
from wares.merchandising.desk import Desk
from wares.query import filters
from wares.ranking.rules.records import Choice, Pin, Rule, Then, Weight, When
from wares.records import Media, Part, Product, Query
from wares.settings import DiversitySettings, RankingSettings
from wares.shop import Shop
from wares.store.entries import Entry
from wares.store.store import Store


def asked(text: str = "", where: str = "", **more: object) -> Query:
    """A question whose words are taken as they are, unless it is said to ``parse`` them."""
    more.setdefault("parse", False)
    parts = (Part("text", text),) if text else ()
    return Query(parts=parts, where=filters.parse(where) if where else None, **more)  # type: ignore[arg-type]


def test_a_product_that_is_shown_has_its_place_and_what_made_its_score(shop: Shop) -> None:
    found = why(shop, asked("red cup"), "cup-red")
    assert (found.state, found.place, found.page) == ("shown", 1, 1)
    assert "place 1" in found.told
    assert found.score == pytest.approx(sum(item.value for item in found.why))
    [hit, *_] = shop.search(asked("red cup")).hits
    assert found.why == hit.why
    assert {span.field for span in found.matched} >= {"title", "attributes.colour"}
    assert [step.place for step in found.steps] == [1] * len(found.steps)
    words = next(near for near in found.channels if near.channel == "words")
    assert (words.place, words.brought, words.lacks) == (1, True, ())


def test_every_place_is_the_one_in_the_answer_and_every_score_is_told_in_full(shop: Shop) -> None:
    query = asked("cup of everyday life", limit=100)
    hits = shop.search(query).hits
    for place, hit in enumerate(hits, start=1):
        found = why(shop, query, hit.id)
        assert (found.state, found.place, found.score) == ("shown", place, hit.score)
        assert sum(item.value for item in found.why) == pytest.approx(hit.score)


def test_a_product_on_another_page_has_its_page(shop: Shop) -> None:
    query = asked("everyday life", limit=2)
    ids = [hit.id for hit in shop.search(msgspec.structs.replace(query, limit=100)).hits]
    found = why(shop, query, ids[2])
    assert (found.state, found.place, found.page) == ("further on", 3, 2)
    assert "page 2 (place 3), and page 1" in found.told
    assert why(shop, msgspec.structs.replace(query, offset=2), ids[2]).state == "shown"


def test_the_condition_that_fails_is_named_with_what_the_product_has(shop: Shop) -> None:
    found = why(shop, asked("red cup", 'price < 50 AND brand = "Foo lamp" AND size EXISTS'), "cup-red")
    assert found.state == "filtered"
    assert [condition.holds for condition in found.conditions] == [True, False, False]
    assert 'brand = "Foo lamp" does not hold, for its brand is Acme' in found.told
    assert "size EXISTS does not hold, for it has no size" in found.told
    assert "price" not in found.told


def test_conditions_that_no_one_variant_passes_together_are_said_to_be(shop: Shop) -> None:
    found = why(shop, asked("", 'size = "L" AND price < 30'), "bag-red")
    assert found.state == "filtered"
    assert all(condition.holds for condition in found.conditions)
    assert "no one variant" in found.told


def test_a_product_below_the_cut_off_has_its_rank_its_score_and_the_least_score(shop: Shop) -> None:
    found = why(shop, asked("red cup"), "lamp-blue")
    assert found.state == "below the cut-off"
    assert found.threshold is not None
    assert found.score is not None
    assert found.score < found.threshold
    assert f"rank {found.steps[0].place}" in found.told
    assert f"{found.score:.3f}" in found.told
    assert f"{found.threshold:.3f}" in found.told
    words = next(near for near in found.channels if near.channel == "words")
    assert words.lacks == ("red", "cup")


def test_where_nothing_comes_near_enough_no_least_score_is_told(shop: Shop) -> None:
    assert not shop.search(asked("zeppelin")).hits
    found = why(shop, asked("zeppelin"), "cup-red")
    assert found.state == "below the cut-off"
    assert found.told.endswith("no product comes near enough to what was asked for")
    assert "inf" not in found.told


@pytest.fixture
def crowd(tmp_path: Path, shop: Shop) -> Shop:
    """The shop with more alike products than a channel brings."""
    shop.add([Product(id=f"mat-{n}", title=f"Yoga mat number {n}") for n in range(150)])
    return shop


def test_a_product_that_is_not_near_and_holds_no_word_does_not_match(crowd: Shop) -> None:
    found = why(crowd, asked("yoga mat"), "lamp-blue")
    assert found.state == "not found"
    assert "it shares no word with the question" in found.told
    assert "the last of the nearest 100 has" in found.told
    assert found.place is None
    assert found.why == ()


def test_what_is_lacking_of_the_words_is_named(crowd: Shop) -> None:
    crowd.add([Product(id="odd", title="A very different thing altogether with everything but a mat in it")])
    found = why(crowd, asked("yoga mat"), "odd")
    assert next(near for near in found.channels if near.channel == "words").lacks == ("yoga",)


def test_a_product_that_is_folded_names_the_one_in_its_place(shop: Shop, goods: list[Product]) -> None:
    twin = msgspec.structs.replace(goods[0], id="twin-of-cup")
    shop.add([twin])
    first, second = (why(shop, asked("red cup"), id) for id in ("cup-red", "twin-of-cup"))
    shown, folded = (first, second) if first.state == "shown" else (second, first)
    assert (shown.state, folded.state) == ("shown", "folded")
    assert folded.into == shown.id
    assert f"folded into {shown.id}" in folded.told
    assert f"place {shown.place}" in folded.told


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    with Desk(shop, by="somebody") as opened:
        yield opened


def test_the_rule_that_hides_a_product_is_named(shop: Shop, desk: Desk) -> None:
    desk.put_rules([Rule(name="recall", then=Then(hide=(Choice(ids=("cup-red",)),)))])
    found = why(shop, asked("red cup"), "cup-red")
    assert (found.state, found.by) == ("hidden", "recall")
    assert found.told == "it is hidden by rule recall"
    assert found.place is None


def test_what_a_rule_added_and_where_it_put_a_product_is_told(shop: Shop, desk: Desk) -> None:
    desk.put_rules(
        [
            Rule(name="lamps", then=Then(boost=(Weight(by=0.5, ids=("lamp-red",)),))),
            Rule(name="top", then=Then(pin=(Pin("cup-blue", 1),))),
        ]
    )
    boosted = why(shop, asked("red"), "lamp-red")
    assert any((item.part, item.channel) == ("rule", "lamps") and item.value == 0.5 for item in boosted.why)
    assert sum(item.value for item in boosted.why) == pytest.approx(boosted.score)
    pinned = why(shop, asked("red"), "cup-blue")
    assert (pinned.state, pinned.place) == ("shown", 1)
    assert any(move.by == "rule top" and move.after == 1 for move in pinned.moves)


def test_a_rule_that_leads_elsewhere_is_told(shop: Shop, desk: Desk) -> None:
    desk.put_rules([Rule(name="sale", when=When(contains=("cup",)), then=Then(redirect="https://shop.example/sale"))])
    assert why(shop, asked("red cup"), "cup-red").redirect == "https://shop.example/sale"


def test_a_condition_that_was_read_out_of_the_words_says_so(shop: Shop) -> None:
    found = why(shop, asked("cup under 15", parse=True), "bag-red")
    assert found.state == "filtered"
    failing = [condition for condition in found.conditions if not condition.holds]
    assert {condition.source for condition in failing} == {"words"}
    assert any(condition.said == "under 15" for condition in failing)
    assert 'read out of "under 15"' in found.told
    assert why(shop, asked("cup under 15"), "bag-red").conditions == ()


def test_a_correction_is_told(shop: Shop) -> None:
    found = why(shop, asked("bleu cupp", parse=True), "cup-blue")
    assert {correction.said for correction in found.corrections} == {"bleu", "cupp"}


def test_who_moved_a_product_is_told(shop: Shop) -> None:
    settings = msgspec.structs.replace(
        shop.settings, ranking=RankingSettings(diversity=DiversitySettings(brand=0.9), cutoff=0.0)
    )
    shop.apply(settings)
    moved = [found for id in ("lamp-red", "cup-red", "bag-red") if (found := why(shop, asked("red acme"), id)).moves]
    assert moved
    assert moved[0].moves[0].by == "diversity"


def test_the_product_that_others_should_be_like_is_said_to_be_that(shop: Shop) -> None:
    found = why(shop, Query(parts=(Part("like", "cup-red"),)), "cup-red")
    assert found.state == "asked about"


def test_a_product_that_went_meanwhile_is_said_to_have(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = shop.trace

    def slowly(*arguments: object, **options: object) -> object:
        found = trace(*arguments, **options)  # type: ignore[arg-type]
        shop.remove(["cup-red"])
        return found

    monkeypatch.setattr(shop, "trace", slowly)
    found = why(shop, asked("red cup"), "cup-red")
    assert (found.state, found.title) == ("removed", "")
    assert "removed since" in found.told


def test_a_product_that_the_index_does_not_have_yet_is_said_to_be_stored(shop: Shop) -> None:
    with Store.open(shop.path / "shop.db") as store:
        store.put([Entry(product=Product(id="new", title="New kettle"), hash=b"n" * 16)])
    found = why(shop, asked("red cup"), "new")
    assert found.state == "not indexed"
    assert "wares rebuild" in found.told


def test_an_unknown_id_is_answered_with_the_nearest(shop: Shop) -> None:
    with pytest.raises(QueryError, match="cup-red"):
        why(shop, asked("red cup"), "cup-rde")


def test_without_a_question_everything_that_passes_has_a_place(shop: Shop) -> None:
    ids = [hit.id for hit in shop.search(asked(limit=100)).hits]
    for place, id in enumerate(ids, start=1):
        found = why(shop, asked(limit=100), id)
        assert (found.state, found.place) == ("shown", place)
    assert why(shop, asked("", "price > 20"), "plain").state == "filtered"


def test_in_the_order_of_a_field_a_product_has_its_place_in_that_order(shop: Shop) -> None:
    query = asked("", sort="-price", limit=3)
    ids = [hit.id for hit in shop.search(msgspec.structs.replace(query, limit=100)).hits]
    for place, id in enumerate(ids, start=1):
        found = why(shop, query, id)
        assert (found.place, found.page) == (place, (place - 1) // 3 + 1)
        assert found.state == ("shown" if place <= 3 else "further on")


def test_the_region_of_the_picture_that_matched_is_told(shop: Shop, goods: list[Product]) -> None:
    query = Query(parts=(Part("image", str(goods[4].media[0].source)),))
    found = why(shop, query, goods[4].id)
    assert found.regions is not None
    assert found.media is not None
    assert found.media.source == goods[4].media[0].source
    assert found.regions.source == found.media.source
    assert why(shop, asked("green lamp"), goods[4].id).regions is None
    assert why(shop, query, "plain").regions is None


def test_a_picture_that_is_gone_is_a_note_and_no_error(shop: Shop, tmp_path: Path, goods: list[Product]) -> None:
    path = tmp_path / "soon-gone.png"
    path.write_bytes(Path(str(goods[0].media[0].source)).read_bytes())
    shop.add([Product(id="soon", title="Soon gone", media=(Media(str(path)),))])
    path.unlink()
    found = why(shop, Query(parts=(Part("image", str(goods[0].media[0].source)),)), "soon")
    assert found.regions is None
    assert any("soon-gone.png" in note for note in found.notes)


@pytest.mark.parametrize("id", ["", "   ", "\0", "a" * 10_000, "'; DROP TABLE products; --", "🚀", "%", "../cup-red"])
def test_an_odd_id_is_the_askers_mistake(shop: Shop, id: str) -> None:
    with pytest.raises(QueryError):
        why(shop, asked("red cup"), id)


@pytest.mark.parametrize("text", ["🚀👟", " ", "x" * 10_000, "\0"])
def test_an_odd_question_is_the_askers_mistake_or_is_answered(shop: Shop, text: str) -> None:
    try:
        found = why(shop, Query(parts=(Part("text", text),)), "cup-red")
    except QueryError as refused:
        assert str(refused)
    else:
        assert found.told


def test_an_odd_product_is_explained(shop: Shop) -> None:
    odd = Product(
        id="öd/ <b>&'\"", title="🚀 " + "red " * 3_000, attributes={"": "red", "x.y": ("red", ""), "n": 1e300}
    )
    shop.add([odd])
    assert why(shop, asked("red"), odd.id).matched


def everything(shop: Shop) -> list[Callable[[], Why]]:
    return [lambda: why(shop, asked("red cup"), "cup-red"), lambda: why(shop, asked("", "price > 99"), "cup-red")]


def test_a_reason_is_json_and_back(shop: Shop) -> None:
    for solve in everything(shop):
        found = solve()
        assert msgspec.json.decode(msgspec.json.encode(found), type=Why) == found
