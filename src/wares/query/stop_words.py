"""Stop words of a shop: those that every shop has, with what it adds and what it keeps, by language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

from wares.encoders.dictionary import Language, language
from wares.encoders.tokens import STOP_WORDS, tokens
from wares.errors import SetupError

#: How many a shop may have of its own, and how long one may be.
MAX_WORDS = 2_000
MAX_LENGTH = 40

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class StopWord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A word that questions in a language do without; with ``kept`` one that they are not to do without, although
    it is in :data:`wares.encoders.tokens.STOP_WORDS`."""

    word: str
    language: Language
    kept: bool = False


Tables: TypeAlias = "dict[Language, frozenset[str]]"


class StopWords:
    """The stop words in force. It does not change; threads may share it."""

    def __init__(self, own: Iterable[StopWord] = ()) -> None:
        words: dict[Language, set[str]] = {each: set(STOP_WORDS) for each in _LANGUAGES}
        for one in own:
            pieces = tokens(one.word)
            if one.kept:
                words[one.language].difference_update([*pieces, one.word.casefold()])
            else:
                words[one.language].update(pieces)
        self._words: Tables = {each: frozenset(found) for each, found in words.items()}

    def of(self, spoken: Language) -> frozenset[str]:
        """The stop words of a language, as tokens."""
        return self._words[spoken]

    def telling(self, said: Sequence[str], spoken: Language = "en") -> list[str]:
        """Tokens (:func:`wares.encoders.tokens.tokens`) of a question without its stop words; if there is nothing
        else, all of them."""
        stop = self._words[spoken]
        return [token for token in said if token not in stop] or list(said)

    def is_stop(self, text: str, spoken: Language | None = None) -> bool:
        """Whether a text says nothing but stop words of a language (of its own unless given)."""
        said = tokens(text)
        return bool(said) and all(token in self._words[spoken or language(text)] for token in said)


def check(one: StopWord) -> StopWord:
    """The stop word itself. :class:`SetupError` for what is no word, several words, or too long."""
    if len(one.word) > MAX_LENGTH:
        raise SetupError(f"the stop word {one.word[:20]!r}… has more than {MAX_LENGTH} characters; shorten it")
    pieces = tokens(one.word)
    if not pieces:
        raise SetupError(f"there is no word in {one.word!r}; a stop word has letters or digits")
    if len(pieces) > 1 and (one.language == "en" or " " in one.word.strip()):
        raise SetupError(f"{one.word!r} is more than one word; add each on its own")
    if one.kept and not set(pieces) & STOP_WORDS:
        raise SetupError(f"{one.word!r} is no stop word, so it need not be kept; leave it out")
    return one
