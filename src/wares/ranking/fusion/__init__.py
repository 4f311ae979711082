"""Fusion: what several channels say of a product becomes one score, and each channel's share can be told.

======================  ================  ===============================================================
``weighted``            decision level    normalised scores, weighted and added
``rrf``                 decision level    reciprocal ranks, weighted and added
``voting``              decision level    places counted from the end (Borda), weighted and added
``concatenation``       feature level     vectors side by side, compared as one vector
``mean``                feature level     the mean of the vectors, all alike
``weighted-mean``       feature level     their mean by weight
``product``             feature level     their product, element by element
``learned``             model level       normalised scores, weighted by a network fitted to the shop
======================  ================  ===============================================================

A feature-level method makes one vector of the dense ones of a part, on both sides, and joins its cosine with the
words by weight: words are no dense feature. A new method is one class and one row here; plugins add rows through the
entry points "wares.fusions".
"""

from __future__ import annotations

from pathlib import Path

from wares.errors import SetupError
from wares.ranking.fusion.base import COMPOSED, WEIGHTS, WORDS, Ask, Evidence, Fusion
from wares.registry import PartSpec, load, names
from wares.settings import FusionSettings

__all__ = ["COMPOSED", "FITTED", "METHODS", "WEIGHTS", "WORDS", "Ask", "Evidence", "Fusion", "build", "methods"]

GROUP = "wares.fusions"

METHODS: dict[str, PartSpec] = {
    "weighted": PartSpec("wares.ranking.fusion.decisions:Weighted", "normalised scores, weighted and added"),
    "rrf": PartSpec("wares.ranking.fusion.decisions:ReciprocalRanks", "reciprocal ranks, weighted and added"),
    "voting": PartSpec("wares.ranking.fusion.decisions:Voting", "Borda count, weighted"),
    "concatenation": PartSpec("wares.ranking.fusion.features:Concatenation", "vectors side by side"),
    "mean": PartSpec("wares.ranking.fusion.features:Mean", "the mean of the vectors, all alike"),
    "weighted-mean": PartSpec("wares.ranking.fusion.features:WeightedMean", "the mean of the vectors by weight"),
    "product": PartSpec("wares.ranking.fusion.features:ElementwiseProduct", "the product of the vectors' elements"),
    "learned": PartSpec("wares.ranking.fusion.learned:Learned", "weights by a network fitted to the shop"),
}
#: The methods that need a fit of the shop: they are given its file beside the settings.
FITTED = ("learned",)


def build(settings: FusionSettings, fitted: Path | None = None) -> Fusion:
    """The method that the settings name; ``fitted`` is the file of the fit that they name, for methods in
    :data:`FITTED`. :class:`SetupError` when there is none, or a parameter is out of bounds."""
    method = load(GROUP, METHODS, settings.method, kind="fusion method")
    made = method(settings, fitted) if settings.method in FITTED else method(settings)
    if not isinstance(made, Fusion):
        raise SetupError(f"the fusion method {settings.method!r} is no wares.ranking.fusion.Fusion; mend its plugin")
    return made


def methods() -> list[str]:
    """The names of all methods, built-in ones first."""
    return names(GROUP, METHODS)
