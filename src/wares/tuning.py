"""A shop's own fusion settings, searched on questions with known answers.

What to try, how to choose and how to measure is told in :mod:`wares.evaluation.tuning`; here the questions are put to
a shop. Each question that is tuned on is rehearsed once: its candidates in every channel are kept, and a trial only
puts them into another order, which takes a fraction of a millisecond. The figures at the end are those of real
searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from wares.candidates import Rehearsal
from wares.errors import SetupError, WaresError
from wares.evaluation.measures import Measure, parse
from wares.evaluation.records import Judgments, QuerySet, System
from wares.evaluation.tuning import tune as search
from wares.evaluation.tuning.plan import MAX_QUESTIONS, Plan, fingerprint, plan
from wares.evaluation.tuning.studies import Study
from wares.evaluation.tuning.trials import Limits, Method, Space
from wares.ranking import fusion as fusions
from wares.ranking.fusion.base import Fusion
from wares.ranking.fusion.decisions import NORMALISERS, Decision
from wares.records import PartKind, Query, Results
from wares.reports import OnProgress, Progress
from wares.settings import BARE, FusionSettings
from wares.shop import Shop

#: Where the constant of reciprocal ranks is looked for.
RRF_K = (1, 1000)
#: Any weight above 0: a channel that has one is looked in.
SOME = 0.01


def tune(
    shop: Shop,
    queries: QuerySet,
    judgments: Judgments,
    *,
    measure: str | Measure = "nDCG@10",
    methods: Sequence[str] = (),
    limits: Limits | None = None,
    held_out: float = 0.4,
    max_questions: int = MAX_QUESTIONS,
    seed: int = 20,
    study: Path | None = None,
    on_progress: OnProgress | None = None,
) -> search.TuningReport:
    """Search fusion settings by which the measure rises; nothing is applied (see :meth:`Shop.apply`).

    ``methods`` are names of :data:`wares.ranking.fusion.METHODS` (default: all that need no fit); ``study`` a file
    that remembers what was tried, so that an interrupted search goes on. A question that is tuned on takes some 50 KB
    of memory, with feature-level methods up to 2 MB.

    Raises :class:`SetupError` for too few questions, an unknown method or measure, and a study of something else;
    :class:`~wares.errors.MissingExtra` without Optuna.
    """
    tell = on_progress or _silent
    measured = parse(measure) if isinstance(measure, str) else measure
    tried = methods_of(methods, shop.settings.fusion)
    titles = {product.id: product.title for product in shop.products()}
    made = plan(
        queries, judgments, measured, held_out=held_out, seed=seed, max_questions=max_questions, titles=titles
    )
    rehearsed, failed = _rehearsed(shop, made, tried, tell)
    made = made.without(failed)
    space = space_of(rehearsed.values(), tried, shop.fusion())

    def rank(id: str, settings: FusionSettings) -> Sequence[str]:
        fusion = shop.fusion(settings) if settings.method in fusions.FITTED else settings
        return [product for product, _ in rehearsed[id].ranked(fusion, made.depth)]

    with Study(study, fingerprint(made, space, shop.settings.fusion, _index(shop), seed)) as remembered:
        return search.tune(
            made,
            space,
            shop.settings.fusion,
            rank=rank,
            system=_systems(shop),
            study=remembered,
            limits=limits,
            seed=seed,
            on_progress=tell,
        )


# -- what can be tried ------------------------------------------------------------------------------------------


def methods_of(names: Sequence[str], now: FusionSettings) -> tuple[Method, ...]:
    """The methods to try: "weighted" is one for each way to normalise. :class:`SetupError` for an unknown name, and
    for a method that is fitted to the shop: its weights were learned with those in force, and go with no others."""
    found: list[Method] = []
    for name in dict.fromkeys(names or (name for name in fusions.methods() if name not in fusions.FITTED)):
        if name in fusions.FITTED:
            raise SetupError(f"the method {name!r} is not tuned but fitted: wares fit SHOP --fusion")
        settings = msgspec.structs.replace(now, method=name)
        fusions.build(settings)
        if name == "weighted":
            ways = (msgspec.structs.replace(settings, normalise=way) for way in NORMALISERS)
            found += [Method(name=f"weighted {way.normalise}", settings=way) for way in ways]
        else:
            numbers = {"rrf_k": RRF_K} if name == "rrf" else {}
            found.append(Method(name=name, settings=settings, numbers=numbers))
    return tuple(found)


def space_of(rehearsed: Iterable[Rehearsal], methods: tuple[Method, ...], present: Fusion) -> Space:
    """The methods, and the channels in which the questions found anything, with their weights at present."""
    asks: set[tuple[str, str]] = set()
    for found in (each.found for each in rehearsed if each.found):
        columns = np.asarray(found.candidates.scores).T
        asks |= {
            (a.kind, a.channel)
            for a, c in zip(found.asking.asks, columns, strict=True)
            if a.kind != fusions.COMPOSED and not np.isnan(c).all()
        }
    return Space(methods=methods, weights=_weights(asks, present))


def _weights(asks: Iterable[tuple[str, str]], present: Fusion) -> dict[str, float]:
    """Weights by name. A channel without a weight of its own has the name of its modality, as the shipped weights
    have, if it is the only such one."""
    named = {**fusions.WEIGHTS, **present.settings.weights}
    pairs = sorted(asks, key=lambda pair: (get_args(PartKind).index(pair[0]), pair[1] != fusions.WORDS, pair[1]))
    own = {pair: f"{pair[0]}.{pair[1]}" for pair in pairs}
    shared = {pair: f"{pair[0]}.{pair[1].rpartition('.')[2]}" for pair in pairs if own[pair] not in named}
    names = list(shared.values())
    chosen = {pair: shared[pair] if names.count(shared.get(pair, "")) == 1 else own[pair] for pair in pairs}
    return {name: present.weight(*pair) for pair, name in chosen.items()}


# -- the shop ---------------------------------------------------------------------------------------------------


def _rehearsed(
    shop: Shop, made: Plan, methods: Sequence[Method], tell: OnProgress
) -> tuple[dict[str, Rehearsal], dict[str, str]]:
    """The candidates of each question to tune on, from all channels; and why some have none."""
    everywhere = _everywhere(shop)
    vectors = not all(isinstance(fusions.build(method.settings), Decision) for method in methods)
    found: dict[str, Rehearsal] = {}
    failed: dict[str, str] = {}
    asked = made.asked(made.split.train)
    for done, one in enumerate(asked, start=1):
        try:
            query = msgspec.structs.replace(one.query, limit=made.depth, offset=0)
            found[one.id] = shop.rehearse(query, vectors=vectors, fusion=everywhere)
        except SetupError:
            raise
        except WaresError as wrong:
            failed[one.id] = str(wrong)
        tell(Progress("rehearsing", done, len(asked)))
    return found, failed


def _everywhere(shop: Shop) -> FusionSettings:
    """Settings that look in every channel: one without a weight at present may deserve one."""
    present = shop.fusion()
    pairs = [(kind, channel) for kind in get_args(PartKind) for channel in shop.info().channels]
    weights = {f"{kind}.{name}": present.weight(kind, name) or SOME for kind, name in pairs}
    own = shop.settings.fusion  # a method that asks more than the parts do needs that, too
    return msgspec.structs.replace(own if own.method in fusions.FITTED else FusionSettings(), weights=weights)


def _systems(shop: Shop) -> Callable[[FusionSettings], System]:
    """Makes a system of settings: the shop, searched by them."""

    def system(settings: FusionSettings) -> System:
        def answer(query: Query) -> Results:
            return shop.search(query, fusion=settings, ranking=BARE)  # as trials have it

        return answer

    return system


def _index(shop: Shop) -> str:
    """The index as trials depend on it: its version, and the last change that it holds."""
    info = shop.info()
    live = next((version.name for version in info.versions if version.live), "none")
    return f"{live}, change {info.last_change}"


def _silent(_: Progress) -> None:
    """Nobody listens."""
