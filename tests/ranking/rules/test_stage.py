"""The stage: what is hidden is gone, what is pinned is in its place, and what was added still sums to the score."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.ranking.chain.base import Listing
from wares.ranking.rules import Choice, Pin, Rule, Rules, Then, Weight
from wares.ranking.rules.book import Fired
from wares.records import Compare, Not

#: Product "p7" has number 7.
NUMBERS = {f"p{n}": n for n in range(20)}


class Asked:
    """What the stage asks of its situation: filters, here on the number of a product."""

    @staticmethod
    def passing(where, numbers):
        if isinstance(where, Not):
            return set(numbers) - Asked.passing(where.item, numbers)
        assert where.field == "number"
        return {n for n in numbers if (n == where.value if where.operator == "=" else n < where.value)}


def listing(count: int) -> Listing:
    numbers = np.arange(count)
    return Listing(numbers, np.linspace(1.0, 0.1, count) if count else np.zeros(0), numbers)


def apply(rules, count=10) -> Listing:
    ordered = tuple(sorted(rules, key=lambda rule: rule.rank))
    return Rules(Fired(ordered), NUMBERS).apply(listing(count), Asked())


def one(name="r", priority=0, **then) -> Rule:
    return Rule(name=name, priority=priority, then=Then(**then))


def below(value: float) -> Compare:
    return Compare("number", "<", value)


def test_a_pinned_product_comes_to_its_place_and_all_others_follow_as_before():
    done = apply([one(pin=(Pin("p7", 1), Pin("p5", 3)))])
    assert done.numbers.tolist() == [7, 0, 5, 1, 2, 3, 4, 6, 8, 9]
    assert done.moved[7] == (("rule r", 7, 0),)
    assert 9 not in done.moved


def test_what_is_not_in_the_listing_is_not_pinned():
    assert apply([one(pin=(Pin("p15", 1), Pin("unknown", 2)))]).numbers.tolist() == list(range(10))


def test_a_place_beyond_the_end_is_the_end():
    assert apply([one(pin=(Pin("p0", 500), Pin("p1", 400)))], 4).numbers.tolist() == [2, 3, 1, 0]


def test_hidden_products_are_gone_by_id_and_by_filter():
    assert apply([one(hide=(Choice(ids=("p2",)), Choice(where=below(2))))], 5).numbers.tolist() == [3, 4]


def test_a_boost_adds_to_the_score_under_the_name_of_the_rule():
    done = apply(
        [one("up", boost=(Weight(by=0.5, ids=("p9",)),)), one("down", bury=(Weight(by=0.25, where=below(2)),))]
    )
    assert done.numbers.tolist()[:4] == [2, 0, 3, 1]
    columns = {column.channel: dict(zip(done.numbers.tolist(), column.values, strict=True)) for column in done.added}
    assert columns["up"][9] == 0.5 and columns["down"][0] == -0.25 and columns["down"][5] == 0
    assert {column.part for column in done.added} == {"rule"}


def test_of_a_pin_and_a_hide_the_higher_priority_counts_and_at_the_same_it_stays_hidden():
    pin, hide = {"pin": (Pin("p7", 1),)}, {"hide": (Choice(ids=("p7",)),)}
    assert apply([one("a", 1, **pin), one("b", 0, **hide)]).numbers[0] == 7
    assert 7 not in apply([one("a", 0, **pin), one("b", 1, **hide)]).numbers
    assert 7 not in apply([one("a", 0, **pin), one("b", 0, **hide)]).numbers


def test_a_place_that_two_rules_want_goes_to_the_higher_priority_and_the_other_has_the_next():
    done = apply([one("low", 0, pin=(Pin("p8", 1),)), one("high", 9, pin=(Pin("p6", 1), Pin("p5", 2)))])
    assert done.numbers.tolist()[:4] == [6, 5, 8, 0]
    assert done.moved[8][-1][0] == "rule low" and done.moved[6][0][0] == "rule high"


IDS = st.sampled_from(sorted(NUMBERS))
PINS = st.lists(st.builds(Pin, IDS, st.integers(1, 12)), max_size=4).map(tuple)
CHOICES = st.lists(
    st.builds(Choice, ids=st.lists(IDS, max_size=3).map(tuple), where=st.none() | st.integers(0, 9).map(below)),
    max_size=2,
).map(tuple)
WEIGHTS = st.lists(
    st.builds(Weight, by=st.sampled_from([0.1, 0.5, 1.0]), ids=st.lists(IDS, max_size=3).map(tuple)), max_size=2
).map(tuple)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from("abcdef"),
        priority=st.integers(0, 2),
        then=st.builds(Then, pin=PINS, hide=CHOICES, boost=WEIGHTS, bury=WEIGHTS),
    ),
    max_size=5,
    unique_by=lambda rule: rule.name,
)


@settings(deadline=None)
@given(RULES, st.integers(0, 15))
def test_whatever_the_rules_and_the_listing(rules, count):
    before = listing(count)
    ordered = tuple(sorted(rules, key=lambda rule: rule.rank))
    stage = Rules(Fired(ordered), NUMBERS)
    hidden, pins = stage.decided(before.numbers.tolist(), Asked())
    after = stage.apply(before, Asked())
    numbers = after.numbers.tolist()

    assert set(numbers) == set(range(count)) - hidden, "nothing but what is hidden goes, and nothing comes"
    assert len(numbers) == len(set(numbers))
    for pin in pins:
        if pin.place < len(numbers):
            assert numbers[pin.place] == pin.number
    free = [place for place in range(len(numbers)) if place not in {pin.place for pin in pins}]
    beyond = [pin.number for pin in pins if pin.place >= len(numbers)]
    assert [numbers[place] for place in free[len(free) - len(beyond) :]] == beyond, "beyond the end is the end"

    base = dict(zip(before.numbers.tolist(), before.scores.tolist(), strict=True))
    added = sum((column.values for column in after.added), np.zeros(len(numbers)))
    assert after.scores == pytest.approx([base[number] for number in numbers] + added)

    pinned = {pin.number for pin in pins}
    assert dict(after.held) == {number: numbers.index(number) for number in pinned}, "later stages leave them there"
    rest = [
        (-score, number) for number, score in zip(numbers, after.scores.tolist(), strict=True) if number not in pinned
    ]
    assert rest == sorted(rest), "the others keep the order of their scores"
    for number, moves in after.moved.items():
        assert moves[-1][2] == numbers.index(number), "the last move leads to where it is"


@settings(deadline=None)
@given(RULES, st.integers(0, 15))
def test_hiding_is_undone_only_by_a_pin_of_higher_priority(rules, count):
    numbers = apply(rules, count).numbers.tolist()
    for rule in rules:
        for choice in rule.then.hide:
            chosen = {NUMBERS[id] for id in choice.ids}
            chosen |= Asked.passing(choice.where, range(count)) if choice.where is not None else set()
            for number in chosen & set(numbers):
                above = [r for r in rules if r.priority > rule.priority]
                assert any(NUMBERS[pin.id] == number for r in above for pin in r.then.pin)
