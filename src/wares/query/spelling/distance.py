"""How far a word that was typed is from the one that was meant, in slips of the hand.

The distance is Damerau's in the restricted form (a letter put in, left out, changed, or two neighbours turned round,
and no letter touched twice), with a price for each slip: those that hands make often are cheap.
"""

from __future__ import annotations

from functools import lru_cache
from string import ascii_lowercase

#: What a slip costs. The letter beside the one meant, two letters turned round, one of a double letter left out, and
#: a letter doubled are frequent; a wrong first letter is rare (Yannakoudakis and Fawthrop, 1983) and costs more.
ANY, NEIGHBOUR, TURNED, DOUBLED, FIRST = 1.0, 0.7, 0.6, 0.5, 0.5

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
#: Pairs of letters that lie side by side; a row stands half a key to the right of the one above it.
NEIGHBOURS = frozenset(
    one + other
    for row, letters in enumerate(_ROWS)
    for place, one in enumerate(letters)
    for near, others in enumerate(_ROWS)
    for there, other in enumerate(others)
    if one != other and abs(row - near) <= 1 and abs((place + row / 2) - (there + near / 2)) <= 1
)


def slips(said: str, meant: str, most: int) -> int:
    """The distance with 1 for each slip, or ``most + 1`` if it is greater than ``most``."""
    said, meant = _middle(said, meant)
    if abs(len(said) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(said):
        after = [i + 1]
        for j, other in enumerate(meant):
            best = row[j] if letter == other else 1 + min(row[j], row[j + 1], after[j])
            if i and j and letter == meant[j - 1] and said[i - 1] == other:
                best = min(best, before[j - 1] + 1)
            after.append(best)
        if min(after) > most:
            return most + 1
        before, row = row, after
    return min(row[-1], most + 1)


@lru_cache(maxsize=1 << 12)
def cost(said: str, meant: str) -> float:
    """The distance with the price of each slip."""
    said, meant = _middle(said, meant, kept=1)
    row = [0.0]
    for j in range(len(meant)):
        row.append(row[-1] + _put(meant, j))
    before: list[float] = []
    for i, letter in enumerate(said):
        after = [row[0] + _put(said, i)]
        for j, other in enumerate(meant):
            best = min(
                row[j] + _changed(letter, other, first=i == j == 0),
                row[j + 1] + _put(said, i),
                after[j] + _put(meant, j),
            )
            if i and j and letter == meant[j - 1] and said[i - 1] == other:
                best = min(best, before[j - 1] + TURNED)
            after.append(best)
        before, row = row, after
    return row[-1]


def around(word: str) -> list[str]:
    """Every other text of Latin letters that is one slip away from a word."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = [before + after[1:] for before, after in cuts if after]
    found += [before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1]
    found += [before + letter + after[1:] for before, after in cuts if after for letter in ascii_lowercase]
    found += [before + letter + after for before, after in cuts for letter in ascii_lowercase]
    return sorted(set(found) - {word})


def _put(word: str, place: int) -> float:
    """The price of a letter that only one of the two words has."""
    if place and word[place] == word[place - 1]:
        return DOUBLED
    return ANY if place else ANY + FIRST


def _changed(letter: str, other: str, *, first: bool) -> float:
    if letter == other:
        return 0.0
    price = NEIGHBOUR if letter + other in NEIGHBOURS else ANY
    return price + FIRST if first else price


def _middle(said: str, meant: str, *, kept: int = 0) -> tuple[str, str]:
    """Both words without what they begin and end with in common, but for the ``kept`` letters next to the rest."""
    shortest = min(len(said), len(meant))
    start = 0
    while start < shortest and said[start] == meant[start]:
        start += 1
    end = 0
    while end < shortest - start and said[-1 - end] == meant[-1 - end]:
        end += 1
    start, end = max(start - kept, 0), max(end - kept, 0)
    return said[start : len(said) - end], meant[start : len(meant) - end]
