"""What a catalogue says, in sorted tables that are read without being rebuilt: its words, and its phrases."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec
import numpy as np
import numpy.typing as npt

from wares.encoders.dictionary import HAN
from wares.encoders.tokens import STOP_WORDS, fold, term_id
from wares.query.deletes import Deletes
from wares.query.pinyin import syllables, ways
from wares.query.tallies import Tally, is_phrase, joined, sequence

#: What a phrase is; the order is that in which one text is taken for one of them.
KINDS = ("brand", "category", "query")
#: So many phrases are kept, the most frequent.
MOST_PHRASES = 60_000
#: A pair of words that is a part of the same triple this often is no phrase of its own.
SWALLOWED = 0.8
#: What stands above every other character in an order of texts.
LAST = "\U0010ffff"
#: What stands right above the words of Latin letters; so many of their letters go into a number.
LATIN_END, HEAD = "{", 8

_A_HAN = re.compile(f"[{HAN}]")


class Words(msgspec.Struct, frozen=True):
    """Words of so many products, sorted, with how many have each.

    ``deletes`` finds words near a word. ``pairs`` are the sorted numbers of pairs that stand side by side in titles,
    with their counts. ``sounds`` are the Chinese words as typed in pinyin, sorted, ``sounding`` their places, and
    ``longest_sound`` is how many letters the longest has. ``heads`` are the first letters of the Latin words, which
    come first, as numbers.
    """

    products: int
    texts: list[str]
    counts: npt.NDArray[np.uint32]
    deletes: Deletes
    pairs: npt.NDArray[np.uint32]
    pair_counts: npt.NDArray[np.uint32]
    sounds: list[str]
    sounding: npt.NDArray[np.uint32]
    longest_sound: int
    heads: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, tally: Tally) -> Words:
        """The tables of a tally."""
        texts = sorted(tally.words)
        chinese = [(place, text) for place, text in enumerate(texts) if _A_HAN.match(text)]
        sounding = sorted((sound, place) for place, text in chinese for sound in ways(text))
        pairs: dict[int, int] = {}
        for pair, count in tally.pairs.items():
            pairs[term_id(pair)] = max(count, pairs.get(term_id(pair), 0))
        numbers = np.array(sorted(pairs), np.uint32)
        return cls(
            tally.products,
            texts,
            _numbers(tally.words[text] for text in texts),
            Deletes.of(texts),
            numbers,
            _numbers(pairs[int(number)] for number in numbers),
            [sound for sound, _ in sounding],
            _numbers(place for _, place in sounding),
            max((len(sound) for sound, _ in sounding), default=0),
            heads(texts[: bisect_left(texts, LATIN_END)]),
        )

    def count(self, word: str) -> int:
        """How many products have a word."""
        place = bisect_left(self.texts, word)
        return int(self.counts[place]) if place < len(self.texts) and self.texts[place] == word else 0

    def pair(self, first: str, second: str) -> int:
        """How many titles have two words side by side."""
        number = term_id(f"{first} {second}")
        place = int(np.searchsorted(self.pairs, np.uint32(number)))
        return int(self.pair_counts[place]) if place < len(self.pairs) and self.pairs[place] == number else 0

    def near(self, word: str, most: int) -> list[str]:
        """Words whose distance to a word is at most ``most``, and some others."""
        return [self.texts[place] for place in self.deletes.near(word, most)]

    def sounding_like(self, sound: str) -> list[str]:
        """The Chinese words that are typed so."""
        start = bisect_left(self.sounds, sound)
        end = bisect_left(self.sounds, sound + LAST, start)
        return [self.texts[self.sounding[at]] for at in range(start, end) if self.sounds[at] == sound]

    def beginning(self, start: str) -> tuple[int, int]:
        """From which place up to before which one the words begin so."""
        return bisect_left(self.texts, start), bisect_left(self.texts, start + LAST)

    def beginnings(self, starts: Sequence[str]) -> list[tuple[str, int, int]]:
        """Those of many texts of Latin letters with which words begin, and :meth:`beginning` of each."""
        first = np.searchsorted(self.heads, heads(starts))
        last = np.searchsorted(self.heads, heads(starts, fill=b"\xff"), side="right")
        found = [(start, int(a), int(b)) for start, a, b in zip(starts, first, last, strict=True) if a < b]
        exact = [row if len(row[0]) <= HEAD else (row[0], *self.beginning(row[0])) for row in found]
        return [row for row in exact if row[1] < row[2]]


class Phrases(msgspec.Struct, frozen=True):
    """Phrases with how many products gave each; ``kinds`` are places in ``KINDS``.

    ``starts`` are the folded phrases from each of their words on, sorted, and ``started`` the places of the phrases;
    ``weights`` is how much each stands out. ``sounds``, ``sounded`` and ``sound_weights`` are the same for Chinese
    phrases as they are typed in pinyin, or by the first letter of each syllable.
    """

    texts: list[str]
    kinds: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.uint32]
    starts: list[str]
    started: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]
    sounds: list[str]
    sounded: npt.NDArray[np.uint32]
    sound_weights: npt.NDArray[np.float32]

    @classmethod
    def of(cls, tally: Tally) -> Phrases:
        """The phrases of a tally."""
        found = sorted(_phrases(tally).values())
        rows = [(at, text, _weight(kind, count)) for at, (text, kind, count) in enumerate(found)]
        starts = sorted(chain.from_iterable(_starts(*row) for row in rows))
        sounds = sorted(chain.from_iterable(_sounds(*row) for row in rows))
        return cls(
            [text for text, _, _ in found],
            np.array([kind for _, kind, _ in found], np.uint8),
            _numbers(count for _, _, count in found),
            *_columns(starts),
            *_columns(sounds),
        )


def _phrases(tally: Tally) -> dict[str, tuple[str, int, int]]:
    """Text as shown, kind and count, by the folded text."""
    found: dict[str, tuple[str, int, int]] = {}
    for kind, table in enumerate((tally.brands, tally.categories)):
        for text, count in sorted(table.items(), key=lambda row: (-row[1], row[0])):
            key = fold(text)
            shown, own, before = found.get(key, (text, kind, 0))
            found[key] = shown, own, before + count * (own == kind)
    for text, count in _asked(tally).items():
        found.setdefault(text, (text, KINDS.index("query"), count))
    kept = sorted(found.items(), key=lambda item: (-item[1][2], item[0]))[:MOST_PHRASES]
    return dict(kept)


def _asked(tally: Tally) -> Counter[str]:
    """Phrases that people may ask for: frequent words, pairs and triples of titles, and those made of values."""
    least = min(3, 1 + tally.products // 1000)
    found = Counter({text: count for text, count in tally.made.items() if count >= least})
    swallowed: dict[str, int] = {}
    for triple, count in tally.triples.items():
        words = triple.split(" ")
        if count >= least and is_phrase(words):
            found[joined(words)] = max(found[joined(words)], count)
            for part in (" ".join(words[:2]), " ".join(words[1:])):
                swallowed[part] = max(swallowed.get(part, 0), count)
    for pair, count in tally.pairs.items():
        words = pair.split(" ")
        if count >= least and is_phrase(words) and swallowed.get(pair, 0) < SWALLOWED * count:
            found[joined(words)] = max(found[joined(words)], count)
    for word, count in tally.words.items():
        if count >= least and word not in STOP_WORDS and (len(word) > 2 or _A_HAN.match(word)):
            found[word] = max(found[word], count)
    return found


def _weight(kind: int, count: int) -> float:
    """How much a phrase stands out: the logarithm of its count; brands and categories lead somewhere."""
    return float(np.log2(1 + count)) + (kind != KINDS.index("query"))


#: What it adds when a phrase begins with what was typed; what is taken off for initials in its place.
FROM_START, INITIALS = 3.0, 2.0


def _starts(at: int, text: str, weight: float) -> list[tuple[str, int, float]]:
    """The folded phrase from each of its words on."""
    folded = fold(text)
    found, place = [(folded, at, weight + FROM_START)], 0
    for word in sequence(folded):
        place = folded.index(word, place)
        if place:
            found.append((folded[place:], at, weight))
        place += len(word)
    return found


def _sounds(at: int, text: str, weight: float) -> list[tuple[str, int, float]]:
    """A Chinese phrase as it is typed, from each of its words on, and by its initials."""
    if not _A_HAN.search(text):
        return []
    spoken = [(sound, at, own) for start, _, own in _starts(at, text, weight) for sound in ways(start)]
    initials = "".join(syllable[:1] for syllable in syllables(fold(text)))
    return [*spoken, (initials, at, weight + FROM_START - INITIALS)] if len(initials) > 1 else spoken


def heads(words: Sequence[str], fill: bytes = b"\0") -> npt.NDArray[np.uint64]:
    """The first eight letters of words of Latin letters as numbers that have the order of the words; ``fill`` stands
    for those that a shorter word lacks."""
    letters = b"".join(word[:HEAD].encode().ljust(HEAD, fill) for word in words)
    return np.frombuffer(letters, ">u8").astype(np.uint64)


def _columns(rows: list[tuple[str, int, float]]) -> tuple[list[str], npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    return (
        [start for start, _, _ in rows],
        _numbers(at for _, at, _ in rows),
        np.array([weight for _, _, weight in rows], np.float32),
    )


def _numbers(values: Iterable[int]) -> npt.NDArray[np.uint32]:
    return np.fromiter(values, np.uint32)
