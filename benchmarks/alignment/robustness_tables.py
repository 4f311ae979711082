"""The tables of what ``benchmarks.alignment.robustness`` kept: clean, disturbed, and what is lost in points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.alignment import columns, keeping
from benchmarks.alignment.asking import Line
from benchmarks.alignment.columns import MAIN, Column
from benchmarks.report import Cell, Report, Table

CLEAN, LABELS = "clean", "labels of 20 % shuffled"

_PLAIN: Mapping[str, object] = {"dropout": 0.0, "noise": 0.0, "decay": 0.0}
_ALIKE: Mapping[str, object] = {"viewed": 0.0, "bagless": 0.0, "forgotten": 0.0}
#: The recipe, and without dropout, noise of features and decay of weights; without other views of pictures and
#: captions of which the hashed words are dropped, all or some.
REGIMES: Mapping[str, Mapping[str, object]] = {
    "recipe": {},
    "no regularisation": _PLAIN,
    "no augmentation": _ALIKE,
    "neither": {**_PLAIN, **_ALIKE},
}
#: What is compared from regime to regime.
_HEADS = ("R@1", "R@10", "attributes en", "category en")

_NOTES = (
    "fits learn from fashion; ± is half the 95 % interval over questions; p of the paired randomisation test",
    "a crop is 60 % of each side, somewhere in the picture; JPEG has quality 15; grey and hue (60° further) make "
    "other colours true, so that colour and attribute questions have wrong answers there by construction",
    "features are moved by 0.1 of their deviation each, the noise of training, in feature space and no picture: "
    "against the cosine of the head of pictures to the picture's own title (one step along the sign of the slope, by "
    "the heads that are asked), or anywhere",
    "look-alikes: the pictures that ask are disturbed as those that are found",
    "titles are put otherwise by the dictionary from which captions of training are drawn too; other questions are "
    "as they were, and what did not change is left out",
    "with shuffled labels the fit's own held-out part is as wrong as the rest of what it sees",
    "captions of titles without some of their words are drawn in all regimes",
)


def everything(folder: Path, disturbances: Sequence[str]) -> Report:
    """All tables of what is there."""
    kept = {
        (regime, what): keeping.kept(folder, f"{regime}, {what}")[0] for regime in REGIMES for what in disturbances
    }
    others = [what for what in disturbances if what != CLEAN]
    found = [_each(next(iter(REGIMES)), kept, others), _side_by_side(kept, others)]
    said = (f"{what}: {text}" for what in others for text in _said(folder / f"recipe, {what}.fits.json"))
    return Report({"folder": folder.name}, [table for table in found if table.rows], [*_NOTES, *said])


def lost(clean: Sequence[Line], disturbed: Sequence[Line]) -> dict[Column, tuple[str, str, float, float]]:
    """Columns that changed: clean, disturbed, the points that are lost, and p."""
    before = dict(zip(MAIN, columns.found(MAIN, clean, "fashion"), strict=True))
    after = dict(zip(MAIN, columns.found(MAIN, disturbed, "fashion"), strict=True))
    found = {}
    for column, (difference, p) in columns.against(disturbed, clean).items():
        one, other = columns.figure(before[column]), columns.figure(after[column])
        if one and other and one != other:
            found[column] = (one, other, -100 * difference, p)
    return found


def _each(regime: str, kept: Mapping[tuple[str, str], Sequence[Line]], others: Iterable[str]) -> Table:
    rows: list[list[Cell]] = [
        [what, f"{column.what}, {column.measure}", one, other, f"{points:+.1f}", f"{p:.2g}"]
        for what in others
        for column, (one, other, points, p) in lost(kept[regime, CLEAN], kept[regime, what]).items()
    ]
    heads = ("disturbed", "measure", "clean", "disturbed", "points lost", "p")
    return Table(f"Fitted by: {regime}", heads, rows)


def _side_by_side(kept: Mapping[tuple[str, str], Sequence[Line]], others: Iterable[str]) -> Table:
    wanted = [column for column in MAIN if column.head in _HEADS]
    rows: list[list[Cell]] = []
    for what in (CLEAN, *others):
        changed = {column for regime in REGIMES for column in lost(kept[regime, CLEAN], kept[regime, what])}
        for column in wanted:
            if what == CLEAN or column in changed:
                cells = [_cell(kept[regime, CLEAN], kept[regime, what], column) for regime in REGIMES]
                rows.append([what, f"{column.what}, {column.measure}", *cells])
    return Table("Regimes side by side: figure (points lost)", ("disturbed", "measure", *REGIMES), rows)


def _cell(clean: Sequence[Line], disturbed: Sequence[Line], column: Column) -> str | None:
    shown = columns.figure(columns.found([column], disturbed, "fashion")[0])
    difference = columns.against(disturbed, clean).get(column)
    if clean is disturbed or shown is None or difference is None:
        return shown
    return f"{shown} ({-100 * difference[0]:+.1f})"


def _said(path: Path) -> list[str]:
    """What a disturbance told of itself."""
    if not path.exists():
        return []
    about = msgspec.json.decode(path.read_bytes(), type=keeping.Way).about
    return [f"{name}: {value}" for name, value in about.items() if name.startswith("titles")]
