"""The figures that the tables of alignment show, and what they are called there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.alignment import summary
from benchmarks.alignment.asking import Line
from benchmarks.alignment.summary import Figure, Key


class Column(NamedTuple):
    """A figure of a table."""

    head: str
    set: str
    what: str
    measure: str

    def key(self, learned: str) -> Key:
        return (self.set, self.what, self.measure, learned)


def _columns(set: str, *rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(head, set, what, measure) for head, what, measure in rows)


TITLES = _columns(
    "fashion",
    ("R@1", "title → own photo", "R@1"),
    ("R@5", "title → own photo", "R@5"),
    ("R@10", "title → own photo", "R@10"),
    ("MRR", "title → own photo", "MRR"),
)
MAIN = TITLES + _columns(
    "fashion",
    ("attributes en", "attributes, English", "nDCG@10"),
    ("zh", "attributes, Chinese", "nDCG@10"),
    ("other zh words", "attributes, Chinese, other words", "nDCG@10"),
    ("category en", "photo → category, English", "R@1"),
    ("category zh", "photo → category, Chinese", "R@1"),
    ("colour en", "photo → colour, English", "R@1"),
    ("colour zh", "photo → colour, Chinese", "R@1"),
    ("look: category", "look-alikes, category", "P@10"),
    ("look: and colour", "look-alikes, category and colour", "P@10"),
)
UNSEEN = (
    *_columns(
        "stamps",
        ("stamps en R@1", "caption → picture, English", "R@1"),
        ("R@10", "caption → picture, English", "R@10"),
        ("stamps zh R@1", "caption → picture, Chinese", "R@1"),
        ("R@10", "caption → picture, Chinese", "R@10"),
    ),
    *_columns(
        "grocery",
        ("grocery names R@1", "name → iconic picture", "R@1"),
        ("R@10", "name → iconic picture", "R@10"),
    ),
)
GROCERY = _columns(
    "grocery",
    ("photographed R@1", "photo → product with photos", "R@1"),
    ("R@5", "photo → product with photos", "R@5"),
    ("new product: by picture R@1", "photo → new product by picture", "R@1"),
    ("by name", "photo → new product by name", "R@1"),
    ("by both", "photo → new product by both", "R@1"),
    ("new kind: by picture R@1", "photo → new kind by picture", "R@1"),
    ("by name", "photo → new kind by name", "R@1"),
    ("by both", "photo → new kind by both", "R@1"),
)


def found(columns: Sequence[Column], lines: Iterable[Line], learned: str) -> list[Figure | None]:
    """The figures of a way, those that it learned from nothing where it did not learn from ``learned``."""
    wanted = {(column.set, column.what, column.measure) for column in columns}
    known = summary.figures(line for line in lines if (line.set, line.what, line.measure) in wanted)
    return [known.get(column.key(learned), known.get(column.key(""))) for column in columns]


def against(lines: Sequence[Line], others: Sequence[Line]) -> dict[Column, tuple[float, float]]:
    """Mean differences to another way and their p, for all columns that both have; what learned from groceries is
    left out, and what learned from nothing is compared with what learned from fashion."""
    asked = {(column.set, column.what, column.measure): column for column in (*MAIN, *UNSEEN)}

    def plain(some: Iterable[Line]) -> list[Line]:
        return [
            line._replace(learned="")
            for line in some
            if (line.set, line.what, line.measure) in asked and line.learned in ("", "fashion")
        ]

    return {asked[key[:3]]: value for key, value in summary.against(plain(lines), plain(others)).items()}


def figure(value: Figure | None) -> str | None:
    """A figure as a cell."""
    return None if value is None else f"{value.mean:.3f} ±{(value.high - value.low) / 2:.3f}".replace("0.", ".")


def signed(value: float) -> str:
    """A difference as a cell."""
    return f"{value:+.3f}".replace("0.", ".")
