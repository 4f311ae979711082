"""A text as the grammar and the catalogue's values see it: folded, with its words, and the way back.

Words of the catalogue and of a question go through the same door, so that they meet: English by its stems, Chinese by
its characters. A span of Chinese counts as said when it begins and ends where the segmenter parts words, or when it
is long enough not to be there by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from wares.encoders.dictionary import HAN
from wares.encoders.tokens import cut, stem

#: So much of a question is read; nobody types more, and what is left stays words.
MAX_CHARS = 400
#: So many words of it are compared with the catalogue's values.
MAX_WORDS = 64
#: A span of so many Chinese characters is a word wherever it stands.
LONG = 3

_WORD = re.compile(rf"[^\W_{HAN}]+(?:['.&+-][^\W_{HAN}]+)*|[{HAN}]")
_A_HAN = re.compile(f"[{HAN}]")
_PIECE = re.compile(r"[^-]+")
# Two straight marks; one after a digit is an inch.
_QUOTED = re.compile(r'(?<!\d)"[^"]*"|“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|(?<!\S)\'[^\']+\'(?!\S)')
_ONE_KIND = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘ʼ`´", "'") | {"″": '"', "～": "~"})
#: Traditional characters in the words of the grammar and of its tables.
_SIMPLE = str.maketrans(
    "塊無評現貨兩萬價碼錢從間過紅藍綠黃棕銀圓歐鎊幣劵員說於質內帶衣褲裝裙鞋裡預售適號個顏長寬釐",
    "块无评现货两万价码钱从间过红蓝绿黄棕银圆欧镑币券员说于质内带衣裤装裙鞋里预售适号个颜长宽厘",
)


class Word(NamedTuple):
    """A word, or one Chinese character: where it stands in the folded text, and the form it is compared in."""

    start: int
    end: int
    key: str
    han: bool


class Text:
    """What was typed. ``plain`` is folded; text in quotes is blanked there, as it is meant word for word."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        read = typed[:MAX_CHARS]
        if read.isascii():
            self.plain, self._places = read.lower(), None
        else:
            self.plain, self._places = _folded(read)
        if '"' in self.plain or "'" in self.plain or not read.isascii():
            self.plain = _QUOTED.sub(lambda found: "\0" * len(found[0]), self.plain)
        self.words = tuple(_some_words(self.plain))
        self._cuts: frozenset[int] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """A span of ``plain`` as a span of what was typed."""
        if self._places is None:
            return start, end
        return self._places[start], self._places[end - 1] + 1

    def said(self, start: int, end: int) -> str:
        """What was typed at a span of ``plain``."""
        first, last = self.place(start, end)
        return self.typed[first:last]

    def phrase(self, first: int, last: int) -> str:
        """The words ``first`` … ``last`` (counted, both within) as a phrase that can be looked up."""
        if first == last:
            return self.words[first].key
        return " ".join([word.key for word in self.words[first : last + 1]])

    def whole(self, first: int, last: int) -> bool:
        """Whether the words ``first`` … ``last`` (counted, both within) are whole words of their language."""
        start, end = self.words[first], self.words[last]
        if not (start.han or end.han):
            return True
        if start.han and end.han and last - first + 1 >= LONG and end.end - start.start == last - first + 1:
            return True
        if self._cuts is None:
            self._cuts = _cuts(self.plain)
        return (not start.han or start.start in self._cuts) and (not end.han or end.end in self._cuts)


def words(plain: str) -> Iterator[Word]:
    """The words of a folded text in order."""
    for found in _WORD.finditer(plain):
        chunk, start = found[0], found.start()
        if len(chunk) == 1:
            yield Word(start, start + 1, chunk, bool(_A_HAN.match(chunk)))
        elif "-" in chunk and not _is_joined(chunk):
            for piece in _PIECE.finditer(chunk):
                yield Word(start + piece.start(), start + piece.end(), _key(piece[0]), han=False)
        else:
            yield Word(start, found.end(), _key(chunk), han=False)


def fold(text: str) -> str:
    """A value of the catalogue in the form of :attr:`Text.plain`."""
    return text.lower() if text.isascii() else _folded(text)[0]


def key(text: str) -> str:
    """The form in which a phrase is looked up: the keys of its words, joined by blanks."""
    return " ".join(word.key for word in words(fold(text)))


def _some_words(plain: str) -> Iterable[Word]:
    for _, word in zip(range(MAX_WORDS), words(plain), strict=False):
        yield word


def _is_joined(chunk: str) -> bool:
    """ "t-shirt" is one word, "navy-blue" two, and a code stays whole."""
    pieces = chunk.split("-")
    return any(len(piece) == 1 or not piece.isalpha() for piece in pieces)


@lru_cache(maxsize=1 << 16)
def _key(chunk: str) -> str:
    bare = chunk.removesuffix("'s").replace("-", "").replace("'", "")
    return stem(bare) if bare.isalpha() else bare


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place of the one it was made of."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        made = _fold_char(char)
        folded.append(made)
        places += [place] * len(made)
    return "".join(folded), places


@lru_cache(maxsize=1 << 14)
def _fold_char(char: str) -> str:
    bare = unicodedata.normalize("NFKD", char.translate(_ONE_KIND)).casefold()
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    # A lone half of a pair, and a mark that blanks quoted text, are no characters to look for.
    kept = kept.translate(_SIMPLE)
    return " " if not kept.isprintable() and not kept.isspace() and kept else kept


def _cuts(plain: str) -> frozenset[int]:
    """Where the segmenter parts words."""
    places, place = {0}, 0
    for piece in cut(plain):
        place += len(piece)
        places.add(place)
    return frozenset(places)
