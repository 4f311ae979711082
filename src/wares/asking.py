"""A question's parts become channels to look in: words become terms and a vector, a picture becomes vectors, "like
this product" becomes the vectors that the product has."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares import media
from wares.encoders.base import Encoder
from wares.encoders.dictionary import language
from wares.encoders.tokens import fold
from wares.encoders.words import Words
from wares.errors import CatalogueError, QueryError
from wares.gtins import gtin14
from wares.index.base import Channel, Index, Match, Texts
from wares.indexing import mean_of_shots, of_products
from wares.merchant import Wording
from wares.query.highlighting import asked
from wares.query.spelling.known import known as is_english
from wares.ranking.fusion import WORDS, Ask, Fusion
from wares.records import Modality, Part, PartKind, Product, Query, Sparse
from wares.settings import MediaLimits
from wares.store.store import Store

if TYPE_CHECKING:
    from wares.encoders.base import Tower, Vectors
    from wares.media.footage import Footage

#: No synonyms, and the stop words that every shop has.
ANY = Wording()

#: How many products each channel brings in for one part.
NEAR = 100
WORDY = 200

#: What people call the parts: the kind of part, and the sign of its weight.
KINDS: Mapping[str, tuple[PartKind, float]] = {
    "text": ("text", 1.0),
    "image": ("image", 1.0),
    "audio": ("audio", 1.0),
    "video": ("video", 1.0),
    "like": ("like", 1.0),
    "not": ("text", -1.0),
}

MAX_TEXT = 2_000
MAX_PARTS = 16
#: Terms of which it is remembered how many products hold them.
MAX_TERMS = 100_000
#: Videos of questions of which it is remembered what they look like.
MAX_VIDEOS = 200
#: Readings of a text with synonyms, any of which a product may hold whole.
MAX_TEXTS = 16


class Asking(NamedTuple):
    """What the index is asked: ``asks[i]`` says on whose behalf ``channels[i]`` is looked in.

    ``texts`` are the wanted texts by their words: a product that holds all words of one matches. ``without`` are
    products that are not to be found. ``wanted`` are the tokens that are looked for, those of synonyms too.
    """

    asks: list[Ask]
    channels: list[Channel]
    texts: Texts
    without: tuple[int, ...]
    wanted: frozenset[str] = frozenset()

    @property
    def words(self) -> list[tuple[Ask, Sparse]]:
        """The wanted texts as terms."""
        pairs = zip(self.asks, self.channels, strict=True)
        return [(a, c.vector) for a, c in pairs if isinstance(c.vector, Sparse) and a.part_weight > 0]


class _Said(NamedTuple):
    """A text by its terms, with those of its synonyms; ``most``: the terms that one product could hold; all its
    readings by their words; the tokens of them; whether none of its words is known anywhere."""

    terms: Sparse
    most: Sparse
    texts: Texts
    tokens: frozenset[str]
    strange: bool


class Asker:
    """Encodes questions for one version of an index."""

    def __init__(
        self, store: Store, index: Index, encoders: Sequence[Encoder], words: Words, limits: MediaLimits
    ) -> None:
        self._store = store
        self._index = index
        self._encoders = tuple(encoders)
        self._words = words
        self._limits = limits
        self._hears = any(encoder.modality == "audio" for encoder in encoders)
        self._spaces: dict[str, list[str]] = {}
        there = {spec.name for spec in index.vectors}
        for encoder in of_products(encoders):
            if encoder.channel not in there:  # of sounds, in a shop without any
                continue
            self._spaces.setdefault(encoder.space, []).append(encoder.channel)
        self._size = (0, -math.inf)
        self._holders: dict[tuple[int, int], int] = {}
        self._unheld: set[int] = set()
        self._videos: dict[tuple[str, str], Vectors] = {}

    def ask(self, query: Query, fusion: Fusion, wording: Wording = ANY) -> Asking:
        """Ask the channels that have a weight in ``fusion``. Raises :class:`QueryError` for a part that is empty, too
        long, unreadable, or leads to no channel."""
        asking = Asking([], [], (), ())
        texts: list[tuple[tuple[int, ...], ...]] = []
        tokens: set[str] = set()
        without: list[int] = []
        for name, part in named(query.parts):
            said = self._said(part, wording) if part.kind == "text" else None
            channels = list(self._channels(part, said, fusion))
            if not channels and not (part.literal or (part.kind == "audio" and self._hears)):
                raise QueryError(_not_understood(part))
            asking.asks.extend(self._on_behalf(name, part, said, channel) for channel in channels)
            asking.channels.extend(channels)
            if said is not None and channels and part.weight > 0 and isinstance(channels[0].vector, Sparse):
                texts.extend(said.texts)
            if said is not None and part.weight > 0:
                tokens |= said.tokens
            if part.kind == "like":
                without.append(known(self._store, str(part.value))[0])
        if query.parts and not asking.asks:  # a sound like nothing; beside other parts it is left out, as silence is
            raise QueryError("the sound is like nothing that is known here; say or type what makes it")
        vectors = [None if isinstance(c.vector, Sparse) else c.vector for c in asking.channels]
        for ask, vector in fusion.composed(asking.asks, vectors):
            asking.asks.append(ask)
            asking.channels.append(Channel(ask.channel, vector, NEAR))
        return asking._replace(texts=tuple(texts), without=tuple(without), wanted=frozenset(tokens))

    def _said(self, part: Part, wording: Wording) -> _Said:
        """The words of a text, with their synonyms."""
        text = str(part.value)
        spoken = language(text)
        telling = partial(wording.stop_words.telling, spoken=spoken)
        others = wording.synonyms.alternatives(text, spoken)
        beside = [meant for other in others for meant in other.meant]
        texts = [text, *(f"{text[: o.start]} {meant} {text[o.end :]}" for o in others for meant in o.meant)]
        most = text
        for other in reversed(others):  # what nobody sells cannot be held: the best that can be is a synonym
            if not self.exists(text[other.start : other.end]):
                most = f"{most[: other.start]} {other.meant[0]} {most[other.end :]}"
        return _Said(
            self._words.query(text, beside, telling),
            self._words.query(most, (), telling),
            tuple(self._words.wanted(each, telling) for each in texts[:MAX_TEXTS]),
            asked(text, beside),
            spoken == "en" and not any(is_english(word) or self.exists(word) for word in fold(text).split()),
        )

    def exists(self, word: str) -> bool:
        """Whether some product has all tokens of a word."""
        wanted, points = self._words.wanted(word, list), self._points()
        if not all(self._held(term, points) for (term,) in wanted):
            return False
        return len(wanted) < 2 or self._index.count(Match(texts=(wanted,))) > 0

    def _channels(self, part: Part, said: _Said | None, fusion: Fusion) -> Iterator[Channel]:
        limited = 0 if part.weight < 0 else 1
        if part.kind == "like":
            yield from self._like(str(part.value), NEAR * limited, fusion)
            return
        if said is not None and said.terms.indices and fusion.weight(part.kind, WORDS):
            yield Channel(WORDS, said.terms, WORDY * limited)
            if part.literal and gtin14(str(part.value)):  # a number means nothing beside itself
                return
        seen: dict[str, Vectors] = {}  # one picture, one run of a tower, however many spaces it goes into
        for encoder in self._encoders:
            if encoder.modality != _READ_AS.get(part.kind, part.kind):
                continue
            targets = [
                channel for channel in self._spaces.get(encoder.space, ()) if fusion.weight(part.kind, channel)
            ]
            if not targets:
                continue
            tower = encoder.tower
            if tower.fingerprint not in seen:
                seen[tower.fingerprint] = self._features(part, tower)
            vector = encoder.project(seen[tower.fingerprint])[0]
            if vector.any():
                yield from (Channel(channel, vector, NEAR * limited) for channel in targets)

    def _on_behalf(self, name: str, part: Part, said: _Said | None, channel: Channel) -> Ask:
        if said is None or not isinstance(channel.vector, Sparse):
            strange = said is not None and said.strange
            return Ask(name, part.kind, channel.name, part.weight, strange=strange)
        return Ask(name, part.kind, channel.name, part.weight, self._most(said.most), len(said.most.indices))

    def _most(self, terms: Sparse) -> float:
        """What BM25 could give for these terms at most: each held by a product, and with full weight."""
        points = self._points()
        pairs = zip(terms.indices, terms.values, strict=True)
        return sum(said * self._idf(term, points) for term, said in pairs) or 1.0

    def _points(self) -> int:
        """How many products the index has, counted once a second: to count them takes longer than many a search."""
        counted, when = self._size
        if time.monotonic() - when > 1.0:
            counted = len(self._index)
            self._size = counted, time.monotonic()
            self._unheld = set()
        return counted

    def _idf(self, term: int, points: int) -> float:
        """The index's inverse document frequency of a term."""
        holders = self._held(term, points)
        others = max(points - holders, 0)  # what was added within the second is not counted yet
        return math.log(1 + (others + 0.5) / (holders + 0.5))

    def _held(self, term: int, points: int) -> int:
        """How many products hold a term, counted anew when the index has grown by a fifth, and after a second if
        nobody did."""
        key = term, round(math.log2(max(points, 1)) * 4)
        found = self._holders.get(key, 0)
        if not found and term not in self._unheld:
            found = self._index.count(Match(terms=(term,)))
            if len(self._holders) >= MAX_TERMS:
                self._holders.clear()
            if found:
                self._holders[key] = found
            else:
                self._unheld.add(term)
        return found

    def _features(self, part: Part, tower: Tower) -> Vectors:
        """What a tower makes of a part: one row, of a video the mean of its shots in proportion to their lengths."""
        if part.kind == "text":
            return tower.features([str(part.value)])
        try:
            data, name = media.read(part.value, limits=self._limits), _name(part.value)
            if part.kind == "image":
                return tower.features([media.picture(data, self._limits, name)])
            if part.kind == "audio":
                return tower.features([media.decode_sound(data, self._limits, name)])
            return self._whole(data, name, tower)
        except CatalogueError as broken:
            raise QueryError(f"the {_CALLED[part.kind]} asked for cannot be used: {broken}") from broken

    def _whole(self, data: bytes, name: str, tower: Tower) -> Vectors:
        """What a video looks like; to look at it takes seconds, and a page asks with one again and again."""
        key = media.content_key(data), tower.fingerprint
        row = self._videos.get(key)
        if row is None:
            row = whole(media.watch(data, self._limits, name), tower)
            if not row.any():
                raise QueryError("the video asked for shows nothing to look for: it is dark, or of one colour")
            if len(self._videos) >= MAX_VIDEOS:
                self._videos = {}
            self._videos[key] = row
        return row

    def _like(self, id: str, limit: int, fusion: Fusion) -> Iterator[Channel]:
        number, _ = known(self._store, id)
        for spec in self._index.vectors:
            rows = self._index.rows([number], spec.name).get(number)
            if rows is not None and fusion.weight("like", spec.name):
                middle = rows.mean(axis=0, dtype=np.float32)
                length = float(np.linalg.norm(middle))
                if length > 0:
                    yield Channel(spec.name, middle / np.float32(length), limit)


