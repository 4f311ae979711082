"""Classic features as baselines: what search engines and image search used before deep networks.

They are here to be compared with (``wares baselines``), so that a team can say what its model is worth. Each is one
recipe (:class:`~wares.encoders.classic.base.Baseline`) and one row of the table; other distributions add rows through
the entry points "wares.baselines". All need the extra "classic".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wares.errors import CatalogueError, SetupError
from wares.registry import PartSpec, load
from wares.registry import names as _names

if TYPE_CHECKING:
    from wares.encoders.base import Content, Encoder
    from wares.encoders.classic.base import Baseline

GROUP = "wares.baselines"
EXTRA = "classic"
SEED = 20

BASELINES = {
    "tf-idf": PartSpec("wares.encoders.classic.tfidf:TfIdf", "words, the rarer the heavier", EXTRA),
    "lsa": PartSpec("wares.encoders.classic.lsa:Lsa", "latent semantic analysis: TF-IDF, 200 directions", EXTRA),
    "word-vectors": PartSpec(
        "wares.encoders.classic.word_vectors:WordVectors", "means of PPMI word vectors, 128 dimensions", EXTRA
    ),
    "colour-histogram": PartSpec("wares.encoders.classic.colours:ColourHistogram", "hue × saturation × value", EXTRA),
    "hog": PartSpec("wares.encoders.classic.hog:Hog", "histograms of oriented gradients", EXTRA),
    "sift-words": PartSpec("wares.encoders.classic.sift:SiftWords", "SIFT, a bag of 512 visual words", EXTRA),
    "mfcc": PartSpec("wares.encoders.classic.mfcc:Mfcc", "mel-frequency cepstra: means and spreads", EXTRA),
}


def names() -> list[str]:
    """Every baseline that has a name, built-in ones first."""
    return _names(GROUP, BASELINES)


def build(name: str, seed: int = SEED) -> Baseline:
    """The recipe called ``name``. :class:`SetupError` when there is none,
    :class:`~wares.errors.MissingExtra` when its libraries are not installed."""
    from wares.encoders.classic.base import Baseline

    made = load(GROUP, BASELINES, name, "baseline")(seed)
    if not isinstance(made, Baseline):
        raise SetupError(f"the baseline {name!r} is no wares.encoders.classic.base.Baseline; mend its plugin")
    return made


def learn(name: str, contents: Sequence[Content], seed: int = SEED) -> Encoder:
    """The encoder that a baseline makes of a catalogue's contents. Raises as :func:`build`, and
    :class:`CatalogueError` when there is nothing to learn from."""
    recipe = build(name, seed)
    if not contents:
        raise CatalogueError(f"{name}: there is no {recipe.modality} to learn from")
    return recipe.learn(contents)
