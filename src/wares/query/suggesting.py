"""What somebody who is typing may go on to ask: phrases of the catalogue that begin so, at any of their words."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from wares.encoders.tokens import fold, tokens
from wares.query.pinyin import typed
from wares.query.spelling import Speller
from wares.query.spelling.distance import around, cost
from wares.query.spelling.latin import worth
from wares.query.tables import KINDS, LAST, Phrases, Words
from wares.query.tallies import sequence
from wares.query.vocabulary import Vocabulary
from wares.records import Suggestion, SuggestionKind

#: Nobody types more before choosing; what is longer is not looked up.
MOST_CHARS = 80
#: From so many letters on the beginning of a word may be mistyped; so many readings of it are followed.
SHORTEST, READINGS = 4, 4
#: So many letters at least are taken for pinyin.
SHORTEST_SOUND = 2
#: What is taken off for phrases that only sound so, and for those that begin with what may have been meant.
SOUNDS, MEANT = 1.0, 6.0
#: One suggestion in so many may be a category, and one in so many a brand.
ONE_IN = 4


class Found(NamedTuple):
    """A phrase; the greatest ``weight`` comes first."""

    weight: float
    text: str
    kind: SuggestionKind
    products: int


class Beginning(NamedTuple):
    """What was typed: its whole words, and what the last one may become."""

    head: str
    last: tuple[str, ...]


def _most(words: Words, start: str, most: int) -> dict[str, int]:
    """The most frequent words that begin so, with their counts."""
    return _counted(words, np.arange(*words.beginning(start)), most)


def _most_sounding(words: Words, sound: str, most: int) -> dict[str, int]:
    """The most frequent Chinese words that are typed so, or go on so."""
    first = bisect_left(words.sounds, sound)
    return _counted(words, words.sounding[first : bisect_left(words.sounds, sound + LAST, first)], most)


def _counted(words: Words, places: npt.NDArray[Any], most: int) -> dict[str, int]:
    chosen = places[np.argsort(words.counts[places], kind="stable")[::-1][:most]]
    return {words.texts[place]: int(words.counts[place]) for place in chosen}


Most: TypeAlias = Callable[[Words, str, int], dict[str, int]]


class Suggester:
    """Suggests queries, categories and brands, and how the last word may go on. Threads may share it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._speller = Speller(vocabulary)

    def suggest(self, prefix: str, k: int = 8) -> tuple[Suggestion, ...]:
        """At most ``k`` phrases, the most frequent first.

        Those that begin as typed, in letters or in pinyin, come before those that begin as it may have been meant.
        """
        start = tidy(prefix)
        if not start or k < 1:
            return ()
        found = [*self._beginning(start, 4 * k), *self._sounding(start, 4 * k)]
        chosen = _chosen(found, k)
        if len(chosen) < k:
            for meant in self._meant(start):
                found += self._beginning(meant, 4 * k, MEANT)
            found += self._composed(start)
            chosen = _chosen(found, k)
        return chosen

    def completions(self, prefix: str, k: int = 8) -> tuple[str, ...]:
        """At most ``k`` words, the most frequent first, that the last word may be the beginning of, or that word
        itself when there are none; nothing after a blank, when it is at its end."""
        return self.read(prefix, k).last

    def read(self, prefix: str, k: int = 8) -> Beginning:
        """The words that are whole, as they were meant, and :meth:`completions` of the last one."""
        start = tidy(prefix)
        last = (sequence(start) or [""])[-1]
        if not last or not start.endswith(last):
            return Beginning(self._right(start.rstrip()), ())
        found = self._ranked([last], k)
        if last.isascii() and len(last) >= SHORTEST_SOUND:
            found += self._ranked([last], k, _most_sounding)
        words = found or self._ranked(self._mistyped(last), k) or [last]
        return Beginning(self._right(start.removesuffix(last).rstrip()), tuple(words[:k]))

    # -- within -------------------------------------------------------------------------------------------------

    def _beginning(self, start: str, most: int, less: float = 0.0) -> Iterator[Found]:
        for segment in self._vocabulary.segments:
            phrases = segment.phrases
            for at, weight in _best(phrases.starts, phrases.started, phrases.weights, start, most):
                yield _found(phrases, at, weight - less)

    def _sounding(self, start: str, most: int) -> Iterator[Found]:
        if not self._vocabulary.longest_sound or len(start) < SHORTEST_SOUND:
            return
        sound = typed(start).replace(" ", "")
        for segment in self._vocabulary.segments:
            phrases = segment.phrases
            for at, weight in _best(phrases.sounds, phrases.sounded, phrases.sound_weights, sound, most):
                yield _found(phrases, at, weight - SOUNDS)

    def _meant(self, start: str) -> Iterator[str]:
        """What may have been meant: the words before the last one put right, and the last one mistyped."""
        head, blank, last = start.rpartition(" ")
        right = self._right(head)
        if right != head:
            yield right + blank + last
        yield from (right + blank + meant for meant in self._mistyped(last))

    def _right(self, head: str) -> str:
        """Whole words, put right with those of the vocabulary."""
        return self._speller.correct(head, lambda word: self._vocabulary.count(word) > 0).text if head else ""

    def _ranked(self, starts: Iterable[str], k: int, most: Most = _most) -> list[str]:
        """The most frequent words that begin in one of several ways, as ``most`` finds them."""
        counts = Counter[str]()
        for start in starts:
            for segment in self._vocabulary.segments:
                counts.update(most(segment.words, start, k))
        return [word for word, _ in sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:k]]

    def _mistyped(self, last: str) -> list[str]:
        """The likeliest beginnings of words that are a slip away from one of Latin letters."""
        if len(last) < SHORTEST or not (last.isascii() and last.isalpha()):
            return []
        scores: dict[str, float] = {}
        near = around(last)
        for segment in self._vocabulary.segments:
            for meant, first, end in segment.words.beginnings(near):
                score = worth(int(segment.words.counts[first:end].max())) - cost(last, meant)
                scores[meant] = max(score, scores.get(meant, -np.inf))
        return sorted(scores, key=lambda meant: (-scores[meant], meant))[:READINGS]

    def _composed(self, start: str) -> Iterator[Found]:
        """What was typed, going on with words that titles have after its last whole word."""
        head, _, last = start.rpartition(" ")
        before = (sequence(head) or [""])[-1]
        if before and last:
            for word in self.completions(last, 4 * ONE_IN):
                if count := self._vocabulary.pair(before, word):
                    yield Found(float(np.log2(1 + count)) - MEANT, f"{head} {word}", "query", count)


