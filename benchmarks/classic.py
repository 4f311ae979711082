"""Classic features beside BM25 and the encoders of a shop, on the development sets.

The same comparison as `wares baselines`: all look for the same questions among the same contents, one by one and
without an index. What a baseline learns (document frequencies, word vectors, a codebook, a scale), it learns from the
products that are looked among, never from questions.

nDCG@10 takes gains as graded (linear); R@k and RR@10 count a gain of 1 or more. Questions without a right answer in
the pool are left out. R@1 cannot reach 1 where a question has several right answers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL.Image import Image

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.judged import TASKS, questions
from benchmarks.report import Report, Table, tell
from wares import encoders, media
from wares.baselines import pairs
from wares.baselines.entrants import Names, channels, entrants, reading
from wares.baselines.measuring import measure
from wares.baselines.records import MEASURES, BaselineReport, Contender, Row, Task
from wares.evaluation import made
from wares.media.decoding import Decoder
from wares.records import Media, Product
from wares.settings import Environment, Settings

COLUMNS = ("set", "products", "questions", "by", *map(str, MEASURES), "numbers", "s to learn", "ms an item")
#: Photos that are looked among; questions of each kind; every how many-th shelf photo and clip is asked.
PHOTOS, QUESTIONS, SHELVES, CLIPS = 1_000, 150, 8, 3
SOUNDS = "audio.dev.zip"


def main() -> int:
    parser = report.options("benchmarks.classic", __doc__ or "")
    parser.add_argument(
        "--seed", type=int, default=20, metavar="N", help="of learning and of questions [%(default)s]"
    )
    parser.add_argument(
        "--limit", type=report.positive, metavar="N", help="only the first N products and questions of each set"
    )
    return report.main(parser, compare)


def compare(arguments: argparse.Namespace) -> Report:
    """All sets, one after the other: a set's contents are let go before the next is read."""
    names = Names.of(())
    settings = Settings(model=arguments.model)
    model = encoders.build(arguments.model, Environment.read(), tell)

    def contenders(task: Task) -> Iterator[Contender]:
        return entrants(task, names, arguments.seed, channels(task.modality, settings, model))

    found: list[BaselineReport] = []
    for task in tasks(arguments):
        tell(f"{task.name}: {len(task.asked):,} questions among {len(task.products):,} products")
        found.append(measure([task], contenders, seed=arguments.seed))
    fingerprints = {encoder.channel: encoder.fingerprint for encoder in model}
    about = report.circumstances("benchmarks.classic", arguments.model, fingerprints)
    rows = [cells(one, row) for one in found for row in one.rows]
    notes = [f"{task.name}: {task.truth} {task.bias}" for one in found for task in one.tasks]
    problems = [problem for one in found for problem in one.problems]
    table = Table("Classic features, and a shop's own channels (*)", COLUMNS, rows)
    return Report({**about, "seed": str(arguments.seed)}, [table], [*notes, *problems])


def cells(found: BaselineReport, row: Row) -> list[report.Cell]:
    """One line of the table."""
    (task,) = found.tasks
    name = f"{row.name} *" if row.own else row.name
    values = (round(value, 3) for value in row.values.values())
    times = (round(row.seconds_to_learn, 1), round(row.seconds_per_item * 1000, 2))
    return [task.name, task.products, task.questions, name, *values, row.dims, *times]


# -- the sets ---------------------------------------------------------------------------------------------------


def tasks(arguments: argparse.Namespace) -> Iterator[Task]:
    data, scratch, limit = arguments.data, arguments.scratch, arguments.limit
    for name in ("icecat", "crowdflower"):
        yield words(name, data, scratch, limit)
    yield photos(data, scratch, arguments.seed, limit)
    yield shelves(data, scratch, limit)
    yield from sounds(data, limit)


def words(name: str, data: Path, scratch: Path, limit: int | None) -> Task:
    """Questions of people, judged by people."""
    products = GOODS[name].products(data, scratch, limit)
    asked, judged = questions(name, data, scratch, {product.id for product in products}, limit)
    right = {id: gains for id, gains in judged.gains.items() if max(gains.values(), default=0) > 0}
    texts = {one.id: str(one.query.parts[0].value) for one in asked.queries if one.id in right}
    truth = "Gains 0 to 3 as people graded them."
    pool = [reading(product) for product in products]
    return Task(name, truth, _sentence(asked.bias), "text", products, pool, dict(texts), right)


def photos(data: Path, scratch: Path, seed: int, limit: int | None) -> Task:
    """A product's own photo, cut, lit otherwise, and every other time mirrored."""
    products = GOODS["fashion"].products(data, scratch, limit or PHOTOS)
    asked, judged = made.make(
        products, folder=scratch / "classic", size=limit or QUESTIONS, seed=seed, picture=picture, kinds=["picture"]
    )
    pool = [picture(product.media[0]) for product in products]
    contents = {one.id: picture(Media(one.query.parts[0].value)) for one in asked.queries}
    name, about = "fashion, changed photos", made.KINDS["picture"]
    return Task(name, about.truth, about.bias, "image", products, pool, dict(contents), judged.gains)


def shelves(data: Path, scratch: Path, limit: int | None) -> Task:
    """Phone photos of shelves, and the product's picture sought."""
    products = GOODS["grocery"].products(data, scratch)
    asked, judged = questions("grocery", data, scratch, {product.id for product in products})
    kept = asked.queries[::SHELVES][:limit]
    contents = {one.id: picture(Media(one.query.parts[0].value)) for one in kept}
    pool = [picture(product.media[0]) for product in products]
    gains = {id: judged.gains[id] for id in contents}
    name, truth = "groceries, phone photos", "Gain 3: the product; gain 1: its kind."
    bias = _sentence(TASKS["grocery"].weakness)
    return Task(name, truth, bias, "image", products, pool, dict(contents), gains)


def sounds(data: Path, limit: int | None) -> Iterator[Task]:
    """Clips by their label, and the rest of a clip."""
    archive = Archive(data, SOUNDS)
    rows = list(archive.rows("audio.csv"))[: limit and 3 * limit]
    with Decoder() as decoder:
        heard = [decoder.sound(archive.read(row["audio"]), name=row["audio"]) for row in rows]
    clips = [(Product(id=row["id"], title=row["label"]), sound) for row, sound in zip(rows, heard, strict=True)]
    asked = clips[::CLIPS]
    pool = [clip for at, clip in enumerate(clips) if at % CLIPS]
    gains = {a.id: {p.id: 1 for p, _ in pool if p.title == a.title} for a, _ in asked}
    yield Task(
        name="sounds, same label",
        truth="Gain 1: every clip with the label of the one asked; every third is asked among the others.",
        bias="Clips of one label are often of one recording session.",
        modality="audio",
        products=[product for product, _ in pool],
        pool=[sound for _, sound in pool],
        asked={product.id: sound for product, sound in asked if gains[product.id]},
        gains=gains,
    )
    yield from pairs.halves(clips, limit or QUESTIONS, [])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def picture(medium: Media) -> Image:
    return media.picture(media.read(medium.source), name=str(medium.source))


if __name__ == "__main__":
    sys.exit(main())
