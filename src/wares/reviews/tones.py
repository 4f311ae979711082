"""How units sound: as the table of tones says, moved by what the stars of a shop's own reviews tell.

Learning is the log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi and Quinn, "Fightin' Words",
2008 (section 3.3.2), over the share of reviews that hold a unit: with y of n reviews of 4 and 5 stars, and of 1 and
2,

    tone = log((y₊ + a₊) / (n₊ + b₊ - y₊ - a₊)) - log((y₋ + a₋) / (n₋ + b₋ - y₋ - a₋))

where the prior a of a unit is such that without any reviews the tone is the table's. A unit that is not in the table
counts from a z-score of :data:`SURE` on, and when reviews of :data:`OWNERS` products have it: else it is likely to be
what a bad product is called.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from wares.records import Review
from wares.reviews.clauses import Unit, clauses, units

#: How many reviews the table counts for, and so many of each kind must there be to learn from.
PRIOR, ENOUGH = 8.0, 30
#: The z-score from which on a unit has a tone, and the strongest tone.
SURE, STRONGEST = 2.6, 3.0
#: Of how many products reviews must have a unit.
OWNERS = 3
#: More units are not counted; those that were met once go first.
MOST_UNITS = 400_000
#: Stars from which on a review counts as good, and up to which as bad.
GOOD, BAD = 4.0, 2.0


class Tones:
    """The tones of units; without what was ``learnt``, those of the table."""

    def __init__(self, learnt: Mapping[str, float] | None = None) -> None:
        self.learnt = dict(learnt or {})

    def of(self, unit: Unit) -> float:
        """The tone of a unit."""
        return self.learnt.get(unit.word, unit.tone) * unit.strength

    def clause(self, clause: str) -> float:
        """The tone of a folded clause: above 0 it praises, below 0 it blames."""
        return sum(map(self.of, units(clause)))

    def text(self, text: str) -> float:
        """The tone of a text: those of its clauses together."""
        return sum(map(self.clause, clauses(text)))


class Stars:
    """Counts in how many good and bad reviews units are, and learns tones from that."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}  # good, bad; products, and the last of these
        self._products = 0
        self._last = ""
        self._tones: dict[str, float] = {}
        self._reviews = [0, 0]

    def take(self, review: Review) -> None:
        """Count a review, those of a product one after the other; without stars, or with three, it tells nothing."""
        if review.rating is None or BAD < review.rating < GOOD:
            return
        if review.product != self._last:
            self._products, self._last = self._products + 1, review.product
        kind = int(review.rating <= BAD)
        self._reviews[kind] += 1
        for unit in {unit.word: unit for clause in clauses(words_of(review)) for unit in units(clause)}.values():
            counts = self._counts.setdefault(unit.word, [0, 0, 0, 0])
            counts[kind] += 1
            if counts[3] != self._products:
                counts[2:] = counts[2] + 1, self._products
            if unit.tone:
                self._tones[unit.word] = unit.tone
        if len(self._counts) > MOST_UNITS:
            self._counts = {word: counts for word, counts in self._counts.items() if sum(counts[:2]) > 1}

    def tones(self) -> Tones:
        """What was learnt; the table's where there are too few good or bad reviews."""
        if min(self._reviews) < ENOUGH:
            return Tones()
        return Tones({word: tone for word, counts in self._counts.items() if (tone := self._tone(word, counts))})

    def _tone(self, word: str, counts: Sequence[int]) -> float:
        table = self._tones.get(word, 0.0)
        total = sum(self._reviews)
        odds, variance = [], 0.0
        for kind, sign in ((0, 1), (1, -1)):
            own = self._reviews[kind]
            share = own / total
            prior = PRIOR * share * math.exp(sign * table / 2)
            held = counts[kind] + prior
            odds.append(math.log(held / (own + PRIOR * share * 50 - held)))
            variance += 1 / held
        tone = odds[0] - odds[1]
        known = counts[2] >= min(OWNERS, self._products) and abs(tone) >= SURE * math.sqrt(variance)
        if not (table or known):
            return 0.0
        return round(max(-STRONGEST, min(STRONGEST, tone)), 3)


def words_of(review: Review) -> str:
    """Title and text of a review."""
    return f"{review.title}\n{review.text}" if review.title else review.text


def most(tones: Tones, n: int) -> tuple[Sequence[str], Sequence[str]]:
    """The units that sound best and worst, at most ``n`` each: to look at what was learnt."""
    ranked = [word for word, _ in Counter(tones.learnt).most_common()]
    return ranked[:n], ranked[::-1][:n]
