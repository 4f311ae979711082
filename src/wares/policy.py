"""How a shop answers: what is the same for every question until somebody changes it."""

from __future__ import annotations

from typing import NamedTuple

from wares.ranking.fusion import Fusion
from wares.settings import RankingSettings, UnderstandingSettings


class Policy(NamedTuple):
    """``fusion`` makes one score of several; ``ranking`` says what follows, ``understanding`` what comes before."""

    fusion: Fusion
    ranking: RankingSettings = RankingSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
