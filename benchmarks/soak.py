"""Eight clients ask, add, change and remove for minutes, while the index is built anew and switched, and rolled back.

The shop is made for it (model "basic", drawn products) and served by `wares serve`. Five clients ask, one writes
singly, one in bulks, one reads what was written. It is wrong when: a request is answered with an error; something
that was acknowledged is lost or has another title, or one that was removed is there; an answer shows what was removed
before it was asked for, or lacks what was added before; memory grows. Everything is looked through at the end. Exit
status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np

import wares
from benchmarks.serving import Load, copied, served
from wares.records import Price, Product

COLOURS = ("red", "blue", "green", "white", "black", "amber", "violet", "teal")
KINDS = ("shirt", "mug", "lamp", "table", "jacket", "kettle", "rug", "chair", "vase", "clock")
BRANDS = ("Acme", "Bolt", "Cairn", "Dune", "Ember")
#: Names of products that clients add and remove; a writer has every second one.
NAMES = 4_000
#: How much more memory there may be in the last part of the run than in the second fifth.
GROWTH, SLACK_MB = 1.15, 60.0


class Wrong(NamedTuple):
    """Something that must not be."""

    what: str
    about: str


class Truth:
    """What has been acknowledged: what must be there, and since when it is not."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.alive: dict[str, tuple[str, float]] = {}
        self.gone: dict[str, float] = {}
        self.busy: set[str] = set()

    def begin(self, ids: list[str]) -> None:
        """These are being written: nothing is known of them."""
        with self.guard:
            self.busy.update(ids)

    def put(self, id: str, title: str) -> None:
        """It is there."""
        with self.guard:
            self.alive[id] = title, time.monotonic()
            self.gone.pop(id, None)
            self.busy.discard(id)

    def removed(self, id: str) -> None:
        """It is not."""
        with self.guard:
            self.alive.pop(id, None)
            self.gone[id] = time.monotonic()
            self.busy.discard(id)

    def some(self, chance: random.Random) -> tuple[str, str, float] | None:
        """One that is there, and since when."""
        with self.guard:
            id = chance.choice(tuple(self.alive)) if self.alive else ""
            return None if not id or id in self.busy else (id, *self.alive[id])


class Client:
    """A kept connection."""

    def __init__(self, port: int, wrong: list[Wrong], counts: Counter[str]) -> None:
        self._port = port
        self._wrong = wrong
        self._counts = counts
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json", may: tuple[int, ...] = ()
    ) -> tuple[int, bytes]:
        """Status and body; anything but success, and what it ``may`` be, is wrong."""
        data = body if isinstance(body, str | None) else json.dumps(body)
        self._connection.request(method, path, data, {"Content-Type": kind} if data is not None else {})
        answer = self._connection.getresponse()
        content = answer.read()
        self._counts[f"{method} {answer.status}"] += 1
        if answer.status >= 400 and answer.status not in may:
            self._wrong.append(Wrong("an error", f"{method} {path}: {answer.status} {content[:300]!r}"))
        return answer.status, content


