"""``python -m wares`` is ``wares``."""

from wares.cli import main

main()
