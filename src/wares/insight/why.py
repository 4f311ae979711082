"""Why is this product at this place, or why is it not there: read off a question that was traced.

The stations of an answer are gone through in order, and the first at which the product was lost is the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from wares.errors import CatalogueError, QueryError
from wares.insight.channels import Near, contributions, near
from wares.insight.conditions import Condition, conditions, passes
from wares.insight.regions import Look, Regions, picture_of, regions_of
from wares.insight.telling import told
from wares.query.highlighting import asked, spans
from wares.records import Chip, Contribution, Correction, Hit, MatchedMedia, Move, Product, Query, Span
from wares.searching import MAX_LIMIT
from wares.understanding import wanted_text

if TYPE_CHECKING:
    from wares.shop import Shop
    from wares.tracing import Trace

#: What became of a product, in the order in which it is asked.
State: TypeAlias = Literal[
    "shown",  # it is on the page
    "further on",  # it has a place, on another page
    "removed",  # it was found, and has been removed since
    "asked about",  # others should be like it, so it is not among them
    "filtered",  # it does not pass the filter, the asker's or that of the words
    "hidden",  # by a rule
    "not indexed",  # it has been stored and cannot be found yet
    "not found",  # no channel brought it, and it does not hold all the words
    "below the cut-off",  # its score is too low
    "folded",  # another product is shown in its place
    "left out",  # by a stage of the chain
    "beyond",  # it matches, and lies behind all that were put in an order
]


class Step(msgspec.Struct, frozen=True):
    """Where a product stood after a stage; ``place`` counts from 1, and is None when it was there no more."""

    stage: str
    place: int | None
    score: float | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a product when a question was answered.

    ``told`` says it in a sentence. ``place`` counts from 1 over the whole answer, ``page`` from 1 in pages of the
    question's limit; both None where it has none. ``score`` is its last one, ``threshold`` the fused score that the
    cut-off asked for. ``why`` sums to ``score``. ``steps``: its place after each stage. ``channels``: how near it was
    in each. ``into`` is the product that is shown in its place, ``by`` the rule or the stage that took it out,
    ``redirect`` an address that is shown instead of the answer. ``notes`` tell what could not be looked at.
    """

    id: str
    title: str
    state: State
    told: str
    place: int | None = None
    page: int | None = None
    score: float | None = None
    threshold: float | None = None
    why: tuple[Contribution, ...] = ()
    moves: tuple[Move, ...] = ()
    steps: tuple[Step, ...] = ()
    channels: tuple[Near, ...] = ()
    conditions: tuple[Condition, ...] = ()
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    matched: tuple[Span, ...] = ()
    variant: str | None = None
    media: MatchedMedia | None = None
    regions: Regions | None = None
    into: str = ""
    by: str = ""
    redirect: str = ""
    notes: tuple[str, ...] = ()


def why(shop: Shop, query: Query, id: str) -> Why:
    """What became of the product ``id`` when ``query`` was asked.

    :class:`QueryError` for an id that no product has, naming the nearest, and as :meth:`Shop.search`.
    """
    if not id.strip():
        raise QueryError("the id is empty; say which product is meant")
    trace = shop.trace(msgspec.structs.replace(query, offset=0, limit=MAX_LIMIT, facets=()))
    try:
        product = shop.get(id)
    except QueryError:
        if id not in trace.ids.values():
            raise
        return Why(id=id, title="", state="removed", told=told("removed"))
    return _Case(shop, query, trace, product).solved()


