"""Studies of a shop, done as jobs and kept in its folder: who is not found, and how good answers are.

SHOP/studies/findable.json               what came of asking for products
SHOP/studies/evaluations/NAME.json       the figures of an evaluation
SHOP/studies/evaluations/NAME.html       its report
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wares.errors import QueryError, StoreError
from wares.index import atomic
from wares.insight.findable import Findable, findable
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    from wares.evaluation.records import EvaluationReport, Judgments, QuerySet
    from wares.server.serving import Serving
    from wares.shop import Shop

#: Evaluations that are kept.
KEPT = 50
_NAME = re.compile(r"\d{8}-\d{6}-\d{3}")
_FILE = re.compile(r"[0-9a-f]{16}(?:\.[a-z0-9]{1,8}){0,2}")


class Seek(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ask for up to ``sample`` products by their titles and pictures, for at most so many ``seconds``. What was begun
    goes on, unless the catalogue has changed or ``anew``."""

    sample: int = 500
    seconds: float = 600.0
    anew: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.sample <= 100_000 and 0 < self.seconds <= 86_400):
            raise ValueError("sample lies in 1 … 100,000 and seconds in 0 … 86,400")


class Evaluate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Measure the answers: on up to ``size`` questions of each kind made out of the catalogue, or on those of the
    uploads ``queries`` with the judgments ``qrels``. ``note`` says what it is for."""

    size: int = 50
    queries: str = ""
    qrels: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 1_000:
            raise ValueError("size lies in 1 … 1,000")
        if bool(self.queries) != bool(self.qrels):
            raise ValueError("queries and qrels belong together")
        if any(name and not _FILE.fullmatch(name) for name in (self.queries, self.qrels)):
            raise ValueError("queries and qrels are uploads of the console")


class Figure(msgspec.Struct, frozen=True):
    """A measure's mean with its 95 % interval over ``n`` questions."""

    measure: str
    mean: float
    low: float
    high: float
    n: int


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What an evaluation found, without its report."""

    name: str
    at: str
    set: str
    questions: int
    figures: tuple[Figure, ...]
    version: str = ""
    fit: str = ""
    note: str = ""
    seconds: float = 0.0

    def by_measure(self) -> dict[str, Figure]:
        """The figures by their measures."""
        return {figure.measure: figure for figure in self.figures}


# -- who is not found -------------------------------------------------------------------------------------------


def seek(served: Serving, told: Seek, tell: OnProgress) -> dict[str, int]:
    """Ask for products, and keep what came of it, however it ends."""
    halted: list[BaseException] = []

    def on_progress(progress: Progress) -> None:
        try:
            tell(progress)
        except Exception as halt:
            halted.append(halt)

    found = findable(
        served.shop,
        sample=told.sample,
        seconds=told.seconds,
        begun=None if told.anew else sought(served.shop),
        on_progress=on_progress,
        stop=lambda: bool(halted),
    )
    _keep(_folder(served.shop) / "findable.json", msgspec.json.encode(found))
    if halted:
        raise halted[0]
    return {"tried": found.tried, "products": found.products, "lost": found.lost_count, "whole": int(found.whole)}


def sought(shop: Shop) -> Findable | None:
    """What came of asking for products; None when that was not done, or cannot be read."""
    try:
        return msgspec.json.decode((_folder(shop) / "findable.json").read_bytes(), type=Findable)
    except (OSError, msgspec.MsgspecError):
        return None


# -- how good answers are ---------------------------------------------------------------------------------------


def evaluate(served: Serving, told: Evaluate, tell: OnProgress) -> Evaluation:
    """Measure the answers, and keep figures and report."""
    from wares.bench.circumstances import circumstances
    from wares.evaluation.page import write_page
    from wares.trial import trial

    began = datetime.now(UTC)
    info = served.shop.info()
    live = next((version for version in info.versions if version.live), None)
    with _questions(served, told) as (queries, judgments):
        about = {**circumstances(), "shop": f"{info.products:,} products", "model": info.model}
        report = trial(served.shop, queries, judgments, about=about, on_progress=tell)
    name = f"{began:%Y%m%d-%H%M%S}-{began.microsecond // 1000:03}"
    found = Evaluation(
        name=name,
        at=began.isoformat(timespec="seconds"),
        set=report.set_name,
        questions=_asked(report),
        figures=tuple(Figure(f.measure, f.mean, f.low, f.high, f.n) for f in report.systems[0].figures),
        version=live.name if live else "",
        fit=live.fit if live else "",
        note=told.note[:200],
        seconds=round((datetime.now(UTC) - began).total_seconds(), 1),
    )
    folder = _folder(served.shop) / "evaluations"
    folder.mkdir(parents=True, exist_ok=True)
    write_page(report, folder / f"{name}.html")
    _keep(folder / f"{name}.json", msgspec.json.encode(found))
    for old in sorted(path.stem for path in folder.glob("*.json"))[:-KEPT]:
        for ending in (".json", ".html"):
            (folder / f"{old}{ending}").unlink(missing_ok=True)
    return found


def evaluations(shop: Shop) -> list[Evaluation]:
    """The evaluations that are kept, the latest first; what cannot be read is left out."""
    found = []
    for path in sorted((_folder(shop) / "evaluations").glob("*.json"), reverse=True):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Evaluation))
        except (OSError, msgspec.MsgspecError):
            continue
    return found


def report_of(shop: Shop, name: str) -> bytes | None:
    """The report of an evaluation as a page; None when there is none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (_folder(shop) / "evaluations" / f"{name}.html").read_bytes()
    except OSError:
        return None


def _asked(report: EvaluationReport) -> int:
    return max((figure.n for figure in report.systems[0].figures), default=0)


@contextmanager
def _questions(served: Serving, told: Evaluate) -> Iterator[tuple[QuerySet, Judgments]]:
    from wares import trial
    from wares.evaluation.judgments import read_judgments
    from wares.server.work import uploads

    if not told.queries:
        with trial.made(served.shop, told.size) as questions:
            yield questions
        return
    folder = uploads(served.shop.path)
    paths = [folder / told.queries, folder / told.qrels]
    try:
        if not all(path.is_file() for path in paths):
            raise QueryError("the uploads are gone; send them again")
        yield trial.read(paths[0]), read_judgments(paths[1])
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def _folder(shop: Shop) -> Path:
    return shop.path / "studies"


def _keep(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, data)
    except OSError as refused:
        raise StoreError(f"cannot keep {path}: {refused.strerror or refused}") from refused
