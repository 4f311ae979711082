"""The spelling of a question, put right with the words of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from wares.query.spelling import chinese, joins, latin
from wares.query.spelling.question import Question
from wares.query.vocabulary import Vocabulary
from wares.records import Correction


class Corrected(msgspec.Struct, frozen=True):
    """A question as it was meant, and what was changed, in the order of the text."""

    text: str
    corrections: tuple[Correction, ...] = ()


class Speller:
    """Puts questions right. A word is only ever changed into words that the catalogue has; one that some product has,
    one of ``keep`` (folded words, those of a grammar), a code, a number, a word that the dictionaries of English or
    Chinese have, and everything of another script stay as they are. Threads may share it.
    """

    def __init__(self, vocabulary: Vocabulary, keep: Collection[str] = ()) -> None:
        self._vocabulary = vocabulary
        self._keep = frozenset(keep)
        if vocabulary.longest_sound:
            chinese.warm()

    def correct(self, text: str, exists: Callable[[str], bool], ignore: Collection[str] = ()) -> Corrected:
        """The question as it was meant.

        ``exists`` says whether some product has all tokens of a word, in whatever field. ``ignore`` are texts
        (:attr:`Correction.said` of an earlier answer) that were meant as they stand.
        """
        question = Question(text, exists, self._keep, ignore)
        for correct in (joins.correct, latin.correct, chinese.correct):
            correct(question, self._vocabulary)
        return Corrected(*question.corrected())
