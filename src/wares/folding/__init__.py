"""Which products are one: the same listed twice, or variants of one listed each for itself.

:func:`fold` follows the changes of a store, so that only what is new or changed is compared, and with those products
alone that share a key with it (:meth:`~wares.folding.records.Traits.keys`): a band of a picture's hash, the words of
the title, or those that are left without colours and sizes. Whether two products are one is decided by
:mod:`wares.folding.pairs`; groups are kept in the store (:mod:`wares.store.folds`), and products whose group changes
take new change numbers, by which the index learns of it. A run that is killed is made up for by the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.hashes import HashTower, value
from wares.folding import titles
from wares.folding.pairs import is_common, plausible, reason, same_rest
from wares.folding.records import PICTURES, REASONS, Traits, traits
from wares.indexing import MEANING, batches, needed, towers_of
from wares.media import hashing
from wares.records import Product
from wares.settings import FoldingSettings
from wares.store.entries import StoredMedia
from wares.store.store import Store

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Products that are compared at once; a key that more products than ``CROWD`` share tells nothing, and a picture that
#: products with more than ``TITLES`` different titles share is no picture of theirs ("no image available").
BATCH, CROWD, TITLES = 500, 200, 8
#: Raised when the same products would be folded otherwise.
VERSION = 1


def fold(
    store: Store,
    settings: FoldingSettings,
    encoders: Callable[[], Sequence[Encoder]],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Bring the groups of a store up to its last change; how many products have another group than before.

    ``encoders`` are asked for only when there is something to do; ``tell`` hears how many products are done, of how
    many. The caller is the store's only writer meanwhile. What was folded by other settings is folded anew.
    """
    since, known = store.folds.state()
    if not settings.on:
        return store.folds.end() if known else 0
    rules = _rules(settings)
    if known != rules:
        store.folds.begin(rules)
        since = 0
    last = store.last_change()
    numbers = list(_changed(store, since))
    moved = 0
    if numbers:
        folding = _Folding(store, settings, encoders())
        for done, some in enumerate(batches(numbers, BATCH)):
            moved += folding.fold(some)
            tell(done * BATCH + len(some), len(numbers))
    if last > since or known != rules:
        store.folds.done(last, moved, rules)
    return moved


def _rules(settings: FoldingSettings) -> str:
    """What decides which products are one, in a word: with other rules all are compared anew."""
    own = (VERSION, titles.VERSION, hashing.VERSION, settings.picture, settings.meaning, settings.shape)
    return ":".join(map(str, (*own, settings.price, settings.largest)))


def _changed(store: Store, since: int) -> Iterator[int]:
    """The numbers of the products that came, changed or went after a change."""
    while changes := store.changes(since):
        yield from (change.number for change in changes)
        since = changes[-1].change