def tidy(prefix: str) -> str:
    """What was typed, folded, with single blanks, one of them at its end if a word is; "" if it is too long or has no
    word."""
    folded = " ".join(fold(prefix).split()) if len(prefix) <= MOST_CHARS else ""
    if not any(char.isalnum() for char in folded):
        return ""
    return folded + " " if prefix[-1].isspace() else folded


def _chosen(found: Iterable[Found], k: int) -> tuple[Suggestion, ...]:
    """The first ``k``, no two of the same words, and not too many of one kind that leads elsewhere."""
    chosen: dict[frozenset[str], Suggestion] = {}
    kinds = Counter[str]()
    for one in sorted(set(found), key=lambda one: (-one.weight, one.text)):
        words = frozenset(tokens(one.text))
        if words not in chosen and (one.kind == "query" or kinds[one.kind] < max(1, k // ONE_IN)):
            chosen[words] = Suggestion(one.text, one.kind, one.products)
            kinds[one.kind] += 1
            if len(chosen) == k:
                break
    return tuple(chosen.values())


def _best(
    starts: list[str], places: npt.NDArray[np.uint32], weights: npt.NDArray[np.float32], start: str, most: int
) -> list[tuple[int, float]]:
    """The places and weights of the weightiest rows that begin so."""
    first = bisect_left(starts, start)
    end = bisect_left(starts, start + LAST, first)
    rows = np.arange(first, end)
    if len(rows) > most:
        rows = first + np.argpartition(-weights[first:end], most)[:most]
    return [(int(places[row]), float(weights[row])) for row in rows]


def _found(phrases: Phrases, at: int, weight: float) -> Found:
    kind = cast(SuggestionKind, KINDS[phrases.kinds[at]])
    return Found(weight, phrases.texts[at], kind, int(phrases.counts[at]))
