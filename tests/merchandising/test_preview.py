"""What rules would change is what they change, and nothing is kept by looking."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.errors import SetupError
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.merchandising import Desk
from wares.merchandising.effect import measure
from wares.merchandising.preview import preview
from wares.ranking.rules import Choice, Pin, Rule, Then, Weight
from wares.records import Compare, Part, Product, Query, Variant
from wares.settings import Environment
from wares.shop import Shop

Make = Callable[..., list[Rule]]


def asked(text: str, **more) -> Query:
    return Query(parts=(Part("text", text),), **more)


def ids(shop: Shop, query: Query, rules=None) -> list[str]:
    return [hit.id for hit in shop.search(query, rules=rules).hits]


def test_a_rule_of_a_file_is_tried_and_not_kept(shop: Shop, desk: Desk, rules: Make):
    made = rules({"name": "blue", "when": {"contains": "mugs"}, "then": {"pin": ["mug-blue"], "hide": ["mug-green"]}})
    found = preview(shop, asked("mug"), made)
    assert [(why.rule, why.why, why.does) for why in found.fired] == [
        ("blue", 'it says "mugs"', "pin mug-blue to 1 · hide mug-green")
    ]
    assert found.after[0].id == "mug-blue" and found.after[0].by == ("blue",)
    assert {shown.id: shown.change for shown in found.before}["mug-green"] == "gone"
    assert [shown.place for shown in found.after] == list(range(1, len(found.after) + 1))
    assert desk.rules.all() == [] and "mug-green" in ids(shop, asked("mug"))


def test_what_was_previewed_is_what_is_answered_once_it_is_kept(shop: Shop, desk: Desk, rules: Make):
    made = rules({"name": "up", "then": {"boost": [{"filter": "colour = blue", "by": 1}]}})
    found = preview(shop, asked("mug"), made)
    assert found.after[0].id == "mug-blue" and found.after[0].by == ("up",)
    desk.put_rules(made)
    time.sleep(1.1)  # a change is looked for once a second
    assert ids(shop, asked("mug")) == [shown.id for shown in found.after]
    assert [shown.id for shown in preview(shop, asked("mug")).after] == [shown.id for shown in found.after]
    hit = shop.search(asked("mug")).hits[0]
    assert sum(item.value for item in hit.why) == pytest.approx(hit.score)
    assert [(item.channel, item.value) for item in hit.why if item.part == "rule"] == [("up", 1.0)]


def test_redirects_banners_and_replacements_are_told(shop: Shop, rules: Make):
    made = rules(
        {"name": "sale", "when": {"exact": "sale"}, "then": {"redirect": "https://s.example/", "banner": "Hi"}},
        {"name": "cup", "when": {"exact": "cup"}, "then": {"replace": "mug"}},
    )
    found = preview(shop, asked("sale"), made)
    assert found.redirect == "https://s.example/" and found.banners[0].text == "Hi"
    found = preview(shop, asked("cup"), made)
    assert found.replaced == "mug" and found.after[0].id.startswith("mug")


def test_a_corrected_question_fires_what_it_means(shop: Shop, rules: Make):
    made = rules({"name": "shoes", "when": {"contains": "running shoe"}, "then": {"banner": "Run"}})
    assert [why.rule for why in preview(shop, asked("runing shoe"), made).fired] == ["shoes"]


def test_without_rules_nothing_changes(shop: Shop):
    found = preview(shop, asked("mug"), ())
    assert found.fired == () and all(not shown.change for shown in (*found.before, *found.after))


def test_to_hide_what_passes_a_filter_leaves_products_with_other_variants(tmp_path: Path):
    def shirt(id: str, *colours: str) -> Product:
        variants = tuple(Variant(id=f"{id}-{colour}", options={"colour": colour}) for colour in colours)
        return Product(id=id, title=f"Shirt {id}", variants=variants)

    hide = [Rule(name="no red", then=Then(hide=(Choice(where=Compare("colour", "=", "red")),)))]
    with Shop.open(
        tmp_path / "shirts", model="basic", environment=Environment(cache=tmp_path, offline=True)
    ) as shirts:
        shirts.add([shirt("a", "red", "blue"), shirt("b", "red"), shirt("c", "green")])
        found = shirts.search(asked("shirt"), rules=hide)
        assert sorted(hit.id for hit in found.hits) == ["a", "c"] and found.total == 2
        hidden = shirts.trace(asked("shirt"), rules=hide).hidden
        assert list(hidden.values()) == ["no red"], "b alone is hidden"


GOODS = ["mug-red", "mug-green", "mug-blue", "shoe-red", "shoe-blue"]
IDS = st.sampled_from(GOODS)
COLOUR = st.sampled_from(["red", "blue"]).map(lambda c: Compare("colour", "=", c))
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from("abc"),
        priority=st.integers(0, 1),
        then=st.builds(
            Then,
            pin=st.lists(st.builds(Pin, IDS, st.integers(1, 5)), max_size=2, unique_by=lambda p: p.id).map(tuple),
            hide=st.lists(
                st.builds(Choice, st.lists(IDS, max_size=2).map(tuple), st.none() | COLOUR), max_size=1
            ).map(tuple),
            boost=st.lists(st.builds(Weight, by=st.just(0.5), where=COLOUR), max_size=1).map(tuple),
        ),
    ),
    max_size=3,
    unique_by=lambda rule: rule.name,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(RULES, st.sampled_from(["mug", "running shoe", ""]), st.booleans())
def test_a_whole_search_keeps_to_the_rules(shop: Shop, rules: list[Rule], text: str, filtered: bool):
    where = Compare("brand", "=", "Acme") if filtered else None
    query = asked(text, where=where, parse=False) if text else Query(where=where)
    results = shop.search(query, rules=rules)
    colours = {id: id.partition("-")[2] for id in GOODS}
    shown = [hit.id for hit in results.hits]
    assert len(shown) == len(set(shown)) <= results.total
    assert not filtered or all(id.startswith("mug") for id in shown)
    for hit in results.hits:
        assert sum(item.value for item in hit.why) == pytest.approx(hit.score, abs=1e-6)
    for rule in rules:
        above = {pin.id for other in rules if other.priority > rule.priority for pin in other.then.pin}
        for choice in rule.then.hide:
            hidden = {id for id in GOODS if id in choice.ids or (choice.where and colours[id] == choice.where.value)}
            assert not hidden - above & set(shown) - above


def judged(**gains) -> Judgments:
    return Judgments(name="j", gains=gains)


def test_the_effect_of_a_rule_is_measured_where_it_fires(shop: Shop, rules: Make):
    made = rules(
        {"name": "green", "when": {"exact": "mug"}, "then": {"pin": ["mug-green"]}},
        {"name": "idle", "when": {"exact": "sofa"}, "then": {"pin": ["mug-red"]}},
    )
    questions = QuerySet(
        name="q", queries=(Asked(id="m", query=asked("mug")), Asked(id="s", query=asked("running shoe")))
    )
    judgments = judged(m={"mug-green": 1}, s={"shoe-red": 1, "shoe-blue": 1})
    found = measure(shop, made, questions, judgments, measures=["nDCG@10", "P@1"], depth=10)
    assert found.fired == {"green": 1, "idle": 0} and found.questions == 2
    without, with_ = ({f.measure: f.mean for f in system.figures} for system in found.report.systems)
    assert with_["P@1"] == 1.0 and with_["P@1"] >= without["P@1"]
    parted = {(s.kind, s.value) for s in found.report.systems[0].segments}
    assert {("rules", "a rule fires"), ("rules", "no rule fires")} <= parted
    same = measure(shop, made, questions, judgments, names=["idle"], measures=["P@1"], depth=10)
    assert [s.figures[0].mean for s in same.report.systems] == [1.0, 1.0], "the other rule counts on both sides"
    with pytest.raises(SetupError, match="no rule 'gren'"):
        measure(shop, made, questions, judgments, names=["gren"])
