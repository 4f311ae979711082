"""What learning to fuse came to, and the verdict: the network, or the weights that were in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from wares.evaluation.statistics import bootstrap, randomisation
from wares.settings import FusionSettings

#: The p-value up to which a difference counts as one.
SIGNIFICANT = 0.05
#: The group of all questions held out.
ALL = "all"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Some questions, with nDCG@10 as things are and by the network: means, the mean difference with its 95 %
    interval, and the p-value of a paired randomisation test."""

    name: str
    questions: int
    in_force: float
    learned: float
    low: float
    high: float
    p: float

    @property
    def difference(self) -> float:
        return self.learned - self.in_force

    @property
    def better(self) -> bool:
        """Whether the network is better by more than chance."""
        return self.p <= SIGNIFICANT and self.difference > 0

    @property
    def worse(self) -> bool:
        """Whether it is worse by more than chance."""
        return self.p <= SIGNIFICANT and self.difference < 0


class Composing(msgspec.Struct, frozen=True, kw_only=True):
    """How a composer came out: the channel, how many questions it learned by, and its loss on the questions to
    validate with, for adding and subtracting vectors and for what was learned."""

    channel: str
    questions: int
    before: float
    after: float


class FusionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What :func:`wares.fit.fusing.learn_fusion` did.

    ``recommended``: settings that name the network; None: it does not win, and the weights stay, for the reason that
    ``verdict`` gives. ``forms`` are the forms of question on the questions to validate with: the network is used in
    those where it is ``better`` there. ``held_out`` are kinds of question among those that nothing was chosen by, the
    first of all. ``composing`` tells of the composers, ``composes`` in which channels they are used: all or none, as
    validation has it. ``counts`` are questions to learn by, to validate with, and held out."""

    recommended: FusionSettings | None
    verdict: str
    set_name: str = ""
    bias: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)
    rounds: int = 0
    forms: tuple[Group, ...] = ()
    used: tuple[str, ...] = ()
    held_out: tuple[Group, ...] = ()
    composing: tuple[Composing, ...] = ()
    composes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    seed: int = 20
    seconds: float = 0.0


def compared(name: str, in_force: Sequence[float], learned: Sequence[float]) -> Group:
    """A group of questions by the measure for each."""
    differences = (np.asarray(learned) - np.asarray(in_force)).tolist()
    low, high = bootstrap(differences)
    return Group(
        name=name,
        questions=len(differences),
        in_force=float(np.mean(in_force)),
        learned=float(np.mean(learned)),
        low=low,
        high=high,
        p=randomisation(differences),
    )


def grouped(values: Mapping[str, tuple[float, float]], names: Mapping[str, str]) -> tuple[Group, ...]:
    """The groups of questions by a name for each: ``values`` are (in force, learned) by question."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for id, pair in values.items():
        groups.setdefault(names[id], []).append(pair)
    return tuple(compared(name, *zip(*pairs, strict=True)) for name, pairs in sorted(groups.items()))


def verdict(held_out: Sequence[Group], used: Sequence[str]) -> tuple[bool, str]:
    """Whether to use the network, and why or why not, in words. It must win on all questions held out together, and
    lose by more than chance on no kind of them."""
    if not used or not held_out:
        return False, "falls back to the weights in force: no form of question was better on validation"
    whole, *kinds = held_out
    sure = f"95 % {whole.low:+.3f} … {whole.high:+.3f}, p {whole.p:.2g}, {whole.questions} questions"
    by = f"{whole.difference:+.3f} nDCG@10 on the questions held out"
    if lost := [kind for kind in kinds if kind.worse]:
        worst = min(lost, key=lambda kind: kind.difference)
        text = f"the questions of {worst.name} that were held out lose {-worst.difference:.3f} (p {worst.p:.2g})"
        return False, f"falls back to the weights in force: {text}"
    if not whole.better:
        return False, f"falls back to the weights in force: {by} cannot be told from chance ({sure})"
    return True, f"better: {by} ({sure}); used for {', '.join(used)}"
