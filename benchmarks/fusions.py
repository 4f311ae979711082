"""All methods of fusion on the same questions: by decisions, by features, and by a network fitted to each catalogue.

The network (`learned`) is trained on questions made out of the catalogue, never on those that are measured here: the
judged questions of the development sets, and composed ones whose right answers come from label columns that the shop
does not have. Composed questions that are trained on start from one half of the products, those that are measured
from the other. It is trained `--seeds` times, and once without composed questions ("plain"); a figure is the mean
over the seeds, question by question, and "everywhere" is the network in every form of question, also where it did not
win on validation and a shop would fall back to its weights. A network that is in the scratch folder already is not
trained again.

nDCG@10 takes gains as graded (0 to 3, linear) and unjudged products as 0. Differences are to `weighted` as shipped;
intervals are 95 % percentile bootstrap over questions, p is that of a paired randomisation test, unadjusted.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive, product
from benchmarks.judged import questions
from benchmarks.report import Report, Table, tell
from benchmarks.shops import prepared
from wares import encoders as models
from wares.errors import WaresError
from wares.evaluation.made import make
from wares.evaluation.measures import parse, score
from wares.evaluation.records import Asked, Judgments, QuerySet
from wares.evaluation.statistics import bootstrap, randomisation
from wares.fit.fusing import REPORT, FusionReport, learn_fusion
from wares.fit.fusing.questions import made, shape
from wares.ranking.fusion import FITTED, methods
from wares.ranking.fusion.base import Fusion
from wares.ranking.fusion.learned import Learned
from wares.ranking.fusion.learned.saved import FILE, read
from wares.records import Media, Part, Product, Query
from wares.settings import Environment, FusionSettings
from wares.shop import Shop

MEASURE = parse("nDCG@10")
#: By goods: how many products, and the judged tasks.
SETS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "fashion": (2_500, ("fashion", "fashion in chinese")),
    "grocery": (81, ("grocery",)),
    "icecat": (6_000, ("icecat",)),
    "crowdflower": (4_000, ("crowdflower",)),
}
#: The columns of the fashion set that say how products differ; the shop does not have them.
LABELS = ("colour", "gender")
#: Of which seed the composed questions are that are measured.
OTHER_SEED = 777

Values = Mapping[str, float]


class Set(msgspec.Struct, frozen=True):
    """Questions that are measured."""

    name: str
    queries: Sequence[Asked]
    judgments: Judgments


class Fit(msgspec.Struct, frozen=True):
    """A network as a shop would use it, the same in all forms of question, and what is told of it."""

    fusion: Learned
    everywhere: Learned
    report: FusionReport


def odd(id: str) -> bool:
    """Half of all products, by chance."""
    return bool(zlib.crc32(id.encode()) & 1)


# -- questions --------------------------------------------------------------------------------------------------


def composed(data: Path, scratch: Path, products: Sequence[Product], limit: int) -> list[Set]:
    """Composed questions of products that are odd, their truth from labels: in English, in Chinese, by "not", and by
    the product's photo instead of the product."""
    rows = {row["id"]: row for row in Archive(data, GOODS["fashion"].file).rows(GOODS["fashion"].table)}
    labelled = [
        msgspec.structs.replace(product(rows[p.id]), attributes={name: rows[p.id][name] for name in LABELS})
        for p in products
    ]
    asked, judged = make(labelled, folder=scratch, size=10 * limit, seed=OTHER_SEED, kinds=["composed"])
    own = [one for one in asked.queries if odd(anchor(one))]
    unwanted = [one for one in own if any(part.weight < 0 for part in one.query.parts)]
    wanted = [one for one in own if one not in unwanted]
    photos = {p.id: p.media for p in products}
    by_language = {tag: [one for one in wanted if one.tags["language"] == tag][:limit] for tag in ("en", "zh")}
    sets = {
        "like this, but … (en)": by_language["en"],
        "like this, but … (zh)": by_language["zh"],
        "like this, not …": unwanted[:limit],
        "this photo, but …": [photographed(one, photos) for one in wanted[:limit]],
    }
    gains = {**judged.gains} | {f"photo-{id}": own for id, own in judged.gains.items()}
    return [Set(name, found, Judgments(name=judged.name, gains=gains)) for name, found in sets.items()]


