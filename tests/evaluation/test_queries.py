"""Sets of questions: every form is read by its content, bad lines are named, and what is written reads back."""

from __future__ import annotations

import codecs
import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import CatalogueError, QueryError, SetupError, StoreError
from wares.evaluation import files
from wares.evaluation.cells import PARTS
from wares.evaluation.queries import read_queries, words_of, write_queries
from wares.evaluation.records import Asked, QuerySet
from wares.query import filters
from wares.records import Compare, Part, Query

DATA = Path(__file__).parents[3] / "shared" / "data"


def read(path: Path, text: str | bytes, **options: object) -> QuerySet:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_queries(path, parse_where=filters.parse, **options)  # type: ignore[arg-type]


def parts(found: QuerySet) -> dict[str, list[tuple[str, str | bytes, float]]]:
    return {asked.id: [(p.kind, p.value, p.weight) for p in asked.query.parts] for asked in found.queries}


# -- forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["queries.tsv", "queries.csv", "queries.jsonl", "queries"])
def test_a_line_a_question_whatever_the_name(name: str, tmp_path: Path) -> None:
    found = read(tmp_path / name, "q1\tred shoes\nq2\t红酒\tsomething else\n")
    assert parts(found) == {"q1": [("text", "red shoes", 1.0)], "q2": [("text", "红酒", 1.0)]}
    assert found.name == name
    assert found.problems == ()


def test_a_lone_path_without_a_header_is_a_picture(tmp_path: Path) -> None:
    found = read(tmp_path / "q.tsv", "a\tcrops/7.JPG\nb\tmy photo.jpg\nc\tmp4\nd\tcalls/2.ogg\n")
    assert parts(found) == {
        "a": [("image", f"{tmp_path}/crops/7.JPG", 1.0)],
        "b": [("text", "my photo.jpg", 1.0)],
        "c": [("text", "mp4", 1.0)],
        "d": [("audio", f"{tmp_path}/calls/2.ogg", 1.0)],
    }


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_table_names_its_columns(delimiter: str, tmp_path: Path) -> None:
    rows = [
        ["Query ID", "query", "Image", "like", "not", "where", "weights", "season"],
        ["1", '"shoes, red"', "a.png | b/c.png", "p1|p2", "suede", "price < 30", "image=0.5 text=2", "spring"],
        ["2", "boots", "", "", "", "", "", ""],
    ]
    found = read(tmp_path / "q.txt", "".join(delimiter.join(row) + "\n" for row in rows))
    assert found.problems == ()
    first, second = found.queries
    assert [(p.kind, p.value, p.weight) for p in first.query.parts] == [
        ("text", "shoes, red", 2.0),
        ("image", f"{tmp_path}/a.png", 0.5),
        ("image", f"{tmp_path}/b/c.png", 0.5),
        ("like", "p1", 1.0),
        ("like", "p2", 1.0),
        ("text", "suede", -1.0),
    ]
    assert first.query.where == Compare("price", "<", 30.0)
    assert first.tags == {"season": "spring", "where": "price < 30"}
    assert (second.id, second.query, second.tags) == ("2", Query(parts=(Part("text", "boots"),)), {})


def test_json_lines_say_all(tmp_path: Path) -> None:
    lines = [
        {"set": {"name": "spring", "truth": "by hand", "bias": "of March"}},
        {"id": 7, "text": "shoes", "image": ["a.png", "https://shop.example/b.png"], "not": ["suede", "wool"]},
        {"query_id": "b", "query": "x", "weights": {"text": 0.25}, "tags": {"n": 3, "made": "typo"}, "month": "May"},
        {"id": "c", "parts": [{"kind": "like", "value": "p1", "weight": -0.5}, {"kind": "text", "value": "x"}]},
    ]
    found = read(tmp_path / "q.csv", "".join(json.dumps(line) + "\n" for line in lines))
    assert (found.name, found.truth, found.bias, found.problems) == ("spring", "by hand", "of March", ())
    assert parts(found)["7"] == [
        ("text", "shoes", 1.0),
        ("image", f"{tmp_path}/a.png", 1.0),
        ("image", "https://shop.example/b.png", 1.0),
        ("text", "suede", -1.0),
        ("text", "wool", -1.0),
    ]
    assert parts(found)["b"] == [("text", "x", 0.25)]
    assert found.queries[1].tags == {"n": "3", "made": "typo", "month": "May"}
    assert parts(found)["c"] == [("like", "p1", -0.5), ("text", "x", 1.0)]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"# a comment\n\n   \n" + text.encode() + b"\n\n# the end",
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode().rstrip(b"\n"),
    ],
    ids=["bom", "utf-16", "crlf", "cr", "comments", "gzip", "no last line end"],
)
@pytest.mark.parametrize(
    "text",
    [
        "q1\t红酒\nq2\tred shoes\n",
        "id,text\nq1,红酒\nq2,red shoes\n",
        '{"id":"q1","text":"红酒"}\n{"id":"q2","text":"red shoes"}\n',
    ],
    ids=["lines", "table", "json"],
)
def test_bytes_of_any_kind(text: str, encode: object, tmp_path: Path) -> None:
    found = read(tmp_path / "q", encode(text))  # type: ignore[operator]
    assert parts(found) == {"q1": [("text", "红酒", 1.0)], "q2": [("text", "red shoes", 1.0)]}
    assert found.problems == ()


