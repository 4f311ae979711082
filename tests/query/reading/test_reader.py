"""What a reading promises, whatever is asked."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.index.base import FieldSpec
from wares.query import filters
from wares.query.reading.reader import IGNORED, MAX_CHIPS, Reader
from wares.query.values import Values
from wares.records import AnyOf, Compare, Exists, In, Not, Product, Under

Read = Callable[[str], Reader]
Learn = Callable[[Sequence[Product]], tuple[Values, Mapping[str, FieldSpec]]]

SHOPS = ("clothes", "groceries", "devices", "zh")
PIECES = (
    *(
        "red",
        "navy blue",
        "dress",
        "boots",
        "nike",
        "the north face",
        "leather",
        "women",
        "for kids",
        "size 42",
        "XL",
    ),
    *("under 50", "over $20", "between 20 and 30", "4 stars and up", "highly rated", "in stock", "cheap", "cheapest"),
    *("not leather", "without sugar", "no stripes", "brand: nike", "in red or blue", "500 ml", "at least 15 inch"),
    *(
        "红色",
        "连衣裙",
        "五十元以下",
        "100到200块",
        "四星以上",
        "42码",
        "不要皮的",
        "无糖",
        "便宜的",
        "最便宜",
        "现货",
        "500毫升",
    ),
    *(
        "and",
        "or",
        "with",
        ",",
        "的",
        '"',
        "“红色”",
        "😀",
        "price <",
        "0); DROP",
        "\0",
        "\ud800",
        "ﬁ",
        "½",
        "é",
        "Ｌ",
    ),
)

questions = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(max_size=60),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SHOPS), questions)
def test_chips_are_places_of_the_text_that_do_not_overlap(reader: Read, shop: str, question: str) -> None:
    chips = reader(shop).read(question).chips
    assert len(chips) <= MAX_CHIPS
    assert all(0 <= chip.start < chip.end <= len(question) for chip in chips)
    assert all(question[chip.start : chip.end] == chip.text for chip in chips)
    assert all(one.end <= two.start for one, two in pairwise(chips))
    assert all(0 <= chip.certainty <= 1 and chip.applied for chip in chips)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SHOPS), questions)
def test_an_id_is_a_filter_or_an_order_and_conditions_are_ones_that_the_shop_can_answer(
    reader: Read, learn: Learn, shop: str, question: str
) -> None:
    fields = reader(shop).fields
    for chip in reader(shop).read(question).chips:
        if chip.sort:
            assert chip.id == f"sort {chip.sort}"
            assert filters.resolve_sort(chip.sort, fields) == chip.sort
        else:
            assert filters.unparse(filters.parse(chip.id)) == chip.id
            assert chip.where is not None
            assert filters.check(chip.where, fields) == chip.where


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SHOPS), questions, st.data())
def test_what_is_ignored_stays_ignored_and_its_words_stay(
    reader: Read, shop: str, question: str, data: st.DataObject
) -> None:
    ids = [chip.id for chip in reader(shop).read(question).chips]
    ignore = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    reading = reader(shop).read(question, ignore)
    assert [chip.id for chip in reading.chips] == ids
    for chip in reading.chips:
        assert chip.applied == (chip.id not in ignore)
        assert (chip.note == IGNORED) == (chip.id in ignore)
    if set(ids) <= ignore and not reading.unwanted:
        assert reading.text == question


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SHOPS), questions)
def test_what_is_left_are_the_words_that_no_chip_took(reader: Read, shop: str, question: str) -> None:
    reading = reader(shop).read(question)
    blanked = list(question)
    for chip in reading.chips:
        if chip.taken:
            blanked[chip.start : chip.end] = " " * (chip.end - chip.start)
    left = "".join(blanked)
    if left == question and not reading.unwanted:
        assert reading.text == question
    rest = iter("".join(left.split()))
    assert all(char in rest for char in "".join(reading.text.split()))  # what is left, in order, and nothing else


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SHOPS), st.text(alphabet="0123456789.,-–~$€元万千百一二两以下到 k<>=%\"'", max_size=400))
def test_no_jumble_of_numbers_and_signs_is_too_much(reader: Read, shop: str, question: str) -> None:
    assert reader(shop).read(question).text is not None


# -- prices, there and back -------------------------------------------------------------------------------------

amounts = st.one_of(st.integers(1, 99_999).map(float), st.integers(1, 9_999_99).map(lambda cents: cents / 100))


def figures(amount: float, *, thousands: bool) -> str:
    text = f"{amount:,.2f}" if thousands else f"{amount:.2f}"
    return text.removesuffix(".00")


@settings(max_examples=200, deadline=None)
@given(
    amounts,
    st.booleans(),
    st.sampled_from(
        [
            ("under {}", "<"),
            ("below €{}", "<"),
            ("less than {} euros", "<"),
            ("up to {}", "<="),
            ("{} euro or less", "<="),
            ("over {}", ">"),
            ("at least {}", ">="),
            ("€{} and up", ">="),
            ("{}欧元以下", "<="),
            ("低于{}欧元", "<"),
            ("{}以内", "<="),
            ("超过{}欧元", ">"),
            ("{}欧元以上", ">="),
        ]
    ),
)
def test_a_price_is_read_as_it_was_written(
    reader: Read, amount: float, thousands: bool, way: tuple[str, str]
) -> None:
    words, operator = way
    for question in (words, f"boots {words}"):
        reading = reader("clothes").read(question.format(figures(amount, thousands=thousands)))
        price = [chip for chip in reading.chips if chip.kind == "price"]
        assert [chip.where for chip in price] == [Compare("price", operator, amount)]  # type: ignore[arg-type]
        assert reading.text == question.removesuffix(words).strip()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 9_999),
    st.integers(0, 9_999),
    st.sampled_from(["between €{} and €{}", "{}-{} euros", "{}到{}欧元", "{} to {} eur"]),
)
def test_a_range_is_read_as_it_was_written(reader: Read, low: int, more: int, words: str) -> None:
    (chip,) = reader("clothes").read(words.format(low, low + more)).chips
    assert chip.id == f"price >= {low} AND price <= {low + more}"


def in_chinese(number: int) -> str:
    """A whole number below a hundred million in Chinese, written as schools teach it."""
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return in_chinese(number // 10_000) + "万" + zero + (in_chinese(rest) if rest else "")
    text, zero = "", False
    for place, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return text


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 99_999))
def test_a_price_in_chinese_numerals_is_read_as_the_number(reader: Read, amount: int) -> None:
    (chip,) = reader("zh").read(f"{in_chinese(amount)}元以下").chips
    assert chip.where == Compare("price", "<=", float(amount))


# -- what a chip does -------------------------------------------------------------------------------------------


def test_a_bare_value_lets_through_what_lacks_the_field(reader: Read) -> None:
    (chip,) = reader("clothes").read("red").chips
    assert chip.where == AnyOf((Compare("colour", "=", "red"), Not(Exists("colour"))))
    assert not chip.taken


def test_a_named_value_is_a_hard_condition(reader: Read) -> None:
    (chip,) = reader("clothes").read("in red").chips
    assert chip.where == Compare("colour", "=", "red")
    assert chip.taken
    assert chip.certainty == 1


def test_a_plain_colour_covers_its_shades_and_not_the_other_way_round(reader: Read) -> None:
    blue, navy = (reader("clothes").read(f"in {colour}").chips[0] for colour in ("blue", "navy blue"))
    assert blue.where == In("colour", ("blue", "navy blue"))
    assert navy.where == Compare("colour", "=", "navy blue")


def test_two_values_of_a_field_are_alternatives(reader: Read) -> None:
    red, black = reader("clothes").read("red or black").chips
    assert red.where == black.where
    assert red.where == AnyOf((Compare("colour", "=", "red"), Compare("colour", "=", "black"), Not(Exists("colour"))))
    only = reader("clothes").read("red or black", ignore=[red.id]).chips[1]
    assert only.where == AnyOf((Compare("colour", "=", "black"), Not(Exists("colour"))))


def test_what_is_for_women_may_be_for_everybody(reader: Read) -> None:
    (chip,) = reader("clothes").read("women").chips
    assert chip.where == AnyOf((In("gender", ("unisex", "women")), Not(Exists("gender"))))
    assert chip.id == 'gender = "women"'


def test_a_kind_of_product_is_a_place_in_the_category_tree(reader: Read) -> None:
    (chip,) = reader("clothes").read("running shoes").chips
    assert chip.where == AnyOf((Under(("shoes", "running shoes")), Not(Exists("category"))))


def test_another_currency_is_not_converted_and_the_chip_says_so(reader: Read) -> None:
    (chip,) = reader("groceries").read("under 50 yuan").chips
    assert chip.id == "price < 50"
    assert chip.note == "prices are in USD here; yuan was not converted"
    assert reader("groceries").read("under $50").chips[0].note == ""


def test_cheap_depends_on_what_is_asked_for(reader: Read) -> None:
    dress, boots = (reader("clothes").read(f"cheap {kind}").chips[0] for kind in ("dress", "boots"))
    assert isinstance(dress.where, Compare)
    assert isinstance(boots.where, Compare)
    assert dress.where.value < boots.where.value
    assert dress.note == "the cheapest third"
    assert dress.certainty == 0.5


def test_nothing_is_read_in_quotes(reader: Read) -> None:
    for quoted in ('"red dress under 50"', "“red dress”", "「红色连衣裙」", "《红色》"):
        reading = reader("clothes").read(quoted)
        assert reading.chips == ()
        assert reading.text == quoted


def test_a_shop_without_a_field_reads_nothing_of_it(learn: Learn) -> None:
    plain = Reader(*learn([Product(id=str(n), title=f"Red dress {n}") for n in range(9)]))
    for question in ("under 50", "4 stars and up", "cheapest", "in stock", "cheap", "size 42", "in red", "500 ml"):
        assert plain.read(question).chips == (), question


def test_an_empty_shop_reads_nothing() -> None:
    assert Reader(Values(), {}).read("red dress under 50").chips == ()


def test_a_name_that_is_a_word_of_other_titles_is_no_condition(learn: Learn) -> None:
    own = [Product(id=f"a{n}", title=f"Apple laptop {n}", brand="Apple") for n in range(12)]
    cases = [Product(id=f"c{n}", title=f"Case for Apple phone {n}", brand="Belkin") for n in range(4)]
    assert [chip.id for chip in Reader(*learn(own)).read("apple").chips] == ['brand = "apple"']
    assert Reader(*learn([*own, *cases])).read("apple").chips == ()


@pytest.mark.parametrize(
    "question", ["a" * 2000, "红色" * 1000, "😀" * 2000, "not " * 500, "under 50 " * 220, "", " "]
)
def test_what_is_very_long_or_says_nothing_is_a_question_like_any_other(reader: Read, question: str) -> None:
    reading = reader("clothes").read(question)
    assert len(reading.chips) <= MAX_CHIPS
    assert len(reading.text) <= len(question)


def test_a_reader_that_was_made_ready_reads_the_same(learn: Learn) -> None:
    products = [
        Product(id=str(n), title="Red cup", attributes={"colour": "Red", "volume": "500 ml"}) for n in range(5)
    ]
    cold, warm = Reader(*learn(products)), Reader(*learn(products)).ready()
    assert cold.read("red cup 500ml") == warm.read("red cup 500ml")
    assert len(cold.read("red cup 500ml").chips) == 2
