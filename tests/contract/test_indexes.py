"""What every index in the table does, whichever it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from wares.errors import QueryError, SetupError
from wares.index import INDEXES
from wares.index.base import Channel, FieldSpec, Index, Match, Point, VectorSpec
from wares.records import AllOf, Compare, Exists, FacetValue, In, Not, Sparse, Under
from wares.registry import load

VECTORS = (VectorSpec("text", 2), VectorSpec("photo", 2, multi=True))
EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]


def make(name: str, folder: Path) -> Index:
    kind = load("wares.indexes", INDEXES, name)
    return kind.create(folder / "index", VECTORS) if hasattr(kind, "create") else kind(VECTORS)


@pytest.fixture(params=list(INDEXES))
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > 2**30
    with tempfile.TemporaryDirectory(dir=shared if roomy else None) as folder:
        made = make(request.param, Path(folder))
        yield made
        made.close()


def point(number: int, fields=None, offers=({},), words=None, **vectors) -> Point:
    return Point(
        number=number,
        vectors={name: np.array(rows, dtype=np.float32) for name, rows in vectors.items()},
        words=Sparse(tuple(words or {}), tuple((words or {}).values())),
        fields=fields or {},
        offers=offers,
    )


SHIRTS = [
    point(
        1,
        {"brand": "Adidas", "category": ["Shirts", "Shirts/Polo"], "rating": 4.0},
        [{"size": "M", "price": 60.0}, {"size": "L", "price": 40.0}],
        {7: 1.0},
        text=[EAST],
        photo=[NORTH, WEST],
    ),
    point(2, {"brand": "ADIDAS", "rating": 4.0}, [{"size": "M", "price": 45.0}], {7: 2.0, 8: 1.0}, photo=[EAST]),
    point(3, {"brand": "Puma"}, [{"price": 20.0}], {8: 1.0}, text=[NORTH]),
    point(4, {"sale": True}),
]


@pytest.fixture
def shirts(index: Index) -> Index:
    index.upsert(SHIRTS)
    return index


def found(index: Index, where) -> list[int]:
    return index.ordered(Match(where=where), "", descending=False, limit=100)


def test_an_empty_index_answers(index: Index):
    assert len(index) == 0
    assert index.fields() == {}
    asked = [Channel("text", np.array(EAST, np.float32), 5), Channel("words", Sparse((1,), (1.0,)), 5)]
    assert index.query(asked).numbers == ()
    assert index.query(asked).scores.shape == (0, 2)
    assert index.query([]).numbers == ()
    assert index.count(Match()) == 0
    assert index.facet(Match(), "brand") == []
    assert index.bounds(Match(), "price") is None
    assert index.ordered(Match(), "price", descending=True, limit=5) == []
    assert index.rows([1], "text") == {}
    index.upsert([])
    index.delete([])
    index.flush()


def test_fields_are_known_by_type_and_level(shirts: Index):
    assert shirts.fields() == {
        "brand": FieldSpec("brand", "keyword"),
        "category": FieldSpec("category", "keyword"),
        "rating": FieldSpec("rating", "number"),
        "sale": FieldSpec("sale", "boolean"),
        "size": FieldSpec("size", "keyword", "offer"),
        "price": FieldSpec("price", "number", "offer"),
    }


def test_every_channel_scores_every_candidate(shirts: Index):
    channels = [
        Channel("text", np.array(EAST, np.float32), 1),
        Channel("photo", np.array(WEST, np.float32), 1),
        Channel("words", Sparse((8, 99), (1.0, 1.0)), 2),
    ]
    answer = shirts.query(channels)
    rows = {number: row for row, number in enumerate(answer.numbers)}
    assert sorted(rows) == [1, 2, 3]
    idf = np.log1p((3 - 2 + 0.5) / (2 + 0.5))
    wanted = {1: [1.0, 1.0, np.nan], 2: [np.nan, -1.0, idf], 3: [0.0, np.nan, idf]}
    for number, scores in wanted.items():
        assert answer.scores[rows[number]] == pytest.approx(scores, abs=1e-3, nan_ok=True)
    assert answer.scores.dtype == np.float32
    assert answer.brought[rows[1]].tolist() == [True, True, False]
    assert answer.brought[rows[2]].tolist() == [False, False, True]


def test_filters_are_pushed_down_into_channels(shirts: Index):
    channel = [Channel("words", Sparse((7,), (1.0,)), 1)]
    assert shirts.query(channel).numbers == (2,)
    assert shirts.query(channel, where=Compare("size", "=", "l")).numbers == (1,)
    assert shirts.query(channel, without=[2]).numbers == (1,)
    assert shirts.query(channel, where=Compare("brand", "=", "puma")).numbers == ()
    assert shirts.query(channel, texts=(((7,), (8,)),), without=[1]).numbers == (2,)
    assert shirts.query(channel, texts=(((9, 7), (1,)),)).numbers == ()


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        (None, [1, 2, 3, 4]),
        (Compare("brand", "=", "adidas"), [1, 2]),
        (Compare("brand", "!=", "adidas"), [3]),
        (Not(Compare("brand", "=", "adidas")), [3, 4]),
        (In("brand", ("PUMA", "nobody")), [3]),
        (Under(("shirts", "polo")), [1]),
        (Exists("size"), [1, 2]),
        (Not(Exists("size")), [3, 4]),
        (Compare("sale", "=", True), [4]),
        (Compare("price", "<=", 45.0), [1, 2, 3]),
        (AllOf((Compare("price", ">", 30.0), Compare("price", "<", 45.0))), [1]),
        (AllOf((Compare("size", "=", "m"), Compare("price", "<", 50.0))), [2]),
        (AllOf((Compare("brand", "=", "adidas"), Not(Compare("size", "=", "m")))), [1]),
        (Compare("nobody has this", "=", 1.0), []),
    ],
)
def test_one_and_the_same_offer_makes_a_filter_true(shirts: Index, where, numbers):
    assert found(shirts, where) == numbers
    assert shirts.count(Match(where=where)) == len(numbers)


def test_counting_by_words_and_numbers(shirts: Index):
    assert shirts.count(Match(terms=(8, 99))) == 2
    assert shirts.count(Match(terms=(7,), numbers=(4, 50))) == 3
    assert shirts.count(Match(terms=())) == 0
    assert shirts.count(Match(numbers=())) == 0
    assert shirts.count(Match(terms=(7,), without=(1,))) == 1
    assert shirts.count(Match(terms=(7,), where=Compare("size", "=", "l"))) == 1


def test_counting_by_whole_texts(shirts: Index):
    assert shirts.count(Match(texts=(((7,), (8,)),))) == 1
    assert shirts.count(Match(texts=(((7, 99), (8, 7)),))) == 2
    assert shirts.count(Match(texts=(((7,), (8,)), ((8,),)))) == 2
    assert shirts.count(Match(texts=(((7,), (99,)),), numbers=(4,))) == 1
    assert shirts.count(Match(texts=((),), without=(1,))) == 3
    assert shirts.count(Match(texts=())) == 0
    assert shirts.count(Match(terms=(7, 8), within=(2, 3, 4))) == 2
    assert shirts.count(Match(within=())) == 0
    assert shirts.ordered(Match(texts=(((7,), (8,)),)), "", descending=False, limit=9) == [2]


def test_facets_count_products_and_print_what_a_shop_prints(shirts: Index):
    assert shirts.facet(Match(), "brand") == [FacetValue("Adidas", 2), FacetValue("Puma", 1)]
    assert shirts.facet(Match(), "category") == [FacetValue("Shirts", 1), FacetValue("Shirts/Polo", 1)]
    assert shirts.facet(Match(), "sale") == [FacetValue("true", 1)]
    assert shirts.facet(Match(), "brand", limit=1) == [FacetValue("Adidas", 2)]
    assert shirts.facet(Match(), "unheard of") == []


def test_a_facet_counts_what_is_found_when_its_value_is_added(shirts: Index):
    """The medium of product 1 costs 60, so under 50 there is one medium: product 2's."""
    cheap = Match(where=Compare("price", "<", 50.0))
    assert shirts.facet(cheap, "size") == [FacetValue("L", 1), FacetValue("M", 1)]


