"""CSV and its relatives."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wares.catalogue import read
from wares.catalogue.delimited import detect_dialect
from wares.catalogue.values import MAX_CELL
from wares.errors import CatalogueError


def titles(path: Path) -> list[str]:
    return [product.title for product in read(path, strict=True)]


def problems(path: Path) -> list[tuple[int | None, str]]:
    catalogue = read(path)
    list(catalogue)
    return [(problem.line, problem.reason) for problem in catalogue.problems]


TEXT = "id;title;brand\n1;Grüner Tee für Köln;Müller\n2;Crème brûlée;Café\n"
CHINESE = "商品ID,产品名称,价格\n1,红色连衣裙,199元\n2,蓝色棉质衬衫,99元\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_western_encodings_are_detected(encoding: str, tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert titles(path) == ["Grüner Tee für Köln", "Crème brûlée"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_encodings_are_detected(encoding: str, tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_bytes(CHINESE.encode(encoding))
    first, second = read(path, strict=True)
    assert (first.title, second.title) == ("红色连衣裙", "蓝色棉质衬衫")
    assert str(first.price) == "199.00 CNY"


def test_the_encoding_is_judged_where_the_text_stops_being_ascii(tmp_path: Path):
    path = tmp_path / "feed.csv"
    rows = "".join(f"{i},plain words\n" for i in range(80_000))
    path.write_bytes(f"id,title\n{rows}last,Käse für Köln\n".encode("cp1252"))
    assert titles(path)[-1] == "Käse für Köln"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_detected(delimiter: str, tmp_path: Path):
    path = tmp_path / "feed.txt"
    rows = [["id", "title", "price"], ["1", "a, b; c | d", "1,50"], ["2", "e", "2,00"]]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    assert titles(path) == ["a, b; c | d", "e"]


def test_tabs_with_loose_quotation_marks_are_taken_as_unquoted():
    lines = ["id\ttitle\tsize\n", '1\t"8 inch pipe\tL\n', '2\tb\tM"\n', "3\tc\tS\n"]
    dialect = detect_dialect(lines)
    assert not dialect.quoted
    assert list(dialect.parse(lines))[1] == ["1", '"8 inch pipe', "L"]


def test_lines_are_those_of_the_file_even_after_quoted_line_ends(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text('id,title\n1,"two\nlines"\n\n2,\n3,"three\r\nmore\nlines"\n,x\n')
    assert problems(path) == [(5, "no title"), (9, "no id")]


def test_too_many_and_too_few_cells_are_told(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,brand\n1,a\n2,b,x,y\n3,c,z\n")
    assert problems(path) == [(2, "2 cells where the header has 3"), (3, "4 cells where the header has 3")]


def test_a_quotation_mark_left_open_costs_one_row(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text('id,title,brand\n1,a,x\n2,"open,x\n3,c,x\n4,"d, quoted",x\n5,e,x\n')
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["1", "3", "4", "5"]
    assert [problem.line for problem in catalogue.problems] == [3]
    assert "quotation mark" in catalogue.problems[0].reason


def test_a_quotation_mark_left_open_at_the_end_costs_one_row(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text('id,title\n1,a\n2,"open\n3,c\n4,d\n')
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["1", "3", "4"]
    assert [str(problem) for problem in catalogue.problems] == [f"{path}:3: a quotation mark is left open"]


def test_a_quotation_mark_left_open_is_seen_even_when_the_number_of_cells_fits(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text('id,title\n1,"open\n2,"b"\n3,c\n')
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["2", "3"]
    assert [problem.line for problem in catalogue.problems] == [2]


def test_a_header_alone_in_quotation_marks_left_open_is_told(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text('"id,title\n1,a\n2,b\n')
    with pytest.raises(CatalogueError, match="id"):
        list(read(path))


def test_a_cell_over_a_megabyte_is_told_and_the_next_row_is_read(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text(f"id,title\n1,{'x' * (MAX_CELL + 1)}\n2,b\n")
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["2"]
    assert [problem.line for problem in catalogue.problems] == [2]


def test_nul_bytes_and_broken_text_are_told_with_their_column(tmp_path: Path):
    path = tmp_path / "feed.csv"
    good = "".join(f"g{i},Käse {i} für Köln\n" for i in range(20))
    path.write_bytes(f"id,title\n{good}".encode() + b"1,nul\0byte\n2,br\xffken\n3,fine\n")
    catalogue = read(path)
    assert [product.id for product in catalogue][-1] == "3"
    assert [(problem.line, problem.column) for problem in catalogue.problems] == [(22, "title"), (23, "title")]
    assert "NUL" in catalogue.problems[0].reason
    assert "encoding" in catalogue.problems[1].reason


def test_a_header_alone_is_a_feed_without_products(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n")
    with pytest.raises(CatalogueError, match="no products"):
        list(read(path))


def test_repeated_and_nameless_columns_are_kept_apart(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,image,image,\n1,a,x.jpg,y.jpg,left over\n")
    (product,) = read(path, media_root="/pictures")
    assert [medium.source for medium in product.media] == ["/pictures/x.jpg", "/pictures/y.jpg"]
    assert product.attributes == {"column 5": "left over"}


def test_columns_of_numbers_and_of_truth_are_typed_but_codes_and_options_are_not(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,year,ean,size,vegan,mixed\n1,a,2011,0123,42,True,7\n2,b,2012,0456,43,False,x\n")
    first, second = read(path)
    assert first.attributes == {"year": 2011.0, "ean": "0123", "size": "42", "vegan": True, "mixed": "7"}
    assert second.attributes["mixed"] == "x"


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from('\n\t,;|"'), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(CELL.filter(str.strip), CELL, CELL), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_csv_writer_writes_is_read_back(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, end: str, tmp_path: Path
):
    path = tmp_path / "feed.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "title", "brand", "note"])
        for number, (title, brand, note) in enumerate(rows):
            writer.writerow([number, title, brand, f"note {note}"])
    read_back = [(product.title, product.brand, product.attributes["note"]) for product in read(path, strict=True)]
    assert read_back == [(title.strip(), brand.strip(), f"note {note}".strip()) for title, brand, note in rows]
