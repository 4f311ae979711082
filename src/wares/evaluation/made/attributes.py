"""Questions by facts: values of attributes and a kind of product, a brand and a kind of product.

The kind is the last step of the product's category. A value is asked by when titles of the catalogue say it too, or
when it is of a field that shoppers name; a warehouse's own marks are neither.
"""

from __future__ import annotations

import re
from random import Random
from typing import Protocol

from wares.encoders.dictionary import Language, language
from wares.evaluation.made.facts import NAMES, Fact, facts
from wares.evaluation.made.question import PARTLY, RIGHT, Made
from wares.evaluation.made.survey import Source, Survey
from wares.evaluation.made.wording import joined, sort_of, worded, words
from wares.records import Product

#: At most so many products, and this share of the catalogue, may be right: the first hundred can hold them all, and
#: most are wrong. In a small catalogue ``FEWEST`` may be right nevertheless.
MOST_RIGHT, MOST_SHARE, FEWEST = 100, 0.2, 3
#: A brand or kind is not asked for when this share of its products, or more, is only told to be of it: words may also
#: name what a product is made for ("notebook case").
MOST_TOLD = 0.1
#: A value that fewer products have is no attribute; one that a smaller share of their titles says is not spoken.
LEAST_HOLDERS, LEAST_TITLED = 2, 0.05
#: How many values are asked for, by chance, and how often a question is put into the other language if it can be.
HOW_MANY, TRANSLATED = (1, 1, 1, 2, 2, 3), 0.5

#: Fields by the last word of their names: those that shoppers speak of, whether titles do or not, those whose values
#: are sizes, and those that name the kind once more.
_SPOKEN = {"colour", "color", "material", "fabric", "gender", "pattern", "style", "size", "flavour", "flavor", "fit"}
_SPOKEN |= {"颜色", "材质", "面料", "性别", "图案", "风格", "款式", "尺码", "尺寸", "口味", "版型", "适用人群"}
SIZES = {"size", "尺码", "尺寸"}
KINDS = {"type", "kind", "category", "collection", "类型", "类别", "分类", "品类", "系列"}
#: Values that are said of anything, or of nothing.
_EMPTY = {"yes", "no", "true", "false", "n/a", "na", "none", "other", "others", "unknown", "unbranded", "generic"}
_EMPTY |= {
    "various",
    "misc",
    "default",
    "standard",
    "assorted",
    "original",
    "new",
    "null",
    "not specified",
    "no brand",
}
_EMPTY |= {"是", "否", "有", "无", "其他", "其它", "未知", "默认", "通用", "标准", "均码"}
_SAYABLE = re.compile(r"[^\W_](?:[\w .%&'’+-]{0,23}[\w%+])?")


class Counts(Protocol):
    """What is asked of a survey to tell whether a value is spoken."""

    def holders(self, fact: Fact) -> int:
        """How many products have exactly this value."""

    def titled(self, fact: Fact) -> float:
        """The share of the products with a value whose title says it."""


def attributes(survey: Survey, source: Source, random: Random) -> Made | None:
    """One to three values and a kind: "black leather casual shoes". What lacks one of several is partly right."""
    kind = kind_of(source.product)
    kinds = named(survey, kind) if kind else None
    if kind is None or kinds is None:
        return None
    chosen: list[tuple[Fact, set[int]]] = []
    right, wanted = kinds, random.choice(HOW_MANY)
    for fact in _spoken(survey, source.product, kind, random):
        held = survey.having(fact).all
        if len(right & held) < len(right) and _together(fact, chosen):
            chosen.append((fact, held))
            right = right & held
        if len(chosen) >= wanted and answerable(survey, right):
            break
    text = asked([*(fact for fact, _ in chosen), kind], random)
    if not chosen or len(chosen) > max(HOW_MANY) or text is None or not answerable(survey, right):
        return None
    partly = _all_but_one([held for _, held in chosen], kinds) - right if len(chosen) > 1 else set()
    few = len(right) + len(partly) <= MOST_RIGHT
    return Made(text=text, gains=dict.fromkeys(right, RIGHT) | dict.fromkeys(partly if few else (), PARTLY))


