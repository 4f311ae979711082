"""What a bench found, as plain, frozen values that become JSON. Times are milliseconds, sizes megabytes (10^6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from wares.records import Query

Kind: TypeAlias = Literal["words", "pictures", "mixed"]


class Questions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: questions of one kind, and where they come from."""

    kind: Kind
    source: str
    queries: tuple[Query, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, as a report tells it."""

    kind: Kind
    source: str
    count: int
    example: str


class Selective(msgspec.Struct, frozen=True, kw_only=True):
    """A filter and the share of all products that pass it; ``wanted``: the share it was chosen for (None: given)."""

    where: str
    share: float
    wanted: float | None = None


class Percentiles(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds within which a half, 95 % and 99 % of ``n`` answers came."""

    p50: float
    p95: float
    p99: float
    n: int


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Questions of one kind asked in one way. ``way`` is "new" (nothing remembers the question), "repeated", a
    filter, or "facets". ``search`` leaves out the encoder's tower, ``whole`` does not; ``scan`` is the median of the
    yardstick, taken in turns with the searches, and ``ratio`` the median of ``search`` divided by it."""

    kind: Kind
    way: str
    whole: Percentiles
    search: Percentiles
    scan: float | None = None
    ratio: float | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The mean time that new questions spend in one stage, and its share of the whole."""

    kind: Kind
    stage: str
    mean: float
    share: float


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Questions without a pause from ``concurrency`` threads of one process, or from as many processes."""

    by: Literal["threads", "processes"]
    concurrency: int
    answers_per_second: float
    whole: Percentiles


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Memory that is resident, and what of it is not mapped from files."""

    what: str
    resident: float
    private: float


class Recall(msgspec.Struct, frozen=True, kw_only=True):
    """The mean share of the exact nearest ten that a vector channel brings among its best ten; ``products`` is how
    many of those that pass ``where`` ("": all) have such a vector."""

    channel: str
    kind: Kind
    questions: int
    where: str
    products: int
    recall: float


class BenchReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that ``wares bench`` found. ``about``: date, machine, software, shop, model; ``disk``: its parts."""

    about: Mapping[str, str]
    questions: tuple[Asked, ...]
    filters: tuple[Selective, ...]
    facets: tuple[str, ...]
    latencies: tuple[Latency, ...]
    stages: tuple[Stage, ...]
    loads: tuple[Load, ...]
    memory: tuple[Memory, ...]
    disk: Mapping[str, float]
    recalls: tuple[Recall, ...]
    notes: tuple[str, ...]
