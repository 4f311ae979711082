"""Every question is asked in every way, stages add up to the whole, and a way keeps what a question says itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.bench.latency import FACETED, NEW, REPEATED, Sample, Samples, Way, in_turns, latencies, stages, ways_of
from wares.bench.questions import words
from wares.bench.records import Selective
from wares.records import AllOf, Compare, Part, Query, Results
from wares.reports import Progress
from wares.settings import Environment
from wares.shop import Shop

CHEAP, RED = Compare("price", "<", 10.0), Compare("colour", "=", "red")
NAMES = ("parse", "understand", "encode", "index", "rank", "count", "hydrate")

laps = st.fixed_dictionaries({name: st.floats(0, 100) for name in NAMES})


@given(st.lists(st.tuples(laps, st.floats(0, 1), st.floats(0, 5)), min_size=1, max_size=30))
def test_stages_add_up_to_the_whole(found: list[tuple[dict[str, float], float, float]]) -> None:
    """``found``: laps, the tower's part of "encode", and what lies around the search."""
    samples = [Sample(sum(own.values()) + rest + 0.1, share * own["encode"], own) for own, share, rest in found]
    told = stages("words", samples)
    total = sum(sample.total for sample in samples) / len(samples)
    assert [one.stage for one in told][:3] == ["parse", "encode: the tower", "encode: the rest"]
    assert sum(one.mean for one in told) == pytest.approx(total)
    assert sum(one.share for one in told) == pytest.approx(1)
    assert all(one.mean >= -1e-9 for one in told)


def test_a_way_keeps_what_a_question_says_itself() -> None:
    asked = Query(parts=(Part("text", "mug"),), where=RED, facets=("brand",), limit=3)
    assert Way()(asked) == asked
    both = Way(where=CHEAP, facets=("price", "brand"))(asked)
    assert both.where == AllOf((RED, CHEAP))
    assert both.facets == ("brand", "price")
    assert (both.parts, both.limit) == (asked.parts, 3)
    assert Way(where=CHEAP)(words("mug")).where == CHEAP


def test_ways_are_named_by_their_filters() -> None:
    ways = ways_of([Selective(where="price < 10", share=0.1)], ("brand",))
    assert ways == {REPEATED: Way(), "price < 10": Way(where=CHEAP), FACETED: Way(facets=("brand",))}
    assert list(ways_of([], ())) == [REPEATED]


def test_every_question_is_asked_in_every_way_of_a_shop_just_opened(shop: Path, environment: Environment) -> None:
    heard: list[tuple[int, Query]] = []
    rounds = 0

    @contextmanager
    def opener() -> Iterator[Shop]:
        nonlocal rounds
        rounds += 1
        with Shop.open(shop, create=False, environment=environment) as opened:
            plain = opened.search

            def search(query: Query) -> Results:
                heard.append((rounds, query))
                return plain(query)

            opened.search = search  # type: ignore[assignment,method-assign]
            yield opened

    questions = [words("red mug"), words("blue shoe"), words("lamp")]
    ways = ways_of([Selective(where="price < 10", share=0.1)], ("brand",))
    scanned: list[int] = []
    told: list[Progress] = []
    samples = in_turns(
        opener,  # type: ignore[arg-type]
        questions,
        ways,
        repeats=2,
        scan=lambda at: scanned.append(at) or 0.5,  # type: ignore[func-returns-value]
        tell=told.append,
        stage="asking",
    )
    assert rounds == 2
    assert scanned == [0, 1, 2, 0, 1, 2]
    assert told[-1] == Progress("asking", 6, 6)
    assert {way: [len(own) for own in samples.ways[way]] for way in samples.ways} == {
        way: [2, 2, 2] for way in (NEW, *ways)
    }
    for number in (1, 2):
        own = [query for when, query in heard if when == number and query.parts[0].value != "warm up"]
        assert len(own) == 3 * (1 + len(ways))
        first = [query for at, query in enumerate(own) if query.parts not in {q.parts for q in own[:at]}]
        assert first == questions  # new ones as they are
        assert {ways["price < 10"](query) for query in questions} <= set(own)


def test_latencies_are_of_all_answers_with_and_without_the_tower() -> None:
    own = [[Sample(3.0, 1.0, {}), Sample(5.0, 1.0, {})], [Sample(9.0, 2.0, {}), Sample(11.0, 2.0, {})]]
    [told] = latencies("words", Samples({NEW: own}, [[1.0, 3.0], [2.0, 2.0]]))
    assert (told.kind, told.way, told.whole.n) == ("words", NEW, 4)
    assert (told.whole.p50, told.search.p50) == (7.0, 5.5)
    assert (told.scan, told.ratio) == (2.0, 2.75)
    [without] = latencies("words", Samples({NEW: own}, [[], []]))
    assert (without.scan, without.ratio) == (None, None)


def test_the_tower_is_a_part_of_encoding(shop: Path, environment: Environment) -> None:
    opener = partial(Shop.open, shop, create=False, environment=environment)
    samples = in_turns(opener, [words("red mug")], {}, repeats=1, tell=lambda _: None, stage="asking")
    [sample] = samples.of(NEW)
    assert list(sample.stages) == list(NAMES)
    assert 0 < sample.tower <= sample.stages["encode"]
    assert sample.total >= sum(sample.stages.values())
