"""What a field is about, told by its name: "product_colour" is a colour, "尺码" a size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from wares.encoders.dictionary import Sort
from wares.records import ChipKind

#: The last word of a field's name, and what the field is then about.
_WORDS: tuple[tuple[ChipKind, str], ...] = (
    ("brand", "brand vendor manufacturer 品牌 牌子"),
    ("category", "category categories"),
    ("colour", "colour color colours colors 颜色 顏色 色系"),
    ("gender", "gender sex 性别 性別"),
    ("age", "age agegroup 年龄 年齡 年龄段"),
    ("size", "size sizes 尺码 尺碼 尺寸 鞋码"),
    ("material", "material materials fabric 材质 材質 材料 面料"),
    ("rating", "rating"),
    ("price", "price"),
    ("availability", "availability"),
)
_BY_LAST_WORD: Mapping[str, ChipKind] = {word: kind for kind, words in _WORDS for word in words.split()}
_WHOLE: Mapping[str, ChipKind] = {
    "age_group": "age",
    "target_group": "gender",
    "适用人群": "gender",
    "适用性别": "gender",
}

#: How the dictionary of two languages sorts the values of a field.
SORTS: Mapping[ChipKind, Sort] = {"colour": "colour", "category": "kind"}

#: Fields that are no words of a question.
UNSPOKEN = frozenset(("id", "price", "rating", "rating_count", "availability", "currency", "praised", "criticised"))

_PARTS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def kind_of(field: str) -> ChipKind:
    """What a field is about; "attribute" when its name tells nothing."""
    if field in _WHOLE:
        return _WHOLE[field]
    parts = _PARTS.findall(field.removeprefix("attributes."))
    return _BY_LAST_WORD.get(parts[-1], "attribute") if parts else "attribute"


def sort_of(field: str) -> Sort:
    """Where the dictionary has the names of a field's values."""
    return SORTS.get(kind_of(field), "value")
