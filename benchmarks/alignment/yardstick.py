"""The yardstick under the protocol: what learns nothing, and the recipe, on all splits.

    python -m benchmarks.alignment.yardstick [--only NAME ...] [--splits 1 2 3] [--scratch FOLDER]

Lines are kept as NAME.json in the scratch folder, by which other ways can be compared question by question
(``benchmarks.alignment.summary.against``). The ways that are called "recipe" need PyTorch.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.alignment import features, protocol, summary, untrained
from benchmarks.alignment.asking import Line, Pair
from benchmarks.alignment.descriptor import ColourTower
from benchmarks.alignment.features import Remembered
from benchmarks.alignment.splits import SPLITS, Training
from benchmarks.pictures import DATA
from wares.encoders.efficientnet import POOLED, STAGES, PictureTower
from wares.encoders.texture import TextureTower
from wares.encoders.use import UseTower
from wares.settings import Environment

WAYS = ("chance", "basic", "ConSE", "recipe", "recipe, bare colours", "recipe, bare colours, ConSE beside")


def main(only: Sequence[str], splits: Sequence[int], folder: Path, scratch: Path) -> None:
    environment = Environment.read()
    pictures, texts = PictureTower(environment), Remembered(UseTower(environment), scratch)
    sets = features.load([pictures, ColourTower()], folder=folder, scratch=scratch)
    conse = untrained.shipped(environment, texts, pictures)
    columns = (POOLED, STAGES, slice(pictures.dims, None))

    def asked(pair: Pair, of: protocol.Sets) -> list[Line]:
        lines = (protocol.measure(pair.words, pair.pictures, of, s, looks=pair.looks) for s in splits)
        return [line for found in lines for line in found]

    def learned(fit: protocol.Fit, *sources: str) -> list[Line]:
        return [line for split in splits for line in protocol.run(fit, sets, split, learned=sources)]

    fits: dict[tuple[str, int, int], Pair] = {}

    def recipe(training: Training, seed: int) -> Pair:
        """The same heads with and without ConSE beside them."""
        from benchmarks.alignment.recipe import Recipe

        key = (training.name, len(training.examples), seed)
        if key not in fits:
            fits[key] = Recipe(texts, columns)(training, seed)
        return fits[key]

    def without_colours(training: Training, seed: int) -> Pair:
        from benchmarks.alignment.recipe import Recipe

        return Recipe(texts, columns, colours=False)(training, seed)

    def with_conse(training: Training, seed: int) -> Pair:
        from benchmarks.alignment.recipe import beside

        return beside(recipe(training, seed), conse)

    ways: dict[str, Callable[[], list[Line]]] = {
        "chance": lambda: asked(untrained.chance(), sets),
        "basic": lambda: asked(
            untrained.basic(environment), features.load([TextureTower()], folder=folder, scratch=scratch)
        ),
        "ConSE": lambda: asked(conse, sets),
        "recipe": lambda: learned(without_colours, "fashion"),  # groceries have no colours to name
        "recipe, bare colours": lambda: learned(recipe, "fashion", "grocery"),
        "recipe, bare colours, ConSE beside": lambda: learned(with_conse, "fashion", "grocery"),
    }
    found = {}
    for name in only:
        start = time.perf_counter()
        found[name] = ways[name]()
        summary.write(scratch / f"{name}.json", found[name])
        texts.save()
        print(f"{name}: {(time.perf_counter() - start) / 60:.1f} minutes", flush=True)
    print(summary.table(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=WAYS, metavar="NAME")
    parser.add_argument("--splits", nargs="+", type=int, choices=SPLITS, default=SPLITS)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--scratch", type=Path, default=Environment.read().cache / "benchmarks" / "alignment")
    given = parser.parse_args()
    main(given.only, given.splits, given.data, given.scratch)
