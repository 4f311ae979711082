"""The words of the console. What stands in a template is English and its own key; ``words/zh.toml`` has Chinese."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

#: Languages by their codes, as their speakers call them.
LANGUAGES = {"en": "English", "zh": "中文"}

Translate: TypeAlias = Callable[..., str]


@lru_cache
def table(language: str) -> Mapping[str, str]:
    """The words of a language by the English ones; empty for English."""
    path = Path(__file__).parent / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if language != "en" else {}


def translator(language: str) -> Translate:
    """Says English words in a language: ``t("{n} products", n=3)``. What has no translation stays English."""
    known = table(language)

    def translate(text: str, /, **values: object) -> str:
        said = known.get(text, text)
        return said.format(**values) if values else said

    return translate


def chosen(wanted: str | None, accepted: str) -> str:
    """A language that was chosen, or else the first of ``Accept-Language`` (RFC 9110, 12.5.4) that there is."""
    if wanted in LANGUAGES:
        return str(wanted)
    ranked = sorted(((-_quality(part), at, part) for at, part in enumerate(accepted.split(",")[:20])))
    spoken = (part.partition(";")[0].strip().lower().partition("-")[0] for _, _, part in ranked)
    return next((language for language in spoken if language in LANGUAGES), "en")


def _quality(part: str) -> float:
    _, _, quality = part.partition(";q=")
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
