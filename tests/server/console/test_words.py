"""Every word of the console has its Chinese."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import get_args

import pytest

from wares.folding.records import REASONS
from wares.insight.coverage import LACKS
from wares.insight.findable import WAYS
from wares.insight.why import State
from wares.ranking.rules.records import Day
from wares.server.console.nav import SECTIONS
from wares.server.console.wording import spoken
from wares.server.work import KINDS

HOME = resources.files("wares.server.console")
_SAID = re.compile(r"""\bt\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def said() -> set[str]:
    files = [*(HOME / "templates").iterdir(), *(HOME / "pages").iterdir()]
    found = {eval(text) for file in files if file.is_file() for text in _SAID.findall(file.read_text("utf-8"))}
    found |= {name for group, places in SECTIONS for name in (group, *(place.name for place in places))}
    found |= {*REASONS, *LACKS, *WAYS, *get_args(Day), *KINDS, *get_args(State)} - {"removed"}
    return found


def test_every_word_has_its_chinese_with_the_same_places():
    chinese = tomllib.loads((HOME / "words" / "zh.toml").read_text("utf-8"))
    assert sorted(said() - chinese.keys()) == []
    for key, text in chinese.items():
        assert sorted(re.findall(r"\{\w+\}", key)) == sorted(re.findall(r"\{\w+\}", text)), key


@pytest.mark.parametrize(("n", "told"), [(1, "1 bad row"), (2000, "2,000 bad rows")])
def test_english_has_two_forms(n, told):
    assert spoken("en", "", "")("{n} bad rows", n=n) == told


def test_the_language_is_kept(client):
    answer = client.get("/console/rules?lang=zh")
    assert "规则" in answer.text
    assert "规则" in client.get("/console/rules", headers={"Cookie": answer.headers["set-cookie"].split(";")[0]}).text
    assert "规则" not in client.get("/console/rules").text or client.cookies
    client.cookies.clear()
