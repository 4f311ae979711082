"""What an address says, and what becomes of it by a click."""

from __future__ import annotations

import pytest

from wares.server.pages.address import MAX_PAIRS, Address


def address(text):
    from urllib.parse import parse_qsl

    return Address.of(parse_qsl(text))


def test_only_what_is_known_and_has_a_value_is_kept_once():
    assert address("q=+shoe+&q=boot&utm=x&min=&like=1&like=1&like=2&page=2").pairs == (
        ("q", "boot"), ("like", "1"), ("like", "2"), ("page", "2"),
    )  # fmt: skip


def test_every_change_leads_back_to_the_first_page():
    here = address("q=shoe&page=4&f.brand=A&f.brand=B")
    for there in (
        here.plus("like", "1"), here.minus("f.brand", "A"), here.put("sort", "price"), here.but("q"),
    ):  # fmt: skip
        assert there.page == 1 and not there.one("page")
    assert here.minus("f.brand", "A").all("f.brand") == ("B",)
    assert here.minus("f.brand").chosen() == {}
    assert here.at(5).page == 5 and here.at(1).href() == "/?q=shoe&f.brand=A&f.brand=B"


def test_values_are_quoted_where_they_lead():
    assert address("q=a%26b%3D%22").href() == "/?q=a%26b%3D%22"
    assert Address().product("a/b?c") == "/product/a%2Fb%3Fc"


@pytest.mark.parametrize("text", ["page=0", "page=-3", "page=x", "page=999999999999", "page=٣"])
def test_pages_that_cannot_be_are_the_first(text):
    assert address(text).page == 1


def test_an_address_is_bounded():
    assert len(address("&".join(f"like={n}" for n in range(500))).pairs) == MAX_PAIRS
    assert address("q=" + "x" * 3_000).pairs == ()
