"""A model of words alone."""

from __future__ import annotations

from typing import Any

from wares.encoders.base import Encoder
from wares.encoders.hashed import HashedWords


def encoders(environment: Any, progress: Any = None) -> tuple[Encoder, ...]:
    return (Encoder(HashedWords(), "hashed"),)
