"""The process that is measured: one stage of one entrant, in the entrant's environment.

    python -m benchmarks.peers.runner JOB.json ANSWER.json

Only numpy, the standard library and the entrant's own module are loaded.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.memory import peak_mb, resident_mb
from benchmarks.peers.protocol import KINDS, Answers, Ingested, Inputs, Job, Kind, Question, Tuned, Visited, recall

#: Cores for everyone, and the recall that tuning asks for.
CORES = 2
ENOUGH = 0.95
WARM_UP = 10


def ingest(entrant: Entrant, job: Job) -> Ingested:
    start = time.perf_counter()
    indexing = entrant.ingest()
    return Ingested(time.perf_counter() - start, indexing, peak_mb())


def tune(entrant: Entrant, job: Job) -> Tuned:
    """The least effort that finds enough of the truly nearest, for each kind of vector question."""
    questions, truth = entrant.inputs.questions("tuning"), entrant.inputs.truth("tuning")
    entrant.open()
    chosen = {}
    for name in job.kinds:
        deadline = time.monotonic() + job.limit_s
        for at, effort in enumerate(job.efforts[name]):
            entrant.exert(effort)
            found = _answers(entrant, KINDS[name], questions, deadline).ids
            chosen[name] = at
            if recall(found, truth[name][: len(found)]) >= ENOUGH or time.monotonic() > deadline:
                break
    entrant.close()
    return Tuned(chosen)


def visit(entrant: Entrant, job: Job) -> Visited:
    """Open, warm up, and ask everything once."""
    before, questions = entrant.inputs.questions("tuning")[:WARM_UP], entrant.inputs.questions("measuring")
    start = time.perf_counter()
    entrant.open()
    entrant.exert(job.efforts[job.kinds[0]][0])
    entrant.ask(KINDS[job.kinds[0]], before[0])
    opened = time.perf_counter() - start
    answers = {}
    for name in job.kinds:
        deadline = time.monotonic() + job.limit_s
        entrant.exert(job.efforts[name][0])
        _answers(entrant, KINDS[name], before, deadline)
        answers[name] = _answers(entrant, KINDS[name], questions, deadline)
    memory = resident_mb(os.getpid())
    entrant.close()
    return Visited(opened, memory, answers)


def _answers(entrant: Entrant, kind: Kind, questions: list[Question], deadline: float) -> Answers:
    taken, ids = [], []
    for question in questions:
        start = time.perf_counter()
        found = entrant.ask(kind, question)
        taken.append((time.perf_counter() - start) * 1e3)
        ids.append(found)
        if time.monotonic() > deadline:
            break
    return Answers(taken, ids)


STAGES: Mapping[str, Callable[[Entrant, Job], Ingested | Tuned | Visited]] = {
    "ingest": ingest,
    "tune": tune,
    "visit": visit,
}


def main(job_file: Path, answer_file: Path) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    job = Job(**json.loads(job_file.read_text()))
    module, _, name = job.target.partition(":")
    entrant: Entrant = getattr(import_module(module), name)(Path(job.folder), Inputs(Path(job.inputs)))
    answer = STAGES[job.stage](entrant, job)
    answer_file.write_text(json.dumps(dataclasses.asdict(answer)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
