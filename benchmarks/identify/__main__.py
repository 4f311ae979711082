"""How well a shop tells what a picture shows, how sure it may be of it, and whether it knows what it does not sell.

    python -m benchmarks.identify [--half report] [--plots docs/pictures]

Groceries: 81 iconic pictures are the shop, phone photos ask. Clothing: photos that people took at home, the shop's by
other people than those that ask. Fashion: a fifth of the products asks, whole groups of equal titles or pictures;
once more with a shop that was fitted to its own catalogue. What was chosen in the course of the work was chosen on
the photos whose md5 is even (--half tune); what is reported are the odd ones. Confidence comes from each shop's own
pictures alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks import report
from benchmarks.alignment import keeping
from benchmarks.alignment.drawing import svg
from benchmarks.identify import plots, tables
from benchmarks.identify.asking import Asked, ask
from benchmarks.identify.sets import SUBJECTS, Subject, half
from benchmarks.report import Cell, Report, Table, tell
from benchmarks.shops import prepared
from wares.fit.job import fit
from wares.identify.guide import FILE
from wares.identify.identifying import Identifier
from wares.settings import Environment
from wares.shop import Shop

FITTED = "fashion, fitted"
NOTES = (
    "Groceries and clothing: the heads of words and pictures that wares brings were trained on these sets, though not"
    ' on the grocery photos that ask; "label text" is better there than elsewhere. Look-alikes do not use them.',
    "Fashion's labels are its own; a colour or a season that people would not see in the photo counts as wrong.",
)


def main() -> int:
    parser = report.options("benchmarks.identify", __doc__ or "")
    parser.add_argument("--half", choices=("tune", "report"), default="report", help="which photos ask [%(default)s]")
    parser.add_argument("--limit", type=report.positive, metavar="N", help="only the first N photos of each set")
    parser.add_argument("--foreign", type=int, default=150, metavar="N", help="of each other set [%(default)s]")
    parser.add_argument("--sets", nargs="+", choices=[*SUBJECTS, FITTED], metavar="SET", help="only these")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw reliability plots there")
    return report.main(parser, measure)


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    wanted = arguments.sets or [*SUBJECTS, FITTED]
    subjects = {name: _subject(name, arguments) for name in ([*SUBJECTS, FITTED] if arguments.foreign else wanted)}
    asked: dict[str, list[Asked]] = {}
    foreign: dict[tuple[str, str], list[Asked]] = {}
    learnt: list[list[Cell]] = []
    for name in wanted:
        place = _shop(subjects[name], arguments, environment)
        with Shop.open(place, create=False, environment=environment) as shop:
            fingerprints = {encoder.channel: encoder.fingerprint for encoder in shop.fits.encoders()}
            learnt.append([name, *_learned(shop)])
            asked[name] = list(ask(shop, half(subjects[name].photos, arguments.half)[: arguments.limit]))
            for other in (one for one in SUBJECTS if arguments.foreign and not name.startswith(one)):
                photos = half(subjects[other].photos, arguments.half)[: arguments.foreign]
                foreign[name, other] = list(ask(shop, photos, whole=False))
    if arguments.plots:
        _draw(arguments, subjects, asked)
    about = report.circumstances("benchmarks.identify", arguments.model, fingerprints)
    found = (
        _learnt(learnt, asked),
        tables.answers(asked),
        tables.sureness(asked),
        tables.unknown(asked, foreign),
    )
    return Report({**about, "photos": f"the {arguments.half} half"}, found, NOTES)


def _subject(name: str, arguments: argparse.Namespace) -> Subject:
    return SUBJECTS["fashion" if name == FITTED else name](arguments.data, arguments.scratch)._replace(name=name)


def _shop(subject: Subject, arguments: argparse.Namespace, environment: Environment) -> Path:
    """The shop of a set; the fitted one is a copy that was fitted once."""
    fitted = subject.name == FITTED
    name = "fashion" if fitted else subject.name
    place = prepared(f"identify {name}", subject.products, arguments.model, arguments.scratch, environment)
    if not fitted:
        return place
    copy = place.with_name(f"{place.name}-fitted")
    if not copy.exists():
        subprocess.run(["cp", "-r", "--sparse=always", place, copy], check=True)
    with Shop.open(copy, create=False, environment=environment) as shop:
        if not shop.fit:
            tell(f"{copy.name}: {fit(shop).verdict}")
    return copy


def _learned(shop: Shop) -> list[Cell]:
    """How long it takes to learn from the catalogue's own pictures, and from how many."""
    for kept in (shop.path / "index").glob(f"*/{FILE}"):
        kept.unlink()
    started = time.perf_counter()
    guide = Identifier(shop).guide()
    seconds = time.perf_counter() - started
    mixes = ", ".join(f"{one.field.name} {one.mix.share:g}" for one in guide.fields)
    bounds = guide.bounds
    return [
        len(shop),
        guide.pictures,
        round(seconds, 1),
        bounds and round(bounds.own, 3),
        bounds and round(bounds.strange, 3),
        mixes,
    ]


def _learnt(rows: list[list[Cell]], asked: Mapping[str, list[Asked]]) -> Table:
    complete = []
    for row in rows:
        photos = asked[str(row[0])]
        seconds = sorted(one.seconds for one in photos)
        exact = [one.exact for one in photos if one.exact is not None]
        share = round(sum(exact) / len(exact), 3) if exact else None
        complete.append([*row[:6], round(1000 * seconds[len(seconds) // 2], 1), share, row[6]])
    columns = (
        "set",
        "products",
        "pictures asked",
        "s to learn",
        "own",
        "strange",
        "ms a photo",
        "product itself first",
    )
    return Table("The shops", (*columns, "share of look-alikes"), complete)


def _draw(arguments: argparse.Namespace, subjects: Mapping[str, Subject], asked: Mapping[str, list[Asked]]) -> None:
    for name, photos in asked.items():
        command = "Figures: python -m benchmarks.identify --plots docs/pictures."
        for file, chart in plots.charts(name, photos, subjects[name].about, command).items():
            path = arguments.plots / f"{file}.svg"
            keeping.put(path, svg(chart).encode())
            path.chmod(0o644)
            tell(str(path))


if __name__ == "__main__":
    sys.exit(main())
