"""A question's words, understood: what is to be looked for, which filters they say, what was corrected."""

from __future__ import annotations

from typing import NamedTuple

from wares.encoders.dictionary import language
from wares.records import Chip, Correction, Query


class Understood(NamedTuple):
    """``query``: as it is answered, its texts corrected and rid of what chips say, ``where`` the whole filter in
    force. ``said``: the wanted texts as they were corrected, filters and all; ``text``: as they are looked for;
    ``language``: theirs, "" without words."""

    query: Query
    said: str = ""
    text: str = ""
    language: str = ""
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    notes: tuple[str, ...] = ()


def understand(query: Query) -> Understood:
    text = wanted_text(query)
    return Understood(query, text, text, language(text) if text else "")


def wanted_text(query: Query) -> str:
    """The wanted texts of a question as one."""
    return " ".join(str(part.value) for part in query.parts if part.kind == "text" and part.weight > 0)
