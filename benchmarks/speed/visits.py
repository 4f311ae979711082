"""What only a process of its own can show: starting, opening, memory, and a reader while another process writes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.report import tell
from benchmarks.speed.bench import Bench, Findings, Row, Target
from benchmarks.speed.visitor import Glimpse, Visit
from wares.bench.memory import Held
from wares.bench.timing import percentiles, seconds
from wares.errors import SetupError
from wares.records import Media, Product
from wares.shop import Shop

T = TypeVar("T")

REPEATS = 5
#: Seconds for which the reader is watched before the writer begins.
QUIET_S = 3.0
ROOT = Path(__file__).parents[2]
IMPORT = "import time; start = time.perf_counter(); import wares; print(time.perf_counter() - start)"


def start_up(bench: Bench, findings: Findings) -> None:
    """Importing the package, and the command that does nothing."""
    tell("starting")
    imports = [float(_output([sys.executable, "-c", IMPORT])) for _ in range(REPEATS)]
    helps = [seconds(lambda: _output([sys.executable, "-m", "wares", "--help"])) for _ in range(REPEATS)]
    findings.rows += [
        Row("import wares", "s", statistics.median(imports), target=Target(0.15)),
        Row("wares --help, the whole process", "s", statistics.median(helps), target=Target(0.5)),
    ]


def opening(bench: Bench, findings: Findings) -> None:
    """Opening the shop up to its first answer, and the memory of a process that searches."""
    tell("opening the shop in processes of their own")
    photo = str(bench.photos[0][1])
    with _questions(bench) as file:
        alone = _visit(bench, Held, "models", bench.model, photo)
        visits = [_visit(bench, Visit, "search", str(bench.shop), str(file), photo) for _ in range(3)]
    opened = [visit.opened + visit.answered - visit.models for visit in visits]
    resident = statistics.median(visit.memory.resident for visit in visits)
    private = statistics.median(visit.memory.private for visit in visits)
    findings.rows += [
        Row("open and first answer, beside the models", "s", statistics.median(opened), target=Target(1)),
        Row("the models: loading, first use", "s", statistics.median(visit.models for visit in visits)),
        Row("memory of a searching process", "MB", resident),
        Row("memory beside the models", "MB", resident - alone.resident, target=Target(600)),
        Row("of which not mapped from files", "MB", private - alone.private),
    ]
    findings.notes.append(
        f"memory: resident after {len(bench.questions)} questions in words with filter and facets and one with a "
        "picture; files that are mapped count where they are resident"
    )


def reader_and_writer(bench: Bench, findings: Findings) -> None:
    """A process that searches without a pause, alone and while this one adds products with photos to its shop."""
    products = [
        Product(id=f"visiting-{at}", title=title, media=(Media(str(photo)),))
        for at, (title, photo) in enumerate(bench.photos)
    ]
    ids = [product.id for product in products]
    with _questions(bench) as file, _watching(bench, file) as finish:
        with Shop.open(bench.shop, environment=bench.environment) as shop:
            shop.remove(ids)
            tell(f"a reader while {len(products)} products with photos are added")
            begun = time.time()
            time.sleep(QUIET_S)
            adding = time.time()
            shop.add(products)
            added = time.time()
            shop.remove(ids)
        glimpses = finish()
    for what, since, until in (("alone", begun, adding), ("while another adds", adding, added)):
        taken = [glimpse for glimpse in glimpses if since <= glimpse.at <= until]
        if not taken:
            raise SetupError(f"the reader answered nothing in {until - since:.1f} s; the machine is too busy")
        times = percentiles([glimpse.total - glimpse.tower for glimpse in taken])
        findings.rows.append(Row(f"search of a process {what}, without the encoder", "ms", times.p50, times.p99))
    findings.notes.append(
        f"reader: another process adds {len(products)} products with title and photo in {added - adding:.1f} s, its "
        "encoders on all cores; the reader holds the index, and the writer sends it the points"
    )


# -- processes --------------------------------------------------------------------------------------------------


@contextmanager
def _questions(bench: Bench) -> Iterator[Path]:
    """The questions as a file."""
    file = bench.scratch / "questions.json"
    file.write_bytes(msgspec.json.encode(bench.questions))
    yield file
    file.unlink()


@contextmanager
def _watching(bench: Bench, file: Path) -> Iterator[Callable[[], list[Glimpse]]]:
    """A reader that searches; what is yielded ends it and returns what it saw."""
    command = [sys.executable, "-m", "benchmarks.speed.visitor", "watch", str(bench.shop), str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None

        def finish() -> list[Glimpse]:
            said, _ = process.communicate()
            return msgspec.json.decode(said, type=list[Glimpse])

        try:
            if process.stdout.readline() != b"ready\n":
                raise SetupError(f"the reader of {bench.shop} did not start; what it says stands above")
            yield finish
        finally:
            if process.poll() is None:
                process.kill()


def _visit(bench: Bench, kind: type[T], *arguments: str) -> T:
    return msgspec.json.decode(_output([sys.executable, "-m", "benchmarks.speed.visitor", *arguments]), type=kind)


def _output(command: list[str]) -> bytes:
    """What a process prints; what it says on standard error is seen."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SetupError(f"{' '.join(command[1:4])} ended with status {done.returncode}; what it says stands above")
    return done.stdout
