"""Answers are worked out once, and never given when they are no longer true."""

from __future__ import annotations

import io
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from PIL import Image

import wares
from wares import stamps
from wares.errors import QueryError, StoreError
from wares.merchandising import Desk
from wares.ranking.rules.records import Choice, Rule, Then
from wares.records import AllOf, Compare, Part, Price, Product, Query, Results
from wares.server import cache
from wares.server.cache import Answers
from wares.stamps import SETTLED_S


class Watched:
    """A shop asked through a cache; what was searched, and what the cache said of each question."""

    def __init__(self, shop: wares.Shop, entries: int = 100, at_once: int = 2, slow_s: float = 0.0) -> None:
        self.shop = shop
        self.searched: list[Query] = []
        self.told: Counter[str] = Counter()
        self.most = self._now = 0
        self._slow_s = slow_s
        self._local = threading.local()
        self.answers = Answers(self._search, shop.stamp, entries=entries, at_once=at_once, told=self._tell)

    def ask(self, query: Query) -> tuple[Results, str]:
        """The answer, and whether it was a "hit"."""
        self._local.told = ""
        found = self.answers.search(query)
        return found, self._local.told

    def settle(self) -> None:
        """Wait until answers are kept."""
        deadline = time.monotonic() + 20
        self.shop.search("mug")  # a shop that was never asked has no stamp
        while self.shop.stamp() is None:
            assert time.monotonic() < deadline, "the shop has no stamp"
            time.sleep(0.02)

    def _tell(self, result: str) -> None:
        self.told[result] += 1
        self._local.told = result

    def _search(self, query: Query) -> Results:
        self.searched.append(query)
        self._now += 1
        self.most = max(self.most, self._now)
        time.sleep(self._slow_s)
        try:
            return self.shop.search(query)
        finally:
            self._now -= 1


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Iterator[wares.Shop]:
    """A shop that is only read."""
    with wares.open(tmp_path_factory.mktemp("read") / "shop", model="basic") as opened:
        opened.add(catalogue)
        yield opened