class _Case:
    """One product, and the trace of a question of which all places up to :data:`MAX_LIMIT` were asked for."""

    def __init__(self, shop: Shop, query: Query, trace: Trace, product: Product) -> None:
        self._shop = shop
        self._asked = query
        self._trace = trace
        self._product = product
        self._number = next((number for number, id in trace.ids.items() if id == product.id), None)
        self._hit = next((hit for hit in trace.results.hits if hit.id == product.id), None)
        self._conditions = conditions(product, trace.asked.where, trace.results.chips, trace.fields)
        self._channels = near(shop, trace, product, self._number)
        self._steps = self._stood()

    def solved(self) -> Why:
        trace, hit, place = self._trace, self._hit, self._place()
        facts = Why(
            id=self._product.id,
            title=self._product.title,
            state=self._state(place),
            told="",
            place=place,
            page=None if place is None else (place - 1) // self._asked.limit + 1,
            score=hit.score if hit else next((s.score for s in reversed(self._steps) if s.score is not None), None),
            threshold=trace.threshold if trace.threshold > 0 else None,
            why=hit.why if hit else contributions(trace, self._number),
            moves=hit.moves if hit else (),
            steps=self._steps,
            channels=self._channels,
            conditions=self._conditions,
            chips=trace.results.chips,
            corrections=trace.results.corrections,
            matched=self._matched(hit),
            variant=hit.variant if hit else None,
            into=self._into(),
            by=self._by(),
            redirect=trace.results.redirect,
            notes=trace.results.notes,
        )
        return self._looked_at(msgspec.structs.replace(facts, told=told(facts.state, facts, self._asked, trace)), hit)

    def _state(self, place: int | None) -> State:
        trace, number, query = self._trace, self._number, self._asked
        if place is not None:
            if self._hit is None:
                return "removed"
            return "shown" if query.offset < place <= query.offset + query.limit else "further on"
        if any(part.kind == "like" and part.value == self._product.id for part in query.parts):
            return "asked about"
        if not passes(self._product, trace.query.where, trace.fields):
            return "filtered"
        if number in trace.hidden:
            return "hidden"
        if number is None or number not in trace.candidates.numbers:
            return self._unfound()
        lost: dict[State, bool] = {
            "below the cut-off": not self._kept(number),
            "folded": number in trace.leaders,
            "left out": bool(self._by()),
        }
        return next((state for state, holds in lost.items() if holds), "beyond")

    def _unfound(self) -> State:
        if not self._indexed():
            return "not indexed"
        matches = not self._trace.asking.asks or any(near.lacks == () for near in self._channels)
        if not matches:
            return "not found"
        # Of all that match and are not more than were asked for, only what is folded is not there.
        return "beyond" if len(self._trace.results.hits) >= MAX_LIMIT else "folded"

    def _indexed(self) -> bool:
        """Whether the index has any vector of it; where products' texts have none, it is taken to be there."""
        made = [encoder for encoder in self._shop.fits.encoders(self._shop.fit) if not encoder.asks_only]
        if not any(encoder.modality == "text" for encoder in made):
            return True
        return any(self._shop.vectors(encoder.channel, [self._product.id]) for encoder in made)

    def _kept(self, number: int) -> bool:
        return bool(self._trace.kept[self._trace.candidates.numbers.index(number)])

    def _place(self) -> int | None:
        order: list[int] = self._trace.order.tolist()
        if self._number is not None and self._number in order:
            return order.index(self._number) + 1
        ids = [hit.id for hit in self._trace.results.hits]
        return ids.index(self._product.id) + 1 if self._hit else None

    def _stood(self) -> tuple[Step, ...]:
        steps = []
        for stage, listing in self._trace.stages:
            numbers = listing.numbers.tolist()
            at = numbers.index(self._number) if self._number in numbers else None
            steps.append(
                Step(stage, None if at is None else at + 1, None if at is None else float(listing.scores[at]))
            )
        return tuple(steps)

    def _into(self) -> str:
        leader = self._trace.leaders.get(self._number) if self._number is not None else None
        return self._trace.ids.get(leader, "") if leader is not None else ""

    def _by(self) -> str:
        """The rule that hid it, or the stage after which it was there no more."""
        if self._number is not None and self._number in self._trace.hidden:
            return self._trace.hidden[self._number]
        was_there = False
        for step in self._steps:
            if was_there and step.place is None:
                return step.stage
            was_there = step.place is not None
        return ""

    def _matched(self, hit: Hit | None) -> tuple[Span, ...]:
        if hit and hit.matched:
            return hit.matched
        wanted = self._trace.wanted or asked(wanted_text(self._trace.query))
        return spans(self._product, wanted, hit.variant if hit else None)

    def _looked_at(self, facts: Why, hit: Hit | None) -> Why:
        """With the picture that matched, and which region of it."""
        medium = picture_of(self._product, hit.media if hit else None)
        looked_for = looks_of(self._shop, self._trace)
        if medium is None or not looked_for:
            return facts
        try:
            found = regions_of(self._shop, looked_for, medium)
        except CatalogueError as broken:
            return msgspec.structs.replace(facts, notes=(*facts.notes, f"the picture cannot be looked at: {broken}"))
        media = hit.media if hit and hit.media else MatchedMedia(found.source, "image", found.likeness)
        return msgspec.structs.replace(facts, media=media, regions=found)


def looks_of(shop: Shop, trace: Trace) -> list[Look]:
    """What the wanted parts of a traced question look for in pictures."""
    import numpy as np

    factors = shop.fusion().factors(trace.asking.asks)
    found = zip(trace.asking.asks, trace.asking.channels, factors.tolist(), strict=True)
    return [
        Look(channel.name, np.asarray(channel.vector), weight)
        for ask, channel, weight in found
        if channel.name.endswith(".image") and ask.part_weight > 0 and weight > 0
    ]
