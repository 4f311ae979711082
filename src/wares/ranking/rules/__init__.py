"""Merchandising rules: what is pinned, hidden, boosted and buried, where a question leads, what is said beside it.

:class:`Rule` says when and what, :class:`Rulebook` finds the rules that fire at a question in a fraction of a
millisecond, however many there are, and :class:`Rules` is the stage of the chain that does what they say. How rules
are written, checked and kept is the business of :mod:`wares.merchandising`.
"""

from wares.ranking.rules.book import Fired, Rulebook, decode, encode
from wares.ranking.rules.records import Choice, Message, Pin, Rule, Then, Weight, When
from wares.ranking.rules.stage import Rules

__all__ = [
    "Choice",
    "Fired",
    "Message",
    "Pin",
    "Rule",
    "Rulebook",
    "Rules",
    "Then",
    "Weight",
    "When",
    "decode",
    "encode",
]
