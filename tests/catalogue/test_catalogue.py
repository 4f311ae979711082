"""Feeds as one catalogue: problems, duplicates, several sources, memory."""

import tracemalloc
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue import read
from wares.catalogue.catalogue import KEPT
from wares.catalogue.seen import Seen
from wares.errors import CatalogueError


def feed(path: Path, *rows: str, header: str = "id,title") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_duplicate_names_the_first_line_and_overwrites_nothing(tmp_path: Path):
    path = feed(tmp_path / "a.csv", "1,first", "2,other", "1,second")
    catalogue = read(path)
    assert [product.title for product in catalogue] == ["first", "other"]
    assert [str(problem) for problem in catalogue.problems] == [
        f"{path}:4: the id '1' was given before, at {path}:2; the first one counts"
    ]


def test_duplicates_are_seen_across_sources(tmp_path: Path):
    one, two = feed(tmp_path / "a.csv", "1,first"), feed(tmp_path / "b.csv", "2,other", "1,second")
    catalogue = read(one, two)
    assert [product.id for product in catalogue] == ["1", "2"]
    (problem,) = catalogue.problems
    assert (problem.source, problem.line) == (str(two), 3)
    assert f"at {one}:2" in problem.reason


def test_problems_say_source_line_column_and_reason(tmp_path: Path):
    path = feed(tmp_path / "a.csv", "1,a,free", "2,b,5", ",c,5", "4,,5", "5,e,-2", header="id,title,Preis")
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["2"]
    assert [str(problem) for problem in catalogue.problems] == [
        f"{path}:2, column Preis: 'free' is no price",
        f"{path}:4: no id",
        f"{path}:5: no title",
        f"{path}:6, column Preis: the price '-2' is negative",
    ]


def test_all_problems_are_counted_and_told_and_the_first_thousand_kept(tmp_path: Path):
    path = feed(tmp_path / "a.csv", *(f"{number}," for number in range(1500)), "good,one")
    told: list[CatalogueError] = []
    catalogue = read(path, on_problem=told.append)
    assert [product.id for product in catalogue] == ["good"]
    assert (len(catalogue.problems), catalogue.problem_count, len(told)) == (KEPT, 1500, 1500)


def test_strict_raises_the_first_problem(tmp_path: Path):
    path = feed(tmp_path / "a.csv", "1,a", "2,", "3,")
    with pytest.raises(CatalogueError, match=r"a\.csv:3: no title"):
        list(read(path, strict=True))


def test_rows_that_are_nested_without_end_are_told(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    deep = "[" * 100_000 + "]" * 100_000
    path.write_text(f'{{"id": "1", "title": "a"}}\n{{"id": "2", "title": "b", "image": {deep}}}\n')
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["1"]
    assert [problem.line for problem in catalogue.problems] == [2]


def test_names_of_columns_are_whole_text_of_bounded_length(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text('[{"id": "1", "title": "a"}, {"id": "2", "title": "b", "\\ud800": 1}]')
    with pytest.raises(CatalogueError, match="name of a column"):
        list(read(path))
    with pytest.raises(CatalogueError, match="name of a column"):
        list(read(feed(tmp_path / "b.csv", "1,a,x", header=f"id,title,{'n' * 300}")))


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path):
    path = feed(tmp_path / "a.csv", "1,a")
    catalogue = read(path)
    feed(path, "1,a", "2,b")
    assert len(list(catalogue)) == 2


def test_media_are_found_from_the_feed_or_from_the_root_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    feed(tmp_path / "a.csv", "1,a,x.jpg", header="id,title,image")
    monkeypatch.chdir(tmp_path)
    assert next(iter(read("a.csv"))).media[0].source == f"{tmp_path}/x.jpg"
    assert next(iter(read("a.csv", media_root="pictures"))).media[0].source == f"{tmp_path}/pictures/x.jpg"


def test_sources_that_are_no_files_are_refused(tmp_path: Path):
    with pytest.raises(CatalogueError, match="no such file"):
        read(tmp_path / "missing.csv")
    with pytest.raises(CatalogueError, match="folder"):
        read(tmp_path)
    with pytest.raises(CatalogueError, match="download it first"):
        read("https://shop.example/feed.csv")
    with pytest.raises(CatalogueError, match="no feed is named"):
        read()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"PK\x03\x04abc", "Excel workbook"),
        (bytes(range(256)) * 4, "no text"),
        (b"<?xml version='1.0'?><catalog><p/></catalog>", "<catalog>"),
        (b"<!doctype html><html><body>Hello</body></html>", "holds no products"),
        (b"[]", "holds no products"),
    ],
)
def test_files_that_are_no_feeds_are_refused_in_one_line(content: bytes, found: str, tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        list(read(path))
    assert found in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_memory_stays_bounded_over_200_000_rows(tmp_path: Path):
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("id,title,description,price\n")
        file.writelines(
            f"p{number},Product {number},{'words ' * 10},{number % 100}.50\n" for number in range(200_000)
        )
    products = iter(read(path))
    assert sum(1 for _ in islice(products, 180_000)) == 180_000
    tracemalloc.start()  # only now: it makes Python several times slower
    try:
        assert sum(1 for _ in products) == 20_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # under 50 bytes a row; the table of ids has grown to its size before


def test_seen_ids_take_at_most_72_bytes_each_at_the_worst_moment():
    names = [f"p{number}" for number in range(100_000)]
    seen = Seen()
    tracemalloc.start()
    try:
        for line, name in enumerate(names):
            seen.add(name, 0, line)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 72 * len(names)  # a table just grown, a third full, beside the old one


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 3), st.integers(1, 10**9)), max_size=200))
def test_seen_ids_are_those_of_a_dictionary(entries: list[tuple[str, int, int]]):
    seen, expected = Seen(), {}
    for name, source, line in entries:
        assert seen.add(name, source, line) == expected.get(name)
        expected.setdefault(name, (source, line))


def test_seen_ids_are_kept_while_the_table_grows():
    seen = Seen()
    assert all(seen.add(f"p{number}", 1, number) is None for number in range(20_000))
    assert all(seen.add(f"p{number}", 2, 7) == (1, number) for number in range(20_000))
