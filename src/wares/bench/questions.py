"""What is asked: questions of a file, or words and pictures drawn from the shop itself."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from wares import media
from wares.bench.parts import Parts
from wares.bench.records import Asked, Kind, Questions
from wares.encoders.tokens import tokens
from wares.errors import MediaError, QueryError
from wares.evaluation.queries import read_queries, words_of
from wares.evaluation.records import Asked as EvaluationAsked
from wares.indexing import batches
from wares.query import filters
from wares.records import Part, Query
from wares.settings import MediaLimits

SEED = 42
#: Pictures asked for at most, products looked at to find them, and pictures that may fail before there are enough.
PICTURES, LOOKED_AT, FAILURES = 30, 5_000, 5
#: Bytes of a file of questions.
MAX_BYTES = 10_000_000

# A piece of a title: up to four Chinese characters, or what stands between blanks.
_PIECE = re.compile(r"[\u3400-\u9fff]{1,4}|[^\s\u3400-\u9fff]+")


# -- from a file ------------------------------------------------------------------------------------------------


def from_file(path: Path, count: int) -> tuple[list[Questions], list[str]]:
    """Questions of a file, by kind, and notes on what was left out.

    Of a text file (``.txt``) without tabs every line is one, in words; any other file is a set of questions
    (:mod:`wares.evaluation.queries`). When there are more than ``count`` they are drawn with a seed. Raises
    :class:`QueryError` or :class:`~wares.errors.CatalogueError` when there is none.
    """
    found, notes = _read(path)
    if not found:
        raise QueryError(f"{path} has no question" + (f": {notes[0]}" if notes else ""))
    if len(found) > count:
        notes.append(f"{path}: {count:,} of its {len(found):,} questions were drawn, with the seed {SEED}")
        found = random.Random(SEED).sample(found, count)  # noqa: S311 - a sample, no secret
    kinds: dict[Kind, list[Query]] = {}
    for query in found:
        kinds.setdefault(kind_of(query), []).append(query)
    return [Questions(kind=kind, source=str(path), queries=tuple(own)) for kind, own in kinds.items()], notes


def kind_of(query: Query) -> Kind:
    """ "words" or "pictures" when a question has nothing else, otherwise "mixed"."""
    kinds = {part.kind for part in query.parts}
    return "words" if kinds == {"text"} else "pictures" if kinds == {"image"} else "mixed"


def told(questions: Questions) -> Asked:
    """The questions as a report tells them."""
    first, count = words_of(EvaluationAsked(id="", query=questions.queries[0])), len(questions.queries)
    return Asked(kind=questions.kind, source=questions.source, count=count, example=first)


def _read(path: Path) -> tuple[list[Query], list[str]]:
    lines = _lines(path) if path.suffix == ".txt" else []
    if lines and "\t" not in lines[0]:
        return [words(line) for line in lines], []
    found = read_queries(path, parse_where=filters.parse)
    return [asked.query for asked in found.queries], list(found.problems)


def _lines(path: Path) -> list[str]:
    """The distinct lines that say something."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise QueryError(f"{path} has more than {MAX_BYTES:,} bytes; give fewer questions")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as refused:
        raise QueryError(f"{path} cannot be read: {refused.strerror}") from refused
    except UnicodeDecodeError as wrong:
        raise QueryError(f"{path} is not UTF-8 text; save it as UTF-8") from wrong
    return list(dict.fromkeys(stripped for line in lines if (stripped := line.strip(" \r"))))


# -- from the shop ----------------------------------------------------------------------------------------------


def from_shop(shop: Parts, count: int, folder: Path, limits: MediaLimits) -> tuple[list[Questions], list[str]]:
    """Distinct questions in words out of titles and, when the index has pictures, pictures of products, of products
    drawn with a seed; and notes. Pictures that are no files here are kept in ``folder``."""
    chance = random.Random(SEED)  # noqa: S311 - a sample, no secret
    numbers = shop.numbers()
    drawn = chance.sample(numbers, min(len(numbers), max(count, LOOKED_AT)))
    texts = list(_texts(shop, drawn, count, chance))
    found = []
    if texts:
        source = f"words of titles of products drawn from the shop, seed {SEED}"
        found.append(Questions(kind="words", source=source, queries=tuple(map(words, texts))))
    if not any(spec.name.endswith(".image") for spec in shop.index.vectors):
        return found, ["no question is a picture: this shop's model does not read any"]
    pictures, failed = _pictures(shop, drawn[:LOOKED_AT], min(count, PICTURES), folder, limits)
    notes = [f"{len(failed)} pictures drawn could not be read, the first: {failed[0]}"] if failed else []
    if pictures:
        source = f"pictures of products drawn from the shop, seed {SEED}: each finds itself"
        queries = tuple(Query(parts=(Part("image", picture),)) for picture in pictures)
        found.append(Questions(kind="pictures", source=source, queries=queries))
    else:
        notes.append("no question is a picture: no product that was drawn has one")
    return found, notes


def words(text: str) -> Query:
    """A question in words."""
    return Query(parts=(Part("text", text),))


def some_words(title: str, chance: random.Random) -> str:
    """One to four words of a title that stand side by side; of Chinese, as many pieces of up to four characters."""
    pieces = list(_PIECE.finditer(title))
    if not pieces:
        return ""
    size = chance.randint(1, min(len(pieces), 4))
    first = chance.randrange(len(pieces) - size + 1)
    return title[pieces[first].start() : pieces[first + size - 1].end()]


def _texts(shop: Parts, drawn: Sequence[int], count: int, chance: random.Random) -> Iterator[str]:
    """Distinct texts that hold a word, each product giving one in turn, at most four times."""
    seen: set[str] = set()
    for _ in range(4):
        for some in batches(drawn, 500):
            for product in shop.store.products(some).values():
                text = some_words(product.title, chance)
                if len(seen) < count and text not in seen and tokens(text):
                    seen.add(text)
                    yield text
            if len(seen) >= count:
                return


def _pictures(
    shop: Parts, drawn: Sequence[int], count: int, folder: Path, limits: MediaLimits
) -> tuple[list[str], list[str]]:
    """Paths of pictures, and why others could not be read."""
    found: list[str] = []
    failed: list[str] = []
    for some in batches(drawn, 500):
        for stored in shop.store.media(some).values():
            source = next((m.source for m in stored if m.modality == "image" and m.key is not None), None)
            if len(found) >= count or len(failed) >= FAILURES:
                return found, failed
            if source is None:
                continue
            try:
                data = media.read(source, limits=limits)
            except MediaError as broken:
                failed.append(str(broken))
                continue
            if "://" in source:
                kept = folder / f"picture-{len(found)}"
                kept.write_bytes(data)
                source = str(kept)
            found.append(source)
    return found, failed
