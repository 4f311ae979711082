"""The peers' benchmark: what every entrant is given, how stages end, and what the tables say. The environments of the
peers are not made here: wares and the scan take part, which run in that of the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are run from the project and never installed
from benchmarks import report
from benchmarks.peers import environments, inputs, memory, runner, tables
from benchmarks.peers.contest import Contest, Outcome
from benchmarks.peers.entrants import ENTRANTS, INDEX, SCAN, WARES, Entry
from benchmarks.peers.entrants.scan import Scan
from benchmarks.peers.inputs import Catalogue
from benchmarks.peers.protocol import KINDS, TOP, Answers, Inputs, Job, Kind, Question, Visited, recall
from wares.errors import SetupError
from wares.records import Price, Product

ROOT = Path(__file__).parents[1]
OURS = (WARES, INDEX, SCAN)

needs_data = pytest.mark.skipif(
    not (report.DATA / "icecat_chorus.dev.zip").exists(), reason=f"the data sets are not in {report.DATA}"
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Eighty products, by the model that needs no download."""
    colours, things = ("red", "green", "blue", "black"), ("shirt", "shoe", "mug", "cap", "lamp")
    goods = [
        Product(id=f"p{n}", title=f"{colours[n % 4]} {things[n % 5]} number {n}", price=Price(125 * (n + 1), "EUR"))
        for n in range(80)
    ]
    texts = [f"{colour} {thing}" for colour in colours for thing in things]
    folder = inputs.prepared("tiny", goods, texts[:5], texts[5:], tmp_path_factory.mktemp("peers"), "basic")
    return Catalogue("tiny", folder, len(goods))


def contest(catalogue: Catalogue, scratch: Path, entrants: Sequence[str] = OURS, limit_s: float = 100) -> Contest:
    return Contest(catalogue, scratch, entrants, tuple(KINDS), 2, limit_s)


# -- a whole run ------------------------------------------------------------------------------------------------


