"""Files of rules: what they say, and where a mistake in one is."""

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import SetupError
from wares.merchandising import rule_files
from wares.query import filters
from wares.ranking.rules import Choice, Message, Pin, Rule, Then, Weight, When
from wares.ranking.rules.bounds import mistakes

FULL = """
[[rule]]
name = "summer"
about = "until the sale"
priority = 5
enabled = false
[rule.when]
exact = "sandals"
contains = ["beach shoe*", "凉鞋"]
filter = 'brand = "Acme" AND price < 50'
language = "en"
from = 2026-06-01T00:00:00+02:00
until = "2026-09-01T00:00:00+02:00"
days = ["sat", "sun"]
hours = ["18:00", "02:00"]
zone = "Europe/Paris"
[rule.then]
pin = ["a", { id = "b", place = 7 }]
hide = ["c", { filter = "price > 100" }]
boost = [{ filter = 'brand = "Acme"', by = 0.25 }]
bury = { ids = "d", by = 1 }
redirect = "https://shop.example/summer"
banner = { text = "Summer", url = "http://shop.example/" }
replace = "sandal"
"""


def read(tmp_path: Path, text: str | bytes, name: str = "rules.toml") -> list[Rule]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return rule_files.read(path)


def test_a_rule_with_everything(tmp_path: Path):
    [rule] = read(tmp_path, FULL)
    assert (rule.name, rule.priority, rule.enabled) == ("summer", 5, False)
    assert rule.when.exact == ("sandals",) and rule.when.where == filters.parse('brand = "Acme" AND price < 50')
    assert rule.when.start is not None and rule.when.end is not None
    assert (rule.when.end - rule.when.start).days == 92
    assert rule.when.hours == (time(18), time(2))
    assert rule.then.pin == (Pin("a", 1), Pin("b", 7))
    assert rule.then.hide == (Choice(("c",)), Choice(where=filters.parse("price > 100")))
    assert rule.then.bury == (Weight(by=1.0, ids=("d",)),)
    assert rule.then.banner == Message("Summer", "http://shop.example/")


@pytest.mark.parametrize("name", ["out.toml", "out.json"])
def test_what_is_written_is_read_as_the_same(tmp_path: Path, name: str):
    rules = read(tmp_path, FULL)
    rule_files.write(tmp_path / name, rules)
    assert rule_files.read(tmp_path / name) == rules


