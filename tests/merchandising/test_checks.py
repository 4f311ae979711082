"""Rules held against a shop and against each other."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from wares.errors import SetupError
from wares.index.base import FieldSpec
from wares.merchandising import Desk
from wares.merchandising.checks import Facts, asked, check
from wares.merchandising.meeting import may_meet, never, read
from wares.ranking.rules import Rule

Make = Callable[..., list[Rule]]
NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
FACTS = Facts({"colour": FieldSpec("colour", "keyword")}, lambda ids: set(ids))


def told(found) -> list[tuple[str, str]]:
    return [(finding.level, finding.rule) for finding in found]


def test_an_unknown_field_is_an_error_with_the_nearest_names(desk: Desk, rules: Make):
    [rule] = rules({"name": "a", "when": {"filter": "colur = red"}, "then": {"pin": ["mug-red"]}})
    [finding] = desk.check_rules([rule])
    assert finding.level == "error" and "unknown field 'colur'" in finding.message
    assert finding.mend == "did you mean colour?"
    with pytest.raises(SetupError, match=r"rule 'a': unknown field 'colur'; did you mean colour\?"):
        desk.put_rules([rule])
    assert desk.rules.all() == []


def test_an_unknown_field_of_an_action_is_found_too(rules: Make):
    made = rules({"name": "a", "then": {"hide": [{"filter": "colur = red"}]}})
    assert told(check(made, FACTS, NOW)) == [("error", "a")]


def test_a_value_that_a_field_cannot_have_is_an_error(rules: Make):
    made = rules({"name": "a", "when": {"filter": "price < 'cheap'"}, "then": {"banner": "x"}})
    assert told(check(made, FACTS, NOW)) == [("error", "a")]


def test_an_unknown_product_is_a_warning_with_the_nearest_ids(desk: Desk, rules: Make):
    made = rules({"name": "a", "then": {"pin": ["mug-rde"]}})
    [finding] = desk.check_rules(made)
    assert finding.level == "warning" and "mug-red" in finding.mend
    assert desk.put_rules(made) == ["a"]


def pin(name: str, product: str, place: int = 1, priority: int = 0, **when) -> dict:
    return {"name": name, "priority": priority, "when": when, "then": {"pin": [{"id": product, "place": place}]}}


def hide(name: str, product: str, priority: int = 0, **when) -> dict:
    return {"name": name, "priority": priority, "when": when, "then": {"hide": [product]}}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (pin("a", "x"), hide("b", "x"), "error"),
        (pin("a", "x", priority=1), hide("b", "x"), "warning"),
        (pin("a", "x", contains="red"), hide("b", "x", contains="mug"), "error"),
        (pin("a", "x", exact="red mug"), hide("b", "x", contains="mugs"), "error"),
        (pin("a", "x", exact="red mug"), hide("b", "x", contains="shoe"), None),
        (pin("a", "x", exact="red"), hide("b", "x", exact="mug"), None),
        (pin("a", "x", exact="red m*"), hide("b", "x", starts="red"), "error"),
        (pin("a", "x", starts="red"), hide("b", "x", starts="blue"), None),
        (pin("a", "x", starts="red mug"), hide("b", "x", starts="red"), "error"),
        (pin("a", "x", language="en"), hide("b", "x", language="zh"), None),
        (pin("a", "x", filter="colour = red"), hide("b", "x", filter="colour = blue"), None),
        (pin("a", "x", filter="colour = red"), hide("b", "x", filter="colour = red"), "error"),
        (pin("a", "x", days=["mon"]), hide("b", "x", days=["tue"]), None),
        (pin("a", "x", until="2026-07-01T00:00:00Z"), hide("b", "x", **{"from": "2026-07-01T02:00:00+02:00"}), None),
        (pin("a", "x"), {**hide("b", "x"), "enabled": False}, None),
        (pin("a", "x", 1), pin("b", "y", 1), "error"),
        (pin("a", "x", 1), pin("b", "y", 1, priority=3), "warning"),
        (pin("a", "x", 1), pin("b", "y", 2), None),
        (pin("a", "x", 1), pin("b", "x", 1), None),
    ],
)
def test_rules_that_contradict_each_other(rules: Make, one: dict, other: dict, level: str | None):
    found = check(rules(one, other), FACTS, NOW)
    assert [finding.level for finding in found] == ([level] if level else [])
    if level:
        assert found[0].rule in "ab" and ("'a'" in found[0].message or "'b'" in found[0].message)


def test_only_what_concerns_some_rules_is_told(rules: Make):
    made = rules(pin("a", "x"), hide("b", "x"), pin("c", "z", 5))
    assert told(check(made, FACTS, NOW, only=["b"])) == [("error", "b")]
    assert told(check(made, FACTS, NOW, only=["c"])) == []


def lead(name: str, exact: str, url: str) -> dict:
    return {"name": name, "when": {"exact": exact}, "then": {"redirect": url}}


def test_redirects_that_lead_in_a_circle_are_an_error(rules: Make):
    made = rules(
        lead("a", "sale", "https://s.example/search?q=offers"),
        lead("b", "offers", "https://s.example/search?x=1&query=SALE"),
        lead("c", "news", "https://s.example/search?q=sale"),
        lead("d", "help", "https://s.example/help?topic=sale"),
    )
    [finding] = check(made, FACTS, NOW)
    assert finding.level == "error" and finding.rule == "a" and "a → b → a" in finding.message


def test_a_redirect_to_its_own_question_is_a_circle(rules: Make):
    made = rules(lead("a", "运动鞋", "https://s.example/?q=%E8%BF%90%E5%8A%A8%E9%9E%8B"))
    assert "a → a" in check(made, FACTS, NOW)[0].message
    assert asked("https://s.example/?q=%E8%BF%90") == "运"


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"contains": "鞋", "language": "en"}, "never those of a question in 'en'"),
        ({"exact": "shoe", "language": "zh"}, "never those of a question in 'zh'"),
        ({"contains": "shoe", "language": "zh"}, ""),
        ({"until": "2026-06-05T12:00:00Z"}, "its window ended"),
        ({"until": "2026-06-05T12:00:01Z"}, ""),
        ({"from": "2026-06-08T00:00:00Z", "until": "2026-06-10T00:00:00Z", "days": ["fri"]}, "none of its days"),
        ({"from": "2026-06-08T00:00:00Z", "until": "2026-06-13T00:00:00Z", "days": ["fri"]}, ""),
        ({"from": "2026-06-08T10:00:00Z", "until": "2026-06-08T12:00:00Z", "hours": ["13:00", "14:00"]}, "none of"),
        ({"from": "2026-06-08T10:00:00Z", "until": "2026-06-08T12:00:00Z", "hours": ["11:59", "14:00"]}, ""),
        (
            {
                "from": "2026-06-08T10:00:00Z",
                "until": "2026-06-08T12:00:00Z",
                "hours": ["13:00", "14:00"],
                "zone": "Europe/Paris",
            },
            "",
        ),
    ],
)
def test_a_rule_that_can_never_fire_is_a_warning(rules: Make, when: dict, why: str):
    [rule] = rules({"name": "a", "when": when, "then": {"banner": "x"}})
    assert why in never(read(rule), NOW) and bool(why) is bool(never(read(rule), NOW))
    found = check([rule], FACTS, NOW)
    assert told(found) == ([("warning", "a")] if why else [])


def test_rules_that_fire_at_one_question_may_meet(rules: Make):
    one, other = map(read, rules(pin("a", "x", contains="run*"), pin("b", "y", exact="trail runner")))
    assert may_meet(one, other) and may_meet(other, one)


def test_two_thousand_rules_that_want_one_place_at_other_questions_are_no_contradiction(rules: Make):
    made = rules(*(pin(f"r{n}", f"p{n}", exact=f"word{n}") for n in range(2_000)))
    assert check(made, FACTS, NOW) == []
    again = pin("again", "other", starts="word7")
    assert told(check([*made, *rules(again)][1:], FACTS, NOW)) == [("error", "again")]
