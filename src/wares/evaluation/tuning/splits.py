"""Questions in two parts: one to tune on, one that stays unseen until the end.

Which part a question falls into is decided by its id and a seed. Within each kind of question (language, modality,
the tag "made") the questions that come first in the order of their hashes are held out, so both parts are mixed
alike, and a question that is added later moves few of the others.

Questions that are nearly one stay together, since to have tuned on one of them is to have seen the other: those that
say the same words in any order, those that show the same picture, and those with the same best answers, as several
questions made out of one product have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from wares.encoders.tokens import tokens
from wares.errors import SetupError
from wares.evaluation.records import Asked, Judgments
from wares.evaluation.segments import language, modality

#: Fewer questions than these show nothing but chance.
MIN_QUESTIONS = 20
MIN_SIDE = 5


class Split(NamedTuple):
    """Ids of questions, both in the order of the set."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]


def split(questions: Sequence[Asked], judgments: Judgments, held_out: float = 0.4, seed: int = 20) -> Split:
    """About the share ``held_out`` of the questions, and the others.

    :class:`SetupError` when there are fewer than twenty, or fewer than five of them would fall on one side.
    """
    if not 0.1 <= held_out <= 0.9:
        raise SetupError(f"the share of held-out questions must lie in 0.1 … 0.9, not {held_out}")
    if len(questions) < MIN_QUESTIONS:
        raise SetupError(
            f"tuning needs at least {MIN_QUESTIONS} questions with a relevant product, and there are "
            f"{len(questions)}: what is chosen on so few is chance; judge more, or let questions be made out of the "
            "catalogue (leave out --queries and --qrels)"
        )
    kept = _held_out(_groups(questions, judgments), held_out, seed)
    sides = Split(
        tuple(asked.id for asked in questions if asked.id not in kept),
        tuple(asked.id for asked in questions if asked.id in kept),
    )
    if min(map(len, sides)) < MIN_SIDE:
        raise SetupError(
            f"the questions cannot be split: {len(sides.train)} to tune on and {len(sides.held_out)} held out, for "
            f"those alike stay together, and each side needs {MIN_SIDE}; ask more, or change the share held out"
        )
    return sides


def sample(questions: Sequence[Asked], size: int, seed: int = 20) -> list[Asked]:
    """At most ``size`` of the questions, in their order, chosen by the hashes of their ids."""
    chosen = sorted(questions, key=lambda asked: _hash(asked.id, seed))[:size]
    ids = {asked.id for asked in chosen}
    return [asked for asked in questions if asked.id in ids]


def _held_out(groups: Sequence[Sequence[Asked]], share: float, seed: int) -> set[str]:
    """Ids of the groups that are held out. What rounding leaves over in one kind is made up for in the next."""
    kinds: dict[tuple[str, ...], list[tuple[int, list[str]]]] = {}
    for group in groups:
        first = min(group, key=lambda asked: _hash(asked.id, seed))
        kind = language(first), modality(first), first.tags.get("made", "")
        kinds.setdefault(kind, []).append((_hash(first.id, seed), [asked.id for asked in group]))
    kept: set[str] = set()
    due = 0.0
    for _, members in sorted(kinds.items()):
        due += share * sum(len(ids) for _, ids in members)
        for _, ids in sorted(members):
            if len(ids) / 2 <= due:
                kept.update(ids)
                due -= len(ids)
    return kept


def _groups(questions: Sequence[Asked], judgments: Judgments) -> list[list[Asked]]:
    """Questions that are nearly one, together: connected by any key that they share."""
    leader: dict[str, str] = {asked.id: asked.id for asked in questions}
    first: dict[tuple[str, ...], str] = {}

    def find(id: str) -> str:
        while leader[id] != id:
            leader[id] = leader[leader[id]]
            id = leader[id]
        return id

    for asked in questions:
        for key in _keys(asked, judgments.gains.get(asked.id, {})):
            other = first.setdefault(key, asked.id)
            leader[find(asked.id)] = find(other)
    groups: dict[str, list[Asked]] = {}
    for asked in questions:
        groups.setdefault(find(asked.id), []).append(asked)
    return list(groups.values())


def _keys(asked: Asked, gains: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """What another question must share with this one to be nearly the same."""
    said = sorted(token for part in asked.query.parts if part.kind == "text" for token in tokens(str(part.value)))
    shown = sorted(f"{part.kind} {part.value!r}" for part in asked.query.parts if part.kind != "text")
    if said and not shown:
        yield ("words", *said)
    for source in shown:
        yield ("shown", source)
    if best := max(gains.values(), default=0):
        yield ("answers", *sorted(id for id, gain in gains.items() if gain == best))


def _hash(id: str, seed: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed} {id}".encode(), digest_size=8).digest(), "big")
