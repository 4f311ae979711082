"""What rules do to the quality of answers: the shop with and without them, on one set of questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from wares.errors import QueryError, SetupError
from wares.evaluation import reporting
from wares.evaluation.measures import DEFAULT, Measure
from wares.evaluation.records import EvaluationReport, Judgments, QuerySet, System
from wares.evaluation.runs import DEPTH
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    from wares.ranking.rules import Rule
    from wares.records import Query, Results
    from wares.shop import Shop

WITHOUT, WITH = "without", "with"
#: The tag that parts the questions at which a measured rule fires from the others.
TAG = "rules"


class Effect(NamedTuple):
    """``report`` compares "with" with the baseline "without", also apart for the questions at which a rule fires;
    ``fired`` counts these by rule."""

    report: EvaluationReport
    fired: Mapping[str, int]
    questions: int


def measure(
    shop: Shop,
    rules: Sequence[Rule],
    queries: QuerySet,
    judgments: Judgments,
    *,
    names: Sequence[str] = (),
    measures: Sequence[Measure | str] = DEFAULT,
    about: Mapping[str, str] | None = None,
    depth: int = DEPTH,
    on_progress: OnProgress | None = None,
) -> Effect:
    """Measure what rules of those names (all unless given) do among ``rules``: the shop with all of them against the
    shop without these.

    Where a rule redirects, the answer is still measured. :class:`SetupError` for a name that is none of the rules,
    and as :func:`wares.evaluation.reporting.evaluate`.
    """
    known = {rule.name for rule in rules}
    if unknown := [name for name in names if name not in known]:
        raise SetupError(f"there is no rule {unknown[0]!r}; known: {', '.join(sorted(known)[:12]) or 'none'}")
    measured = set(names) or known
    left = [rule for rule in rules if rule.name not in measured]
    fired, tagged = _fired(shop, rules, measured, queries, on_progress)
    titles = {product.id: product.title for product in shop.products()}
    report = reporting.evaluate(
        tagged,
        judgments,
        {WITHOUT: _with(shop, left), WITH: _with(shop, rules)},
        measures=measures,
        titles=titles,
        about=about,
        abouts={WITHOUT: _told(left, "rules"), WITH: _told(rules, "rules")},
        depth=depth,
        on_progress=on_progress,
    )
    return Effect(report, fired, len(queries.queries))


def _fired(
    shop: Shop, rules: Sequence[Rule], measured: set[str], queries: QuerySet, on_progress: OnProgress | None
) -> tuple[dict[str, int], QuerySet]:
    """How many questions each measured rule fires at, and the questions with a tag that says whether one does."""
    counts: Counter[str] = Counter(dict.fromkeys(measured, 0))
    tagged = []
    for done, asked in enumerate(queries.queries, start=1):
        try:
            found = shop.trace(msgspec.structs.replace(asked.query, limit=1, facets=()), rules=rules).fired
        except QueryError:  # what cannot be asked is told by the evaluation itself
            found = ()
        names = [rule.name for rule in found if rule.name in measured]
        counts.update(names)
        told = "a rule fires" if names else "no rule fires"
        tagged.append(msgspec.structs.replace(asked, tags={**asked.tags, TAG: told}))
        if on_progress is not None:
            on_progress(Progress("rules looked up", done, len(queries.queries)))
    return dict(sorted(counts.items())), msgspec.structs.replace(queries, queries=tuple(tagged))


def _with(shop: Shop, rules: Sequence[Rule]) -> System:
    def search(query: Query) -> Results:
        return shop.search(query, rules=rules)

    return search


def _told(rules: Sequence[Rule], noun: str) -> str:
    names = ", ".join(rule.name for rule in rules[:5])
    return f"{len(rules)} {noun}: {names}{' …' if len(rules) > 5 else ''}" if rules else f"no {noun}"
