"""Rankers by words that are learnt from a catalogue: classic ways to weigh a word, beside the shop's BM25.

Each is one recipe (:class:`~wares.ranking.words.base.WordRanker`) and one row of the table; other distributions add
rows through the entry points "wares.word_rankers". ``wares baselines`` measures them.
"""

from __future__ import annotations

from wares.errors import SetupError
from wares.ranking.words.base import Document, TermScores, WordRanker
from wares.registry import PartSpec, load, names

__all__ = ["RANKERS", "Document", "TermScores", "WordRanker", "build", "rankers"]

GROUP = "wares.word_rankers"

RANKERS = {
    "naive-bayes": PartSpec("wares.ranking.words.bayes:NaiveBayes", "how likely a product's words make the question"),
    "information-gain": PartSpec(
        "wares.ranking.words.gain:InformationGain", "words weigh what they tell of the kind of product"
    ),
}


def build(name: str) -> WordRanker:
    """The recipe called ``name``. :class:`SetupError` when there is none."""
    made = load(GROUP, RANKERS, name, "word ranker")()
    if not isinstance(made, WordRanker):
        raise SetupError(f"the word ranker {name!r} is no wares.ranking.words.WordRanker; mend its plugin")
    return made


def rankers() -> list[str]:
    """The names of all word rankers, built-in ones first."""
    return names(GROUP, RANKERS)
