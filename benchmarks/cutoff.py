"""The relevance cut-off: what it costs on judged questions, what it leaves, and what it leaves of nonsense.

Every question is rehearsed once, and cuts are tried on its candidates. The shipped numbers (`cutoff` of
`wares.settings`, `FLOORS` of `wares.ranking.cutoff`) were chosen on the questions at even places of each set; what
they cost is reported on those at odd places, and the sweeps on the even ones. The questions without an answer are
halved likewise.

"whole" is what fusion gives, uncut. nDCG@10 takes gains as graded (linear) and unjudged products as 0; recall is that
of the first 100; "right among left" is the share of judged-right products among all that are left, unjudged ones
counting as wrong, so that it is low where few products are judged. Differences have 95 % percentile bootstrap
intervals over questions. Questions are asked as they are, without reading filters out of them. Shops hold the first
products of each set, and judgments about others are left out.

Questions without an answer: invented words; the questions of another set, asked where such things are not sold (a few
happen to have answers there); pictures of groceries in a shop of fashion, and of fashion in a shop of groceries.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.judged import questions
from benchmarks.report import Report, Table, tell
from benchmarks.shops import prepared
from wares import encoders as models
from wares.documents import word_fields
from wares.encoders.tokens import telling, tokens
from wares.errors import WaresError
from wares.evaluation.measures import parse, score
from wares.evaluation.records import Asked
from wares.evaluation.statistics import bootstrap
from wares.ranking.cutoff import FLOORS, counting
from wares.ranking.fusion import Ask
from wares.records import Part, Product, Query
from wares.settings import Environment, RankingSettings
from wares.shop import Shop

if TYPE_CHECKING:
    import numpy.typing as npt

NDCG, RECALL = parse("nDCG@10"), parse("R@100")
#: By goods: how many products, the judged sets, and the set whose questions have no answer there.
SHOPS: Mapping[str, tuple[int, tuple[str, ...], str]] = {
    "icecat": (6_000, ("icecat",), "fashion"),
    "crowdflower": (4_000, ("crowdflower",), ""),
    "homedepot": (6_000, ("homedepot",), "fashion"),
    "chinese": (4_000, ("chinese",), "fashion in chinese"),
    "fashion": (2_500, ("fashion", "fashion in chinese", "fashion photos"), "icecat"),
    "grocery": (81, ("grocery",), "icecat"),
}
#: Words that nobody sells.
NONSENSE = (
    "qwertzuiop", "asdfghjkl", "xyzzy plugh", "blorfing snazzle", "lkjhg mnbvc", "zzzzzz", "wqxv brtk", "fnord quux",
    "glorptastic", "ãéîø", "鿇鿈鿉", "齉龘靐",
)  # fmt: skip
#: Of which shops pictures are strange in which.
STRANGE = {"fashion": "grocery", "grocery": "fashion"}
CUTOFFS = (0.0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
HEIGHTS: Mapping[str, tuple[float, ...]] = {
    "words": (0.1, 0.15, 0.2, 0.25, 0.3),
    "use.text": (0.25, 0.3, 0.35, 0.4, 0.45),
    "look.image": (0.34, 0.36, 0.38, 0.4, 0.42, 0.46),
}


class Tried(msgspec.Struct, frozen=True):
    """The candidates of one question: ids in the order of fusion, with everything in that order; the gains of all
    products that are judged."""

    ids: Sequence[str]
    fused: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float32]
    asks: Sequence[Ask]
    whole: npt.NDArray[np.bool_]
    gains: Mapping[str, int]

    def left(self, settings: RankingSettings) -> list[str]:
        kept = counting(self.fused, self.scores, self.asks, self.whole, settings)
        return [id for id, counts in zip(self.ids, kept, strict=True) if counts]

    def right(self, ids: Sequence[str]) -> int:
        return sum(self.gains.get(id, 0) > 0 for id in ids)


class Rehearsed(msgspec.Struct, frozen=True):
    """What was asked of one shop: judged sets, and questions without an answer, by name."""

    judged: Mapping[str, Sequence[Tried]]
    unanswerable: Mapping[str, Sequence[Tried]]


# -- asking -----------------------------------------------------------------------------------------------------


def rehearsed(goods: str, arguments: argparse.Namespace, environment: Environment) -> Rehearsed:
    size, sets, foreign = SHOPS[goods]
    products = GOODS[goods].products(arguments.data, arguments.scratch, min(size, arguments.limit))
    folder = prepared(f"{goods} {len(products)}", products, arguments.model, arguments.scratch, environment)
    held = {p.id: {token for text in word_fields(p).values() for token in tokens(text)} for p in products}
    with Shop.open(folder, environment=environment) as shop:

        def ask(found: Sequence[Asked], gains: Mapping[str, Mapping[str, int]]) -> list[Tried]:
            tried = (_rehearse(shop, one.query, held, gains.get(one.id, {})) for one in found)
            return [one for one in tried if one is not None]

        judged = {}
        for name in sets:
            asked, gains = _judged(name, arguments, products)
            judged[name] = ask(asked, gains)
            tell(f"{name}: {len(judged[name])} questions")
        strange = {"invented words": [Asked(id=word, query=Query(parts=(Part("text", word),))) for word in NONSENSE]}
        if foreign:
            others, _ = questions(foreign, arguments.data, arguments.scratch, set())
            strange[f"questions of {foreign}"] = _spread(others.queries, arguments.queries)
        if goods in STRANGE:
            strange[f"pictures of {STRANGE[goods]}"] = _pictures(STRANGE[goods], arguments)
        return Rehearsed(judged, {name: ask(asked, {}) for name, asked in strange.items()})


def _judged(
    name: str, arguments: argparse.Namespace, products: Sequence[Product]
) -> tuple[list[Asked], Mapping[str, Mapping[str, int]]]:
    if name == "fashion photos":
        return _photos(arguments, products)
    asked, judgments = questions(name, arguments.data, arguments.scratch, {p.id for p in products})
    useful = [one for one in asked.queries if any(gain > 0 for gain in judgments.gains[one.id].values())]
    return _spread(useful, arguments.queries), judgments.gains


def _photos(
    arguments: argparse.Namespace, products: Sequence[Product]
) -> tuple[list[Asked], Mapping[str, Mapping[str, int]]]:
    """Photos of products that the shop has not; right is what has the same category."""
    archive, known = Archive(arguments.data, GOODS["fashion"].file), {p.id for p in products}
    rows = [row for row in archive.rows("products.csv") if row["id"] not in known]
    asked, gains = [], {}
    for row in _spread(rows, arguments.queries):
        photo = archive.unpack(row["image"], arguments.scratch / "pictures" / "fashion")
        asked.append(Asked(id=row["id"], query=Query(parts=(Part("image", str(photo)),))))
        gains[row["id"]] = {p.id: 1 for p in products if "/".join(p.category) == row["category"]}
    useful = [one for one in asked if gains[one.id]]
    return useful, gains


def _pictures(goods: str, arguments: argparse.Namespace) -> list[Asked]:
    found = GOODS[goods].products(arguments.data, arguments.scratch, 2_500)
    sources = [str(p.media[0].source) for p in found if p.media]
    return [Asked(id=s, query=Query(parts=(Part("image", s),))) for s in _spread(sources, arguments.queries)]


def _spread(found: Sequence[Any], limit: int) -> list[Any]:
    return list(found[:: max(len(found) // limit, 1)][:limit])


def _rehearse(shop: Shop, query: Query, held: Mapping[str, set[str]], gains: Mapping[str, int]) -> Tried | None:
    try:
        rehearsal = shop.rehearse(msgspec.structs.replace(query, parse=False))
    except WaresError as refused:
        tell(str(refused))
        return None
    if rehearsal.found is None:
        return None
    order, shares = rehearsal.found.ordered(shop.fusion())
    ids = [str(rehearsal.ids[row]) for row in order]
    wanted = {token for part in query.parts if part.kind == "text" for token in telling(tokens(str(part.value)))}
    whole = np.asarray([bool(wanted) and wanted <= held[id] for id in ids], np.bool_)
    scores = np.asarray(rehearsal.found.candidates.scores)[order]
    return Tried(ids, shares.sum(axis=1)[order], scores, rehearsal.found.asking.asks, whole, gains)


# -- tables -----------------------------------------------------------------------------------------------------


def costs(judged: Mapping[str, Sequence[Tried]], settings: RankingSettings) -> list[list[report.Cell]]:
    """What the cut costs and leaves, on the questions at odd places."""
    rows: list[list[report.Cell]] = []
    for name, tried in judged.items():
        odd = tried[1::2]
        whole = [score([NDCG, RECALL], one.gains, one.ids) for one in odd]
        left = [one.left(settings) for one in odd]
        cut = [score([NDCG, RECALL], one.gains, ids) for one, ids in zip(odd, left, strict=True)]
        told: list[report.Cell] = [name, len(odd)]
        for measure in (NDCG, RECALL):
            before, after = ([each[str(measure)] for each in values] for values in (whole, cut))
            low, high = bootstrap([b - a for a, b in zip(before, after, strict=True)])
            told += [f"{np.mean(before):.3f}", f"{np.mean(after):.3f}", f"{low:+.3f} … {high:+.3f}"]
        told += [float(np.median([len(one.ids) for one in odd])), float(np.median([len(ids) for ids in left]))]
        told += [f"{_right(odd, [one.ids for one in odd]):.0%}", f"{_right(odd, left):.0%}"]
        told.append(f"{np.mean([not ids for ids in left]):.1%}")
        rows.append(told)
    return rows


def _right(tried: Sequence[Tried], left: Sequence[Sequence[str]]) -> float:
    shares = [one.right(ids) / len(ids) for one, ids in zip(tried, left, strict=True) if ids]
    return float(np.mean(shares)) if shares else 0.0


def nonsense(shops: Mapping[str, Rehearsed], settings: RankingSettings) -> list[list[report.Cell]]:
    """What is left where there is no answer, on the questions at odd places."""
    rows: list[list[report.Cell]] = []
    for goods, found in shops.items():
        for name, tried in found.unanswerable.items():
            odd = tried[1::2]
            left = [len(one.left(settings)) for one in odd]
            before = float(np.median([len(one.ids) for one in odd]))
            empty = f"{np.mean([size == 0 for size in left]):.0%}"
            rows.append([goods, name, len(odd), before, float(np.median(left)), float(np.mean(left)), empty])
    return rows


def sweep(judged: Mapping[str, Sequence[Tried]]) -> list[list[report.Cell]]:
    """By set, nDCG@10 · recall · median of products left for each cut-off, on the questions at even places."""
    rows: list[list[report.Cell]] = []
    for name, tried in judged.items():
        even = tried[::2]
        cells: list[report.Cell] = [name]
        for cutoff in CUTOFFS:
            left = [one.left(RankingSettings(cutoff=cutoff)) for one in even]
            found = [score([NDCG, RECALL], one.gains, ids) for one, ids in zip(even, left, strict=True)]
            ndcg, recall = (np.mean([each[str(measure)] for each in found]) for measure in (NDCG, RECALL))
            cells.append(f"{ndcg:.3f} · {recall:.3f} · {np.median([len(ids) for ids in left]):.0f}")
        rows.append(cells)
    return rows


def floors(shops: Mapping[str, Rehearsed]) -> list[list[report.Cell]]:
    """Floor by floor, the others as shipped: how many questions are left without an answer, at even places."""
    every = [one for found in shops.values() for tried in found.judged.values() for one in tried[::2]]
    strange = [one for found in shops.values() for tried in found.unanswerable.values() for one in tried[::2]]
    rows: list[list[report.Cell]] = []
    for channel, heights in HEIGHTS.items():
        kind = "image" if channel == "look.image" else "text"
        for height in heights:
            settings = RankingSettings(floors={channel: height})
            shown: list[report.Cell] = [channel, f"{height:.2f}{' *' if FLOORS[channel] == height else ''}"]
            for tried in (every, strange):
                own = [one for one in tried if any(ask.kind == kind for ask in one.asks)]
                shown += [len(own), f"{np.mean([not one.left(settings) for one in own]):.1%}" if own else None]
            rows.append(shown)
    return rows


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    shops = {goods: rehearsed(goods, arguments, environment) for goods in arguments.sets}
    judged = {name: tried for found in shops.values() for name, tried in found.judged.items()}
    shipped = RankingSettings()
    columns = ("questions", "n", "nDCG@10 whole", "cut", "95 %", "recall whole", "cut", "95 %", "candidates", "left")
    tables = [
        Table(
            f"The cut-off as shipped ({shipped.cutoff})",
            (*columns, "right among candidates", "right among left", "nothing left"),
            costs(judged, shipped),
        ),
        Table(
            "Questions without an answer, as shipped",
            ("shop", "asked", "n", "candidates", "left (median)", "left (mean)", "nothing left"),
            nonsense(shops, shipped),
        ),
        Table(
            "nDCG@10 · recall · products left, by cut-off",
            ("questions", *(f"{cutoff:g}" for cutoff in CUTOFFS)),
            sweep(judged),
        ),
        Table(
            "Floors: questions that are left without any product",
            ("channel", "floor", "judged questions", "nothing left", "without an answer", "nothing left"),
            floors(shops),
        ),
    ]
    return Report(report.circumstances("benchmarks.cutoff", arguments.model, encoders), tables)


def main() -> int:
    parser = report.options("benchmarks.cutoff", __doc__ or "")
    option = parser.add_argument
    option("--sets", type=_chosen, default=list(SHOPS), metavar="NAMES", help=f"of {', '.join(SHOPS)} [all]")
    option("--limit", type=report.positive, default=10_000, metavar="N", help="products of each set [%(default)s]")
    option("--queries", type=report.positive, default=300, metavar="N", help="questions of each set [%(default)s]")
    return report.main(parser, measure)


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in SHOPS]:
        raise argparse.ArgumentTypeError(f"unknown set {unknown[0]!r}; known: {', '.join(SHOPS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
