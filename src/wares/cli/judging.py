"""A judging session: products of a pool are shown one by one, keys are read from stdin, labels go into a ledger."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wares.cli.hits import FilePlace
from wares.cli.output import counted, plain
from wares.cli.sheets import sheet
from wares.errors import CatalogueError, QueryError
from wares.evaluation.cells import MEDIA
from wares.evaluation.ledger import Ledger
from wares.evaluation.pooling import pool
from wares.evaluation.queries import words_of
from wares.evaluation.records import Asked, System
from wares.records import Media, Product

if TYPE_CHECKING:
    from wares.shop import Shop

#: What a gain means.
GAINS: Mapping[str, str] = {
    "0": "not relevant",
    "1": "somewhat: a substitute, or something that goes with it",
    "2": "relevant",
    "3": "exactly what was asked for",
}
KEYS: Mapping[str, str] = {
    "s": "skip this product for now",
    "n": "next question",
    "u": "undo the last label",
    "q": "quit; the same command goes on from here",
    "?": "show the keys",
}
DESCRIPTION = 200
MARGIN = 2


class Place(NamedTuple):
    """A product of a question's pool, by their numbers."""

    question: int
    product: int


class Session:
    """One person's way through the questions. A pool is made when its question's turn comes."""

    def __init__(
        self,
        console: Console,
        shop: Shop,
        questions: Sequence[Asked],
        systems: Sequence[System],
        ledger: Ledger,
        *,
        k: int,
        show_judged: bool,
    ) -> None:
        self._console = console
        self._shop = shop
        self._questions = questions
        self._systems = systems
        self._ledger = ledger
        self._k = k
        self._show_judged = show_judged
        self._pools: dict[int, tuple[Product, ...]] = {}
        self._failed: dict[str, str] = {}
        self._given: list[Place] = []
        self._skipped: set[Place] = set()
        self._shown: int | None = None

    def run(self) -> None:
        """Ask until nothing is left, "q" is typed or stdin ends. Interrupts and errors of the disk go through; what
        was judged before is kept."""
        place = self._after(Place(0, -1))
        if place is not None:
            self._console.print("How well does the product answer the question?")
            self._help(place)
        while place is not None:
            self._show(place)
            key = self._key()
            while key not in GAINS and key not in _ACTIONS:
                self._console.print(f"that is none of the keys: {'/'.join((*GAINS, *_ACTIONS))}", style="yellow")
                key = self._key()
            place = self._label(place, int(key)) if key in GAINS else _ACTIONS[key](self, place)

    def summary(self) -> dict[str, Any]:
        """What was done, and what is left of the questions that were come to."""
        left = {at: sum(not self._is_judged(at, product) for product in found) for at, found in self._pools.items()}
        return {
            "judged": len(self._given),
            "skipped": len(self._skipped),
            "left": sum(left.values()),
            "questions": {
                "all": len(self._questions),
                "done": sum(not count and self._questions[at].id not in self._failed for at, count in left.items()),
                "not_seen": len(self._questions) - len(left),
            },
            "failed": self._failed,
        }

    # -- what keys do -------------------------------------------------------------------------------------------

    def _label(self, place: Place, gain: int) -> Place | None:
        self._ledger.append(self._questions[place.question].id, self._pools[place.question][place.product].id, gain)
        self._given.append(place)
        self._skipped.discard(place)
        return self._after(place)

    def _skip(self, place: Place) -> Place | None:
        self._skipped.add(place)
        return self._after(place)

    def _next(self, place: Place) -> Place | None:
        return self._after(Place(place.question + 1, -1))

    def _undo(self, place: Place) -> Place | None:
        if not self._ledger.undo():
            self._console.print("there is no label of this session to undo", style="yellow")
            return place
        return self._given.pop()

    def _quit(self, place: Place) -> None:
        return None

    def _help(self, place: Place) -> Place | None:
        self._console.print(Padding(sheet([*GAINS.items(), *KEYS.items()]), (0, 0, 0, MARGIN)))
        return place

    # -- where to go --------------------------------------------------------------------------------------------

    def _after(self, place: Place) -> Place | None:
        """The next place where something is to be judged."""
        question, product = place.question, place.product + 1
        while question < len(self._questions):
            found = self._pool(question)
            for at in range(product, len(found)):
                if self._is_open(Place(question, at)):
                    return Place(question, at)
            question, product = question + 1, 0
        return None

    def _is_open(self, place: Place) -> bool:
        if self._show_judged:
            return place not in self._given
        return not self._is_judged(place.question, self._pools[place.question][place.product])

    def _is_judged(self, question: int, product: Product) -> bool:
        return self._ledger.gain(self._questions[question].id, product.id) is not None

    def _pool(self, question: int) -> tuple[Product, ...]:
        """The products of a question; none, and the reason told, when it cannot be asked."""
        if question not in self._pools:
            asked = self._questions[question]
            try:
                found = pool(asked, self._systems, self._k)
            except (QueryError, CatalogueError) as error:
                found = ()
                self._failed[asked.id] = str(error)
                self._console.print(f"{plain(asked.id)} cannot be asked: {plain(str(error))}", style="yellow")
            for product in found:
                self._ledger.check(asked.id, product.id)
            self._pools[question] = found
        return self._pools[question]

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show(self, place: Place) -> None:
        asked, found = self._questions[place.question], self._pools[place.question]
        if place.question != self._shown:
            self._shown = place.question
            self._console.print()
            self._console.print(self._question(asked, f"{place.question + 1} of {len(self._questions)}"))
        product = found[place.product]
        self._console.print()
        self._console.print(self._card(product, f"{place.product + 1} of {len(found)}"))
        before = self._ledger.gain(asked.id, product.id)
        if before is not None:
            self._console.print(f"judged {before} before", style="yellow")

    def _question(self, asked: Asked, number: str) -> RenderableType:
        lines: list[RenderableType] = [
            Text.assemble((f"Question {number}  ", "cyan"), (plain(words_of(asked)), "bold"))
        ]
        for part in asked.query.parts:
            if part.kind in MEDIA and isinstance(part.value, str):
                lines.append(Padding(FilePlace(part.value), (0, 0, 0, MARGIN)))
                if part.kind == "image" and (drawn := self._thumbnail(Media(part.value))) is not None:
                    lines.append(Padding(drawn, (0, 0, 0, MARGIN)))
        return Group(*lines)

    def _card(self, product: Product, number: str) -> RenderableType:
        pictures = [medium for _, medium in product.all_media() if medium.modality == "image"]
        price = product.price or next((v.price for v in product.variants if v.price is not None), None)
        text = product.description
        facts = sheet(
            [
                ("id", product.id),
                ("brand", product.brand),
                ("price", str(price or "")),
                ("category", " / ".join(product.category)),
                ("description", text[:DESCRIPTION] + ("…" if len(text) > DESCRIPTION else "")),
            ]
        )
        title = Text.assemble((f"{number}  ", "cyan"), (plain(product.title), "bold"))
        places = [FilePlace(medium.source) for medium in pictures[:1] if isinstance(medium.source, str)]
        body = Group(title, Padding(Group(facts, *places), (0, 0, 0, MARGIN)))
        drawn = self._thumbnail(pictures[0]) if pictures else None
        if drawn is None:
            return body
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(drawn, body)
        return grid

    def _thumbnail(self, medium: Media) -> RenderableType | None:
        from wares.cli.pictures import can_draw, thumbnail

        return thumbnail(self._shop, medium) if can_draw(self._console) else None

    def _key(self) -> str:
        """What was typed, without case; "q" at the end of stdin. What no terminal echoes is printed."""
        self._console.print(f"{'/'.join((*GAINS, *_ACTIONS))} › ", end="", style="dim")
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if sys.stdin is None or not sys.stdin.isatty() or not line:
            self._console.print(plain(line)[:40])
        return line.strip().casefold() if line else "q"


_ACTIONS: Mapping[str, Callable[[Session, Place], Place | None]] = {
    "s": Session._skip,
    "n": Session._next,
    "u": Session._undo,
    "q": Session._quit,
    "?": Session._help,
}


def told(summary: Mapping[str, Any]) -> str:
    """The summary in words."""
    questions = summary["questions"]
    lines = f"{summary['judged']:,} judged, {summary['skipped']:,} skipped, {summary['left']:,} left"
    if questions["not_seen"]:
        lines += f" and {counted(questions['not_seen'], 'question')} not come to"
    lines += f"; {questions['done']:,} of {counted(questions['all'], 'question')} done"
    if summary["failed"]:
        lines += f", {counted(len(summary['failed']), 'question')} cannot be asked"
    return lines
