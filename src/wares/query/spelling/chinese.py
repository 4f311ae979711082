"""Chinese that no product has: in the other script, or with a character that sounds like the one that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from wares.encoders.tokens import cut, jieba
from wares.query.pinyin import typed
from wares.query.spelling.distance import slips
from wares.query.spelling.latin import worth
from wares.query.spelling.question import Question
from wares.query.vocabulary import Vocabulary

#: From traditional to simplified, and the other way round.
WAYS = ("t2s", "s2t")
#: How long a run is looked at, and how long the words are that are sought in it.
MOST_CHARS, SHORTEST, LONGEST = 40, 2, 6
#: What it costs that characters sound alike, that they do so and none is the one meant, and any other slip; what each
#: character of a word makes up for.
ALIKE, ALL_ALIKE, OTHER, PER_CHAR = 0.3, 0.8, 0.9, 0.15
#: In a large catalogue so many products have a word that is meant, and one of two characters: most pairs of these
#: sound like some word.
LEAST, LEAST_OF_TWO = 2, 8


class Word(NamedTuple):
    """Characters ``start`` … ``end`` of a run."""

    start: int
    end: int
    text: str


class Reading(NamedTuple):
    score: float
    start: int
    end: int
    meant: str


def correct(question: Question, vocabulary: Vocabulary) -> None:
    """Put right the Chinese of a question."""
    if not vocabulary.longest_sound:
        return
    for at, piece in enumerate(question.pieces):
        if piece.script != "chinese" or len(piece.word) > MOST_CHARS or question.kept(piece.word):
            continue
        other = [*_rewritten(piece.word, question)]
        for word in other:
            span = piece.start + word.start, piece.start + word.end
            question.change(at, at, word.text, "script", span)
        if not other:
            for reading in _misheard(piece.word, question, vocabulary):
                span = piece.start + reading.start, piece.start + reading.end
                question.change(at, at, reading.meant, "typo", span)


def _words(run: str) -> list[Word]:
    found, start = [], 0
    for word in cut(run):
        found.append(Word(start, start + len(word), word))
        start += len(word)
    return found


def _rewritten(run: str, question: Question) -> Iterator[Word]:
    """What is to be said in the other script: words that only so are words of the catalogue; neighbours as one."""
    for way in WAYS:
        other = converted(way, run)
        if other == run or len(other) != len(run):
            continue
        found: list[Word] = []
        for start, end, text in _words(other) if way == "t2s" else _words(run):
            said, meant = run[start:end], other[start:end]
            if said != meant and not question.exists(said) and question.exists(meant):
                if found and found[-1].end == start:
                    start, text = found[-1].start, found[-1].text + meant
                    found.pop()
                else:
                    text = meant
                found.append(Word(start, end, text))
        if found:
            yield from found
            return


def _misheard(run: str, question: Question, vocabulary: Vocabulary) -> list[Reading]:
    """The likeliest words for what is none, which do not overlap."""
    readings = sorted(
        reading
        for start, end in _windows(_words(run), question)
        if not question.exists(run[start:end])
        for reading in _read(run, start, end, vocabulary)
    )
    chosen: list[Reading] = []
    for reading in readings:
        free = all(reading.end <= other.start or other.end <= reading.start for other in chosen)
        if free and question.exists(reading.meant):
            chosen.append(reading)
    return chosen


def _windows(words: list[Word], question: Question) -> list[tuple[int, int]]:
    """Where a word may have been meant: around what is no word, from the beginning of a word to the end of one. Two
    characters have to be all that is said, or one of them unknown to the catalogue."""
    found: dict[tuple[int, int], None] = {}
    for at, word in enumerate(words):
        if len(word.text) > 1 and (jieba().has_word(word.text) or question.exists(word.text)):
            continue
        for first in range(at, -1, -1):
            for last in range(at, len(words)):
                start, end = words[first].start, words[last].end
                alone = end - start == words[-1].end or not question.exists(word.text)
                if (SHORTEST if alone else SHORTEST + 1) <= end - start <= LONGEST:
                    found[start, end] = None
    return list(found)


def _read(run: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Reading]:
    said = run[start:end]
    for meant in vocabulary.sounding_like(typed(said)):
        count = vocabulary.count(meant)
        same = sum(a == b for a, b in zip(said, meant, strict=False))
        least = vocabulary.enough(LEAST if len(said) > SHORTEST else LEAST_OF_TWO)
        if len(meant) == len(said) and count >= least and (same or len(said) > SHORTEST) and meant != said:
            yield Reading((ALIKE if same else ALL_ALIKE) - worth(count) - PER_CHAR * len(said), start, end, meant)
    if len(said) > SHORTEST:
        for meant in vocabulary.near(said, 1):
            count = vocabulary.count(meant)
            if count >= vocabulary.enough(LEAST) and sorted(said) == sorted(meant) and slips(said, meant, 1) == 1:
                yield Reading(OTHER - worth(count) - PER_CHAR * len(said), start, end, meant)


def warm() -> None:
    """Load what is else loaded when the first Chinese is asked for, which takes most of a second."""
    for way in WAYS:
        converted(way, "鞋")
    typed("鞋")


def converted(way: str, text: str) -> str:
    """A text in the other script, by one of ``WAYS``."""
    made: str = _converter(way).convert(text)
    return made


@cache
def _converter(way: str) -> Any:
    """From one script to the other, loaded when the first Chinese is asked for."""
    import opencc

    return opencc.OpenCC(way)