def anchor(asked: Asked) -> str:
    """The product that a composed question is to be like."""
    return next(str(part.value) for part in asked.query.parts if part.kind == "like")


def photographed(asked: Asked, photos: Mapping[str, tuple[Media, ...]]) -> Asked:
    """The question with the product's photo in the place of the product."""
    parts = [
        Part("image", str(photos[str(part.value)][0].source)) if part.kind == "like" else part
        for part in asked.query.parts
    ]
    return msgspec.structs.replace(asked, id=f"photo-{asked.id}", query=Query(parts=tuple(parts)))


def lessons(shop: Shop, folder: Path, seed: int, *, with_composed: bool) -> tuple[QuerySet, Judgments]:
    """What a network is trained on: questions made out of the catalogue; composed ones of products that are even, by
    product and some by its photo."""
    queries, judgments = made(shop, folder, seed, with_composed)
    photos = {p.id: p.media for p in shop.products() if p.media}
    kept: list[Asked] = []
    gains = dict(judgments.gains)
    for one in queries.queries:
        kind = one.tags["made"]
        if kind == "composed" and not odd(anchor(one)):
            kept.append(one)
            if anchor(one) in photos and len(kept) % 4 == 0:
                kept.append(photographed(one, photos))
                gains[kept[-1].id] = gains[one.id]
        elif not kind.startswith("composed"):
            kept.append(one)
    return msgspec.structs.replace(queries, queries=tuple(kept)), msgspec.structs.replace(judgments, gains=gains)


# -- measuring --------------------------------------------------------------------------------------------------


def fitted(shop: Shop, folder: Path, seed: int, *, with_composed: bool) -> Fit:
    """A network trained with a seed."""
    if not (folder / REPORT).exists():
        queries, judgments = lessons(shop, folder / "questions", seed, with_composed=with_composed)
        learn_fusion(shop, queries, judgments, folder=folder, seed=seed, composed=with_composed)
    found = msgspec.json.decode((folder / REPORT).read_bytes(), type=FusionReport)
    network = read(folder / FILE)
    every = network._replace(forms=frozenset(group.name for group in found.forms))
    settings = FusionSettings(method="learned", learned=folder.name)
    return Fit(Learned(settings, network), Learned(settings, every), found)


def by_methods(shop: Shop, one: Set) -> dict[str, Values]:
    """Of every question nDCG@10 by each method that needs no fit; the candidates are found once."""
    found: dict[str, dict[str, float]] = {name: {} for name in methods() if name not in FITTED}
    for asked in one.queries:
        try:
            rehearsal = shop.rehearse(asked.query, vectors=True)
        except WaresError as wrong:
            tell(f"{asked.id}: {wrong}")
            continue
        for name, values in found.items():
            ids = [id for id, _ in rehearsal.ranked(FusionSettings(method=name), 10)]
            values[asked.id] = score([MEASURE], one.judgments.gains[asked.id], ids)[str(MEASURE)]
    return dict(found)


def by_network(shop: Shop, one: Set, fusion: Learned, weighted: Values) -> Values:
    """The same by a network; where it is not used, it is what ``weighted`` is."""
    used = [asked for asked in one.queries if shape(asked) in fusion.network.forms and asked.id in weighted]
    return {**weighted, **{asked.id: searched(shop, asked, one.judgments, fusion) for asked in used}}


def searched(shop: Shop, asked: Asked, judgments: Judgments, fusion: Fusion) -> float:
    hits = shop.search(msgspec.structs.replace(asked.query, limit=10), fusion=fusion).hits
    return score([MEASURE], judgments.gains[asked.id], [hit.id for hit in hits])[str(MEASURE)]


def mean_of(values: Sequence[Values]) -> Values:
    """Question by question, the mean over seeds."""
    return {id: float(np.mean([one[id] for one in values])) for id in values[0]}


