"""Several processes, one index: what asking the holder costs, and what sharing the engine's files would do instead.

    python benchmarks/processes.py [FOLDER]

Builds an index of 20,000 points x 512 dimensions (clustered, seeded) with eight words each, once per folder. A
question has two channels, vector and words, each bringing 100 points. Figures stand in docs/decisions.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wares.index.base import Channel, Index, Match, Point, VectorSpec
from wares.index.edge import EdgeIndex
from wares.index.shared import open_shared
from wares.records import Compare, Sparse

POINTS, DIMS, TERMS = 20_000, 512, 5_000
QUESTIONS = 1_500


def main(folder: Path) -> None:
    engine = folder / "engine"
    if not engine.exists():
        build(engine)
    print(f"{count_files(engine)} files, {size_mb(engine):.0f} MB")
    latencies(folder)
    copies(folder, engine)
    for writes in (False, True):
        damage(folder, engine, writes=writes)


# -- asking the holder ----------------------------------------------------------------------------------------------


def latencies(folder: Path) -> None:
    """Questions to an engine of one's own and through the socket, in turns so that both meet the same machine; then
    to the engine that others ask through the socket at the same time."""
    holder = open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
    assert holder.owned
    tell("direct, alone", ask([holder])[0])
    command = [sys.executable, __file__, "--ask", str(folder)]
    print(subprocess.run([*command, "in turns"], capture_output=True, text=True, check=True).stdout.rstrip())
    children = [subprocess.Popen([*command, "always"], stdout=subprocess.PIPE) for _ in range(2)]
    for other in children:
        assert other.stdout is not None and other.stdout.readline()
    tell("direct, while two other processes ask without a pause", ask([holder])[0])
    for other in children:
        other.kill()
        other.communicate()
    holder.close()


def ask_both_ways(folder: Path) -> None:
    """In a process that does not hold the index: ask a copy of one's own, and the holder."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        shutil.copytree(folder / "engine", Path(made) / "engine")
        own = EdgeIndex.open(Path(made) / "engine")
        shared = open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
        assert not shared.owned
        for what, taken in zip(("direct, in turns", "socket, in turns"), ask([own, shared]), strict=True):
            tell(what, taken)
        shared.close()
        own.close()


def ask_always(folder: Path) -> None:
    """Ask the holder without end."""
    index = open_shared(folder, lambda: EdgeIndex.open(folder / "engine"))
    while True:
        ask([index], 200)
        print("asked", flush=True)


def ask(indexes: Sequence[Index], questions: int = QUESTIONS) -> list[list[float]]:
    """Seconds per question to each index in turn, after a warm-up."""
    rng = np.random.default_rng(5)
    asked = vectors(np.random.default_rng(7))[rng.integers(0, POINTS, questions + 100)]
    taken: list[list[float]] = [[] for _ in indexes]
    for vector in asked:
        words = Sparse(tuple(sorted(rng.choice(TERMS, 3, replace=False).tolist())), (1.0,) * 3)
        channels = [Channel("v", vector, 100), Channel("words", words, 100)]
        for index, own in zip(indexes, taken, strict=True):
            start = time.perf_counter()
            index.query(channels)
            own.append(time.perf_counter() - start)
    return [own[100:] for own in taken]


def tell(what: str, seconds: Sequence[float]) -> None:
    middle, late = np.percentile(seconds, [50, 99]) * 1e3
    print(f"{what}: p50 {middle:.2f} ms, p99 {late:.2f} ms", flush=True)


# -- sharing the files ----------------------------------------------------------------------------------------------


def copies(folder: Path, engine: Path) -> None:
    """What a copy costs to make, by hard links and by content, and to open."""
    for what, copy in {"hard links": os.link, "content": shutil.copy2}.items():
        target = folder / "copy"
        start = time.perf_counter()
        shutil.copytree(engine, target, copy_function=copy)
        made = time.perf_counter()
        EdgeIndex.open(target).close()
        print(f"copy by {what}: {made - start:.2f} s, opened in {time.perf_counter() - made:.2f} s")
        shutil.rmtree(target)


def damage(folder: Path, engine: Path, *, writes: bool) -> None:
    """Write to an index while another process has it open through hard links, and writes there or does not."""
    original, links = folder / "original", folder / "links"
    shutil.copytree(engine, original)
    index = EdgeIndex.open(original)
    shutil.copytree(original, links, copy_function=os.link)
    before = contents(links)
    command = [sys.executable, __file__, "--hold", str(links), "write" if writes else "read"]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    index.upsert([point(number, "ours") for number in range(POINTS, POINTS + 2_000)])
    index.flush()
    said, _ = other.communicate("go on\n")
    index.upsert([point(number, "ours") for number in range(POINTS + 2_000, POINTS + 2_500)])
    index.flush()
    index.close()
    changed = sum(data != before.get(name, data) for name, data in contents(links).items())
    reopened = EdgeIndex.open(original)
    ours, theirs = (reopened.count(Match(where=Compare("brand", "=", name))) for name in ("ours", "theirs"))
    print(f"hard links, the other process {'writes too' if writes else 'only reads'} ({said.strip()}):")
    print(f"  {changed} shared files changed in place")
    print(f"  of 2,500 points acknowledged here {ours:,} are left; 0 of the other's were due, {theirs:,} are there")
    reopened.close()
    shutil.rmtree(original)
    shutil.rmtree(links)


def hold(links: Path, how: str) -> None:
    """Have a copy open while another process writes to the original; ``how`` is "read" or "write"."""
    index = EdgeIndex.open(links)
    print("open", flush=True)
    sys.stdin.readline()
    print(f"it sees {index.count(Match(where=Compare('brand', '=', 'ours'))):,} of 2,000 new points")
    if how == "write":
        index.upsert([point(number, "theirs") for number in range(3 * POINTS, 3 * POINTS + 1_000)])
        index.flush()
    index.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def count_files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


# -- the data -------------------------------------------------------------------------------------------------------


def build(engine: Path) -> None:
    index = EdgeIndex.create(engine, [VectorSpec("v", DIMS)])
    rows = vectors(np.random.default_rng(7))
    for start in range(0, POINTS, 500):
        index.upsert([point(number, f"b{number % 50}", rows[number]) for number in range(start, start + 500)])
    index.optimize()
    index.close()


def vectors(rng: np.random.Generator) -> np.ndarray:
    centres = rng.normal(size=(200, DIMS))
    rows = centres[rng.integers(0, 200, POINTS)] + 0.5 * rng.normal(size=(POINTS, DIMS))
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def point(number: int, brand: str, row: np.ndarray | None = None) -> Point:
    rng = np.random.default_rng(number)
    if row is None:
        row = rng.normal(size=DIMS).astype(np.float32) / np.float32(np.sqrt(DIMS))
    words = Sparse(tuple(sorted(rng.choice(TERMS, 8, replace=False).tolist())), (0.5,) * 8)
    offers = [{"price": float(number)}]
    return Point(number=number, vectors={"v": row[None]}, words=words, fields={"brand": brand}, offers=offers)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--ask", folder, "in turns"]:
            ask_both_ways(Path(folder))
        case ["--ask", folder, "always"]:
            ask_always(Path(folder))
        case ["--hold", folder, how]:
            hold(Path(folder), how)
        case [folder]:
            main(Path(folder))
        case _:
            with tempfile.TemporaryDirectory() as made:
                main(Path(made))
