"""Which products are one, and how far that is known.

A product is filed under keys, by which those that may be one with it are looked for; pairs that are one are linked,
and links make groups (:mod:`wares.store.grouping`). The fact "folded" says up to which change this was done, and by
which rules: what a killed writer left is made up for by the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from wares.store import grouping, products
from wares.store.database import Database
from wares.store.entries import Fold
from wares.store.grouping import Links
from wares.store.tables import fold_keys, fold_links, folds, media, meta
from wares.store.vectors import chunks

_FACT = meta.c.key == "folded"
_DOUBT = meta.c.key == "folds in doubt"
_AMONG = fold_keys.c.key.in_(bindparam("keys", expanding=True))
_COUNTS = select(fold_keys.c.key, func.count()).where(_AMONG).group_by(fold_keys.c.key)
_HOLDERS = select(fold_keys).where(_AMONG)
_DROP_KEYS = delete(fold_keys).where(fold_keys.c.number == bindparam("gone"))


class Folds:
    """The groups of a store. Every method is one transaction, and raises as those of the store do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading ------------------------------------------------------------------------------------------------

    def state(self) -> tuple[int, str]:
        """Up to which change products are folded, and by which rules; (0, "") when that was never begun, and rules
        that are nobody's after :meth:`doubt`."""
        with self._database.read() as connection:
            doubted = connection.scalar(select(meta.c.key).where(_DOUBT)) is not None
            found = "0 in doubt" if doubted else connection.scalar(select(meta.c.value).where(_FACT)) or "0 "
        change, _, rules = found.partition(" ")
        return (int(change), rules) if change.isdigit() else (0, "")

    def holders(self, keys: Iterable[int], most: int) -> tuple[dict[int, list[int]], set[int]]:
        """The numbers of the products that are filed under each key; and the keys under which more than ``most`` are,
        which are not read."""
        found: dict[int, list[int]] = defaultdict(list)
        crowded: set[int] = set()
        with self._database.read() as connection:
            for chunk in chunks(keys):
                counts = connection.execute(_COUNTS, {"keys": chunk}).all()
                crowded.update(key for key, count in counts if count > most)
                readable = [key for key, count in counts if count <= most]
                for key, number in connection.execute(_HOLDERS, {"keys": readable}) if readable else ():
                    found[key].append(number)
        return found, crowded

    def groups(self, numbers: Iterable[int]) -> dict[int, int]:
        """The group of each product that is in one."""
        with self._database.read() as connection:
            return grouping.groups(connection, numbers)

    def all(self) -> list[Fold]:
        """Every product that is in a group, group by group."""
        with self._database.read() as connection:
            rows = connection.execute(select(folds).order_by(folds.c.group, folds.c.number))
            return [Fold(number, group, reason) for number, group, reason in rows]

    def overgrown(self, largest: int) -> list[list[int]]:
        """The numbers of products that links join to more than ``largest``, which therefore are no groups."""
        alone = fold_links.c.one.not_in(select(folds.c.number))
        with self._database.read() as connection:
            pairs = connection.execute(select(fold_links.c.one, fold_links.c.other).where(alone)).all()
        return [own for own in grouping.components((one, other) for one, other in pairs) if len(own) > largest]

    def crowded(self, most: int) -> dict[int, int]:
        """The keys under which more than ``most`` products are filed, and how many, the fullest first."""
        held = func.count()
        full = select(fold_keys.c.key, held).group_by(fold_keys.c.key).having(held > most)
        with self._database.read() as connection:
            return dict(connection.execute(full.order_by(held.desc(), fold_keys.c.key)).all())

    def shared_pictures(self) -> list[tuple[str, list[int]]]:
        """The pictures, the very same content, that several products have: a source and the numbers of the products,
        those of most products first."""
        own = (media.c.key, func.min(media.c.source), func.count(media.c.number.distinct()))
        several = select(*own).where(media.c.modality == "image", media.c.key.is_not(None)).group_by(media.c.key)
        several = several.having(own[2] > 1).order_by(own[2].desc(), media.c.key)
        with self._database.read() as connection:
            found = {key: source for key, source, _ in connection.execute(several)}
            having: dict[str, set[int]] = defaultdict(set)
            for chunk in chunks(found):
                rows = connection.execute(select(media.c.key, media.c.number).where(media.c.key.in_(chunk)))
                for key, number in rows:
                    having[key].add(number)
        return [(source, sorted(having[key])) for key, source in found.items()]

    # -- writing ------------------------------------------------------------------------------------------------

    def begin(self, rules: str) -> None:
        """Begin anew, by other rules. The groups stay until it is known what takes their place."""
        with self._database.write() as connection:
            _empty(connection, rules)

    def doubt(self) -> None:
        """Products were compared without something that there is now: the next folding begins anew. Not only for the
        writer: a folding under way goes on, and does not take this back."""
        with self._database.write() as connection:
            connection.execute(delete(meta).where(_DOUBT))
            connection.execute(insert(meta), {"key": "folds in doubt", "value": ""})

    def end(self) -> int:
        """Fold nothing any more; how many products had been in groups. They take new change numbers."""
        with self._database.write() as connection:
            _empty(connection, "")
            grouped = list(connection.scalars(select(folds.c.number)))
            connection.execute(delete(folds))
            grouping.touch(connection, grouped)
        return len(grouped)

    def file(self, keys: Mapping[int, Iterable[int]]) -> None:
        """File products under keys, in place of those they had; none for one that is gone."""
        rows = [{"key": key, "number": number} for number, own in keys.items() for key in dict.fromkeys(own)]
        with self._database.write() as connection:
            if keys:
                connection.execute(_DROP_KEYS, [{"gone": number} for number in keys])
            if rows:
                connection.execute(insert(fold_keys), rows)

    def link(self, numbers: Sequence[int], links: Links, order: Sequence[str], largest: int) -> int:
        """Replace all links of some products, and regroup what that concerns; see :func:`grouping.link`."""
        with self._database.write() as connection:
            return grouping.link(connection, numbers, links, order, largest)

    def done(self, upto: int, moved: int, rules: str) -> None:
        """All changes up to ``upto`` are dealt with, and the ``moved`` ones that folding made itself if they are all
        that came since."""
        with self._database.write() as connection:
            last = products.last_change(connection)
            _note(connection, last if last == upto + moved else upto, rules)


def _empty(connection: Connection, rules: str) -> None:
    for table in (fold_keys, fold_links):
        connection.execute(delete(table))
    connection.execute(delete(meta).where(_DOUBT))
    _note(connection, 0, rules)


def _note(connection: Connection, change: int, rules: str) -> None:
    connection.execute(delete(meta).where(_FACT))
    connection.execute(insert(meta), {"key": "folded", "value": f"{change} {rules}"})