def parts_of(
    text: str | None,
    image: str | Path | bytes | Sequence[str | Path | bytes] | None,
    like: str | Sequence[str] | None,
    without: str | Sequence[str] | None,
    weights: Mapping[str, float],
    audio: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
    video: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
) -> tuple[Part, ...]:
    """The parts of a question as people give them. A weight is said once for all parts of a kind."""
    unknown = sorted(set(weights) - set(KINDS))
    if unknown:
        raise QueryError(f"unknown weight {unknown[0]!r}; weights are for {', '.join(KINDS)}")
    given = {"text": text, "image": image, "audio": audio, "video": video, "like": like, "not": without}
    idle = [name for name in weights if not _several(given[name])]
    if idle:
        raise QueryError(
            f"there is a weight for {idle[0]!r}, but the query has no such part; add it, or drop the weight"
        )
    return tuple(
        Part(kind, str(value) if isinstance(value, Path) else value, sign * weights.get(name, 1.0))
        for name, (kind, sign) in KINDS.items()
        for value in _several(given[name])
    )


def _several(value: str | Path | bytes | Sequence[str | Path | bytes] | None) -> Sequence[str | Path | bytes]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str | Path | bytes) else value


def named(parts: Sequence[Part]) -> list[tuple[str, Part]]:
    """Parts with the names they have in explanations: "text", "image", "image 2", "not text"."""
    if len(parts) > MAX_PARTS:
        raise QueryError(f"the query has {len(parts)} parts; at most {MAX_PARTS} are allowed")
    seen: Counter[str] = Counter()
    result = []
    for part in parts:
        _check(part)
        name = part.kind if part.weight > 0 else f"not {part.kind}"
        seen[name] += 1
        result.append((name if seen[name] == 1 else f"{name} {seen[name]}", part))
    return result


