"""Questions about relations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue.kinds import KINDS
from wares.relations import Asked, asked


@pytest.mark.parametrize(
    ("text", "kind", "name", "what"),
    [
        ("accessories for iphone 12", "has_accessory", "iphone 12", ""),
        ("Show me accessories for my Canon EOS 450D?", "has_accessory", "Canon EOS 450D", ""),
        ("spare parts for a dishwasher", "has_accessory", "dishwasher", ""),
        ("iphone 12 accessories", "has_accessory", "iphone 12", ""),
        ("case for iphone 12", "has_accessory", "iphone 12", "case"),
        ("red leather cases for the samsung galaxy s9", "has_accessory", "samsung galaxy s9", "red leather cases"),
        ("looking for a charger for thinkpad x300", "has_accessory", "thinkpad x300", "charger"),
        ("battery that fits dell d620", "has_accessory", "dell d620", "battery"),
        ("toner compatible with hp p2035", "has_accessory", "hp p2035", "toner"),
        ("compatible with hp p2035", "compatible_with", "hp p2035", ""),
        ("keyboard that works with ipad", "compatible_with", "ipad", "keyboard"),
        ("headphones compatible with ps5", "compatible_with", "ps5", "headphones"),
        ("what goes with a black dress", "goes_with", "black dress", ""),
        ("shoes to wear with black jeans", "goes_with", "black jeans", "shoes"),
        ("alternatives to airpods", "similar_to", "airpods", ""),
        ("products similar to nike air max", "similar_to", "nike air max", ""),
        ("iPhone 12的配件", "has_accessory", "iPhone 12", ""),
        ("打印机的耗材", "has_accessory", "打印机", ""),
        ("佳能450D的电池", "has_accessory", "佳能450D", "电池"),
        ("适用于iPhone 12的保护套", "has_accessory", "iPhone 12", "保护套"),
        ("适合小米手机的钢化膜", "has_accessory", "小米手机", "钢化膜"),
        ("兼容HP1020的硒鼓", "has_accessory", "HP1020", "硒鼓"),
        ("惠普1020专用硒鼓", "has_accessory", "惠普1020", "硒鼓"),
        ("适用于华为P30", "compatible_with", "华为P30", ""),
        ("与PS5兼容的耳机", "compatible_with", "PS5", "耳机"),
        ("和黑色连衣裙搭配的鞋子", "goes_with", "黑色连衣裙", "鞋子"),
        ("和耐克跑鞋类似的鞋", "similar_to", "耐克跑鞋", "鞋"),
    ],
)
def test_what_is_asked_in_so_many_words(text: str, kind: str, name: str, what: str):
    found = asked(text)
    assert found is not None
    assert (found.kinds[0], found.name, found.what) == (kind, name, what)
    assert set(found.kinds) <= set(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "iphone case",
        "laptop bag",
        "hair accessories",
        "shoes for men",
        "case for women",
        "bag for travel",
        "lamp for home",
        "gifts for mom",
        "dress for summer",
        "toner for dry skin",
        "accessories",
        "accessories for",
        "for iphone",
        "with sugar",
        "手机壳",
        "红色的手机壳",
        "可爱的手机壳",
        "适合女生的手机壳",
        "儿童专用电池",
        "的配件",
        "适用于",
        "🎧🎧",
    ],
)
def test_everything_else_asks_for_no_relation(text: str):
    assert asked(text) is None


@given(st.text(max_size=300))
def test_any_text_is_read_or_left(text: str):
    found = asked(text)
    assert found is None or (isinstance(found, Asked) and found.name)


@given(
    st.lists(st.sampled_from(["case", "for", "the", "that", "with", "compatible", "的", "适用于", "a"]), max_size=80)
)
def test_any_mix_of_its_own_words_is_read_or_left(words: list[str]):
    for joint in ("", " "):
        found = asked(joint.join(words))
        assert found is None or found.name
