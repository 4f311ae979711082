"""What only the index on disk promises: it survives, it shares, it says what is wrong with its files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from wares.errors import SetupError, ShopBusy, StoreError
from wares.index import edge_files, fields
from wares.index.base import Channel, Match, Point, VectorSpec
from wares.index.edge import EdgeIndex
from wares.index.edge_files import Tuning
from wares.index.exact import ExactIndex
from wares.records import AllOf, AnyOf, Compare, FacetValue, Not, Sparse

DIMS = 24
VECTORS = (VectorSpec("text", DIMS), VectorSpec("photo", DIMS, multi=True))


def many(count: int, *, first: int = 1, seed: int = 0) -> list[Point]:
    """Products in clusters, with prices and sizes by offer."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(20, DIMS))

    def rows(cluster: int, count: int) -> np.ndarray:
        made = (centres[cluster] + draw.normal(size=(count, DIMS))).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def one(number: int) -> Point:
        cluster = number % 20
        terms = sorted({int(term) for term in draw.zipf(1.5, 6) % 500})
        offers = [
            {"price": float(draw.integers(1, 100)), "size": "SML"[draw.integers(3)]}
            for _ in range(draw.integers(1, 4))
        ]
        return Point(
            number=number,
            vectors={"text": rows(cluster, 1), "photo": rows(cluster, int(draw.integers(0, 3)))},
            words=Sparse(tuple(terms), tuple([1.0] * len(terms))),
            fields={"brand": f"Brand {cluster % 7}", "rating": float(draw.integers(0, 6))},
            offers=offers,
        )

    return [one(number) for number in range(first, first + count)]


def test_it_is_the_same_after_it_was_closed(quick_folder: Path, point):
    index = EdgeIndex.create(quick_folder / "new" / "index", VECTORS, Tuning(search_width=99))
    index.upsert([point(1, {"brand": "Acme Ltd"}, [{"price": 3.0}], words={5: 1.0})])
    index.close()
    again = EdgeIndex.open(quick_folder / "new" / "index")
    assert again.vectors == VECTORS
    assert again.tuning.search_width == 99
    assert again.fields() == index.fields()
    assert again.facet(Match(terms=(5,)), "brand") == [FacetValue("Acme Ltd", 1)]
    again.close()


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_edge import VECTORS, many
from wares.index.edge import EdgeIndex

index = EdgeIndex.create(Path(sys.argv[1]), VECTORS)
for first in range(1, 100_000, 20):
    index.upsert(many(20, first=first))
    print(first + 19, flush=True)