# -- what is wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "shoes"}', "there is no id"),
        ('{"id": "good", "text": "again"}', "given before"),
        ('{"id": "x"}', "nothing is asked for"),
        ('{"id": "x", "text": ""}', "nothing is asked for"),
        ('{"id": "x", "not": "suede"}', "nothing is asked for"),
        ('{"id": "x", "text": "a", "where": "price <"}', "expected a value"),
        ('{"id": "x", "text": "a", "where": {"price": 3}}', "is no text"),
        ('{"id": "x", "text": "a"', "no JSON"),
        ("[1, 2]", "JSON object"),
        ('{"id": "x", "text": {"en": "a"}}', "is no text"),
        ('{"id": "x", "image": "../secret.png"}', "outside"),
        ('{"id": "x", "image": "/etc/passwd"}', "outside"),
        ('{"id": "x", "text": "a", "weights": {"image": 1}}', "a weight for 'image'"),
        ('{"id": "x", "text": "a", "weights": {"text": "much"}}', "'much' is no weight"),
        ('{"id": "x", "text": "a", "weights": {"text": -1}}', "above 0"),
        ('{"id": "x", "text": "a", "weights": 3}', "weights are"),
        ('{"id": "x", "text": "a", "tags": "spring"}', "tags are"),
        ('{"id": "x", "parts": [{"kind": "smell", "value": "a"}]}', "smell"),
        ('{"id": "x\\ny", "text": "a"}', "an id is one line"),
        (f'{{"id": "{"x" * 300}", "text": "a"}}', "an id is one line"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_stay(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    found = read(path, f'{{"id": "good", "text": "shoes"}}\n{line}\n{{"id": "last", "text": "boots"}}\n')
    assert list(parts(found)) == ["good", "last"]
    assert parts(found)["good"] == [("text", "shoes", 1.0)]
    [problem] = found.problems
    assert problem.startswith(f"{path}:2: ")
    assert said in problem
    assert "\n" not in problem


def test_a_bad_row_of_a_table_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    found = read(path, "# made by hand\nid,text,where\na,shoes,\nb,boots\n,hats,\nc,caps,price <\nd,gloves,\n")
    assert list(parts(found)) == ["a", "d"]
    assert [problem.split(": ")[0] for problem in found.problems] == [f"{path}:{line}" for line in (4, 5, 6)]


def test_a_filter_that_nobody_can_read_leaves_its_question_out(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("id,text,where\na,shoes,price < 3\nb,boots,\n")
    found = read_queries(path)
    assert list(parts(found)) == ["b"]
    assert "filters cannot be read here" in found.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "there is no question in it"),
        (b"# only a comment\n", "there is no question in it"),
        (b"id,text\n", "there is no question in it"),
        (b"red shoes\nblue shoes\n", "this is no set of questions"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "this is no set of questions"),
        (b"text,image\nshoes,a.png\n", "this is no set of questions"),
        (b'{"id": "x"}\n', "no question can be read"),
        (b"q1\t\n", "no question can be read"),
        (gzip.compress(b"q1\tred\n" * 99, mtime=0)[:-20], "cannot be read to its end"),
    ],
)
def test_a_file_without_a_question_is_an_error(text: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path / "q", text)
    assert said in str(caught.value)
    assert str(tmp_path / "q") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tsv", tmp_path):
        with pytest.raises(CatalogueError, match=str(path)):
            read_queries(path)


