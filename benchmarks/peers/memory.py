"""Memory of a process and all that it started, as Linux tells it; standard library only."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def resident_mb(pid: int) -> float:
    """Megabytes that are resident, files that are mapped among them; what processes share counts for each."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    kilobytes: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, KeyError, ValueError):  # it has ended meanwhile
                lines = (entry / "status").read_text().splitlines()
                fields = dict(line.split(":", 1) for line in lines if ":" in line)
                kilobytes[int(entry.name)] = int(fields["VmRSS"].split()[0])
                children[int(fields["PPid"])].append(int(entry.name))
    family, total = [pid], 0
    while family:
        member = family.pop()
        total += kilobytes.get(member, 0)
        family += children[member]
    return total * 1024 / 1e6


def peak_mb() -> float:
    """The most megabytes that were ever resident of this process."""
    lines = (_PROC / "self" / "status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["VmHWM"].split()[0]) * 1024 / 1e6


def disk_mb(folder: Path) -> float:
    """Megabytes on disk, by blocks."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 1e6
