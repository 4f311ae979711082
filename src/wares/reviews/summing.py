"""The reviews of one product → how it was received.

Every review has one voice on an aspect: the tone of its clauses that speak of it. A clause without a tone of its own
goes by the stars of its review, if these are one or five. An aspect is praised or criticised when so is the share of
its praise beyond Wilson's interval ("Probable Inference", 1927) at :data:`Z`, and mixed between the two.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from wares.records import Opinion, Reception, Review, Verdict
from wares.reviews import lexicon
from wares.reviews.clauses import clauses
from wares.reviews.tones import Tones, words_of

#: Standard deviations of Wilson's interval (80 % within), and the voices that a verdict needs.
Z, ENOUGH = 1.28, 3
#: What a star above or below three says of a clause, and the tone from which on a clause counts.
STAR, TELLING = 0.3, 0.5
#: The characters of a quote, and of the words that are looked up.
QUOTE, WORDS = (2, 90), 8_000
#: Lists of aspects are no longer than this.
MOST_OPINIONS = 20


class Told(NamedTuple):
    """What a clause says of aspects."""

    clause: str
    aspects: Sequence[str]
    tone: float


def summed(reviews: Sequence[Review], tones: Tones) -> tuple[Reception, str]:
    """How a product was received, and the words in which."""
    told = [list(_told(review, tones)) for review in reviews]
    resolved = _resolved(told)
    stars = [review.rating for review in reviews if review.rating is not None]
    opinions = sorted(_opinions(resolved), key=lambda one: (-one.praised - one.criticised, one.aspect))
    reception = Reception(
        reviews=len(reviews),
        rated=len(stars),
        rating=round(sum(stars) / len(stars), 2) if stars else None,
        opinions=tuple(opinions[:MOST_OPINIONS]),
    )
    return reception, _words(resolved)


def asked(reception: Reception) -> Iterator[str]:
    """What most say of each aspect, as people ask for it: "good battery", "case problems"."""
    for one in reception.opinions:
        if one.praised != one.criticised:
            chinese = next((word for word in lexicon.said(one.aspect) if not word.isascii()), "")
            praised = one.praised > one.criticised
            yield f"good {one.aspect} {chinese}好" if praised else f"{one.aspect} problems {chinese}问题 {chinese}差"


def verdict(praised: int, criticised: int) -> Verdict:
    """What so many voices for and against come to."""
    n = praised + criticised
    if n < ENOUGH:
        return ""
    share, z2 = praised / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5 / (1 + z2 / n)
    return "praised" if middle - half > 0.5 else "criticised" if middle + half < 0.5 else "mixed"


def aspects_of(clause: str) -> list[str]:
    """The aspects that a folded clause speaks of; a word that may mean several gives "one/other"."""
    known = lexicon.aspects()
    return list(dict.fromkeys("/".join(known.meaning(match[0])) for match in _named().finditer(clause)))


def _told(review: Review, tones: Tones) -> Iterable[Told]:
    """The clauses of a review that praise or blame. One that names nothing goes on about what the one before named
    without a tone: "the battery: terrible"."""
    stars = 0.0 if review.rating is None else STAR * (review.rating - 3)
    open_: Told | None = None
    for whole in clauses(words_of(review)):
        for clause in _apart(whole, tones):
            one = Told(clause, aspects_of(clause), tones.clause(clause))
            if open_ and one.tone and not one.aspects:
                one = Told(f"{open_.clause}, {clause}", open_.aspects, one.tone)
            elif open_ and abs(stars) >= TELLING:
                yield open_._replace(tone=stars)
            open_ = one if one.aspects and not one.tone else None
            if abs(one.tone) >= TELLING:
                yield one
    if open_ and abs(stars) >= TELLING:
        yield open_._replace(tone=stars)


def _apart(clause: str, tones: Tones) -> list[str]:
    """A clause in two at its "and", if both say something of some aspect."""
    parts = _AND.split(clause, maxsplit=1)
    if len(parts) == 2 and all(aspects_of(part) and tones.clause(part) for part in parts):
        return [part.strip() for part in parts]
    return [clause]


_AND = re.compile(r"\band\b|而")


def _resolved(told: Iterable[Sequence[Told]]) -> list[list[Told]]:
    """Words of several aspects mean the one that the product's other words speak of most."""
    listed = list(told)
    spoken = Counter(name for own in listed for one in own for name in one.aspects if "/" not in name)

    def meant(name: str) -> str:
        return max(name.split("/"), key=lambda each: spoken[each])

    return [[one._replace(aspects=list(dict.fromkeys(map(meant, one.aspects)))) for one in own] for own in listed]


def _opinions(told: Iterable[Sequence[Told]]) -> Iterable[Opinion]:
    voices: defaultdict[str, list[float]] = defaultdict(list)
    said: defaultdict[str, list[Told]] = defaultdict(list)
    for own in told:
        totals: defaultdict[str, float] = defaultdict(float)
        for one in own:
            for aspect in one.aspects:
                totals[aspect] += one.tone
                said[aspect].append(one)
        for aspect, total in totals.items():
            voices[aspect].append(total)
    for aspect, spoken in voices.items():
        praised, criticised = (sum(voice * sign > 0 for voice in spoken) for sign in (1, -1))
        yield Opinion(
            aspect=aspect,
            praised=praised,
            criticised=criticised,
            verdict=verdict(praised, criticised),
            praise=_quote(said[aspect], 1),
            criticism=_quote(said[aspect], -1),
        )


def _quote(told: Sequence[Told], sign: int) -> str:
    """The clause that says it most plainly: about nothing else, and with the strongest tone."""
    fitting = [one for one in told if one.tone * sign > 0 and QUOTE[0] <= len(one.clause) <= QUOTE[1]]
    best = min(fitting, key=lambda one: (len(one.aspects), -abs(one.tone), len(one.clause), one.clause), default=None)
    return best.clause if best else ""


def _words(told: Iterable[Sequence[Told]]) -> str:
    """What is said with a tone, each clause once: what is about aspects first."""
    ordered = sorted((one for own in told for one in own), key=lambda one: not one.aspects)
    return "\n".join(dict.fromkeys(one.clause for one in ordered))[:WORDS]


@cache
def _named() -> re.Pattern[str]:
    return re.compile(lexicon.aspects().pattern)
