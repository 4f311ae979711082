"""The desk: what is put is kept, exported, imported, removed and logged; what is wrong is not kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wares.errors import SetupError
from wares.merchandising import Desk
from wares.merchandising.desk import user
from wares.merchandising.word_files import read_stop_words, write_stop_words
from wares.query.stop_words import StopWord
from wares.query.synonyms import Synonym
from wares.ranking.rules import Rule
from wares.shop import Shop

Make = Callable[..., list[Rule]]


def test_rules_are_put_read_and_removed_and_the_log_says_who(shop: Shop, desk: Desk, rules: Make):
    made = rules({"name": "a", "then": {"pin": ["mug-red"]}}, {"name": "b", "then": {"banner": "x"}})
    assert desk.put_rules(made) == ["a", "b"]
    assert desk.put_rules(made) == [], "nothing changed"
    assert desk.rules.get("a") == made[0] and desk.rules.all() == made
    with Desk(shop, by="ben") as other:
        assert other.rules.remove(["a"]) == ["a"]
    assert desk.rules.all() == made[1:]
    assert [(one.who, one.name, one.after is None) for one in desk.rules.log()] == [
        ("ben", "a", True),
        ("anna", "b", False),
        ("anna", "a", False),
    ]


def test_of_several_rules_none_is_kept_when_one_is_wrong(desk: Desk, rules: Make):
    made = rules(
        {"name": "a", "then": {"banner": "x"}}, {"name": "b", "when": {"filter": "colr = x"}, "then": {"banner": "x"}}
    )
    with pytest.raises(SetupError, match="rule 'b'"):
        desk.put_rules(made)
    assert desk.rules.all() == [] and desk.rules.log() == []


def test_a_contradiction_with_a_rule_that_is_there_is_refused_and_a_replacement_is_not(desk: Desk, rules: Make):
    desk.put_rules(rules({"name": "a", "then": {"pin": ["mug-red"]}}))
    new = rules({"name": "b", "then": {"hide": ["mug-red"]}})
    with pytest.raises(SetupError, match="rule 'b': it contradicts rule 'a'"):
        desk.put_rules(new)
    assert desk.put_rules(new, alone=True) == ["a", "b"]
    assert desk.rules.all() == new
    assert desk.put_rules(rules({"name": "b", "then": {"pin": ["mug-red"]}})) == ["b"]


def test_an_unknown_name_is_told_with_the_nearest(desk: Desk, rules: Make):
    desk.put_rules(rules({"name": "summer sale", "then": {"banner": "x"}}))
    for act in (lambda: desk.rules.get("sumer sale"), lambda: desk.rules.remove(["sumer sale"])):
        with pytest.raises(SetupError, match="no rule 'sumer sale'; did you mean 'summer sale'"):
            act()


@pytest.mark.parametrize("name", ["rules.toml", "rules.json"])
def test_rules_go_out_and_come_in_again(desk: Desk, rules: Make, tmp_path: Path, name: str):
    made = rules(
        {"name": "夏天", "when": {"contains": "凉鞋", "filter": "brand = Acme"}, "then": {"pin": ["mug-red"]}}
    )
    desk.put_rules(made)
    assert desk.export_rules(tmp_path / name) == 1
    desk.rules.remove(["夏天"])
    assert desk.import_rules(tmp_path / name) == ["夏天"] and desk.rules.all() == made


def test_synonyms_are_checked_with_those_that_are_there(desk: Desk):
    assert desk.put_synonyms([Synonym(("a1",), ("b1",))]) == ["a1 => b1"]
    with pytest.raises(SetupError, match=r"circle: .*a1"):
        desk.put_synonyms([Synonym(("b1",), ("a1",))])
    assert desk.put_synonyms([Synonym(("b1",), ("a1",))], alone=True) == ["a1 => b1", "b1 => a1"]
    assert desk.meanings().alternatives("b1")[0].meant == ("a1",)


@pytest.mark.parametrize("name", ["s.txt", "s.toml", "s.json"])
def test_synonyms_go_out_and_come_in_again(desk: Desk, tmp_path: Path, name: str):
    rows = [Synonym(("sofa", "couch")), Synonym(("sneaker",), ("trainer", "running shoe")), Synonym(("沙发", "长椅"))]
    desk.put_synonyms(rows)
    assert desk.export_synonyms(tmp_path / name) == 3
    before = desk.synonyms.all()
    desk.put_synonyms([], alone=True)
    assert desk.synonyms.all() == []
    desk.import_synonyms(tmp_path / name)
    assert desk.synonyms.all() == before


def test_synonyms_are_removed_by_their_line_or_by_a_word(desk: Desk):
    desk.put_synonyms([Synonym(("sofa", "couch")), Synonym(("sofas",), ("bench",), "en"), Synonym(("mug", "cup"))])
    assert sorted(desk.remove_synonyms("Sofa")) == ["en: sofas => bench", "sofa, couch"]
    assert desk.remove_synonyms("mug, cup") == ["mug, cup"]
    with pytest.raises(SetupError, match="no synonyms 'mug'"):
        desk.remove_synonyms("mug")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[synonym]]\nsaid = ["a1"]\nmean = ["b1"]', "synonym 1: unknown key 'mean'; did you mean meant"),
        ('[[synonym]]\nmeant = ["b1"]', "synonym 1: .*said"),
        ('[[synonym]]\nsaid = ["a1", 3]', r"Expected `str`, got `int`"),
        ('[[synonym]]\nsaid = ["a1", "b1"]\nlanguage = "fr"', "language"),
        ("synonym = [3]", "synonym 1: expected a table with said, meant, language"),
    ],
)
def test_a_mistake_in_a_file_of_synonyms(desk: Desk, tmp_path: Path, text: str, why: str):
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=why):
        desk.import_synonyms(tmp_path / "s.toml")


def test_stop_words_are_kept_and_a_stop_word_has_no_synonyms(desk: Desk, tmp_path: Path):
    words = [StopWord("buy", "en"), StopWord("the", "en", kept=True)]
    assert desk.put_stop_words(words) == ["en: buy", "en: the"]
    assert desk.words().telling(["buy", "the", "who"]) == ["the", "who"]
    with pytest.raises(SetupError, match="'buy' is a stop word"):
        desk.put_synonyms([Synonym(("buy", "get"))])
    write_stop_words(tmp_path / "w.toml", words)
    assert read_stop_words(tmp_path / "w.toml") == words
    (tmp_path / "w.toml").write_text('[[stop]]\nword = "two words"\nlanguage = "en"', encoding="utf-8")
    with pytest.raises(SetupError, match=r"w\.toml: stop 1: 'two words' is more than one word"):
        read_stop_words(tmp_path / "w.toml")


def test_text_that_is_no_unicode_is_refused(desk: Desk):
    with pytest.raises(SetupError, match="not valid Unicode"):
        desk.stop_words.put([StopWord("\ud800", "en")])


def test_who_is_the_user_unless_it_is_said(shop: Shop):
    assert user()
    with pytest.raises(SetupError, match="who changes a shop"):
        Desk(shop, by="a\nb")
