"""Questions: out of titles, out of pictures, out of files."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wares.bench.memory import disk
from wares.bench.parts import parts
from wares.bench.questions import FAILURES, PICTURES, from_file, from_shop, kind_of, some_words, told
from wares.encoders.tokens import tokens
from wares.errors import CatalogueError, QueryError, SetupError
from wares.records import Media, Part, Product, Query
from wares.settings import Environment, MediaLimits
from wares.shop import Shop


@given(st.text(max_size=60), st.integers(0, 99))
def test_words_stand_in_the_title_as_they_are_said(title: str, seed: int) -> None:
    said = some_words(title, random.Random(seed))
    assert said in title
    assert bool(said) == bool(title.strip())
    assert said == said.strip()


def test_chinese_is_cut_into_pieces() -> None:
    title = "新款红色真皮女士手提包时尚单肩斜挎包"
    said = {some_words(title, random.Random(seed)) for seed in range(50)}
    assert len(said) > 5
    assert {len(text) for text in said} <= set(range(2, 17))


def test_questions_of_a_shop_are_distinct_and_the_same_every_time(shop: Path, tmp_path: Path) -> None:
    with parts(shop) as opened:
        (words, pictures), notes = from_shop(opened, 50, tmp_path, MediaLimits())
        again, _ = from_shop(opened, 50, tmp_path, MediaLimits())
        titles = [product.title for product in opened.store.products(opened.numbers()).values()]
    assert again == [words, pictures]
    assert notes == []
    texts = [str(query.parts[0].value) for query in words.queries]
    assert len(set(texts)) == len(texts) == 50
    assert all(tokens(text) and any(text in title for title in titles) for text in texts)
    assert {kind_of(query) for query in pictures.queries} == {"pictures"}
    assert len(pictures.queries) == len(set(pictures.queries)) == PICTURES
    assert told(words).count == 50
    assert "drawn from the shop, seed" in told(words).source


def test_pictures_that_are_gone_are_told_and_not_asked(tmp_path: Path, environment: Environment) -> None:
    goods = []
    for at in range(12):
        path = tmp_path / f"{at}.png"
        Image.new("RGB", (20, 20), (20 * at, 0, 0)).save(path)
        goods.append(Product(id=str(at), title="lamp", media=(Media(str(path)),)))
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
    for at in range(12):
        (tmp_path / f"{at}.png").unlink()
    with parts(tmp_path / "shop") as apart:
        [words], notes = from_shop(apart, 20, tmp_path, MediaLimits())
    assert words.kind == "words"
    assert notes[0].startswith(f"{FAILURES} pictures")
    assert "no such file" in notes[0]
    assert "no question is a picture" in notes[1]


def test_media_given_as_bytes_are_asked_with_where_the_shop_keeps_them(
    tmp_path: Path, environment: Environment
) -> None:
    data = BytesIO()
    Image.new("RGB", (40, 40), (200, 10, 10)).save(data, "PNG")
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add([Product(id="1", title="Lamp", media=(Media(data.getvalue()),))])
    with parts(tmp_path / "shop") as apart:
        (_, pictures), notes = from_shop(apart, 5, tmp_path, MediaLimits())
    assert notes == []
    assert Path(str(pictures.queries[0].parts[0].value)).read_bytes() == data.getvalue()
    assert "pictures given as bytes" in disk(tmp_path / "shop")


def test_pictures_from_elsewhere_are_fetched_once(tmp_path: Path, environment: Environment) -> None:
    Image.new("RGB", (40, 40), (200, 10, 10)).save(tmp_path / "lamp.png")
    source = (tmp_path / "lamp.png").as_uri()
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add([Product(id="1", title="Lamp", media=(Media(source),))])
    (tmp_path / "kept").mkdir()
    with parts(tmp_path / "shop") as apart:
        (_, pictures), _ = from_shop(apart, 5, tmp_path / "kept", MediaLimits())
    [kept] = (tmp_path / "kept").iterdir()
    assert [query.parts[0].value for query in pictures.queries] == [str(kept)]


def test_a_shop_without_products_is_told(tmp_path: Path, environment: Environment) -> None:
    Shop.open(tmp_path / "shop", model="basic", environment=environment).close()
    with pytest.raises(SetupError, match=r"has no products .* wares index"), parts(tmp_path / "shop"):
        pass


def test_a_text_file_has_a_question_on_each_line(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_text("\ufeffred shoes\n\n 红色杯子 \r\nred shoes\nmug, large\n", encoding="utf-8")
    [found], notes = from_file(file, 10)
    assert [query.parts[0].value for query in found.queries] == ["red shoes", "红色杯子", "mug, large"]
    assert (found.kind, found.source, notes) == ("words", str(file), [])
    [drawn], notes = from_file(file, 2)
    assert len(drawn.queries) == 2
    assert "2 of its 3 questions were drawn" in notes[0]


def test_a_set_of_questions_comes_apart_by_kind(tmp_path: Path) -> None:
    file = tmp_path / "set.tsv"
    lines = (
        "query_id\ttext\timage\twhere",
        "1\tmug\t\t",
        "2\t\tlamp.png\t",
        "3\tmug\tlamp.png\t",
        "4\tmug\t\tprice < 5",
        "5\t\t\t",
    )
    file.write_text("".join(f"{line}\n" for line in lines))
    found, notes = from_file(file, 10)
    assert {one.kind: len(one.queries) for one in found} == {"words": 2, "pictures": 1, "mixed": 1}
    assert found[0].queries[1].where is not None
    assert len(notes) == 1
    assert "set.tsv:6" in notes[0]


def test_lines_with_tabs_are_a_set_whatever_the_file_is_called(tmp_path: Path) -> None:
    file = tmp_path / "queries.txt"
    file.write_text("q1\tred shoes\nq2\tblue mug\n")
    [found], _ = from_file(file, 10)
    assert [query.parts[0].value for query in found.queries] == ["red shoes", "blue mug"]


@pytest.mark.parametrize(
    ("name", "content"), [("a.txt", b""), ("a.txt", b"\xff\xfe\xff"), ("a.tsv", b""), ("b.txt", None)]
)
def test_a_file_of_no_use_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises((QueryError, CatalogueError), match=name):
        from_file(tmp_path / name, 10)


def test_a_question_of_several_parts_is_mixed() -> None:
    assert kind_of(Query(parts=(Part("text", "a"), Part("text", "b", -1)))) == "words"
    assert kind_of(Query(parts=(Part("text", "a"), Part("image", "b")))) == "mixed"
    assert kind_of(Query(parts=(Part("like", "7"),))) == "mixed"
