"""Large JSON documents, an element at a time."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue import json_stream, read
from wares.catalogue.json_stream import elements
from wares.errors import CatalogueError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(params=[1, 7, 1 << 18], ids=["1", "7", "256k"])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Pieces of the text end anywhere: in a number, in an escape, between two elements."""
    monkeypatch.setattr(json_stream, "_CHUNK", request.param)
    return int(request.param)


def streamed(text: str, *keys: str) -> list[Any]:
    return [value for _, value in elements(io.StringIO(text), keys)]


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]))
def test_an_array_gives_what_the_whole_parse_gives(values: list[Any], indent: int | None):
    for size in (1, 5, 1 << 18):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_stream, "_CHUNK", size)
            assert streamed(json.dumps(values, indent=indent)) == values


@pytest.mark.usefixtures("chunk")
def test_the_array_under_a_known_name_is_streamed_wherever_it_stands():
    text = '{"page": {"n": [1]}, "products": [{"a": 1}, {"a": 2}], "next": null}'
    assert streamed(text, "items", "products") == [{"a": 1}, {"a": 2}]


@pytest.mark.usefixtures("chunk")
def test_an_object_without_such_a_name_is_itself_the_element():
    assert streamed('{"a": 1, "products": {"b": 2}}', "products") == [{"a": 1, "products": {"b": 2}}]


@pytest.mark.usefixtures("chunk")
def test_elements_come_with_their_lines():
    assert list(elements(io.StringIO('[\n 1,\n\n {"a":\n 2},\n 3\n]\n'), ())) == [(2, 1), (4, {"a": 2}), (6, 3)]


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize(
    ("text", "whole", "line"),
    [
        ("[1,\n2", 2, 2),
        ("[1,\n2 3]", 2, 2),
        ('[1,\n{"a"\n}]', 1, 3),
        ("[1]\n]", 1, 2),
        ("3", 0, 1),
        ('{"a": 1,\n2: 3}', 0, 2),
        ("[" * 100_000, 0, 1),
    ],
)
def test_broken_json_is_an_error_with_its_line_after_what_was_whole(text: str, whole: int, line: int):
    given_first = 0
    with pytest.raises(CatalogueError) as caught:
        for _ in elements(io.StringIO(text), ()):
            given_first += 1
    assert given_first == whole
    assert caught.value.line == line


def test_an_element_of_endless_length_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_stream, "MAX_LINE", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    with pytest.raises(CatalogueError, match="broken, or has over"):
        streamed('["' + "x" * 10_000)


def test_a_break_in_an_array_is_raised_after_the_products_before_it(tmp_path: Path):
    path = tmp_path / "feed.json"
    path.write_text('[\n{"id": "1", "title": "a"},\n{"id": "2", "title": "b"},\n{"id": "3", "title": }]')
    products = iter(read(path))
    assert [next(products).id, next(products).id] == ["1", "2"]
    with pytest.raises(CatalogueError, match=r"feed\.json:4: this is no JSON"):
        next(products)


def test_a_broken_line_of_json_lines_costs_that_line(tmp_path: Path):
    path = tmp_path / "feed.jsonl"
    good = ['{"id": "1", "title": "a"}', '{"id": "4", "title": "d"}']
    path.write_text("\n".join([good[0], '{"id": "2", "ti', "", "[1]", '{"id": "3", "title": "\\ud800"}', good[1]]))
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["1", "4"]
    assert [problem.line for problem in catalogue.problems] == [2, 4, 5]
