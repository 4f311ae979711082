"""What is not wanted: "not leather", "without sugar", "no stripes", "non-leather", "不要皮的", "无糖", "非棉".

A known value becomes the condition that it is not so; any other word is handed back as one that products should not
hold. Where titles of the catalogue say the turn of phrase themselves ("no show socks", "无糖"), it is a property like
any other, and stays among the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from wares.query.kinds import kind_of
from wares.query.reading import facets
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.phrases import said
from wares.query.reading.text import Text
from wares.query.values import Sense
from wares.records import AnyOf, ChipKind, Not

#: Which field is meant when a value is one of several.
_FIRST: tuple[ChipKind, ...] = ("material", "colour", "brand", "attribute", "size", "category", "gender", "age")
#: A word that is not known is not wanted only as long as it is not one of these, with which titles and turns of
#: phrase go on.
_NO_THING = frozenset(
    [
        "a",
        "an",
        "the",
        "your",
        "my",
        "our",
        "his",
        "her",
        "their",
        "its",
        "only",
        "just",
        "so",
        "too",
        "very",
        "for",
        "to",
        "be",
        "been",
        "in",
        "on",
        "at",
        "with",
        "over",
        "under",
        "above",
        "below",
        "less",
        "more",
        "than",
        "as",
        "if",
        "all",
        "yet",
        "found",
        "this",
        "that",
        "these",
        "those",
        "it",
        "is",
        "are",
        "was",
        "do",
        "does",
        "doing",
    ]
)
_DROPPED = frozenset(("any", "the", "a", "an", "made", "of", "in", "from"))
#: What food and drugs do without; Chinese says so with one character before it.
_CONTENTS = "糖|蔗糖|盐|酒精|香精|香料|硅油|麸质|添加剂|防腐剂|味精|咖啡因|荧光剂|甲醛|乳糖|奶|油|氟|色素|辣"
#: Chinese words that begin with a "no" and mean no such thing are longer than one character and its "no".
_NOT_AT_ALL = re.compile("(?:太|很|过|那么|这么|要|会|能|用|想)")
MAX_LISTED, MAX_RUN = 6, 12


def negations(text: Text, known: Known) -> Iterator[Found]:
    """What a text does not want."""
    spans = {text.words[first].start: (first, last) for first, last in known.values.spans(text)}
    for name in ("not", "no", "non"):
        for match in islice(_pattern(name).finditer(text.plain), MAX_LISTED):
            yield from _listed(text, known, spans, match, name)
    for first, last in spans.values():
        match_after = _after().match(text.plain, text.words[last].end)
        meant = _meant(known, text.phrase(first, last)) if match_after else []
        if match_after and meant and not known.values.negated(f"{text.words[last].key} free"):
            yield _not(meant, text.words[first].start, match_after.end(), known)


def _listed(
    text: Text, known: Known, spans: dict[int, tuple[int, int]], match: re.Match[str], name: str
) -> Iterator[Found]:
    """One thing after another, as long as "or" and the like stand between them."""
    start, at = match.start(), match.end()
    for count in range(MAX_LISTED):
        found = _one(text, known, spans, (start, at), name, first=count == 0)
        if found is None:
            return
        yield found
        joint = _joint().match(text.plain, found.end)
        if not joint:
            return
        start, at = found.end, joint.end()


def _one(
    text: Text, known: Known, spans: dict[int, tuple[int, int]], at: tuple[int, int], name: str, *, first: bool
) -> Found | None:
    start, place = at
    word = next((n for n, word in enumerate(text.words) if word.start >= place), None)
    if word is None or text.plain[place : text.words[word].start].strip():
        return None
    while _said(text, word) in _DROPPED and word + 1 < len(text.words) and name != "non":
        word += 1
    place = text.words[word].start
    if first and _is_said(text, known, start, word):
        return None
    span = spans.get(place) or _span_after(text, known, word)
    if span and not text.words[word].key.isdigit():
        meant = _meant(known, text.phrase(*span))
        if meant:
            return _not(meant, start, _through(text.plain, text.words[span[1]].end), known)
    if name == "non" or (not first and not _ends(text, word)):
        return None
    return _unwanted(text, start, word, name, first=first)


def _not(senses: list[Sense], start: int, end: int, known: Known) -> Found:
    """No field of those that may have the value has it."""
    first = senses[0]
    covered = tuple(known.condition(sense.field, sense.values) for sense in senses)
    where = Not(covered[0] if len(covered) == 1 else AnyOf(covered))
    return Found(start, end, kind_of(first.field), Not(known.condition(first.field, [first.value])), where)


def _span_after(text: Text, known: Known, word: int) -> tuple[int, int] | None:
    """The value that begins right after a Chinese "no", which the segmenter may take for a part of its word."""
    if not text.words[word].han:
        return None
    rest = Text(text.plain[text.words[word].start :][:MAX_RUN])
    first = next(known.values.spans(rest), None)
    return (word, word + first[1]) if first and first[0] == 0 else None


def _is_said(text: Text, known: Known, start: int, word: int) -> bool:
    """Whether titles say so themselves: "no show", "sugar free", "无糖"."""
    key = text.words[word].key
    head = next((one.key for one in text.words if one.start >= start), "")
    ways = [f"{head} {key}", f"{key} free", f"no {key}", f"无 {key}", f"零 {key}"]
    return any(known.values.negated(way) for way in dict.fromkeys(ways))


def _said(text: Text, word: int) -> str:
    return text.plain[text.words[word].start : text.words[word].end]


def _unwanted(text: Text, start: int, word: int, name: str, *, first: bool) -> Found | None:
    """A word that no value knows."""
    one = text.words[word]
    if one.han:
        match = _contents().match(text.plain, one.start) if name == "no" else _HAN_RUN.match(text.plain, one.start)
        if not match or _NOT_AT_ALL.match(match[0]):
            return None
        return Found(start, _through(text.plain, match.end()), unwanted=match[0])
    if _said(text, word) in _NO_THING or len(one.key) < 3 or not one.key.isalpha():
        return None
    if first and name == "no" and (not text.plain[:start].strip() or not _ends(text, word)):
        return None
    if first and name == "not" and text.plain.startswith("not", start) and not text.plain[:start].strip():
        return None
    return Found(start, one.end, unwanted=_said(text, word))


def _meant(known: Known, phrase: str) -> list[Sense]:
    """What a value is in the fields that are about the likeliest thing."""
    named = [sense for sense in known.senses(phrase) if sense.value]
    kinds = sorted({kind_of(sense.field) for sense in named}, key=_FIRST.index)
    if not kinds:
        return []
    same = facets.of_kind(named, kinds[0], known)
    return same[:1] if kinds[0] == "attribute" else same


def _ends(text: Text, word: int) -> bool:
    """Whether a thought ends with a word."""
    return bool(_END.match(text.plain, text.words[word].end))


def _through(plain: str, end: int) -> int:
    match = _TAIL.match(plain, end)
    return match.end() if match else end


_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{1,6}?(?=的|$|[^\u4e00-\u9fff]|和|或|跟)")
_TAIL = re.compile(r"(?:材质|面料|质地|质|制|色)?的|")
_END = re.compile(
    r"\s*(?:$|[^\w\s-]|(?:and|or|nor|under|over|below|above|size|for|in|with|but|less|between|around)(?![a-z]))"
)


@cache
def _contents() -> re.Pattern[str]:
    return re.compile(_CONTENTS)


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"\s*{said('or')}\s*(?:no\s+|not\s+)?")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"[\s-]?{said('not after')}")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"{said(name)}\s*")
