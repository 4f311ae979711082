"""Why a product was found: what each part of the question added, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from wares.server.asking import asked
from wares.server.pages.question import of_address

if TYPE_CHECKING:
    from wares.records import Contribution, Hit
    from wares.server.access import Caller
    from wares.server.pages.address import Address
    from wares.server.pages.words import Words
    from wares.server.serving import Serving

#: So many places are looked through.
_DEPTH = 200
#: Names of an address as the API calls them.
_API: Mapping[str, str] = {name: name for name in ("q", "image", "crop", "like", "unlike", "without", "ignore")}


class Bar(NamedTuple):
    """What one thing added: its name, and its share of the largest in steps of 5 %, for a style."""

    text: str
    step: int
    less: bool
    percent: int


class Reasons(NamedTuple):
    """``place`` counts from 1; None: it is not among those looked through. ``heat`` is the address of a picture that
    shows where it matched, "" where no picture was compared."""

    place: int | None
    total: int
    bars: Sequence[Bar]
    matched: Sequence[tuple[str, str]]
    moves: Sequence[str]
    heat: str
    hit: Hit | None


def reasons(served: Serving, caller: Caller, address: Address, id: str, words: Words) -> Reasons | None:
    """The reasons why a product answers the question that its page was reached by; None where nothing was asked."""
    if not address.wants:
        return None
    question = msgspec.structs.replace(of_address(address.at(1)), limit=_DEPTH)
    found = served.search(asked(served, caller, question))
    for place, hit in enumerate(found.hits, 1):
        if hit.id == id:
            return Reasons(
                place=place,
                total=found.total,
                bars=bars(hit.why, words),
                matched=list(dict.fromkeys(_matched(hit, words))),
                moves=[words("why.moved", by=move.by, before=move.before, after=move.after) for move in hit.moves],
                heat=_heat(address, id) if _seen(hit, address) else "",
                hit=hit,
            )
    return Reasons(None, found.total, (), (), (), "", None)


def bars(why: Sequence[Contribution], words: Words) -> list[Bar]:
    """What each thing added, the largest first; the channels of one kind together."""
    sums: dict[str, float] = {}
    for each in why:
        name = told(each, words)
        sums[name] = sums.get(name, 0.0) + each.value
    top = max((abs(value) for value in sums.values()), default=0.0)
    whole = sum(value for value in sums.values() if value > 0)
    if top <= 0:
        return []
    ordered = sorted(sums.items(), key=lambda pair: -pair[1])
    return [
        Bar(name, max(1, round(abs(value) / top * 20)), value < 0, round(100 * abs(value) / whole) if whole else 0)
        for name, value in ordered
        if abs(value) / top >= 0.01
    ]


def told(each: Contribution, words: Words) -> str:
    """What added something, in plain words."""
    if each.part == "rule":
        return words("why.rule", name=each.channel)
    kind = each.channel if each.channel == "words" else each.channel.rsplit(".", 1)[-1]
    part = each.part.partition(" ")[0].partition(":")[0]
    return words.maybe(f"why.{part}.{kind}", words.maybe(f"why.{part}.other", f"{each.part} · {each.channel}"))


def _matched(hit: Hit, words: Words) -> Sequence[tuple[str, str]]:
    product = hit.product
    texts = {"title": product.title, "description": product.description, "brand": product.brand}
    found = []
    for span in hit.matched:
        if text := texts.get(span.field, ""):
            found.append((words.field(span.field), text[span.start : span.end]))
        elif span.field.startswith("attributes."):
            value = product.attributes.get(span.field.removeprefix("attributes."))
            if isinstance(value, str):
                found.append((words.field(span.field), value[span.start : span.end]))
    return found


def _seen(hit: Hit, address: Address) -> bool:
    """Whether a picture was compared with what a heat map can be drawn of."""
    return not address.only("audio", "video").pairs and any(each.channel.endswith(".image") for each in hit.why)


def _heat(address: Address, id: str) -> str:
    pairs = [(_API[name], value) for name, value in address.pairs if name in _API]
    return f"/api/v1/why/{quote(id, safe='')}/heatmap?{urlencode(pairs)}"