def test_bounds_and_orders_of_offers(shirts: Index):
    assert shirts.bounds(Match(), "price") == (20.0, 60.0)
    assert shirts.bounds(Match(where=Compare("brand", "=", "adidas")), "price") == (40.0, 60.0)
    assert shirts.bounds(Match(where=Compare("sale", "=", True)), "price") is None
    assert shirts.ordered(Match(), "price", descending=False, limit=9) == [3, 1, 2, 4]
    assert shirts.ordered(Match(), "price", descending=True, limit=9) == [1, 2, 3, 4]
    assert shirts.ordered(Match(), "rating", descending=True, limit=2, offset=1) == [2, 3]
    assert shirts.ordered(Match(), "", descending=False, limit=2, offset=1) == [2, 3]


def test_stored_rows_are_given_back(shirts: Index):
    rows = shirts.rows([1, 2, 3, 99], "photo")
    assert {number: vectors.tolist() for number, vectors in rows.items()} == {1: [NORTH, WEST], 2: [EAST]}
    assert shirts.rows([1], "text")[1].shape == (1, 2)


def test_an_upsert_replaces_a_point_whole(shirts: Index):
    shirts.upsert([point(1, {"brand": "Puma"}, words={9: 1.0})])
    assert len(shirts) == 4
    assert found(shirts, Compare("size", "=", "l")) == []
    assert shirts.rows([1], "photo") == {}
    assert shirts.count(Match(terms=(7,))) == 1
    assert shirts.facet(Match(), "brand") == [FacetValue("Puma", 2), FacetValue("ADIDAS", 1)]


