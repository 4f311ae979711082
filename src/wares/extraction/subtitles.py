"""Subtitles that are in a video, or in a file beside it: each line with its times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wares.errors import MediaError
from wares.extraction.base import Extractor
from wares.media.footage import Footage
from wares.records import Modality, Passage

if TYPE_CHECKING:
    from wares.extraction.base import Content
    from wares.settings import Environment, ExtractionSettings

# What players read as style: tags of HTML (SRT, WebVTT) and overrides in braces (ASS).
_STYLE = re.compile(r"<[^>]{0,200}>|\{[^}]{0,200}\}")


def extractor(environment: Environment, settings: ExtractionSettings) -> Subtitles:
    """The reader of subtitles; it needs no model."""
    return Subtitles()


class Subtitles(Extractor):
    """Videos and files of subtitles → the lines of these."""

    name = "subtitles"
    fingerprint = "subtitles:1"
    modalities: frozenset[Modality] = frozenset({"video", "text"})

    def extract(self, content: Content) -> tuple[Passage, ...]:
        """Passages of kind "subtitle" with the times at which they are shown."""
        if not isinstance(content, Footage):
            raise MediaError("is no video; subtitles are looked for in videos")
        lines = ((caption, " ".join(_STYLE.sub(" ", caption.text).split())) for caption in content.subtitles)
        return tuple(
            Passage(
                kind="subtitle",
                text=text,
                language=caption.language[:2],
                start_s=caption.start_s,
                end_s=caption.end_s,
            )
            for caption, text in lines
            if text
        )
