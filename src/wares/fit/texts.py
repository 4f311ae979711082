"""A product's own words: its title, whole and in parts, in the languages that its feed has, descriptions, reviews."""

from __future__ import annotations

import re
from random import Random

from wares.encoders.dictionary import language
from wares.encoders.tokens import cut
from wares.records import AttributeValue, Product

#: At most so many characters of a text are said, sentences of a description, reviews, and titles in other languages.
MAX_CHARS, SENTENCES, REVIEWS, TRANSLATIONS = 200, 2, 3, 6
#: How often each word of a title is dropped when some are.
DROPPED = 0.3

_TRANSLATED = re.compile(r"(?:title|name|caption)s?[\s_:.-]+[a-z]{2}(?:[_-][a-z]{2,4})?", re.IGNORECASE)
_REVIEWS = re.compile(r"(?:customer[\s_]+)?reviews?|评论|评价", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|[\r\n]+")
_CODE = re.compile(r"(?<!\S)[^\s\u3400-\u9fff]*\d[^\s\u3400-\u9fff]*(?!\S)")


def titles(product: Product) -> tuple[str, ...]:
    """The title, the title without the brand, and without that and all that has digits; those that are not empty."""
    whole = _tidy(product.title)
    unbranded = whole
    if product.brand.strip():
        unbranded = re.sub(
            rf"(?<![^\W_]){re.escape(_tidy(product.brand))}(?![a-z0-9])", " ", whole, flags=re.IGNORECASE
        )
    plain = _CODE.sub(" ", unbranded)
    return tuple(dict.fromkeys(text for text in (whole, _tidy(unbranded), _tidy(plain)) if re.search(r"\w", text)))


def translations(product: Product) -> tuple[str, ...]:
    """The titles in other languages: attributes such as "title_zh" and "caption_de"."""
    found = [text for name, value in product.attributes.items() if is_translation(name) for text in _texts(value)]
    return tuple(dict.fromkeys(found))[:TRANSLATIONS]


def sentences(product: Product) -> tuple[str, ...]:
    """The first sentences of the description."""
    start = product.description[: 10 * MAX_CHARS]
    found = (_tidy(sentence) for sentence in _SENTENCE.split(start))
    return tuple(dict.fromkeys(text for text in found if re.search(r"\w", text)))[:SENTENCES]


def reviews(product: Product) -> tuple[str, ...]:
    """What buyers say, if the feed has it."""
    found = [text for name, value in product.attributes.items() if is_review(name) for text in _texts(value)]
    return tuple(dict.fromkeys(found))[:REVIEWS]


def is_translation(name: str) -> bool:
    """Whether an attribute is a title in another language."""
    return _TRANSLATED.fullmatch(name.strip()) is not None


def is_review(name: str) -> bool:
    """Whether an attribute is what buyers say."""
    return _REVIEWS.fullmatch(name.strip()) is not None


def dropped(text: str, chance: Random) -> str:
    """A text without some of its words, by chance; at least one stays."""
    chinese = language(text) == "zh"
    pieces = [piece for piece in cut(text) if not piece.isspace()] if chinese else text.split()
    kept = [piece for piece in pieces if chance.random() >= DROPPED]
    return ("" if chinese else " ").join(kept or [chance.choice(pieces)])


def _texts(value: AttributeValue) -> list[str]:
    values = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    return [tidy for tidy in map(_tidy, values) if re.search(r"\w", tidy)]


def _tidy(text: str) -> str:
    return " ".join(text[:MAX_CHARS].split())
