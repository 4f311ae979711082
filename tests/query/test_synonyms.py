"""Synonyms: what words stand for, which synonyms cannot be, and that two-way groups are groups."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.said import said
from wares.errors import SetupError
from wares.query.stop_words import StopWord, StopWords
from wares.query.synonym_files import check, from_text, to_text
from wares.query.synonyms import Synonym, Synonyms, circle, groups, key


def made(text: str) -> Synonyms:
    placed = from_text(text, "s.txt")
    check(placed)
    return Synonyms(one for _, one in placed)


def found(synonyms: Synonyms, text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[one.start : one.end], one.meant) for one in synonyms.alternatives(text)]


def test_a_two_way_synonym_stands_for_all_others_whatever_form_it_is_said_in():
    sofas = made("sofa, couch, settee")
    assert found(sofas, "red Couches on sale") == [("Couches", ("sofa", "settee"))]
    assert found(sofas, "SETTEE") == [("SETTEE", ("sofa", "couch"))]


def test_a_one_way_synonym_leads_one_way():
    shoes = made("sneaker => trainer, running shoe")
    assert found(shoes, "white sneakers") == [("sneakers", ("trainer", "running shoe"))]
    assert found(shoes, "white trainers, running shoes") == []


def test_one_way_synonyms_are_followed_one_step():
    chain = made("a1 => b1\nb1 => c1\nb1, d1")
    assert found(chain, "a1") == [("a1", ("b1",))]
    assert found(chain, "b1") == [("b1", ("d1", "c1"))]
    assert found(chain, "d1") == [("d1", ("b1",))]


def test_of_several_the_longest_counts_and_none_overlaps():
    many = made("running, jogging\nrunning shoe, trainer\nshoe rack, shelf")
    assert found(many, "running shoes rack") == [("running shoes", ("trainer",))]
    assert found(many, "running shoe, shoe rack") == [("running shoe", ("trainer",)), ("shoe rack", ("shelf",))]


def test_chinese_synonyms_are_found_where_words_begin_and_end():
    bags = made("包, 手提包\n运动鞋 => 跑鞋")
    assert found(bags, "黑色包 女") == [("包", ("手提包",))]
    assert found(bags, "面包") == []
    assert found(bags, "白色运动鞋") == [("运动鞋", ("跑鞋",))]


def test_synonyms_of_one_language_are_not_those_of_another():
    own = Synonyms([Synonym(("sofa", "couch"), language="en"), Synonym(("沙发", "sofa"), language="zh")])
    assert found(own, "sofa") == [("sofa", ("couch",))]
    assert found(own, "红色 sofa") == [("sofa", ("沙发",))]
    assert own.alternatives("sofa", "zh")[0].meant == ("沙发",)


def test_synonyms_between_languages():
    assert found(made("sofa, 沙发"), "沙发") == [("沙发", ("sofa",))]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# fine\nthe, thing", r"s\.txt:2: 'the' is a stop word"),
        ("的 => 那", "'的' is a stop word"),
        ("sofa", "'sofa' stands for itself alone"),
        ("Shoes, shoe", "'Shoes' stands for itself alone"),
        ("sofa => Sofas", "'sofa' stands for itself alone"),
        ("sofa =>", "nothing stands behind =>"),
        ("=> sofa", "nothing is said"),
        ("a1 => b1 => c1", "more than one =>"),
        ("👟, shoe", "no word in '👟'"),
        ("sofa, " + "x" * 10_000, "10,000 characters"),
        ("sofa, " + " ".join("abcdefghijklmno"), "15 words"),
        (", ".join(f"w{n}" for n in range(60)), "60 texts"),
        ("a1 => b1\nb1 => c1\nc1 => a1", "circle: a1 => b1 => c1 => a1; write a1, b1, c1"),
        ("a1 => b1\nb1, x1\nx1 => a1", "circle"),
    ],
)
def test_a_synonym_that_cannot_be_is_refused_with_its_place(text: str, why: str):
    with pytest.raises(SetupError, match=why):
        made(text)


def test_a_word_may_be_repeated_behind_the_arrow_as_files_of_other_engines_do():
    assert found(made("ipod => ipod, music player"), "ipods") == [("ipods", ("music player",))]


def test_a_stop_word_that_the_shop_keeps_may_have_synonyms():
    who = from_text("who, 谁人乐队\nwill, testament", "s.txt")
    with pytest.raises(SetupError, match="'will' is a stop word"):
        check(who)
    check(who, StopWords([StopWord("will", "en", kept=True), StopWord("will", "zh", kept=True)]))


def test_commas_and_marks_that_belong_to_a_word_are_escaped():
    placed = from_text(r"a\,b, c\#1, d # comment", "s")
    assert placed[0].synonym.said == ("a,b", "c#1", "d")
    assert from_text(to_text(one for _, one in placed), "s")[0].synonym == placed[0].synonym


TEXTS = st.sampled_from(["sofa", "couch", "settee", "divan", "red mug", "cup", "鞋", "跑鞋", "shoe"])
GROUPS = st.lists(st.lists(TEXTS, min_size=2, max_size=4, unique=True).map(tuple).map(Synonym), max_size=6)


@settings(deadline=None)
@given(GROUPS)
def test_two_way_synonyms_are_an_equivalence(rows):
    synonyms = Synonyms(rows)

    def means(text: str) -> set[str]:
        return {text, *(other for one in synonyms.alternatives(text) for other in one.meant)}

    texts = {text for row in rows for text in row.said}
    for one in texts:
        for other in means(one):
            assert one in means(other), "both ways"
            assert means(other) == means(one), "and on"
    for row in rows:
        assert set(row.said) <= means(row.said[0])
    classes = {frozenset(means(text)) for text in texts}
    assert classes == {frozenset(text for text in texts if key(text) in group) for group in groups(rows)}


NODES = st.sampled_from([f"w{n}" for n in range(6)])


@settings(deadline=None)
@given(st.lists(st.tuples(NODES, NODES).filter(lambda pair: pair[0] != pair[1]), max_size=10))
def test_a_circle_is_found_when_there_is_one(edges):
    leads: dict[str, set[str]] = {}
    for one, other in edges:
        leads.setdefault(one, set()).add(other)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [*leads.get(start, ())]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += leads.get(here, ())
        return seen

    ring = circle(Synonym((one,), (other,)) for one, other in edges)
    assert bool(ring) is any(node in reached(node) for node in leads)
    if ring:
        assert ring[0] == ring[-1] and all(b in leads[a] for a, b in itertools.pairwise(ring))


def test_a_long_chain_is_no_circle_and_no_recursion():
    assert circle(Synonym((f"w{n}",), (f"w{n + 1}",)) for n in range(5_000)) == []


@settings(deadline=None)
@given(GROUPS, st.lists(TEXTS | st.sampled_from(["and", "blue", "，", "👟"]), max_size=6).map(" ".join))
def test_what_is_found_stands_in_the_text_and_overlaps_nothing(rows, text):
    last = 0
    for one in Synonyms(rows).alternatives(text):
        assert last <= one.start < one.end <= len(text)
        assert said(text[one.start : one.end]) and one.meant
        last = one.end
