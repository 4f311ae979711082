"""What was read in media is counted, and what could not be read is told and tried again."""

from __future__ import annotations

from collections.abc import Callable

from wares.records import Passage
from wares.reports import Tally
from wares.store.entries import Entry
from wares.store.extracts import Extract
from wares.store.store import Store


def test_what_could_not_be_read_is_counted_told_and_forgotten(store: Store, entry: Callable[..., Entry]) -> None:
    said = Extract(fingerprint="1", passages=(Passage(kind="speech", text='he said "problem": none'),))
    cut = Extract(fingerprint="1", problem="film: is cut off")
    store.put([entry("kettle", keys=("whole", "film"))])
    store.extracts.put("whole", {"speech": said, "shots": Extract(fingerprint="1")})
    store.extracts.put("film", {"speech": cut, "shots": cut})
    store.extracts.put("gone", {"speech": cut})  # no product shows it any more
    assert store.extracts.tallies() == [Tally("shots", 2, 1), Tally("speech", 2, 1)]
    assert store.extracts.problem_count() == 1
    [told] = store.extracts.problems()
    assert (told.id, told.source, told.extractors) == ("kettle", "film", ("shots", "speech"))
    store.extracts.forget_problems()
    assert store.extracts.problems() == []
    assert store.extracts.lacking(["whole", "film"], "speech", "1") == {"film"}
