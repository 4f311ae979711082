"""What the reader of a report must know beside its figures: what was left out, what counts as nothing, what is thin.

Nothing is averaged away: every question, product or line that a figure does not show as one would think is counted
here, named (the first of them), and said what was done about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from wares.evaluation.comparing import TOP, Ground, Scored
from wares.evaluation.measures import score
from wares.evaluation.records import Judgments, QuerySet, Remark, Severity, SystemReport

#: Ids that a remark names.
NAMED = 20
#: With fewer questions, intervals are rough.
FEW_QUESTIONS = 30
#: With less of the first ten judged, what is not judged decides.
MOSTLY_JUDGED = 0.7


def of_data(queries: QuerySet, judgments: Judgments, ground: Ground) -> Iterator[Remark]:
    """On the set and its judgments."""
    yield from _problems(queries.problems, "questions")
    yield from _problems(judgments.problems, "judgments")
    asked = {one.id for one in queries.queries}
    unjudged = [id for id in asked_in_order(queries) if not judgments.gains.get(id)]
    yield from _named("warning", unjudged, "question", "without a judgment: left out of every figure")
    hopeless = [id for id in asked_in_order(queries) if id not in ground.questions and judgments.gains.get(id)]
    yield from _named("warning", hopeless, "question", "without a relevant product: left out of every figure")
    others = [id for id in judgments.gains if id not in asked]
    yield from _named("warning", others, "question", "with judgments that the set does not have: not used")
    yield from _unknown_products(ground)
    if len(ground.questions) < FEW_QUESTIONS:
        text = (
            f"{_counted(len(ground.questions), 'question')}: the intervals are rough, and only large differences show"
        )
        yield Remark("note", text, (), len(ground.questions))


def of_system(system: Scored, report: SystemReport, queries: QuerySet, ground: Ground) -> Iterator[Remark]:
    """On one system's answers."""
    name, run = report.name, system.run
    yield from _problems(run.problems, f"answers of {name}")
    asked = {one.id for one in queries.queries}
    if not run.answers:
        yield Remark("warning", f"{name} answers no question at all: everything counts 0", (), 0)
    else:
        missing = [id for id in ground.questions if id not in run.answers]
        yield from _named("warning", missing, "question", f"that {name} does not answer: counted as nothing found")
    others = [id for id in run.answers if id not in asked]
    yield from _named("warning", others, "question", f"answered by {name} that the set does not have: not used")
    if ground.titles is not None:
        found = (id for query in ground.questions for id in system.answer(query).ids)
        strange = [id for id in dict.fromkeys(found) if id not in ground.titles]
        yield from _named("warning", strange, "product", f"found by {name} that the shop does not have: counted")
    empty = [id for id in report.zero_results if id in run.answers]
    yield from _named("note", empty, "question", f"to which {name} finds nothing: counted 0")
    yield from _failed(report, name)
    apart = {id: a.error for id, a in run.answers.items() if a.error and id in asked and id not in ground.questions}
    yield from _named("warning", list(apart), "question", f"left out anyway that {name} could not answer")
    made = all("made" in one.tags for one in queries.queries)  # out of a catalogue: what is right is known
    if report.judged < MOSTLY_JUDGED and len(report.failed) < len(ground.questions) and not made:
        text = (
            f"{report.judged * 100:.0f} % of what {name} has among the first {TOP} is judged, and the rest counts as "
            "irrelevant: judge more of it before trusting a difference"
        )
        yield Remark("warning", text)


def of_likeness(systems: Sequence[Scored], ground: Ground) -> Iterator[Remark]:
    """On systems that give the same answers as the first."""
    for other in systems[1:]:
        if all(other.answer(query).ids == systems[0].answer(query).ids for query in ground.questions):
            first, second = systems[0].run.name, other.run.name
            yield Remark("note", f"{second} gives the same products in the same order as {first} to every question")


def asked_in_order(queries: QuerySet) -> list[str]:
    """The ids of all questions."""
    return [asked.id for asked in queries.queries]


def _unknown_products(ground: Ground) -> Iterator[Remark]:
    """Judged products that are not there: they stay right answers, so a shop that lost them is seen to have."""
    if ground.titles is None:
        return
    judged = (id for query in ground.questions for id in ground.gains[query])
    unknown = [id for id in dict.fromkeys(judged) if id not in ground.titles]
    if not unknown:
        return
    relevant = sum(any(gains.get(id, 0) > 0 for gains in _of(ground)) for id in unknown)
    best = sum(_attainable(gains, ground) for gains in _of(ground)) / len(ground.questions)
    yield from _named(
        "warning",
        unknown,
        "product",
        f"with judgments that the shop does not have, {relevant:,} of them relevant: they stay in the ideal list, "
        f"so {ground.first} can reach {best:.3f} at most",
    )


def _of(ground: Ground) -> Iterable[Mapping[str, int]]:
    return (ground.gains[query] for query in ground.questions)


def _attainable(gains: Mapping[str, int], ground: Ground) -> float:
    """The value of the best list of products that are there."""
    there = [id for id in gains if ground.titles is None or id in ground.titles]
    return score(ground.measures[:1], gains, sorted(there, key=lambda id: -gains[id]))[ground.first]


def _failed(report: SystemReport, name: str) -> Iterator[Remark]:
    """Failed questions, for each reason (the kind of error and what it says up to the first detail)."""
    reasons: dict[str, list[str]] = {}
    for id, error in report.failed.items():
        reasons.setdefault(error, []).append(id)
    if len(reasons) <= 3:
        for error, ids in reasons.items():
            yield from _named("warning", ids, "question", f"that {name} could not answer, counted 0: {error}")
    else:
        some = next(iter(reasons))
        text = f"that {name} could not answer, counted 0, for {len(reasons)} reasons; the first: {some}"
        yield from _named("warning", list(report.failed), "question", text)


def _named(severity: Severity, ids: Collection[str], noun: str, text: str) -> Iterator[Remark]:
    if ids:
        yield Remark(severity, f"{_counted(len(ids), noun)} {text}", tuple(ids)[:NAMED], len(ids))


def _problems(problems: Sequence[str], where: str) -> Iterator[Remark]:
    """What was wrong with a file, in its reader's words."""
    yield from _named("warning", problems, "problem", f"with the {where}")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
