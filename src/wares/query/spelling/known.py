"""English words that are right although no product may have them."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from wares.encoders.conse import things
from wares.encoders.dictionary import rows
from wares.encoders.tokens import STOP_WORDS, fold, stem


@lru_cache(maxsize=1 << 14)
def known(word: str) -> bool:
    """Whether a folded word is English as ``common.txt`` or the dictionary of names has it, in any inflection."""
    return word in STOP_WORDS or stem(word) in _stems()


@cache
def _stems() -> frozenset[str]:
    common = files("wares.query.spelling").joinpath("common.txt").read_text(encoding="utf-8")
    names = [name for sort in ("colour", "value", "kind") for row in rows(sort) for name in row.english]
    names += [name for thing in things() for name in thing.english]
    lines = [line for line in common.splitlines() if not line.startswith("#")]
    return frozenset(stem(word) for line in [*lines, *names] for word in fold(line).replace("-", " ").split())
