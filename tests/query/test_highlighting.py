"""Words of products that were asked for, as they were written."""

from __future__ import annotations

import html
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.tokens import fold, tokens
from wares.query.highlighting import MAX_CHARACTERS, asked, marked, pieces, snippet, spans, text_of, texts
from wares.records import Product, Span, Variant

LETTERS = "aé ß½/-'\"．１Ｂ红色连衣裙小鞋がﾊﾞ😀.,e\u0301"
TEXT = st.lists(
    st.one_of(
        st.sampled_from(["red ", "shoes", "Red-Line", "4 GB", "连衣裙", "men's", "\n"]), st.text(LETTERS, max_size=5)
    ),
    max_size=12,
).map("".join)


def shown(product: Product, question: str, variant: str | None = None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for span in spans(product, asked(question), variant):
        found.setdefault(span.field, []).append(text_of(product, span.field, variant)[span.start : span.end])
    return found


def test_words_are_found_in_every_field_that_words_are_looked_up_in() -> None:
    product = Product(
        id="RS-100",
        title="Red running shoes",
        brand="Acmé",
        category=("Clothing", "Shoes"),
        description="For runners: a shoe that is red.",
        attributes={"colour": "red", "tags": ("sale", "shoes"), "waterproof": True, "drop": 8.0, "vegan": False},
    )
    assert shown(product, "red shoe") == {
        "title": ["Red", "shoes"],
        "category": ["Shoes"],
        "description": ["shoe", "red"],
        "attributes.colour": ["red"],
        "attributes.tags": ["shoes"],
    }
    assert shown(product, "acme rs100 waterproof 8 vegan") == {
        "brand": ["Acmé"],
        "id": ["RS-100"],
        "attributes.waterproof": ["waterproof"],
        "attributes.drop": ["8"],
    }


def test_options_are_found_of_the_variant_that_is_shown() -> None:
    variants = (Variant(id="s-9", options={"size": "42"}), Variant(id="s-8", options={"size": "42"}))
    product = Product(id="s", title="Shoe", variants=variants)
    assert shown(product, "42") == {}
    assert shown(product, "42", "s-8") == {"options.size": ["42"]}


@pytest.mark.parametrize(
    ("title", "question", "found"),
    [
        ("Red, green", "green red", ["Red", "green"]),
        ("Red green shoe", "green red", ["Red green"]),
        ("夏季新款红色连衣裙长款", "连衣裙", ["连衣裙"]),
        ("夏季新款红色连衣裙长款", "红色裙子", ["红色"]),
        ("Memory 4GB", "4 gb", ["4GB"]),
        ("ＨＰ laptop", "hp", ["ＨＰ"]),
        ("The Who", "the who", ["Who"]),
        ("The The", "the", ["The The"]),
        ("👟👟 sneaker", "👟", []),
        ("Shoe", "", []),
    ],
)
def test_what_was_asked_is_found_in_a_title(title: str, question: str, found: list[str]) -> None:
    assert shown(Product(id="!", title=title), question).get("title", []) == found


def test_a_synonym_is_found_too() -> None:
    product = Product(id="1", title="Trainers", description="sneaker")
    assert {span.field for span in spans(product, asked("sneakers", ["trainer"]))} == {"title", "description"}


def test_a_long_description_is_read_as_far_as_a_page_and_a_half() -> None:
    product = Product(id="1", title="x", description="red " + "blue " * 20_000 + "green")
    found = spans(product, asked("red blue green"))
    assert found
    assert max(span.end for span in found) <= MAX_CHARACTERS


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_the_text_of_a_span_says_a_word_that_was_asked_for(title: str, question: str) -> None:
    product = Product(id="-", title=title, description=title, attributes={"of": (title, question)})
    wanted = asked(question)
    for span in spans(product, wanted):
        text = text_of(product, span.field)[span.start : span.end]
        assert text
        assert wanted & {*tokens(text), *tokens(f"÷ {text}")} or any(token in fold(text) for token in wanted)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_a_field_has_a_span_if_and_only_if_it_has_a_word_that_was_asked_for(title: str, question: str) -> None:
    product = Product(id="-", title=title)
    wanted = asked(question)
    assert bool(spans(product, wanted)) is bool(wanted & set(tokens(title)))


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT)
def test_spans_of_a_field_are_in_order_and_apart(title: str, question: str) -> None:
    found = spans(Product(id="-", title=title), asked(question))
    assert all(one.end < other.start for one, other in pairwise(found))


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT, st.integers(20, 80))
def test_a_snippet_is_a_piece_of_the_text_with_its_spans(text: str, question: str, width: int) -> None:
    text = text * 4
    found = spans(Product(id="-", title=text), asked(question))
    part = snippet(text, found, width)
    assert len(part.text) <= width + 2
    assert part.text.removeprefix("…").removesuffix("…") in text
    assert bool(part.spans) is bool(found)
    for span in part.spans:
        assert part.text[span.start : span.end] in text
        assert not part.text[span.start : span.end].startswith("…") or "…" in text


def test_a_snippet_is_where_most_different_words_stand() -> None:
    text = (
        "Red and red again, red as ever. "
        + "Nothing to see here at all. " * 10
        + "A red shoe of leather. "
        + "x " * 90
    )
    found = spans(Product(id="1", title=text), asked("red leather shoe"))
    part = snippet(text, found, 60)
    assert "red shoe of leather" in part.text
    assert part.text.startswith("…")
    assert part.text.endswith("…")
    assert [part.text[span.start : span.end] for span in part.spans] == ["red shoe", "leather"]


def test_a_snippet_without_spans_is_the_beginning() -> None:
    assert snippet("one two three four five", (), 12).text == "one two…"
    assert snippet("short", (), 12) == ("short", ())


def test_marks_are_put_around_spans_and_only_the_text_is_escaped() -> None:
    title = "<b>Red</b> & blue"
    found = spans(Product(id="1", title=title), asked("red blue"))
    assert marked(title, found, "<em>", "</em>", html.escape) == (
        "&lt;b&gt;<em>Red</em>&lt;/b&gt; &amp; <em>blue</em>"
    )
    assert marked(title, (), "[", "]") == title


@given(TEXT, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_pieces_are_the_text_whatever_the_spans(text: str, places: list[tuple[int, int]]) -> None:
    given_spans = [Span("title", *sorted(place)) for place in places]
    assert "".join(piece for piece, _ in pieces(text, given_spans)) == text


def test_every_field_of_a_span_can_be_read_back() -> None:
    product = Product(id="1", title="a", attributes={"a": "b", "c": 1.0})
    assert all(text_of(product, field) == text for field, text in texts(product))
    assert text_of(product, "attributes.no") == ""
