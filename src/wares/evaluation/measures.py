"""Measures as values: ``parse("nDCG@10")`` compares, hashes, and prints as ``nDCG@10``.

They are spelled and valued as in ir_measures (MacAvaney, Macdonald and Ounis, ECIR 2022) and trec_eval; the tests
hold them to it. In the formulas, g(i) is the gain of the product at place i, counted from 1; k the cutoff, or else
the length of the list; n the number of relevant products: those of gain ≥ 1, or ≥ ``rel`` where that is given.

=============  ==================================================================================================
``nDCG@10``    Σ g(i) / log2(i + 1) up to k, over the same of the best possible list (Järvelin and Kekäläinen 2002);
               ``nDCG(dcg='exp-log2')@10`` takes 2^g - 1 for g (Burges et al. 2005)
``RR@10``      1 / the place of the first relevant product, 0 if it is beyond k (Kantor and Voorhees 2000)
``R@100``      relevant products up to k / n
``P@1``        relevant products up to k / k, however short the list
``AP``         Σ of P@i over places i up to k that hold a relevant product / n (Harman 1992)
``Success@10`` 1 if a relevant product is among the first k, else 0
``Judged@10``  judged products among the first k / how many there are among the first k
=============  ==================================================================================================
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import msgspec

from wares.errors import CatalogueError, SetupError

#: How every figure is to be read; stated in each report.
CONVENTIONS: tuple[str, ...] = (
    "Gains count as they are (linear, not 2^g - 1, unless a measure says dcg='exp-log2'); one below 0 counts as 0.",
    "A product is relevant when its gain is at least 1, unless a measure says otherwise (rel=2).",
    "An unjudged product counts as one of gain 0; Judged@10 says how many of the first ten were judged.",
    "The ideal list of nDCG, and the relevant products of R and AP, are all that are judged for the question, "
    "found or not.",
    "Products count in the order in which the system listed them; equal scores are not ordered anew. One that is "
    "listed again counts only where it stands first, and one that is shown as another (folded) right behind that.",
    "P@k divides by k and R@k by the number of relevant products, however short the list is.",
    "A question that failed or found nothing counts 0.",
    "A question without any relevant judged product is left out of means, and counted.",
)


class Measure(msgspec.Struct, frozen=True):
    """A measure with its parameters. ``cutoff`` None: the whole list. Made by :func:`parse`, which checks it."""

    name: str
    cutoff: int | None = None
    rel: int = 1
    dcg: str = "log2"

    def __str__(self) -> str:
        given = [f"rel={self.rel}"] if self.rel != 1 else []
        given += [f"dcg={self.dcg!r}"] if self.dcg != "log2" else []
        return self.name + (f"({','.join(given)})" if given else "") + (f"@{self.cutoff}" if self.cutoff else "")


def score(measures: Sequence[Measure], gains: Mapping[str, int], ids: Sequence[str]) -> dict[str, float]:
    """What a list is worth to one question, by ``str(measure)``; each between 0 and 1.

    ``gains``: of all judged products of the question. ``ids``: the products that were found, best first. A question
    without any relevant product gives 0 for all but Judged, as ir_measures does: leave it out of means.
    """
    listed = _gains_by_place(gains, ids)
    ideal = sorted((gain for gain in gains.values() if gain > 0), reverse=True)
    return {str(measure): _FORMS[measure.name].value(listed, ideal, measure) for measure in measures}


def judged_share(gains: Mapping[str, int], ids: Sequence[str], k: int = 10) -> float:
    """The share of judged products among the first k that were found; 0 when none were found."""
    return _judged(_gains_by_place(gains, ids), (), Measure("Judged", k))


def precision_at_recall(gains: Mapping[str, int], ids: Sequence[str]) -> tuple[float, ...]:
    """Interpolated precision at recall 0, 0.1 … 1: the best precision at any place by which at least that share of
    the relevant products is found, 0 if it never is (trec_eval's ``iprec_at_recall``; Manning et al. 2008, 8.4)."""
    relevant = sum(gain >= 1 for gain in gains.values())
    places = _places_of_relevant(_gains_by_place(gains, ids), 1)
    precisions = [count / place for count, place in enumerate(places, start=1)]  # it only falls between those places
    best = list(accumulate(reversed(precisions), max))[::-1]
    needed = [max(math.ceil(tenths * relevant / 10), 1) for tenths in range(11)]
    return tuple(best[count - 1] if count <= len(best) else 0.0 for count in needed)


# -- formulas: of the gains by place (None: unjudged), and of the gains above 0 of all that are judged, best first ---

_Listed: TypeAlias = Sequence[int | None]


def _gains_by_place(gains: Mapping[str, int], ids: Sequence[str]) -> list[int | None]:
    listed: list[int | None] = [gains.get(product) for product in ids]
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        for place, product in enumerate(ids):
            if product in seen and listed[place] is not None:
                listed[place] = 0
            seen.add(product)
    return listed


def _places_of_relevant(listed: _Listed, rel: int) -> list[int]:
    return [place for place, gain in enumerate(listed, start=1) if gain is not None and gain >= rel]


def _ndcg(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    of = _exponential if measure.dcg == "exp-log2" else float
    best = _dcg(map(of, ideal[: measure.cutoff]))
    return _dcg(of(max(gain or 0, 0)) for gain in listed[: measure.cutoff]) / best if best else 0.0


def _dcg(gains: Iterable[float]) -> float:
    return math.fsum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1) if gain)


