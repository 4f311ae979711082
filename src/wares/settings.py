"""What can be set, in one table of typed records; defaults are what the benchmarks chose.

Doors read environment and files and make these; everything below takes them as arguments.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from wares.errors import SetupError


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of the machine: where models are kept and whether the network may be used.

    ``WARES_CACHE`` (a folder) and ``WARES_OFFLINE`` (1: never download) set them.
    """

    cache: Path
    offline: bool = False

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """From environment variables (default: those of this process)."""
        import platformdirs

        variables = os.environ if variables is None else variables
        offline = variables.get("WARES_OFFLINE", "").strip().lower()
        if offline not in ("", "0", "1", "true", "false", "yes", "no"):
            raise SetupError(f"WARES_OFFLINE is {offline!r}; set it to 1 (never download) or leave it out")
        cache = variables.get("WARES_CACHE") or platformdirs.user_cache_dir("wares", appauthor=False)
        return cls(cache=Path(cache).expanduser(), offline=offline in ("1", "true", "yes"))


class MediaLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what is fetched and decoded."""

    max_bytes: int = 25_000_000
    max_pixels: int = 60_000_000
    timeout_s: float = 20.0
    max_redirects: int = 3
    allow_private: bool = False


class FieldWeights(msgspec.Struct, frozen=True, kw_only=True):
    """How often a word of a field counts in BM25 (BM25F-style weighted term frequency)."""

    title: float = 3.0
    brand: float = 1.0
    category: float = 0.5
    attributes: float = 0.3
    description: float = 0.75


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How one shop works; kept in its store."""

    model: str = "default"
    fields: FieldWeights = FieldWeights()
    media: MediaLimits = MediaLimits()
    k1: float = 0.5
    b: float = 0.5
