"""A whole set: what is in it, what is told about it, and that it can be made again."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.errors import CatalogueError, MediaError, SetupError, StoreError
from wares.evaluation.judgments import read_judgments, write_judgments
from wares.evaluation.made import COMPLETE, KINDS, PATIENCE, make
from wares.evaluation.queries import read_queries, write_queries
from wares.records import Product


def test_every_kind_is_made_in_both_languages(
    pictured: list[Product], english: list[Product], chinese: list[Product], read_picture: Any, tmp_path: Path
) -> None:
    branded = [p for p in english if p.id not in {"en-30", "en-31"}]
    with_brands = {p.id: p.brand for p in branded}
    goods = [
        Product(
            id=p.id,
            title=p.title,
            brand=with_brands.get(p.id, ""),
            category=p.category,
            attributes=p.attributes,
            media=p.media,
        )
        for p in pictured
    ]
    queries, judgments = make([*goods, *chinese], folder=tmp_path, size=12, picture=read_picture)
    languages = Counter((asked.tags["made"], asked.tags.get("language")) for asked in queries.queries)
    for kind in KINDS:
        spoken = (None,) if kind == "picture" else ("en", "zh")
        assert all(languages[kind, language] for language in spoken), kind
    assert [asked.id for asked in queries.queries] == list(judgments.gains)
    assert all(3 in gains.values() for gains in judgments.gains.values())
    for kind in KINDS:
        assert f"{kind}: {KINDS[kind].truth}" in queries.truth
        assert f"{kind}: {KINDS[kind].bias}" in queries.bias
    assert queries.truth.endswith(COMPLETE)


def test_a_set_is_written_and_read_back(pictured: list[Product], read_picture: Any, tmp_path: Path) -> None:
    queries, judgments = make(pictured, folder=tmp_path, size=5, picture=read_picture)
    write_queries(queries, tmp_path / "queries.jsonl")
    write_judgments(judgments, tmp_path / "judgments.qrels")
    back = read_queries(tmp_path / "queries.jsonl")
    assert (back.truth, back.bias, back.queries) == (queries.truth, queries.bias, queries.queries)
    assert read_judgments(tmp_path / "judgments.qrels").gains == judgments.gains


def test_products_in_any_order_make_the_same_set(english: list[Product], chinese: list[Product]) -> None:
    goods = [*english, *chinese]
    expected = make(goods, folder=Path("unused"), size=10)
    for seed in range(3):
        shuffled = random.Random(seed).sample(goods, len(goods))
        assert make(iter(shuffled), folder=Path("unused"), size=10) == expected


def test_a_small_set_is_the_beginning_of_a_large_one(
    pictured: list[Product], read_picture: Any, tmp_path: Path
) -> None:
    large, gains = make(pictured, folder=tmp_path / "large", size=9, picture=read_picture)
    small, few = make(pictured, folder=tmp_path / "small", size=4, picture=read_picture)
    first = [asked for asked in large.queries if int(asked.id.rpartition("-")[2]) <= 4]
    assert [(a.id, a.tags, a.query.parts[0].kind) for a in small.queries] == [
        (a.id, a.tags, a.query.parts[0].kind) for a in first
    ]
    assert all(few.gains[asked.id] == gains.gains[asked.id] for asked in first)
    for path in (tmp_path / "small" / "pictures").iterdir():
        assert path.read_bytes() == (tmp_path / "large" / "pictures" / path.name).read_bytes()


def test_another_seed_makes_another_set(english: list[Product]) -> None:
    one, other = (make(english, folder=Path("unused"), size=10, seed=seed)[0] for seed in (1, 2))
    assert [a.query for a in one.queries] != [a.query for a in other.queries]


def test_no_question_of_a_kind_is_asked_twice(english: list[Product]) -> None:
    queries, _ = make(
        [*english, *(Product(id=f"again-{p.id}", title=p.title) for p in english)], folder=Path("unused")
    )
    asked = Counter((a.tags["made"], a.query.parts) for a in queries.queries)
    assert max(asked.values()) == 1


def test_what_cannot_be_made_is_told(tmp_path: Path) -> None:
    goods = [Product(id=str(n), title=f"wooden {name} chair") for n, name in enumerate(("oak", "birch", "maple"))]
    queries, _ = make(goods, folder=tmp_path)
    assert {asked.tags["made"] for asked in queries.queries} <= {"title-words", "typo"}
    told = "\n".join(queries.problems)
    for kind in ("attributes", "category-brand", "picture", "picture-words"):
        assert f"{kind}: left out; " in told
    assert "fewer than 50 questions could be made of: title-words" in told
    assert "category-brand" not in queries.truth


def test_kinds_can_be_chosen(english: list[Product]) -> None:
    queries, _ = make(english, folder=Path("unused"), kinds=["typo"])
    assert {asked.tags["made"] for asked in queries.queries} == {"typo"}
    with pytest.raises(SetupError, match="unknown kind of question 'typos'; known: title-words, typo"):
        make(english, folder=Path("unused"), kinds=["typos"])
    with pytest.raises(SetupError, match="at least one"):
        make(english, folder=Path("unused"), size=0)


@pytest.mark.parametrize("goods", [[], [Product(id="1", title="Chair")], [Product(id="1", title="!!!")]])
def test_a_catalogue_without_questions_is_refused(goods: list[Product], tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no question can be made out of"):
        make(goods, folder=tmp_path)


def test_pictures_that_cannot_be_read_are_counted_and_given_up(pictured: list[Product], tmp_path: Path) -> None:
    tried = []

    def read(medium: Any) -> Any:
        tried.append(medium)
        raise MediaError("no such file", source="a.png")

    queries, _ = make(pictured, folder=tmp_path, picture=read)
    assert "picture: 5 pictures could not be read: a.png: no such file" in queries.problems
    assert len(tried) == sum(kind.pictured for kind in KINDS.values()) * PATIENCE
    assert not (tmp_path / "pictures").exists()


def test_a_picture_that_cannot_be_read_costs_one_question(
    pictured: list[Product], read_picture: Any, tmp_path: Path
) -> None:
    def read(medium: Any) -> Any:
        return None if "en-07" in medium.source else read_picture(medium)

    queries, judgments = make(pictured, folder=tmp_path, picture=read, kinds=["picture"])
    assert len(queries.queries) == len(pictured) - 1
    assert "en-07" not in {id for gains in judgments.gains.values() for id in gains}
    assert any("1 picture could not be read" in problem and "en-07" in problem for problem in queries.problems)


def test_a_folder_that_cannot_be_written_is_named(pictured: list[Product], read_picture: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/pictures"):
        make(pictured, folder=tmp_path / "file", picture=read_picture)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Product,
            id=st.text(min_size=1, max_size=4),
            title=st.text(st.sampled_from("ab 1-鞋红é.\n'😀 x") | st.characters(codec="utf-8"), max_size=30),
            brand=st.sampled_from(["", "Acme", "耐克", "a\tb"]),
            category=st.lists(st.sampled_from(["Shoes", "鞋", "A/B", " ", ""]), max_size=2).map(tuple),
            attributes=st.dictionaries(
                st.sampled_from(["colour", "颜色", "brand", ""]),
                st.sampled_from(["red", "红色", "", 1.0, True, ("red", "blue"), "x" * 300]),
            ),
        ),
        max_size=12,
    )
)
def test_nothing_in_a_catalogue_breaks_it(goods: list[Product]) -> None:
    try:
        queries, judgments = make(goods, folder=Path("unused"), size=5)
    except CatalogueError:
        return
    ids = {product.id for product in goods}
    for asked in queries.queries:
        assert str(asked.query.parts[0].value).strip()
        assert set(judgments.gains[asked.id]) <= ids


def test_the_page_tells_every_kind() -> None:
    page = (Path(__file__).parents[3] / "docs" / "query-sets.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    assert [row for row in rows if not row.startswith("`--")] == [f"`{kind}`" for kind in KINDS]
