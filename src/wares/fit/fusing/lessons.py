"""Questions are put to a shop once, and kept as the network sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.candidates import Rehearsal
from wares.errors import SetupError, WaresError
from wares.evaluation.measures import score
from wares.evaluation.records import Asked
from wares.fit.fusing.composing import Exercise
from wares.fit.fusing.questions import MEASURE, shape
from wares.fit.fusing.weighing import Lesson
from wares.ranking.fusion.base import COMPOSED, Evidence
from wares.ranking.fusion.learned import Learned
from wares.ranking.fusion.learned.composer import Mixed
from wares.ranking.fusion.learned.head import Head, weigh
from wares.records import Part, Query
from wares.shop import Shop

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats

#: How many products a composed vector is compared with while it is learned, at most.
MOST_PRODUCTS = 10_000
#: How many products are looked at for nDCG@10.
DEPTH = 10


class Told(NamedTuple):
    """A question as it was answered: what the network sees, the ids of the candidates, and the gains. ``alone`` is
    the same as the parts alone would have been answered, when several asked something together."""

    id: str
    form: str
    lesson: Lesson
    ids: tuple[str | None, ...]
    gains: Mapping[str, int]
    alone: Told | None = None

    def value(self, head: Head) -> float:
        """nDCG@10 by a head."""
        seen = self.lesson.seen
        scores = (weigh(head, seen).weights * seen.shares).sum(axis=1)
        best = np.argsort(-scores, kind="stable")[: DEPTH + DEPTH]
        named = [id for id in (self.ids[at] for at in best) if id is not None]
        return score([MEASURE], self.gains, named[:DEPTH])[str(MEASURE)]


def told(
    shop: Shop,
    questions: Sequence[Asked],
    gains: Mapping[str, Mapping[str, int]],
    fusion: Learned,
    step: Callable[[], None],
) -> tuple[list[Told], dict[str, str]]:
    """Questions with their candidates, and why some have none."""
    found: list[Told] = []
    failed: dict[str, str] = {}
    for asked in questions:
        try:
            rehearsal = shop.rehearse(msgspec.structs.replace(asked.query, limit=100, offset=0), fusion=fusion)
        except SetupError:
            raise
        except WaresError as wrong:
            failed[asked.id] = str(wrong)
        else:
            if rehearsal.found is not None and rehearsal.ids and rehearsal.found.asking.asks:
                found.append(_told(asked.id, shape(asked), rehearsal, gains[asked.id], fusion))
        step()
    return found, failed


def _told(id: str, form: str, rehearsal: Rehearsal, gains: Mapping[str, int], fusion: Learned) -> Told:
    assert rehearsal.found is not None
    evidence = rehearsal.found.evidence()
    made = Told(id, form, _lesson(evidence, rehearsal.ids, gains, fusion), rehearsal.ids, gains)
    own = [at for at, ask in enumerate(evidence.asks) if ask.kind != COMPOSED]
    if len(own) == len(evidence.asks):
        return made
    rows = np.flatnonzero(np.asarray(rehearsal.found.candidates.brought)[:, own].any(axis=1))
    facts = evidence.facts()[rows]
    alone = evidence._replace(
        asks=[evidence.asks[at] for at in own], scores=evidence.scores[rows][:, own], facts=lambda: facts
    )
    ids = tuple(rehearsal.ids[row] for row in rows)
    return made._replace(alone=Told(id, form, _lesson(alone, ids, gains, fusion), ids, gains))


def _lesson(evidence: Evidence, ids: Sequence[str | None], gains: Mapping[str, int], fusion: Learned) -> Lesson:
    worth = np.asarray([max(gains.get(id or "", 0), 0) for id in ids], dtype=np.float64)
    return Lesson(fusion.signals(evidence), worth / worth.sum() if worth.any() else worth)


# -- composed questions -----------------------------------------------------------------------------------------


class Gallery(NamedTuple):
    """The products of a shop in one channel: their places by id, and their vectors (n, dims), of several the mean."""

    places: Mapping[str, int]
    rows: Floats


class Seen:
    """Vectors of parts and products, asked for once."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._parts: dict[tuple[str, str | bytes], dict[str, Floats]] = {}

    def part(self, part: Part) -> dict[str, Floats]:
        """The question's vector of a part in each dense channel. Raises as :meth:`~wares.shop.Shop.search`."""
        key = part.kind, part.value
        if key not in self._parts:
            query = Query(parts=(msgspec.structs.replace(part, weight=1.0),), limit=1)
            found = self._shop.rehearse(query).found
            pairs = zip(found.evidence().asks, found.evidence().vectors, strict=True) if found else ()
            self._parts[key] = {ask.channel: vector for ask, vector in pairs if vector is not None}
        return self._parts[key]

    def gallery(self, channel: str, wanted: Iterable[str]) -> Gallery:
        """Products with a vector: those wanted, and others up to as many as are compared with."""
        ids = list(dict.fromkeys(wanted))
        others = (product.id for product in self._shop.products())
        ids = list(dict.fromkeys((*ids, *(id for _, id in zip(range(MOST_PRODUCTS), others, strict=False)))))
        found = self._shop.vectors(channel, ids[:MOST_PRODUCTS])
        means = {id: rows.mean(axis=0) for id, rows in found.items()}
        kept = {id: mean / np.linalg.norm(mean) for id, mean in means.items() if np.linalg.norm(mean) > 0}
        rows = np.stack(list(kept.values())).astype(np.float32) if kept else np.zeros((0, 0), np.float32)
        return Gallery({id: at for at, id in enumerate(kept)}, rows)


def exercises(
    seen: Seen, questions: Sequence[Asked], gains: Mapping[str, Mapping[str, int]], channel: str, gallery: Gallery
) -> list[Exercise]:
    """Composed questions as a composer of one channel learns by them; those it could say nothing of are left out."""
    found: list[Exercise] = []
    if not len(gallery.rows):
        return found
    for asked in questions:
        try:
            vectors = [(part, seen.part(part).get(channel)) for part in asked.query.parts]
        except WaresError:
            continue
        sides = [np.zeros(gallery.rows.shape[1], np.float32) for _ in range(3)]
        for part, vector in vectors:
            if vector is not None:
                side = 2 if part.weight < 0 else 1 if part.kind == "text" else 0
                sides[side] += np.float32(abs(part.weight)) * vector
        places = gallery.places
        right = {places[id]: gain for id, gain in gains[asked.id].items() if gain > 0 and id in places}
        if right and sides[0].any() and (sides[1].any() or sides[2].any()):
            own = [str(part.value) for part, _ in vectors if part.kind == "like"]
            without = tuple(places[id] for id in own if id in places)
            found.append(Exercise(Mixed(*sides), tuple(right), tuple(map(float, right.values())), without))
    return found
