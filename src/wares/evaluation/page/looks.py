"""How systems look: each has a colour, a shape and a dash, the same wherever it is drawn."""

from __future__ import annotations

from typing import NamedTuple

from wares.evaluation.records import EvaluationReport

#: Colours and shapes are counted separately, so that 42 systems differ.
COLOURS = 6
SHAPES = 7
DASHES = 5


class Look(NamedTuple):
    """How a system is drawn everywhere."""

    name: str
    about: str
    number: int

    @property
    def style(self) -> str:
        """Its CSS classes: a colour and a dash."""
        return f"colour-{self.number % COLOURS} dash-{self.number % DASHES}"

    @property
    def shape(self) -> str:
        """The id of its mark among the drawings."""
        return f"shape-{self.number % SHAPES}"


def looks(report: EvaluationReport) -> dict[str, Look]:
    """The look of each system, by name."""
    return {system.name: Look(system.name, system.about, n) for n, system in enumerate(report.systems)}
