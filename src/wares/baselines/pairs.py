"""Questions that a catalogue's media make by themselves: another photo of a product, the rest of a sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from wares.baselines.records import Task
from wares.errors import MediaError
from wares.media.sounds import Sound
from wares.records import Media, Modality, Product

if TYPE_CHECKING:
    from wares.encoders.base import Content

Decoded = TypeVar("Decoded")

#: The gain of the product that a question is of.
RIGHT = 3
#: A sound is halved when each half then has so many seconds.
LEAST_HALF = 0.25

_ANOTHER = "Gain 3: the product that the {0} is of. The first {0} of each product is looked among, the second asked."
_HALVES = "Gain 3: the product. The first half of each product's first sound is looked among, the second half asked."
_SAME_HAND = "Made by the same hand on the same day: easier than what a shopper would send."


def read(
    wanted: Sequence[tuple[Product, Sequence[Media]]],
    decode: Callable[[Media], Decoded],
    noun: str,
    problems: list[str],
) -> list[tuple[Product, list[Decoded]]]:
    """The first two media of each product that can be read; products without any are left out, and told."""
    found: list[tuple[Product, list[Decoded]]] = []
    failed: list[str] = []
    for product, media in wanted:
        contents: list[Decoded] = []
        for medium in media[:2]:
            try:
                contents.append(decode(medium))
            except MediaError as broken:
                failed.append(str(broken))
        if contents:
            found.append((product, contents))
    if failed:
        problems.append(f"{noun}s: {len(failed):,} could not be read: {failed[0]}")
    if not found:
        problems.append(f"{noun}s: left out; no product has one that can be read")
    return found


def another(
    noun: str, modality: Modality, found: Sequence[tuple[Product, Sequence[Content]]], most: int, problems: list[str]
) -> Iterator[Task]:
    """The task that the second photo or sound of a product finds it by its first, if any product has two."""
    asked = {product.id: contents[1] for product, contents in found if len(contents) > 1}
    asked = dict(list(asked.items())[:most])
    if not asked:
        problems.append(f"another {noun}: left out; no product has two")
        return
    yield Task(
        name=f"another {noun}",
        truth=_ANOTHER.format(noun),
        bias=_SAME_HAND,
        modality=modality,
        products=[product for product, _ in found],
        pool=[contents[0] for _, contents in found],
        asked=asked,
        gains={id: {id: RIGHT} for id in asked},
    )


def halves(found: Sequence[tuple[Product, Sound]], most: int, problems: list[str]) -> Iterator[Task]:
    """The task that the second half of a sound finds the product by the first; what is too short is not asked."""
    pool: list[Content] = []
    asked: dict[str, Content] = {}
    for product, (samples, rate, _) in found:
        half = len(samples) // 2
        long = half >= LEAST_HALF * rate
        pool.append(Sound(samples[:half] if long else samples, rate))
        if long and len(asked) < most:
            asked[product.id] = Sound(samples[half:], rate)
    if not asked:
        problems.append(f"rest of a sound: left out; no sound is longer than {2 * LEAST_HALF} s")
        return
    yield Task(
        name="rest of a sound",
        truth=_HALVES,
        bias=f"{_SAME_HAND} Favours what a sound is made of over what happens in it.",
        modality="audio",
        products=[product for product, _ in found],
        pool=pool,
        asked=asked,
        gains={id: {id: RIGHT} for id in asked},
    )
