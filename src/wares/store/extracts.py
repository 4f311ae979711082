"""What extractors have read out of media: passages and segments by content key, one row per (content, extractor).

A row of a content lets the products that show it change, so that the index follows. What an extractor found nothing
in, or could not read, has a row, too: it is not tried again before the extractor is another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, func, insert, select

from wares.errors import StoreError
from wares.records import Passage, Segment
from wares.reports import Tally
from wares.store import products as rows
from wares.store import vectors
from wares.store.database import Database
from wares.store.entries import NOTHING, Beside, Features, StoredMedia
from wares.store.tables import extracts, media, products
from wares.store.vectors import chunks


class Extract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an extractor of a ``fingerprint`` found in a content; ``problem`` says why it found nothing, if that is
    the content's fault."""

    fingerprint: str
    passages: tuple[Passage, ...] = ()
    segments: tuple[Segment, ...] = ()
    problem: str = ""


class Unread(msgspec.Struct, frozen=True):
    """A medium of product ``id`` that some extractors could not read, and why."""

    id: str
    source: str
    problem: str
    extractors: tuple[str, ...]


#: More extractors than are read of one medium.
MOST_EXTRACTORS = 10

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Extract).decode

_AMONG = extracts.c.key.in_(bindparam("keys", expanding=True))
_DOCS = (
    select(extracts.c.key, extracts.c.extractor, extracts.c.doc)
    .where(_AMONG)
    .order_by(extracts.c.key, extracts.c.extractor)
)
_DONE = select(extracts.c.key).where(
    _AMONG, extracts.c.extractor == bindparam("extractor"), extracts.c.fingerprint == bindparam("fingerprint")
)
#: Documents leave out what is empty, and within a text this would have a stroke before its second quote.
_BROKEN = extracts.c.doc.like('%"problem":%')
_SHOWN = extracts.c.key.in_(select(media.c.key))
_DELETE = delete(extracts).where(extracts.c.key == bindparam("old_key"), extracts.c.extractor == bindparam("old"))
_SHOWING = select(media.c.number).distinct().where(media.c.key == bindparam("key"))