"""


def test_a_killed_writer_loses_no_point_whose_upsert_returned(tmp_path: Path):
    folder = tmp_path / "index"
    command = [sys.executable, "-c", WRITER, str(folder), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(12)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout]
    written = acknowledged[-1]
    index = EdgeIndex.open(folder)
    assert set(range(1, written + 1)) <= set(index.ordered(Match(), "", descending=False, limit=10**6))
    oracle = ExactIndex(VECTORS)
    oracle.upsert([point for first in range(1, written, 20) for point in many(20, first=first)])
    acknowledged_only = Match(numbers=tuple(range(1, written + 1)))
    assert index.facet(acknowledged_only, "brand") == oracle.facet(acknowledged_only, "brand")
    assert index.bounds(acknowledged_only, "price") == oracle.bounds(acknowledged_only, "price")
    index.upsert(many(5, first=written + 1000))
    index.close()


@pytest.fixture(scope="module")
def optimised(tmp_path_factory: pytest.TempPathFactory):
    """An index with a graph and, on top of it, later changes; and the oracle."""
    edge = EdgeIndex.create(
        tmp_path_factory.mktemp("edge") / "index", VECTORS, Tuning(graph_from_kb=1, scan_until_kb=1)
    )
    exact = ExactIndex(VECTORS)
    for index in (edge, exact):
        index.upsert(many(1500))
    edge.optimize()
    for index in (edge, exact):
        index.delete(range(1, 200, 3))
        index.upsert(many(150, first=1400, seed=5))
    yield edge, exact
    edge.close()


CHEAP_M = AllOf((Compare("size", "=", "m"), Compare("price", "<", 30.0)))
WHERES = [
    None,
    Compare("brand", "=", "brand 3"),
    CHEAP_M,
    Not(CHEAP_M),
    AnyOf((Compare("rating", ">=", 4.0), CHEAP_M)),
    AllOf((Not(Compare("brand", "=", "brand 1")), Not(Compare("size", "=", "s")))),
]


@pytest.mark.parametrize("where", WHERES)
def test_answers_stay_exact_when_optimised(optimised, where):
    edge, exact = optimised
    match = Match(where=where, terms=(1, 2), without=(4, 8))
    assert edge.count(match) == exact.count(match)
    for field in ("brand", "size"):
        assert edge.facet(match, field, 4) == exact.facet(match, field, 4)
    assert edge.bounds(match, "price") == exact.bounds(match, "price")
    for descending in (False, True):
        for field in ("price", "rating"):
            wanted = exact.ordered(match, field, descending=descending, limit=30, offset=10)
            assert edge.ordered(match, field, descending=descending, limit=30, offset=10) == wanted


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("name", ["text", "photo"])
def test_the_graph_finds_nearly_all_of_the_best(optimised, where, name):
    edge, exact = optimised
    draw = np.random.default_rng(3)
    recalled = []
    for _ in range(20):
        vector = draw.normal(size=DIMS).astype(np.float32)
        channel = [Channel(name, vector / np.linalg.norm(vector), 10)]
        wanted, found = exact.query(channel, where), edge.query(channel, where)
        assert np.sort(found.scores, axis=None).max() <= np.sort(wanted.scores, axis=None).max() + 2e-3
        recalled.append(len(set(found.numbers) & set(wanted.numbers)) / len(wanted.numbers))
    assert np.mean(recalled) >= 0.95


def test_optimising_makes_fast_what_most_products_have(quick_folder: Path, point, monkeypatch: pytest.MonkeyPatch):
    """The first products have attributes of their own; what all later ones have takes their place."""
    monkeypatch.setattr(fields, "COMMON", 3)
    index = EdgeIndex.create(quick_folder / "index", VECTORS)
    exact = ExactIndex(VECTORS)
    first = [point(number, {f"odd {number}.{way}": "x" for way in range(3)}) for number in range(1, 4)]
    later = [
        point(number, {"a b": f"V{number % 3}", "brand": "B"}, [{"price": 1.0 * number}]) for number in range(4, 40)
    ]
    for batch in (first, later):
        index.upsert(batch)
        exact.upsert(batch)
    assert "brand" not in list(index.fields())[:3]
    for _ in range(2):
        for field in ("brand", "a b", "odd 2.1"):
            assert index.facet(Match(), field) == exact.facet(Match(), field)
        for descending in (False, True):
            wanted = exact.ordered(Match(), "price", descending=descending, limit=50)
            assert index.ordered(Match(), "price", descending=descending, limit=50) == wanted
        index.optimize()
    index.close()
    index = EdgeIndex.open(quick_folder / "index")
    assert set(list(index.fields())[:3]) == {"a b", "brand", "price"}
    assert index.facet(Match(), "a b") == exact.facet(Match(), "a b")
    index.close()


def test_readers_and_a_writer_work_side_by_side(quick_folder: Path):
    index = EdgeIndex.create(quick_folder / "index", VECTORS)
    index.upsert(many(200))
    faults: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        channels = [
            Channel("text", np.ones(DIMS, np.float32), 20),
            Channel("words", Sparse((1, 2), (1.0, 1.0)), 20),
        ]
        try:
            while not done.is_set():
                answer = index.query(channels, Compare("price", "<", 60.0))
                assert not np.isnan(answer.scores[answer.brought]).any()
                assert index.count(Match()) >= 200
                index.facet(Match(where=CHEAP_M), "size")
                assert len(index.ordered(Match(), "price", descending=True, limit=50)) == 50
        except BaseException as fault:
            faults.append(fault)

    def write() -> None:
        try:
            for first in range(201, 801, 50):
                index.upsert(many(50, first=first))
                index.upsert([*many(1, first=first), Point(**{**fields_of_new(first)})])
        except BaseException as fault:
            faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(3)]
    writer = threading.Thread(target=write)
    for thread in (*readers, writer):
        thread.start()
    writer.join()
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(index) == 800
    index.close()


def fields_of_new(number: int) -> dict[str, object]:
    """A product that brings a field of its own."""
    return {
        "number": number,
        "vectors": {},
        "words": Sparse((), ()),
        "fields": {f"new {number}": "x"},
        "offers": [{"price": 1.0}],
    }


def test_a_reader_sees_a_moving_field_whole(quick_folder: Path, point):
    """While a field moves from products to offers, a filter on it finds what it found before."""
    index = EdgeIndex.create(quick_folder / "index", VECTORS)
    index.upsert([point(number, {"price": 5.0}, [{"size": "M"}]) for number in range(1, 2001)])
    where = AllOf((Compare("price", "=", 5.0), Compare("size", "=", "m")))
    counts: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            counts.add(index.count(Match(where=where)))

    reader = threading.Thread(target=read)
    reader.start()
    index.upsert([point(9999, {}, [{"price": 1.0}, {"price": 2.0}])])
    done.set()
    reader.join()
    assert index.fields()["price"].level == "offer"
    assert counts == {2000}
    assert index.count(Match(where=where)) == 2000
    index.close()


OPENER = """
import sys
from pathlib import Path
from wares.errors import ShopBusy
from wares.index.edge import EdgeIndex
try:
    EdgeIndex.open(Path(sys.argv[1])).close()
