"""How many questions a served shop answers, and how long each waits, while products are being added.

The shop is a copy of that of `benchmarks.speed` (real titles of five sets, made prices, ratings and availability).
Eight clients, each a process with one kept connection, ask the next question as soon as the last is answered: real
questions drawn as people draw them (the r-th most frequent with a chance in proportion to 1/r), a third of them
with a filter on the price and facets. "all distinct": no question twice, so that no cache can help. "adding": so many
products a second come meanwhile, half of them singly and half in bulks of ten. Before each row the server is
started anew and asked for a few seconds. The yardsticks are of the same run: `Shop.search` in a process of its own
without HTTP, one question after the other, and `/healthz` from the same clients.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np

from benchmarks import report
from benchmarks.report import Report, Table, tell
from benchmarks.speed import large
from wares import encoders as models
from wares.errors import SetupError
from wares.shop import Shop

COLUMNS = ("what", "clients", "adding/s", "questions/s", "p50 ms", "p99 ms", "errors", "added/s")
BULK = 10
WARM_S = 3.0
TARGET = "target: at least 150 questions a second at p99 of at most 60 ms, 8 clients, while products are being added"


class Load(NamedTuple):
    """What clients do: ``paths`` to ask for, ``zipf`` or each once, for so long; products added a second."""

    what: str
    distinct: bool = False
    cache: int = 0
    workers: int = 1
    searches: int = 2
    rate: float = 0.0
    path: str = ""


class Took(NamedTuple):
    """Milliseconds of each answer, and how many were none."""

    ms: list[float]
    errors: int


def measure(arguments: argparse.Namespace) -> Report:
    bench = large.prepare(arguments.data, arguments.scratch.resolve(), arguments.model, arguments.products, 10_000)
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(bench.model, bench.environment)}
    about = report.circumstances("benchmarks.serving", arguments.model, encoders)
    with Shop.open(bench.shop, environment=bench.environment) as shop:
        if not shop.info().versions:
            tell("building the index")
            shop.rebuild()
    paths = questions(list(dict.fromkeys(bench.questions)))
    load = tuple(_loads(arguments.adding))
    rows: list[list[report.Cell]] = []
    for each in load:
        if arguments.only and each.what not in arguments.only:
            continue
        tell(each.what)
        with copied(bench.shop, arguments.scratch) as shop_folder:
            rows.append(row(each, shop_folder, paths, arguments.clients, arguments.seconds))
    tell("in process")
    rows.append(in_process(bench.shop, paths, arguments.seconds))
    title = f"{arguments.clients} clients of a shop of {bench.products:,} products"
    notes = [large.ABOUT, TARGET, f"load of the machine before and after: {_busy}, {os.getloadavg()[0]:.1f}"]
    return Report(about, [Table(title, COLUMNS, rows)], notes)


_busy = f"{os.getloadavg()[0]:.1f}"


def _loads(rate: float) -> Iterator[Load]:
    yield Load("all distinct, adding", distinct=True, rate=rate)
    yield Load("all distinct", distinct=True)
    yield Load("as people ask, cache, adding", cache=2_000, rate=rate)
    yield Load("as people ask, cache", cache=2_000)
    yield Load("as people ask, no cache", rate=0)
    yield Load("all distinct, adding, 2 workers", distinct=True, rate=rate, workers=2)
    yield Load("all distinct, 2 workers", distinct=True, workers=2)
    yield Load("/healthz", path="/healthz")


# -- what is asked ----------------------------------------------------------------------------------------------


def questions(texts: Sequence[str]) -> list[str]:
    """Addresses of questions; a third with a filter and facets."""
    chance = random.Random(large.SEED)
    found = []
    for at, text in enumerate(texts):
        asked = [("q", text)]
        if at % 3 == 0:
            asked += [("where", f"price < {chance.randint(5, 100)}"), ("facet", "brand"), ("facet", "category")]
        found.append(f"/api/v1/search?{urlencode(asked)}")
    return found


def drawn(paths: Sequence[str], distinct: bool, client: int, clients: int) -> Iterator[str]:
    """The questions of one client, without end."""
    if distinct:
        while True:
            yield from paths[client::clients]
    weights = 1 / np.arange(1, len(paths) + 1)
    chance = np.random.default_rng(client)
    while True:
        yield from (paths[at] for at in chance.choice(len(paths), 1_000, p=weights / weights.sum()))


# -- who asks ---------------------------------------------------------------------------------------------------


def row(load: Load, shop: Path, paths: Sequence[str], clients: int, seconds: float) -> list[report.Cell]:
    """Start a server, ask it, and say how it went."""
    asked = [load.path] * clients if load.path else paths
    context = get_context("spawn")
    with served(shop, load) as (port, _):
        begins = time.monotonic() + WARM_S + 2.0
        ends = begins + seconds
        ours, theirs = zip(*(context.Pipe() for _ in range(clients)), strict=True)
        children = [
            context.Process(target=_client, args=(theirs[n], port, asked, load.distinct, n, clients, begins, ends))
            for n in range(clients)
        ]
        adder_ours, adder_theirs = context.Pipe()
        if load.rate:
            children.append(context.Process(target=_adder, args=(adder_theirs, port, load.rate, begins - 1, ends)))
        for child in children:
            child.start()
        for end in (*theirs, adder_theirs):
            end.close()  # so that a child that dies is noticed
        took = [Took(*pipe.recv()) for pipe in ours]
        added, failed = adder_ours.recv() if load.rate else (0, 0)
        for child in children:
            child.join()
    ms = np.concatenate([np.asarray(each.ms) for each in took])
    errors = sum(each.errors for each in took) + failed
    p50, p99 = np.percentile(ms, [50, 99])
    return [load.what, clients, load.rate, len(ms) / seconds, float(p50), float(p99), errors, added / seconds]


def _client(
    say: Connection,
    port: int,
    paths: Sequence[str],
    distinct: bool,
    client: int,
    clients: int,
    begins: float,
    ends: float,
) -> None:
    """One client: asks from now on, and counts from ``begins`` to ``ends``."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    ms: list[float] = []
    errors = 0
    for path in drawn(paths, distinct, client, clients):
        started = time.monotonic()
        if started >= ends:
            break
        if started < begins - WARM_S:
            time.sleep(begins - WARM_S - started)
            continue
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if started >= begins:
            ms.append((time.monotonic() - started) * 1000)
            errors += answer.status != 200
    say.send((ms, errors))


