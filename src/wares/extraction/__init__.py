"""Extractors: words out of pictures, sounds and videos, with the place where they stand.

An extractor is slow (a second or more for a medium), so it runs once per content and its passages are kept in the
store. Which of them a shop uses is a setting, ``extract``. Plugins add rows through the entry points
"wares.extractors".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from wares.records import Modality
from wares.registry import PartSpec, load
from wares.registry import names as _names

if TYPE_CHECKING:
    from wares.extraction.base import Extractor, Listener
    from wares.settings import Environment, ExtractionSettings

GROUP = "wares.extractors"

#: What is loaded is a function ``(environment, settings) -> Extractor``.
EXTRACTORS = {
    "speech": PartSpec("wares.extraction.speech:extractor", "what is said in sounds and videos", "speech"),
    "subtitles": PartSpec("wares.extraction.subtitles:extractor", "subtitles within and beside videos", "video"),
    "labels": PartSpec("wares.extraction.labels:extractor", "words written in pictures and on frames", "labels"),
    "codes": PartSpec("wares.extraction.codes:extractor", "EAN, ISBN and QR codes in pictures", "labels"),
}

#: The modalities that the extractors above read; those of plugins may read all.
READS: Mapping[str, frozenset[Modality]] = {
    "speech": frozenset({"audio", "video"}),
    "subtitles": frozenset({"video", "text"}),
    "labels": frozenset({"image", "video"}),
    "codes": frozenset({"image", "video"}),
}


def names() -> list[str]:
    """All extractors, built-in ones first."""
    return _names(GROUP, EXTRACTORS)


def build(name: str, environment: Environment, settings: ExtractionSettings) -> Extractor:
    """The extractor of a name, ready to use. :class:`~wares.errors.SetupError` for an unknown one, its subclasses
    :class:`~wares.errors.MissingExtra` and :class:`~wares.errors.ModelUnavailable` when something is still needed."""
    extractor: Extractor = load(GROUP, EXTRACTORS, name, "extractor")(environment, settings)
    return extractor


@lru_cache(maxsize=1)
def listener(environment: Environment, settings: ExtractionSettings) -> Listener:
    """What hears questions that are spoken; loaded once. Raises as :func:`build`."""
    return build("speech", environment, settings)  # type: ignore[return-value]  # the row of the table above