except ShopBusy as busy:
    print("busy", busy)
else:
    print("opened")
"""


def test_a_second_process_is_told_and_closing_lets_it_in(quick_folder: Path):
    index = EdgeIndex.create(quick_folder / "index", VECTORS)

    def another() -> str:
        command = [sys.executable, "-c", OPENER, str(quick_folder / "index")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "busy" in another()
    with pytest.raises(ShopBusy, match="another process"):
        EdgeIndex.open(quick_folder / "index")
    index.close()
    assert another() == "opened\n"


def test_a_closed_index_says_so(quick_folder: Path):
    index = EdgeIndex.create(quick_folder / "index", VECTORS)
    index.close()
    with pytest.raises(StoreError, match="closed"):
        index.count(Match())


def test_a_folder_without_an_index_is_told_from_a_taken_one(quick_folder: Path):
    with pytest.raises(StoreError, match="holds no index"):
        EdgeIndex.open(quick_folder)
    EdgeIndex.create(quick_folder / "index", VECTORS).close()
    with pytest.raises(StoreError, match="already holds an index"):
        EdgeIndex.create(quick_folder / "index", VECTORS)


@pytest.mark.parametrize("names", [("a", "a"), ("words",), ("",), ("a/b",)])
def test_impossible_vector_names_are_refused(quick_folder: Path, names):
    with pytest.raises(SetupError, match="vector names"):
        EdgeIndex.create(quick_folder / "index", [VectorSpec(name, 2) for name in names])


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{", "damaged"), (b"[]", "damaged"), (b'{"format": 99}', "newer version"), (b'{"format": 1}', "damaged")],
)
def test_a_damaged_schema_is_named(quick_folder: Path, content: bytes, told: str):
    folder = quick_folder / "index"
    EdgeIndex.create(folder, VECTORS).close()
    (folder / "schema.json").write_bytes(content)
    with pytest.raises(StoreError, match=told):
        EdgeIndex.open(folder)


@pytest.mark.parametrize("damage", ["gone", "no config", "no segments", "garbage"])
def test_damaged_engine_files_are_an_error_of_the_store(quick_folder: Path, damage: str):
    folder = quick_folder / "index"
    index = EdgeIndex.create(folder, VECTORS)
    index.upsert(many(50))
    index.flush()
    index.close()
    shard = folder / "shard"
    if damage == "gone":
        for root, folders, files in os.walk(shard, topdown=False):
            for name in files:
                (Path(root) / name).unlink()
            for name in folders:
                (Path(root) / name).rmdir()
    elif damage == "no config":
        (shard / "edge_config.json").write_bytes(b"{")
    elif damage == "no segments":
        for file in (shard / "segments").rglob("segment.json"):
            file.write_bytes(b"")
    else:
        for file in (shard / "segments").rglob("*.json"):
            file.write_bytes(b"\0" * 100)
    with pytest.raises(StoreError, match="index "):
        EdgeIndex.open(folder)


def test_writing_stops_before_the_disk_is_full(quick_folder: Path, monkeypatch: pytest.MonkeyPatch):
    index = EdgeIndex.create(quick_folder / "index", VECTORS)
    index.upsert(many(10))
    monkeypatch.setattr(edge_files, "ROOM", 2**60)
    with pytest.raises(StoreError, match="make room"):
        index.upsert(many(10, first=50))
    with pytest.raises(StoreError, match="make room"):
        EdgeIndex.create(quick_folder / "another", VECTORS)
    assert index.count(Match()) == 10
    index.delete([1])
    assert len(index) == 9
    index.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(quick_folder: Path):
    quick_folder.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="Permission denied"):
            EdgeIndex.create(quick_folder / "index", VECTORS)
    finally:
        quick_folder.chmod(0o700)


def test_a_path_that_is_a_file_is_named(quick_folder: Path):
    (quick_folder / "index").write_text("a file")
    with pytest.raises(StoreError, match="cannot make"):
        EdgeIndex.create(quick_folder / "index" / "inside", VECTORS)
