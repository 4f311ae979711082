"""What is said of a picture while the yardstick learns: its title, and short captions made of its facets.

A caption knows which facets it names, so that it is right for every picture of which they are true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks.alignment.splits import Example, Training, plain

_T = TypeVar("_T")

#: What captions may name, in the order of the bits of :attr:`Caption.facets`; "top" is the first step of the kind.
FACETS = ("title", "kind", "top", "colour", "gender", "brand", "usage")
_BIT = {name: 1 << at for at, name in enumerate(FACETS)}

#: Facets that a caption names, and how it may be put; English and Chinese.
_WAYS: Sequence[tuple[tuple[str, ...], Sequence[str], Sequence[str]]] = (
    (("kind",), ("{kind}", "a photo of {kind}"), ("{kind}",)),
    (("top",), ("{top}",), ("{top}",)),
    (("colour", "kind"), ("{colour} {kind}", "{kind} in {colour}"), ("{colour}{kind}", "{colour}的{kind}")),
    (("brand", "kind"), ("{brand} {kind}",), ("{brand}{kind}",)),
    (("gender", "kind"), ("{gender} {kind}", "{kind} for {gender}"), ("{gender}{kind}",)),
    (
        ("gender", "colour", "kind"),
        ("{gender} {colour} {kind}", "{colour} {kind} for {gender}"),
        ("{gender}{colour}{kind}", "{colour}{gender}{kind}"),
    ),
    (("usage", "kind"), ("{usage} {kind}",), ("{usage}{kind}",)),
)
#: How often the first of a picture's two captions is its title.
_TITLE = 0.75
_COLOUR = (("colour",), ("{colour}",), ("{colour}",))


class Caption(NamedTuple):
    """A text and the facets that it names, as bits over :data:`FACETS`."""

    text: str
    facets: int


def facets(example: Example) -> tuple[str, ...]:
    """What is true of a picture, in the order of :data:`FACETS`; "" where nothing is known."""
    kind, top = (example.kind[-1], example.kind[0]) if example.kind else ("", "")
    return (plain(example.title), kind, top, example.colour, example.gender, example.brand, example.usage)


def titles(example: Example) -> list[Caption]:
    """The title, and its Chinese where there is one."""
    return [Caption(text, _BIT["title"]) for text in (example.title, example.chinese) if text]


def short(example: Example, *, colours: bool) -> list[list[Caption]]:
    """All short captions, a list for each way and language that has any: a list is drawn, and then one of it.

    ``colours``: with captions of the bare colour too.
    """
    known = {name: value for name, value in zip(FACETS, facets(example), strict=True) if value}
    made = []
    for names, english, chinese in [*_WAYS, *([_COLOUR] if colours else [])]:
        if all(name in known for name in names):
            bits = sum(_BIT[name] for name in names)
            for forms, words in ((english, english_words), (chinese, chinese_words)):
                made.append([Caption(text, bits) for text in dict.fromkeys(_said(forms, names, known, words))])
    return [captions for captions in made if captions]


def english_words(value: str) -> list[str]:
    """A label as it stands, in small letters, and for one thing: always three, so that the facets of a caption are
    put the same way."""
    small = value.lower()
    one = re.sub(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^s])s$", "", small)
    return [value, small, one]


def chinese_words(value: str) -> list[str]:
    """What the dictionary has for a label; a brand stays as it is."""
    return dictionary().get(value.lower(), [])


@lru_cache(maxsize=1)
def dictionary() -> dict[str, list[str]]:
    """``dictionary.tsv``: labels in small letters, and their Chinese words."""
    table = files("benchmarks.alignment").joinpath("dictionary.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {label.lower(): words.split("|") for label, words in lines}


def _said(
    forms: Sequence[str], names: Sequence[str], known: Mapping[str, str], words: Callable[[str], list[str]]
) -> list[str]:
    """Every form, each time with the next word for each facet, until all words have been used."""
    choices = {name: [known[name]] if name == "brand" else words(known[name]) for name in names}
    if not all(choices.values()):
        return []
    most = max(len(choice) for choice in choices.values())
    rounds = [{name: choice[at % len(choice)] for name, choice in choices.items()} for at in range(most)]
    return [form.format(**said) for form in forms for said in rounds]


def identities(examples: Sequence[Example]) -> np.ndarray:
    """Each example's facets as numbers, of shape (examples, facets): equal where the facet is, -1 if unknown."""
    columns = zip(*map(facets, examples), strict=True)
    numbered = []
    for column in columns:
        number = {value: at for at, value in enumerate(dict.fromkeys(column))}
        numbered.append([number[value] if value else -1 for value in column])
    return np.array(numbered, dtype=np.int64).T


class Said(NamedTuple):
    """All captions of a training: texts, and for each example its titles and its lists of short ones, as places of
    ``texts`` with the facets that are named."""

    texts: list[str]
    titles: list[list[tuple[int, int]]]
    short: list[list[list[tuple[int, int]]]]

    @classmethod
    def of(cls, training: Training, colours: bool) -> Said:
        places: dict[str, int] = {}

        def placed(made: Sequence[Caption]) -> list[tuple[int, int]]:
            return [(places.setdefault(caption.text, len(places)), caption.facets) for caption in made]

        called = [placed(titles(example)) for example in training.examples]
        ways = [[placed(way) for way in short(example, colours=colours)] for example in training.examples]
        return cls(list(places), called, ways)

    def draw(self, batch: Sequence[int], random: np.random.Generator) -> tuple[list[int], np.ndarray]:
        """Two captions for each example, first one of each: a title three times of four, and a short one."""
        drawn = []
        for often in (_TITLE, 0.0):
            for example in batch:
                ways = self.short[example]
                among = self.titles[example] if not ways or random.random() < often else _one(ways, random)
                drawn.append(_one(among, random))
        texts, named = zip(*drawn, strict=True)
        return list(texts), np.array(named, dtype=np.int64)


def _one(among: Sequence[_T], random: np.random.Generator) -> _T:
    return among[int(random.random() * len(among))]
