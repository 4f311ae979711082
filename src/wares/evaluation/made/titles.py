"""Questions out of titles: some of a title's words, as they stand or mistyped."""

from __future__ import annotations

import math
import re
from random import Random
from typing import NamedTuple, TypeAlias

from wares.encoders.dictionary import HAN, language
from wares.encoders.tokens import STOP_WORDS, cut, tokens
from wares.evaluation.made.question import RIGHT, Made
from wares.evaluation.made.survey import Source, Survey
from wares.evaluation.made.typos import mistyped
from wares.evaluation.made.wording import joined, words

#: What share of a title's words is left out, how many are kept at most, and how often their order is changed.
LEFT_OUT, MOST_WORDS, TURNED = (0.3, 0.6), 5, 0.25
#: Words that more products have are no name of a thing; another draw of words is tried so many times.
MOST_RIGHT, DRAWS = 10, 3
#: How often two of several words are mistyped and not one.
TWICE = 0.25

_TERM = re.compile(rf"(?:\d+-)?\d+/\d+|[{HAN}]+|[^\W_{HAN}]+(?:[-_.'’&+][^\W_{HAN}]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|(?:\d+-)?\d+/\d+")
_BARE = re.compile(rf"[\d.,/-]+|[^\W\d_{HAN}]|[{HAN}]")


_Span: TypeAlias = tuple[int, int]


class _Kept(NamedTuple):
    """Words of a title, and the products that have them all."""

    words: list[str]
    right: set[int]


def title_words(survey: Survey, source: Source, random: Random) -> Made | None:
    """Some words of a title, telling ones rather than frequent ones."""
    kept = _kept(survey, source, random)
    return kept and Made(text=_written(kept, survey, source), gains=dict.fromkeys(kept.right, RIGHT))


def typo(survey: Survey, source: Source, random: Random) -> Made | None:
    """The same with one or two words mistyped; the answers are those of the words that were meant."""
    kept = _kept(survey, source, random)
    if kept is None:
        return None
    wanted = 2 if len(kept.words) > 2 and random.random() < TWICE else 1
    written = list(kept.words)
    for place in random.sample(range(len(written)), len(written)):
        wrong = mistyped(written[place], random)
        if wrong and not survey.with_words(wrong):  # else it is another word, and asks for other things
            written[place] = wrong
            wanted -= 1
        if not wanted:
            break
    return None if written == kept.words else Made(text=joined(written), gains=dict.fromkeys(kept.right, RIGHT))


def terms(title: str) -> list[str]:
    """The words of a title that may stand in a question, in order, each once.

    A number stays with the word before it ("iPhone 15") or the unit after it ("4 GB"). What is left alone and says
    nothing goes: numbers, single letters and characters, stop words.
    """
    found: dict[tuple[str, ...], str] = {}
    for term in _merged(title):
        said = tuple(tokens(term))
        if said and not set(said) <= STOP_WORDS and not _BARE.fullmatch(term):
            found.setdefault(said, term)
    return list(found.values())


def _merged(title: str) -> list[str]:
    """The words of a title, with each number put to its unit, or else to the word before it."""
    spans: list[_Span] = []
    for match in _TERM.finditer(title):
        start = match.start()
        for piece in cut(match[0]) if language(match[0]) == "zh" else [match[0]]:
            spans.append((start, start + len(piece)))
            start += len(piece)
    for belong in (_is_measure, _is_numbered):
        merged: list[_Span] = []
        for start, end in spans:
            if merged and belong(title[slice(*merged[-1])], title[merged[-1][1] : start], title[start:end]):
                start = merged.pop()[0]
            merged.append((start, end))
        spans = merged
    return [title[start:end] for start, end in spans]


def _is_measure(number: str, gap: str, unit: str) -> bool:
    """ "4" and "GB", "15.6" and "寸": what the search takes for one, or one character right after a number."""
    if gap not in ("", " ") or not _NUMBER.fullmatch(number):
        return False
    return (not gap and len(unit) == 1) or tokens(f"{number}{gap}{unit}") != tokens(number) + tokens(unit)


def _is_numbered(name: str, gap: str, number: str) -> bool:
    """ "iPhone" and "15"."""
    named = len(name) > 1 and name.isalpha() and name.lower() not in STOP_WORDS
    return gap == " " and named and "/" not in number and bool(_NUMBER.fullmatch(number))


def _kept(survey: Survey, source: Source, random: Random) -> _Kept | None:
    """Some words of the title that few products have together; None when it has none."""
    found = terms(source.product.title)
    for _ in range(DRAWS if len(found) > 1 else 0):
        chosen = _drawn(found, survey, random)
        right = survey.with_words(" ".join(chosen))
        if source.number in right and len(right) <= MOST_RIGHT:
            if random.random() < TURNED:
                random.shuffle(chosen)
            return _Kept(chosen, right)
    return None


def _drawn(found: list[str], survey: Survey, random: Random) -> list[str]:
    """Words by chance, in their order, a rare one likelier: without replacement, by the squared logarithm of how few
    products have it (Efraimidis and Spirakis, 2006). At most one begins with a digit:
    nobody types a row of measures."""
    left_out = max(1, round(len(found) * random.uniform(*LEFT_OUT)))
    wanted = min(MOST_WORDS, max(len(found) - left_out, min(2, len(found) - 1)))

    def luck(term: str) -> float:
        rarest = min(max(survey.count(word), 1) for word in tokens(term))
        weight = math.log(1 + len(survey) / rarest) ** 2
        return float(random.random() ** (1 / weight))

    lucky = sorted(range(len(found)), key=lambda place: luck(found[place]), reverse=True)
    numbered = [place for place in lucky if found[place][0].isdigit()][1:]
    return [found[place] for place in sorted([place for place in lucky if place not in numbered][:wanted])]


def _written(kept: _Kept, survey: Survey, source: Source) -> str:
    """The words as they are typed; Chinese ones with spaces only where they would become other words without."""
    text = joined(kept.words)
    same = words(text) <= words(" ".join(kept.words)) or source.number in survey.with_words(text)
    return text if same else joined(kept.words, spaced=True)