@needs_data
def test_a_small_run_says_everything_about_everyone(tmp_path: Path) -> None:
    sizes = ("--products", "300", "--queries", "10", "--rounds", "1", "--sets", "icecat", "--judged-products", "300")
    command = [sys.executable, "-m", "benchmarks.peers", "--json", "--model", "basic", "--scratch", str(tmp_path)]
    done = subprocess.run([*command, *sizes, "--entrants", ",".join(OURS)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    titled = {table["title"]: table for table in found["tables"]}
    assert {*KINDS, "Who took part", "nDCG@10 on judged questions"} <= titled.keys()
    for kind in KINDS:
        rows = {row[0]: row for row in titled[kind]["rows"]}
        assert list(rows) == list(OURS)
        assert rows[WARES][4] == 1.0
        assert rows[SCAN][1] == "none" or (rows[SCAN][6], rows[SCAN][7]) == (1.0, 1.0)  # × scan, recall
    ingested = {row[0]: row[1] for row in titled["Ingest, memory and disk at 300 products"]["rows"]}
    assert ingested[WARES] > 0
    assert ingested[INDEX] == "that of wares"
    quality = {row[1]: row[2:5] for row in titled["nDCG@10 on judged questions"]["rows"]}
    assert all(0 < value <= 1 for value in quality[WARES])
    assert quality[SCAN][0] == quality[SCAN][2] == "none"
    assert quality[SCAN][1] > 0
    assert "-m benchmarks.peers" in found["about"]["command"]


def test_missing_data_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.peers", "--model", "basic", "--data", str(tmp_path)]
    done = subprocess.run(
        [*command, "--scratch", str(tmp_path / "scratch")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--data" in done.stderr


# -- what everyone is given -------------------------------------------------------------------------------------


def test_everyone_finds_the_same_products_by_the_same_vectors(catalogue: Catalogue, tmp_path: Path) -> None:
    outcomes = contest(catalogue, tmp_path).run()
    assert [outcome.trouble for outcome in outcomes.values()] == ["", "", ""]
    right = Inputs(catalogue.inputs).truth("measuring")
    for name in (INDEX, SCAN):
        for kind in right:
            assert recall(outcomes[name].visits[0].answers[kind].ids, right[kind]) == 1.0, (name, kind)
    assert [len(outcome.visits) for outcome in outcomes.values()] == [2, 2, 2]
    assert outcomes[WARES].visits[0].answers["hybrid"].ids == outcomes[INDEX].visits[0].answers["hybrid"].ids
    prices = {one.id: one.price or 0.0 for one in Inputs(catalogue.inputs).goods()}
    for name in (WARES, INDEX):
        ids = [id for ids in outcomes[name].visits[0].answers["hybrid, filter 50 %"].ids for id in ids]
        assert ids
        assert max(prices[id] for id in ids) < 50


def test_what_is_right_is_what_a_sort_says(catalogue: Catalogue) -> None:
    files = Inputs(catalogue.inputs)
    goods = list(files.goods())
    for kind in (kind for kind in KINDS.values() if kind.way == "near"):
        passing = [at for at, one in enumerate(goods) if kind.below is None or (one.price or 0) < kind.below]
        for question, right in zip(files.questions("tuning"), files.truth("tuning")[kind.name], strict=True):
            scores = {at: float(sum(files.vectors[at] * question.vector)) for at in passing}
            least = sorted(scores.values(), reverse=True)[min(TOP, len(scores)) - 1] if scores else 0.0
            sure = {goods[at].id for at, score in scores.items() if score >= least + 1e-5}
            possible = {goods[at].id for at, score in scores.items() if score >= least - 2e-4}
            assert sure <= set(right) <= possible
            assert len(right) >= min(TOP, len(passing))


def test_inputs_are_kept_and_made_anew_when_the_products_change(tmp_path: Path) -> None:
    goods = [Product(id="a", title="red mug"), Product(id="b", title="green cap")]
    first = inputs.prepared("two", goods, ["mug"], ["cap"], tmp_path, "basic")
    made = (first / "vectors.npy").stat().st_mtime_ns
    assert inputs.prepared("two", goods, ["mug"], ["cap"], tmp_path, "basic") == first
    assert (first / "vectors.npy").stat().st_mtime_ns == made
    assert inputs.prepared("two", goods[:1], ["mug"], ["cap"], tmp_path, "basic") != first


def test_the_process_of_a_peer_needs_nothing_of_wares() -> None:
    program = "import sys, benchmarks.peers.runner; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "benchmarks" in loaded
    assert not loaded & {"wares", "msgspec", "platformdirs", "sqlalchemy"}


@given(st.lists(st.tuples(st.lists(st.integers(0, 30), unique=True), st.sets(st.integers(0, 30), max_size=14))))
def test_recall_is_the_mean_share_that_was_found(pairs: list[tuple[list[int], set[int]]]) -> None:
    found = [[str(one) for one in ids] for ids, _ in pairs]
    right = [[str(one) for one in ids] for _, ids in pairs]
    shares = []
    for ids, true in zip(found, right, strict=True):
        if true:
            shares.append(sum(one in true for one in ids[:10]) / min(10, len(true)))
    assert recall(found, right) == pytest.approx(sum(shares) / len(shares) if shares else 1.0)


# -- how stages end ---------------------------------------------------------------------------------------------


def test_an_entrant_that_takes_too_long_is_stopped_and_the_others_go_on(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = contest(catalogue, tmp_path, [SCAN], limit_s=0.01).run()[SCAN]
    assert quick.trouble == "ingest stopped after 0 s"
    assert tables.troubles("speed", {SCAN: quick}) == ["speed: scan: ingest stopped after 0 s"]
    assert quick.visits == []
    monkeypatch.setitem(ENTRANTS, "absent", Entry("txtai:Txtai", "an engine that is not installed"))  # type: ignore[misc]
    outcomes = contest(catalogue, tmp_path, ["absent", SCAN]).run()
    assert (outcomes["absent"].trouble, outcomes[SCAN].trouble) == ("ingest failed", "")
    assert "No module named 'txtai'" in outcomes["absent"].reason
    [told] = tables.troubles("speed", outcomes)
    assert told.startswith("speed: absent: ingest failed: ")


def test_a_kind_of_question_that_runs_out_of_time_keeps_what_was_answered(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    scan = Scan(tmp_path, Inputs(catalogue.inputs))
    scan.ingest()
    efforts = {kind: [{}] for kind in ("vector", "vector, filter 50 %")}
    job = Job("visit", "scan:Scan", str(catalogue.inputs), str(tmp_path), list(efforts), efforts, limit_s=0.0)
    whole = runner.visit(scan, replace(job, limit_s=60.0))
    cut = runner.visit(scan, job)
    for kind in efforts:
        assert len(whole.answers[kind].ids) == len(scan.inputs.questions("measuring")) > 1
        assert cut.answers[kind].ids == whole.answers[kind].ids[:1]
    assert whole.memory > 10


def test_tuning_takes_the_least_effort_that_finds_enough(catalogue: Catalogue, tmp_path: Path) -> None:
    class Lazy(Scan):
        """A scan that keeps to itself what is beyond its effort."""

        def ask(self, kind: Kind, question: Question) -> list[str]:
            return super().ask(kind, question)[: self.effort["width"]]

    lazy = Lazy(tmp_path, Inputs(catalogue.inputs))
    lazy.ingest()

    def chosen(*widths: int) -> int:
        efforts = {"vector": [{"width": width} for width in widths]}
        job = Job("tune", "scan:Scan", str(catalogue.inputs), str(tmp_path), ["vector"], efforts)
        return runner.tune(lazy, job).chosen["vector"]

    assert chosen(2, 9, 10, 20) == 2
    assert chosen(10, 20) == 0
    assert chosen(2, 5) == 1


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "peer.txt").write_text("--no-index\nno-such-engine==1.0\n")
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    with pytest.raises(SetupError, match=r"peer\.txt: ERROR: No matching distribution found for no-such-engine"):
        environments.python("peer.txt", tmp_path)
    assert environments.python("", tmp_path) == Path(sys.executable)


def test_every_version_of_a_peer_is_pinned() -> None:
    wanted = {entry.requirements for entry in ENTRANTS.values() if entry.requirements}
    assert wanted == {path.name for path in environments.REQUIREMENTS.iterdir()}
    for name in wanted:
        lines = (environments.REQUIREMENTS / name).read_text().split()
        assert all(line.count("==") == 1 for line in lines), name


# -- what the tables say ----------------------------------------------------------------------------------------


def outcome(name: str, *rounds: Sequence[float], trouble: str = "") -> Outcome:
    """What an entrant with these milliseconds a round answered to vector questions: always the same product."""
    visits = [Visited(0.1, 100.0, {"vector": Answers(ms, [["a"]] * len(ms))}) for ms in rounds]
    return Outcome(ENTRANTS[name], Path("nowhere"), visits=visits, trouble=trouble)


def test_times_are_medians_over_rounds_and_ratios_to_wares_and_the_scan() -> None:
    outcomes = {
        WARES: outcome(WARES, [2.0, 2.0], [2.0, 2.0], [50.0, 2.0]),
        SCAN: outcome(SCAN, [1.0, 1.0]),
        "Chroma": outcome("Chroma", [8.0, 8.0]),
    }
    table = tables.searches(outcomes, KINDS["vector"], 2, [["a"], ["b"]])
    rows = {row[0]: row for row in table.rows}
    assert rows[WARES][1:8] == [2.0, 2.0, 2.0, 1.0, None, 2.0, 0.5]
    assert rows["Chroma"][1:8] == [8.0, 8.0, 8.0, 4.0, None, 8.0, 0.5]
    glance = {row[0]: row[1] for row in tables.glance(outcomes, ("vector",)).rows}
    assert glance == {WARES: 1.0, SCAN: 0.5, "Chroma": 4.0}


def test_what_is_missing_is_said_in_the_cell() -> None:
    outcomes = {
        WARES: outcome(WARES, [2.0, 2.0]),
        "Chroma": outcome("Chroma", [8.0, 8.0]),
        "LanceDB": outcome("LanceDB", [3.0], trouble="stopped after 900 s"),
        "Milvus Lite": outcome("Milvus Lite", trouble="ingest failed"),
    }
    words = {row[0]: row[1] for row in tables.searches(outcomes, KINDS["words"], 2, None).rows}
    assert words["Chroma"] == "substrings only"
    assert words["Milvus Lite"] == "ingest failed"
    vector = {row[0]: row for row in tables.searches(outcomes, KINDS["vector"], 2, [["a"], ["a"]]).rows}
    assert vector["LanceDB"][-1] == "stopped after 1 of 2 questions; stopped after 900 s"
    costs = {row[0]: row[1:] for row in tables.costs(outcomes, "costs").rows}
    assert costs["Milvus Lite"][0] == "ingest failed"


def test_memory_counts_the_processes_that_were_started(tmp_path: Path) -> None:
    alone = memory.resident_mb(os.getpid())
    program = "import sys; held = bytearray(b'x' * 100_000_000); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        assert memory.resident_mb(os.getpid()) - alone > 100
        child.communicate()
    assert memory.peak_mb() >= alone * 0.5
    (tmp_path / "file").write_bytes(np.random.default_rng(1).bytes(1_000_000))
    assert memory.disk_mb(tmp_path) == pytest.approx(1.0, abs=0.1)
