"""What jobs tell about themselves: how far they are, what they did, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """``done`` of ``total`` (None: not known beforehand) in a named stage of a job, and what may be said of it."""

    stage: str
    done: int
    total: int | None = None
    note: str = ""


OnProgress: TypeAlias = Callable[[Progress], None]


#: What became of a product that was added, and who hears it of each.
Outcome: TypeAlias = Literal["added", "changed", "unchanged"]
OnOutcome: TypeAlias = Callable[[str, Outcome], None]


class AddReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``shop.add`` did. ``warnings`` holds the first hundred of ``warning_count``."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    pictures: int = 0
    warnings: tuple[str, ...] = ()
    warning_count: int = 0
    seconds: float = 0.0


class ExtractReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``shop.extract`` did: how many media were ``read``, the ``passages`` of words and the ``segments`` found
    in them. ``problems`` has what could not be read and why, the first hundred of ``problem_count``; ``notes`` tell
    what was not tried, for something is not installed."""

    read: int = 0
    passages: int = 0
    segments: int = 0
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


class ReviewReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``shop.add_reviews`` did: reviews that are new, changed and unchanged, and ``refused`` ones, whose product
    has as many as are kept. They are of ``products`` products; those that the shop lacks are ``unknown`` (the first
    twenty of ``unknown_count``), and their reviews are kept until they come. ``received``: of how many products the
    reception is another now."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    products: int = 0
    unknown: tuple[str, ...] = ()
    unknown_count: int = 0
    received: int = 0
    seconds: float = 0.0


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the index; ``fit`` is the fit of the shop that its encoders have, "" for none. ``points`` is how
    many products it has, if it answers, and else how many it was built with."""

    name: str
    created: str
    points: int
    live: bool
    fit: str = ""


class Tally(msgspec.Struct, frozen=True):
    """How many media an ``extractor`` was given, and how many of these it could not read."""

    extractor: str
    media: int
    problems: int


class ShopInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop holds. ``fields`` maps the name of each field that filters know to its type; ``last_change`` is the
    number of the latest change of its products, ``read`` what was read in
    media and ``unread`` how many of them could not be."""

    path: str
    model: str
    products: int
    media: int
    warnings: int
    fields: dict[str, str]
    channels: tuple[str, ...]
    versions: tuple[VersionInfo, ...]
    last_change: int
    bytes_on_disk: int
    read: tuple[Tally, ...] = ()
    unread: int = 0


class BackupReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup has: ``products``, ``files`` and ``bytes``, and how many questions with their answers."""

    path: str
    products: int
    files: int
    bytes: int
    probes: int
    seconds: float


class RestoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that was brought back from a backup of the moment ``created``. ``differing`` tells what is answered
    otherwise than it was then, among ``probes`` questions."""

    folder: str
    products: int
    created: str
    probes: int
    differing: tuple[str, ...]
    seconds: float


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a check-up; ``mend`` says what to do when it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
