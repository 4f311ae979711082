"""Which products are taken for one, how right that is, and what it costs.

Groups are those that `Shop.add` makes. Copies (synthetic): products are added once more under another id, their
picture resized, compressed anew and a little lighter or darker, their title slightly edited; found is a copy that is
in one group with its original. Judged pairs: two products that are judged for one question, with different gains, and
are in one group: only one of them would be shown. How right groups are is for the eye: `wares duplicates SHOP
--contact-sheet FILE` shows them.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from PIL import Image, ImageEnhance

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.judged import TASKS
from benchmarks.report import Cell, Report, Table, tell
from benchmarks.shops import prepared
from wares import media
from wares.encoders.base import Encoder
from wares.encoders.hashes import HashTower, value
from wares.fits import Fits
from wares.folding import fold
from wares.folding.records import REASONS
from wares.media import hashing
from wares.records import Media, Product
from wares.settings import Environment, FoldingSettings
from wares.shop import Shop
from wares.store.store import Store

SETS = ("fashion", "grocery", "icecat", "crowdflower", "chinese")
ABOUT = "Groups of products that are one: how many, how right, how many are missed, and what they cost."

#: How a copy's picture is changed: scale, quality of JPEG, brightness.
CHANGES: Mapping[str, tuple[float, int, float]] = {
    "compressed anew": (1.0, 50, 1.0),
    "smaller": (0.7, 75, 1.0),
    "larger": (1.5, 80, 1.0),
    "lighter": (1.0, 85, 1.08),
    "darker": (1.0, 85, 0.9),
    "smaller, lighter, compressed": (0.8, 60, 1.06),
}
#: How a copy's title is edited.
EDITS: Mapping[str, Callable[[list[str]], list[str]]] = {
    "as it is": lambda words: words,
    "order": lambda words: [*words[-2:], *words[:-2]],
    "case and dashes": lambda words: [*(word.upper() for word in words[:1]), "-", *words[1:]],
    "a word more": lambda words: [*words, "new"],
    "a word less": lambda words: [words[0], *words[2:]],
}


def groups_of(store: Store) -> list[list[int]]:
    """The groups of a store, by numbers."""
    found: dict[int, list[int]] = defaultdict(list)
    for one in store.folds.all():
        found[one.group].append(one.number)
    return list(found.values())


def folded_anew(store: Store, settings: FoldingSettings, encoders: Sequence[Encoder]) -> float:
    """Fold all products of a store; seconds of processor time."""
    store.folds.begin("")
    started = time.process_time()
    fold(store, settings, lambda: encoders)
    return time.process_time() - started


def counted(name: str, store: Store, encoders: Sequence[Encoder]) -> list[Cell]:
    """A row of the table of groups."""
    seconds = folded_anew(store, FoldingSettings(), encoders)
    order = list(REASONS)
    reasons = {one.number: one.reason for one in store.folds.all()}
    groups = groups_of(store)
    weakest = Counter(max((reasons[n] for n in own), key=order.index) for own in groups)
    twice = sum(weakest[reason] for reason in order if REASONS[reason] == "duplicate")
    sizes = sorted(map(len, groups))
    return [
        *(name, len(store), len(groups), len(reasons), twice, len(groups) - twice),
        *(sizes[-1] if sizes else None, len(store.folds.overgrown(FoldingSettings().largest))),
        1e3 * seconds / max(1, len(store)),
    ]


# -- copies -----------------------------------------------------------------------------------------------------


def copies(products: Sequence[Product], count: int) -> Iterator[tuple[Product, str, str]]:
    """Products once more under another id, each with the names of the change of its picture and of its title."""
    chosen = random.Random(7).sample([one for one in products if one.media and len(one.title.split()) > 3], count)
    for place, one in enumerate(chosen):
        change, edit = list(CHANGES)[place % len(CHANGES)], list(EDITS)[place % len(EDITS)]
        picture = media.decode_image(media.read(one.media[0].source))
        title = " ".join(EDITS[edit](one.title.split()))
        changed = Media(_changed(picture, *CHANGES[change]))
        yield msgspec.structs.replace(one, id=f"copy-{one.id}", title=title, media=(changed,)), change, edit


def _changed(picture: Image.Image, scale: float, quality: int, light: float) -> bytes:
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    stream = io.BytesIO()
    resized = picture.resize(size, Image.Resampling.LANCZOS)
    ImageEnhance.Brightness(resized).enhance(light).save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def recall(folder: Path, products: Sequence[Product], count: int, environment: Environment) -> list[Table]:
    """How many copies are found, by how they were changed; and by the threshold of pictures."""
    with TemporaryDirectory(dir=folder.parent) as scratch:
        shop = Path(scratch) / "shop"
        shutil.copytree(folder, shop)
        made = list(copies(products, count))
        with Shop.open(shop, environment=environment) as opened:
            opened.add([copy for copy, _, _ in made])
            encoders = opened.fits.encoders(opened.fit)
        with Store.open(shop / "shop.db") as store:
            by_change, by_edit = _shares(store, made)
            columns = ["change", "copies", "found, share"]
            tables = [Table("Copies found, by the change of the picture (synthetic)", columns, by_change)]
            tables.append(Table("Copies found, by the edit of the title (synthetic)", columns, by_edit))
            rows = [_by_threshold(store, made, bits, encoders) for bits in (4, 8, 10, 14, 20, 28)]
        names = ["bits of 256", "copies found, share", "groups of two originals by picture"]
        return [*tables, Table("The threshold of pictures", names, rows)]


def _found(store: Store, made: Sequence[tuple[Product, str, str]]) -> list[bool]:
    numbers = {id: number for id, (number, _) in store.get([i for c, _, _ in made for i in (c.id, c.id[5:])]).items()}
    groups = store.folds.groups(numbers.values())
    pairs = ((groups.get(numbers[c.id], 0), groups.get(numbers[c.id[5:]], -1)) for c, _, _ in made)
    return [one == other for one, other in pairs]


def _shares(store: Store, made: Sequence[tuple[Product, str, str]]) -> tuple[list[list[Cell]], list[list[Cell]]]:
    found = _found(store, made)

    def rows(names: Sequence[str], at: int) -> list[list[Cell]]:
        own = {name: [ok for ok, one in zip(found, made, strict=True) if one[at] == name] for name in names}
        return [[name, len(oks), float(np.mean(oks))] for name, oks in {**own, "all": found}.items() if oks]

    return rows(list(CHANGES), 1), rows(list(EDITS), 2)


def _by_threshold(
    store: Store, made: Sequence[tuple[Product, str, str]], bits: int, encoders: Sequence[Encoder]
) -> list[Cell]:
    folded_anew(store, FoldingSettings(picture=bits), encoders)
    copied = {number for number, _ in store.get([copy.id for copy, _, _ in made]).values()}
    same = {one.number for one in store.folds.all() if one.reason.startswith("same picture")} - copied
    pairs = sum(len(same.intersection(own)) > 1 for own in groups_of(store))
    return [str(bits), float(np.mean(_found(store, made))), pairs]


# -- pictures and shapes ----------------------------------------------------------------------------------------


def collisions(store: Store) -> Table:
    """Of all pairs of products with different titles, how many have near pictures by all 256 bits and by the 64."""
    own: dict[str, str] = {}
    for row in (row for rows in store.scan() for row in rows):
        for medium in row.media:
            if medium.modality == "image" and medium.key:
                own.setdefault(medium.key, row.product.title)
    rows = store.features(own, HashTower.fingerprint)
    fine = {key: found for key, row in rows.items() if (found := value(row)) is not None}
    bits = np.stack([hashing.unpack(fine[key]) for key in fine])
    titles = np.unique([own[key] for key in fine], return_inverse=True)[1]
    coarse = bits.reshape(-1, 16, 16)[:, :8, :8].reshape(len(bits), -1)
    table = []
    for name, some, limits in (
        ("256 bits", bits, (0, 4, 8, 14, 20, 28)),
        ("64 coarse bits", coarse, (0, 2, 4, 6, 7)),
    ):
        signs = np.where(some, 1, -1).astype(np.float32)
        near = Counter[int]()
        for start in range(0, len(signs), 1000):
            apart = (some.shape[1] - signs[start : start + 1000] @ signs.T) / 2
            other = titles[start : start + 1000, None] != titles[None, :]
            near.update({limit: int(((apart <= limit) & other).sum()) // 2 for limit in limits})
        total = len(signs) * (len(signs) - 1) / 2e6
        table += [[f"{name}, at most {limit} apart", near[limit], near[limit] / total] for limit in limits]
    return Table("Pairs of pictures of products with different titles", ["hashes", "pairs", "per million"], table)


def shapes(store: Store, encoders: Sequence[Encoder]) -> Table:
    """What the threshold of shapes lets through."""
    rows: list[list[Cell]] = []
    for least in (0.0, 0.6, 0.7, 0.75, 0.8, 0.9):
        folded_anew(store, FoldingSettings(shape=least), encoders)
        families = [one for one in store.folds.all() if REASONS[one.reason] == "family"]
        rows.append([f"{least:.2f}", len({one.group for one in families}), len(families)])
    folded_anew(store, FoldingSettings(), encoders)
    return Table("The threshold of shapes (families)", ["least cosine", "groups", "products"], rows)


def judged(name: str, store: Store, data: Path) -> list[Cell]:
    """Of the pairs of products judged for one question, with different gains, those that are in one group."""
    gains = Archive(data, GOODS[name].file).judgments(TASKS[name].judgments)
    known = store.get({id for own in gains.values() for id in own})
    groups = store.folds.groups([number for number, _ in known.values()])
    pairs = unlike = together = 0
    for own in gains.values():
        there = [(known[id][0], gain) for id, gain in own.items() if id in known]
        for (one, first), (other, second) in combinations(there, 2):
            pairs += 1
            unlike += first != second
            together += first != second and groups.get(one, 0) == groups.get(other, -1)
    return [name, len(gains), pairs, unlike, together, 1e4 * together / max(1, unlike)]


# -- the whole --------------------------------------------------------------------------------------------------


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    counts, pairs, tables = [], [], []
    fingerprints: dict[str, str] = {}
    for name in arguments.sets:
        products = GOODS[name].products(arguments.data, arguments.scratch, arguments.limit)
        model = arguments.model if GOODS[name].pictures else "basic"  # by words alone: no model has a say
        folder = prepared(f"folding {name}", products, model, arguments.scratch, environment)
        encoders = Fits(folder, model, environment).encoders()
        with Store.open(folder / "shop.db") as store:
            tell(f"{name}: folding")
            counts.append(counted(name, store, encoders))
            if name in TASKS:
                pairs.append(judged(name, store, arguments.data))
            if name == "fashion":
                fingerprints = {encoder.channel: encoder.fingerprint for encoder in encoders}
                tables += [collisions(store), shapes(store, encoders)]
        if name == "fashion" and arguments.copies:
            tell(f"{name}: {arguments.copies} copies")
            tables += recall(folder, products, arguments.copies, environment)
    heads = ("set", "products", "groups", "products in them", "duplicates", "families", "largest", "too large")
    unlike = ["questions", "queries", "judged pairs", "with different gains", "in one group", "of 10,000"]
    first = [Table("Groups", [*heads, "ms a product"], counts), Table("Judged pairs in one group", unlike, pairs)]
    return Report(report.circumstances("benchmarks.folding", arguments.model, fingerprints), [*first, *tables])


def main() -> int:
    parser = report.options("benchmarks.folding", ABOUT)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="which catalogues [all]")
    parser.add_argument("--limit", type=report.positive, help="products of each set [all]")
    parser.add_argument("--copies", type=int, default=500, help="synthetic copies, of fashion [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