def row(name: str, system: str, weighted: Values, seeds: Sequence[Values]) -> list[report.Cell]:
    """A row of the table of differences."""
    found = mean_of(seeds)
    change = [round(found[id] - weighted[id], 9) for id in weighted]  # a mean of equals may differ in the last digit
    low, high = bootstrap(change)
    means = [float(np.mean(list(one.values()))) for one in seeds]
    spread = f"{min(means):.3f} – {max(means):.3f}"
    mean, p = float(np.mean(change)), randomisation(change)
    told = [f"{np.mean(means):.3f}", spread, f"{mean:+.3f}", f"{low:+.3f} … {high:+.3f}", f"{p:.2g}"]
    return [name, len(change), system, *told]


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    about = report.circumstances("benchmarks.fusions", arguments.model, encoders)
    means: list[list[report.Cell]] = []
    changes: list[list[report.Cell]] = []
    notes: list[str] = []
    for goods in arguments.sets:
        size, tasks = SETS[goods]
        products = GOODS[goods].products(arguments.data, arguments.scratch, size)
        folder = prepared(f"{goods} {len(products)}", products, arguments.model, arguments.scratch, environment)
        ids = {p.id for p in products}
        sets = [_judged(task, arguments, ids) for task in tasks]
        if goods == "fashion":
            sets += composed(arguments.data, arguments.scratch, products, arguments.queries)
        with Shop.open(folder, environment=environment) as shop:
            fits: dict[str, list[Fit]] = {}
            for label, with_composed in (("plain", False), ("", True)) if goods == "fashion" else (("", True),):
                for seed in range(1, (arguments.seeds if with_composed else 1) + 1):
                    place = arguments.scratch / "fits" / f"{goods}-{label}{seed}"
                    fits.setdefault(label, []).append(fitted(shop, place, seed, with_composed=with_composed))
                    told = fits[label][-1].report
                    tell(f"{goods} {label} seed {seed}: {told.verdict} ({told.seconds:.0f} s)")
                    composes = f"; composes in {', '.join(told.composes)}" if told.composes else ""
                    notes.append(f"{goods}, learned {label} seed {seed}: {told.verdict}{composes}")
            for one in sets:
                tell(f"{one.name}: {len(one.queries)} questions")
                found = by_methods(shop, one)
                weighted = found["weighted"]
                means.append([one.name, len(weighted), *(f"{np.mean(list(v.values())):.3f}" for v in found.values())])
                for label, trained in fits.items():
                    system = f"learned {label}".strip()
                    as_used = [by_network(shop, one, fit.fusion, weighted) for fit in trained]
                    everywhere = [by_network(shop, one, fit.everywhere, weighted) for fit in trained]
                    changes.append(row(one.name, system, weighted, as_used))
                    changes.append(row(one.name, f"{system}, everywhere", weighted, everywhere))
                    tell(f"{changes[-2]} {changes[-1]}")
    names = [name for name in methods() if name not in FITTED]
    tables = [
        Table("nDCG@10 of the methods that learn nothing", ("questions", "n", *names), means),
        Table(
            "Learned, against weighted",
            ("questions", "n", "system", "nDCG@10", "seeds", "difference", "95 %", "p"),
            changes,
        ),
    ]
    return Report(about, tables, notes)


def _judged(task: str, arguments: argparse.Namespace, ids: set[str]) -> Set:
    asked, judged = questions(task, arguments.data, arguments.scratch, ids)
    useful = [one for one in asked.queries if any(gain > 0 for gain in judged.gains[one.id].values())]
    step = max(len(useful) // arguments.queries, 1)
    return Set(task, useful[::step][: arguments.queries], judged)


def chosen(text: str) -> list[str]:
    """Sets by name, from "icecat,fashion"."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in SETS]:
        raise argparse.ArgumentTypeError(f"unknown set {unknown[0]!r}; known: {', '.join(SETS)}")
    return names


def main() -> int:
    parser = report.options("benchmarks.fusions", __doc__ or "")
    option = parser.add_argument
    option("--sets", type=chosen, default=list(SETS), metavar="NAMES", help=f"with commas between: {', '.join(SETS)}")
    option("--queries", type=report.positive, default=80, metavar="N", help="questions of each kind [%(default)s]")
    option("--seeds", type=report.positive, default=3, metavar="N", help="how often to train [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
