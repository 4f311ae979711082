"""Synonyms as files: the usual text format, TOML and JSON; and what may be wrong with them.

    # comment                           [[synonym]]
    sofa, couch, settee                 said = ["sofa", "couch", "settee"]
    sneaker => trainer, running shoe    [[synonym]]
                                        said = ["sneaker"]
                                        meant = ["trainer", "running shoe"]
                                        language = "en"

A comma, ``#`` or backslash that belongs to a word has a backslash in front. JSON is ``{"synonym": [{"said": …}]}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from wares.encoders.dictionary import Language
from wares.encoders.said import said
from wares.errors import SetupError
from wares.query.stop_words import StopWords
from wares.query.synonyms import MAX_LENGTH, MAX_SYNONYMS, MAX_TEXTS, MAX_WORDS, Synonym, circle, key

_TEXT = re.compile(r"(?:\\.|[^\\,，#])+")
_COMMENT = re.compile(r"(?<!\\)#.*")
_ESCAPED = re.compile(r"\\(.)")


class Placed(NamedTuple):
    """A synonym and where it stands ("file.txt:3")."""

    place: str
    synonym: Synonym


def from_text(text: str, source: str, spoken: Language | None = None) -> list[Placed]:
    """The synonyms of the text format. :class:`SetupError` with the line of a mistake."""
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line := _COMMENT.sub("", line).strip():
            place = f"{source}:{number}"
            left, arrow, right = line.partition("=>")
            if "=>" in right:
                raise SetupError(f"{place}: there is more than one => in the line; write one line for each")
            if arrow and not right.strip(" ,，"):
                raise SetupError(f"{place}: nothing stands behind =>; say what is meant")
            found.append(Placed(place, Synonym(_texts(left), _texts(right), spoken)))
    return found


def to_text(synonyms: Iterable[Synonym]) -> str:
    """Synonyms in the text format, which does not say their language."""
    return "".join(f"{one.line}\n" for one in synonyms)


def check(placed: Sequence[Placed], stop: StopWords | None = None) -> None:
    """:class:`SetupError`, with the place of the first mistake, for synonyms that cannot be: too many, too long, of
    no word, of a stop word, of themselves, or in a circle."""
    stop = stop or StopWords()
    for place, one in placed:
        if wrong := next(_wrong(one, stop), ""):
            raise SetupError(f"{place}: {wrong}")
    check_together(placed)


def check_together(placed: Sequence[Placed]) -> None:
    """:class:`SetupError` for too many synonyms, and for a circle of them, which it names."""
    if len(placed) > MAX_SYNONYMS:
        raise SetupError(f"there are {len(placed):,} synonyms; at most {MAX_SYNONYMS:,} can be kept")
    for spoken in ("en", "zh"):
        ring = circle(one for _, one in placed if one.language in (None, spoken))
        if ring:
            shown = " => ".join(ring[:8] + (["…"] if len(ring) > 8 else []))
            raise SetupError(f"synonyms lead in a circle: {shown}; write {', '.join(ring[:-1][:8])} for both ways")


def _wrong(one: Synonym, stop: StopWords) -> Iterator[str]:
    """What is wrong with a synonym by itself."""
    texts = (*one.said, *one.meant)
    if len(texts) > MAX_TEXTS:
        yield f"there are {len(texts)} texts in one synonym; at most {MAX_TEXTS} can be"
    if not one.said:
        yield "nothing is said to stand for something"
    for text in texts:
        yield from _wrong_text(text)
    for text in one.said:
        if stop.is_stop(text, one.language):
            yield f"{text!r} is a stop word, which questions do without; leave it out, or keep it as a word"
    if one.meant:
        for text in one.said:
            if all(key(other) == key(text) for other in one.meant):
                yield f"{text!r} stands for itself alone; say what else is meant"
    elif len({key(text) for text in one.said}) < 2:
        yield f"{one.said[0]!r} stands for itself alone; say what else is meant"


def _wrong_text(text: str) -> Iterator[str]:
    if len(text) > MAX_LENGTH:
        yield f"{text[:20]!r}… has {len(text):,} characters; at most {MAX_LENGTH} can be"
        return
    words = said(text)
    if not words:
        yield f"there is no word in {text!r}"
    if len(words) > MAX_WORDS:
        yield f"{text[:40]!r} has {len(words)} words (a Chinese character is one); at most {MAX_WORDS} can be"


def _texts(line: str) -> tuple[str, ...]:
    found = (_ESCAPED.sub(r"\1", piece).strip() for piece in _TEXT.findall(line))
    return tuple(dict.fromkeys(text for text in found if text))