@pytest.fixture
def changing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wares.Shop]:
    """A shop that changes."""
    monkeypatch.setattr(stamps, "SETTLED_S", SETTLED_S)
    with wares.open(folder) as opened:
        yield opened


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing changes there is nothing to wait for."""
    monkeypatch.setattr(stamps, "SETTLED_S", 0.0)


def words(text: str, **others: object) -> Query:
    return Query(parts=(Part("text", text),), **others)  # type: ignore[arg-type]


def said(results: Results) -> Results:
    """What is the same when the same is asked again."""
    return msgspec.structs.replace(results, query_id="", took_ms=0.0, timings_ms={})


def test_a_question_is_worked_out_once_and_each_answer_is_one_of_its_own(shop: wares.Shop) -> None:
    asked = Watched(shop)
    asked.settle()
    first, again = asked.answers.search(words("red mug")), asked.answers.search(words("red mug"))
    assert len(asked.searched) == 1 and asked.told == {"miss": 1, "hit": 1}
    assert said(first) == said(again) == said(shop.search("red mug"))
    assert first.query_id != again.query_id and again.took_ms < first.took_ms
    assert list(again.timings_ms) == ["cache"]


def test_nothing_is_kept_without_entries(shop: wares.Shop) -> None:
    asked = Watched(shop, entries=0)
    asked.settle()
    asked.answers.search(words("mug"))
    asked.answers.search(words("mug"))
    assert len(asked.searched) == 2 and not asked.told


@pytest.mark.parametrize(
    "other",
    [
        words("Red mug"),
        words("red mug", limit=9),
        words("red mug", offset=1),
        words("red mug", facets=("brand",)),
        words("red mug", sort="price"),
        words("red mug", parse=False),
        words("red mug", user="somebody"),
        words("red mug", where=Compare("rating_count", ">", 1)),
        Query(parts=(Part("text", "red mug", 0.5),)),
        Query(parts=(Part("text", "red mug", -1.0), Part("text", "mug"))),
    ],
)
def test_a_question_that_differs_in_anything_is_another(shop: wares.Shop, other: Query) -> None:
    asked = Watched(shop)
    asked.settle()
    asked.answers.search(words("red mug"))
    found, _ = asked.ask(other)
    assert asked.told["hit"] == 0 and said(found) == said(shop.search(other))


def test_values_that_are_equal_to_python_and_not_to_a_filter_are_told_apart() -> None:
    filters = [Compare("gift", "=", value) for value in (1, 1.0, True, "1")]
    assert len({cache._identity(Query(where=where)) for where in filters}) == len(filters)


def test_what_one_caller_may_see_is_never_shown_to_another(shop: wares.Shop) -> None:
    asked = Watched(shop)
    asked.settle()
    own = {brand: words("mug", where=AllOf((Compare("brand", "=", brand),))) for brand in ("Acme", "Bolt")}
    for _ in range(2):
        for brand, query in own.items():
            assert {hit.product.brand for hit in asked.answers.search(query).hits} == {brand}
    assert asked.told == {"miss": 2, "hit": 2}


def test_a_picture_is_known_by_its_content(shop: wares.Shop) -> None:
    def photo(rgb: tuple[int, int, int]) -> Query:
        out = io.BytesIO()
        Image.new("RGB", (40, 40), rgb).save(out, "PNG")
        return Query(parts=(Part("image", out.getvalue()),))

    asked = Watched(shop)
    asked.settle()
    asked.answers.search(photo((200, 30, 30)))
    asked.answers.search(photo((30, 60, 200)))
    asked.answers.search(photo((200, 30, 30)))
    assert asked.told == {"miss": 2, "hit": 1}


def test_equal_questions_at_once_are_worked_out_once(shop: wares.Shop) -> None:
    asked = Watched(shop, slow_s=0.3)
    asked.settle()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: asked.answers.search(words("lamp")), range(8)))
    assert len(asked.searched) == 1 and asked.told["joined"] + asked.told["hit"] == 7
    assert len({each.query_id for each in found}) == 8
    assert len({str(said(each)) for each in found}) == 1


def test_an_error_is_met_by_everybody_and_not_kept(shop: wares.Shop) -> None:
    asked = Watched(shop, slow_s=0.1)
    asked.settle()
    bad = words("lamp", sort="no such field")

    def meet(_: int) -> bool:
        with pytest.raises(QueryError):
            asked.answers.search(bad)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(meet, range(4)))
    assert asked.answers.size() == (0, 0) and not asked.answers._flights


def test_only_so_many_questions_are_worked_out_at_once(shop: wares.Shop) -> None:
    asked = Watched(shop, entries=0, at_once=2, slow_s=0.05)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(asked.answers.search, [words(f"mug {n}") for n in range(16)]))
    assert len(asked.searched) == 16 and asked.most == 2 and asked.answers.waiting == 0


def test_the_cache_is_bounded_in_answers_and_in_bytes(shop: wares.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Watched(shop, entries=3)
    asked.settle()
    for n in range(6):
        asked.answers.search(words(f"mug {n}"))
    assert asked.answers.size()[0] == 3
    assert asked.ask(words("mug 5"))[1] == "hit" and asked.ask(words("mug 0"))[1] == "miss"
    monkeypatch.setattr(cache, "MAX_BYTES", asked.answers.size()[1] - 1)
    monkeypatch.setattr(cache, "MAX_SHARE", 1.0)
    asked.answers.search(words("lamp"))
    entries, size = asked.answers.size()
    assert entries < 3 and size <= cache.MAX_BYTES
    monkeypatch.setattr(cache, "MAX_SHARE", 0.0)
    asked.answers.search(words("shirt"))
    assert asked.ask(words("shirt"))[1] == "miss"


def test_a_change_is_seen_at_once_also_one_of_another_shop_handle(changing: wares.Shop) -> None:
    asked = Watched(changing)
    query = words("amphora", parse=False)
    with wares.open(changing.path) as other:
        for round, writer in enumerate((changing, other)):
            asked.settle()
            asked.answers.search(query)
            assert asked.ask(query)[1] == "hit"
            writer.add([Product(id=f"amphora-{round}", title=f"Amphora number {round}")])
            found, told = asked.ask(query)
            assert told != "hit" and f"amphora-{round}" in {hit.id for hit in found.hits}


# -- while others write ---------------------------------------------------------------------------------------------


#: Answers out of the cache that are compared with what the shop says.
ENOUGH = 50


def test_no_answer_is_stale_whatever_others_write_and_when(changing: wares.Shop) -> None:
    """Readers ask through the cache while two writers, one of them with the shop open for itself, do anything in any
    order. A hit must be what the shop says without the cache, as far as the shop said the same before and after."""
    chance = random.Random()
    asked = Watched(changing)
    questions = [words(text) for text in ("red mug", "mug", "new lamp", "shirt")]
    questions += [Query(sort="-price", limit=20), words("lamp", facets=("brand",))]
    stop, wrong, compared = threading.Event(), [], Counter[str]()

    def read(seed: int) -> None:
        mine = random.Random(seed)
        while not stop.is_set():
            query = mine.choice(questions)
            before = said(changing.search(query))
            found, told = asked.ask(query)
            after = said(changing.search(query))
            if told == "hit" and before == after:
                compared["hits"] += 1
                if said(found) != before:
                    wrong.append((query, said(found), before))
            time.sleep(0.005)

    with wares.open(changing.path) as other, ThreadPoolExecutor(2) as readers:
        futures = [readers.submit(read, chance.randrange(1_000_000)) for _ in range(2)]
        try:
            for act in _acts(chance, (changing, other)):
                act()
                time.sleep(chance.choice((0.0, 0.02, SETTLED_S + chance.random())))
            asked.settle()
            deadline = time.monotonic() + 30  # a busy machine compares less often
            while compared["hits"] <= ENOUGH and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            stop.set()
        for future in futures:
            future.result(30)
    assert not wrong, wrong[0]
    assert compared["hits"] > ENOUGH


def _acts(chance: random.Random, shops: tuple[wares.Shop, wares.Shop]) -> Iterator[Callable[[], object]]:
    def put(shop: wares.Shop) -> object:
        number = chance.randrange(1_000_000)
        return shop.add([Product(id=f"new-{number % 7}", title=f"New lamp {number}", price=Price(number, "EUR"))])

    def remove(shop: wares.Shop) -> object:
        return shop.remove([f"new-{chance.randrange(7)}"])

    def rule(shop: wares.Shop) -> object:
        hidden = Choice(ids=(chance.choice(("mug-red", "lamp-blue", "shirt-green")),))
        with Desk(shop, by="test") as desk:
            return desk.put_rules([Rule(name="r", then=Then(hide=(hidden,)))])

    def settings(shop: wares.Shop) -> object:
        ranking = msgspec.structs.replace(shop.settings.ranking, collapse=not shop.settings.ranking.collapse)
        return shop.apply(msgspec.structs.replace(shop.settings, ranking=ranking))

    def rebuild(shop: wares.Shop) -> object:
        return shop.rebuild()

    def rollback(shop: wares.Shop) -> object:
        with suppress(StoreError):  # it has been done before, and there is no version before that
            return shop.rollback()

    yield lambda: rebuild(shops[0])
    acts = [put, put, put, remove, remove, rule, settings, rollback]
    for _ in range(10):
        act, shop = chance.choice(acts), chance.choice(shops)
        yield lambda act=act, shop=shop: act(shop)  # type: ignore[misc]
