"""What somebody who is typing may go on to ask: phrases of the catalogue, and products that have what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from msgspec.structs import replace

from wares.digest import Digests
from wares.encoders.words import Words
from wares.index.base import Channel, Index, Match, Texts
from wares.query.suggesting import Beginning, Suggester
from wares.query.tallies import joined
from wares.records import Filter, Product, Sparse, Suggestion
from wares.store.store import Store

#: One suggestion in so many is a product, and more are where phrases are few.
ONE_IN = 4
#: So many words are tried as the one that is being typed, and so many whole questions are made up with them.
COMPLETIONS, MADE_UP = 8, 2
#: No more are given.
MOST = 50
#: So many more products are looked at, since some have the same title.
SPARE = 2
#: So many times as many phrases are tried when only some products count.
WIDER = 8
WORDS = "words"


class Completer:
    """Suggests over one version of the index. Threads may share it."""

    def __init__(self, store: Store, index: Index, words: Words, digests: Digests) -> None:
        self._store = store
        self._index = index
        self._words = words
        self._digests = digests
        self._suggester: tuple[object, Suggester] | None = None

    def suggest(self, prefix: str, k: int, where: Filter | None = None) -> tuple[Suggestion, ...]:
        """At most ``k``, and at most ``MOST``: phrases that begin as typed, then questions made up of the whole words
        and one that the last may become, if a product has all of them, then products that have them.

        With ``where`` only products that pass it count, in whatever is suggested: of phrases it is those of which one
        product has all words."""
        k = min(k, MOST)
        suggester = self._current()
        phrases = self._phrases(suggester, prefix, k, where) if k > 0 else []
        typed = suggester.read(prefix, COMPLETIONS)
        wanted = self._wanted(typed)
        if k < 1 or not wanted:
            return tuple(phrases)
        if len(phrases) < k and typed.head:
            phrases += self._made_up(typed, {phrase.text.casefold() for phrase in phrases}, where)
        products = self._products(typed, wanted, where, max(k // ONE_IN, k - len(phrases)))
        return (*phrases[: k - min(len(products), max(1, k // ONE_IN))], *products)[:k]

    def count(self, words: str, where: Filter | None = None) -> int:
        """How many products that pass ``where`` have all words of a text; those without a word are no text's."""
        wanted = self._words.wanted(words)
        return self._index.count(Match(where=where, texts=(wanted,))) if wanted else 0

    def _phrases(self, suggester: Suggester, prefix: str, k: int, where: Filter | None) -> list[Suggestion]:
        if where is None:
            return list(suggester.suggest(prefix, k))
        found = ((one, self.count(one.text, where)) for one in suggester.suggest(prefix, WIDER * k))
        return list(islice((replace(one, count=count) for one, count in found if count), k))

    def _current(self) -> Suggester:
        vocabulary = self._digests.latest().part("words")
        if self._suggester is None or self._suggester[0] is not vocabulary:
            self._suggester = vocabulary, Suggester(vocabulary)
        return self._suggester[1]

    def _wanted(self, typed: Beginning) -> tuple[tuple[int, ...], ...]:
        """The terms that a product must have: all of the whole words, and one of those that the last may become."""
        whole = self._words.wanted(typed.head) if typed.head else ()
        last = dict.fromkeys(term for word in typed.last for terms in self._words.wanted(word)[:1] for term in terms)
        return (*whole, tuple(last)) if last else whole

    def _made_up(self, typed: Beginning, known: set[str], where: Filter | None) -> list[Suggestion]:
        found: dict[tuple[tuple[int, ...], ...], Suggestion] = {}
        for word in typed.last[:MADE_UP]:
            text = joined((typed.head, word))
            wanted = self._words.wanted(text)
            if text in known or wanted in found:
                continue
            if count := self._index.count(Match(where=where, texts=(wanted,))):
                found[wanted] = Suggestion(text, "query", count)
        return list(found.values())

    def _products(
        self, typed: Beginning, wanted: Sequence[tuple[int, ...]], where: Filter | None, most: int
    ) -> list[Suggestion]:
        """The products that say most of what was typed, those that are shown as one only once."""
        terms = sorted({term for word in wanted for term in word})
        channel = Channel(WORDS, Sparse(tuple(terms), (1.0,) * len(terms)), most + SPARE)
        texts: Texts = (tuple(wanted),)
        found = self._index.query([channel], where, texts=texts)
        scored = sorted(zip((-found.scores[:, 0]).tolist(), found.numbers, strict=True))
        products = self._store.products([number for _, number in scored])
        chosen: dict[str, Product] = {}
        for _, number in scored:
            if number in products:
                chosen.setdefault(products[number].title, products[number])
        return [Suggestion(one.title, "product", 1, one.id) for one in chosen.values()][:most]