def one(rest: str, then: str = 'banner = "x"') -> str:
    return f'[[rule]]\nname = "r"\n{rest}\n[rule.then]\n{then}\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[rule]]\nname = r\n", r"rules\.toml is no TOML.*line 2"),
        (b'[[rule]]\nname = "\xff"', "is not UTF-8 text .byte 17."),
        ("[[rules]]", r"unknown key 'rules'; did you mean rule\?"),
        ("rule = 3", "rule is a list of tables"),
        ("rule = [3]", r"rule 1: expected a table with name"),
        ('[[rule]]\n[rule.then]\nbanner = "x"', "rule 1: it has no name"),
        ('[[rule]]\nname = "r"', "rule 'r': it does nothing"),
        (one("priorty = 3"), r"rule 'r': unknown key 'priorty'; did you mean priority\?"),
        (one("[rule.when]\ncontain = 'x'"), r"when: unknown key 'contain'; did you mean contains"),
        (one("[rule.when]\nlanguage = 'de'"), "when.language: 'de' is none of en, zh"),
        (one("[rule.when]\ndays = ['monday']"), "when.days: 'monday' is none of mon, tue"),
        (one("[rule.when]\nhours = ['25:00', '1']"), "hours: '25:00' is no time of day"),
        (one("[rule.when]\nhours = ['18:00']"), r"length 2.*when\.hours"),
        (one("[rule.when]\nhours = ['18:00', '18:00']"), "when.hours: the window is empty"),
        (one("[rule.when]\nhours = ['18:00+01:00', '19:00']"), "leave their offsets out"),
        (one("[rule.when]\nfrom = 2026-06-01T00:00:00"), "when.from: a moment needs its timezone"),
        (
            one("[rule.when]\nfrom = 2026-06-02T00:00:00Z\nuntil = 2026-06-01T00:00:00Z"),
            "when.until: the window ends before it begins",
        ),
        (one("[rule.when]\nzone = 'Mars/Base'"), "when.zone: this machine knows no timezone 'Mars/Base'"),
        (one("[rule.when]\ncontains = '👟'"), "when.contains: there is no word in the pattern '👟'"),
        (one(f"[rule.when]\nexact = '{'x' * 10_000}'"), "when.exact: .* has 10,000 characters; at most 200"),
        (one("[rule.when]\nfilter = 'price <'"), "when.filter: expected a value"),
        (one("[rule.when]\nfilter = 'brand = \"x\" ; DROP TABLE rules'"), "when.filter"),
        (one("", "pin = ['a', 'a']"), "product 'a' is pinned to 2 places"),
        (one("", "pin = [{id='a',place=1},{id='b',place=1}]"), "2 products are pinned to place 1"),
        (one("", "pin = [{id='a',place=0}]"), "must lie in 1 … 1,000, not 0"),
        (one("", "pin = ['a']\nhide = ['a']"), "product 'a' is pinned and hidden"),
        (one("", "boost = [{ids='a',by=0.1}]\nbury = [{ids='a',by=0.1}]"), "product 'a' is boosted and buried"),
        (
            one("", "boost = [{filter='price<5',by=0.1}]\nbury = [{filter='price < 5',by=0.1}]"),
            "one filter chooses is boosted and buried",
        ),
        (one("", "boost = [{by=0.1}]"), "then.boost: it chooses no product"),
        (one("", "boost = [{ids='a',by=1.5}]"), "by must be greater than 0 and at most 1, not 1.5"),
        (one("", "boost = [{ids='a',by=nan}]"), "by must be greater than 0"),
        (one("", "redirect = 'javascript:alert(1)'"), "then.redirect: .* is no web address"),
        (one("", "redirect = 'https://'"), "no web address"),
        (one("", "redirect = 'https://[x'"), "no web address"),
        (one("", "banner = { text = 'x', url = 'file:///etc/passwd' }"), "then.banner.url: .* no web address"),
        (one("", "banner = ' '"), "a banner says something"),
        (one("", "replace = '👟'"), "then.replace: there is no word"),
        (one("", f"hide = [{','.join(repr(str(n)) for n in range(1001))}]"), "1,001 ids are named"),
        (one("", f"hide = [{','.join(f'{{ids={str(n)!r}}}' for n in range(101))}]"), "101 actions"),
        (one("") + one(""), "rule 'r' is there twice"),
        ('[[rule]]\nname = " r"\n[rule.then]\nbanner = "x"', "without blanks at its ends"),
    ],
)
def test_a_mistake_is_told_with_its_rule_and_place(tmp_path: Path, text: str | bytes, why: str):
    with pytest.raises(SetupError, match=why):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"rule": [}', r"rules\.json:1: no JSON"),
        ("[" * 100_000, "nested too deep|no JSON"),
        ('{"rule": [{"name": "\\ud800", "then": {"banner": "x"}}]}', "printable characters"),
        ('[{"name": "r", "then": {"boost": [{"ids": "a", "by": Infinity}]}}]', "by must be greater than 0"),
        ('[{"name": "r", "priority": 1e99, "then": {"banner": "x"}}]', "priority"),
    ],
)
def test_mistakes_in_json(tmp_path: Path, text: str, why: str):
    with pytest.raises(SetupError, match=why):
        read(tmp_path, text, "rules.json")


def test_two_thousand_rules_are_read_and_one_more_is_refused(tmp_path: Path):
    rules = "".join(one(f"[rule.when]\nexact = 'w{n}'").replace('"r"', f'"r{n}"') for n in range(2_000))
    assert len(read(tmp_path, rules)) == 2_000
    with pytest.raises(SetupError, match="2,001 rules; at most 2,000"):
        read(tmp_path, rules + one(""))


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(SetupError, match="cannot be read"):
        rule_files.read(tmp_path / "none.toml")


SCALARS = st.text(max_size=8) | st.integers(-3, 3) | st.booleans() | st.none() | st.just("price < 5")
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["rule", "name", *rule_files._RULE, *rule_files._WHEN, *rule_files._ACTIONS, "ids", "by"]),
        inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None)
@given(DATA)
def test_any_data_is_rules_or_a_setup_error(data):
    try:
        for rule in rule_files.from_data(data, "data"):
            assert not list(mistakes(rule))
    except SetupError as told:
        assert str(told).startswith("data")


def test_a_rule_that_does_nothing_is_a_mistake():
    assert any("does nothing" in wrong for wrong in mistakes(Rule(name="r", then=Then(), when=When())))
