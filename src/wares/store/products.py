"""Products and their media, put, removed and read over one connection; and the feed of their changes.

Every put and every removal takes the next change number. The counter's row is read for update at the start, so that
writers queue on it (in SQLite the lock of the transaction does the same) and numbers appear in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, bindparam, delete, false, func, insert, literal, select, true, union_all, update

from wares.errors import StoreError
from wares.records import Product
from wares.store import documents
from wares.store.entries import Change, Entry, Stored, StoredMedia, Warned
from wares.store.tables import folds, media, meta, products, removals
from wares.store.vectors import chunks

_IDS = products.c.id.in_(bindparam("ids", expanding=True))
_NUMBERS = select(products.c.id, products.c.number).where(_IDS)
_HASHES = select(products.c.id, products.c.hash).where(_IDS)
_BY_ID = select(products.c.id, products.c.number, products.c.doc).where(_IDS)
_AMONG = products.c.number.in_(bindparam("numbers", expanding=True))
_BY_NUMBER = select(products.c.number, products.c.doc).where(_AMONG)
_NAMES = select(products.c.number, products.c.id).where(_AMONG)
_PAGE = (
    select(products.c.number, products.c.doc)
    .where(products.c.number > bindparam("after"))
    .order_by(products.c.number)
    .limit(bindparam("size"))
)
_LISTED = (
    select(products.c.doc).where(products.c.id > bindparam("after")).order_by(products.c.id).limit(bindparam("size"))
)
_GROUPS_BETWEEN = select(folds.c.number, folds.c.group).where(
    folds.c.number > bindparam("after"), folds.c.number <= bindparam("last")
)
_MEDIA = (
    select(media)
    .where(media.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(media.c.number, media.c.position)
)
_UPDATE = (
    update(products)
    .where(products.c.number == bindparam("known"))
    .values(hash=bindparam("hash"), change=bindparam("change"), doc=bindparam("doc"))
)
_TOUCH = update(products).where(products.c.number == bindparam("known")).values(change=bindparam("next"))
_DELETE = delete(products).where(products.c.number == bindparam("gone"))
_DELETE_MEDIA = delete(media).where(media.c.number == bindparam("gone"))
_COUNTER = select(meta.c.value).where(meta.c.key == "change")
_CHANGES = (
    union_all(
        select(products.c.change, products.c.number, false().label("removed")).where(
            products.c.change > bindparam("since")
        ),
        select(removals.c.change, removals.c.number, true().label("removed")).where(
            removals.c.change > bindparam("since")
        ),
    )
    .order_by("change")
    .limit(bindparam("size"))
)


def put(connection: Connection, entries: Sequence[Entry], texts: Sequence[str]) -> list[int]:
    """Insert or replace products by id; their numbers, in the order of the entries.

    ``texts`` are the products as :func:`documents.encode` writes them. Of several entries with one id
    the last counts.
    """
    newest = {entry.product.id: (entry, text) for entry, text in zip(entries, texts, strict=True)}
    change = advance(connection, len(newest))
    known = numbers(connection, newest)
    old, new = [], []
    for step, (id, (entry, text)) in enumerate(newest.items()):
        row = {"hash": entry.hash, "change": change + step, "doc": text}
        old.append(row | {"known": known[id]}) if id in known else new.append(row | {"id": id})
    if old:
        connection.execute(_UPDATE, old)
        connection.execute(_DELETE_MEDIA, [{"gone": row["known"]} for row in old])
    if new:
        connection.execute(insert(products), new)
        known |= numbers(connection, [id for id in newest if id not in known])
    rows = [
        {"number": known[id], **{name: getattr(medium, name) for name in StoredMedia.__struct_fields__}}
        for id, (entry, _) in newest.items()
        for medium in entry.media
    ]
    if rows:
        connection.execute(insert(media), rows)
    return [known[entry.product.id] for entry in entries]


def remove(connection: Connection, ids: Iterable[str]) -> list[int]:
    """Remove products and their media; the numbers they had. Unknown ids are ignored."""
    gone = list(numbers(connection, ids).values())
    if gone:
        change = advance(connection, len(gone))
        connection.execute(_DELETE, [{"gone": number} for number in gone])
        connection.execute(_DELETE_MEDIA, [{"gone": number} for number in gone])
        rows = [{"change": change + step, "number": number} for step, number in enumerate(gone)]
        connection.execute(insert(removals), rows)
    return gone


def advance(connection: Connection, steps: int) -> int:
    """Take the next ``steps`` change numbers; the first of them."""
    last = counted(connection.scalar(_COUNTER.with_for_update()))
    connection.execute(update(meta).where(meta.c.key == "change").values(value=str(last + steps)))
    return last + 1


def touch(connection: Connection, known: Sequence[int]) -> None:
    """Let products, by number, count as changed: something beside them has."""
    if known:
        change = advance(connection, len(known))
        touched = [{"known": number, "next": change + step} for step, number in enumerate(known)]
        connection.execute(_TOUCH, touched)


def last_change(connection: Connection) -> int:
    """The number of the latest change; 0 before the first."""
    return counted(connection.scalar(_COUNTER))


def counted(value: str | None) -> int:
    """The number of the latest change out of its row."""
    if value is None or not value.isdigit():
        raise StoreError("the store is damaged: it has lost count of its changes; make it anew from the catalogue")
    return int(value)


def changes(connection: Connection, since: int, limit: int) -> list[Change]:
    """At most ``limit`` changes after number ``since``, in order; of each product only the latest."""
    rows = connection.execute(_CHANGES, {"since": since, "size": limit})
    return [Change(change, number, bool(removed)) for change, number, removed in rows]


def numbers(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those ids that are known."""
    return {id: n for chunk in id_chunks(ids) for id, n in connection.execute(_NUMBERS, {"ids": chunk})}