class _Folding:
    """One run over the products of a store."""

    def __init__(self, store: Store, settings: FoldingSettings, encoders: Sequence[Encoder]) -> None:
        self._store = store
        self._settings = settings
        self._towers = towers_of(needed(encoders, sounds=False)).values()
        self._crowded: set[int] = set()

    def fold(self, numbers: Sequence[int]) -> int:
        """Compare some products with all that share a key with them; how many products changed their group."""
        fresh = self._traits(numbers)
        self._store.folds.file({number: fresh[number].keys() if number in fresh else () for number in numbers})
        known, others = dict(fresh), self._look(fresh)
        known |= self._traits({number for found in others.values() for number in found} - known.keys())
        # What is new may show that a title names more than one thing: those who bear it are compared anew.
        again = {m for n, found in others.items() for m in found if m in known and same_rest(known[n], known[m])}
        if again := again - fresh.keys():
            others |= self._look({number: known[number] for number in again})
            known |= self._traits({number for found in others.values() for number in found} - known.keys())
        pairs = {(min(n, m), max(n, m)) for n, found in others.items() for m in found if m in known}
        likely = [pair for pair in sorted(pairs) if plausible(known[pair[0]], known[pair[1]], self._settings)]
        likeness = _Likeness(self._store, self._towers, [known[end] for pair in likely for end in pair])
        known |= self._marked(known, others, likely, likeness)
        verdicts = ((pair, reason(known[pair[0]], known[pair[1]], self._settings, likeness)) for pair in likely)
        links = {pair: why for pair, why in verdicts if why is not None}
        return self._store.folds.link([*{*numbers, *others}], links, tuple(REASONS), self._settings.largest)

    def _look(self, wanted: Mapping[int, Traits]) -> dict[int, set[int]]:
        """The numbers of the products that each may be one with."""
        holders, crowded = self._store.folds.holders((key for one in wanted.values() for key in one.probes()), CROWD)
        parents = self._store.get({parent for one in wanted.values() for parent in one.parents})
        self._crowded |= crowded
        return {one.number: _others(one, holders, parents) for one in wanted.values()}

    def _marked(
        self,
        known: Mapping[int, Traits],
        others: Mapping[int, set[int]],
        likely: Iterable[tuple[int, int]],
        likeness: _Likeness,
    ) -> dict[int, Traits]:
        """The products that are compared, without pictures that are not theirs, and marked where their title is
        common."""
        bearers: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for one, other in likely:
            if same_rest(known[one], known[other]):
                bearers[(known[one].brand, *known[one].title.rest)] |= {one, other}
        common = {
            n
            for own in bearers.values()
            if is_common([known[n] for n in sorted(own)], self._settings, likeness)
            for n in own
        }
        told = {number: self._telling(known[number], others.get(number, ()), known) for number in others}
        return {number: one._replace(common=number in common) for number, one in told.items()}

    def _traits(self, numbers: Iterable[int]) -> dict[int, Traits]:
        """What is compared of products; those that are gone are left out."""
        wanted = list(numbers)
        products, media = self._store.products(wanted), self._store.media(wanted)
        shown = {number: _pictures(media.get(number, ())) for number in products}
        rows = self._store.features({key for keys in shown.values() for key in keys}, HashTower.fingerprint)
        hashes = {key: found for key, row in rows.items() if (found := value(row)) is not None}
        return {
            number: traits(
                number,
                product,
                dict.fromkeys(hashes[key] for key in shown[number] if key in hashes),
                next((m.key for m in media.get(number, ()) if m.role == MEANING and m.key), ""),
                next(iter(shown[number]), ""),
            )
            for number, product in products.items()
        }

    def _telling(self, one: Traits, others: Iterable[int], known: Mapping[int, Traits]) -> Traits:
        """A product without those of its pictures that many different products share."""
        kept = tuple(value for value in one.hashes if not self._is_shared(one, value, others, known))
        return one if kept == one.hashes else one._replace(hashes=kept, picture="")

    def _is_shared(self, one: Traits, value: int, others: Iterable[int], known: Mapping[int, Traits]) -> bool:
        if self._crowded.issuperset(one._replace(hashes=(value,)).bands()):
            return True
        most = self._settings.picture
        among = (known[number] for number in others if number in known)
        same = {other.title.rest for other in among if any(hashing.distance(value, h) <= most for h in other.hashes)}
        return len(same) > TITLES


def _others(
    one: Traits, holders: Mapping[int, Sequence[int]], parents: Mapping[str, tuple[int, Product]]
) -> set[int]:
    """The numbers of the products that one may be one with."""
    named = {parents[id][0] for id in one.parents if id in parents}
    return {number for key in one.probes() for number in holders.get(key, ())}.union(named) - {one.number}


def _pictures(media: Iterable[StoredMedia]) -> list[str]:
    """Content keys of the first pictures of a product."""
    return [m.key for m in media if m.modality == "image" and m.key is not None][:PICTURES]


class _Likeness:
    """Cosines of kept features: of texts by the tower for texts, of pictures by what the tower for pictures sees."""

    def __init__(self, store: Store, towers: Iterable[Tower], compared: Iterable[Traits]) -> None:
        self._rows: dict[str, Vectors] = {}
        wanted = {"text": {one.text for one in compared} - {""}, "image": {one.picture for one in compared} - {""}}
        for modality, keys in wanted.items():
            for tower in [tower for tower in towers if tower.modality == modality][:1] if keys else ():
                for key, row in store.features(keys, tower.fingerprint).items():
                    self._rows[key] = unit(row[tower.shows][None])[0]

    def meaning(self, one: Traits, other: Traits) -> float | None:
        return self._cosine(one.text, other.text)

    def shape(self, one: Traits, other: Traits) -> float | None:
        return self._cosine(one.picture, other.picture)

    def _cosine(self, one: str, other: str) -> float | None:
        if one not in self._rows or other not in self._rows:
            return None
        return float(np.dot(self._rows[one], self._rows[other]))
