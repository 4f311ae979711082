"""What an extractor is: the content of a medium in, passages of words out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

from wares.records import Heard, Modality, Passage

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.media.footage import Footage
    from wares.media.sounds import Sound

    #: A picture upright and RGB, a sound as samples, or a video as its shots.
    Content: TypeAlias = Image | Sound | Footage


class Extractor(ABC):
    """Content → passages. A new extractor writes :meth:`extract` and sets the facts below. Threads may share it."""

    name: str
    #: Name and content identity: changes whenever the passages would (weights, preprocessing, version).
    fingerprint: str
    modalities: frozenset[Modality]

    @abstractmethod
    def extract(self, content: Content) -> tuple[Passage, ...]:
        """The passages of a medium in the order in which they are read; none when there are no words in it.

        Raises :class:`~wares.errors.MediaError` when the content cannot be read after all.
        """


class Listener(Extractor):
    """An extractor that also hears questions that are spoken."""

    @abstractmethod
    def listen(self, sound: Sound) -> Heard:
        """What a recording of a question says."""
