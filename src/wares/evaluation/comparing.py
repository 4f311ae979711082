"""Runs against judgments, and against each other: question by question, and what is left of it by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from wares.evaluation import measures as measuring
from wares.evaluation.measures import Measure
from wares.evaluation.records import Answer, Answered, Comparison, Difference, Run, Shown, SideBySide
from wares.evaluation.statistics import bootstrap, holm, overlap, randomisation

#: Products of each list that are shown and compared by overlap.
TOP = 10
#: Differences up to this are ties.
TIE = 1e-9
WORST = 10
BEST = 5
#: The persistence of rank-biased overlap.
PERSISTENCE = 0.9

NOTHING = Answer()


class Ground(NamedTuple):
    """What all systems are measured on: ``questions`` maps the ids that are evaluated to what was asked, ``gains``
    are the judgments, ``titles`` those of the products there are (None: not known)."""

    questions: Mapping[str, str]
    gains: Mapping[str, Mapping[str, int]]
    measures: tuple[Measure, ...]
    titles: Mapping[str, str] | None

    @property
    def first(self) -> str:
        """The name of the measure that questions are ordered by."""
        return str(self.measures[0])

    def title(self, id: str) -> str:
        """The title of a product; empty when it is not known."""
        return (self.titles or {}).get(id, "")


class Scored(NamedTuple):
    """A run and its values: measure → question → value, over the questions of a ground, in their order."""

    run: Run
    values: Mapping[str, Mapping[str, float]]

    def answer(self, query: str) -> Answer:
        """What was answered; an empty answer when there is none."""
        return self.run.answers.get(query, NOTHING)


def scored(run: Run, ground: Ground) -> Scored:
    """Measure every answer; a question that failed, or that the run does not have, counts as nothing found."""
    values: dict[str, dict[str, float]] = {str(measure): {} for measure in ground.measures}
    for query in ground.questions:
        answer = run.answers.get(query, NOTHING)
        for measure, value in measuring.score(ground.measures, ground.gains[query], answer.ids).items():
            values[measure][query] = value
    return Scored(run, values)


# -- two systems ------------------------------------------------------------------------------------------------


def compare(baseline: Scored, others: Sequence[Scored], ground: Ground) -> tuple[Comparison, ...]:
    """Each of the others against the baseline. p-values are adjusted for the number of systems (Holm, 1979), within
    each measure: the measures say nearly the same of the same answers, and the verdict is by the first of them."""
    made = [_compared(baseline, other, ground) for other in others]
    by_measure = zip(*(comparison.differences for comparison in made), strict=True)
    adjusted = [holm([difference.p for difference in same]) for same in by_measure]
    return tuple(
        msgspec.structs.replace(
            comparison,
            differences=tuple(
                msgspec.structs.replace(difference, p_holm=own[at])
                for difference, own in zip(comparison.differences, adjusted, strict=True)
            ),
        )
        for at, comparison in enumerate(made)
    )


def _compared(baseline: Scored, other: Scored, ground: Ground) -> Comparison:
    by_first = differences(baseline.values[ground.first], other.values[ground.first])
    ordered = sorted(by_first, key=by_first.__getitem__)
    worse = [query for query in ordered if by_first[query] < -TIE][:WORST]
    better = [query for query in reversed(ordered) if by_first[query] > TIE][:BEST]
    overlaps = [
        overlap(baseline.answer(q).ids[:TOP], other.answer(q).ids[:TOP], PERSISTENCE) for q in ground.questions
    ]
    return Comparison(
        baseline=baseline.run.name,
        system=other.run.name,
        differences=tuple(_difference(baseline, other, str(measure)) for measure in ground.measures),
        overlap=sum(overlaps) / len(overlaps),
        worst=tuple(_side_by_side(baseline, other, query, ground) for query in worse),
        best=tuple(_side_by_side(baseline, other, query, ground) for query in better),
    )


def differences(baseline: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Question by question, how much better the other is."""
    return {query: value - baseline[query] for query, value in other.items()}


def _difference(baseline: Scored, other: Scored, measure: str) -> Difference:
    found = list(differences(baseline.values[measure], other.values[measure]).values())
    low, high = bootstrap(found)
    wins, losses = sum(d > TIE for d in found), sum(d < -TIE for d in found)
    p = randomisation(found)
    return Difference(
        measure=measure,
        baseline=baseline.run.name,
        system=other.run.name,
        mean=sum(found) / len(found),
        low=low,
        high=high,
        p=p,
        p_holm=p,
        wins=wins,
        losses=losses,
        ties=len(found) - wins - losses,
        n=len(found),
    )


# -- one question -----------------------------------------------------------------------------------------------


def answered(system: Scored, query: str, ground: Ground) -> Answered:
    """How a question fared, its first hits, and what they miss."""
    return Answered(
        query_id=query,
        question=ground.questions[query],
        value=system.values[ground.first][query],
        hits=_hits(system.answer(query), query, ground),
        missed=_missed(system.answer(query), query, ground),
    )


def _side_by_side(baseline: Scored, other: Scored, query: str, ground: Ground) -> SideBySide:
    return SideBySide(
        query_id=query,
        question=ground.questions[query],
        baseline=baseline.values[ground.first][query],
        value=other.values[ground.first][query],
        baseline_hits=_hits(baseline.answer(query), query, ground),
        hits=_hits(other.answer(query), query, ground),
        missed=_missed(other.answer(query), query, ground),
    )


def _hits(answer: Answer, query: str, ground: Ground) -> tuple[Shown, ...]:
    gains, scores = ground.gains[query], _scores(answer)
    return tuple(Shown(id, ground.title(id), scores.get(id, 0.0), gains.get(id)) for id in answer.ids[:TOP])


def _missed(answer: Answer, query: str, ground: Ground) -> tuple[Shown, ...]:
    """Relevant products that are not among the first hits, best first; their score is 0 where they were not found."""
    found, shown = _scores(answer), set(answer.ids[:TOP])
    gains = {id: gain for id, gain in ground.gains[query].items() if gain > 0 and id not in shown}
    best = sorted(gains, key=lambda id: -gains[id])[:TOP]
    return tuple(Shown(id, ground.title(id), found.get(id, 0.0), gains[id]) for id in best)


def _scores(answer: Answer) -> dict[str, float]:
    """Scores by product, as far as the answer has any."""
    return dict(zip(answer.ids, answer.scores, strict=False))
