"""How a shop answers: what is the same for every question until somebody changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, get_args

import msgspec

from wares.errors import SetupError
from wares.fits import Fits
from wares.index.base import Index
from wares.ranking import fusion as fusions
from wares.ranking.fusion.base import Fusion
from wares.ranking.rules import Rule
from wares.records import Modality
from wares.settings import FusionSettings, RankingSettings, Settings, UnderstandingSettings

if TYPE_CHECKING:
    from wares.merchant import Wording


class Policy(NamedTuple):
    """``fusion`` makes one score of several; ``ranking`` says what follows, ``understanding`` what comes before.
    ``rules`` and ``wording`` take the place of the shop's own."""

    fusion: Fusion
    ranking: RankingSettings = RankingSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    rules: Sequence[Rule] | None = None
    wording: Wording | None = None

    @property
    def collapsed(self) -> bool:
        """Whether products of one group are shown, and counted, as one."""
        return self.ranking.collapse and "collapse" in self.ranking.chain

    @property
    def ruled(self) -> bool:
        """Whether rules are looked up."""
        return "rules" in self.ranking.chain


def policy(
    index: Index,
    settings: Settings,
    fits: Fits,
    *,
    fusion: FusionSettings | Fusion | None = None,
    ranking: RankingSettings | None = None,
    understanding: UnderstandingSettings | None = None,
    rules: Sequence[Rule] | None = None,
    wording: Wording | None = None,
) -> tuple[Policy, tuple[str, ...]]:
    """How a question is answered: as the settings say, but for what is given with it; and what is to be noted. Raises
    as :func:`fused`."""
    made, notes = (fused(index, fusion, fits), ()) if fusion else _in_force(index, settings.fusion, fits)
    return Policy(made, ranking or settings.ranking, understanding or settings.understanding, rules, wording), notes


def fused(index: Index | None, chosen: FusionSettings | Fusion, fits: Fits) -> Fusion:
    """The way to make one score of several that settings name, with what was fitted to the shop. :class:`SetupError`
    when its weights, or what it was fitted to, are not of this index."""
    fitted = fits.fusion(chosen.learned) if isinstance(chosen, FusionSettings) and chosen.learned else None
    made = chosen if isinstance(chosen, Fusion) else fusions.build(chosen, fitted)
    if index is None:
        return made
    dims = {spec.name: spec.dims for spec in index.vectors}
    known = {fusions.WORDS, *dims, *get_args(Modality)}
    for name in made.settings.weights:
        if name not in fusions.WEIGHTS and name.partition(".")[2] not in known:
            there = ", ".join(sorted(known))
            raise SetupError(f"fusion: the weight {name!r} is for no channel of this shop; known: {there}")
    made.check(dims)
    return made


def _in_force(index: Index, own: FusionSettings, fits: Fits) -> tuple[Fusion, tuple[str, ...]]:
    """The shop's own fusion, and what is to be said of it: one that was learned on other vectors than those of the
    index, before a fit or a rollback, is left out, and the weights do."""
    if own.method not in fusions.FITTED:
        return fused(index, own, fits), ()
    try:
        return fused(index, own, fits), ()
    except SetupError as other:
        weighted = msgspec.structs.replace(own, method="weighted", learned="")
        return fused(index, weighted, fits), (f"the weights are used, not the learned fusion: {other}",)
