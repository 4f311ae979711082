"""The texts of an interface. One file for each language, ``words/en.toml``, all with the same keys.

A text may have places, ``{name}``, and be a table of plural forms, by the names of CLDR: English has "one" and
"other", Chinese "other" alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from wares.records import Chip, Price
from wares.server.pages import formats

#: Languages by the names that HTML gives them, in the order of preference.
LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-CN"}
#: The package of the storefront.
HOME = "wares.server.pages"
_FORMS = {"one", "other"}


class Words:
    """The texts of one language. Called with a key and what fills its places; ``n`` chooses the plural form.

    ``home`` is the package whose texts they are. With ``own`` a key that has no text is one itself."""

    def __init__(self, language: str, home: str = HOME, *, own: bool = False) -> None:
        self.language = language
        self.tag = LANGUAGES[language]
        self._texts = texts(language, home)
        self._own = own

    def __call__(self, key: str, /, **places: object) -> str:
        text = self._texts.get(key, key) if self._own else self._texts[key]
        if isinstance(text, Mapping):
            n = places["n"]
            text = text.get("one", text["other"]) if n == 1 else text["other"]
        shown = {name: formats.number(value) if isinstance(value, int) else value for name, value in places.items()}
        return text.format_map(shown) if shown else text

    def maybe(self, key: str, otherwise: str) -> str:
        """The text of a key that may be there: names of fields that many shops have."""
        text = self._texts.get(key, otherwise)
        return text if isinstance(text, str) else otherwise

    def table(self, prefix: str) -> dict[str, str]:
        """The texts whose keys begin so, by what follows: for scripts."""
        own = ((key, text) for key, text in self._texts.items() if key.startswith(prefix))
        return {key[len(prefix) :]: text for key, text in own if isinstance(text, str)}

    def price(self, value: Price) -> str:
        """A price."""
        return formats.price(value, self.language)

    def chip(self, chip: Chip) -> str:
        """What was understood, with how it is read: "under 50: price < 50"."""
        return f"{self.maybe(f'field.{chip.kind}', chip.kind)}: {chip.text}"

    def field(self, name: str) -> str:
        """What a field of products is called."""
        plain = name.removeprefix("attributes.").replace("_", " ")
        return self.maybe(f"field.{name}", plain[:1].upper() + plain[1:])

    def value(self, field: str, value: str) -> str:
        """What a value of a field is called."""
        if field in ("praised", "criticised"):
            return self.aspect(value)
        return self.maybe(f"{field}.{value}", value) if field == "availability" else value

    def aspect(self, name: str) -> str:
        """What an aspect that reviews speak of is called."""
        return self.maybe(f"aspect.{name}", name)


@cache
def texts(language: str, home: str = HOME) -> Mapping[str, str | Mapping[str, str]]:
    """The texts of a language by key, "search.placeholder"."""
    file = resources.files(home) / "words" / f"{language}.toml"
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))


def chosen(asked: str, kept: str, accepted: str, offered: Sequence[str]) -> str:
    """The language of a page: that of its address, else the one chosen before, else what the browser prefers
    (RFC 9110, 12.5.4), else the first that the shop offers."""
    for name in (asked, kept):
        if name in offered:
            return name
    ranked: list[tuple[float, str]] = []
    for item in accepted[:500].split(","):
        tag, _, rest = item.strip().partition(";")
        language = tag.partition("-")[0].lower()
        if language in offered:
            ranked.append((_quality(rest), language))
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else offered[0]


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    for name, value in table.items():
        if isinstance(value, Mapping) and not value.keys() <= _FORMS:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
