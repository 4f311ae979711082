"""Which questions are tuned on, which are held out, and what is left out and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeAlias

import msgspec

from wares.errors import SetupError
from wares.evaluation import remarks as remarking
from wares.evaluation.comparing import Ground
from wares.evaluation.measures import Measure, score
from wares.evaluation.queries import words_of
from wares.evaluation.records import Asked, Judgments, QuerySet, Remark
from wares.evaluation.runs import DEPTH, MAX_DEPTH
from wares.evaluation.tuning.splits import Split, sample, split
from wares.evaluation.tuning.trials import Space
from wares.settings import FusionSettings

#: More questions than these are sampled: with feature-level methods each that is tuned on takes up to 2 MB.
MAX_QUESTIONS = 500

#: The products that settings bring to a question, best first.
Rank: TypeAlias = Callable[[str, FusionSettings], Sequence[str]]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is tuned for. ``queries`` are the questions that are used, ``split`` their ids, ``remarks`` what was left
    out."""

    measure: Measure
    queries: QuerySet
    judgments: Judgments
    split: Split
    remarks: tuple[Remark, ...] = ()

    @property
    def depth(self) -> int:
        """How many products are asked for."""
        return max(DEPTH, self.measure.cutoff or 0)

    def asked(self, ids: Sequence[str]) -> list[Asked]:
        """Questions by their ids."""
        wanted = set(ids)
        return [asked for asked in self.queries.queries if asked.id in wanted]

    def without(self, failed: Mapping[str, str]) -> Plan:
        """The plan without questions that cannot be answered; why is told in the remarks."""
        if not failed:
            return self
        train = tuple(id for id in self.split.train if id not in failed)
        text = f"could not be answered and were left out; the first: {next(iter(failed.values()))}"
        if not train:
            raise SetupError(f"there is nothing to tune on: all {len(failed)} questions of this part {text}")
        remark = Remark(
            "warning", f"{len(failed)} of the questions to tune on {text}", tuple(failed)[:20], len(failed)
        )
        changes = {"split": self.split._replace(train=train), "remarks": (*self.remarks, remark)}
        return msgspec.structs.replace(self, **changes)

    def values(self, ids: Sequence[str], settings: FusionSettings, rank: Rank) -> list[float]:
        """The measure for each question."""
        name, gains = str(self.measure), self.judgments.gains
        return [score([self.measure], gains[id], rank(id, settings))[name] for id in ids]


def plan(
    queries: QuerySet,
    judgments: Judgments,
    measure: Measure,
    *,
    held_out: float = 0.4,
    seed: int = 20,
    max_questions: int = MAX_QUESTIONS,
    titles: Mapping[str, str] | None = None,
) -> Plan:
    """Which questions are tuned on, and which are held out; those without a relevant product tell no settings apart
    and are left out. ``titles`` of the products there are let unknown ones among the judgments be told.

    :class:`SetupError` when there are too few (see :func:`~wares.evaluation.tuning.splits.split`).
    """
    if (measure.cutoff or 0) > MAX_DEPTH:
        raise SetupError(f"{measure} looks deeper than {MAX_DEPTH:,} products; choose a smaller cutoff")
    gains = judgments.gains
    useful = [asked for asked in queries.queries if any(gain > 0 for gain in gains.get(asked.id, {}).values())]
    ground = Ground({asked.id: words_of(asked) for asked in useful}, gains, (measure,), titles)
    told = list(remarking.of_data(queries, judgments, ground)) if useful else []
    used = sample(useful, max_questions, seed)
    if len(used) < len(useful):
        told.append(Remark("note", f"{len(used):,} of {len(useful):,} questions are used, chosen by their ids"))
    return Plan(
        measure=measure,
        queries=msgspec.structs.replace(queries, queries=tuple(used)),
        judgments=judgments,
        split=split(used, judgments, held_out, seed),
        remarks=tuple(told),
    )


def fingerprint(plan: Plan, space: Space, in_force: FusionSettings, index: str, seed: int) -> dict[str, str]:
    """What the trials of a study depend on, in words that an error can name; ``index`` says which index answers."""
    questions = [(asked.tags, _without_folders(asked)) for asked in plan.asked(plan.split.train)]
    judged = {id: plan.judgments.gains[id] for id in plan.split.train}
    return {
        "questions": _digest(questions),
        "judgments": _digest(judged),
        "measure": str(plan.measure),
        "index": index,
        "methods": ", ".join(method.name for method in space.methods),
        "settings in force": _digest((in_force, space.weights)),
        "seed": str(seed),
    }


def _without_folders(asked: Asked) -> Any:
    """A question as it is compared with itself on another day: made pictures lie in a new folder every time."""
    parts = [
        (part.kind, PurePath(part.value).name if part.kind != "text" and isinstance(part.value, str) else part.value)
        for part in asked.query.parts
    ]
    return asked.id, parts, [part.weight for part in asked.query.parts], asked.query.where


def _digest(value: Any) -> str:
    return hashlib.blake2b(msgspec.json.encode(value, order="sorted"), digest_size=8).hexdigest()