def test_a_file_beyond_the_bounds_is_refused_and_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"q{n}\tred\n" for n in range(50))
    monkeypatch.setattr(files, "MAX_LINES", 50)
    assert len(read(tmp_path / "q", text).queries) == 50
    for bound in ("MAX_LINES", "MAX_CHARACTERS"):
        with monkeypatch.context() as patch:
            patch.setattr(files, bound, 49)
            with pytest.raises(CatalogueError, match="split it"):
                read(tmp_path / "q", text)


def test_of_very_many_problems_the_first_are_kept_and_the_rest_counted(tmp_path: Path) -> None:
    found = read(tmp_path / "q", "q1\tred\n" + "no tab\n" * 1500)
    assert len(found.problems) == files.KEPT + 1
    assert found.problems[-1].endswith("500 more problems")


def test_a_picture_that_is_not_there_is_no_problem_of_reading(tmp_path: Path) -> None:
    found = read(tmp_path / "q", "id,image\nx,none.png\n", media_root=tmp_path / "pictures")
    assert parts(found)["x"][0][1] == f"{tmp_path}/pictures/none.png"
    assert found.problems == ()


# -- out --------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)
ID = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
WEIGHT = st.one_of(st.just(1.0), st.floats(0.01, 100))
MEDIUM = st.from_regex(r"[a-zé 水]{1,8}[a-z](/[a-z0-9.]{0,5}[a-z])?\.png", fullmatch=True).filter(
    lambda path: path == path.strip() and ".." not in path
)
WHERE = st.sampled_from(["", "price < 30", 'brand = "A, B" OR NOT rating EXISTS', 'name = "quoted \\" text"'])


