"""What a backup says of itself."""

from __future__ import annotations

import msgspec

from wares.records import Query

#: Raised when a program of today could not read the backups of tomorrow.
FORMAT = 1
#: The member that comes last.
MANIFEST = "manifest.json"
#: Bytes that a manifest has at most.
MOST = 256 * 2**20


class Member(msgspec.Struct, frozen=True):
    """A file: its size in bytes, holes included, and the SHA-256 of that content."""

    name: str
    size: int
    sha256: str


class Probe(msgspec.Struct, frozen=True):
    """A question and its answer: how many match, and the first ids with their scores."""

    query: Query
    total: int
    hits: tuple[tuple[str, float], ...]


class Format(msgspec.Struct, frozen=True):
    """The first that is read of a manifest: whether the rest can be."""

    format: int
    wares: str = "?"


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest. ``created`` is UTC, ISO 8601; ``version`` is the version of the index, "" for an empty shop;
    ``media`` is the folder that pictures given as bytes are said to lie in."""

    format: int
    wares: str
    created: str
    model: str
    products: int
    version: str
    members: tuple[Member, ...]
    probes: tuple[Probe, ...]
