"""Which rules fire at a question."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.said import said
from wares.errors import QueryError, StoreError
from wares.query import filters
from wares.ranking.rules import Message, Pin, Rule, Rulebook, Then, When, decode, encode
from wares.ranking.rules.book import patterns_of
from wares.ranking.rules.implying import implies

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
SAYS = Then(banner=Message("hello"))


def rule(name: str, then: Then = SAYS, priority: int = 0, enabled: bool = True, **when) -> Rule:
    if "where" in when:
        when["where"] = filters.parse(when["where"])
    return Rule(name=name, when=When(**when), then=then, priority=priority, enabled=enabled)


def fired(rules, text="", language="en", where=None, now=NOW):
    asked = filters.parse(where) if where else None
    return [r.name for r in Rulebook(rules).fired([text], language, asked, now=now).rules]


def test_a_rule_without_anything_fires_at_every_question():
    assert fired([rule("all")], "") == fired([rule("all")], "anything") == ["all"]


def test_everything_that_is_said_has_to_hold():
    one = rule("one", contains=("shoe",), language="en", where="brand = Puma", end=NOW + timedelta(hours=1))
    assert fired([one], "shoes", where="brand = Puma AND price < 50") == ["one"]
    assert fired([one], "shirts", where="brand = Puma") == []
    assert fired([one], "shoes", language="zh", where="brand = Puma") == []
    assert fired([one], "shoes", where="brand = Nike") == []
    assert fired([one], "shoes") == []
    assert fired([one], "shoes", where="brand = Puma", now=NOW + timedelta(hours=1)) == []


def test_a_rule_that_is_switched_off_does_not_fire():
    assert fired([rule("off", enabled=False)]) == []


def test_rules_fire_in_the_order_of_their_priority_and_then_of_their_names():
    assert fired([rule("b"), rule("a"), rule("low", priority=-1), rule("high", priority=5)]) == [
        "high",
        "a",
        "b",
        "low",
    ]


def test_what_was_typed_and_what_was_understood_may_both_match():
    book = Rulebook([rule("typed", exact=("snekers",)), rule("meant", exact=("sneakers",))])
    found = book.fired(["snekers", "sneakers"], "en", now=NOW)
    assert [r.name for r in found.rules] == ["meant", "typed"]


def test_the_first_redirect_and_replacement_count_and_every_banner_is_shown():
    found = Rulebook(
        [
            rule("a", Then(redirect="https://a.example/", replace="x", banner=Message("A", "https://a.example/"))),
            rule("b", Then(redirect="https://b.example/", replace="y", banner=Message("B")), priority=1),
        ]
    ).fired(["q"], "en", now=NOW)
    assert (found.redirect, found.replace) == ("https://b.example/", "y")
    assert [(banner.rule, banner.text) for banner in found.banners] == [("b", "B"), ("a", "A")]


def test_products_to_bring_in_are_those_that_are_pinned():
    do = Then(pin=(Pin("x", 1), Pin("y", 2)))
    found = Rulebook([rule("a", do), rule("b", Then(pin=(Pin("x", 3),)))]).fired([], now=NOW)
    assert found.pinned() == ("x", "y") == found.ids()


def test_a_rule_that_the_index_cannot_understand_is_left_out_and_named():
    def check(where):
        raise QueryError("unknown field colr")

    book = Rulebook([rule("broken", where="colr = red"), rule("fine")], check)
    assert [r.name for r in book.rules] == ["fine"]
    assert book.problems == [("broken", "unknown field colr")]


def test_a_rule_comes_back_from_the_store_as_it_was():
    one = rule("one", exact=("a",), where="brand = Puma", start=NOW, days=("mon",), zone="Europe/Paris")
    assert decode(encode(one)) == one
    with pytest.raises(StoreError, match="damaged"):
        decode('{"name": 3}')


WORDS = st.sampled_from(["red", "shoe", "run*", "鞋", "mug"])
PHRASES = st.lists(st.lists(WORDS, min_size=1, max_size=2).map(" ".join), max_size=2).map(tuple)
WHERE = st.sampled_from(
    [
        "brand = Puma",
        "brand IN (Puma, Nike)",
        "price < 50",
        "brand = Puma AND price < 50",
        "NOT brand = Nike",
        "brand = Puma OR price < 5",
        "brand = Nike AND size = M",
    ]
).map(filters.parse)
WHENS = st.builds(
    When,
    exact=PHRASES,
    contains=PHRASES,
    starts=PHRASES,
    where=st.none() | WHERE,
    language=st.sampled_from([None, "en", "zh"]),
    start=st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
)


@settings(deadline=None)
@given(
    st.lists(WHENS, max_size=12),
    st.lists(st.sampled_from(["red", "shoes", "runner", "鞋", "mugs", "blue"]), max_size=4).map(" ".join),
    st.none() | WHERE,
    st.sampled_from(["en", "zh"]),
)
def test_looking_up_finds_what_trying_each_rule_finds(whens, text, where, language):
    rules = [Rule(name=f"r{n:02}", when=when, then=SAYS) for n, when in enumerate(whens)]

    def fires(when: When) -> bool:
        made = list(patterns_of(when))
        return (
            (not made or any(each.matches(said(text)) for each in made))
            and when.language in (None, language)
            and (when.start is None or when.start <= NOW)
            and (when.where is None or (where is not None and implies(where, when.where)))
        )

    found = Rulebook(rules).fired([text], language, where, now=NOW)
    assert list(found.rules) == [one for one in rules if fires(one.when)]


def test_two_thousand_rules_are_looked_up_by_their_words_and_not_one_by_one():
    many = [rule(f"rule {n}", contains=(f"word{n} thing",), where="brand = Puma") for n in range(1999)]
    book = Rulebook([*many, rule("last", starts=("word7*",))])
    found = book.fired(["word7 thing"], "en", filters.parse("brand = Puma"), now=NOW)
    assert [r.name for r in found.rules] == ["last", "rule 7"]
    assert msgspec.json.decode(encode(found.rules[1]))["name"] == "rule 7"