def hashes(connection: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """The content hashes of those ids that are known."""
    return {id: found for chunk in id_chunks(ids) for id, found in connection.execute(_HASHES, {"ids": chunk})}


def by_id(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[int, Product]]:
    """Number and product of those ids that are known."""
    return {
        id: (number, documents.decode(text))
        for chunk in id_chunks(ids)
        for id, number, text in connection.execute(_BY_ID, {"ids": chunk})
    }


def id_chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in lists, less those that no product can have: what is not valid Unicode is not stored."""
    return chunks(id for id in ids if id.isascii() or id.encode(errors="ignore").decode() == id)


def by_number(connection: Connection, wanted: Iterable[int]) -> dict[int, Product]:
    """The products of those numbers that are known."""
    return {
        number: documents.decode(text)
        for chunk in chunks(wanted)
        for number, text in connection.execute(_BY_NUMBER, {"numbers": chunk})
    }


def move_media(connection: Connection, names: Collection[str], folder: Path) -> None:
    """Let the sources of media with these names, in a folder of the same name as this, lie in this folder."""
    inside = media.c.source.contains(f"/{folder.name}/", autoescape=True)
    for number, source in connection.execute(select(media.c.number, media.c.source).where(inside).distinct()).all():
        path = Path(source)
        if path.name in names and path.parent.name == folder.name and "://" not in source:
            there = str(folder / path.name)
            own = products.c.number == number
            before, after = (msgspec.json.encode(one).decode() for one in (source, there))
            connection.execute(update(products).where(own).values(doc=func.replace(products.c.doc, before, after)))
            same = (media.c.number == number) & (media.c.source == source)
            connection.execute(update(media).where(same).values(source=there))


def ids(connection: Connection, wanted: Iterable[int]) -> dict[int, str]:
    """The ids of those numbers that are known, by number."""
    return {number: id for chunk in chunks(wanted) for number, id in connection.execute(_NAMES, {"numbers": chunk})}


def media_of(connection: Connection, wanted: Iterable[int]) -> dict[int, tuple[StoredMedia, ...]]:
    """The media of products that have any, by number, in their order."""
    found: dict[int, list[StoredMedia]] = {}
    for chunk in chunks(wanted):
        for number, position, key, modality, role, variant, source, warning in connection.execute(
            _MEDIA, {"numbers": chunk}
        ):
            found.setdefault(number, []).append(
                StoredMedia(
                    position=position,
                    key=key,
                    modality=modality,
                    role=role,
                    variant=variant,
                    source=source,
                    warning=warning,
                )
            )
    return {number: tuple(items) for number, items in found.items()}


def page(connection: Connection, after: int, size: int) -> list[Stored]:
    """At most ``size`` products with numbers above ``after``, in order, with their media."""
    rows = connection.execute(_PAGE, {"after": after, "size": size}).all()
    found = media_of(connection, [number for number, _ in rows])
    between = {"after": after, "last": rows[-1].number if rows else after}
    groups = dict(connection.execute(_GROUPS_BETWEEN, between).all())
    return [Stored(n, documents.decode(text), found.get(n, ()), groups.get(n, 0)) for n, text in rows]


def listed(connection: Connection, after: str, size: int) -> list[Product]:
    """At most ``size`` products with ids above ``after``, in the order of ids."""
    return [documents.decode(text) for text in connection.scalars(_LISTED, {"after": after, "size": size})]


def count(connection: Connection) -> int:
    """How many products there are."""
    return connection.scalar(select(func.count()).select_from(products)) or 0


def warned(connection: Connection, limit: int) -> list[Warned]:
    """Media with a warning, by product number, at most ``limit``."""
    rows = connection.execute(
        select(products.c.id, media.c.source, media.c.warning)
        .join(products, products.c.number == media.c.number)
        .where(media.c.warning != literal(""))
        .order_by(media.c.number, media.c.position)
        .limit(limit)
    )
    return [Warned(id, source, warning) for id, source, warning in rows]


def warned_among(connection: Connection, ids: Iterable[str]) -> list[Warned]:
    """Media with a warning of those products that are known."""
    asked = (
        select(products.c.id, media.c.source, media.c.warning)
        .join(products, products.c.number == media.c.number)
        .where(media.c.warning != literal(""), _IDS)
        .order_by(media.c.number, media.c.position)
    )
    return [Warned(*row) for chunk in id_chunks(ids) for row in connection.execute(asked, {"ids": chunk})]


def warned_count(connection: Connection) -> int:
    """How many media have a warning."""
    return connection.scalar(select(func.count()).select_from(media).where(media.c.warning != literal(""))) or 0


def neighbours(connection: Connection, id: str, size: int) -> list[str]:
    """Known ids that may be meant by ``id``: those around its place in the alphabet, and those that contain it."""
    known, place = products.c.id, func.lower(products.c.id)
    found = [
        *connection.scalars(select(known).where(place >= id.lower()).order_by(place).limit(size)),
        *connection.scalars(select(known).where(place < id.lower()).order_by(place.desc()).limit(size)),
        *connection.scalars(select(known).where(known.icontains(id, autoescape=True)).limit(size)),
    ]
    return list(dict.fromkeys(found))
