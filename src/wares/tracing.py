"""A question, traced: every station of its answer kept, so that one can tell what became of any product.

A search keeps none of this. :meth:`Shop.trace` answers a question as a search does and gives a :class:`Trace` of it,
from which :mod:`wares.insight.why` reads why a product is where it is, or why it is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from wares.asking import Asking
    from wares.index.base import Candidates, FieldSpec, Match
    from wares.ranking.chain.base import Listing, Numbers, Scores
    from wares.ranking.rules import Rule
    from wares.records import Query, Results


class Trace(NamedTuple):
    """All that an answer came from. Products go by their number in the store; arrays over candidates are in the order
    of ``candidates.numbers``.

    ``asked``: the question as it was asked. ``query``: as it was answered, its words corrected and rid of what chips
    say, fields checked, ``where`` the whole filter in force (the asker's and the chips' together).
    ``results``: the answer itself: hits of the page, chips with what became of them, corrections, redirect, notes.
    ``asking``: the channels that were looked in, and what may never be found (``without``).
    ``candidates``: what they brought. ``shares``: float64 (n, asks), what each ask added to each candidate's score.
    ``kept``: bool (n,), whether a candidate passed the cut-off; ``threshold``: the fused score below which it did
    not, -inf where nothing is cut off.
    ``stages``: the listing after each station, in order, as pairs of a name and a :class:`Listing`: "fusion" (all
    candidates in the order of their fused scores), then each stage of the chain by its name in the settings.
    ``fired``: the rules that fired. ``hidden``: by product number, the name of the rule that hides it, whether it was
    a candidate or not.
    ``leaders``: by the number of a folded product, the number of the one that is shown in its place.
    ``order``: int64, numbers in the final order from the first place on: all that were put in an order, or, where a
    field decides (``sort``), those of the page.
    ``match``: what counted for totals and facets. ``ids``: by number, the ids of candidates, of all in ``order`` and
    of all that are ``hidden``.
    ``fields``: the fields of the index. ``wanted``: the tokens that words of products are compared with to be shown
    as matched, those of synonyms too (:func:`wares.query.highlighting.spans`).
    """

    asked: Query
    query: Query
    results: Results
    asking: Asking
    candidates: Candidates
    shares: Scores
    kept: npt.NDArray[np.bool_]
    threshold: float
    stages: tuple[tuple[str, Listing], ...]
    order: Numbers
    match: Match
    ids: Mapping[int, str]
    fields: Mapping[str, FieldSpec]
    wanted: frozenset[str] = frozenset()
    fired: tuple[Rule, ...] = ()
    hidden: Mapping[int, str] = {}
    leaders: Mapping[int, int] = {}
