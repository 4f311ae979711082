"""The questions to learn by, to validate with, and to judge by in the end; made out of the catalogue unless given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from wares import media
from wares.evaluation.made import KINDS, make
from wares.evaluation.measures import parse
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.evaluation.tuning.plan import plan
from wares.evaluation.tuning.splits import sample, split
from wares.records import Media
from wares.shop import Shop

if TYPE_CHECKING:
    from PIL.Image import Image

MEASURE = parse("nDCG@10")
#: How many questions of a kind are made; composed ones are cheap, and a composer needs many.
SIZE, MANY = 80, 500
#: How many questions of a form are rehearsed to learn by, to validate with, and are searched for in the end.
LEARN, VALIDATE, JUDGE = 120, 80, 100
#: The share of all questions that is held out, and of the others that is validated with.
HELD_OUT, VALIDATION = 0.3, 0.3


class Sides(NamedTuple):
    """Questions by what they are for. ``composed`` are all composed ones among those to learn by and to validate
    with, ``judgments`` those of all."""

    learn: list[Asked]
    validate: list[Asked]
    judge: list[Asked]
    composed: tuple[list[Asked], list[Asked]]
    judgments: Judgments


def made(shop: Shop, folder: Path, seed: int, composed: bool) -> tuple[QuerySet, Judgments]:
    """Questions of all kinds, out of the catalogue; their pictures lie in ``folder``."""

    def read(medium: Media) -> Image:
        return media.picture(shop.media_bytes(medium), shop.settings.media, media.shown(str(medium.source)))

    wanted = [kind for kind in KINDS if composed or not kind.startswith("composed")]
    queries, judgments = make(shop.products(), folder=folder, size=SIZE, seed=seed, picture=read, kinds=wanted)
    if not any(asked.tags["made"] == "composed" for asked in queries.queries):
        return queries, judgments
    more, gains = make(shop.products(), folder=folder, size=MANY, seed=seed, kinds=["composed"])
    asked = {one.id: one for one in (*queries.queries, *more.queries)}  # a small set is the beginning of a large one
    queries = msgspec.structs.replace(queries, queries=tuple(asked.values()))
    return queries, msgspec.structs.replace(judgments, gains={**judgments.gains, **gains.gains})


def sides(queries: QuerySet, judgments: Judgments, seed: int) -> Sides:
    """Three sides, near-identical questions on one. :class:`SetupError` when there are too few."""
    whole = plan(queries, judgments, MEASURE, held_out=HELD_OUT, seed=seed, max_questions=len(queries.queries))
    rest = whole.asked(whole.split.train)
    inner = split(rest, judgments, VALIDATION, seed + 1)
    learn = [asked for asked in rest if asked.id in set(inner.train)]
    validate = [asked for asked in rest if asked.id in set(inner.held_out)]
    return Sides(
        _of_each(learn, LEARN, seed),
        _of_each(validate, VALIDATE, seed),
        _of_each(whole.asked(whole.split.held_out), JUDGE, seed),
        ([asked for asked in learn if is_composed(asked)], [asked for asked in validate if is_composed(asked)]),
        judgments,
    )


def is_composed(asked: Asked) -> bool:
    """Whether a question wants likeness, and says in words what is to be different."""
    kinds = {(part.kind, part.weight > 0) for part in asked.query.parts}
    return any(kind != "text" and wanted for kind, wanted in kinds) and any(kind == "text" for kind, _ in kinds)


def shape(asked: Asked) -> str:
    """The kinds of parts that a question has, as :func:`wares.ranking.fusion.learned.form` names them."""
    kinds = {("not " if part.weight < 0 else "") + part.kind for part in asked.query.parts}
    return " + ".join(sorted(kinds, key=lambda kind: (kind.startswith("not "), kind)))


def _of_each(questions: Sequence[Asked], size: int, seed: int, by: Callable[[Asked], str] = shape) -> list[Asked]:
    """At most so many questions of each form."""
    forms: dict[str, list[Asked]] = {}
    for asked in questions:
        forms.setdefault(by(asked), []).append(asked)
    return [asked for own in forms.values() for asked in sample(own, size, seed)]