class Soak:
    """One run against a server."""

    def __init__(self, port: int, seconds: float, clients: int, seed: int) -> None:
        self.wrong: list[Wrong] = []
        self.counts: Counter[str] = Counter()
        self.truth = Truth()
        self.ms: list[float] = []
        self._port = port
        self._seconds = seconds
        self._clients = clients
        self._seed = seed
        self._stop = threading.Event()

    def run(self) -> None:
        """All clients at once, and what is done to the index meanwhile."""
        acts: list[Callable[[Client, random.Random], None]] = [self._single, self._bulk, self._reader]
        acts += [self._searcher] * max(1, self._clients - len(acts))
        threads = [threading.Thread(target=self._go, args=(act, n)) for n, act in enumerate(acts)]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        try:
            for share, job in ((0.25, "rebuild"), (0.5, "activate"), (0.7, "rebuild")):
                self._stop.wait(max(0.0, begun + self._seconds * share - time.monotonic()))
                self._job(self.client(), job)
            self._stop.wait(max(0.0, begun + self._seconds - time.monotonic()))
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        self._look_through(self.client())

    def client(self) -> Client:
        """A client of the server."""
        return Client(self._port, self.wrong, self.counts)

    def _go(self, act: Callable[[Client, random.Random], None], number: int) -> None:
        client, chance = self.client(), random.Random(self._seed + number)
        try:
            while not self._stop.is_set():
                act(client, chance)
        except Exception as failed:
            self.wrong.append(Wrong("a client failed", f"{act.__name__}: {failed!r}"))

    # -- what clients do -------------------------------------------------------------------------------------------

    def _single(self, client: Client, chance: random.Random) -> None:
        id = f"soak-{2 * chance.randrange(NAMES // 2)}"
        path = f"/api/v1/products/{id}"
        self.truth.begin([id])
        if id in self.truth.alive and chance.random() < 0.4:
            client.ask("DELETE", path)
            self.truth.removed(id)
        else:
            made = _product(id, chance)
            client.ask("PUT", path, made)
            self.truth.put(id, made["title"])
        time.sleep(0.03)

    def _bulk(self, client: Client, chance: random.Random) -> None:
        ids = [f"soak-{2 * n + 1}" for n in chance.sample(range(NAMES // 2), 20)]
        self.truth.begin(ids)
        lines: list[dict[str, Any]] = [
            {"delete": id} if id in self.truth.alive and chance.random() < 0.5 else {"put": _product(id, chance)}
            for id in ids
        ]
        _, told = client.ask(
            "POST", "/api/v1/products/bulk", "\n".join(map(json.dumps, lines)), kind="application/x-ndjson"
        )
        outcomes = [json.loads(line) for line in told.splitlines()]
        for outcome in outcomes:
            if "line" not in outcome:
                continue
            asked = lines[outcome["line"] - 1]
            if outcome["status"] == "error":
                self.wrong.append(Wrong("an error in a bulk", str(outcome)))
            elif "put" in asked:
                self.truth.put(asked["put"]["id"], asked["put"]["title"])
            else:
                self.truth.removed(asked["delete"])
        time.sleep(0.3)

    def _reader(self, client: Client, chance: random.Random) -> None:
        """What was acknowledged is found, by its id and by a word that it alone has."""
        found = self.truth.some(chance)
        if found is None:
            time.sleep(0.05)
            return
        id, title, since = found
        _, product = client.ask("GET", f"/api/v1/products/{quote(id)}", may=(404,))
        _, answer = client.ask("GET", f"/api/v1/search?{urlencode({'q': title.split()[0], 'parse': 0})}")
        with self.truth.guard:
            same = self.truth.alive.get(id) == (title, since) and id not in self.truth.busy
        if same and json.loads(product).get("product", {}).get("title") != title:
            self.wrong.append(Wrong("a product is not there", f"{id} {title!r}: {product[:200]!r}"))
        if same and id not in {hit["id"] for hit in json.loads(answer).get("hits", ())}:
            self.wrong.append(Wrong("a stale answer", f"{id} {title!r} is not found: {answer[:300]!r}"))
        time.sleep(0.02)

    def _searcher(self, client: Client, chance: random.Random) -> None:
        words = [chance.choice(COLOURS)] * (chance.random() < 0.6) + [KINDS[int(chance.random() ** 2 * len(KINDS))]]
        asked: dict[str, Any] = {"q": " ".join(words), "limit": 20}
        if chance.random() < 0.3:
            asked |= {"where": "price < 80", "facet": "brand"}
        sent = time.monotonic()
        _, answer = client.ask("GET", f"/api/v1/search?{urlencode(asked)}")
        self.ms.append((time.monotonic() - sent) * 1000)
        with self.truth.guard:
            for hit in json.loads(answer).get("hits", ()):
                if self.truth.gone.get(hit["id"], sent) < sent and hit["id"] not in self.truth.busy:
                    self.wrong.append(Wrong("a stale answer", f"{hit['id']} was removed before {asked} was asked"))

    def _job(self, client: Client, kind: str) -> None:
        """Have the index built anew, or the version before activated, and wait for it."""
        path, body = "/api/v1/jobs", {"kind": kind, "arguments": {}}
        if kind == "activate":
            versions = json.loads(client.ask("GET", "/api/v1/versions")[1])["versions"]
            earlier = next(each["name"] for each in versions if not each["live"])
            path, body = f"/api/v1/versions/{earlier}/activate", None
        _, told = client.ask("POST", path, body)
        job = json.loads(told)["job"]
        while job["state"] in ("queued", "running"):
            time.sleep(0.2)
            job = json.loads(client.ask("GET", f"/api/v1/jobs/{job['id']}")[1])["job"]
        self.counts[f"job {kind} {job['state']}"] += 1
        if job["state"] != "done":
            self.wrong.append(Wrong("a job failed", str(job)))

    def _look_through(self, client: Client) -> None:
        """Everything that was acknowledged."""
        for id, (title, _) in self.truth.alive.items():
            _, product = client.ask("GET", f"/api/v1/products/{quote(id)}", may=(404,))
            if json.loads(product).get("product", {}).get("title") != title:
                self.wrong.append(Wrong("lost", f"{id} {title!r}: {product[:200]!r}"))
        for id in self.truth.gone:
            if client.ask("GET", f"/api/v1/products/{quote(id)}", may=(404,))[0] != 404:
                self.wrong.append(Wrong("not removed", id))


def _product(id: str, chance: random.Random) -> dict[str, Any]:
    """A product whose title begins with a word that no other has."""
    word = f"xq{chance.randrange(10**9):09d}"
    colour, kind = chance.choice(COLOURS), chance.choice(KINDS)
    return {
        "id": id,
        "title": f"{word} {colour} {kind}",
        "brand": chance.choice(BRANDS),
        "attributes": {"colour": colour},
        "price": {"amount": chance.randrange(500, 20_000), "currency": "EUR"},
    }


def drawn(products: int, seed: int) -> Iterator[Product]:
    """Products that are there from the beginning."""
    chance = random.Random(seed)
    for number in range(products):
        colour, kind = chance.choice(COLOURS), chance.choice(KINDS)
        yield Product(
            id=f"first-{number}",
            title=f"{colour} {kind} number {number}",
            brand=chance.choice(BRANDS),
            attributes={"colour": colour},
            price=Price(chance.randrange(500, 20_000), "EUR"),
        )


# -- memory -----------------------------------------------------------------------------------------------------


class Memory(threading.Thread):
    """Megabytes that a process and its children have, once a second. What builds an index does not count."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.mb: list[float] = []
        self._process = process
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(1.0):
            self.mb.append(sum(map(_resident_mb, _family(self._process))))

    def stop(self) -> None:
        """No more."""
        self._over.set()
        self.join()


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(member for child in children for member in _family(int(child)))]


def _resident_mb(process: int) -> float:
    try:
        if "wares.rebuilding" in Path(f"/proc/{process}/cmdline").read_text():
            return 0.0
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def grown(mb: list[float], seconds: float) -> Wrong | None:
    """Whether memory grew: only told of runs that are long enough to tell it from warming up."""
    if seconds < 120 or len(mb) < 60:
        return None
    fifth = len(mb) // 5
    early, late = float(np.median(mb[fifth : 2 * fifth])), float(np.median(mb[-fifth:]))
    return Wrong("memory grew", f"{early:.0f} MB to {late:.0f} MB") if late > early * GROWTH + SLACK_MB else None


def soak(arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Make a shop, serve it, and say what was found."""
    with TemporaryDirectory(prefix="wares-soak-") as scratch:
        folder = Path(scratch) / "shop"
        with wares.open(folder, model="basic") as shop:
            shop.add(list(drawn(arguments.products, arguments.seed)))
            shop.rebuild()
        with copied(folder, Path(scratch)) as copy:
            load = Load("soak", cache=2_000, workers=arguments.workers)
            with served(copy, load) as (port, process):
                memory = Memory(process)
                memory.start()
                run = Soak(port, arguments.seconds, arguments.clients, arguments.seed)
                run.run()
                memory.stop()
    grew = grown(memory.mb, arguments.seconds)
    wrong = [*run.wrong, *([grew] if grew else [])]
    first = memory.mb[min(5, len(memory.mb) - 1) :]
    return {
        "seconds": arguments.seconds,
        "clients": arguments.clients,
        "workers": arguments.workers,
        "questions": len(run.ms),
        "p50_ms": round(float(np.percentile(run.ms, 50)), 1),
        "p99_ms": round(float(np.percentile(run.ms, 99)), 1),
        "acknowledged": {"there": len(run.truth.alive), "removed": len(run.truth.gone)},
        "memory_mb": {
            **{"start": round(first[0]), "peak": round(max(first)), "end": round(first[-1])},
            "medians of tenths": [round(float(np.median(part))) for part in np.array_split(first, 10) if len(part)],
        },
        "requests": dict(sorted(run.counts.items())),
        "wrong": [f"{each.what}: {each.about}" for each in wrong[:20]],
        "wrong_count": len(wrong),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option("--seconds", type=float, default=300.0, metavar="N", help="[%(default)s]")
    option("--clients", type=int, default=8, metavar="N", help="[%(default)s]")
    option("--workers", type=int, default=1, metavar="N", help="[%(default)s]")
    option("--products", type=int, default=20_000, metavar="N", help="there from the beginning [%(default)s]")
    option("--seed", type=int, default=11, metavar="N", help="[%(default)s]")
    found = soak(parser.parse_args())
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 1 if found["wrong_count"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.SubprocessError as failed:
        sys.exit(str(failed))
