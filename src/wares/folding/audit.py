"""What was folded and why, for a person to look through: groups, pictures that many products share, and groups that
are too large to be believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from wares.folding.records import REASONS, Kind
from wares.records import Media, Product
from wares.settings import FoldingSettings
from wares.store.entries import Fold
from wares.store.store import Store

#: The titles of so many products stand for all that share a picture or an overgrown group.
EXAMPLES = 5


class Member(msgspec.Struct, frozen=True):
    """A product of a group. ``reason`` is the strongest that joins it to another; ``picture`` is its first, "" where
    there is none."""

    id: str
    title: str
    price: str
    reason: str
    picture: str


class Group(msgspec.Struct, frozen=True):
    """Products that are shown as one: the same listed twice ("duplicate"), or variants ("family")."""

    kind: Kind
    members: tuple[Member, ...]


class Shared(msgspec.Struct, frozen=True):
    """A picture that several products have: how many, and some of them."""

    source: str
    count: int
    members: tuple[Member, ...]


class Overgrown(msgspec.Struct, frozen=True):
    """Products that resemble each other, but are too many to be one: how many, and some of them."""

    count: int
    members: tuple[Member, ...]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`audit` found. ``counts`` has all that there is, the lists as much as was asked for; the largest
    groups come first, and pictures that most products share."""

    on: bool
    counts: dict[str, int]
    groups: tuple[Group, ...]
    pictures: tuple[Shared, ...]
    overgrown: tuple[Overgrown, ...]


def audit(store: Store, settings: FoldingSettings, limit: int = 20, kinds: Sequence[str] = ()) -> Audit:
    """At most ``limit`` of each: groups of the ``kinds`` asked for ("duplicate", "family", "picture"; all without
    any), shared pictures, overgrown groups."""
    folds = [list(own) for _, own in groupby(store.folds.all(), key=lambda fold: fold.group)]
    by_kind: dict[Kind, list[list[Fold]]] = {"duplicate": [], "family": []}
    for own in folds:
        by_kind[_kind(own)].append(own)
    wanted = [own for kind, found in by_kind.items() if not kinds or kind in kinds for own in found]
    wanted.sort(key=lambda own: -len(own))
    shared = list(store.folds.shared_pictures()) if not kinds or "picture" in kinds else []
    overgrown = store.folds.overgrown(settings.largest) if not kinds or "family" in kinds else []
    return Audit(
        on=settings.on,
        counts={
            "groups": len(folds),
            "duplicates": len(by_kind["duplicate"]),
            "families": len(by_kind["family"]),
            "products": sum(map(len, folds)),
            "pictures": len(shared),
            "overgrown": len(overgrown),
        },
        groups=tuple(_groups(store, wanted[:limit])),
        pictures=tuple(
            Shared(source, len(numbers), _members(store, numbers[:EXAMPLES])) for source, numbers in shared[:limit]
        ),
        overgrown=tuple(Overgrown(len(own), _members(store, own[:EXAMPLES])) for own in overgrown[:limit]),
    )


def open_audit(shop: Path, limit: int = 20, kinds: Sequence[str] = ()) -> Audit:
    """:func:`audit` of the shop in a folder. Raises :class:`~wares.errors.StoreError` when there is none."""
    with Store.open(shop / "shop.db") as store:
        return audit(store, store.settings().folding, limit, kinds)


def _kind(own: Iterable[Fold]) -> Kind:
    """A group is a family as soon as one of its products differs from the others."""
    return "family" if any(REASONS.get(fold.reason) == "family" for fold in own) else "duplicate"


def _groups(store: Store, wanted: Iterable[Sequence[Fold]]) -> Iterator[Group]:
    for own in wanted:
        reasons = {fold.number: fold.reason for fold in own}
        yield Group(_kind(own), _members(store, list(reasons), reasons))


def _members(store: Store, numbers: Sequence[int], reasons: dict[int, str] | None = None) -> tuple[Member, ...]:
    products = store.products(numbers)
    return tuple(_member(products[n], (reasons or {}).get(n, "")) for n in numbers if n in products)


def _member(product: Product, reason: str) -> Member:
    return Member(product.id, product.title, str(product.price or ""), reason, _picture(product))


def _picture(product: Product) -> str:
    pictures: Iterator[Media] = (medium for _, medium in product.all_media() if medium.modality == "image")
    first = next(pictures, None)
    return first.source if first is not None and isinstance(first.source, str) else ""
