"""Values of the catalogue among the words of a question: "red", "nike", "dress", "women", "cotton".

A bare word is a condition only when the titles of the catalogue bear that out (:func:`certainty`); its products may
then lack the field, and the word is looked for as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wares.encoders.tokens import STOP_WORDS
from wares.query.kinds import kind_of
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.text import Text
from wares.query.values import Sense
from wares.records import AnyOf, ChipKind

#: A bare word is a condition from this certainty on.
SURE = 0.9
#: What is believed of a value before any title is looked at, and how many titles that weighs. Colours and people are
#: what the dictionary of two languages says they are; the others have to show it.
_BELIEF: Mapping[ChipKind, tuple[float, float]] = {
    "colour": (0.92, 4.0),
    "gender": (0.92, 4.0),
    "age": (0.92, 4.0),
    "brand": (0.8, 2.0),
    "category": (0.8, 2.0),
    "size": (0.8, 2.0),
    "material": (0.85, 2.0),
}
_OTHERS = (0.5, 4.0)
#: An attribute is meant only when at least this share of the products whose title says the phrase have it.
SHARED = 0.3
#: A field that a smaller share of the products have is no hard condition for "in red".
COVERED = 0.5

#: After these words stands what a thing is for, not what it is.
_FOR = re.compile(
    r"(?:(?<![a-z])(?<!looking )(?<!searching )(?<!search )(?<!shopping )"
    r"(?:for|fits?|fitting|compatible with|works with|like|vs)\s+(?:the\s+|my\s+|an?\s+)?"
    r"|适用于?|适配|兼容|给)$"
)
#: What can be said after "for" as well as before it.
_FOR_FREE = frozenset(("gender", "age", "colour", "material", "size"))
# What is like a thing, or free of it, is not that thing.
_LIKE = re.compile(
    r"[ -](?:free|style|styled|inspired|like|look|effect|compatible)(?![a-z])|风格?|同款|平替|以外|之外"
)
# After a kind of product: nothing, or what begins another thought.
_BLANKS = re.compile(r"\s*")
_HEAD = re.compile(
    r"(?<=[\u4e00-\u9fff])\s|\s*(?:$|[^\w\s-]|的|(?:for|with|without|in|of|by|from|under|over|below|above|and|or|on|to|that|which|size|made|"
    r"at|not|no|less|up|around|about|between|rated|priced)(?![a-z])|\d)"
)


def certainty(sense: Sense) -> float:
    """How sure it is, 0 … 1, that who says the phrase means the value: the share of products whose title says it and
    that have the field which have the value, drawn towards what is believed of such a field."""
    belief, weight = _BELIEF.get(kind_of(sense.field), _OTHERS)
    if kind_of(sense.field) == "attribute" and sense.having + sense.other < SHARED * sense.titled:
        return 0.0
    return (sense.having + belief * weight) / (sense.having + sense.other + weight)


def bare(
    text: Text, known: Known, free: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]
) -> Iterator[Found]:
    """The values among the words of a text that say what they are by themselves. ``free``: the phrases to look at,
    by their first and last words; ``taken``: spans of the text that say something else."""
    told = [
        (text.words[first].start, text.words[last].end, list(known.senses(phrase)))
        for first, last in free
        if _is_telling(phrase := text.phrase(first, last))
    ]
    sure = [place for place in told if any(certainty(one) >= SURE for one in place[2])]
    others = (*taken, *((start, end) for start, end, senses in sure if any(not _is_kind(one) for one in senses)))
    for start, end, senses in sure:
        best = _best([sense for sense in senses if _fits(sense, text.plain, start, end, others)], known)
        if best:
            yield found(best, (start, end), known, taken=False)


def found(senses: Sequence[Sense], span: tuple[int, int], known: Known, *, taken: bool) -> Found:
    """A value as a condition: in any of the fields that it may be a value of, the first of which names it."""
    first = senses[0]
    own = known.condition(first.field, [first.value] if first.value else first.values)
    covered = tuple(known.condition(sense.field, sense.values) for sense in senses)
    return Found(
        *span,
        kind_of(first.field),
        own,
        covered[0] if len(covered) == 1 else AnyOf(covered),
        fields=tuple(sense.field for sense in senses),
        taken=taken,
        certainty=round(max(map(certainty, senses)), 3),
    )


def _is_telling(phrase: str) -> bool:
    letters = sum(char.isalpha() for char in phrase)
    return (letters > 1 or (letters == 1 and not phrase.isascii())) and phrase not in STOP_WORDS


def _best(senses: Sequence[Sense], known: Known) -> list[Sense]:
    """The surest sense and, of the fields that are about the same, the others that are sure, one that most products
    have first: if that one is not, nothing is. An attribute stands for itself."""
    best = max(senses, key=lambda sense: (certainty(sense), sense.having, sense.field), default=None)
    if best is None or certainty(best) < SURE:
        return []
    if kind_of(best.field) == "attribute":
        return [best]
    same = of_kind(senses, kind_of(best.field), known)
    return [sense for sense in same if certainty(sense) >= SURE] if certainty(same[0]) >= SURE else []


def of_kind(senses: Iterable[Sense], kind: ChipKind, known: Known) -> list[Sense]:
    """The senses in fields that are about one thing; a field that most products have first."""
    same = [sense for sense in senses if kind_of(sense.field) == kind]
    return sorted(same, key=lambda sense: (-known.values.holders(sense.field), sense.field))


def _is_kind(sense: Sense) -> bool:
    return kind_of(sense.field) == "category"


def _fits(sense: Sense, plain: str, start: int, end: int, others: Sequence[tuple[int, int]]) -> bool:
    """Whether a value can be said at this place: what a thing is comes last, and not after "for"."""
    kind = kind_of(sense.field)
    if _LIKE.match(plain, end):
        return False
    if kind in _FOR_FREE:
        return True
    if _FOR.search(plain, max(0, start - 24), start):
        return False
    return kind != "category" or _is_last(plain, end, others)


def _is_last(plain: str, end: int, others: Sequence[tuple[int, int]]) -> bool:
    """Whether nothing but what is said in other chips follows a kind of product, until another thought begins."""
    ends = dict(others)
    while True:
        blanks = _BLANKS.match(plain, end)
        place = blanks.end() if blanks else end
        if place not in ends:
            return bool(_HEAD.match(plain, end))
        end = ends[place]
