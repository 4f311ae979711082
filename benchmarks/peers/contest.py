"""Who does what when. Everyone takes the catalogue in, everyone is tuned, and then all are asked in rounds: one
process at a time, each round begun by another entrant, so that what else the machine does meets all alike."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.peers import environments
from benchmarks.peers.entrants import ENTRANTS, Effort, Entry
from benchmarks.peers.inputs import Catalogue, write_plugin
from benchmarks.peers.memory import disk_mb, resident_mb
from benchmarks.peers.protocol import KINDS, VARIABLE, Ingested, Job, Tuned, Visited
from benchmarks.report import tell
from wares.errors import SetupError

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
#: Between two looks at the memory of a process that ingests, and more time than its limit for one that stops itself.
LOOK_S = 0.5
GRACE_S = 60.0

#: Nothing is fetched or reported, and nothing is written about every question (LanceDB would, about hybrid ones).
_QUIET = {"HF_HUB_OFFLINE": "1", "LANCEDB_LOG": "error"}
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Stopped(Exception):
    """A stage came to nothing: what a table says of it, and all that is known."""

    def __init__(self, short: str, reason: str = "") -> None:
        super().__init__(reason or short)
        self.short = short


class Outcome(msgspec.Struct):
    """What came of one entrant. ``trouble`` says in a word why it was not measured to the end ("": it was), and
    ``reason`` all that is known of that."""

    entry: Entry
    folder: Path
    interpreter: Path | None = None
    ingested: Ingested | None = None
    peak: float = 0.0
    disk: float = 0.0
    efforts: Mapping[str, Effort] = {}
    visits: list[Visited] = msgspec.field(default_factory=list)
    trouble: str = ""
    reason: str = ""


class Contest(msgspec.Struct, frozen=True):
    """One catalogue, some entrants, some kinds of question; ``limit_s`` bounds every stage of an entrant."""

    catalogue: Catalogue
    scratch: Path
    entrants: Sequence[str]
    kinds: Sequence[str]
    rounds: int
    limit_s: float

    def run(self) -> dict[str, Outcome]:
        """What came of everyone, by name."""
        outcomes = {name: self._outcome(name) for name in self.entrants}
        for stage in (self._install, self._ingest, self._tune):
            for name, outcome in outcomes.items():
                self._attempt(name, outcome, stage.__name__.strip("_"), lambda o=outcome, s=stage: s(o))
        for turn in range(self.rounds):
            first = turn % len(outcomes)
            order = [*self.entrants[first:], *self.entrants[:first]]
            for name in order:
                outcome = outcomes[name]
                self._attempt(name, outcome, f"round {turn + 1}", lambda o=outcome: self._visit(o))
        return outcomes

    # -- stages -------------------------------------------------------------------------------------------------

    def _attempt(self, name: str, outcome: Outcome, what: str, work: object) -> None:
        if outcome.trouble:
            return
        tell(f"{self.catalogue.name}, {self.catalogue.products:,} products: {name}: {what}")
        try:
            work()  # type: ignore[operator]
        except (Stopped, SetupError) as trouble:
            outcome.trouble = trouble.short if isinstance(trouble, Stopped) else f"{what} failed"
            outcome.reason = str(trouble)
            tell(f"{name}: {outcome.reason}")

    def _outcome(self, name: str) -> Outcome:
        entry = ENTRANTS[name]
        return Outcome(entry, self.scratch / "data" / self.catalogue.inputs.name / (entry.data_of or name))

    def _install(self, outcome: Outcome) -> None:
        outcome.interpreter = environments.python(outcome.entry.requirements, self.scratch)

    def _ingest(self, outcome: Outcome) -> None:
        if outcome.entry.data_of:
            return
        shutil.rmtree(outcome.folder, ignore_errors=True)
        outcome.folder.mkdir(parents=True)
        ingested, seen = self._done(outcome, "ingest", Ingested, {})
        outcome.ingested, outcome.peak = ingested, max(seen, ingested.peak)
        outcome.disk = disk_mb(outcome.folder)

    def _tune(self, outcome: Outcome) -> None:
        """Choose among the settings where there is a choice; a hybrid question searches as a vector one does."""
        choices = {name: outcome.entry.choices(KINDS[name]) for name in self.kinds}
        open_to = {name: own for name, own in choices.items() if KINDS[name].way == "near" and len(own) > 1}
        chosen: Mapping[str, int] = {}
        if open_to:
            chosen = self._done(outcome, "tune", Tuned, open_to)[0].chosen
        of_vectors = {
            KINDS[name].below: own[chosen.get(name, 0)] for name, own in choices.items() if KINDS[name].way == "near"
        }
        outcome.efforts = {
            name: of_vectors[KINDS[name].below] if KINDS[name].way != "words" else {} for name in self.kinds
        }

    def _visit(self, outcome: Outcome) -> None:
        efforts = {name: [outcome.efforts[name]] for name in self.kinds if KINDS[name].way not in outcome.entry.lacks}
        outcome.visits.append(self._done(outcome, "visit", Visited, efforts)[0])

    # -- processes ----------------------------------------------------------------------------------------------

    def _done(
        self, outcome: Outcome, stage: str, kind: type[T], efforts: Mapping[str, Sequence[Effort]]
    ) -> tuple[T, float]:
        """What the process of a stage hands back, and the most memory it was seen to take, in megabytes."""
        job = Job(
            stage=stage,  # type: ignore[arg-type]
            target=f"benchmarks.peers.entrants.{outcome.entry.target}",
            inputs=str(self.catalogue.inputs),
            folder=str(outcome.folder),
            kinds=list(efforts),
            efforts=efforts,
            limit_s=self.limit_s / max(1, len(efforts)),
        )
        with tempfile.TemporaryDirectory(dir=self.scratch) as made:
            asked, answer, said = (Path(made) / name for name in ("job.json", "answer.json", "said.txt"))
            asked.write_bytes(msgspec.json.encode(job))
            command = [str(outcome.interpreter), "-m", "benchmarks.peers.runner", str(asked), str(answer)]
            with said.open("wb") as log:
                peak = self._watched(command, self._variables(outcome.entry), log.fileno(), stage)
            if not answer.exists():
                raise Stopped(f"{stage} failed", _last_line(said))
            return msgspec.json.decode(answer.read_bytes(), type=kind), peak

    def _watched(self, command: Sequence[str], variables: Mapping[str, str], log: int, stage: str) -> float:
        """Run a process to its end; :class:`Stopped` when it takes too long. Its peak of memory when it ingests."""
        look = stage == "ingest"
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(variables), stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + self.limit_s + (0.0 if look else GRACE_S)
        peak = 0.0
        try:
            while (left := deadline - time.monotonic()) > 0:
                try:
                    process.wait(min(LOOK_S, left) if look else left)
                    return peak
                except subprocess.TimeoutExpired:
                    peak = max(peak, resident_mb(process.pid) if look else 0.0)
            raise Stopped(f"{stage} stopped after {self.limit_s:.0f} s")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
                process.wait()

    def _variables(self, entry: Entry) -> dict[str, str]:
        """The environment of a process; in that of wares the model "given" is known, as one of a plugin is."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        path = [str(ROOT)]
        if not entry.requirements:
            path.append(str(write_plugin(self.catalogue.inputs)))
        if entry.threads:
            variables.update(dict.fromkeys(_THREADS, str(entry.threads)))
        given = {"PYTHONPATH": os.pathsep.join(path), VARIABLE: str(self.catalogue.inputs)}
        return variables | given | _QUIET


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it says nothing"
