"""From a fit that was trained to one the shop works by: index built beside, both asked, switched or thrown away."""

from __future__ import annotations

import resource
import time
from contextlib import suppress

import msgspec

from wares.errors import StoreError, WaresError
from wares.fit import guard
from wares.fit.guard import Judged
from wares.fit.report import FitReport
from wares.fits import REPORT
from wares.reports import OnProgress
from wares.shop import Shop


class Rollout:
    """One try to switch a shop to a new fit; ``force`` switches whatever the measures say.

    Whatever goes wrong, the shop answers as before, and what was made is removed.
    """

    def __init__(self, shop: Shop, *, force: bool, judged: Judged | None, tell: OnProgress) -> None:
        self._shop, self._force, self._judged, self._tell = shop, force, judged, tell
        self._began = time.monotonic()

    def refused(self, report: FitReport, why: str) -> FitReport:
        """The end of a fit that is not switched to."""
        self._shop.fits.tried(tried(report.last_change, why))
        return self._done(report, f"not switched: {why}")

    def switch(self, fitted: str, report: FitReport, *, better: bool) -> FitReport:
        """Build the index with a fit that was finished, ask both versions, and switch to it unless it is worse."""
        shop, version = self._shop, ""
        try:
            version = shop.build(fitted, progress=self._tell)
            with guard.questions(shop, self._judged, report.seed) as asked:
                found = guard.compare(shop, version, asked, self._tell)
            report = msgspec.structs.replace(report, shop=found)
            worse = [one.measure for one in found if one.worse]
            if not worse or self._force:
                report = self._accepted(fitted, version, report, sound=better and not worse)
                shop.publish(version)
                return report
        except BaseException:
            self._undo(fitted, version)
            raise
        self._undo(fitted, version)
        return self.refused(report, f"whole searches got worse ({', '.join(worse)})")

    def _accepted(self, fitted: str, version: str, report: FitReport, *, sound: bool) -> FitReport:
        why = "switched: better on products held out" if sound else "switched, because it was forced"
        report = msgspec.structs.replace(report, switched=True, fit=fitted, version=version)
        report = self._done(report, why)
        self._shop.fits.accept(fitted, msgspec.json.format(msgspec.json.encode(report)))
        self._shop.fits.tried(tried(report.last_change, why))
        return report

    def _undo(self, fitted: str, version: str) -> None:
        if self._shop.fit != fitted:
            self._shop.fits.discard(fitted)
            if version:
                with suppress(WaresError):  # say while another process writes; what is left is removed by the next
                    self._shop.discard(version)

    def _done(self, report: FitReport, verdict: str) -> FitReport:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = round(time.monotonic() - self._began, 1)
        return msgspec.structs.replace(report, verdict=verdict, seconds=seconds, peak_mb=round(peak))


def tried(change: int, verdict: str) -> bytes:
    """What is kept of a try: the catalogue's state, and what came of it."""
    return msgspec.json.encode({"last_change": change, "verdict": verdict})


def read_report(shop: Shop, name: str) -> FitReport:
    """The report of a fit of the shop. :class:`StoreError` when it is gone or damaged."""
    try:
        return msgspec.json.decode(shop.fits.report(name), type=FitReport)
    except (msgspec.MsgspecError, UnicodeDecodeError) as damage:
        place = shop.fits.path(name) / REPORT
        raise StoreError(f"{place} is damaged ({damage}); fit again: wares fit {shop.path} --force") from damage
