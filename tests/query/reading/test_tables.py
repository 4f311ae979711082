"""Questions and what is read out of them, row by row: ``english.tsv`` and ``chinese.tsv``."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wares.query.reading.reader import Reader, Reading

TABLES = ("english", "chinese")


def rows(name: str) -> Iterator[list[str]]:
    for line in (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            shop, question, chips, rest, *unwanted = line.split("\t")
            yield [shop, question, chips, rest, unwanted[0] if unwanted else ""]


def shown(reading: Reading) -> tuple[str, str, str]:
    chips = (f"{chip.kind}{'' if chip.taken else '?'}: {chip.id}" for chip in reading.chips)
    return " | ".join(chips), reading.text, ", ".join(reading.unwanted)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_enough_rows_of_every_kind(name: str) -> None:
    found = list(rows(name))
    assert len(found) >= 160
    assert len({(shop, question) for shop, question, *_ in found}) == len(found)
    kinds = {part.split(":")[0].rstrip("?") for row in found for part in row[2].split(" | ") if part}
    assert kinds >= {
        "price",
        "rating",
        "brand",
        "category",
        "colour",
        "gender",
        "size",
        "measure",
        "material",
        "sort",
    }
    assert sum(not row[2] for row in found) >= 20  # nothing is to be read: traps


@pytest.mark.parametrize("row", [row for name in TABLES for row in rows(name)], ids=lambda row: f"{row[0]} {row[1]}")
def test_a_question_is_read_as_the_table_says(row: list[str], reader: Callable[[str], Reader]) -> None:
    shop, question, *expected = row
    assert shown(reader(shop).read(question)) == tuple(expected)
