"""Stop words of a shop."""

import pytest

from wares.encoders.tokens import telling, tokens
from wares.errors import SetupError
from wares.query.stop_words import StopWord, StopWords, check


def test_without_words_of_its_own_a_shop_has_those_of_all():
    for text in ("shoes for the beach", "the who", "我 的 鞋", "the"):
        assert StopWords().telling(tokens(text)) == telling(tokens(text))


def test_a_shop_adds_and_keeps_words_by_language():
    own = StopWords([StopWord("buy", "en"), StopWord("the", "en", kept=True), StopWord("买", "zh")])
    assert own.telling(tokens("buy the who for me"), "en") == tokens("the who")[:2]
    assert own.telling(tokens("买 鞋"), "zh") == ["鞋"]
    assert own.telling(tokens("buy 鞋"), "zh") == ["buy", "鞋"]


def test_a_question_of_stop_words_alone_keeps_them():
    own = StopWords([StopWord("buy", "en")])
    assert own.telling(["buy"]) == ["buy"]
    assert own.is_stop("buy the") and not own.is_stop("buy shoes") and not own.is_stop("👟")


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (StopWord("👟", "en"), "no word"),
        (StopWord("x" * 10_000, "en"), "more than 40 characters"),
        (StopWord("buy now", "en"), "more than one word"),
        (StopWord("shoe", "en", kept=True), "is no stop word"),
    ],
)
def test_what_is_no_stop_word_is_refused(word: StopWord, why: str):
    with pytest.raises(SetupError, match=why):
        check(word)
