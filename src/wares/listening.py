"""Questions that are spoken: what is said in a recording becomes words of the question, before it is understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError
from wares.records import Heard, Part, Query
from wares.settings import Environment, ExtractionSettings, MediaLimits

if TYPE_CHECKING:
    from wares.records import Content

#: How much of a recording that is asked for is listened to, in seconds.
LONGEST_S = 60.0
#: What is noted when a recording was looked for by its sound alone.
DEAF = 'words in recordings are not understood here: pip install "wares[speech]", wares models pull whisper-base'


def hear(recording: Content, settings: ExtractionSettings, limits: MediaLimits, environment: Environment) -> Heard:
    """What a recording says: a path, a URL or bytes. :class:`QueryError` when it cannot be decoded,
    :class:`~wares.errors.MissingExtra` when nothing is installed that listens."""
    try:
        data = media.read(recording, limits=limits)
        bounded = msgspec.structs.replace(limits, audio_s=min(limits.audio_s, LONGEST_S))
        name = "the recording given" if isinstance(recording, bytes) else media.shown(recording)
        sound = media.decode_sound(data, bounded, name)
    except CatalogueError as broken:
        raise QueryError(f"the recording asked for cannot be used: {broken}") from broken
    from wares.extraction import listener

    return listener(environment, settings).listen(sound)


def listened(query: Query, heard: dict[int, Heard]) -> Query:
    """The question with the words that were heard in its recordings, by their places among its parts.

    They join the words that were typed. A recording of another sound stays, to be looked for by its sound; one of
    silence goes. :class:`QueryError` when nothing is left to look for.
    """
    said = " ".join(one.text for one in heard.values() if one.kind == "speech")
    parts = [part for at, part in enumerate(query.parts) if at not in heard or heard[at].kind == "sound"]
    weight = max((query.parts[at].weight for at in heard), default=1.0)
    typed = next((at for at, part in enumerate(parts) if part.kind == "text" and part.weight > 0), None)
    if said and typed is not None:
        parts[typed] = msgspec.structs.replace(parts[typed], value=" ".join((str(parts[typed].value), said)))
    elif said:
        parts.insert(0, Part("text", said, weight))
    if not parts:
        raise QueryError("I heard nothing in the recording: no words, and no sound; record it again, closer to it")
    return msgspec.structs.replace(query, parts=tuple(parts))


def recordings(query: Query) -> dict[int, Content]:
    """The recordings of a question, by their places among its parts. :class:`QueryError` for one that is not
    wanted."""
    found = {at: part for at, part in enumerate(query.parts) if part.kind == "audio"}
    if any(part.weight < 0 for part in found.values()):
        raise QueryError("a recording cannot be what is not wanted; say that in words")
    return {at: part.value for at, part in found.items()}
