"""What became of a product, said in one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wares.insight.conditions import Condition
    from wares.insight.why import State, Why
    from wares.records import Query
    from wares.tracing import Trace


def told(state: State, facts: Why | None = None, asked: Query | None = None, trace: Trace | None = None) -> str:
    """The sentence for a state. A removed product needs no more to be told."""
    if facts is None or asked is None or trace is None:
        return "it was found, and has been removed since"
    return _SENTENCES[state](facts, asked, trace)


def _shown(facts: Why, asked: Query, trace: Trace) -> str:
    return f"it is shown, at place {facts.place:,}"


def _further_on(facts: Why, asked: Query, trace: Trace) -> str:
    page = asked.offset // asked.limit + 1
    return f"it is on page {facts.page:,} (place {facts.place:,}), and page {page:,} was asked for"


def _asked_about(facts: Why, asked: Query, trace: Trace) -> str:
    return "others should be like it, so it is not among them itself"


def _filtered(facts: Why, asked: Query, trace: Trace) -> str:
    failing = [condition for condition in facts.conditions if not condition.holds]
    if failing:
        return f"it is filtered out: {'; '.join(map(_failed, failing))}"
    if len(facts.conditions) > 1:
        return "it is filtered out: it passes every condition, but no one variant of it passes all of them together"
    return "it is filtered out by a condition that was put on the whole answer"


def _failed(condition: Condition) -> str:
    said = f' (read out of "{condition.said}")' if condition.source == "words" else ""
    return f"{condition.text}{said} does not hold, for {_has(condition)}"


def _has(condition: Condition) -> str:
    has = [f"its {field} is {', '.join(values)}" for field, values in condition.values.items() if values]
    lacks = [f"it has no {field}" for field, values in condition.values.items() if not values]
    return " and ".join((*has, *lacks)) or "no product can pass it"


def _not_found(facts: Why, asked: Query, trace: Trace) -> str:
    return f"it does not match: {'; '.join([*_words(facts), *_distances(facts)])}"


def _words(facts: Why) -> list[str]:
    told = []
    for near in facts.channels:
        if near.lacks and len(near.lacks) == near.words:
            told.append("it shares no word with the question")
        elif near.lacks:
            told.append(f"of the {near.words} words it lacks {', '.join(near.lacks)}")
    return told


def _distances(facts: Why) -> list[str]:
    ways = [
        f"in {near.channel} it has {near.score:.3f}, and the last of the nearest {near.limit} has {near.last:.3f}"
        for near in facts.channels
        if near.score is not None and near.last is not None
    ]
    blind = [near.channel for near in facts.channels if near.score is None and near.lacks is None]
    return ways + ([f"it has nothing to compare in {', '.join(dict.fromkeys(blind))}"] if blind else [])


def _beyond(facts: Why, asked: Query, trace: Trace) -> str:
    order = f" in the order of {asked.sort.removeprefix('-')}" if asked.sort else ""
    return f"it matches, and lies behind the first {len(trace.results.hits):,}{order}"


def _cut_off(facts: Why, asked: Query, trace: Trace) -> str:
    place = facts.steps[0].place if facts.steps else None
    at = f" at rank {place:,}" if place else ""
    if math.isinf(trace.threshold):
        return f"it is below the cut-off{at}: no product comes near enough to what was asked for"
    return (
        f"it is below the cut-off{at}: its score is {facts.score or 0.0:.3f}, and {trace.threshold:.3f} is the least"
    )


def _hidden(facts: Why, asked: Query, trace: Trace) -> str:
    return f"it is hidden by rule {facts.by}"


def _folded(facts: Why, asked: Query, trace: Trace) -> str:
    leader = next((number for number, id in trace.ids.items() if id == facts.into), None)
    order = trace.order.tolist()
    at = f", at place {order.index(leader) + 1:,}" if leader in order else ""
    return f"it is folded into {facts.into or 'another product'}, which is shown in its place{at}"


def _left_out(facts: Why, asked: Query, trace: Trace) -> str:
    return f"it is left out by {facts.by}"


def _not_indexed(facts: Why, asked: Query, trace: Trace) -> str:
    return "it is stored, but the index does not have it yet; run: wares rebuild"


def _removed(facts: Why, asked: Query, trace: Trace) -> str:
    return told("removed")


_SENTENCES: Mapping[str, Callable[[Why, Query, Trace], str]] = {
    "shown": _shown,
    "further on": _further_on,
    "removed": _removed,
    "asked about": _asked_about,
    "filtered": _filtered,
    "not found": _not_found,
    "beyond": _beyond,
    "below the cut-off": _cut_off,
    "hidden": _hidden,
    "folded": _folded,
    "left out": _left_out,
    "not indexed": _not_indexed,
}
