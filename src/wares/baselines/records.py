"""The nouns of the comparison: tasks and contenders, which are not kept, and the report, which becomes JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from wares.evaluation.measures import parse
from wares.records import Modality, Product

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from wares.encoders.base import Content

    Scores: TypeAlias = npt.NDArray[np.float64]

#: What is measured, in the order of the columns.
MEASURES = tuple(map(parse, ("R@1", "R@10", "RR@10", "nDCG@10")))


class Task(NamedTuple):
    """Questions with known answers, and what they are asked among: one content for each product.

    ``truth`` says what is right, ``bias`` what such questions favour. ``gains`` are by question and product.
    """

    name: str
    truth: str
    bias: str
    modality: Modality
    products: Sequence[Product]
    pool: Sequence[Content]
    asked: Mapping[str, Content]
    gains: Mapping[str, Mapping[str, int]]


class Answered(NamedTuple):
    """What a contender made of a task: scores of shape (questions, products), -inf for "not found"; the numbers of a
    vector (None: it has none); seconds to learn from all products, and to encode one of them."""

    scores: Scores
    dims: int | None
    learnt: float
    each: float


class Contender(NamedTuple):
    """A way to find products. ``own``: it is a channel of the shop, and no baseline."""

    name: str
    about: str
    own: bool
    answer: Callable[[Task], Answered]


class TaskInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a task."""

    name: str
    modality: Modality
    products: int
    questions: int
    truth: str
    bias: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One contender on one task: means over its questions, by the name of the measure."""

    task: str
    name: str
    about: str
    own: bool
    values: dict[str, float]
    dims: int | None
    seconds_to_learn: float
    seconds_per_item: float


class BaselineReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``problems`` say what could not be measured, and why."""

    seed: int
    tasks: tuple[TaskInfo, ...]
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
