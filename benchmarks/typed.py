"""Typing: how often the speller puts right what is mistyped, how often it spoils what is right, and how long it and
suggestions take.

    python -m benchmarks.typed [--data FOLDER] [--scratch FOLDER] [--questions N] [--shown N] [--json]

A *catalogue-made* question is made by :mod:`wares.evaluation.made`: words of a title with one or two mistyped. It is
put right when the product it came from has all words of what it was read as, and spoiled when it was changed and the
product has not. What is right is *harmed* by any change:

- questions made of a title's words as they stand;
- titles of one product in ten, asked of a shop that lacks those products, and so has never met their rarest words;
- questions of the development sets. People typed many of these, with errors, so a change may be right: those that
  change are ranked by BM25 as typed and as read, and ``--shown`` prints some.

``exists`` looks into sets of tokens in memory here: what an index takes to answer is not in the times, which are of
processor.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np

import wares
from benchmarks import words
from benchmarks.catalogues import GOODS, Archive
from benchmarks.pictures import translated
from benchmarks.report import Cell, Report, Table, circumstances, main, options, positive, tell
from wares.documents import word_fields
from wares.encoders.tokens import tokens
from wares.evaluation.made import make
from wares.evaluation.measures import score
from wares.query.pinyin import typed
from wares.query.spelling import Speller
from wares.query.spelling.chinese import converted
from wares.query.suggesting import Suggester
from wares.query.vocabulary import Vocabulary
from wares.records import Product
from wares.store.entries import Stored

#: The catalogues one by one; a shop of all of them has some 105,000 products.
CATALOGUES = ("icecat", "homedepot", "fashion titles", "chinese")
#: Questions of the development sets by catalogue, and what they are called in :mod:`benchmarks.words`.
JUDGED = {"icecat": "icecat", "homedepot": "home depot", "chinese": "chinese titles"}
SEED = 7
SHOWN = 0


class Shop:
    """What a question needs of a shop: the speller, and which words exist."""

    def __init__(self, name: str, products: Sequence[Product]) -> None:
        self.name = name
        self.products = products
        self.vocabulary = learnt(products)
        self.speller = Speller(self.vocabulary)
        self._holders: dict[str, set[int]] = {}
        for number, product in enumerate(products):
            for token in said(product):
                self._holders.setdefault(token, set()).add(number)

    def read(self, text: str) -> str:
        """A question as it is read."""
        return self.speller.correct(text, self.exists).text

    def exists(self, word: str) -> bool:
        """Whether one product has all tokens of a word."""
        holders = sorted((self._holders.get(token, set()) for token in tokens(word)), key=len)
        return bool(holders and holders[0].intersection(*holders[1:]))


def learnt(products: Sequence[Product]) -> Vocabulary:
    vocabulary = Vocabulary()
    for start in range(0, len(products), 1000):
        vocabulary.learn([Stored(at, product, ()) for at, product in enumerate(products[start : start + 1000])])
    return vocabulary


def said(product: Product) -> frozenset[str]:
    return frozenset(token for field in word_fields(product).values() for token in tokens(field))


# -- what is mistyped -------------------------------------------------------------------------------------------


def mistyped(shop: Shop, size: int, scratch: Path) -> Iterator[Sequence[Cell]]:
    """Rows: shop, what was mistyped, how many, share put right, spoiled, left."""
    own = {product.id: said(product) for product in shop.products}
    asked, judged = make(shop.products, folder=scratch, kinds=("typo",), size=size)
    for language in ("en", "zh"):
        questions = [
            (str(one.query.parts[0].value), [own[id] for id in judged.gains[one.id]])
            for one in asked.queries
            if one.tags["language"] == language
        ]
        yield from _rated(shop, f"catalogue-made, {language}", questions)
    random = Random(SEED)
    chinese = [text for text in shop.vocabulary.segments[0].words.texts if not text.isascii() and len(text) > 1]
    frequent = [text for text in chinese if shop.vocabulary.count(text) >= 3]
    some = random.sample(frequent, min(size, len(frequent)))
    yield from _rated(shop, "pinyin of a word", [(typed(one), [frozenset(tokens(one))]) for one in some])
    other = [one for one in some if converted("s2t", one) != one]
    yield from _rated(
        shop, "a word in traditional", [(converted("s2t", one), [frozenset(tokens(one))]) for one in other]
    )
    pairs = [pair.split(" ") for pair, count in shop.vocabulary.tally().pairs.items() if count >= 5]
    glued = [pair for pair in pairs if all(word.isascii() and word.isalpha() and len(word) > 2 for word in pair)]
    some_pairs = random.sample(glued, min(size, len(glued)))
    yield from _rated(
        shop, "two words as one", [("".join(pair), [frozenset(tokens(" ".join(pair)))]) for pair in some_pairs]
    )


def _rated(
    shop: Shop, what: str, questions: Sequence[tuple[str, Sequence[frozenset[str]]]]
) -> Iterator[Sequence[Cell]]:
    if not questions:
        return
    right = spoiled = 0
    for text, products in questions:
        read = shop.read(text)
        fits = all(product.issuperset(tokens(read)) for product in products)
        right += fits
        spoiled += not fits and read != text
    n = len(questions)
    yield shop.name, what, n, right / n, spoiled / n, (n - right - spoiled) / n


# -- what is right ----------------------------------------------------------------------------------------------


def right(shop: Shop, size: int, scratch: Path) -> Iterator[Sequence[Cell]]:
    """Rows: shop, what was right, how many, share changed."""
    asked, _ = make(shop.products, folder=scratch, kinds=("title-words",), size=size)
    yield _changed(shop, "words of titles", [str(one.query.parts[0].value) for one in asked.queries])
    yield _changed(
        shop, "titles", [product.title for product in shop.products[:: max(1, len(shop.products) // (2 * size))]]
    )
    lacking = Shop(shop.name, [product for at, product in enumerate(shop.products) if at % 10])
    unmet = [product.title for product in shop.products[::10]]
    yield _changed(lacking, "titles it lacks", unmet[: 2 * size])


def _changed(shop: Shop, what: str, texts: Sequence[str]) -> Sequence[Cell]:
    changed = [text for text in texts if shop.read(text) != text]
    for text in Random(SEED).sample(changed, min(SHOWN, len(changed))):
        tell(f"{shop.name}, {what}: {shop.speller.correct(text, shop.exists).corrections}")
    return shop.name, what, len(texts), len(changed) / len(texts)


def asked(shop: Shop, data: Path, shown: int) -> Iterator[Sequence[Cell]]:
    """Rows: shop, questions, how many, share changed, and of those that change nDCG@10 as typed and as read."""
    source = words.SETS[JUDGED[shop.name]]
    judged = words.read(data / source.file, source)
    read = {id: shop.read(text) for id, text in judged.queries.items()}
    changed = {id: text for id, text in judged.queries.items() if read[id] != text}
    for id in Random(SEED).sample(sorted(changed), min(shown, len(changed))):
        tell(f"{shop.name}: {changed[id]} → {read[id]}")
    before, after = (_ndcg(judged, queries) for queries in (changed, {id: read[id] for id in changed}))
    yield shop.name, "its own", len(read), len(changed) / len(read), before, after


def _ndcg(judged: words.Dataset, queries: Mapping[str, str]) -> float | None:
    if not queries:
        return None
    found = words.run(judged._replace(queries=queries), *words.VARIANTS["of a shop"])
    return float(np.mean([score(words.MEASURES, judged.gains.get(id, {}), ids)["nDCG@10"] for id, ids in found]))


def foreign(shops: Mapping[str, Shop], data: Path) -> Iterator[Sequence[Cell]]:
    """Rows: questions in the other language than the catalogue's."""
    english = list(Archive(data, GOODS["fashion"].file).pairs("attr_queries.tsv").values())
    chinese = [text for text in map(translated, english) if text]
    yield _changed(shops["chinese"], "English questions", english)
    for name in ("icecat", "fashion titles"):
        yield _changed(shops[name], "Chinese questions", chinese)