def test_the_last_of_equal_numbers_counts(index: Index):
    index.upsert([point(1, {"brand": "a"}), point(1, {"brand": "b"})])
    assert index.facet(Match(), "brand") == [FacetValue("b", 1)]


def test_texts_that_are_no_unicode_are_mended(index: Index):
    index.upsert([point(1, {"brand": "Caf\udce9"})])
    assert index.facet(Match(where=Compare("brand", "=", "caf\ud800")), "brand") == [FacetValue("Caf?", 1)]


def test_removed_points_are_gone_and_unknown_ones_ignored(shirts: Index):
    shirts.delete([1, 2, 99])
    assert len(shirts) == 2
    assert found(shirts, None) == [3, 4]


def test_a_field_may_move_from_products_to_offers(index: Index):
    index.upsert([point(1, {"price": 5.0}, [{"size": "M"}, {"size": "L"}]), point(2, {"price": 9.0})])
    assert index.fields()["price"].level == "product"
    index.upsert([point(3, {"price": 7.0}, [{"size": "M", "price": 1.0}, {"size": "L"}])])
    assert index.fields()["price"].level == "offer"
    assert found(index, AllOf((Compare("size", "=", "m"), Compare("price", ">=", 5.0)))) == [1]
    assert found(index, AllOf((Compare("size", "=", "l"), Compare("price", ">=", 5.0)))) == [1, 3]
    assert index.ordered(Match(), "price", descending=True, limit=9) == [2, 3, 1]
    assert index.bounds(Match(), "price") == (1.0, 9.0)


@pytest.mark.parametrize(
    "bad",
    [
        point(1, sound=[EAST]),
        point(1, text=[[1.0, 0.0, 0.0]]),
        point(1, text=[EAST, NORTH]),
        point(1, text=[[float("nan"), 0.0]]),
        point(1, words={-1: 1.0}),
        point(-1),
    ],
)
def test_vectors_that_do_not_fit_are_refused_and_nothing_is_written(index: Index, bad: Point):
    with pytest.raises(SetupError, match=r"product -?1: "):
        index.upsert([point(2), bad])
    assert len(index) == 0


def test_questions_that_cannot_be_answered_are_refused(shirts: Index):
    with pytest.raises(QueryError, match="no vectors 'sound'"):
        shirts.query([Channel("sound", np.array(EAST, np.float32), 1)])
    with pytest.raises(QueryError, match="2 dimensions"):
        shirts.query([Channel("text", np.zeros(3, np.float32), 1)])
    with pytest.raises(QueryError, match="bounds"):
        shirts.facet(Match(), "price")
    with pytest.raises(QueryError, match="brand"):
        shirts.bounds(Match(), "brand")
    with pytest.raises(QueryError, match="brand"):
        shirts.ordered(Match(), "brand", descending=True, limit=1)
