"""When, where and with what something was measured."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def circumstances() -> dict[str, str]:
    """Date, machine, how busy it is (jobs that want to run, the mean of a minute), and software."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{_cpu()}, {_cores()} cores, {_memory_gib():.0f} GiB, {platform.system()} {platform.machine()}",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "software": f"wares {_version()}, Python {platform.python_version()}",
    }


def _version() -> str:
    with suppress(PackageNotFoundError):
        return version("wares")
    return "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
