"""Where in its media a product matched: players that begin there, and the words that were read or heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from wares.server.pages import formats

if TYPE_CHECKING:
    from wares.records import Hit, MatchedPassage, Media, Modality, Passage
    from wares.server.pages.words import Words

#: Thousandths of a picture that a box is drawn around words.
AROUND = 15
#: Width of a film's picture, in pixels.
POSTER = 640


class Place(NamedTuple):
    """A medium that matched; of a film or a sound from when to when, and the moment of its picture."""

    source: str
    modality: Modality
    start_s: float | None = None
    end_s: float = 0.0
    poster_s: float = 0.0

    @property
    def span(self) -> str:
        """From when to when, for people; "" when it is all of it."""
        whole = self.start_s is None or (not self.start_s and self.end_s < 1)
        return "" if whole or self.start_s is None else span(self.start_s, self.end_s)


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


def place(hit: Hit) -> Place | None:
    """Where a hit, whose sources are addresses, matched best: where its words were read if these count most, else
    the medium that is most like what was asked for."""
    passage = next((each for each in hit.passages if each.source), None)
    if passage is not None and _share(hit, ("words",)) >= _share(hit, (".image", ".audio")):
        return _read(passage)
    medium = hit.media
    if medium is None or not medium.source:
        return None
    segment = medium.segment
    if segment is None:
        return Place(medium.source, medium.modality)
    poster = segment.start_s if segment.poster_s is None else segment.poster_s
    return Place(medium.source, medium.modality, segment.start_s, segment.end_s, poster)


def players(media: Sequence[Media], hit: Hit | None, at_s: float | None = None) -> list[Player]:
    """The films and sounds among media whose sources are addresses, beginning where they matched in ``hit``, whose
    sources are addresses, too; the one that matched best ``at_s`` seconds if that is said."""
    playable = [medium for medium in media if medium.modality in ("video", "audio")]
    best = place(hit) if hit is not None else None
    known = [str(medium.source) for medium in playable]
    first = best.source if best is not None and best.source in known else next(iter(known), "")
    starts = {} if at_s is None else {first: at_s}
    return [_player(medium, starts.get(str(medium.source)), hit) for medium in playable]


def found(hit: Hit, words: Words, most: int = 0) -> list[Found]:
    """The words that were read in reviews and media of a hit whose sources are addresses; of long ones ``most``
    characters about where they match, 0 for all."""
    return [_found(each, words, most) for each in hit.passages if each.source or each.passage.kind == "review"]


def likeness(hit: Hit, words: Words) -> list[Found]:
    """The part of a film or a sound that is like what was asked for, of a hit whose sources are addresses."""
    medium = hit.media
    if medium is None or medium.segment is None or not medium.source:
        return []
    begins = medium.segment.start_s
    if not begins and medium.segment.end_s < 1:
        return []
    label = words(f"place.like_{medium.modality}", span=span(begins, medium.segment.end_s))
    picture = ""
    if medium.modality == "video":
        poster = medium.segment.poster_s
        picture = f"{medium.source}?at={begins if poster is None else poster:.1f}&w=320"
    return [Found(label, Markup(), href=f"{medium.source}#t={begins:.1f}", picture=picture)]


def span(start_s: float, end_s: float) -> str:
    """From when to when, "0:12–0:18"; "" for less than a second."""
    if end_s - start_s < 1:
        return formats.moment(start_s)
    return f"{formats.moment(start_s)}–{formats.moment(end_s)}"


def _read(each: MatchedPassage) -> Place:
    passage = each.passage
    if passage.start_s is None:
        return Place(each.source, each.modality)
    end_s = passage.start_s if passage.end_s is None else passage.end_s
    return Place(
        each.source, each.modality, passage.start_s, end_s, min(passage.start_s + 1, (passage.start_s + end_s) / 2)
    )


def _share(hit: Hit, channels: tuple[str, ...]) -> float:
    return sum(each.value for each in hit.why if each.channel.endswith(channels))


def _player(medium: Media, at_s: float | None, hit: Hit | None) -> Player:
    source = str(medium.source)
    start = next(_starts(source, hit), 0.0) if at_s is None else at_s
    src = f"{source}#t={start:.1f}" if start else source
    poster = f"{source}?at={start:.1f}&w={POSTER}" if medium.modality == "video" else ""
    return Player(src, medium.modality == "video", poster)


def _starts(source: str, hit: Hit | None) -> Iterator[float]:
    """Moments of a medium that matched, the one that is shown first."""
    if hit is None:
        return
    best = place(hit)
    if best is not None and best.source == source and best.start_s is not None:
        yield best.start_s
    yield from (
        each.passage.start_s for each in hit.passages if each.source == source and each.passage.start_s is not None
    )


def _found(each: MatchedPassage, words: Words, most: int) -> Found:
    passage = each.passage
    label = words(f"place.{passage.kind}")
    text = _marked(*_about(passage.text, each.spans, most))
    if passage.kind == "review":
        return Found(label, text, href="#reviews")
    if passage.start_s is None:
        return Found(label, text, picture=f"{each.source}?w=640", box=_box(passage))
    label = words("place.at", what=label, moment=formats.moment(passage.start_s))
    moment = f"#t={passage.start_s:.1f}"
    if passage.box is None:
        return Found(label, text, href=each.source + moment)
    shown = _read(each).poster_s
    return Found(label, text, f"{each.source}{moment}", f"{each.source}?at={shown:.1f}&w=640", _box(passage))


def _about(text: str, spans: Sequence[tuple[int, int]], most: int) -> tuple[str, Sequence[tuple[int, int]]]:
    """A text that begins not long before what is marked in it, where it is a long one."""
    first = min((start for start, _ in spans), default=0)
    if not most or len(text) <= most or first <= most // 3:
        return text, spans
    begin = text.rfind(" ", 0, first - most // 4) + 1 or first - most // 4
    return f"…{text[begin:]}", [(start - begin + 1, end - begin + 1) for start, end in spans]


def _box(passage: Passage) -> tuple[int, int, int, int] | None:
    if passage.box is None:
        return None
    left, top = (max(0, round(1000 * share) - AROUND) for share in passage.box[:2])
    right, bottom = (min(1000, round(1000 * share) + AROUND) for share in passage.box[2:])
    return left, top, max(right - left, 1), max(bottom - top, 1)


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    made, at = Markup(), 0
    for start, end in spans:
        if start >= at:
            made += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
            at = end
    return made + escape(text[at:])
