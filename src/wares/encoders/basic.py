"""The model "basic": nothing to download; words find what is written alike, pictures what looks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.encoders.base import Encoder
from wares.encoders.hashed import HashedWords
from wares.encoders.texture import basic
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders import Progress


def encoders(environment: Environment, progress: Progress | None = None) -> tuple[Encoder, ...]:
    """Hashed words, and colours with textures; ``progress`` has nothing to tell."""
    return (Encoder(HashedWords(), "hashed"), basic(environment))
