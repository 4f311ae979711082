"""The stages of the chain after fusion: what they do to judged questions and to variety.

No judged set has ratings, sales or stock, so signals are measured in two ways. **Drawn by lot**: ratings, sales and
stock that know nothing of relevance, in shapes that shops have (ratings 4.2 ± 0.6 by eight people in the middle;
sales log-normal; one product in ten out of stock). There is nothing to be gained from them, so what nDCG loses is the
price of a weight; figures are means over seeds. **Real dates** (icecat: date of release; fashion: year): how much
newer the first ten get, and at what price; "now" is the latest date of the catalogue, the half-life three years.

Diversity is measured by the distinct brands among the first ten, and by how little they look alike (1 - mean cosine
of all pairs; Smyth and McClave 2001). For collapse, products of one and the same title are the groups.

nDCG@10 takes gains as graded (linear) and unjudged products as 0; intervals are 95 % percentile bootstrap over
questions. Questions are asked as they are, without reading filters out of them. Shops hold the first products of each
set, and judgments about others are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.judged import questions
from benchmarks.report import Report, Table, tell
from benchmarks.shops import prepared
from wares import encoders as models
from wares.evaluation.lists import intra_list_diversity
from wares.evaluation.measures import parse, score
from wares.evaluation.statistics import bootstrap
from wares.ranking.chain import Listing, Situation, build, run
from wares.ranking.columns import Columns
from wares.records import Product, Query
from wares.settings import DiversitySettings, Environment, RankingSettings, SignalSettings
from wares.shop import Shop
from wares.store.entries import Stored

if TYPE_CHECKING:
    import numpy.typing as npt

NDCG = parse("nDCG@10")
NONE = SignalSettings(rating=0, popularity=0, recency=0, margin=0, stock=0)
#: By goods: how many products, the judged sets, and the column of the set that has dates.
SHOPS: Mapping[str, tuple[int, tuple[str, ...], str]] = {
    "icecat": (6_000, ("icecat",), "date_released"),
    "crowdflower": (4_000, ("crowdflower",), ""),
    "homedepot": (6_000, ("homedepot",), ""),
    "chinese": (4_000, ("chinese",), ""),
    "fashion": (2_500, ("fashion", "fashion in chinese"), "year"),
}
LOOK = "look.image"
SIGNALS: Mapping[str, SignalSettings] = {
    "as shipped": SignalSettings(),
    "shipped without stock": SignalSettings(stock=0),
    **{f"rating {w:g}": msgspec.structs.replace(NONE, rating=w) for w in (0.05, 0.1, 0.2, 0.4)},
    **{f"popularity {w:g}": msgspec.structs.replace(NONE, popularity=w) for w in (0.01, 0.02, 0.05, 0.1)},
    **{f"stock {w:g}": msgspec.structs.replace(NONE, stock=w) for w in (0.02, 0.05, 0.1, 0.2)},
}
RECENCY = (0.0, 0.01, 0.02, 0.05, 0.1)
DIVERSITY: Mapping[str, DiversitySettings] = {
    "none": DiversitySettings(brand=0, look=0),
    **{f"brand {w:g}": DiversitySettings(brand=w, look=0) for w in (0.02, 0.05, 0.1, 0.2)},
    **{f"look {w:g}": DiversitySettings(brand=0, look=w) for w in (0.05, 0.1, 0.2, 0.4)},
}


class Asked(msgspec.Struct, frozen=True):
    """One question's candidates as fusion leaves them, by numbers, and what is right by number."""

    listing: Listing
    gains: Mapping[str, int]


class Goods(msgspec.Struct, frozen=True):
    """A catalogue, products numbered from 1, with the questions of its judged sets."""

    products: Sequence[Product]
    dates: Sequence[str]
    looks: Mapping[int, npt.NDArray[np.float32]]
    asked: Mapping[str, Sequence[Asked]]

    def situation(self, now: datetime) -> Situation:
        """What stages may ask."""

        def vectors(numbers: Sequence[int], channel: str) -> Mapping[int, npt.NDArray[np.float32]]:
            return {number: self.looks[number] for number in numbers if number in self.looks}

        return Situation(Query(), "", "", None, now, lambda where, numbers: set(numbers), vectors, [LOOK])