def _adder(say: Connection, port: int, rate: float, begins: float, ends: float) -> None:
    """Adds products at a steady rate: ten singly, ten at once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    added = failed = at = 0
    time.sleep(max(0.0, begins - time.monotonic()))
    began = time.monotonic()
    while (now := time.monotonic()) < ends:
        due = began + at / rate
        if now < due:
            time.sleep(due - now)
        several = BULK if (at // BULK) % 2 else 1
        made = [_product(at + n) for n in range(several)]
        headers = {"Content-Type": "application/json"}
        if several == 1:
            connection.request("PUT", f"/api/v1/products/{made[0]['id']}", json.dumps(made[0]), headers)
        else:
            lines = "\n".join(map(json.dumps, made))
            headers["Content-Type"] = "application/x-ndjson"
            connection.request("POST", "/api/v1/products/bulk", lines, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status < 300:
            added += several
        else:
            failed += 1
        at += several
    say.send((added, failed))


def _product(number: int) -> dict[str, object]:
    return {
        "id": f"added-{number}",
        "title": f"Quixotic lantern number {number}",
        "description": "A lantern that came while others were asking.",
        "brand": "Quixote",
        "price": {"amount": 100 + number % 9_000, "currency": "EUR"},
    }


# -- what is asked of -------------------------------------------------------------------------------------------


@contextmanager
def copied(shop: Path, scratch: Path) -> Iterator[Path]:
    """A copy of a shop that may be changed."""
    copy = scratch / "served"
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-a", "--sparse=always", str(shop), str(copy)], check=True)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


@contextmanager
def served(shop: Path, load: Load) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its port, and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wares", "serve", str(shop), "--port", str(port), "--log-level", "warning"]
    command += ["--cache", str(load.cache), "--workers", str(load.workers), "--searches", str(load.searches)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE if not os.environ.get("VERBOSE") else None)
    try:
        _await(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(60)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise SetupError("the server did not become ready")


def in_process(shop: Path, paths: Sequence[str], seconds: float) -> list[report.Cell]:
    """The same questions, one after the other, without a server."""
    from urllib.parse import parse_qs, urlsplit

    ms = []
    with Shop.open(shop) as opened:
        ends = time.monotonic() + WARM_S + seconds
        for path in drawn(paths, True, 0, 1):
            asked = parse_qs(urlsplit(path).query)
            started = time.monotonic()
            opened.search(asked["q"][0], where=asked.get("where", [""])[0], facets=asked.get("facet", ()))
            if started >= ends:
                break
            if started >= ends - seconds:
                ms.append((time.monotonic() - started) * 1000)
    p50, p99 = np.percentile(ms, [50, 99])
    return ["Shop.search, no server, all distinct", 1, 0.0, len(ms) / seconds, float(p50), float(p99), 0, 0.0]


def main() -> int:
    parser = report.options("benchmarks.serving", __doc__ or "")
    option = parser.add_argument
    option("--products", type=report.positive, default=100_000, metavar="N", help="in the shop [%(default)s]")
    option("--clients", type=report.positive, default=8, metavar="N", help="who ask at once [%(default)s]")
    option("--seconds", type=report.positive, default=20, metavar="N", help="of each row [%(default)s]")
    option("--adding", type=report.positive, default=20, metavar="N", help="products a second [%(default)s]")
    option("--only", action="append", metavar="ROW", help="only this row; may be given several times")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