# -- how long it takes ------------------------------------------------------------------------------------------


def times(shop: Shop, questions: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """Rows: what, how many, milliseconds p50, p99, most."""
    yield _timed("correct a question", questions, shop.read)
    suggester = Suggester(shop.vocabulary)
    beginnings = begun(questions)
    yield _timed("suggest", beginnings, lambda text: suggester.suggest(text))
    yield _timed("complete a word", beginnings, lambda text: suggester.completions(text))


def begun(questions: Sequence[str], most: int = 20_000) -> list[str]:
    """Beginnings of questions, as they are typed letter by letter."""
    beginnings = [text[:end] for text in questions for end in range(1, min(len(text), 24) + 1)]
    return Random(SEED).sample(beginnings, min(len(beginnings), most))


def whole(folder: Path, texts: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """Rows: the same, of a shop that was indexed: what its index and store take is in these."""
    with wares.open(folder, create=False) as opened:
        yield _timed(f"suggest, with {len(opened):,} products indexed", texts, lambda text: opened.suggest(text))


def _timed(what: str, texts: Sequence[str], call: Callable[[str], object]) -> Sequence[Cell]:
    took = []
    for text in texts:
        start = time.process_time()
        call(text)
        took.append((time.process_time() - start) * 1e3)
    return what, len(texts), *(float(np.percentile(took, share)) for share in (50, 99)), max(took)


def building(products: Sequence[Product]) -> Iterator[Sequence[Cell]]:
    """Rows: what, figure, unit. Times are of processor."""
    start = time.process_time()
    vocabulary = learnt(products)
    learning = time.process_time()
    packed = vocabulary.pack()
    packing = time.process_time()
    words = Vocabulary.unpack(packed).segments[0]
    unpacking = time.process_time()
    yield "products", len(products), ""
    yield "words", len(words.words.texts), ""
    yield "phrases", len(words.phrases.texts), ""
    yield "learn", learning - start, "s"
    yield "pack", packing - learning, "s"
    yield "unpack", unpacking - packing, "s"
    yield "packed", len(packed) / 1e6, "MB"


def measure(arguments: argparse.Namespace) -> Report:
    goods = {name: GOODS[name].products(arguments.data, arguments.scratch) for name in CATALOGUES}
    everything = [product for products in goods.values() for product in products]
    built = list(building(everything))
    shops = {name: Shop(name, products) for name, products in goods.items()}
    all_of_them = Shop("all of them", everything)
    mended, kept, own = [], [], []
    for shop in (*shops.values(), all_of_them):
        tell(f"{shop.name}: {len(shop.products):,} products")
        mended += mistyped(shop, arguments.questions, arguments.scratch)
        if shop is not all_of_them:
            kept += right(shop, arguments.questions, arguments.scratch)
    kept += foreign(shops, arguments.data)
    for name in JUDGED:
        own += asked(shops[name], arguments.data, arguments.shown)
    typos, _ = make(everything, folder=arguments.scratch, kinds=("typo",), size=1000)
    clean, _ = make(everything, folder=arguments.scratch, kinds=("title-words",), size=1000)
    texts = [str(one.query.parts[0].value) for one in (*typos.queries, *clean.queries)]
    took = list(times(all_of_them, texts))
    if arguments.shop:
        took += whole(arguments.shop, begun(texts, 2_000))
    return Report(
        circumstances("benchmarks.typed", "none", {}),
        [
            Table("What is mistyped", ("shop", "questions", "n", "put right", "spoiled", "left"), mended),
            Table("What is right", ("shop", "questions", "n", "changed"), kept),
            Table(
                "Questions of the development sets",
                ("shop", "questions", "n", "changed", "nDCG@10 of these as typed", "as read"),
                own,
            ),
            Table(
                "All of them: times of processor, ms",
                ("what", "n", "p50", "p99", "most"),
                took,
            ),
            Table("All of them: the vocabulary", ("what", "figure", "unit"), built),
        ],
    )


if __name__ == "__main__":
    parser = options("benchmarks.typed", (__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--questions", type=positive, default=300, help="questions of a kind and shop [%(default)s]")
    parser.add_argument("--shown", type=int, default=0, help="changed questions of a set to print [%(default)s]")
    parser.add_argument("--shop", type=Path, help="the folder of a shop to time whole suggestions in")
    raise SystemExit(main(parser, measure))
