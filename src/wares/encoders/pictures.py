"""The encoders of the default model: texts by what they mean, pictures by what is seen in them and how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.encoders.base import Encoder
from wares.encoders.conse import PictureEncoder, TextEncoder, TextWithColours, name_vectors
from wares.encoders.efficientnet import PictureTower
from wares.encoders.look import LookEncoder, axes
from wares.encoders.sounds import sound_encoders
from wares.encoders.use import UseTower
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders import Progress


def encoders(environment: Environment, progress: Progress | None = None) -> tuple[Encoder, ...]:
    """Texts in the space "use"; pictures in "seen", where words look for them, and in "look", where pictures do;
    sounds in "sounding" and "timbre" likewise.

    Weights are fetched if they are not in the cache; ``progress`` is told. Raises
    :class:`~wares.errors.ModelUnavailable` when they cannot be had.
    """
    texts = UseTower(environment, progress)
    pictures = PictureTower(environment, progress)
    names, named = name_vectors(texts, environment)
    directions, directed = axes(pictures, environment)
    meaning = Encoder(texts, "use")
    return (
        meaning,
        TextEncoder(TextWithColours(texts), names, named),
        PictureEncoder(pictures, names, named),
        LookEncoder(pictures, directions, directed),
        *sound_encoders(meaning, environment),
    )
