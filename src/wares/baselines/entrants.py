"""Who takes part: the baselines of the tables, and the shop's own channels, all looking among the same products."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.baselines.records import Answered, Contender, Task
from wares.documents import meaning_text, word_fields
from wares.encoders import classic
from wares.encoders.base import Encoder
from wares.encoders.words import Words, averages
from wares.errors import SetupError
from wares.ranking import words
from wares.ranking.words import Document
from wares.records import Modality, Product
from wares.registry import PartSpec
from wares.settings import Settings

if TYPE_CHECKING:
    from wares.encoders.base import Content

#: Products are encoded and compared so many at a time.
BATCH = 512


class Names(NamedTuple):
    """The baselines and the word rankers that take part."""

    baselines: tuple[str, ...]
    rankers: tuple[str, ...]

    @classmethod
    def of(cls, only: Sequence[str]) -> Names:
        """Those of the names, or all. :class:`SetupError` for an unknown one, ``MissingExtra`` when its libraries are
        not there: found out before an hour's work."""
        known = {**dict.fromkeys(classic.names(), True), **dict.fromkeys(words.rankers(), False)}
        chosen = list(dict.fromkeys(only or known))
        if unknown := [name for name in chosen if name not in known]:
            raise SetupError(f"unknown baseline {unknown[0]!r}; known: {', '.join(known)}")
        for name in chosen:
            if known[name]:
                classic.build(name)
        return cls(tuple(n for n in chosen if known[n]), tuple(n for n in chosen if not known[n]))

    def modalities(self) -> set[Modality]:
        """What has to be read of products."""
        found: set[Modality] = {classic.build(name).modality for name in self.baselines}
        return found | ({"text"} if self.rankers else set[Modality]())


def entrants(task: Task, names: Names, seed: int, own: Iterable[Contender] = ()) -> Iterator[Contender]:
    """All that can do a task: baselines of its modality, word rankers, and a shop's own channels."""
    for name in names.baselines:
        if classic.build(name).modality == task.modality:
            yield Contender(name, _about(classic.BASELINES, name), False, _learning(name, seed))
    if task.modality == "text":
        for name in names.rankers:
            yield Contender(name, _about(words.RANKERS, name), False, _ranking(name))
    yield from own


def channels(modality: Modality, settings: Settings, encoders: Iterable[Encoder]) -> Iterator[Contender]:
    """What a shop with these settings and encoders has for a modality: words, and the vectors of each space."""
    if modality == "text":
        yield Contender("words", "BM25 over weighted fields", True, lambda task: _bm25(task, settings))
    for encoder in encoders:
        if encoder.modality == modality and not encoder.asks_only:
            yield Contender(encoder.channel, f"the model {settings.model}", True, _encoding(encoder))


def reading(product: Product) -> str:
    """All words of a product as one text: what baselines read, for which all fields are alike."""
    return " ".join(text for text in word_fields(product).values() if text)


def kind_of(product: Product) -> str:
    """The last step of the category; "" when there is none."""
    return product.category[-1] if product.category else ""


# -- the shop's own ---------------------------------------------------------------------------------------------


def _bm25(task: Task, settings: Settings) -> Answered:
    fields = [word_fields(product) for product in task.products]
    started = time.perf_counter()
    weigher = Words(settings.fields, settings.k1, settings.b, averages(fields))
    learnt = time.perf_counter() - started
    held: dict[int, list[int]] = {}
    weights: dict[int, list[float]] = {}
    for number, own in enumerate(fields):
        document = weigher.document(own)
        for term, weight in zip(document.indices, document.values, strict=True):
            held.setdefault(term, []).append(number)
            weights.setdefault(term, []).append(weight)
    each = (time.perf_counter() - started - learnt) / len(fields)
    worded = len({number for numbers in held.values() for number in numbers})
    scores = np.full((len(task.asked), len(fields)), -np.inf)
    for own_scores, text in zip(scores, task.asked.values(), strict=True):
        asked = weigher.query(str(text))
        for term, said in zip(asked.indices, asked.values, strict=True):
            if n := len(held.get(term, ())):
                idf = math.log(1 + (worded - n + 0.5) / (n + 0.5))  # as an index applies it
                holders = held[term]
                own_scores[holders] = np.maximum(own_scores[holders], 0.0) + said * idf * np.array(weights[term])
    return Answered(scores, None, learnt, each)


# -- how each answers -------------------------------------------------------------------------------------------


def _about(table: Mapping[str, PartSpec], name: str) -> str:
    return table[name].about if name in table else "of another package"


def _learning(name: str, seed: int) -> Callable[[Task], Answered]:
    def answer(task: Task) -> Answered:
        started = time.perf_counter()
        encoder = classic.learn(name, task.pool, seed)
        learnt = time.perf_counter() - started
        return _encoded(encoder, task, task.pool)._replace(learnt=learnt)

    return answer


def _encoding(encoder: Encoder) -> Callable[[Task], Answered]:
    """A channel of the shop: of words it reads the sentence that an index is built from."""

    def answer(task: Task) -> Answered:
        pool = [meaning_text(product) for product in task.products] if task.modality == "text" else task.pool
        return _encoded(encoder, task, pool)

    return answer


def _encoded(encoder: Encoder, task: Task, pool: Sequence[Content]) -> Answered:
    asked = encoder.encode(list(task.asked.values()))
    # Of a text's thousands of numbers a question has a handful: the others add nothing to a dot product.
    used = asked.any(axis=0)
    scores = np.full((len(asked), len(pool)), -np.inf)
    spent = 0.0
    for start in range(0, len(pool), BATCH):
        started = time.perf_counter()
        rows = encoder.encode(pool[start : start + BATCH])
        spent += time.perf_counter() - started
        compared = asked[:, used] @ rows[:, used].T
        something = np.outer(asked.any(axis=1), rows.any(axis=1))
        scores[:, start : start + len(rows)] = np.where(something, compared, -np.inf)
    return Answered(scores, encoder.dims, 0.0, spent / len(pool))


def _ranking(name: str) -> Callable[[Task], Answered]:
    def answer(task: Task) -> Answered:
        recipe = words.build(name)
        documents = [Document(str(text), kind_of(p)) for text, p in zip(task.pool, task.products, strict=True)]
        started = time.perf_counter()
        learnt = recipe.learn(documents)
        each = (time.perf_counter() - started) / len(documents)  # to learn a product is to take it in
        scores = np.stack([learnt.scores(str(text)) for text in task.asked.values()])
        return Answered(scores, None, each * len(documents), each)

    return answer
