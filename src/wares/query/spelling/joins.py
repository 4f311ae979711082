"""Words that were written as two: "blue tooth"."""

from __future__ import annotations

from wares.encoders.tokens import STOP_WORDS
from wares.query.spelling.question import Question
from wares.query.vocabulary import Vocabulary

#: A word has so many letters at least; so many products, or, where one product has the two words, so many; and these
#: are so many times as many as have the two side by side.
SHORTEST, LEAST, LEAST_OF_BOTH, TIMES = 5, 3, 20, 20


def correct(question: Question, vocabulary: Vocabulary) -> None:
    """Join neighbouring Latin words where the catalogue writes them as one."""
    for at in range(len(question.pieces) - 1):
        one, other = question.pieces[at], question.pieces[at + 1]
        if one.script != "latin" or other.script != "latin" or question.changed(at) or not question.adjacent(at):
            continue
        if any(question.kept(word) or word in STOP_WORDS for word in (one.word, other.word)):
            continue
        whole = one.word + other.word
        if (
            len(whole) >= SHORTEST
            and len(other.word) > 1
            and _is_written_so(one.word, other.word, question, vocabulary)
        ):
            question.change(at, at + 1, whole, "joined")


def _is_written_so(first: str, second: str, question: Question, vocabulary: Vocabulary) -> bool:
    whole = first + second
    count = vocabulary.count(whole)
    for other in (f"{whole}s", whole.removesuffix("s")):
        count = max(count, vocabulary.count(other))
    if not count or not question.exists(whole):
        return False
    if not (question.exists(first) and question.exists(second)):
        return True
    least = vocabulary.enough(LEAST_OF_BOTH if question.exists(f"{first} {second}") else LEAST)
    return count >= max(least, TIMES * vocabulary.pair(first, second))
