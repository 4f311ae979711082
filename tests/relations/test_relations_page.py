"""docs/relations.md says what the code does; what it shows is run by tests/docs."""

import re
from pathlib import Path

from wares.catalogue.kinds import KINDS, OF_SCHEMA, label, symmetric
from wares.relations import drawing
from wares.relations.graph import MAX_OWNERS
from wares.relations.outline import MAX_SHOWN

PAGE = (Path(__file__).parents[2] / "docs" / "relations.md").read_text(encoding="utf-8")


def test_the_table_of_kinds_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) · (.+?) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (kind, "itself" if symmetric(kind) else f"`{row.inverse}`", label(kind), label(kind, "zh"))
        for kind, row in KINDS.items()
    ]


def test_properties_and_limits_are_those_of_the_code():
    words = " ".join(PAGE.split())
    for name in OF_SCHEMA:
        assert f"`{name}`" in words
    assert f"at most {MAX_OWNERS} products" in words
    assert f"{drawing.WIDTH:,} pixels wide" in words
    assert f"At most {MAX_SHOWN} categories" in words
