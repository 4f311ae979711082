"""Rules in words, for those who list and preview them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wares.encoders.said import said
from wares.query import filters
from wares.ranking.rules.book import HOWS
from wares.ranking.rules.patterns import pattern
from wares.ranking.rules.records import Choice, Rule, Weight, When

_HOW = {"exact": "the question is", "contains": "it says", "starts": "it begins with"}
#: Things that are named before the rest is only counted.
SHOWN = 3


def when(rule: Rule) -> str:
    """When a rule fires: ``it says "sandal*" · in English · brand = "Acme"``."""
    return " · ".join(_when(rule.when)) or "always"


def then(rule: Rule) -> str:
    """What a rule does: ``pin 2 products · banner``."""
    return " · ".join(_then(rule))


def why(rule: Rule, texts: Sequence[str]) -> str:
    """Why a rule fires at a question that was typed, or understood, as these texts."""
    for text in texts:
        words = said(text)
        for how in HOWS:
            for own in getattr(rule.when, how):
                if pattern(own, how).matches(words):
                    rest = When(**{n: getattr(rule.when, n) for n in When.__struct_fields__ if n not in HOWS})
                    return " · ".join([f'{_HOW[how]} "{own}"', *_when(rest)])
    return when(rule)


def _when(asked: When) -> Iterator[str]:
    quoted = {how: [f'"{text}"' for text in getattr(asked, how)] for how in HOWS}
    patterns = [f"{_HOW[how]} {_some(texts, 'or')}" for how, texts in quoted.items() if texts]
    if patterns:
        yield " or ".join(patterns)
    if asked.language:
        yield "in English" if asked.language == "en" else "in Chinese"
    if asked.where is not None:
        yield filters.unparse(asked.where)
    if asked.start is not None:
        yield f"from {asked.start.isoformat()}"
    if asked.end is not None:
        yield f"until {asked.end.isoformat()}"
    if asked.days:
        yield _some(asked.days, "and", len(asked.days))
    if asked.hours is not None:
        yield f"{asked.hours[0]:%H:%M}–{asked.hours[1]:%H:%M} {asked.zone}"


def _then(rule: Rule) -> Iterator[str]:
    do = rule.then
    if do.pin:
        yield f"pin {_some([f'{pin.id} to {pin.place}' for pin in do.pin], 'and')}"
    for name, choices in (("hide", do.hide), ("boost", do.boost), ("bury", do.bury)):
        if choices:
            yield f"{name} {_some([_choice(choice) for choice in choices], 'and')}"
    if do.redirect:
        yield f"redirect to {do.redirect}"
    if do.replace:
        yield f'search for "{do.replace}" instead'
    if do.banner is not None:
        yield f'say "{do.banner.text}"'


def _choice(choice: Choice | Weight) -> str:
    chosen = [_some(choice.ids, "and")] if choice.ids else []
    chosen += [filters.unparse(choice.where)] if choice.where is not None else []
    return " and ".join(chosen) + (f" by {choice.by:g}" if isinstance(choice, Weight) else "")


def _some(things: Sequence[str], word: str, most: int = SHOWN) -> str:
    """``a, b and 7 more``."""
    shown = list(things[:most])
    more = len(things) - len(shown)
    if more:
        return f"{', '.join(shown)} {word} {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"
