"""Judgments: TREC qrels, TSV and CSV are read by their content, bad lines are named, what is written reads back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wares.errors import CatalogueError, SetupError, StoreError
from wares.evaluation.judgments import FORMS, MAX_GAIN, read_judgments, write_judgments
from wares.evaluation.records import Judgments

DATA = Path(__file__).parents[3] / "shared" / "data"
EXPECTED = {"q1": {"a": 3, "b": 0}, "红酒": {"c/1": 1}}


def read(path: Path, text: str | bytes) -> Judgments:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_judgments(path)


@pytest.mark.parametrize(
    "text",
    [
        "q1 0 a 3\nq1 0 b 0\n红酒 0 c/1 1\n",
        "q1\t0\ta\t3\r\nq1\t0\tb\t0\r\n红酒\tana\tc/1\t1",
        "\ufeffq1  Q0   a  3.0\n\n# a comment\n   \nq1 0 b 0\n红酒 0 c/1 1e0\n",
        "query_id\tproduct_id\tgain\nq1\ta\t3\nq1\tb\t0\n红酒\tc/1\t1\n",
        '# made by hand\nQuery ID,Doc ID,Relevance,notes\nq1,a,3,"of course"\nq1,b,0,\n红酒,c/1,1,\n',
        "grade;title;product_id;qid\n3;Red;a;q1\n0;Blue;b;q1\n1;;c/1;红酒\n",
        "query,query_id,docid,label\nred shoes,q1,a,3\nred shoes,q1,b,0\n酒,红酒,c/1,1\n",
    ],
    ids=["trec", "trec with tabs", "trec with a mark", "tsv", "csv", "any order", "the words beside"],
)
def test_the_form_is_seen_in_the_content(text: str, tmp_path: Path) -> None:
    found = read(tmp_path / "labels", text)
    assert found.gains == EXPECTED
    assert found.problems == ()
    assert found.name == "labels"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    text = "".join(f"q{n} 0 红色的跑步鞋{n} {n % 4}\n" for n in range(50))
    assert read(tmp_path / "labels", text.encode(encoding)).gains["q7"] == {"红色的跑步鞋7": 3}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("q2 0 b", "3 fields where 4 belong"),
        ("q2 0 red shoe 3", "ids with spaces need a header"),
        ("q2 0 b much", "'much' is no gain"),
        ("q2 0 b 1.5", "'1.5' is no gain"),
        ("q2 0 b nan", "'nan' is no gain"),
        ("q2 0 b inf", "'inf' is no gain"),
        (f"q2 0 b {MAX_GAIN + 1}", "is no gain"),
        ("q2 0 b " + "9" * 5000, "is no gain"),
        (f"q2 0 {'b' * 300} 1", "an id is one line"),
        ("q2 0 b\x01 1", "an id is one line"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_stay(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "labels"
    found = read(path, f"q1 0 a 3\n{line}\nq1 0 c -1\n")
    assert found.gains == {"q1": {"a": 3, "c": -1}}
    [problem] = found.problems
    assert problem.startswith(f"{path}:2: ")
    assert said in problem
    assert len(problem) < 400


def test_a_bad_row_of_a_table_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    found = read(path, "query_id,product_id,gain\nq1,a,3\nq1,b\nq1,c,x\nq1,,1\n,d,1\nq1,e,0\n")
    assert found.gains == {"q1": {"a": 3, "e": 0}}
    assert [problem.split(": ")[0] for problem in found.problems] == [f"{path}:{line}" for line in (3, 4, 5, 6)]


def test_of_a_pair_twice_the_last_counts_and_is_told_when_they_differ(tmp_path: Path) -> None:
    found = read(tmp_path / "labels", "q1 0 a 3\nq1 0 b 1\nq1 0 b 1\nq1 0 a 2\n")
    assert found.gains == {"q1": {"a": 2, "b": 1}}
    [problem] = found.problems
    assert "labels:4: 'a' for 'q1' was judged 3 before and 2 here" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no judgment in it"),
        ("# nothing\n", "there is no judgment in it"),
        ("query_id,product_id,gain\n", "there is no judgment in it"),
        ("query_id,product_id\nq1,a\n", "no column gain"),
        ("product_id,gain\na,3\n", "no column query_id"),
        ("red shoes\n", "no judgment can be read"),
        ("%PDF-1.7\n1 0 obj\n", "no judgment can be read"),
    ],
)
def test_a_file_without_a_judgment_is_an_error(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path / "labels", text)
    assert said in str(caught.value)
    assert str(tmp_path / "labels") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.qrels", tmp_path):
        with pytest.raises(CatalogueError, match=str(path)):
            read_judgments(path)


# -- out --------------------------------------------------------------------------------------------------------

ID = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "), min_size=1).filter(
    lambda text: text == text.strip() and len(text) <= 256
)
GAINS = st.dictionaries(
    ID, st.dictionaries(ID, st.integers(-5, MAX_GAIN), min_size=1, max_size=4), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judgments")


@pytest.mark.parametrize("suffix", FORMS)
@given(gains=GAINS)
def test_what_is_written_reads_back_the_same(suffix: str, gains: dict[str, dict[str, int]], folder: Path) -> None:
    if not FORMS[suffix].named:
        ids = [*gains, *(id for own in gains.values() for id in own)]
        assume(not any(" " in id for id in ids) and not any(id.startswith("#") for id in gains))
    path = folder / f"labels{suffix}"
    write_judgments(Judgments(name=path.name, gains=gains), path)
    assert read_judgments(path) == Judgments(name=path.name, gains=gains)


@pytest.mark.parametrize("gains", [{"q1": {"red shoe": 3}}, {"red shoe": {"a": 3}}, {"#1": {"a": 3}}])
def test_ids_that_qrels_cannot_hold_name_tsv(gains: dict[str, dict[str, int]], tmp_path: Path) -> None:
    judgments = Judgments(name="labels", gains=gains)
    with pytest.raises(SetupError, match=r"\.tsv"):
        write_judgments(judgments, tmp_path / "labels.qrels")
    assert list(tmp_path.iterdir()) == []
    write_judgments(judgments, tmp_path / "labels.tsv")
    assert read_judgments(tmp_path / "labels.tsv").gains == gains


@pytest.mark.parametrize("id", ["", " a", "a\nb", "a\tb", "x" * 257])
def test_what_is_no_id_is_not_written(id: str, tmp_path: Path) -> None:
    for gains in ({"q": {id: 1}}, {id: {"a": 1}}):
        with pytest.raises(SetupError, match="cannot be written"):
            write_judgments(Judgments(name="labels", gains=gains), tmp_path / "labels.tsv")


def test_a_name_without_a_form_is_an_error(tmp_path: Path) -> None:
    judgments = Judgments(name="labels", gains=EXPECTED)
    with pytest.raises(SetupError, match=r"\.qrels, .*\.tsv"):
        write_judgments(judgments, tmp_path / "labels.xlsx")
    with pytest.raises(StoreError, match="none"):
        write_judgments(judgments, tmp_path / "none" / "labels.tsv")


def test_real_judgments_are_read_whole(tmp_path: Path) -> None:
    archive = DATA / "icecat_chorus.dev.zip"
    if not archive.exists():
        pytest.skip(f"{archive.name} is not beside the project")
    with zipfile.ZipFile(archive) as opened:
        name = next(name for name in opened.namelist() if name.endswith("qrels.tsv"))
        found = read_judgments(Path(opened.extract(name, tmp_path)))
    assert sum(map(len, found.gains.values())) == 1784
    assert len(found.gains) == 67
    assert found.problems == ()
