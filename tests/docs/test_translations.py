"""The Chinese pages keep step with the English ones: the same sections, code and links, and Chinese words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAIRS = [
    (path.with_name(path.name.replace(".zh.md", ".md")), path)
    for path in (*ROOT.glob("*.zh.md"), *(ROOT / "docs").glob("*.zh.md"))
]
FENCE = re.compile(r"^```(.*?)$\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?<!\S)#(?!>).*$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def code(page: Path) -> list[tuple[str, str]]:
    """The blocks of code, their comments (which are translated) left out."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [(head, re.sub(r"[ \t]+$", "", COMMENT.sub("", body), flags=re.MULTILINE)) for head, body in found]


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def test_the_first_pages_are_there_in_chinese() -> None:
    names = {chinese.relative_to(ROOT).as_posix() for _, chinese in PAIRS}
    assert {"README.zh.md", "docs/quick-start.zh.md"} <= names


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[pair[1].name for pair in PAIRS])
class TestAPageInChinese:
    def test_shows_the_same_code(self, english: Path, chinese: Path) -> None:
        assert code(chinese) == code(english)

    def test_has_the_same_sections_and_tables(self, english: Path, chinese: Path) -> None:
        def shape(page: Path) -> list[str]:
            return re.findall(r"^(#+|\|)", prose(page), re.MULTILINE)

        assert shape(chinese) == shape(english)

    def test_leads_to_the_same_pages(self, english: Path, chinese: Path) -> None:
        def links(page: Path) -> set[str]:
            return {link.replace(".zh.md", ".md") for link in LINK.findall(prose(page))}

        own = {english.name, chinese.name.replace(".zh.md", ".md")}  # each names the other
        assert links(chinese) - own == links(english) - own

    def test_is_in_chinese(self, english: Path, chinese: Path) -> None:
        text = re.sub(r"`[^`]*`|\([^)]*\)", "", prose(chinese))
        letters, signs = len(re.findall(r"[A-Za-z]", text)), len(re.findall(r"[\u4e00-\u9fff]", text))
        assert signs > letters / 2, f"{signs} Chinese characters and {letters} letters"
