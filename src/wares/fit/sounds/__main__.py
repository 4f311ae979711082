"""``python -m wares.fit.sounds FOLDER [--output FILE.npz]``: train the head of sounds that wares brings.

It is written with its card beside it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wares.encoders.sounds import SHIPPED
from wares.errors import WaresError
from wares.fit.sounds.training import trained, write

_PLACE = Path(__file__).parents[2] / "encoders" / SHIPPED


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wares.fit.sounds", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the set's zip file is")
    parser.add_argument("--output", type=Path, default=_PLACE, help="the head (default: the one in the package)")
    given = parser.parse_args()
    try:
        hearing, card = trained(given.folder)
        write(hearing, card, given.output)
    except WaresError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{given.output}: {card.clips} clips of {card.recordings} recordings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
