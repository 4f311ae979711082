"""Links between products, and the groups that these make, over one connection.

A link joins two products; a group is all that links reach from one product, unless that is too many. Links are kept,
so that a product that changes or goes takes only its own with it. A product whose group changes takes a new change
number: whoever follows the changes reads it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from wares.store import products
from wares.store.entries import Fold
from wares.store.tables import fold_links, folds
from wares.store.tables import products as products_table
from wares.store.vectors import chunks

#: Pairs of product numbers, the smaller first, and why they are one.
Links: TypeAlias = Mapping[tuple[int, int], str]

_ENDS = (fold_links.c.one, fold_links.c.other)
_GROUPS = select(folds).where(folds.c.number.in_(bindparam("numbers", expanding=True)))
_MATES = select(folds.c.number).where(folds.c.group.in_(bindparam("groups", expanding=True)))
_LINKS = tuple(select(fold_links).where(end.in_(bindparam("numbers", expanding=True))) for end in _ENDS)
_DROP_LINKS = tuple(delete(fold_links).where(end == bindparam("gone")) for end in _ENDS)
_DROP_FOLD = delete(folds).where(folds.c.number == bindparam("gone"))
_CHANGED = update(products_table).where(products_table.c.number == bindparam("known")).values(change=bindparam("to"))


def link(connection: Connection, numbers: Sequence[int], links: Links, order: Sequence[str], largest: int) -> int:
    """Replace all links of some products, and regroup whatever that concerns; how many products changed their group.

    They take new change numbers. ``order`` has the reasons, the strongest first; groups of more than ``largest``
    products are not made.
    """
    concerned = {*numbers, *_mates(connection, numbers)}
    concerned |= {end for pair in _links_of(connection, numbers) for end in pair}
    for statement in _DROP_LINKS:
        connection.execute(statement, [{"gone": number} for number in numbers])
    rows = [{"one": one, "other": other, "reason": reason} for (one, other), reason in links.items()]
    if rows:
        connection.execute(insert(fold_links), rows)
    concerned |= {end for pair in links for end in pair}
    reached = _reached(connection, concerned)
    concerned |= {end for pair in reached for end in pair}
    return _regroup(connection, concerned, _grouped(reached, order, largest))


def _mates(connection: Connection, numbers: Iterable[int]) -> Iterator[int]:
    """All members of the groups that some products are in."""
    groups_of = groups(connection, numbers)
    for chunk in chunks(groups_of.values()):
        yield from connection.scalars(_MATES, {"groups": chunk})


def _links_of(connection: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], str]:
    return {
        (one, other): reason
        for chunk in chunks(numbers)
        for statement in _LINKS
        for one, other, reason in connection.execute(statement, {"numbers": chunk})
    }


def _reached(connection: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], str]:
    """All links that can be reached from some products."""
    found: dict[tuple[int, int], str] = {}
    seen: set[int] = set()
    frontier = set(numbers)
    while frontier:
        seen |= frontier
        new = _links_of(connection, frontier)
        found |= new
        frontier = {end for pair in new for end in pair} - seen
    return found


def _grouped(links: Links, order: Sequence[str], largest: int) -> dict[int, tuple[int, str]]:
    """Group and reason of each product that has links: the reason is the strongest that a link of its own has."""
    members = components(links)
    rank = {reason: place for place, reason in enumerate(order)}
    best: dict[int, str] = {}
    for pair, reason in links.items():
        for end in pair:
            if end not in best or rank.get(reason, len(rank)) < rank.get(best[end], len(rank)):
                best[end] = reason
    return {n: (own[0], best[n]) for own in members if len(own) <= largest for n in own}


def components(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The groups that pairs make, each sorted (union-find with path halving; Tarjan and van Leeuwen, 1984)."""
    above: dict[int, int] = {}

    def root(number: int) -> int:
        above.setdefault(number, number)
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        above[second] = first
    found: dict[int, list[int]] = defaultdict(list)
    for number in sorted(above):
        found[root(number)].append(number)
    return list(found.values())


def _regroup(connection: Connection, numbers: Iterable[int], wanted: Mapping[int, tuple[int, str]]) -> int:
    """Write groups down where they are others than before; how many products have another group than before."""
    had = {fold.number: (fold.group, fold.reason) for fold in _folds_of(connection, numbers)}
    differ = [number for number in sorted({*had, *wanted}) if had.get(number) != wanted.get(number)]
    if not differ:
        return 0
    connection.execute(_DROP_FOLD, [{"gone": number} for number in differ])
    rows = [{"number": n, "group": wanted[n][0], "reason": wanted[n][1]} for n in differ if n in wanted]
    if rows:
        connection.execute(insert(folds), rows)
    moved = [n for n in differ if had.get(n, (0,))[0] != wanted.get(n, (0,))[0]]
    touch(connection, moved)
    return len(moved)


def touch(connection: Connection, numbers: Iterable[int]) -> None:
    """Give products new change numbers, so that whoever follows the changes reads them again."""
    there = [number for number, _ in products.ids(connection, numbers).items()]
    if there:
        first = products.advance(connection, len(there))
        rows = [{"known": number, "to": first + step} for step, number in enumerate(sorted(there))]
        connection.execute(_CHANGED, rows)


def groups(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """The group of each product that is in one."""
    return {fold.number: fold.group for fold in _folds_of(connection, numbers)}


def _folds_of(connection: Connection, numbers: Iterable[int]) -> Iterator[Fold]:
    for chunk in chunks(numbers):
        for number, group, reason in connection.execute(_GROUPS, {"numbers": chunk}):
            yield Fold(number, group, reason)
