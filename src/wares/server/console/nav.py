"""The pages of the console, in the order in which they are listed."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A page: its path below the console, and its name."""

    path: str
    name: str


#: Groups of pages, by what they are about.
SECTIONS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    ("Shop", (Place("", "Overview"), Place("/catalogue", "Catalogue health"), Place("/queries", "Queries"))),
    (
        "Merchandising",
        (Place("/rules", "Rules"), Place("/synonyms", "Synonyms"), Place("/stop-words", "Stop words")),
    ),
    ("Quality", (Place("/evaluation", "Evaluation"), Place("/models", "Models"))),
    (
        "Operation",
        (
            Place("/versions", "Index versions"),
            Place("/jobs", "Jobs"),
            Place("/settings", "Settings"),
            Place("/keys", "Keys"),
            Place("/audit", "Audit log"),
        ),
    ),
)
