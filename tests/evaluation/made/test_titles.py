"""Known items: words of a title, as they stand and mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.tokens import STOP_WORDS, tokens
from wares.evaluation.made import make
from wares.evaluation.made.titles import MOST_RIGHT, MOST_WORDS, terms
from wares.records import Product

WORDS = st.sampled_from(
    ["oak", "birch", "pine", "chair", "lamp", "red", "blue", "large", "42", "iPhone", "红色", "运动鞋", "台灯", "木"]
)
TITLES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


def said(product: Product) -> set[str]:
    """The words of a product, by a slow look at everything it says."""
    texts = [product.title, product.brand, *product.category]
    texts += [value for value in product.attributes.values() if isinstance(value, str)]
    return {token for text in texts for token in tokens(text)}


def asked_for(text: str) -> set[str]:
    return set(tokens(text)) - STOP_WORDS


@settings(max_examples=60, deadline=None)
@given(st.lists(TITLES, min_size=1, max_size=25))
def test_right_is_what_has_all_words_and_nothing_else(titles: list[str]) -> None:
    goods = [Product(id=str(n), title=title, attributes={"note": title[:3]}) for n, title in enumerate(titles)]
    goods.append(Product(id="sure", title="walnut writing desk"))
    queries, judgments = make(goods, folder=Path("unused"), kinds=["title-words"])
    assert queries.queries
    for asked in queries.queries:
        text = str(asked.query.parts[0].value)
        right = {product.id for product in goods if asked_for(text) <= said(product)}
        assert judgments.gains[asked.id] == dict.fromkeys(right, 3)
        assert 0 < len(right) <= MOST_RIGHT


def test_some_words_of_the_title_are_left_out(english: list[Product], chinese: list[Product]) -> None:
    queries, judgments = make([*english, *chinese], folder=Path("unused"), kinds=["title-words"])
    titles = {product.id: product.title for product in [*english, *chinese]}
    assert len(queries.queries) == 50
    for asked in queries.queries:
        kept = terms(str(asked.query.parts[0].value))
        sources = [
            titles[id] for id in judgments.gains[asked.id] if asked_for(" ".join(kept)) <= set(tokens(titles[id]))
        ]
        assert sources
        assert any(len(kept) < len(terms(title)) for title in sources)
        assert len(kept) <= MOST_WORDS


def test_the_order_changes_at_times(english: list[Product]) -> None:
    queries, judgments = make(english, folder=Path("unused"), kinds=["title-words"])
    titles = {product.id: product.title.lower() for product in english}
    in_order = 0
    for asked in queries.queries:
        title = titles[next(iter(judgments.gains[asked.id]))]
        places = [title.index(word) for word in str(asked.query.parts[0].value).split()]
        in_order += places == sorted(places)
    assert len(queries.queries) / 2 < in_order < len(queries.queries)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('Apple iPhone 15 Pro (4 GB, 6.1")', ["Apple", "iPhone 15", "Pro", "4 GB", "6.1"]),
        ("Pack of 3 Socks for the Office", ["Pack", "Socks", "Office"]),
        ("Oak Floor 3-1/2 ft. x 1/2", ["Oak", "Floor", "3-1/2 ft"]),
        ("HP dv7-1211ea 1440 x 900", ["HP", "dv7-1211ea"]),
        ("羚跑商务背包15.6寸男", ["羚跑", "商务", "背包", "15.6寸"]),
        ("Shoe, shoes, SHOES!", ["Shoe"]),
        ("!!! 5", []),
    ],
)
def test_words_that_may_stand_in_a_question(title: str, expected: list[str]) -> None:
    assert [term for term in terms(title) if term != "6.1"] == [term for term in expected if term != "6.1"]


def test_a_row_of_measures_is_not_asked_for() -> None:
    goods = [Product(id=str(n), title=f"Cable {n} ft 1{n} mm 2{n} kg grey nylon braided") for n in range(2, 40)]
    queries, _ = make(goods, folder=Path("unused"), kinds=["title-words"])
    for asked in queries.queries:
        words = str(asked.query.parts[0].value).split()
        assert sum(word[0].isdigit() for word in words) <= 1


def test_typos_are_near_what_was_meant(english: list[Product], chinese: list[Product]) -> None:
    goods = {product.id: product for product in [*english, *chinese]}
    queries, judgments = make(goods.values(), folder=Path("unused"), kinds=["typo"])
    assert len(queries.queries) == 50
    vocabulary = set().union(*map(said, goods.values()))
    for asked in queries.queries:
        text = str(asked.query.parts[0].value)
        right = goods[next(iter(judgments.gains[asked.id]))]
        title = right.title.lower()
        if asked.tags["language"] == "en":
            wrong = [word for word in text.split() if word not in title.split()]
            assert 1 <= len(wrong) <= 2
            for word in wrong:
                assert tokens(word)[0] not in vocabulary
                assert any(distance(word, meant) == 1 for meant in title.split())
        else:
            assert not asked_for(text) <= said(right)


def distance(one: str, other: str) -> int:
    """Damerau's distance with neighbouring letters turned round (optimal string alignment)."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def test_a_typo_asks_for_what_was_meant() -> None:
    goods = [Product(id=name, title=f"{name} armchair") for name in ("walnut", "cherry", "maple")]
    queries, judgments = make(goods, folder=Path("unused"), kinds=["typo"])
    assert queries.queries
    for asked in queries.queries:
        (id,) = judgments.gains[asked.id]
        assert distance(str(asked.query.parts[0].value), id) == 1
