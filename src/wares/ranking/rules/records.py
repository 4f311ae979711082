"""A merchandising rule: when it fires, and what it does then."""

from __future__ import annotations

from datetime import datetime, time
from typing import Literal, TypeAlias

import msgspec

from wares.encoders.dictionary import Language
from wares.records import Filter

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

#: How much there may be of everything.
MAX_RULES = 2_000
MAX_ACTIONS = 100
MAX_PATTERNS = 100
MAX_IDS = 1_000
MAX_PLACE = 1_000
MAX_NAME = 100
MAX_PATTERN = 200
MAX_TEXT = 500
MAX_URL = 2_000


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"start": "from", "end": "until"}):
    """What has to hold for a rule to fire: all that is said here. One without anything fires at every question.

    ``exact``, ``contains`` and ``starts`` are patterns of words, of which one has to match: the question is these
    words, has them in a row, or begins with them. Words are compared by their English stems and without regard to
    case, accents and width, Chinese by its characters; a word that ends in ``*`` stands for all that begin with it.
    ``where`` is a filter that the filter in force has to imply (:mod:`wares.ranking.rules.implying`). ``start``
    (included) and ``end`` (not included) are moments with a timezone; ``days`` and ``hours`` (of a day, the second
    not included; over midnight when it comes before the first) are read off a clock in ``zone`` (IANA).
    """

    exact: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    where: Filter | None = None
    language: Language | None = None
    start: datetime | None = None
    end: datetime | None = None
    days: tuple[Day, ...] = ()
    hours: tuple[time, time] | None = None
    zone: str = "UTC"


class Pin(msgspec.Struct, frozen=True):
    """A product and its place, from 1."""

    id: str
    place: int


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Products: those with some ids, and those that pass a filter. To hide what passes a filter leaves the products
    with a variant that does not, as ``NOT`` in a filter does."""

    ids: tuple[str, ...] = ()
    where: Filter | None = None


class Weight(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Products, and how much (over 0, at most 1) is added to their scores or taken from them."""

    by: float
    ids: tuple[str, ...] = ()
    where: Filter | None = None


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """The text of a banner, and where it leads."""

    text: str
    url: str = ""


class Then(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule does. ``replace`` is asked in place of the question's text."""

    pin: tuple[Pin, ...] = ()
    hide: tuple[Choice, ...] = ()
    boost: tuple[Weight, ...] = ()
    bury: tuple[Weight, ...] = ()
    redirect: str = ""
    banner: Message | None = None
    replace: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule by its name, which no other has. Of two that contradict each other the one of higher ``priority``
    counts, and at the same priority the one whose name comes first."""

    name: str
    then: Then
    when: When = When()
    priority: int = 0
    enabled: bool = True
    about: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """Rules in this order: those that count first come first."""
        return -self.priority, self.name

    @property
    def choices(self) -> tuple[Choice | Weight, ...]:
        """What is hidden, boosted and buried."""
        return (*self.then.hide, *self.then.boost, *self.then.bury)

    def ids(self) -> tuple[str, ...]:
        """The products that are named, each once."""
        named = [pin.id for pin in self.then.pin]
        return tuple(dict.fromkeys([*named, *(id for choice in self.choices for id in choice.ids)]))

    def filters(self) -> tuple[Filter, ...]:
        """The filters that are said, that of ``when`` first."""
        said = [self.when.where, *(choice.where for choice in self.choices)]
        return tuple(where for where in said if where is not None)
