"""What a picture was found to be, as plain values that go to JSON."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Source: TypeAlias = Literal["look-alikes", "label text", "look-alikes and label text", "colours of the picture"]


class Step(msgspec.Struct, frozen=True):
    """A value, or one step of a category path ("Shoes/Running"), and how likely it is right, 0 … 1; None where the
    catalogue has too little to tell."""

    value: str
    confidence: float | None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture says of one field.

    ``value`` is as the catalogue writes it; of a category the deepest step that is sure enough, joined by "/", of
    which ``steps`` has all that were looked at, broad to narrow. ``confidence`` is the share of answers as sure as
    this one that were right on the catalogue's own pictures. ``evidence`` has what each source gave, before that: the
    share of the look-alikes that have the value, and of the likeness to labels. ``ids`` are look-alikes that have it,
    nearest first.
    """

    field: str
    value: str
    confidence: float | None
    source: Source
    evidence: dict[str, float] = {}
    steps: tuple[Step, ...] = ()
    ids: tuple[str, ...] = ()


class Alike(msgspec.Struct, frozen=True):
    """A product that looks alike, and how much (cosine, at most 1)."""

    id: str
    title: str
    score: float


class Identification(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a picture, as a shop's catalogue knows it.

    ``known``: true for the like of what the shop sells, false for "we do not sell this" (then there are no
    ``readings``), None in between, or when the catalogue has too few pictures to tell. It compares ``score``, that of
    the nearest product, with ``own``, which 95 of 100 of the shop's own pictures exceed, and ``strange``, below which
    nothing of it lies that is taken for the shop's; both None where there are too few. ``unsure`` are fields that
    nothing was sure enough of.
    """

    known: bool | None
    score: float
    own: float | None
    strange: float | None
    readings: tuple[Reading, ...]
    unsure: tuple[str, ...]
    alike: tuple[Alike, ...]
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0
