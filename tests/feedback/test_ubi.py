"""UBI 1.3: events are read as the specification writes them, and both tables come out as it has them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wares.errors import QueryError, SetupError
from wares.feedback import Event, Journal, Question, ubi
from wares.feedback.export import EVENTS, QUERIES
from wares.store.store import Store

CLICK: dict[str, Any] = {
    "action_name": "click",
    "application": "shop",
    "query_id": "q1",
    "session_id": "s",
    "client_id": "browser",
    "timestamp": "2026-03-01T10:00:00+02:00",
    "message_type": "CLICK",
    "message": "red shoes",
    "event_attributes": {
        "object": {"object_id": "p7", "object_id_field": "id", "colour": "red"},
        "position": {"ordinal": 3, "page": 1},
        "dwell": 1.5,
    },
}


def test_an_event_is_read_as_the_specification_writes_it() -> None:
    [event] = ubi.read(json.dumps(CLICK).encode())
    assert (event.action_name, event.object_id, event.position) == ("click", "p7", 3)
    assert event.timestamp == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (event.session_id, event.client_id, event.application, event.message) == (
        "s",
        "browser",
        "shop",
        "red shoes",
    )
    listed = ubi.read(
        b' [{"action_name": "view", "event_attributes": {"object": {"object_id": 12}}}, {"action_name": "x"}]'
    )
    assert [one.object_id for one in listed] == ["12", ""] and listed[0].timestamp is None
    [naive] = ubi.read(b'{"action_name": "view", "timestamp": "2018-11-13T20:20:39", "user_id": null, "more": 1}')
    assert naive.timestamp == datetime(2018, 11, 13, 20, 20, 39, tzinfo=UTC) and naive.user_id == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no UBI events"),
        (b"{", "no UBI events"),
        (b"\xff", "no UBI events"),
        (b"7", "Expected `object`"),
        (b"{}", "action_name"),
        (b'[{"action_name": 1}]', r"\$\[0\].action_name|\$\[...\].action_name"),
        (
            b'[{"action_name": "a"}, {"action_name": "a", "timestamp": "soon"}]',
            r"'soon' is no moment.*\$\[1\].timestamp",
        ),
        (b'{"action_name": "a", "event_attributes": {"object": {"object_id": []}}}', "object_id"),
        (b'{"action_name": "a", "event_attributes": {"position": {"ordinal": "first"}}}', "ordinal"),
        (b'{"action_name": "a", "event_attributes": {"position": {"ordinal": true}}}', "ordinal"),
        (b"[" * 100_000, "no UBI events|too deep"),
        (b'{"action_name": "a", "event_attributes": ' + b'{"a":' * 100_000, "no UBI events|too deep"),
        (b"[" + b",".join([b'{"action_name": "a"}'] * 1001) + b"]", "1,001 events"),
    ],
)
def test_what_is_no_event_is_told_with_its_place(body: bytes, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        ubi.read(body)


def test_both_tables_come_out_as_lines_of_ubi(store: Store, tmp_path: Path, asked: Callable[..., Question]) -> None:
    with Journal(store, every_s=60) as journal:
        journal.note(asked("red shoes under 50", id="q1", total=2, client_id="browser", application="shop"))
        journal.note(asked("nothing", id="q2", total=0))
        journal.record([*ubi.read(json.dumps(CLICK).encode()), Event(action_name="login", object_id="p1")])
        assert journal.export(tmp_path / "out") == (2, 2)
        assert journal.export(tmp_path / "recent", days=1) == (2, 2)
    queries = [json.loads(line) for line in (tmp_path / "out" / QUERIES).read_text().splitlines()]
    first = queries[0]
    assert (first["user_query"], first["query_id"], first["client_id"]) == ("red shoes under 50", "q1", "browser")
    assert first["query_response_hit_ids"] == ["p0", "p1"] and first["query_attributes"]["chips"] == ["price < 50"]
    assert queries[1]["query_response_hit_ids"] == [] and datetime.fromisoformat(first["timestamp"]).tzinfo
    events = [json.loads(line) for line in (tmp_path / "out" / EVENTS).read_text().splitlines()]
    assert events[0] == {**CLICK, "timestamp": "2026-03-01T08:00:00.000+00:00"}
    assert events[1]["event_attributes"] == {"object": {"object_id_field": "id", "object_id": "p1"}}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [EVENTS, QUERIES]


def test_a_place_that_cannot_be_written_is_one_line(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Journal(store) as journal, pytest.raises(SetupError, match="name another folder"):
        journal.export(tmp_path / "file")
