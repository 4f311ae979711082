"""Questions about relations: "accessories for X", "case for iphone 12", "compatible with X", "X的配件", "适用于X".

Only what says so in so many words is read. What is found tells which relation is asked for, what sort of thing, and
the words that name the product it is to: those are searched for, and the graph tells what is related to the best.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wares.relations.words import ACCESSORIES, ACCESSORIES_ZH, USES, USES_ZH

#: Characters of a question that are read.
MAX_TEXT = 200

_ACCESSORY = ("has_accessory", "compatible_with")
_FITTING = ("compatible_with", "has_accessory")
_MATCHING = ("goes_with", "set_of", "part_of_set", "related_to")
_SIMILAR = ("similar_to", "variant_of")


class Asked(NamedTuple):
    """``kinds`` are the relations asked for, as the product named would say them, the most wanted first; ``name`` are
    the words that name the product; ``what`` the sort of thing that is wanted ("case", "保护套"), "" for any."""

    kinds: tuple[str, ...]
    name: str
    what: str = ""


class _Form(NamedTuple):
    """A way to ask: a pattern of the whole question, with the groups ``name`` and perhaps ``what``."""

    pattern: re.Pattern[str]
    kinds: tuple[str, ...]


def _form(pattern: str, kinds: tuple[str, ...]) -> _Form:
    return _Form(re.compile(pattern, re.IGNORECASE), kinds)


_NAME = r"(?:(?:my|an?|the|this) )?(?P<name>\S.*?)"
#: Names that have a letter of Latin or a digit: "iPhone的电池", but not "黑色的电池".
_CODED = r"(?P<name>(?=[^的]*[a-z\d])\S[^的]*?)"
_ASKS = r"(?:(?:show me|find|i need|i want|looking for|any|some|all|the|an?|what|things?|something|products?|that) )*"
_WHAT = rf"(?P<what>(?:[\w-]+ ){{0,3}}?{ACCESSORIES}s?)"
_WHAT_ZH = rf"(?P<what>\w{{0,6}}?{ACCESSORIES_ZH})"
_WHICH = r"(?:(?P<what>[\w -]{2,40}?) )?(?:(?:that|which) )?"
_PARTS = "(?:accessor(?:y|ies)|spare parts?|parts|extras|add-?ons?)"
_FITS = "(?:that fits?|to fit|fitting|(?:suitable |made |designed )?for|(?:that (?:is|are) )?compatible with)"

# In order: the first that fits counts.
_FORMS = (
    _form(rf"{_ASKS}{_PARTS} {_FITS} {_NAME}", _ACCESSORY),
    _form(rf"(?P<name>(?=.*\d)\S.*?) {_PARTS}", _ACCESSORY),
    _form(rf"{_ASKS}{_WHAT} {_FITS} {_NAME}", _ACCESSORY),
    _form(
        rf"{_ASKS}{_WHICH}(?:(?:is|are) )?(?:compatible|works?|working) with {_NAME}",
        _FITTING,
    ),
    _form(
        rf"{_ASKS}{_WHICH}(?:goes|go|to wear|to go|matching) (?:well )?with {_NAME}",
        _MATCHING,
    ),
    _form(rf"{_ASKS}(?:alternatives? (?:to|for)|similar to|more like) {_NAME}", _SIMILAR),
    _form(rf"(?:适用于|适合|兼容|可用于){_NAME}的{_WHAT_ZH}", _ACCESSORY),
    _form(rf"{_NAME}(?:适用|专用|兼容|通用)的?{_WHAT_ZH}", _ACCESSORY),
    _form(rf"{_NAME}的(?:原装)?(?:配件|附件|零件|周边|耗材)", _ACCESSORY),
    _form(rf"{_CODED}的{_WHAT_ZH}", _ACCESSORY),
    _form(r"[和与跟](?P<name>\S.*?)兼容的?(?P<what>\w{1,12})?", _FITTING),
    _form(r"(?:适用于|兼容|可用于)(?P<name>[^的]+)(?:的(?P<what>\w{1,12}))?", _FITTING),
    _form(r"[和与跟](?P<name>\S.*?)(?:搭配|配套|相配)的?(?P<what>\w{1,12})?", _MATCHING),
    _form(r"[和与跟](?P<name>\S.*?)(?:相似|类似)的?(?P<what>\w{1,12})?", _SIMILAR),
)
_NO_PRODUCT = re.compile(rf"{USES}(?:\W.*)?|{USES_ZH}.*", re.IGNORECASE)


def asked(text: str) -> Asked | None:
    """The relation that a question asks for, None if it asks for none. "Shoes for men" and "bag for travel" ask for
    none: nobody sells what they are for."""
    plain = " ".join(text[:MAX_TEXT].split()).strip(" ?!.？！。")
    for form in _FORMS:
        found = form.pattern.fullmatch(plain)
        if found and not _NO_PRODUCT.fullmatch(found["name"]):
            said = found.groupdict()
            return Asked(form.kinds, found["name"].strip(), (said.get("what") or "").strip())
    return None
