"""Judgments one label at a time: each is kept at once, in the file's own form, and nothing good is lost."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import CatalogueError, SetupError, StoreError
from wares.evaluation.judgments import FORMS, read_judgments
from wares.evaluation.ledger import Ledger


def append(path: Path, *labels: tuple[str, str, int], by: str = "") -> None:
    with Ledger(path, by) as ledger:
        for label in labels:
            ledger.append(*label)


@pytest.mark.parametrize("suffix", FORMS)
def test_a_new_file_has_the_form_of_its_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"labels{suffix}"
    append(path, ("q1", "a", 3), ("q1", "b", 0))
    append(path, ("q2", "a", 1))
    assert read_judgments(path).gains == {"q1": {"a": 3, "b": 0}, "q2": {"a": 1}}
    assert path.read_text().startswith("q1 0 a 3\n" if FORMS[suffix].delimiter == " " else "query_id")


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("q1 0 a 3\n", "q9 0 z 2\n"),
        ("# mine\nq1\t0\ta\t3\n", "q9 0 z 2\n"),
        ("q1 0 a 3", "\nq9 0 z 2\n"),
        ("q1 0 a 3\r\n", "q9 0 z 2\r\n"),
        ("\ufeffquery_id,product_id,gain\nq1,a,3\n", "q9,z,2\n"),
        ("grade;note;doc_id;qid\r\n3;yes;a;q1\r\n", "2;;z;q9\r\n"),
        ("query_id\tproduct_id\tgain", "\nq9\tz\t2\n"),
        ("query_id,product_id,gain,by\nq1,a,3,bo\n", "q9,z,2,\n"),
    ],
)
def test_a_file_that_is_there_keeps_its_form(before: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(before.encode())
    append(path, ("q9", "z", 2))
    assert path.read_bytes() == (before + line).encode()
    assert read_judgments(path).gains["q9"] == {"z": 2}


@pytest.mark.parametrize(
    ("before", "kept", "torn"),
    [
        ("q1 0 a 3\nq1 0 b", "q1 0 a 3\n", "q1 0 b"),
        ("q1 0 a 3\nq1 0", "q1 0 a 3\n", "q1 0"),
        ("q1 0 红酒 3\n".encode() + "q1 0 红".encode()[:-1], "q1 0 红酒 3\n", "q1 0 �"),
        ("query_id,product_id,gain\nq1,a,3\nq1,b,", "query_id,product_id,gain\nq1,a,3\n", "q1,b,"),
        ("query_id,produ", "", "query_id,produ"),
        ("query_id,product_id,ga", "", "query_id,product_id,ga"),
        ("q1 0 a", "", "q1 0 a"),
    ],
)
def test_a_line_that_a_crash_cut_short_becomes_a_comment_and_is_told(
    before: str | bytes, kept: str, torn: str, tmp_path: Path
) -> None:
    path = tmp_path / "labels.tsv"
    path.write_bytes(before if isinstance(before, bytes) else before.encode())
    with Ledger(path) as ledger:
        assert ledger.mended == torn
        ledger.append("q9", "z", 2)
    assert path.read_text().startswith(f"{kept}# cut short: {torn}\n")
    assert read_judgments(path).gains["q9"] == {"z": 2}
    assert read_judgments(path).problems == ()
    with Ledger(path) as ledger:
        assert ledger.mended == ""


@given(cut=st.integers(0, 60), suffix=st.sampled_from(sorted(FORMS)))
def test_wherever_a_file_is_cut_every_whole_line_stays(
    cut: int, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / f"labels{suffix}"
    labels = [("q1", "a", 3), ("q1", "b", 0), ("红酒", "c", 1)]
    append(path, *labels)
    whole = path.read_bytes()[:cut]
    path.write_bytes(whole)
    header = int(FORMS[suffix].named)
    complete = max(whole.count(b"\n") - header, 0)
    with Ledger(path) as ledger:
        ledger.append("q9", "z", 2)
    found = read_judgments(path)
    assert found.problems == ()
    pairs = [(query, product, gain) for query, own in found.gains.items() for product, gain in own.items()]
    assert pairs in ([*labels[:complete], ("q9", "z", 2)], [*labels[: complete + 1], ("q9", "z", 2)])


ACTIONS = st.lists(
    st.none() | st.tuples(st.sampled_from("pq"), st.sampled_from("abc"), st.integers(0, 3)), max_size=20
)


@given(actions=ACTIONS, old=st.booleans())
def test_labels_and_undos_leave_what_a_list_would(
    actions: list[tuple[str, str, int] | None], old: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("undo") / "labels.qrels"
    lines: list[tuple[str, str, int]] = []
    if old:
        path.write_text("p 0 a 2\n")
    start = [("p", "a", 2)] if old else []
    with Ledger(path) as ledger:
        for action in actions:
            if action is None:
                assert ledger.undo() == bool(lines)
                lines = lines[:-1]
            else:
                ledger.append(*action)
                lines.append(action)
            expected = {(query, product): gain for query, product, gain in start + lines}
            for query in "pq":
                for product in "abc":
                    assert ledger.gain(query, product) == expected.get((query, product))
    assert path.read_text() == "".join(f"{query} 0 {product} {gain}\n" for query, product, gain in start + lines)


def test_a_pair_judged_again_counts_as_judged_last(tmp_path: Path) -> None:
    path = tmp_path / "labels.qrels"
    append(path, ("q", "a", 1), ("q", "a", 3))
    assert read_judgments(path).gains == {"q": {"a": 3}}
    with Ledger(path) as ledger:
        assert ledger.gain("q", "a") == 3
        assert len(ledger.problems) == 1


# -- who judges -------------------------------------------------------------------------------------------------


def test_who_judged_is_kept(tmp_path: Path) -> None:
    append(tmp_path / "labels.qrels", ("q", "a", 1), by="ana")
    assert (tmp_path / "labels.qrels").read_text() == "q ana a 1\n"
    append(tmp_path / "labels.csv", ("q", "a", 1), by="Ana B.")
    append(tmp_path / "labels.csv", ("q", "b", 2), by="bo")
    assert (tmp_path / "labels.csv").read_text() == "query_id,product_id,gain,by\nq,a,1,Ana B.\nq,b,2,bo\n"


@pytest.mark.parametrize(
    ("name", "by", "said"),
    [("labels.qrels", "Ana B.", r"\.tsv"), ("old.csv", "ana", "no column"), ("x.tsv", "a\nb", "one line")],
)
def test_a_name_that_the_form_cannot_hold_is_refused_at_once(name: str, by: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("query_id,product_id,gain\nq,a,1\n")
    with pytest.raises(SetupError, match=said):
        Ledger(tmp_path / name, by)
    assert (tmp_path / "old.csv").read_text() == "query_id,product_id,gain\nq,a,1\n"


# -- what is refused --------------------------------------------------------------------------------------------


def test_an_id_that_the_form_cannot_hold_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    with Ledger(tmp_path / "labels.qrels") as ledger:
        ledger.append("q", "a", 1)
        with pytest.raises(SetupError, match=r"labels\.qrels.*\.tsv"):
            ledger.check("q", "red shoe")
        with pytest.raises(SetupError, match=r"labels\.qrels.*\.tsv"):
            ledger.append("q", "red shoe", 1)
        ledger.append("q", "b", 2)
    assert read_judgments(tmp_path / "labels.qrels").gains == {"q": {"a": 1, "b": 2}}


def test_files_that_cannot_be_appended_to(tmp_path: Path) -> None:
    wrong: dict[str, bytes] = {
        "utf16.tsv": "query_id\tproduct_id\tgain\nq\ta\t1\n".encode("utf-16"),
        "header.csv": b"query_id,product_id\nq,a\n",
    }
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises((SetupError, CatalogueError), match=name):
            Ledger(tmp_path / name)
        assert (tmp_path / name).read_bytes() == content
    with pytest.raises(SetupError, match=r"\.qrels"):
        Ledger(tmp_path / "labels.docx")
    for path in (tmp_path, tmp_path / "none" / "labels.tsv"):
        with pytest.raises((StoreError, SetupError), match=str(path)):
            Ledger(path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(wrong)


@pytest.mark.parametrize(
    "content", ["milk\neggs", "id,title\n1,Red shoe\n", "%PDF-1.7\n1 0 obj", "x" * 100_000, "\x1f\x8b\0"]
)
def test_a_file_of_something_else_stays_as_it_is(content: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content, encoding="latin-1")
    with pytest.raises((SetupError, CatalogueError), match=r"notes\.txt"):
        Ledger(path)
    assert path.read_text(encoding="latin-1") == content


def test_one_at_a_time_judges_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.qrels"
    with Ledger(path), pytest.raises(SetupError, match="somebody else"):
        Ledger(path)
    Ledger(path).close()


def test_a_label_that_does_not_fit_on_the_disk_is_told_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "labels.qrels"
    with Ledger(path) as ledger:
        ledger.append("q", "a", 1)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12, before[1]))
        try:
            with pytest.raises(StoreError, match=r"labels\.qrels"):
                ledger.append("q", "b", 2)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert path.read_text() == "q 0 a 1\n"
        assert ledger.gain("q", "b") is None
        ledger.append("q", "b", 3)
    assert read_judgments(path).gains == {"q": {"a": 1, "b": 3}}


def test_a_kill_loses_no_label(tmp_path: Path) -> None:
    """What was said to be kept before ``kill -9`` is there after it."""
    path = tmp_path / "labels.tsv"
    code = """
        import sys
        from pathlib import Path
        from wares.evaluation.ledger import Ledger
        ledger = Ledger(Path(sys.argv[1]))
        for number in range(100_000):
            ledger.append("q", f"p{number}", number % 4)
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        told = [int(running.stdout.readline()) for _ in range(30)]
        running.send_signal(signal.SIGKILL)
        told += [int(line) for line in running.stdout]
    with Ledger(path) as ledger:
        gains = ledger.gains["q"]
        assert [gains[f"p{number}"] for number in told] == [number % 4 for number in told]
        assert len(gains) <= len(told) + 1
        assert ledger.problems == ()
