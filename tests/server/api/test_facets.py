"""Counts beside an answer."""

from __future__ import annotations

import httpx
import pytest

API = "/api/v1"


def told(client: httpx.Client, **params: object) -> dict[str, dict[str, object]]:
    answer = client.get(f"{API}/facets", params=params)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return {facet["field"]: facet for facet in answer.json()["facets"]}


def test_fields_are_chosen_that_part_the_answer_and_shoppers_first_ones_come_first(client: httpx.Client) -> None:
    found = told(client)
    assert list(found) == ["category", "brand", "colour", "size", "price", "rating"]
    assert found["size"]["options"] == [
        {"value": "M", "count": 4, "where": 'size = "M"'},
        {"value": "S", "count": 4, "where": 'size = "S"'},
    ]


def test_what_all_have_alike_or_too_few_have_is_not_shown(client: httpx.Client) -> None:
    assert "availability" not in told(client)  # all in stock
    assert "size" not in told(client, where='category UNDER "Home"')
    assert "brand" not in told(client, where='brand = "Acme"')


def test_the_condition_of_every_option_finds_as_many_as_it_counts(client: httpx.Client) -> None:
    for facet in told(client).values():
        for option in facet["options"]:  # type: ignore[attr-defined]
            answer = client.get(f"{API}/search", params={"where": option["where"]}).json()
            assert answer["total"] == option["count"], option


def test_fields_asked_for_are_counted_whatever_they_are(client: httpx.Client) -> None:
    found = told(client, facet=["availability", "Price"], q="mug", parse="false")
    assert list(found) == ["availability", "price"]
    assert found["price"]["kind"] == "range"
    assert float(str(found["price"]["low"])) <= 20 and float(str(found["price"]["high"])) > 23


@pytest.mark.parametrize("params", [{"facet": "no_such_field"}, {"where": "price <"}, {"unknown": "1"}])
def test_a_wrong_question_is_told(client: httpx.Client, params: dict[str, str]) -> None:
    assert client.get(f"{API}/facets", params=params).status_code == 400
