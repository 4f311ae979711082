"""The list of jobs: one at a time, in their order, whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from wares.reports import Progress
from wares.store import jobs as module
from wares.store.jobs import Job, Jobs
from wares.store.store import Store


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    with Store.create(tmp_path / "shop.db") as store:
        yield store.jobs


def alive(process: str) -> bool:
    return process != "dead"


def test_a_job_goes_through_its_states(jobs: Jobs) -> None:
    asked = jobs.ask("index", {"url": "http://x"}, "importer")
    assert (asked.state, asked.asked_by, jobs.get(asked.id)) == ("queued", "importer", asked)
    taken = jobs.claim("me", alive)
    assert taken is not None
    assert (taken.id, taken.state, taken.arguments) == (asked.id, "running", {"url": "http://x"})
    assert jobs.tell(asked.id, Progress("reading", 3, 10))
    jobs.done(asked.id, {"added": 3})
    ended = jobs.get(asked.id)
    assert ended is not None
    assert (ended.state, ended.result, ended.progress) == ("done", {"added": 3}, Progress("reading", 3, 10))
    assert ended.created <= (ended.started or "") <= (ended.ended or "")
    assert jobs.open() == []


def test_the_one_that_waits_longest_is_taken_when_no_other_runs(jobs: Jobs) -> None:
    first, second = jobs.ask("a", {}, "x"), jobs.ask("b", {}, "x")
    assert getattr(jobs.claim("me", alive), "id", "") == first.id
    assert jobs.claim("you", alive) is None
    jobs.failed(first.id, "SetupError", "no")
    assert getattr(jobs.claim("you", alive), "id", "") == second.id
    failed = jobs.get(first.id)
    assert failed is not None
    assert failed.error == {"kind": "SetupError", "message": "no"}


def test_of_many_that_look_at_once_one_gets_it(jobs: Jobs) -> None:
    jobs.ask("a", {}, "x")
    found: list[Job | None] = []
    threads = [threading.Thread(target=lambda: found.append(jobs.claim("me", alive))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(job is not None for job in found) == 1


def test_what_a_dead_process_had_in_hand_has_failed_and_the_next_is_taken(jobs: Jobs) -> None:
    left, waiting = jobs.ask("a", {}, "x"), jobs.ask("b", {}, "x")
    jobs.claim("dead", alive)
    assert getattr(jobs.claim("me", alive), "id", "") == waiting.id
    failed = jobs.get(left.id)
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", {"kind": "Abandoned", "message": module.ABANDONED})


def test_cancelling_ends_what_waits_and_tells_what_runs(jobs: Jobs) -> None:
    running, waiting = jobs.ask("a", {}, "x"), jobs.ask("b", {}, "x")
    jobs.claim("me", alive)
    assert getattr(jobs.cancel(waiting.id), "state", "") == "cancelled"
    assert getattr(jobs.cancel(running.id), "state", "") == "cancelling"
    assert not jobs.tell(running.id, Progress("reading", 1))
    jobs.halted(running.id, "")
    assert [job.state for job in jobs.latest()] == ["cancelled", "cancelled"]
    assert jobs.cancel(running.id) is None
    assert jobs.cancel("nothing") is None


def test_the_oldest_that_have_ended_are_forgotten(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    waiting = jobs.ask("a", {}, "x")
    for _ in range(5):
        jobs.cancel(jobs.ask("b", {}, "x").id)
    kept = [job.id for job in jobs.latest()]
    assert waiting.id in kept
    assert len(kept) <= 5
