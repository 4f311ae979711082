"""The templates, filled: the one place that knows Jinja."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

import jinja2
from markupsafe import Markup

from wares.evaluation.page import questions, sections, words
from wares.evaluation.page.charts import UNIT, upright
from wares.evaluation.page.looks import looks
from wares.evaluation.records import EvaluationReport, Shown

FILTERS = {
    "number": words.number,
    "signed": words.signed,
    "percent": words.percent,
    "chance": words.chance,
    "ms": words.milliseconds,
    "counted": words.counted,
    "clip": words.clip,
    "meaning": words.meaning,
    "capitalize_first": words.capitalize_first,
}


def render(report: EvaluationReport) -> str:
    """The page of a report."""
    seen = looks(report)
    style = resources.files("wares.evaluation.page").joinpath("templates/style.css").read_text(encoding="utf-8")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 - a file of the package
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            looks=seen,
            verdicts=sections.verdicts(report),
            panels=sections.panels(report, seen),
            by_question=questions.by_question(report, seen),
            questions=questions.all_questions(report),
            unanswered=questions.unanswered(report, seen),
            sides=questions.sides(report),
            lowest=questions.lowest(report, seen),
            lines=sections.lines(report, seen),
            segments=sections.segment_panels(report, seen),
            speed=sections.speed(report, seen),
            recall_ticks=UNIT.ticks(),
            precision_ticks=upright(UNIT),
            highest_gain=highest_gain(report),
            ROWS=questions.ROWS,
            FEW=sections.FEW,
            LEVEL=words.LEVEL,
        )
    )


def environment() -> jinja2.Environment:
    """Everything is escaped, and a name that is not there is an error and no empty string."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("wares.evaluation.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made


def highest_gain(report: EvaluationReport) -> int:
    """The best gain of any hit that may be shown; badges are coloured by their part of it."""
    lists: list[Sequence[Shown]] = []
    for comparison in report.comparisons:
        for side in (*comparison.worst, *comparison.best):
            lists += (side.baseline_hits, side.hits, side.missed)
    for system in report.systems:
        for answered in system.worst:
            lists += (answered.hits, answered.missed)
    return max((hit.gain for shown in lists for hit in shown if hit.gain is not None), default=1) or 1
