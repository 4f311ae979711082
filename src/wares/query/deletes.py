"""Words near a word, by the deletions that both have in common.

Two words whose distance is at most *n* (a letter put in, left out, changed, or two neighbours turned round) become
the same word when at most *n* letters are taken out of each: W. Garbe's symmetric delete. What is kept is a number
for each way to take letters out of each word, sorted, so that the words near another one are found by binary search,
whatever the letters. The numbers are hashes: a word found still has to be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import msgspec
import numpy as np
import numpy.typing as npt

#: Words of fewer letters are near no other; two letters are taken out of words from the second length on.
SHORTEST, TWO_FROM = 3, 6
#: Longer words are not kept, and beyond the second length one letter is taken out, not two.
LONGEST, TWO_UNTIL = 40, 20

Numbers = npt.NDArray[np.uint32]

_POWER = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio, made odd: Knuth's multiplicative hashing
_SPREAD = np.uint64(0xD6E8FEB86659FD93)


class Deletes(msgspec.Struct, frozen=True):
    """``hashes``: uint32, sorted; ``places``: which word of the list each one comes from."""

    hashes: Numbers
    places: Numbers

    @classmethod
    def of(cls, words: Sequence[str], *, shortest: int = SHORTEST, two_from: int = TWO_FROM) -> Deletes:
        """Of a list of words; those out of bounds are left out."""
        hashes, places = [np.zeros(0, np.uint32)], [np.zeros(0, np.uint32)]
        by_length: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            if shortest <= len(word) <= LONGEST:
                by_length.setdefault(len(word), []).append(place)
        for length, own in by_length.items():
            letters = _letters("".join(words[place] for place in own)).reshape(len(own), length)
            for taken in range(3 if two_from <= length <= TWO_UNTIL else 2):
                made = _without(letters, taken)
                hashes.append(made.ravel())
                places.append(np.repeat(np.array(own, np.uint32), made.shape[1]))
        found, whose = np.concatenate(hashes), np.concatenate(places)
        order = np.argsort(found, kind="stable")
        return cls(found[order], whose[order])

    def near(self, word: str, most: int) -> list[int]:
        """The places of all words whose distance to ``word`` is at most ``most`` (1 or 2), and of some others.

        They are all as far as both have the length from which so many letters are taken out.
        """
        if not word or len(word) > LONGEST + most or not len(self.hashes):
            return []
        letters = _letters(word)[np.newaxis]
        wanted = np.concatenate([_without(letters, taken)[0] for taken in range(min(most, len(word) - 1) + 1)])
        first = np.searchsorted(self.hashes, wanted)
        last = np.searchsorted(self.hashes, wanted, side="right")
        found = {int(place) for a, b in zip(first, last, strict=True) if a < b for place in self.places[a:b]}
        return sorted(found)


def _letters(text: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _without(letters: npt.NDArray[np.uint64], taken: int) -> Numbers:
    """Hashes, shape (words, ways), of words of one length, shape (words, length), without ``taken`` letters."""
    length = letters.shape[1]
    if not taken:
        return _hash(letters)[:, np.newaxis]
    kept = _kept(length, taken)
    if len(letters) == 1:
        return _hash(letters[0][kept])[np.newaxis]
    return np.stack([_hash(letters[:, columns]) for columns in kept], axis=1)


def _hash(letters: npt.NDArray[np.uint64]) -> Numbers:
    """Of words of one length, shape (words, length): a polynomial of their letters, modulo 2^64, of which the upper
    half is kept."""
    sums = (letters * _powers(letters.shape[1])).sum(axis=1, dtype=np.uint64)
    made: Numbers = ((sums * _SPREAD) >> np.uint64(32)).astype(np.uint32)
    return made


@cache
def _powers(length: int) -> npt.NDArray[np.uint64]:
    return np.array([pow(_POWER, place + 1, 1 << 64) for place in range(length)], np.uint64)


@cache
def _kept(length: int, taken: int) -> npt.NDArray[np.int64]:
    """The columns that are left, shape (ways, length - taken)."""
    every = np.arange(length)
    return np.array([np.delete(every, out) for out in combinations(range(length), taken)]).reshape(-1, length - taken)
