"""What reviews say, asked for in words."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from wares.index.base import FieldSpec
from wares.query.reading.opinions import CERTAINTY
from wares.query.reading.reader import Reader
from wares.query.values import Values
from wares.records import AllOf, AnyOf, Compare, Exists, Not, Product

Learn = Callable[[Sequence[Product]], tuple[Values, Mapping[str, FieldSpec]]]

PRAISED = [
    Product(id=f"p{n}", title=f"Phones {n}", attributes={"praised": ("battery", "sound"), "criticised": ("case",)})
    for n in range(4)
]


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("headphones with good battery", ['praised = "battery"']),
        ("great sound and a long battery life", ['praised = "sound"', 'praised = "battery"']),
        ("charging case problems", ['criticised = "case"']),
        ("headphones without charging case problems", ['NOT criticised = "case"']),
        ("续航好的耳机", ['praised = "battery"']),
        ("音质不错 耳机", ['praised = "sound"']),
        ("充电盒有问题", ['criticised = "case"']),
        ("good screen", []),  # nobody speaks of one here
        ("battery", []),
        ("good headphones", []),
    ],
)
def test_praise_and_criticism_are_read(learn: Learn, question: str, ids: list[str]) -> None:
    reading = Reader(*learn(PRAISED)).read(question)
    assert [chip.id for chip in reading.chips if chip.kind == "reviews"] == ids
    assert reading.text == question  # the words are looked for, too


def test_what_is_part_of_a_name_is_no_aspect(learn: Learn) -> None:
    sold = [Product(id=f"s{n}", title=f"Screen protector {n}", category=("Screen protectors",)) for n in range(4)]
    praised = [Product(id=f"q{n}", title=f"Phone {n}", attributes={"praised": ("screen",)}) for n in range(4)]
    reader = Reader(*learn([*sold, *praised]))
    assert [chip.id for chip in reader.read("good screen protector").chips if chip.kind == "reviews"] == []
    assert [chip.id for chip in reader.read("phone with a good screen").chips if chip.kind == "reviews"] != []


def test_where_few_have_reviews_the_others_are_let_through(learn: Learn) -> None:
    others = [Product(id=f"o{n}", title=f"Phones {n}") for n in range(9)]
    [chip] = Reader(*learn([*PRAISED, *others])).read("good battery").chips
    unheard = AllOf((Not(Exists("praised")), Not(Exists("criticised"))))
    assert chip.where == AnyOf((Compare("praised", "=", "battery"), unheard))
    assert chip.certainty == CERTAINTY
    assert not chip.taken


def test_what_is_ignored_is_not_applied(learn: Learn) -> None:
    [chip] = Reader(*learn(PRAISED)).read("good battery", ['praised = "battery"']).chips
    assert not chip.applied


def test_a_shop_without_reviews_reads_nothing_of_them(learn: Learn) -> None:
    others = [Product(id=f"o{n}", title=f"Battery {n}") for n in range(9)]
    assert Reader(*learn(others)).read("good battery problems").chips == ()


def test_a_shop_where_nothing_is_criticised_is_asked_about_praise_alone(learn: Learn) -> None:
    praised = [Product(id=f"q{n}", title=f"Wine {n}", attributes={"praised": ("taste",)}) for n in range(2)]
    others = [Product(id=f"o{n}", title=f"Wine {n + 2}") for n in range(9)]
    [chip] = Reader(*learn([*praised, *others])).read("great taste").chips
    assert chip.where == AnyOf((Compare("praised", "=", "taste"), AllOf((Not(Exists("praised")),))))
