"""Model-level fusion: a small network weighs every channel for each question and each candidate, and composes.

It starts from the weights of ``weighted`` and learns how far to depart from them (:mod:`~.head`); where parts of a
question lie in one space, a second network makes one question of them (:mod:`~.composer`). It departs only in the
**forms** of question in which it won on validation; in all others, and for channels it has not met, it is
``weighted``. :mod:`wares.fit.fusing` trains it, :mod:`~.saved` is its file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wares.errors import SetupError
from wares.ranking.fusion.base import COMPOSED, Ask, Evidence
from wares.ranking.fusion.decisions import Weighted
from wares.ranking.fusion.learned.composer import Composer, together
from wares.ranking.fusion.learned.head import Head, weigh
from wares.ranking.fusion.learned.saved import Network, read
from wares.ranking.fusion.learned.signals import Signals, signals
from wares.settings import FusionSettings

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats, Shares

__all__ = ["Composer", "Head", "Learned", "Network", "form"]

MISSING = (
    "fusion: the method 'learned' needs a network that was fitted to the shop, and none is named; run: "
    "wares fit SHOP --fusion"
)


class Learned(Weighted):
    """Normalised scores, weighted by a network. ``network`` may be the file of one.

    Raises :class:`SetupError` when there is none, or the file is damaged.
    """

    def __init__(self, settings: FusionSettings, network: Path | Network | None = None) -> None:
        super().__init__(settings)
        if network is None:
            raise SetupError(MISSING)
        self.network = read(network) if isinstance(network, Path) else network

    def check(self, channels: Mapping[str, int]) -> None:
        for channel, composer in self.network.composers.items():
            if channels.get(channel) != composer.dims:
                there = f"has {channels[channel]}" if channel in channels else "has no such channel"
                raise SetupError(
                    f"fusion: the network {self.settings.learned!r} was fitted to another index: it composes in "
                    f"{channel} of {composer.dims} dimensions, and this one {there}; run: wares fit SHOP --fusion"
                )

    def composed(self, asks: Sequence[Ask], vectors: Sequence[Floats | None]) -> list[tuple[Ask, Floats]]:
        if not self._applies(asks):
            return []
        found = []
        for channel, composer in self.network.composers.items():
            mixed = together(channel, composer.dims, asks, vectors)
            if mixed is not None:
                part = " + ".join(dict.fromkeys(ask.part for ask in asks if ask.channel == channel))
                found.append((Ask(part, COMPOSED, channel, 1.0), composer.compose(mixed)))
        return found

    def contributions(self, evidence: Evidence) -> Shares:
        if not evidence.asks or not len(evidence.scores) or not self._applies(evidence.asks):
            return super().contributions(evidence)
        seen = self.signals(evidence)
        weighed: Shares = weigh(self.network.head, seen).weights * seen.shares
        return weighed

    def signals(self, evidence: Evidence) -> Signals:
        """What the network is told of a question and its candidates."""
        return signals(evidence, self.shares(evidence.scores, evidence.asks), self.factors(evidence.asks))

    def _applies(self, asks: Sequence[Ask]) -> bool:
        return form(asks) in self.network.forms


def form(asks: Sequence[Ask]) -> str:
    """The form of a question: which kinds of parts it has, "image + not text"."""
    kinds = {("not " if ask.part_weight < 0 else "") + ask.kind for ask in asks if ask.kind != COMPOSED}
    return " + ".join(sorted(kinds, key=lambda kind: (kind.startswith("not "), kind)))
