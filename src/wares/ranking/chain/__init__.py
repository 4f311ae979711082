"""The chain: what happens to an order after fusion, stage by stage, as the settings declare it.

Stages see the whole listing of candidates and never the page that is asked for, so that pages fit together. A new
stage is one class and one row here; plugins add rows through the entry points "wares.stages".
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from wares.errors import SetupError
from wares.ranking.chain.base import Added, Listing, Situation, Stage
from wares.ranking.columns import Columns
from wares.registry import PartSpec, load, names
from wares.settings import RankingSettings

__all__ = ["GIVEN", "STAGES", "Added", "Listing", "Situation", "Stage", "build", "check", "run", "stages"]

GROUP = "wares.stages"

STAGES: dict[str, PartSpec] = {
    "signals": PartSpec("wares.ranking.chain.signals:Signals", "rating, popularity, recency, margin, stock"),
    "relations": PartSpec(
        "wares.ranking.chain.base:Stage", "what was asked for by its relation, what is near the best"
    ),
    "rules": PartSpec("wares.ranking.chain.base:Stage", "pin, hide, boost and bury, as the merchant says"),
    "diversity": PartSpec("wares.ranking.chain.diversity:Diversity", "the first places are not all alike"),
    "collapse": PartSpec("wares.ranking.chain.collapse:Collapse", "products that are the same are shown as one"),
}
#: The stages that are not made of settings: whoever builds a chain gives them, and without them it goes on.
GIVEN = ("relations", "rules")


def build(
    settings: RankingSettings, columns: Columns, given: Mapping[str, Stage] | None = None
) -> list[tuple[str, Stage]]:
    """The stages that the settings name, in their order; ``given`` are some that are made already, by name.

    :class:`SetupError` for a stage that does not exist, and for a plugin that is none.
    """
    made: list[tuple[str, Stage]] = []
    for name in settings.chain:
        if given and name in given:
            made.append((name, given[name]))
            continue
        stage = load(GROUP, STAGES, name, kind="stage of ranking.chain")
        if name in GIVEN:
            continue
        built = stage(settings, columns)
        if not isinstance(built, Stage):
            raise SetupError(f"the stage {name!r} is no wares.ranking.chain.Stage; mend its plugin")
        made.append((name, built))
    return made


def check(settings: RankingSettings) -> None:
    """:class:`SetupError` for a chain that cannot be built."""
    build(settings, Columns())


def run(
    stages: Sequence[tuple[str, Stage]], listing: Listing, situation: Situation
) -> tuple[Listing, dict[str, float]]:
    """The listing after all stages, and the milliseconds that each took."""
    laps: dict[str, float] = {}
    for name, stage in stages:
        start = time.perf_counter()
        listing = stage.apply(listing, situation)
        laps[name] = round((time.perf_counter() - start) * 1000, 3)
    return listing, laps


def stages() -> list[str]:
    """The names of all stages, built-in ones first."""
    return names(GROUP, STAGES)