def category_brand(survey: Survey, source: Source, random: Random) -> Made | None:
    """A brand and a kind: "fjällräven backpacks". What is of another brand is not what was asked for."""
    kind, brand = kind_of(source.product), Fact("brand", " ".join(source.product.brand.split()))
    if kind is None or not sayable(brand.value):
        return None
    kinds, brands = named(survey, kind), named(survey, brand)
    if kinds is None or brands is None:
        return None
    right = kinds & brands
    text = asked([brand, kind], random)
    if text is None or len(right) == len(kinds) or not answerable(survey, right):
        return None
    return Made(text=text, gains=dict.fromkeys(right, RIGHT))


def kind_of(product: Product) -> Fact | None:
    """The narrowest step of a product's category, if people would say it."""
    name = " ".join(product.category[-1].split()) if product.category else ""
    return Fact("category", name) if sayable(name) and not name.isdigit() else None


def sayable(value: str) -> bool:
    """Whether a value is a word or a few: no lists, no codes in brackets, no "yes"."""
    return bool(
        _SAYABLE.fullmatch(value) and words(value) and len(value.split()) <= 4 and value.casefold() not in _EMPTY
    )


def spoken(survey: Counts, fact: Fact) -> bool:
    """Whether shoppers would ask by a value."""
    name = _last(fact.field)
    if fact.field in NAMES or name in KINDS or not sayable(fact.value) or survey.holders(fact) < LEAST_HOLDERS:
        return False
    if name not in SIZES and not any(character.isalpha() for character in fact.value):
        return False
    return name in _SPOKEN or survey.titled(fact) >= LEAST_TITLED


def asked(said: list[Fact], random: Random) -> str | None:
    """Facts as one question: brand, values, kind, and sizes at the end; in the language of the kind (the last one),
    or by chance in the other. None: they cannot be said together."""
    own = language(said[-1].value)
    other: Language = "en" if own == "zh" else "zh"
    spaced = random.random() < 0.5
    for wanted in (other, own) if random.random() < TRANSLATED else (own,):
        sizes = [fact for fact in said if _is_size(fact)]
        pieces = [_piece(fact, wanted) for fact in [*(fact for fact in said if fact not in sizes), *sizes]]
        known = [piece for piece in pieces if piece is not None]
        if len(known) == len(pieces):
            return joined(known, spaced=spaced)
    return None


def answerable(survey: Survey, right: set[int]) -> bool:
    """Whether some products are right, and by far not all."""
    return 0 < len(right) <= max(FEWEST, min(MOST_RIGHT, int(MOST_SHARE * len(survey))))


def named(survey: Survey, fact: Fact) -> set[int] | None:
    """The products of a brand or kind; None when it is not clear which they are."""
    having = survey.having(fact)
    return having.all if len(having.told) <= MOST_TOLD * len(having.known) else None


def _all_but_one(held: list[set[int]], kinds: set[int]) -> set[int]:
    """What is of the kind and in all of the sets but one."""
    others = ([one for place, one in enumerate(held) if place != left_out] for left_out in range(len(held)))
    return set[int]().union(*(kinds.intersection(*sets) for sets in others))


def _spoken(survey: Survey, product: Product, kind: Fact, random: Random) -> list[Fact]:
    """The values of a product that a question may name, in an order of chance; none that the kind says already."""
    found = sorted(fact for fact in facts(product) if spoken(survey, fact))
    random.shuffle(found)
    return [fact for fact in found if not words(fact.value) & words(kind.value)]


def _together(fact: Fact, chosen: list[tuple[Fact, set[int]]]) -> bool:
    """Whether a value can stand beside the others: one of a field; one option, as no one variant may have two."""
    return not any(
        other.field == fact.field or (other.option and fact.option) or words(other.value) & words(fact.value)
        for other, _ in chosen
    )


def _piece(fact: Fact, wanted: Language) -> str | None:
    """A fact as it is said in a language. A brand stays as it is; a Chinese one is not typed among English words."""
    if fact.field == "brand":
        return fact.value if language(fact.value) in ("en", wanted) else None
    if _is_size(fact) and len(fact.value) <= 4:
        return f"{fact.value}码" if wanted == "zh" else f"size {fact.value}"
    return worded(fact.value, sort_of(fact.field), wanted)


def _is_size(fact: Fact) -> bool:
    return _last(fact.field) in SIZES


def _last(field: str) -> str:
    """ "shoe size" → "size"."""
    return field.rpartition(" ")[2]
