"""Words of Latin letters that no product has: mistyped, written as one, or Chinese typed in pinyin."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from wares.query.spelling.distance import ANY, cost, slips
from wares.query.spelling.question import PER_DECADE, TOGETHER, Question
from wares.query.vocabulary import Vocabulary

#: Shorter words are left alone; from the second length on two slips are thought of.
SHORTEST, TWO_FROM = 4, 8
#: The greatest cost of one slip in a short word (up to ``SHORT`` letters), of one slip, and of two.
SHORT, MOST_SHORT, MOST_ONE, MOST_TWO = 4, 0.7, 1.5, 2.0
#: What it costs to part a word into two that so many titles have side by side, or that are merely words, of ``PART``
#: letters or more, each of so many products.
SPLIT, SEEN, SPLIT_APART, PART, FREQUENT = 0.6, 2, 1.4, 4, 5
#: So many words are compared at most, the most frequent.
MOST_COMPARED = 60
#: Longer runs of letters are no pinyin.
MOST_PINYIN = 36


class Reading(NamedTuple):
    """What a word may mean; the smallest ``score`` is the likeliest."""

    score: float
    meant: str
    reason: str


def correct(question: Question, vocabulary: Vocabulary) -> None:
    """Put right the Latin words of a question."""
    at = 0
    while at < len(question.pieces):
        last = _wrong_until(question, at)
        if last < at:
            at += 1
            continue
        if last > at and (meant := pinyin("".join(map(question.word, range(at, last + 1))), question, vocabulary)):
            question.change(at, last, meant.meant, meant.reason)
        else:
            for one in range(at, last + 1):
                if best := _best(one, question, vocabulary):
                    question.change(one, one, best.meant, best.reason)
        at = last + 1


def _wrong_until(question: Question, at: int) -> int:
    """The last of the wrong Latin words in a row that begins at a piece; before it if that is right."""
    last = at - 1
    while last + 1 < len(question.pieces) and (last < at or question.adjacent(last)):
        if question.pieces[last + 1].script != "latin" or question.right(last + 1):
            break
        last += 1
    return last


def _best(at: int, question: Question, vocabulary: Vocabulary) -> Reading | None:
    word = question.word(at)
    if not SHORTEST <= len(word) <= 40:
        return None
    readings = [*_mistyped(at, question, vocabulary), *_parted(word, vocabulary)]
    if typed := pinyin(word, question, vocabulary):
        readings.append(typed)
    for reading in sorted(readings):
        if all(map(question.exists, reading.meant.split(" "))):
            return reading
    return None


def _mistyped(at: int, question: Question, vocabulary: Vocabulary) -> Iterator[Reading]:
    word = question.word(at)
    most = 2 if len(word) >= TWO_FROM else 1
    found = [near for near in vocabulary.near(word, most) if near.isascii() and slips(word, near, most) <= most]
    counted = sorted(((vocabulary.count(near), near) for near in found), reverse=True)[:MOST_COMPARED]
    for count, near in counted:
        price = cost(word, near)
        if price <= _dearest(word, near, count):
            together = vocabulary.pair(question.word(at - 1), near) or vocabulary.pair(near, question.word(at + 1))
            yield Reading(price - worth(count) - TOGETHER * bool(together), near, "typo")


def _dearest(word: str, near: str, count: int) -> float:
    if len(word) <= SHORT:
        return ANY if len(near) > len(word) and count >= FREQUENT else MOST_SHORT
    return MOST_ONE if slips(word, near, 2) <= 1 else MOST_TWO


def _parted(word: str, vocabulary: Vocabulary) -> Iterator[Reading]:
    for place in range(2, len(word) - 1):
        first, second = word[:place], word[place:]
        together = vocabulary.pair(first, second)
        if together >= vocabulary.enough(SEEN):
            yield Reading(SPLIT - worth(together), f"{first} {second}", "split")
        elif PART <= place <= len(word) - PART:
            rarer = min(vocabulary.count(first), vocabulary.count(second))
            if rarer >= vocabulary.enough(FREQUENT):
                yield Reading(SPLIT_APART - worth(rarer), f"{first} {second}", "split")


def pinyin(word: str, question: Question, vocabulary: Vocabulary) -> Reading | None:
    """The Chinese words that are typed so, one after the other, the longest first; None if letters are left over."""
    if not SHORTEST <= len(word) <= MOST_PINYIN or not vocabulary.longest_sound:
        return None
    meant: list[str] = []
    rarest, place = math.inf, 0
    while place < len(word):
        for end in range(min(len(word), place + vocabulary.longest_sound), place + 1, -1):
            spoken = [one for one in vocabulary.sounding_like(word[place:end]) if question.exists(one)]
            if spoken:
                break
        else:
            return None
        best = max(spoken, key=lambda one: (vocabulary.count(one), one))
        rarest = min(rarest, vocabulary.count(best))
        meant.append(best)
        place = end
    return Reading(-worth(int(rarest)), "".join(meant), "pinyin")


def worth(count: int) -> float:
    """What a frequency makes up for."""
    return PER_DECADE * math.log10(1 + count)
