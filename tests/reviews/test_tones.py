"""How clauses sound: by the table in English and Chinese, and by what stars teach."""

import pytest

from wares.records import Review
from wares.reviews import lexicon
from wares.reviews.clauses import clauses, units
from wares.reviews.tones import ENOUGH, Stars, Tones

PRAISE = """
the battery lasts all day
sound is crisp and clear
not bad at all
fits perfectly and is so comfortable
no problems with the zipper
i can't complain
arrived quickly, well packaged
best purchase this year
it isn't cheap but worth every penny
super soft fabric
电池很耐用
音质不错
没有异味
物流很快，包装完好
穿着非常舒服
性价比高，值得购买
一点也不贵
味道好闻，洗得很干净
没什么问题
比想象的好
""".strip().splitlines()
BLAME = """
the battery is terrible
stopped working after two weeks
not a good charging case
a waste of money
would not recommend
too small for an adult
the colour faded after one wash
never arrived
falls apart
hardly comfortable
电池不好
质量太差了
有异味，很难闻
客服态度恶劣
不值这个价
穿着不舒服
屏幕模糊
水果都烂了
不会再买
一点都不好用
""".strip().splitlines()


@pytest.mark.parametrize("text", PRAISE)
def test_praise_is_heard(text: str) -> None:
    assert Tones().text(text) > 0


@pytest.mark.parametrize("text", BLAME)
def test_blame_is_heard(text: str) -> None:
    assert Tones().text(text) < 0


@pytest.mark.parametrize(
    "text", ["i bought two of them", "好像是昨天买的", "the hard drive has a quick charge mode", "和以前的差不多"]
)
def test_what_has_no_tone_is_not_given_one(text: str) -> None:
    assert Tones().text(text) == 0


def test_another_thought_is_another_clause() -> None:
    assert clauses("Sound is great but the case broke. 音质不错 但是电池差") == [
        "sound is great",
        "the case broke",
        "音质不错",
        "电池差",
    ]


def test_a_denied_word_is_another_unit_and_turned_round() -> None:
    [good] = [unit for unit in units("not really good") if unit.tone]
    assert good.word == "not good"
    assert good.tone < 0
    assert good.strength > 1


def test_a_denial_reaches_only_so_far() -> None:
    assert Tones().clause("not that i mind it much at all, good") > 0


@pytest.mark.parametrize("table", [lexicon.aspects, lexicon.tones])
def test_tables_are_read_whole(table) -> None:  # type: ignore[no-untyped-def]
    words = table()
    assert all(words.whole.values())
    assert "" not in words.whole


def test_no_word_has_two_tones() -> None:
    words = lexicon.tones()
    doubled = [word for found in (words.whole, words.starts) for word, rows in found.items() if len(rows) > 1]
    assert doubled == []


def _learnt(good: list[str], bad: list[str]) -> Tones:
    stars = Stars()
    for n in range(ENOUGH):
        for product in ("a", "b", "c"):
            stars.take(Review(product=product, text=good[n % len(good)], rating=5))
            stars.take(Review(product=product, text=bad[n % len(bad)], rating=1))
    return stars.tones()


def test_a_shop_teaches_words_that_the_table_lacks() -> None:
    assert Tones().text("sounds bop") == 0
    tones = _learnt(["bop thing", "so bop"], ["glorp thing", "all glorp"])
    assert tones.text("sounds bop") > 0 > tones.text("sounds glorp")
    assert tones.text("thing") == 0  # in both


def test_a_shop_may_teach_otherwise_than_the_table() -> None:
    tones = _learnt(["wicked bad guitar"], ["plain guitar"])
    assert tones.text("bad") > 0


def test_few_reviews_with_stars_teach_nothing() -> None:
    stars = Stars()
    stars.take(Review(product="a", text="bop", rating=5))
    assert stars.tones().learnt == {}


def test_what_only_one_product_is_called_is_no_tone() -> None:
    stars = Stars()
    for product, text, rating in (("a", "glorp", 1), ("b", "thing", 5), ("c", "thing", 5)):
        for _ in range(ENOUGH):
            stars.take(Review(product=product, text=text, rating=rating))
    assert "glorp" not in stars.tones().learnt
