"""Where in its media a product matched: players that begin there, and the words that were read or heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from wares.server.pages import formats

if TYPE_CHECKING:
    from wares.records import Hit, MatchedPassage, Media, Passage
    from wares.server.pages.words import Words

#: Width of a film's picture, in pixels.
POSTER = 640


class Player(NamedTuple):
    """A film or a sound; it begins where it matched. ``poster`` is the address of a film's picture."""

    src: str
    video: bool
    poster: str


class Found(NamedTuple):
    """Words in a medium: what they are ("said at 0:12"), the words with what was asked for marked, and where they
    lead; or the ``picture`` they stand on, with their place on it as left, top, width, height in thousandths."""

    label: str
    text: Markup
    href: str = ""
    picture: str = ""
    box: tuple[int, int, int, int] | None = None


def players(media: Sequence[Media], hit: Hit | None) -> list[Player]:
    """The films and sounds among media whose sources are addresses; ``hit`` is what was found, likewise."""
    return [_player(medium, hit) for medium in media if medium.modality in ("video", "audio")]


def found(hit: Hit, words: Words) -> list[Found]:
    """The words that were read in the media of a hit whose sources are addresses."""
    return [_found(each, words) for each in hit.passages if each.source]


def _player(medium: Media, hit: Hit | None) -> Player:
    source = str(medium.source)
    start = next(_starts(source, hit), None)
    src = f"{source}#t={start:.1f}" if start else source
    poster = f"{source}?at={start or 0:.1f}&w={POSTER}" if medium.modality == "video" else ""
    return Player(src, medium.modality == "video", poster)


def _starts(source: str, hit: Hit | None) -> Iterator[float]:
    """Moments of a medium that matched, the one that is shown first."""
    if hit is None:
        return
    if hit.media is not None and hit.media.source == source and hit.media.segment is not None:
        yield hit.media.segment.start_s
    yield from (
        each.passage.start_s for each in hit.passages if each.source == source and each.passage.start_s is not None
    )


def _found(each: MatchedPassage, words: Words) -> Found:
    passage = each.passage
    label = words(f"place.{passage.kind}")
    if passage.start_s is not None:
        label = words("place.at", what=label, moment=formats.moment(passage.start_s))
    text = _marked(passage.text, each.spans)
    if each.modality != "image":
        return Found(label, text, href=f"{each.source}#t={passage.start_s or 0:.1f}")
    return Found(label, text, picture=f"{each.source}?w=320", box=_box(passage))


def _box(passage: Passage) -> tuple[int, int, int, int] | None:
    if passage.box is None:
        return None
    left, top, right, bottom = (round(1000 * share) for share in passage.box)
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    made, at = Markup(), 0
    for start, end in spans:
        if start >= at:
            made += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
            at = end
    return made + escape(text[at:])
