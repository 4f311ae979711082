"""What became of a product, said in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wares.insight.conditions import Condition
    from wares.insight.why import State, Why
    from wares.tracing import Trace


def told(state: State, facts: Why | None = None, trace: Trace | None = None) -> str:
    """The sentence for a state. A removed product needs no more to be told."""
    if facts is None or trace is None:
        return "it was found, and has been removed since"
    return _SENTENCES[state](facts, trace)


def _shown(facts: Why, trace: Trace) -> str:
    return f"it is shown, at place {facts.place}"


def _further_on(facts: Why, trace: Trace) -> str:
    asked = trace.query.offset // trace.query.limit + 1
    return f"it is on page {facts.page} (place {facts.place}), and page {asked} was asked for"


def _asked_about(facts: Why, trace: Trace) -> str:
    return "others should be like it, so it is not among them itself"


def _filtered(facts: Why, trace: Trace) -> str:
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


def _not_found(facts: Why, trace: Trace) -> str:
    words = any(near.shares is not None for near in facts.channels)
    ways = [
        f"in {near.channel} it has {near.score:.3f}, and the last of the nearest {near.limit} has {near.last:.3f}"
        for near in facts.channels
        if near.score is not None and near.last is not None
    ]
    blind = [near.channel for near in facts.channels if near.score is None and near.shares is None]
    reasons = [*(["it shares no word with the question"] if words else []), *ways]
    reasons += [f"it has nothing to be compared in {', '.join(dict.fromkeys(blind))}"] if blind else []
    return f"it does not match: {'; '.join(reasons)}"


def _beyond(facts: Why, trace: Trace) -> str:
    behind = f"behind the first {len(trace.order):,}"
    if trace.query.sort:
        return f"it matches, {behind} in the order of {trace.query.sort.removeprefix('-')}"
    return f"it matches, {behind} that were put in an order"


def _cut_off(facts: Why, trace: Trace) -> str:
    place = facts.steps[0].place if facts.steps else None
    at = f" at rank {place:,}" if place else ""
    return (
        f"it is below the cut-off{at}: its score is {facts.score or 0.0:.3f}, and {trace.threshold:.3f} is asked for"
    )


def _hidden(facts: Why, trace: Trace) -> str:
    return f"it is hidden by rule {facts.by}"


def _folded(facts: Why, trace: Trace) -> str:
    leader = next((number for number, id in trace.ids.items() if id == facts.into), None)
    order = trace.order.tolist()
    at = f", at place {order.index(leader) + 1:,}" if leader in order else ""
    return f"it is folded into {facts.into or 'another product'}, which is shown in its place{at}"


def _left_out(facts: Why, trace: Trace) -> str:
    return f"it is left out by {facts.by}"


def _not_indexed(facts: Why, trace: Trace) -> str:
    return "it is stored, but the index does not have it yet; run: wares rebuild"


def _removed(facts: Why, trace: Trace) -> str:
    return told("removed")


_SENTENCES: Mapping[str, Callable[[Why, Trace], str]] = {
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
