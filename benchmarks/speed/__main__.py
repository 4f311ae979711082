"""How fast the whole shop is, and what it costs in memory and on disk, beside the targets.

The shop holds real products of the development sets, as many as --products says, put through the real reader, store
and rebuild; questions are real ones. Rows in milliseconds are medians (p50) and p99; "scan" is a brute-force numpy
scan of the same vectors on one thread, taken in turns with the searches, and "× scan" the row divided by it. The
first run encodes the products' texts, some minutes for 100,000; later runs find them in --scratch.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks import report
from benchmarks.report import Report, Table
from benchmarks.speed import ingests, large, recall, searches, visits
from benchmarks.speed.bench import COLUMNS, Findings, Measurement
from wares import encoders as models

#: In the order in which they are done: all searches need what the rebuild and the recall make.
MEASUREMENTS: Sequence[Measurement] = (
    visits.start_up,
    ingests.rebuild,
    recall.recalls,
    searches.texts,
    searches.pictures,
    ingests.pictures,
    ingests.words,
    ingests.again,
    visits.opening,
    visits.reader_and_writer,
)

NOT_MEASURED = "not measured here: 1M products, the server under load; other engines: python -m benchmarks.peers"


def measure(arguments: argparse.Namespace) -> Report:
    scratch = arguments.scratch.resolve()
    bench = large.prepare(arguments.data, scratch, arguments.model, arguments.products, arguments.queries)
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(bench.model, bench.environment)}
    about = report.circumstances("benchmarks.speed", arguments.model, encoders)
    findings = Findings()
    for measurement in MEASUREMENTS:
        measurement(bench, findings)
    title = f"Speed, memory and disk at {bench.products:,} products"
    rows = [row.cells() for row in findings.rows]
    notes = [large.ABOUT, *findings.notes, NOT_MEASURED]
    return Report(about, [Table(title, COLUMNS, rows), *findings.tables], notes)


def main() -> int:
    parser = report.options("benchmarks.speed", __doc__ or "")
    parser.add_argument(
        "--products", type=report.positive, default=100_000, metavar="N", help="in the shop [%(default)s]"
    )
    parser.add_argument(
        "--queries", type=report.positive, default=200, metavar="N", help="text questions [%(default)s]"
    )
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
