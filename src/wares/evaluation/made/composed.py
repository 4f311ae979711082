"""Composed questions: like this product or photo, but red; like this, not leather.

They come out of differences inside the catalogue: two products of a kind that differ in one thing that people say,
and are alike in the others. What a product has in so many words are its facts; colours, and what else the dictionary
knows, count as such where only titles say them.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from wares.encoders.dictionary import language
from wares.evaluation.made.attributes import MOST_RIGHT, answerable, asked, kind_of, named, spoken
from wares.evaluation.made.facts import NAMES, Fact, facts
from wares.evaluation.made.photos import picture
from wares.evaluation.made.question import PARTLY, RIGHT, Made
from wares.evaluation.made.survey import Source, Survey
from wares.evaluation.made.wording import said_in, sort_of, words

#: How often a question says what is not wanted, rather than what is.
UNWANTED = 0.3
#: At most so many of the other things that a product has must be the same.
MOST_KEPT = 3
#: How a wanted value is said.
_FORMS = {
    "en": ("{}", "{}", "but {}", "in {}", "but in {}"),
    "zh": ("{}", "{}", "{}的", "换成{}", "要{}的"),
}
#: The field of what titles say and no field does; what it says has no opposite.
_SAID = "said"


def composed(survey: Survey, source: Source, random: Random) -> Made | None:
    """A product to be like, and what is to be different: "but red", or not "leather"."""
    made = _difference(survey, source, random)
    return made and made._replace(like=source.product.id)


def composed_picture(survey: Survey, source: Source, random: Random) -> Made | None:
    """The same with a product's own photo, changed, in the place of the product."""
    made = _difference(survey, source, random)
    photo = picture(survey, source, random) if made else None
    return made._replace(picture=photo.picture) if made and photo else None


def _difference(survey: Survey, source: Source, random: Random) -> Made | None:
    """What is asked beside the product, and who has it."""
    kind = kind_of(source.product)
    kinds = named(survey, kind) if kind else None
    if kind is None or kinds is None:
        return None
    own = _facets(survey, source, kind)
    random.shuffle(own)
    unwanted = random.random() < UNWANTED
    for fact in own:
        if fact.field == _SAID:
            continue
        others = [other for other in own if other.field != fact.field]
        having = survey.having(fact).all
        values = _alternatives(survey, fact, kinds, random)
        if unwanted:
            right = set[int]().union(*(survey.having(value).all for value in values)) & kinds - having
            if made := _made(survey, source, right, others):
                return made._replace(without=asked([fact], random) or fact.value)
            continue
        random.shuffle(values)
        for value in values:
            right = kinds & survey.having(value).all - having
            text = asked([value], random)
            if text is not None and (made := _made(survey, source, right, others)):
                return made._replace(text=random.choice(_FORMS[language(text)]).format(text))
    return None


def _made(survey: Survey, source: Source, differing: set[int], others: list[Fact]) -> Made | None:
    """Of those that differ as they should, those alike in the other things are right, the rest partly."""
    differing = differing - {source.number}
    right, kept = differing, 0
    for fact in others:
        alike = right & survey.having(fact).all
        if alike and kept < MOST_KEPT:
            right, kept = alike, kept + 1
    if not answerable(survey, right):
        return None
    partly = differing - right if len(differing) <= MOST_RIGHT else set[int]()
    return Made(gains=dict.fromkeys(right, RIGHT) | dict.fromkeys(partly, PARTLY))


def _facets(survey: Survey, source: Source, kind: Fact) -> list[Fact]:
    """What people would say of a product beside its kind: spoken facts, and what only its title says."""
    found = sorted(fact for fact in facts(source.product) if fact.field not in NAMES and spoken(survey, fact))
    known = set[str]().union(*(words(fact.value) for fact in (*found, kind)))
    coloured = any(sort_of(fact.field) == "colour" for fact in found)
    for sort, value in said_in(source.product.title):
        if not words(value) & known and not (sort == "colour" and coloured):
            found.append(Fact("colour" if sort == "colour" else _SAID, value))
    return [fact for fact in found if not words(fact.value) & words(kind.value)]


def _alternatives(survey: Survey, fact: Fact, kinds: set[int], random: Random) -> list[Fact]:
    """Other values of the same field that products of the kind have."""
    own = words(fact.value)
    values: Iterator[str] = (value for value in survey.values(fact.field) if not words(value) & own)
    found = (Fact(fact.field, value, fact.option) for value in values)
    return [other for other in found if kinds & survey.having(other).all and asked([other], random)]
