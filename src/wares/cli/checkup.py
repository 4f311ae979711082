"""What ``wares doctor`` looks at: one function for each part of the ground that wares stands on."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

import wares
from wares.errors import WaresError
from wares.reports import Check
from wares.settings import Environment

#: Distributions with native code, which is what breaks, and the modules they are imported by.
LIBRARIES = {
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "onnxruntime-extensions": "onnxruntime_extensions",
    "pillow": "PIL.Image",
    "PyStemmer": "Stemmer",
    "qdrant-edge-py": "qdrant_edge",
    "rjieba": "rjieba",
    "sqlalchemy": "sqlalchemy",
}
#: Modules of the optional extras.
EXTRAS = {"parquet": ("pyarrow",), "hub": ("huggingface_hub", "tokenizers")}
#: Bytes: below these, indexing is likely to fail.
FREE_MEMORY, FREE_DISK = 1_000_000_000, 1_000_000_000


def check(folder: Path | None) -> list[Check]:
    """Every check of the installation, and of a shop if its folder is given."""
    checks = [*machine(), *libraries()]
    try:
        environment = Environment.read()
    except WaresError as wrong:
        mend = "correct the environment variable"
        return [*checks, Check(name="settings", ok=False, detail=str(wrong), mend=mend)]
    checks += [*cache(environment), *models(environment)]
    return checks if folder is None else [*checks, *shop(folder)]


def machine() -> Iterator[Check]:
    version = platform.python_version()
    yield Check(
        name="python",
        ok=sys.version_info >= (3, 11),
        detail=f"{version} on {platform.system()} {platform.machine()}",
        mend="install Python 3.11 or newer",
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Check(name="processor", ok=True, detail=f"{cores} core{'' if cores == 1 else 's'}")
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return  # a system that does not tell
    yield Check(
        name="memory",
        ok=total >= FREE_MEMORY,
        detail=f"{_size(total)}, {_size(free)} of it unused",
        mend=f"give it {_size(FREE_MEMORY)} at least",
    )


def libraries() -> Iterator[Check]:
    yield Check(name="wares", ok=True, detail=wares.__version__)
    for distribution, module in LIBRARIES.items():
        try:
            import_module(module)
            yield Check(name=distribution, ok=True, detail=metadata.version(distribution))
        except (ImportError, OSError, metadata.PackageNotFoundError) as broken:
            mend = f"pip install --force-reinstall {distribution}"
            yield Check(name=distribution, ok=False, detail=f"cannot be loaded: {broken}", mend=mend)
    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if not _installed(module)]
        detail = f'not installed: pip install "wares[{extra}]" brings it' if missing else "installed"
        yield Check(name=f"extra {extra}", ok=True, detail=detail)


def _installed(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def cache(environment: Environment) -> Iterator[Check]:
    yield Check(name="network", ok=True, detail="off: WARES_OFFLINE is set" if environment.offline else "may be used")
    folder = environment.cache
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as wrong:
        mend = "make the folder writable, or set WARES_CACHE to one that is"
        yield Check(name="cache", ok=False, detail=f"{folder}: {wrong.strerror}", mend=mend)
        return
    yield Check(name="cache", ok=True, detail=str(folder))
    yield Check(name="disk", ok=free >= FREE_DISK, detail=f"{_size(free)} free", mend=f"free some space at {folder}")


def models(environment: Environment) -> Iterator[Check]:
    """Weights in the cache are read whole; weights that are not there are no fault: they are fetched in time."""
    from wares.models import listing, verify

    environment = Environment.read()
    absent = (
        'not here; only the model "basic" can work offline'
        if environment.offline
        else "not here; fetched when needed"
    )
    for item in listing(environment):
        try:
            status = verify(item.name, environment)
        except WaresError as wrong:
            yield Check(name=item.name, ok=False, detail=str(wrong), mend="make the cache readable")
            continue
        detail = {"verified": f"here and verified, {item.size / 1e6:,.0f} MB", "absent": absent}.get(status, status)
        yield Check(name=item.name, ok=status != "damaged", detail=detail, mend=f"wares models pull {item.name}")


def shop(folder: Path) -> Iterator[Check]:
    try:
        with wares.open(folder, create=False) as opened:
            yield from opened.check()
    except WaresError as wrong:
        yield Check(name="shop", ok=False, detail=str(wrong))


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
