"""Groups of questions that may fare differently: by language, by what they consist of, by length, by how often they
are asked, and by the tags that a set gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from wares.encoders.tokens import tokens
from wares.evaluation.records import Asked, Judgments, QuerySet

#: A tag with more values than this makes no groups.
MAX_VALUES = 8
#: Up to this many relevant products are "few".
FEW = 3

Groups = dict[str, dict[str, list[str]]]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")

#: What sets call the languages that are told apart here.
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def language(asked: Asked) -> str:
    """ "Chinese" (Han characters alone), "English" (Latin letters alone), "mixed" (both), "other", "no words".

    A tag ``language`` goes before; Latin letters alone do not tell English from German.
    """
    if told := asked.tags.get("language"):
        return _LANGUAGES.get(told, told)
    letters = _LETTER.findall(_said(asked))
    if not letters:
        return "no words"
    han = sum(bool(_HAN.match(letter)) for letter in letters)
    latin = sum(bool(_LATIN.match(letter)) for letter in letters)
    if han + latin < len(letters):
        return "other"
    return "mixed" if han and latin else "Chinese" if han else "English"


def modality(asked: Asked) -> str:
    """What is wanted: "text", "image", "text + image", "like", …; "filter" when there is nothing but one."""
    kinds = dict.fromkeys(part.kind for part in asked.query.parts if part.weight > 0)
    order = ("text", "image", "audio", "video", "like")
    return " + ".join(kind for kind in order if kind in kinds) or "filter"


def length(asked: Asked) -> str:
    """How many words, as they are searched for: "1 word", "2–3 words", "4 words or more"; "no words"."""
    count = len(tokens(_said(asked)))
    return "no words" if not count else "1 word" if count == 1 else "2–3 words" if count <= 3 else "4 words or more"


#: What every question has. A tag of one of these names takes its place.
KINDS: Mapping[str, Callable[[Asked], str]] = {"language": language, "modality": modality, "length": length}


def segments(queries: QuerySet, judgments: Judgments) -> Groups:
    """Kind → value → ids of the questions, in the set's order.

    Beside :data:`KINDS` there is either "demand" ("head": the questions asked most that make up half of all asking,
    "tail": the others), when questions have a tag ``count``, or "right answers" ("few": up to three relevant
    products, "many"). Every other tag of at most eight values makes groups of its own.
    """
    groups: Groups = {}
    for kind, value_of in KINDS.items():
        for asked in queries.queries:
            value = asked.tags[kind] if kind in asked.tags and kind != "language" else value_of(asked)
            groups.setdefault(kind, {}).setdefault(value, []).append(asked.id)
    demand = _demand(queries)
    groups |= {"demand": demand} if demand else {"right answers": _right_answers(queries, judgments)}
    for tag in dict.fromkeys(tag for asked in queries.queries for tag in asked.tags):
        if tag in groups or tag in ("count", "where"):
            continue
        values: dict[str, list[str]] = {}
        for asked in queries.queries:
            if tag in asked.tags:
                values.setdefault(asked.tags[tag], []).append(asked.id)
        if len(values) <= MAX_VALUES:
            groups[tag] = values
    return groups


def _said(asked: Asked) -> str:
    """The wanted words."""
    return " ".join(str(part.value) for part in asked.query.parts if part.kind == "text" and part.weight > 0)


def _demand(queries: QuerySet) -> dict[str, list[str]]:
    """Head and tail by how often questions were asked; nothing when no question says so."""
    counts = {asked.id: _number(asked.tags.get("count", "")) for asked in queries.queries}
    total = sum(counts.values())
    if not total:
        return {}
    head: set[str] = set()
    reached = 0.0
    for id in sorted(counts, key=lambda id: -counts[id]):
        if reached >= total / 2:
            break
        head.add(id)
        reached += counts[id]
    halves = {"head": [id for id in counts if id in head], "tail": [id for id in counts if id not in head]}
    return {name: ids for name, ids in halves.items() if ids}


def _number(text: str) -> float:
    """How often, from a tag; what is no number is never."""
    try:
        count = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return count if 0 < count < math.inf else 0.0


def _right_answers(queries: QuerySet, judgments: Judgments) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for asked in queries.queries:
        relevant = sum(gain > 0 for gain in judgments.gains.get(asked.id, {}).values())
        groups.setdefault("few" if relevant <= FEW else "many", []).append(asked.id)
    return groups