def known(store: Store, id: str) -> tuple[int, Product]:
    """Number and product of an id. :class:`QueryError`, naming the nearest ids, when there is none."""
    found = store.get([id])
    if id not in found:
        near = store.ids_like(id)
        raise QueryError(f"no product {id!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    return found[id]


def _not_understood(part: Part) -> str:
    if part.kind == "text":
        return f"there is no word in the query text {str(part.value)[:40]!r}; say what to look for"
    if part.kind == "like":
        return f"nothing is known of {part.value!r} that others could be like"
    return f"this shop's model does not understand {part.kind} queries; see wares info"


#: Kinds of parts that are looked at as something else: a video as the pictures it shows.
_READ_AS: Mapping[PartKind, Modality] = {"video": "image"}
_CALLED: Mapping[PartKind, str] = {"image": "picture", "audio": "recording", "video": "video"}


def whole(footage: Footage, tower: Tower) -> Vectors:
    """A row (1, dims) for a whole video: the mean of its shots, in proportion to how long they last. A video that
    shows nothing has zeros."""
    if not footage.shots:
        return np.zeros((1, tower.dims), np.float32)
    rows = tower.features([shot.frame for shot in footage.shots])
    return mean_of_shots(rows, [shot.end_s - shot.start_s for shot in footage.shots])[None]


def _name(source: str | bytes) -> str:
    return "the file given" if isinstance(source, bytes) else media.shown(source)


def _check(part: Part) -> None:
    if part.kind == "text":
        if not str(part.value).strip():
            raise QueryError("the query text is empty; leave it out to browse, or say what to look for")
        if len(part.value) > MAX_TEXT:
            raise QueryError(
                f"the query text has {len(part.value):,} characters; shorten it to {MAX_TEXT:,} or fewer"
            )
    if not np.isfinite(part.weight) or part.weight == 0 or abs(part.weight) > 100:
        raise QueryError(f"the weight of a part must lie in -100 … 100 and not be 0, not {part.weight}")
