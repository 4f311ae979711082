"""Conditions that were read out of words, and together leave nothing: which of them to give up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from wares.records import AllOf, Chip, Filter, Not

#: How many products a condition leaves; None is no condition.
Count: TypeAlias = Callable[[Filter | None], int]

#: Why a chip that was given up is not applied.
GIVEN_UP = "nothing is left with it"


def loosen(chips: Sequence[Chip], count: Count) -> tuple[Chip, ...]:
    """The chips, some of them given up (not ``applied``, and ``note`` says why) if all together leave nothing.

    The least certain are given up first, then those whose words mean nothing else, and last what kind of thing is
    wanted (a hoodie that costs more is nearer to what was meant than a belt), until something is left; what
    turns out not to have been in the way is then taken back, the most certain first. Where nothing is left even
    without any, all stay as they are. ``count`` is asked at most two times for each chip, and twice more.
    """
    held = [at for at, chip in enumerate(chips) if chip.applied and chip.where is not None]
    if not held or count(together(chips)):
        return tuple(chips)
    order = sorted(held, key=lambda at: (_says_the_kind(chips[at]), chips[at].taken, chips[at].certainty, -at))
    dropped: list[int] = []
    for at in order:
        dropped.append(at)
        if count(together(chips, without=dropped)):
            break
    else:
        return tuple(chips)
    for at in reversed(dropped[:-1]):
        fewer = [one for one in dropped if one != at]
        if count(together(chips, without=fewer)):
            dropped = fewer
    return tuple(_given_up(chip) if at in dropped else chip for at, chip in enumerate(chips))


def together(chips: Sequence[Chip], without: Sequence[int] = ()) -> Filter | None:
    """The conditions of all applied chips as one, but for some (by their places); None when there are none."""
    found = [chip.where for at, chip in enumerate(chips) if chip.applied and at not in without]
    conditions = tuple(dict.fromkeys(where for where in found if where is not None))
    return None if not conditions else conditions[0] if len(conditions) == 1 else AllOf(conditions)


def _says_the_kind(chip: Chip) -> bool:
    return chip.kind == "category" and not isinstance(chip.where, Not)


def _given_up(chip: Chip) -> Chip:
    return msgspec.structs.replace(chip, applied=False, note=GIVEN_UP)