@st.composite
def sets(draw: st.DrawFn, root: str) -> QuerySet:
    """Sets of any questions that can be written."""
    asked = []
    for id in draw(st.lists(ID, min_size=1, max_size=5, unique=True)):
        found = [Part("text", draw(TEXT), draw(WEIGHT))] if draw(st.booleans()) else []
        for kind, value in (("image", MEDIUM.map(lambda path: f"{root}/{path}")), ("like", ID), ("text", TEXT)):
            values = draw(st.lists(value, max_size=2))
            found += [Part(kind, value, draw(WEIGHT) * draw(st.sampled_from([1, -1]))) for value in values]  # type: ignore[arg-type]
        found = draw(st.permutations(found))
        if not any(part.weight > 0 for part in found):
            found = [*found, Part("audio", f"{root}/call.ogg")]
        where = draw(WHERE)
        tags = draw(st.dictionaries(ID.filter(lambda name: name != "where"), TEXT, max_size=2))
        query = Query(parts=tuple(found), where=filters.parse(where) if where else None)
        asked.append(Asked(id=id, query=query, tags={**tags, **({"where": where} if where else {})}))
    return QuerySet(
        name=draw(TEXT), queries=tuple(asked), truth=draw(st.just("") | TEXT), bias=draw(st.just("") | TEXT)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sets")


@settings(max_examples=50)
@given(data=st.data())
def test_what_is_written_reads_back_the_same(data: st.DataObject, folder: Path) -> None:
    queries = data.draw(sets(str(folder)))
    write_queries(queries, folder / "set.jsonl")
    assert read_queries(folder / "set.jsonl", parse_where=filters.parse) == queries


@settings(max_examples=50)
@given(data=st.data())
def test_any_question_is_one_line_of_words(data: st.DataObject) -> None:
    for asked in data.draw(sets("/pictures")).queries:
        shown = words_of(asked)
        assert shown == " ".join(shown.split())
        assert shown


def test_the_plain_form_is_written_where_it_says_all(tmp_path: Path) -> None:
    query = Query(parts=(Part("text", "red"), Part("image", f"{tmp_path}/a.png", 0.5), Part("text", "suede", -1.0)))
    write_queries(QuerySet(name="s", queries=(Asked(id="q", query=query),)), tmp_path / "s.jsonl")
    record = json.loads((tmp_path / "s.jsonl").read_text().splitlines()[1])
    assert record == {"id": "q", "text": "red", "image": "a.png", "not": "suede", "weights": {"image": 0.5}}


def test_pictures_may_be_anywhere_below_the_media_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    query = Query(parts=(Part("image", "pictures/a.png"), Part("image", "https://shop.example/b.png")))
    queries = QuerySet(name="s", queries=(Asked(id="q", query=query),))
    with pytest.raises(SetupError, match="outside"):
        write_queries(queries, tmp_path / "set" / "s.jsonl")
    assert list((tmp_path / "set").iterdir()) == []
    write_queries(queries, tmp_path / "set" / "s.jsonl", media_root=Path("pictures"))
    found = read_queries(tmp_path / "set" / "s.jsonl", media_root=Path("pictures"))
    assert parts(found)["q"] == [
        ("image", f"{tmp_path}/pictures/a.png", 1.0),
        ("image", "https://shop.example/b.png", 1.0),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((Asked(id="q", query=Query(parts=(Part("image", b"\x89PNG"),))),), "as bytes"),
        ((Asked(id="q", query=Query(parts=(Part("text", "a"),), where=Compare("price", "<", 3.0))),), "no words"),
        ((Asked(id="q", query=Query(parts=(Part("text", "a", -1.0),))),), "nothing is asked for"),
        ((Asked(id=" q", query=Query(parts=(Part("text", "a"),))),), "space"),
        ((Asked(id="", query=Query(parts=(Part("text", "a"),))),), "an id is one line"),
        ((Asked(id="q", query=Query(parts=(Part("text", "a"),))),) * 2, "twice"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_made(
    asked: tuple[Asked, ...], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match=said):
        write_queries(QuerySet(name="s", queries=asked), tmp_path / "s.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    queries = QuerySet(name="s", queries=(Asked(id="q", query=Query(parts=(Part("text", "a"),))),))
    with pytest.raises(StoreError, match="none"):
        write_queries(queries, tmp_path / "none" / "s.jsonl")


# -- in words ---------------------------------------------------------------------------------------------------


def test_a_question_in_words() -> None:
    found = (
        Part("text", "red\nshoes"),
        Part("image", "/pictures/crop.png"),
        Part("like", "1042", 0.5),
        Part("text", "leather", -1.0),
    )
    asked = Asked(id="q", query=Query(parts=found, where=Compare("price", "<", 30.0)), tags={"where": "price < 30"})
    assert words_of(asked) == "red shoes + image crop.png + like 1042 ×0.5, not leather, where price < 30"
    assert words_of(Asked(id="q", query=Query(parts=(Part("image", b"123"),)))) == "image 3 bytes"
    assert words_of(Asked(id="q", query=Query())) == "anything"


def test_every_kind_of_part_can_be_read(tmp_path: Path) -> None:
    for name, (kind, sign) in PARTS.items():
        found = read(tmp_path / "q", json.dumps({"id": "q", "text": "x", name: "y"}))
        assert (kind, sign) in [(part.kind, part.weight) for part in found.queries[0].query.parts]


# -- real sets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("archive", "member", "count", "kind"),
    [
        ("icecat_chorus.dev.zip", "queries.tsv", 67, "text"),
        ("crowdflower.dev.zip", "queries.tsv", 132, "text"),
        ("grocery.dev.zip", "image_queries.tsv", 1214, "image"),
        ("zh.dev.zip", "taobao_queries.tsv", 1842, "text"),
    ],
)
def test_real_sets_are_read_whole(archive: str, member: str, count: int, kind: str, tmp_path: Path) -> None:
    if not (DATA / archive).exists():
        pytest.skip(f"{archive} is not beside the project")
    with zipfile.ZipFile(DATA / archive) as opened:
        name = next(name for name in opened.namelist() if name.endswith(member))
        path = Path(opened.extract(name, tmp_path))
    found = read_queries(path)
    assert len(found.queries) == count
    assert {part.kind for asked in found.queries for part in asked.query.parts} == {kind}
    assert found.problems == ()


def test_an_unknown_filter_error_is_the_askers(tmp_path: Path) -> None:
    """What ``parse_where`` raises is told, if it is an error of the question."""

    def refuse(text: str) -> None:
        raise QueryError(f"no filter today: {text}")

    path = tmp_path / "q.csv"
    path.write_text("id,text,where\na,shoes,price < 3\nb,boots,\n")
    assert "no filter today: price < 3" in read_queries(path, parse_where=refuse).problems[0]  # type: ignore[arg-type]
