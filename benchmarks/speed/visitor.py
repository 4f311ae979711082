"""A process of its own that opens a shop: what it says about itself, as JSON on standard output.

    python -m benchmarks.speed.visitor models MODEL PHOTO
    python -m benchmarks.speed.visitor search SHOP QUESTIONS PHOTO
    python -m benchmarks.speed.visitor watch SHOP QUESTIONS

QUESTIONS is a JSON file. "watch" searches without a pause from the line "ready" to the end of its standard input.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import msgspec

from wares import encoders, media
from wares.bench.memory import Held, held
from wares.bench.timing import seconds, timed
from wares.encoders.base import Tower
from wares.settings import Environment
from wares.shop import Shop


class Visit(msgspec.Struct, frozen=True):
    """Seconds to open a shop, from then to its first answer, and of these in the loading and running of models."""

    opened: float
    answered: float
    models: float
    memory: Held


class Glimpse(msgspec.Struct, frozen=True, array_like=True):
    """One search: when it ended (seconds since the epoch), its milliseconds, and those in the encoder."""

    at: float
    total: float
    tower: float


def models(model: str, photo: Path) -> Held:
    """The models alone, each of which has encoded something."""
    for encoder in encoders.build(model, Environment.read()):
        encoder.encode(["red shoes" if encoder.modality == "text" else media.picture(photo.read_bytes())])
    return held()


def search(shop: Path, questions: list[str], photo: Path) -> Visit:
    """Open, ask once, then ask everything."""
    with timed(encoders, "build") as loading, timed(Tower, "features") as running:
        start = time.perf_counter()
        with Shop.open(shop) as opened:
            middle = time.perf_counter()
            answered = seconds(lambda: opened.search(questions[0]))
            spent = loading.seconds + running.seconds
            for text in questions:
                opened.search(text, where="price < 50", facets=("brand", "category"))
            if any(channel.endswith(".image") for channel in opened.info().channels):
                opened.search(image=photo)
            return Visit(middle - start, answered, spent, held())


def watch(shop: Path, questions: list[str]) -> list[Glimpse]:
    """Search until standard input ends."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    glimpses = []
    with Shop.open(shop) as opened, timed(Tower, "features") as running:
        for text in questions[:20]:
            opened.search(text)
        print("ready", flush=True)
        threading.Thread(target=wait, daemon=True).start()
        while not ended.is_set():
            for text in questions:
                spent = running.seconds
                total = seconds(lambda text=text: opened.search(text))  # type: ignore[misc]
                glimpses.append(Glimpse(time.time(), total * 1e3, (running.seconds - spent) * 1e3))
                if ended.is_set():
                    break
    return glimpses


def _questions(file: str) -> list[str]:
    return msgspec.json.decode(Path(file).read_bytes(), type=list[str])


def main(arguments: list[str]) -> object:
    match arguments:
        case ["models", model, photo]:
            return models(model, Path(photo))
        case ["search", shop, questions, photo]:
            return search(Path(shop), _questions(questions), Path(photo))
        case ["watch", shop, questions]:
            return watch(Path(shop), _questions(questions))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    print(msgspec.json.encode(main(sys.argv[1:])).decode())
