"""Twelve seconds of the soak: clients ask, add and remove while the index is built anew, switched and rolled back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_under_load_nothing_is_lost_nothing_is_stale_and_nothing_fails() -> None:
    command = [sys.executable, "-m", "benchmarks.soak", "--seconds", "12", "--products", "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["wrong"] == [] and found["questions"] > 50
    assert found["acknowledged"]["there"] > 20 and found["acknowledged"]["removed"] > 0
    assert found["requests"]["job rebuild done"] == 2 and found["requests"]["job activate done"] == 1
