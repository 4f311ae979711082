"""Answers a second: questions without a pause, from several threads of one process and from several processes.

All processes are the bench's own, started once; each has the shop open. The index is held by one of them (or by
whoever serves the shop), and the others ask that one, as the processes of a site would.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from wares.bench.children import Child, heard, run, say
from wares.bench.records import Load
from wares.bench.timing import percentiles
from wares.records import Query
from wares.reports import OnProgress, Progress
from wares.settings import Environment
from wares.shop import Shop

Asking: TypeAlias = Literal["threads", "processes"]

#: Threads or processes at most; the holder of an index takes this many connections.
MAX_CONCURRENCY = 64
#: Questions at most: the usual encoder remembers somewhat more, so that it does not run in the load.
QUESTIONS = 200


class _Begin(NamedTuple):
    shop: str
    questions: tuple[Query, ...]


class _Go(NamedTuple):
    threads: int
    seconds: float


class _Done(NamedTuple):
    """Milliseconds of each answer, and the seconds in which they came."""

    taken: list[float]
    seconds: float


def loads(
    shop: Path,
    questions: Sequence[Query],
    concurrency: Sequence[int],
    seconds: float,
    environment: Environment,
    tell: OnProgress,
) -> list[Load]:
    """So many threads, for each concurrency, and then so many processes, for ``seconds`` each. Raises what searching
    raises, and :class:`~wares.errors.StoreError` when a process dies."""
    begin = _Begin(str(shop), tuple(questions[:QUESTIONS]))
    with ExitStack() as stack:
        children = [stack.enter_context(Child("wares.bench.load", environment)) for _ in range(max(concurrency))]
        _start(children[:1], begin)  # it holds the index, if nobody else does
        _start(children[1:], begin)
        found: list[Load] = []
        ways: dict[Asking, list[tuple[Sequence[Child], int]]] = {
            "threads": [(children[:1], many) for many in concurrency],
            "processes": [(children[:many], 1) for many in concurrency],
        }
        for by, groups in ways.items():
            for asking, threads in groups:
                done = _together(asking, _Go(threads, seconds))
                found.append(_load(by, len(asking) * threads, done))
                tell(Progress("under load", len(found), 2 * len(concurrency)))
    return found


def _start(children: Sequence[Child], begin: _Begin) -> None:
    for child in children:
        child.tell(begin)
    for child in children:
        child.hear(str)


def _together(children: Sequence[Child], go: _Go) -> list[_Done]:
    for child in children:
        child.tell(go)
    return [child.hear(_Done) for child in children]


def _load(by: Asking, concurrency: int, done: Sequence[_Done]) -> Load:
    taken = [milliseconds for one in done for milliseconds in one.taken]
    rate = sum(len(one.taken) / one.seconds for one in done)
    return Load(by=by, concurrency=concurrency, answers_per_second=rate, whole=percentiles(taken))


# -- in a process of its own ------------------------------------------------------------------------------------


def _serve() -> None:
    begin = heard(_Begin)
    with Shop.open(begin.shop, create=False) as shop:
        for query in begin.questions:
            shop.search(query)
        say("ready")
        while True:
            say(_ask(shop, begin.questions, heard(_Go)))


def _ask(shop: Shop, questions: Sequence[Query], go: _Go) -> _Done:
    turns = itertools.cycle(questions)
    with ThreadPoolExecutor(go.threads) as pool:
        start = time.perf_counter()
        asking = [pool.submit(_until, shop, turns, start + go.seconds) for _ in range(go.threads)]
        taken = [milliseconds for one in asking for milliseconds in one.result()]
        return _Done(taken, time.perf_counter() - start)


def _until(shop: Shop, turns: Iterator[Query], end: float) -> list[float]:
    """Ask at least once, and until the end."""
    taken: list[float] = []
    while not taken or time.perf_counter() < end:
        query, start = next(turns), time.perf_counter()
        shop.search(query)
        taken.append((time.perf_counter() - start) * 1e3)
    return taken


if __name__ == "__main__":
    raise SystemExit(run(_serve))