def _exponential(gain: int) -> float:
    if gain > _GREATEST_EXPONENT:
        raise CatalogueError(f"a gain of {gain} is too great for dcg='exp-log2'; use nDCG as it is, or smaller gains")
    return 2.0**gain - 1


def _rr(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    places = _places_of_relevant(listed[: measure.cutoff], measure.rel)
    return 1 / places[0] if places else 0.0


def _recall(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    relevant = sum(gain >= measure.rel for gain in ideal)
    return len(_places_of_relevant(listed[: measure.cutoff], measure.rel)) / relevant if relevant else 0.0


def _precision(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    return len(_places_of_relevant(listed[: measure.cutoff], measure.rel)) / (measure.cutoff or 1)


def _ap(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    relevant = sum(gain >= measure.rel for gain in ideal)
    places = _places_of_relevant(listed[: measure.cutoff], measure.rel)
    return math.fsum(count / place for count, place in enumerate(places, start=1)) / relevant if relevant else 0.0


def _success(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    return float(bool(_places_of_relevant(listed[: measure.cutoff], measure.rel)))


def _judged(listed: _Listed, ideal: Sequence[int], measure: Measure) -> float:
    first = listed[: measure.cutoff]
    return sum(gain is not None for gain in first) / len(first) if first else 0.0


class _Form(NamedTuple):
    """How a measure is computed, the parameter it may have, and whether it has to have a cutoff."""

    value: Callable[[_Listed, Sequence[int], Measure], float]
    parameter: str = ""
    needs_cutoff: bool = False


_FORMS: Mapping[str, _Form] = {
    "nDCG": _Form(_ndcg, "dcg"),
    "RR": _Form(_rr, "rel"),
    "R": _Form(_recall, "rel", needs_cutoff=True),
    "P": _Form(_precision, "rel", needs_cutoff=True),
    "AP": _Form(_ap, "rel"),
    "Success": _Form(_success, "rel", needs_cutoff=True),
    "Judged": _Form(_judged),
}
_ALIASES = {"NDCG": "nDCG", "MRR": "RR", "Recall": "R", "Precision": "P", "MAP": "AP"}
_GREATEST_EXPONENT = 1_000

# -- reading -------------------------------------------------------------------------------------------------------


class _Parameter(NamedTuple):
    """How a parameter's value is written, what it becomes, and an example."""

    form: re.Pattern[str]
    read: Callable[[str], int | str]
    example: str


_TEXT = re.compile(r"(\w+) *(?:\( *(\w+) *= *([^(),]*?) *\))? *(?:@ *([1-9]\d{0,5}))?", re.ASCII)
_PARAMETERS: Mapping[str, _Parameter] = {
    "rel": _Parameter(re.compile(r"([1-9]\d{0,5})", re.ASCII), int, "rel=2"),
    "dcg": _Parameter(re.compile(r"['\"](log2|exp-log2)['\"]"), str, "dcg='exp-log2'"),
}


def parse(text: str) -> Measure:
    """The measure that ir_measures writes so: ``nDCG@10``, ``AP``, ``P(rel=2)@5``, ``nDCG(dcg='exp-log2')@10``.

    :class:`SetupError` when there is none, naming the nearest.
    """
    text = text.strip()
    shown = repr(text[:60])
    match = _TEXT.fullmatch(text)
    if match is None:
        raise SetupError(f"{shown} is no measure; write it like nDCG@10 or P(rel=2)@5")
    given, parameter, value, cutoff = match.groups()
    name = _ALIASES.get(given, given)
    if name not in _FORMS:
        raise SetupError(f"unknown measure {shown}{_nearest(given, cutoff)}")
    form = _FORMS[name]
    if form.needs_cutoff and not cutoff:
        raise SetupError(f"the measure {shown} needs a cutoff: {name}@10")
    measure = Measure(name, int(cutoff) if cutoff else None)
    if not parameter:
        return measure
    if parameter != form.parameter:
        takes = f"{_PARAMETERS[form.parameter].example} and a cutoff" if form.parameter else "a cutoff"
        raise SetupError(f"the measure {shown}: {name} takes only {takes}, like {name}@10")
    written = _PARAMETERS[parameter].form.fullmatch(value)
    if written is None:
        raise SetupError(f"the measure {shown}: {parameter} is written like {_PARAMETERS[parameter].example}")
    return msgspec.structs.replace(measure, **{parameter: _PARAMETERS[parameter].read(written[1])})


def _nearest(given: str, cutoff: str | None) -> str:
    known = {name.lower(): name for name in (*_ALIASES, *_FORMS)}
    near = difflib.get_close_matches(given.lower(), known, n=3, cutoff=0.5)
    names = dict.fromkeys(_ALIASES.get(known[name], known[name]) for name in near)
    tail = f"@{cutoff}" if cutoff else ""
    return f"; did you mean {', '.join(name + tail for name in names)}?" if names else f"; known: {', '.join(_FORMS)}"


DEFAULT: tuple[Measure, ...] = tuple(map(parse, ("nDCG@10", "RR@10", "R@100", "P@1", "AP", "Success@10")))
