"""Work in a process of its own: what computes for minutes would hold the interpreter in which a server answers.

The child opens the shop like any other process, tells its progress and its result as JSON lines on standard output,
and is killed when its parent does not want it any more. What it changed is noticed by the server as what others do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from wares import errors
from wares.errors import CatalogueError, StoreError, WaresError
from wares.reports import OnProgress, Progress
from wares.shop import Shop

#: Work by name: a shop, what it is told, and whom to tell.
Work = Callable[[Shop, Mapping[str, Any], OnProgress], Any]


class ReviewsAt(msgspec.Struct, frozen=True):
    """A file of reviews, which columns hold what, and the name by which problems call it."""

    path: str
    map: dict[str, str]
    name: str


#: Bad rows that are told one by one.
TOLD = 100


class _Said(msgspec.Struct, omit_defaults=True):
    """One line of the child."""

    progress: Progress | None = None
    result: Any = None
    error: str = ""
    kind: str = ""


def run(shop: Path, name: str, told: msgspec.Struct, tell: OnProgress) -> Any:
    """What a work of :data:`WORKS` returned, as plain values. Raises what it raised, and what ``tell`` raises."""
    command = [sys.executable, "-m", __name__, name, str(shop.resolve()), msgspec.json.encode(told).decode()]
    decode = msgspec.json.Decoder(_Said).decode
    last = _Said()
    try:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as refused:
        raise StoreError(f"cannot start a process for {name}: {refused.strerror}") from refused
    with child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                last = decode(line)
                if last.progress is not None:
                    tell(last.progress)
        except BaseException:
            child.kill()
            raise
    if last.error:
        raise _error(last)
    if child.returncode != 0:
        raise StoreError(f"the process for {name} ended with exit code {child.returncode}; ask again")
    return last.result


def _error(said: _Said) -> WaresError:
    """The child's error, of the class it had where that takes no more than its message."""
    kind: type[WaresError] = getattr(errors, said.kind)
    try:
        return kind(said.error)
    except TypeError:
        return WaresError(said.error)


# -- the child ----------------------------------------------------------------------------------------------------


def _fit(shop: Shop, told: Mapping[str, Any], tell: OnProgress) -> Any:
    from wares.fit.job import fit
    from wares.fit.training import Recipe

    recipe = Recipe(seed=told.get("seed", 20))
    return fit(shop, recipe=recipe, start=told.get("start", "auto"), force=told.get("force", False), on_progress=tell)


def _fit_if_due(shop: Shop, told: Mapping[str, Any], tell: OnProgress) -> str:
    """The verdict. There being too little to learn from is no error."""
    from wares.fit.due import due
    from wares.fit.job import fit
    from wares.fit.learning import TooLittle

    if not due(shop):
        return "not due"
    try:
        return fit(shop, on_progress=tell).verdict
    except TooLittle as little:
        return str(little)


def _extract(shop: Shop, told: Mapping[str, Any], tell: OnProgress) -> Any:
    return shop.extract(tell, again=bool(told.get("again")))


def _reviews(shop: Shop, told: Mapping[str, Any], tell: OnProgress) -> Any:
    from wares.reviews.feed import ReviewFeed

    source = msgspec.convert(told, ReviewsAt)
    feed = ReviewFeed([source.path], map=source.map)
    report = shop.add_reviews(feed, progress=tell)
    name = source.name
    problems = [str(CatalogueError(p.reason, source=name, line=p.line, column=p.column)) for p in feed.problems]
    if not report.products:
        raise CatalogueError(f"no review could be read; {problems[0] if problems else 'it is empty'}", source=name)
    return {**msgspec.structs.asdict(report), "bad_rows": feed.problem_count, "problems": problems[:TOLD]}


WORKS: Mapping[str, Work] = {"extract": _extract, "reviews": _reviews, "fit": _fit, "fit if due": _fit_if_due}


def main() -> int:
    """Entry of the child: ``python -m wares.server.apart NAME SHOP JSON``."""
    with suppress(OSError):
        os.nice(5)  # whoever serves goes first
    name, folder, told = sys.argv[1:]
    try:
        with Shop.open(folder, create=False) as shop:
            found = WORKS[name](shop, msgspec.json.decode(told), lambda progress: _say(_Said(progress=progress)))
    except WaresError as error:
        known = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        _say(_Said(error=str(error), kind=known.__name__))
        return 1
    _say(_Said(result=msgspec.to_builtins(found)))
    return 0


def _say(said: _Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
