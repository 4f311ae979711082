"""Pictures that ask are read: a barcode on what they show, or else the words on it, become words of the question.

Reading takes time (a barcode some 10 ms, words 0.2 to 0.4 s), so words are read for shops alone that have them read
in their own pictures, a barcode counts where some product has it, and a picture is read once however often it asks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from wares import extraction, media
from wares.asking import MAX_PARTS
from wares.errors import CatalogueError, MissingExtra, ModelUnavailable
from wares.gtins import code_words
from wares.records import READ, Part, Passage, Query
from wares.settings import Environment, MediaLimits, Settings

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.extraction.base import Extractor

#: What read words count beside their picture, and a barcode that a product has (benchmarks/labels.md).
WORDS_WEIGHT, CODE_WEIGHT = 0.75, 3.0
#: The longest side of a picture that is read, in pixels; how many pictures of a question are; how much of their words
#: is asked; of how many pictures it is remembered what they say.
SIDE, MOST_PICTURES, MOST_CHARACTERS, MAX_KEPT = 1280, 4, 1_000, 200
#: Codes that may be the number of an article, and are looked up.
LONGEST_CODE = 48

Holds = Callable[[str], bool]


class Look(NamedTuple):
    """What was read in a picture by one reader, and the word of the question that it became, with what that counts:
    "" where it became none."""

    passages: tuple[Passage, ...] = ()
    text: str = ""
    weight: float = 0.0


class Looker:
    """Reads pictures of questions. Threads may share it; what reads is loaded when first needed."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._readers: dict[str, Extractor | None] = {}
        self._kept: dict[tuple[str, str], tuple[Passage, ...]] = {}

    def look(self, query: Query, settings: Settings, holds: Holds) -> tuple[Query, tuple[Passage, ...]]:
        """The question with what its wanted pictures say as words beside them, and what that is.

        ``holds`` says whether some product has all tokens of a word. What cannot be read, or not here, is asked as it
        is.
        """
        if not settings.extraction.read_asked or READ in query.ignore:
            return query, ()
        parts, read, seen = list(query.parts), list[Passage](), 0
        for at, part in enumerate(query.parts):
            if part.kind != "image" or part.weight <= 0 or seen == MOST_PICTURES or len(parts) >= MAX_PARTS:
                continue
            seen += 1
            try:
                data = media.read(part.value, limits=settings.media)
                found = self._looked(data, settings, holds)
            except CatalogueError:  # told by whoever looks at it
                continue
            if not isinstance(part.value, bytes) and "://" in str(part.value):
                parts[at] = msgspec.structs.replace(part, value=data)  # rather than fetched again
            read += found.passages
            if found.text:
                parts.append(Part("text", found.text, found.weight * part.weight, literal=True))
        return msgspec.structs.replace(query, parts=tuple(parts)), tuple(read)

    def _looked(self, data: bytes, settings: Settings, holds: Holds) -> Look:
        key, image = media.content_key(data), _Picture(data, settings.media)
        codes = self._passages("codes", key, image, settings)
        if held := next(filter(None, (_article(passage, holds) for passage in codes)), ""):
            return Look(codes, held, CODE_WEIGHT)
        if "labels" not in settings.extraction.take:
            return Look(codes)
        words = self._passages("labels", key, image, settings)
        return Look((*codes, *words), _told(words), WORDS_WEIGHT)

    def _passages(self, name: str, key: str, image: _Picture, settings: Settings) -> tuple[Passage, ...]:
        """What a reader makes of a picture; nothing where it is not installed."""
        found = self._kept.get((name, key))
        if found is None:
            reader = self._reader(name, settings)
            if reader is None:
                return ()
            found = reader.extract(image.decoded())
            if len(self._kept) >= MAX_KEPT:
                self._kept = {}
            self._kept[name, key] = found
        return found

    def _reader(self, name: str, settings: Settings) -> Extractor | None:
        with self._lock:
            if name not in self._readers:
                try:
                    self._readers[name] = extraction.build(name, self._environment, settings.extraction)
                except (MissingExtra, ModelUnavailable):
                    self._readers[name] = None
            return self._readers[name]


class _Picture:
    """A picture that is decoded when somebody reads it, and once."""

    def __init__(self, data: bytes, limits: MediaLimits) -> None:
        self._data, self._limits = data, limits
        self._image: Image | None = None

    def decoded(self) -> Image:
        if self._image is None:
            image = media.decode_image(self._data, self._limits, at_least=(SIDE, SIDE))
            image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
            self._image = image
        return self._image


def _article(passage: Passage, holds: Holds) -> str:
    """The way to write a code in which some product has it; "" for none."""
    return next((word for word in code_words(passage.text) if len(word) <= LONGEST_CODE and holds(word)), "")


def _told(passages: Iterable[Passage]) -> str:
    return "\n".join(passage.text for passage in passages)[:MOST_CHARACTERS]
