"""How Chinese is typed on a keyboard of Latin letters: in pinyin, without tones and without blanks."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any


@lru_cache(maxsize=1 << 15)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text, "运动鞋" → ("yun", "dong", "xie"); what is no Chinese stands as it is. ü is "v"."""
    found: list[str] = _pypinyin().lazy_pinyin(text, v_to_u=False)
    return tuple(found)


def typed(text: str) -> str:
    """A text as it is typed: "yundongxie"."""
    return "".join(syllables(text))


def ways(text: str) -> tuple[str, ...]:
    """The ways in which a text is typed: ü is "v" to input methods, and "u" to people who do not know that."""
    own = typed(text)
    others = own.replace("nv", "nu").replace("lv", "lu")
    return (own,) if own == others else (own, others)


@cache
def _pypinyin() -> Any:
    """The readings of characters and words, loaded when the first Chinese is met."""
    import pypinyin

    return pypinyin
