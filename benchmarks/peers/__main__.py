"""The peers: txtai, LanceDB, Chroma and Milvus Lite on the same catalogue, vectors, text and questions as wares.

Every peer gets an environment of its own in --scratch, by venv and pip, with the versions that are pinned in
benchmarks/peers/requirements. Speed is measured on --products real products, quality on the judged sets. The settings
of everyone, and what is in which time, stand in benchmarks/peers/README.md. The first run makes the environments and
encodes the products, which takes some minutes for 100,000.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import quality as judging
from benchmarks import report
from benchmarks.peers import inputs, quality, tables
from benchmarks.peers.contest import Contest
from benchmarks.peers.entrants import ENTRANTS, WARES
from benchmarks.peers.protocol import KINDS, Inputs
from benchmarks.report import Cell, Report, Table
from benchmarks.speed import large

NOTES = (
    "every process uses two cores, the scan's numpy one; questions are asked one at a time; of each question the "
    "median of the rounds, then percentiles over questions; the encoder is in nobody's time: vectors of products and "
    "questions were made once, by the text tower of wares, and given to all",
    "wares is the whole shop: it reads the filter's words, counts all that match and reads the products it answers "
    "with; all others answer with ids. 'wares index' is its index asked as the peers are",
    "recall@10: the share found of the truly nearest ten that pass the filter; a vector as near as the tenth counts. "
    "Each peer searches with the least effort that found 95 % of them on other questions, or with the most there was",
    "hybrid questions search for vectors with the effort of vector questions, and join 100 candidates of each way",
    "memory: resident after all questions, with what the interpreter and the libraries take; peak: the highest of "
    "looks twice a second during ingest, children included",
)


def measure(arguments: argparse.Namespace) -> Report:
    scratch: Path = arguments.scratch.resolve() / "peers"
    scratch.mkdir(parents=True, exist_ok=True)
    encoder = inputs.text_encoder(arguments.model)
    about = report.circumstances("benchmarks.peers", arguments.model, {encoder.channel: encoder.fingerprint})
    found: list[Table] = [tables.entrants(arguments.entrants)]
    notes = list(NOTES)
    for measurement in MEASUREMENTS[arguments.only]:
        measurement(arguments, scratch, found, notes)
    return Report(about, found, notes)


def _speed(arguments: argparse.Namespace, scratch: Path, found: list[Table], notes: list[str]) -> None:
    """Ingest, memory, disk, latency and recall."""
    catalogue = inputs.large_catalogue(
        arguments.data, scratch, arguments.model, arguments.products, arguments.queries
    )
    outcomes = Contest(catalogue, scratch, arguments.entrants, tuple(KINDS), arguments.rounds, arguments.limit).run()
    files = Inputs(catalogue.inputs)
    right, asked = files.truth("measuring"), len(files.questions("measuring"))
    found.append(tables.glance(outcomes, tuple(KINDS)))
    found.append(tables.costs(outcomes, f"Ingest, memory and disk at {catalogue.products:,} products"))
    found.extend(tables.searches(outcomes, kind, asked, right.get(kind.name)) for kind in KINDS.values())
    notes.append(
        f"speed: {asked} questions of five sets, rounds: {arguments.rounds}; {large.ABOUT.partition(';')[0]}"
    )
    notes.extend(tables.troubles("speed", outcomes))


def _quality(arguments: argparse.Namespace, scratch: Path, found: list[Table], notes: list[str]) -> None:
    """nDCG@10 on judged sets."""
    rows: list[list[Cell]] = []
    for name in arguments.sets:
        catalogue = inputs.judged_catalogue(name, arguments.data, scratch, arguments.model, arguments.judged_products)
        outcomes = Contest(catalogue, scratch, arguments.entrants, quality.WAYS, 1, arguments.limit).run()
        rows += quality.rows(name, catalogue.gains, outcomes)
        notes.append(f"{name}: {catalogue.products:,} products, {len(catalogue.gains)} questions")
        notes.extend(tables.troubles(name, outcomes))
    found.append(Table("nDCG@10 on judged questions", quality.COLUMNS, rows))


#: What --only leaves.
MEASUREMENTS = {None: (_speed, _quality), "speed": (_speed,), "quality": (_quality,)}


def chosen(text: str) -> list[str]:
    """Entrants by name, in the order of their table; wares is always among them."""
    names = {name.strip() for name in text.split(",") if name.strip()} | {WARES}
    if unknown := names - set(ENTRANTS):
        raise argparse.ArgumentTypeError(f"unknown entrant {min(unknown)!r}; known: {', '.join(ENTRANTS)}")
    return [name for name in ENTRANTS if name in names]


def main() -> int:
    parser = report.options("benchmarks.peers", __doc__ or "")
    option = parser.add_argument
    option("--products", type=report.positive, default=100_000, metavar="N", help="for speed [%(default)s]")
    option("--queries", type=report.positive, default=200, metavar="N", help="questions for speed [%(default)s]")
    option("--rounds", type=report.positive, default=3, metavar="N", help="times that all are asked [%(default)s]")
    option(
        "--limit",
        type=report.positive,
        default=900,
        metavar="S",
        help="seconds for a stage of one entrant [%(default)s]",
    )
    option("--entrants", type=chosen, default=list(ENTRANTS), metavar="NAMES", help=f"of {', '.join(ENTRANTS)}")
    option("--sets", type=judging.chosen, default=["icecat", "crowdflower"], metavar="NAMES", help="for quality")
    option("--judged-products", type=report.positive, metavar="N", help="only the first N of each set, to try it")
    option("--only", choices=[name for name in MEASUREMENTS if name], help="leave the other out")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