def rehearsed(goods: str, arguments: argparse.Namespace, environment: Environment) -> Goods:
    """The catalogue, and the candidates of its questions."""
    size, sets, column = SHOPS[goods]
    products = GOODS[goods].products(arguments.data, arguments.scratch, min(size, arguments.limit))
    folder = prepared(f"{goods} {len(products)}", products, arguments.model, arguments.scratch, environment)
    rows = Archive(arguments.data, GOODS[goods].file).rows(GOODS[goods].table)
    dates = [row[column] if column else "" for row, _ in zip(rows, products, strict=False)]
    numbers = {p.id: number for number, p in enumerate(products, 1)}
    asked: dict[str, list[Asked]] = {}
    with Shop.open(folder, environment=environment) as shop:
        for name in sets:
            found, judgments = questions(name, arguments.data, arguments.scratch, set(numbers))
            useful = [one for one in found.queries if any(gain > 0 for gain in judgments.gains[one.id].values())]
            spread = useful[:: max(len(useful) // arguments.queries, 1)][: arguments.queries]
            for one in spread:
                plain = msgspec.structs.replace(one.query, parse=False)
                ranked = shop.rehearse(plain).ranked(shop.fusion(), 1_000)
                listing = Listing.of([numbers[id] for id, _ in ranked], [value for _, value in ranked])
                asked.setdefault(name, []).append(Asked(listing, judgments.gains[one.id]))
            tell(f"{name}: {len(spread)} questions")
        looks = {numbers[id]: rows for id, rows in shop.vectors(LOOK, numbers).items()}
    return Goods(products, dates, looks, asked)


# -- quality ----------------------------------------------------------------------------------------------------


def learnt(products: Sequence[Product], groups: Sequence[int] | None = None) -> Columns:
    columns = Columns()
    columns.learn([Stored(n, p, (), groups[n - 1] if groups else 0) for n, p in enumerate(products, 1)])
    return columns


def firsts(
    goods: Goods, name: str, settings: RankingSettings, columns: Columns, now: datetime
) -> tuple[list[float], list[list[int]]]:
    """By question, nDCG@10 and the numbers of the first ten after the chain."""
    stages, situation = build(settings, columns), goods.situation(now)
    values, lists = [], []
    for one in goods.asked[name]:
        after, _ = run(stages, one.listing, situation)
        lists.append(after.numbers[:10].tolist())
        ids = [goods.products[number - 1].id for number in lists[-1]]
        values.append(score([NDCG], one.gains, ids)[str(NDCG)])
    return values, lists


def drawn(products: Sequence[Product], seed: int) -> list[Product]:
    """The products with a business that knows nothing of relevance."""
    chance = np.random.default_rng(seed)
    size = len(products)
    ratings = np.clip(chance.normal(4.2, 0.6, size), 1, 5)
    counts = np.floor(chance.lognormal(2.1, 1.5, size))
    sales = np.floor(chance.lognormal(3.0, 1.5, size))
    out = chance.uniform(size=size) < 0.1
    return [
        msgspec.structs.replace(
            product,
            rating=float(ratings[at]),
            rating_count=int(counts[at]),
            availability="out_of_stock" if out[at] else "in_stock",
            attributes={**product.attributes, "sales": float(sales[at])},
        )
        for at, product in enumerate(products)
    ]


def by_lot(shops: Mapping[str, Goods], seeds: int) -> list[list[report.Cell]]:
    """Signals that know nothing: the change of nDCG@10, and the share of the first ten that stay."""
    rows: list[list[report.Cell]] = []
    now = datetime(2020, 1, 1, tzinfo=UTC)
    for goods in shops.values():
        columns = [learnt(drawn(goods.products, seed)) for seed in range(seeds)]
        for name in goods.asked:
            before, shown = firsts(goods, name, RankingSettings(chain=()), Columns(), now)
            cells: list[report.Cell] = [name, len(before), f"{np.mean(before):.3f}"]
            for label, signals in SIGNALS.items():
                settings = RankingSettings(chain=("signals",), signals=signals)
                after = [firsts(goods, name, settings, each, now) for each in columns]
                changes = np.mean([values for values, _ in after], axis=0) - before
                stay = np.mean([_kept(shown, lists) for _, lists in after])
                interval = ""
                if "shipped" in label:
                    low, high = bootstrap(changes.tolist())
                    interval = f" ({low:+.3f} … {high:+.3f})"
                cells.append(f"{changes.mean():+.3f}{interval} · {stay:.0%}")
            rows.append(cells)
    return rows


def _kept(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> float:
    return float(np.mean([len({*a} & {*b}) / max(len(b), 1) for b, a in zip(before, after, strict=True)]))


def by_date(shops: Mapping[str, Goods]) -> list[list[report.Cell]]:
    """Recency by real dates: nDCG@10 and the mean age of the first ten in years."""
    rows: list[list[report.Cell]] = []
    for goods in shops.values():
        if not any(goods.dates):
            continue
        dated = [
            msgspec.structs.replace(product, attributes={"date_released": date})
            for product, date in zip(goods.products, goods.dates, strict=True)
        ]
        columns = learnt(dated)
        days = columns.of("date", range(1, len(dated) + 1))
        latest = float(np.nanmax(days))
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=latest)
        for name in goods.asked:
            cells: list[report.Cell] = [name]
            base: list[float] = []
            for weight in RECENCY:
                signals = msgspec.structs.replace(NONE, recency=weight, half_life=1_095.0)
                settings = RankingSettings(chain=("signals",), signals=signals)
                values, lists = firsts(goods, name, settings, columns, now)
                base = base or values
                low, high = bootstrap([b - a for a, b in zip(base, values, strict=True)])
                years = np.nanmean([latest - days[number - 1] for shown in lists for number in shown]) / 365.25
                interval = f" ({low:+.3f} … {high:+.3f})" if weight else ""
                cells.append(f"{np.mean(values):.3f}{interval} · {years:.2f} y")
            rows.append(cells)
    return rows


def by_variety(shops: Mapping[str, Goods]) -> list[list[report.Cell]]:
    """Diversity: nDCG@10, brands among the first ten, and how little they look alike."""
    rows: list[list[report.Cell]] = []
    now = datetime(2020, 1, 1, tzinfo=UTC)
    for goods in shops.values():
        columns = learnt(goods.products)
        branded = any(product.brand for product in goods.products)
        for name in goods.asked:
            base: list[float] = []
            for label, diversity in DIVERSITY.items():
                if (diversity.brand and not branded) or (diversity.look and not goods.looks):
                    continue
                settings = RankingSettings(chain=("diversity",), diversity=diversity)
                values, lists = firsts(goods, name, settings, columns, now)
                base = base or values
                low, high = bootstrap([b - a for a, b in zip(base, values, strict=True)])
                brands = np.mean([len({goods.products[n - 1].brand.casefold() for n in shown}) for shown in lists])
                alike = f"{np.mean([_unlike(goods, shown) for shown in lists]):.3f}" if goods.looks else None
                change = f"{np.mean(values) - np.mean(base):+.3f}", f"{low:+.3f} … {high:+.3f}"
                rows.append(
                    [name, label, f"{np.mean(values):.3f}", *change, float(brands) if branded else None, alike]
                )
    return rows


def _unlike(goods: Goods, shown: Sequence[int]) -> float:
    return intra_list_diversity(np.stack([goods.looks[n].mean(axis=0) for n in shown if n in goods.looks]))


def by_title(shops: Mapping[str, Goods]) -> list[list[report.Cell]]:
    """Collapse of products with the same title."""
    rows: list[list[report.Cell]] = []
    now = datetime(2020, 1, 1, tzinfo=UTC)
    for goods in shops.values():
        titles = [" ".join(product.title.casefold().split()) for product in goods.products]
        places: dict[str, int] = {}
        groups = [places.setdefault(title, len(places) + 1) for title in titles]
        several = [group if groups.count(group) > 1 else 0 for group in groups] if len(places) < len(groups) else []
        if not several:
            continue
        columns = learnt(goods.products, several)
        for name in goods.asked:
            before, _ = firsts(goods, name, RankingSettings(chain=()), Columns(), now)
            after, _ = firsts(goods, name, RankingSettings(chain=("collapse",)), columns, now)
            low, high = bootstrap([b - a for a, b in zip(before, after, strict=True)])
            told = f"{np.mean(before):.3f}", f"{np.mean(after):.3f}", f"{low:+.3f} … {high:+.3f}"
            rows.append([name, sum(group > 0 for group in several), *told])
    return rows


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    shops = {goods: rehearsed(goods, arguments, environment) for goods in arguments.sets}
    tell("quality")
    change = ("questions", "what", "nDCG@10", "difference", "95 %", "brands in ten", "unlike in looks")
    tables = [
        Table(
            "Signals drawn by lot: change of nDCG@10 · share of the first ten that stay",
            ("questions", "n", "nDCG@10 without", *SIGNALS),
            by_lot(shops, arguments.seeds),
        ),
        Table(
            "Recency by real dates: nDCG@10 · mean age of the first ten",
            ("questions", *(f"{weight:g}" for weight in RECENCY)),
            by_date(shops),
        ),
        Table("Diversity", change, by_variety(shops)),
        Table(
            "Collapse of equal titles",
            ("questions", "products in groups", "nDCG@10 before", "after", "95 % of the difference"),
            by_title(shops),
        ),
    ]
    return Report(report.circumstances("benchmarks.chain", arguments.model, encoders), tables)


def main() -> int:
    parser = report.options("benchmarks.chain", __doc__ or "")
    option = parser.add_argument
    option("--sets", type=_chosen, default=list(SHOPS), metavar="NAMES", help=f"of {', '.join(SHOPS)} [all]")
    option("--limit", type=report.positive, default=10_000, metavar="N", help="products of each set [%(default)s]")
    option("--queries", type=report.positive, default=200, metavar="N", help="questions of each set [%(default)s]")
    option("--seeds", type=report.positive, default=5, metavar="N", help="how often to draw [%(default)s]")
    return report.main(parser, measure)


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in SHOPS]:
        raise argparse.ArgumentTypeError(f"unknown set {unknown[0]!r}; known: {', '.join(SHOPS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
