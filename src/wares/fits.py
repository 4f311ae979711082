"""What a shop has learnt: its fits, one folder each, and the encoders that each of them gives.

    SHOP/fits/000002/heads.npz      heads of the shop's model (:mod:`wares.encoders.heads`), or
    SHOP/fits/000002/model/         a whole model of its own (:mod:`wares.fit.lora`), or
    SHOP/fits/000002/fusion.npz     a learned fusion (:mod:`wares.ranking.fusion.learned`)
    SHOP/fits/000002/fit.json       how it came about and what it is worth

A folder is called ``.fitting-…`` until it is whole, and its fit counts when it has its report, which is written when
the fit was found good: what a killed or a failed one left is removed by the next. Which fit is in force is said by
the live version of the index, in its manifest: both are switched in one step, forth and back.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wares import encoders as models
from wares.encoders import heads
from wares.encoders.base import Encoder
from wares.errors import SetupError, ShopBusy, StoreError
from wares.index import atomic
from wares.index.locks import Lock
from wares.settings import Environment

HEADS, MODEL, FUSION, REPORT, TRIED = "heads.npz", "model", "fusion.npz", "fit.json", "tried.json"


class Fits:
    """The fits of one shop. Safe in several threads; making one is for the holder of the writer's lock."""

    def __init__(self, shop: Path, model: str, environment: Environment) -> None:
        self._shop = shop
        self.folder = shop / "fits"
        self._model = model
        self.environment = environment
        self._loading = threading.Lock()
        self._unfitted: tuple[Encoder, ...] | None = None
        self._made: dict[str, tuple[Encoder, ...]] = {}

    def names(self) -> list[str]:
        """All fits that were found good, oldest first."""
        return [name for name in self._folders() if (self.folder / name / REPORT).exists()]

    def path(self, name: str) -> Path:
        """A fit's folder. :class:`StoreError` when it is gone."""
        path = self.folder / name
        if not name.isdecimal() or not path.is_dir():
            raise StoreError(
                f"{path} is gone: this fit cannot be used; go back: wares rollback {self._shop}, or build the index "
                f"without it: wares rebuild {self._shop}"
            )
        return path

    def encoders(self, name: str = "") -> tuple[Encoder, ...]:
        """The encoders that a fit gives; "" is the model as it comes. Kept while it is the one asked for last."""
        with self._loading:
            if name not in self._made:
                self._made = {name: self._build(name)}
            return self._made[name]

    def unfitted(self) -> tuple[Encoder, ...]:
        """The encoders of the shop's model without any heads."""
        with self._loading:
            return self._raw()

    def heads(self, name: str) -> heads.Heads | None:
        """The heads of a fit, or those that wares brings; None where there are none."""
        if not name:
            return models.shipped(self._model)
        path = self.path(name) / HEADS
        return heads.load(path) if path.exists() else None

    @contextmanager
    def begin(self) -> Iterator[Path]:
        """A folder for a new fit, which :meth:`finish` gives its name; it is removed unless that was done.

        One process fits at a time: :class:`~wares.errors.ShopBusy` for the second.
        """
        lock = self._lock()
        try:
            with self._begun() as made:
                yield made
        finally:
            lock.release()

    def _lock(self) -> Lock:
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as refused:
            raise StoreError(f"cannot make {self.folder}: {refused.strerror}") from refused
        lock = Lock(self.folder / "fit.lock")
        if not lock.take():
            raise ShopBusy(f"{self._shop} is being fitted by another process; wait until it has ended")
        return lock

    @contextmanager
    def _begun(self) -> Iterator[Path]:
        try:
            good = self.names()
            for left in (
                *self.folder.glob(".fitting-*"),
                *(self.folder / n for n in self._folders() if n not in good),
            ):
                shutil.rmtree(left, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix=".fitting-", dir=self.folder))
        except OSError as refused:
            raise StoreError(f"cannot make a fit in {self.folder}: {refused.strerror}") from refused
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def finish(self, made: Path) -> str:
        """Give a new fit its number, and return it; it counts from :meth:`accept` on."""
        number = max(map(int, self._folders()), default=0) + 1
        name = f"{number:06}"
        try:
            atomic.sync_tree(made)
            made.replace(self.folder / name)
        except OSError as refused:
            raise StoreError(f"cannot keep the fit {name} in {self.folder}: {refused.strerror}") from refused
        return name

    def accept(self, name: str, report: bytes) -> None:
        """Write the report of a fit that was found good."""
        atomic.write(self.path(name) / REPORT, report)

    def discard(self, name: str) -> None:
        """Remove a fit that was not."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def report(self, name: str) -> bytes:
        """The report of a fit, as it was accepted. :class:`StoreError` when it is gone."""
        try:
            return (self.path(name) / REPORT).read_bytes()
        except OSError as refused:
            raise StoreError(f"cannot read {self.path(name) / REPORT}: {refused.strerror}") from refused

    def tried(self, said: bytes) -> None:
        """Keep what came of the last try, whether it was found good or not."""
        atomic.write(self.folder / TRIED, said)

    def last_try(self) -> bytes | None:
        """What came of the last try; None when there was none."""
        try:
            return (self.folder / TRIED).read_bytes()
        except OSError:
            return None

    def fusions(self) -> list[str]:
        """The fits that have a learned fusion, the one made last first."""
        found = self.folder.glob(f"[!.]*/{FUSION}")
        return [path.parent.name for path in sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path))]

    @staticmethod
    def has_fusion(folder: Path) -> bool:
        """Whether a learned fusion is in a folder of a fit."""
        return (folder / FUSION).exists()

    def fusion(self, name: str) -> Path:
        """The file of a fit's learned fusion. :class:`SetupError` when the name is none of a fit."""
        if Path(name).name != name or name == "..":
            raise SetupError(f"fusion: learned is the name of a fit of the shop, and {name!r} is none")
        return self.folder / name / FUSION

    def latest(self) -> str:
        """The newest fit that gives encoders; "" when there is none. What a lost index is built anew with."""
        gives = (
            n for n in reversed(self.names()) if any((self.folder / n / part).exists() for part in (HEADS, MODEL))
        )
        return next(gives, "")

    def readable(self, wanted: str) -> str:
        """A fit that can be used: the one wanted, or else the newest that can be read, or else none ("")."""
        for name in (wanted, *reversed(self.names())):
            try:
                if not name or (self.path(name) / MODEL).is_dir() or self.heads(name) is not None:
                    return name
            except StoreError:
                continue
        return ""

    def prune(self, used: set[str], keep: int = 3) -> list[str]:
        """Remove fits that no version of the index uses, but for the last ones; the names of those removed."""
        names = self.names()
        gone = [name for name in names if name not in {*used, *names[-keep:]}]
        for name in gone:
            self.discard(name)
        return gone

    def _folders(self) -> list[str]:
        try:
            found = [path.name for path in self.folder.iterdir() if path.name.isdecimal() and path.is_dir()]
        except FileNotFoundError:
            return []
        return sorted(found, key=int)

    def _build(self, name: str) -> tuple[Encoder, ...]:
        if name and (self.path(name) / MODEL).is_dir():
            return models.build(f"file:{self.path(name) / MODEL}", self.environment)
        return models.with_heads(self._raw(), self._model, self.heads(name) if name else None)

    def _raw(self) -> tuple[Encoder, ...]:
        if self._unfitted is None:
            self._unfitted = models.unfitted(self._model, self.environment)
        return self._unfitted
