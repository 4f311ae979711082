"""An exported model as the shop will use it: through the encoders that serve, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders import two_tower
from wares.fit.lora.quality import Questions
from wares.fit.lora.records import Example, Quality
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Pictures that are decoded at once.
_PICTURES = 16


class Served(NamedTuple):
    """Unit vectors of the held-out captions and pictures, and how well the ones find the others."""

    words: Vectors
    pictures: Vectors
    quality: Quality


def serve(folder: Path, questions: Questions, held_out: Sequence[Example], environment: Environment) -> Served:
    """Encode what was held out with the model in a folder."""
    text, image = two_tower.encoders(f"file:{folder}", environment)
    words = text.encode(questions.captions)
    parts = [
        image.encode([example.picture() for example in held_out[start : start + _PICTURES]])
        for start in range(0, len(held_out), _PICTURES)
    ]
    pictures = np.concatenate(parts)
    return Served(words, pictures, questions.quality(words, pictures))
