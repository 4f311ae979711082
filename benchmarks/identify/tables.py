"""What was answered, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmarks.identify.asking import WAYS, Asked, Level, Told
from benchmarks.report import Cell, Table
from wares.evaluation.classification import score
from wares.evaluation.reliability import BINS, ece
from wares.index.base import fold

#: How sure an answer has to be, in the table of what is answered.
SURE = (0.5, 0.8, 0.95)


def answers(asked: Mapping[str, Sequence[Asked]]) -> Table:
    """Accuracy and F1 of whole values, by set, field and way."""
    rows: list[list[Cell]] = []
    for name, photos in asked.items():
        for field, told in by_field(photos).items():
            truth = {one.photo: fold(one.truth) for one in told}
            for way in WAYS:
                if all(way in one.answers for one in told):
                    found = score(truth, {one.photo: fold(one.answers[way]) for one in told})
                    figures = (found.accuracy, found.macro.f1, found.weighted.f1)
                    rows.append([name, field, way, len(told), len(set(truth.values())), *map(_third, figures)])
    columns = ("set", "field", "by", "photos", "values", "accuracy", "macro F1", "weighted F1")
    return Table("What it is: the whole value, no abstention", columns, rows)


def sureness(asked: Mapping[str, Sequence[Asked]]) -> Table:
    """Expected calibration error, and what is answered and right at some thresholds; a category level by level."""
    rows: list[list[Cell]] = []
    for name, photos in asked.items():
        for what, levels in by_level(photos).items():
            sure = [(one.confidence, one.right) for one in levels if one.confidence is not None]
            if not sure:
                rows.append([name, what, len(levels), *([None] * (3 + 2 * len(SURE)))])
                continue
            confidences, right = [c for c, _ in sure], [r for _, r in sure]
            raw = ece([one.evidence for one in levels], [one.right for one in levels])
            cells: list[Cell] = [_third(raw), _third(ece(confidences, right)), _third(float(np.mean(right)))]
            for least in SURE:
                said = [hit for confidence, hit in sure if confidence >= least]
                cells += [_third(len(said) / len(levels)), _third(float(np.mean(said))) if said else None]
            rows.append([name, what, len(levels), *cells])
    thresholds = [column for least in SURE for column in (f"said at {least:g}", "right of these")]
    columns = ("set", "field", "photos", "ECE of evidence", "ECE", "right of all", *thresholds)
    return Table(f"How sure ({BINS} bins of equal width)", columns, rows)


def unknown(own: Mapping[str, Sequence[Asked]], foreign: Mapping[tuple[str, str], Sequence[Asked]]) -> Table:
    """How photos of the shop's own goods and of others' are told apart by the score of the nearest product."""
    rows: list[list[Cell]] = [
        [name, "its own", len(photos), None, *_verdicts(photos)] for name, photos in own.items()
    ]
    for (shop, other), photos in foreign.items():
        apart = auroc([one.score for one in own[shop]], [one.score for one in photos])
        rows.append([shop, other, len(photos), _third(apart), *_verdicts(photos)])
    columns = ("shop", "photos of", "photos", "AUROC", "not sold", "perhaps", "sold")
    return Table("We do not sell this", columns, sorted(rows, key=lambda row: (list(own).index(str(row[0])),)))


def by_field(photos: Iterable[Asked]) -> dict[str, list[Told]]:
    """Answers by field."""
    found: dict[str, list[Told]] = {}
    for photo in photos:
        for told in photo.fields:
            found.setdefault(told.field, []).append(told)
    return found


def by_level(photos: Iterable[Asked]) -> dict[str, list[Level]]:
    """Steps of answers by field, those of deep ones by depth: "category 1", "category 2"."""
    found: dict[str, list[Level]] = {}
    for field, told in by_field(photos).items():
        deep = any(len(one.levels) > 1 for one in told)
        for one in told:
            for at, level in enumerate(one.levels, 1):
                found.setdefault(f"{field} {at}" if deep else field, []).append(level)
    return found


def auroc(own: Sequence[float], foreign: Sequence[float]) -> float:
    """How often an own score is above a foreign one; ties count half (Mann and Whitney 1947)."""
    mine, theirs = np.asarray(own), np.sort(np.asarray(foreign))
    below = np.searchsorted(theirs, mine, "left").mean()
    equal = (np.searchsorted(theirs, mine, "right") - np.searchsorted(theirs, mine, "left")).mean() / 2
    return float((below + equal) / len(theirs))


def _verdicts(photos: Sequence[Asked]) -> list[Cell]:
    return [_third(sum(one.known is what for one in photos) / len(photos)) for what in (False, None, True)]


def _third(value: float) -> float:
    return round(value, 3)
