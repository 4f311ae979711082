"""What each part of a mixed question adds: words, a photo, and the words on it, each left out in turn.

"groceries": a shopper shows a phone photo and types what kind of thing it is, and one of 81 products is right. The
photos are real (144 pixels at their longer side). The typed words are made for this: the narrowest category of the
right product ("Milk"), so they name the kind and never the product. The words on the photo are read by the shop,
and so are those of the products' own pictures. Gains are 3 for the product and 1 for its kind, so that the typed
words alone can have a fair nDCG@10 and a poor R@1. Half of the photos, those whose id has an odd md5; nothing was
chosen on them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import report
from benchmarks.labels import Asked, mean
from benchmarks.looking import Trial, groceries, shop_of
from benchmarks.report import Report, Table, tell
from wares.records import READ, Results


def measure(arguments: argparse.Namespace) -> Report:
    goods, _, asked = groceries(arguments)
    kinds = {product.id: product.category[-1] if product.category else product.title for product in goods}
    with (
        tempfile.TemporaryDirectory(dir=arguments.scratch) as folder,
        shop_of(Path(folder) / "shop", goods, arguments.model) as shop,
    ):

        def typed(one: Asked) -> str:
            return kinds[one.right]

        ways: Mapping[str, Callable[[Asked], Results]] = {
            "words, photo and what is read on it": lambda one: shop.search(
                typed(one), image=one.picture, k=100, parse=False
            ),
            "without what is read": lambda one: shop.search(
                typed(one), image=one.picture, k=100, parse=False, ignore=(READ,)
            ),
            "without the words": lambda one: shop.search(image=one.picture, k=100),
            "words alone": lambda one: shop.search(typed(one), k=100, parse=False),
            "photo alone": lambda one: shop.search(image=one.picture, k=100, ignore=(READ,)),
        }
        told = Trial(shop, asked).told
        rows: list[list[report.Cell]] = []
        for part, kept in (("all", [True] * len(told)), ("with words on the photo", told)):
            chosen = [one for one, wanted in zip(asked, kept, strict=True) if wanted]
            for way, search in ways.items():
                orders = [[hit.id for hit in search(one).hits] for one in chosen]
                rows.append([f"{part}: {way}", *mean(orders, chosen)])
            tell(part)
    about = report.circumstances("benchmarks.modalities", arguments.model, {})
    table = Table(
        "A mixed question, and what is left out of it", ("groceries", "questions", "R@1", "R@5", "nDCG@10"), rows
    )
    return Report(about=about, tables=[table], notes=[" ".join((__doc__ or "").split())])


def main() -> int:
    parser = report.options("benchmarks.modalities", __doc__ or "")
    parser.add_argument("--photos", type=report.positive, default=240, help="grocery photos [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
