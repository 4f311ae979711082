"""How a shop answers: what is the same for every question until somebody changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wares.ranking.fusion import Fusion
from wares.ranking.rules import Rule
from wares.settings import RankingSettings, UnderstandingSettings


class Policy(NamedTuple):
    """``fusion`` makes one score of several; ``ranking`` says what follows, ``understanding`` what comes before.
    ``rules`` take the place of the shop's own."""

    fusion: Fusion
    ranking: RankingSettings = RankingSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    rules: Sequence[Rule] | None = None

    @property
    def collapsed(self) -> bool:
        """Whether products of one group are shown, and counted, as one."""
        return self.ranking.collapse and "collapse" in self.ranking.chain

    @property
    def ruled(self) -> bool:
        """Whether rules are looked up."""
        return "rules" in self.ranking.chain
