"""The words of the console: what stands in a template is English and its own key; ``words/zh.toml`` has the Chinese.

They are read and filled as those of the storefront are (:mod:`wares.server.pages.words`).
"""

from __future__ import annotations

from collections.abc import Mapping

from wares.server.pages import words
from wares.server.pages.words import Words

#: Languages by their codes, as their speakers call them.
LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
HOME = "wares.server.console"


def spoken(asked: str, kept: str, accepted: str) -> Words:
    """The words of a page: in the language of its address, or the one chosen before, or one that is preferred."""
    return Words(words.chosen(asked, kept, accepted, tuple(LANGUAGES)), HOME, own=True)
