"""What is wrong with rules, or may be."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


class Finding(NamedTuple):
    """An error keeps rules from being saved; a warning says that something may not be as it was meant. ``rule`` is
    the name of the one to mend, ``mend`` says how."""

    level: Level
    rule: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"rule {self.rule!r}: {self.message}; {self.mend}"
