"""``python -m wares.fit.default FOLDER [--output FILE.npz]``: train the heads that wares brings.

They are written with the figures of their card beside them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wares.encoders import SHIPPED
from wares.errors import WaresError
from wares.fit.default.training import trained, write
from wares.reports import Progress
from wares.settings import Environment

_PLACE = Path(__file__).parents[2] / "encoders" / SHIPPED["default"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m wares.fit.default", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the sets' zip files are")
    parser.add_argument("--output", type=Path, default=_PLACE, help="the heads (default: those in the package)")
    given = parser.parse_args()
    try:
        heads, card = trained(given.folder, Environment.read(), _tell)
        write(heads, card, given.output)
    except WaresError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{given.output}: share of the prior {heads.prior:g}, {card.seconds:.0f} s\n")
    return 0


def _tell(now: Progress) -> None:
    if now.done == now.total or now.stage == "training":
        sys.stderr.write(f"{now.stage} {now.done} of {now.total} {now.note}\n")


if __name__ == "__main__":
    sys.exit(main())
