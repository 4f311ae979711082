"""A fit as it is watched: what it takes, and what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from unittest.mock import patch

import msgspec
import numpy as np

from benchmarks.alignment import keeping
from wares.fit import learning
from wares.fit.learning import Learnt
from wares.fit.report import gain


class Watch:
    """What happens inside costs so many seconds, and so much memory beyond what was there before (on Linux)."""

    seconds = cpu_s = peak_mb = 0.0

    def __enter__(self) -> Watch:
        _forget_peak()
        self._memory, self._cpu, self._began = _memory("VmRSS"), time.process_time(), time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.seconds = round(time.perf_counter() - self._began, 1)
        self.cpu_s = round(time.process_time() - self._cpu, 1)
        self.peak_mb = round(_memory("VmHWM") - self._memory)


@contextmanager
def thresholds(*, lowered: bool) -> Iterator[None]:
    """What a fit needs at least, or next to nothing."""
    with ExitStack() as stack:
        for name in ("FEWEST_PRODUCTS", "FEWEST_GROUPS", "FEWEST_HELD_OUT") if lowered else ():
            stack.enter_context(patch.object(learning, name, 2))
        yield


def told(fit: keeping.Fit, learnt: Learnt) -> keeping.Fit:
    """A fit with what came of it."""
    before, after = (np.concatenate(list(marks)).tolist() for marks in (learnt.before, learnt.after))
    curve = (keeping.Step(p.step, None if np.isnan(p.loss) else p.loss, p.value) for p in learnt.curve)
    return msgspec.structs.replace(
        fit,
        products=learnt.products,
        pictures=learnt.pictures,
        held_out=learnt.held_out,
        captions=learnt.captions,
        best=learnt.best,
        prior=learnt.heads.prior,
        look=learnt.heads.look,
        before=learnt.before.mean,
        after=learnt.after.mean,
        better=gain("both", before, after).better,
        curve=tuple(curve),
    )


def threads() -> str:
    """How many threads numpy was told to use."""
    return os.environ.get("OMP_NUM_THREADS", "as many as there are cores")


def _forget_peak() -> None:
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")


def _memory(field: str) -> float:
    """A line of this process's status in MB; 0 where there is none."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)