class Extracts:
    """The extracts of a store; methods as of :class:`~wares.store.store.Store`, whose part it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: str, found: Mapping[str, Extract], features: Features | None = None) -> None:
        """Keep what extractors, by name, found in a content, in place of what they found before, with features of
        its segments; the products that show it count as changed."""
        with self._database.write() as connection:
            connection.execute(_DELETE, [{"old_key": key, "old": name} for name in found])
            values = [
                {"key": key, "extractor": name, "fingerprint": one.fingerprint, "doc": _encode(one).decode()}
                for name, one in found.items()
            ]
            connection.execute(insert(extracts), values)
            if features:
                vectors.put(connection, features)
            rows.touch(connection, list(connection.scalars(_SHOWING, {"key": key})))

    def lacking(self, keys: Iterable[str], extractor: str, fingerprint: str) -> set[str]:
        """The keys that an extractor has not read yet."""
        absent = set(keys)
        with self._database.read() as connection:
            for chunk in chunks(list(absent)):
                asked = {"keys": chunk, "extractor": extractor, "fingerprint": fingerprint}
                absent.difference_update(connection.scalars(_DONE, asked))
        return absent

    def contents(self, modalities: Iterable[str]) -> Iterator[list[tuple[str, StoredMedia]]]:
        """Every content of some modalities that has a source, once: its key and a medium that shows it, in lists."""
        after = ""
        kinds = list(modalities)
        while True:
            with self._database.read() as connection:
                found = _page(connection, kinds, after)
            if not found:
                return
            yield found
            after = found[-1][0]

    def has_sounds(self) -> bool:
        """Whether the sound of any content was read."""
        with self._database.read() as connection:
            return (
                connection.scalar(select(extracts.c.key).where(extracts.c.extractor == "sounds").limit(1)) is not None
            )

    def tallies(self) -> list[Tally]:
        """How many of the media that there are each extractor has read, by name."""
        asked = (
            select(extracts.c.extractor, func.count(), func.sum(case((_BROKEN, 1), else_=0)))
            .where(_SHOWN)
            .group_by(extracts.c.extractor)
            .order_by(extracts.c.extractor)
        )
        with self._database.read() as connection:
            return [Tally(name, int(read), int(broken)) for name, read, broken in connection.execute(asked)]

    def problems(self, limit: int = 100) -> list[Unread]:
        """Media that could not be read, by product, at most ``limit``."""
        asked = (
            select(products.c.id, media.c.source, extracts.c.extractor, extracts.c.doc)
            .join(media, media.c.key == extracts.c.key)
            .join(products, products.c.number == media.c.number)
            .where(_BROKEN)
            .order_by(products.c.id, media.c.position, extracts.c.extractor)
            .limit(limit * MOST_EXTRACTORS)
        )
        with self._database.read() as connection:
            rows = list(connection.execute(asked))
        told: dict[tuple[str, str, str], list[str]] = {}
        for id, source, extractor, doc in rows:
            told.setdefault((id, source, decoded(doc).problem), []).append(extractor)
        return [Unread(*about, tuple(names)) for about, names in told.items()][:limit]

    def problem_count(self) -> int:
        """How many of the media that there are could not be read."""
        with self._database.read() as connection:
            asked = select(func.count(extracts.c.key.distinct())).where(_BROKEN, _SHOWN)
            return connection.scalar(asked) or 0

    def forget_problems(self) -> int:
        """Forget what could not be read, so that it is tried again; how many that were."""
        with self._database.write() as connection:
            return connection.execute(delete(extracts).where(_BROKEN)).rowcount


#: The extractors that tell segments.
SEGMENTED = ("shots", "sounds")


def decoded(doc: str) -> Extract:
    """An extract as stored."""
    try:
        return _decode(doc)
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the store is damaged: what was read out of a medium cannot be read: {damage}") from damage


def anything(connection: Connection) -> bool:
    """Whether anything was read at all: most shops need not look further."""
    return connection.scalar(select(extracts.c.key).limit(1)) is not None


def of_keys(connection: Connection, keys: Iterable[str]) -> dict[str, dict[str, Extract]]:
    """Extracts by content key and the name of the extractor."""
    found: dict[str, dict[str, Extract]] = {}
    for chunk in chunks(keys):
        for key, extractor, doc in connection.execute(_DOCS, {"keys": chunk}):
            found.setdefault(key, {})[extractor] = decoded(doc)
    return found


def beside(connection: Connection, stored: Mapping[int, tuple[StoredMedia, ...]]) -> dict[int, Beside]:
    """What was found in media, by the numbers of the products that have them."""
    found = of_keys(connection, {m.key for own in stored.values() for m in own if m.key is not None})
    if not found:
        return {}
    made = {number: _gathered([m.key for m in own if m.key in found], found) for number, own in stored.items()}
    return {number: one for number, one in made.items() if one is not NOTHING}


def _gathered(keys: Iterable[str | None], found: Mapping[str, dict[str, Extract]]) -> Beside:
    read = {key: found[key] for key in dict.fromkeys(keys) if key is not None}
    if not read:
        return NOTHING
    return Beside(
        passages={key: tuple(p for one in own.values() for p in one.passages) for key, own in read.items()},
        shots={key: own["shots"].segments for key, own in read.items() if "shots" in own},
        sounds={key: own["sounds"].segments for key, own in read.items() if "sounds" in own},
    )


def _page(connection: Connection, modalities: list[str], after: str) -> list[tuple[str, StoredMedia]]:
    wanted = (
        select(media.c.key, media.c.modality, func.min(media.c.source))
        .where(media.c.modality.in_(modalities), media.c.key > after, media.c.source != "")
        .group_by(media.c.key, media.c.modality)
        .order_by(media.c.key)
        .limit(200)
    )
    return [
        (key, StoredMedia(position=0, key=key, modality=modality, source=source))
        for key, modality, source in connection.execute(wanted)
    ]
