"""Patterns: what they match, and that looking them up finds what trying them one by one would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.said import said
from wares.ranking.rules.patterns import Patterns, pattern


@pytest.mark.parametrize(
    ("how", "text", "question", "matches"),
    [
        ("exact", "red shoes", "Red Shoe", True),
        ("exact", "red shoes", "red shoes sale", False),
        ("exact", "red shoes", "shoes red", False),
        ("contains", "running shoes", "men's running shoe size 9", True),
        ("contains", "running shoes", "running in shoes", False),
        ("starts", "gift", "gifts for dad", True),
        ("starts", "gift", "a gift", False),
        ("contains", "run*", "trail runner", True),
        ("contains", "run*", "drunk", False),
        ("exact", "iphone 1* case", "iPhone 15 case", True),
        ("contains", "连衣裙", "红色连衣裙夏", True),
        ("contains", "跑*", "跑步鞋", True),
        ("exact", "运动鞋", "运动鞋 ", True),
        ("exact", "运动鞋", "女运动鞋", False),
        ("contains", "café", "CAFE table", True),
        ("contains", "ｔｖ", "tv stand", True),
    ],
)
def test_a_pattern_matches(how, text, question, matches):
    made = pattern(text, how)
    assert made.matches(said(question)) is matches
    assert (Patterns([(7, made)]).matching(said(question)) == {7}) is matches


@pytest.mark.parametrize(("text", "why"), [("👟", "no word"), ("*", "end of a word"), ("red *", "end of a word")])
def test_a_pattern_that_says_nothing_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        pattern(text, "contains")


WORDS = st.sampled_from(["red", "shoe", "shoes", "run", "running", "runner", "鞋", "红", "a", "b2", "re", "r"])
PATTERNS = st.lists(
    st.tuples(
        st.sampled_from(["exact", "contains", "starts"]),
        st.lists(st.tuples(WORDS, st.sampled_from(["", "*"])).map("".join), min_size=1, max_size=3).map(" ".join),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(PATTERNS, st.lists(WORDS, max_size=6).map(" ".join))
def test_looking_up_finds_what_trying_each_finds(rows, question):
    made = list(enumerate(pattern(text, how) for how, text in rows))
    words = said(question)
    assert Patterns(made).matching(words) == {number for number, one in made if _slowly(one, words)}


def _slowly(made, words):
    """A pattern by its definition: every run of words of the question is held against it."""
    size = len(made.pieces)
    for at in range(len(words) - size + 1):
        run = words[at : at + size]
        pairs = zip(run, made.pieces, strict=True)
        fits = all(w.word.startswith(p.text) if p.open else w.stem == p.text for w, p in pairs)
        whole = at == 0 and size == len(words)
        if fits and {"exact": whole, "starts": at == 0, "contains": True}[made.how]:
            return True
    return False
