"""What merchants say, ready for questions to one version of the index: rules, synonyms, stop words."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from wares.errors import StoreError
from wares.index.base import Index
from wares.query import filters
from wares.query.stop_words import StopWord, StopWords
from wares.query.synonyms import Synonym, Synonyms
from wares.ranking.rules import Rulebook, decode
from wares.store.counters import Noticed
from wares.store.store import Store


class Wording(NamedTuple):
    """How words are looked for: what stands for them besides, and which of them tell nothing."""

    synonyms: Synonyms = Synonyms()
    stop_words: StopWords = StopWords()


class Merchant:
    """Made anew when somebody changed it, within a second. Thread-safe."""

    def __init__(self, store: Store, index: Index) -> None:
        self._rules = Noticed(store.revision, lambda: _rulebook(store, index))
        self._wording = Noticed(store.revision, lambda: _wording(store))

    def rules(self) -> Rulebook:
        """The rules in force."""
        return self._rules.get()

    def wording(self) -> Wording:
        """The synonyms and stop words in force."""
        return self._wording.get()


def _rulebook(store: Store, index: Index) -> Rulebook:
    """The rules of a store; one that is damaged does not fire, and is among the problems."""
    rules, damaged = [], []
    for name, doc in store.said("rule").items():
        try:
            rules.append(decode(doc))
        except StoreError as damage:
            damaged.append((name, str(damage)))
    book = Rulebook(rules, check=lambda where: filters.check(where, index.fields()))
    book.problems += damaged
    return book


def _wording(store: Store) -> Wording:
    synonyms = (msgspec.json.decode(doc, type=Synonym) for doc in store.said("synonyms").values())
    words = (msgspec.json.decode(doc, type=StopWord) for doc in store.said("stop words").values())
    return Wording(Synonyms(synonyms), StopWords(words))
