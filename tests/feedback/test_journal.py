"""The journal: what is noted and recorded is there, nobody waits, nothing grows without bound."""

import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wares.errors import QueryError, ShopBusy, StoreError
from wares.feedback import Event, Journal, Question, Reading
from wares.feedback.records import HITS
from wares.records import Part, Query
from wares.settings import JournalSettings
from wares.store.store import Store

Ask = Callable[..., Question]


def test_a_question_is_kept_whole_without_its_picture(store: Store, asked: Ask) -> None:
    parts = (Part("text", "  red \n shoes "), Part("image", b"\x89PNG" * 1000), Part("image", Path("/secret/a.jpg")))
    told = asked("red shoes under 50", id="q1", total=12, client_id="browser", application="storefront", user="u1")
    question = msgspec.structs.replace(told, query=Query(parts=parts, sort="price"))
    bare = Question.of(question.query, query_id="q2", error="QueryError: no")
    with Journal(store) as journal:
        journal.note(question)
        journal.note(bare)
    kept = Reading(store).question("q1")
    assert kept is not None
    assert (kept.text, kept.language, kept.total, kept.took_ms) == ("red shoes", "en", 12, 5.0)
    assert kept.hits == tuple(f"p{n}" for n in range(HITS)) and kept.chips == ("price < 50",)
    assert (kept.client_id, kept.application, kept.user_id) == ("browser", "storefront", "u1")
    assert kept.stages == {"encode": 2.5} and kept.query["sort"] == "price"
    failed = Reading(store).question("q2")
    assert failed is not None and failed.error == "QueryError: no" and failed.total == 0
    values = [part["value"] for part in failed.query["parts"]]
    assert values[1:] == ["4,000 bytes", "a.jpg"]


def test_events_are_on_the_disk_when_record_returns(place: Path, store: Store, asked: Ask) -> None:
    with Journal(store, every_s=60) as journal:
        journal.note(asked("shoes", id="q1"))
        receipt = journal.record(
            [
                Event(action_name="click", query_id="q1", object_id="p0", position=1, attributes={"a": [1]}),
                Event(action_name="click", query_id="who", client_id="c"),
                Event(action_name="login"),
            ]
        )
        assert receipt == (3, ("who",)), "the question that waited was written with them"
        with Store.open(place, read_only=True) as other:
            rows = [row for _, row in other.behaviour.events(0, 10)]
    assert [(row.action_name, row.query_id, row.known) for row in rows] == [
        ("click", "q1", 1),
        ("click", "who", 0),
        ("login", "", 0),
    ]
    [event] = Reading(store).events("q1")
    assert event.known and (event.object_id, event.position, event.attributes) == ("p0", 1, {"a": [1]})


def test_what_was_acknowledged_survives_kill_9(place: Path) -> None:
    Store.create(place).close()
    code = """
        import sys
        from wares.feedback import Event, Journal
        from wares.store.store import Store
        journal = Journal(Store.open(sys.argv[1]))
        for n in range(10_000):
            journal.record([Event(action_name="click", query_id=str(n))])
            print(n, flush=True)
        """
    command = [sys.executable, "-c", textwrap.dedent(code), str(place)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) == 20:
            break
    writer.kill()
    last = max([20, *(int(line) for line in writer.communicate()[0].split())])
    with Store.open(place) as store:
        kept = {row.query_id for _, row in store.behaviour.events(0, 20_000)}
    assert {str(n) for n in range(last + 1)} <= kept


def test_many_callers_share_commits_and_each_gets_its_own_answer(store: Store) -> None:
    answers: dict[int, list[tuple[str, ...]]] = {}
    with Journal(store) as journal:

        def send(who: int) -> None:
            answers[who] = [
                journal.record([Event(action_name="click", query_id=f"{who}-{n}")]).unknown for n in range(20)
            ]

        threads = [threading.Thread(target=send, args=(who,)) for who in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == {who: [(f"{who}-{n}",) for n in range(20)] for who in range(8)}
    rows = store.behaviour.events(0, 1000)
    assert len(rows) == 160 and len({row.query_id for _, row in rows}) == 160


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"action_name": ""}, "needs an action_name"),
        ({"action_name": "a" * 101}, "action_name has 101 characters"),
        ({"query_id": "a" * 101}, "query_id has 101"),
        ({"message": "a" * 1025}, "message has 1,025"),
        ({"object_id": "a" * 257}, "object_id has 257"),
        ({"position": -1}, "position must lie"),
        ({"attributes": {"a": "b" * 5000}}, "at most 4,096"),
    ],
)
def test_of_events_with_one_that_is_out_of_bounds_none_is_kept(store: Store, bad: dict[str, Any], says: str) -> None:
    with Journal(store) as journal:
        with pytest.raises(QueryError, match=says):
            journal.record([Event(action_name="click"), Event(**{"action_name": "click", **bad})])
        with pytest.raises(QueryError, match="at most 1,000 at once"):
            journal.record([Event(action_name="click")] * 1001)
        assert journal.record([]) == (0, ())
    assert store.behaviour.events(0, 10) == []


def test_text_that_no_database_takes_is_mended_and_not_lost(store: Store, asked: Ask) -> None:
    with Journal(store) as journal:
        journal.note(asked("a\0b \ud800", id="q\0\ud800"))
        journal.note(asked("shoes " * 10_000, id="long"))
        journal.record([Event(action_name="cl\0ick", message="\ud800", attributes={"a": "\0"})])
        assert journal.dropped == 0
    texts = [told.text for told in Reading(store).latest()]
    assert texts[1] == "a b ?" and len(texts[0]) == 2000


def test_a_full_queue_drops_and_counts_and_does_not_grow(place: Path, asked: Ask) -> None:
    with Store.create(place, wait_s=0.05) as store:
        writer = sqlite3.connect(place, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with Journal(store, every_s=0.01, most_waiting=5) as journal:
            began = time.perf_counter()
            for n in range(50):
                journal.note(asked(f"shoes {n}"))
            assert time.perf_counter() - began < 1, "nobody waits for the writer"
            assert (journal.waiting, journal.dropped) == (5, 45)
            with pytest.raises(ShopBusy):
                journal.record([Event(action_name="click")])
            writer.execute("ROLLBACK")
            journal.flush()
            assert journal.waiting == 0, "what waited is written when the store is free again"
            journal.note(asked("boots"))
        writer.close()
        assert {told.text for told in Reading(store).latest()} == {*(f"shoes {n}" for n in range(5)), "boots"}


def test_closing_ends_even_if_the_store_takes_nothing(place: Path, asked: Ask) -> None:
    with Store.create(place, wait_s=0.05) as store:
        writer = sqlite3.connect(place, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        journal = Journal(store)
        journal.note(asked("shoes"))
        journal.close()
        assert journal.dropped == 1
        writer.close()
        journal.note(asked("boots"))
        with pytest.raises(StoreError, match="closed"):
            journal.record([Event(action_name="click")])
        journal.close()


def test_a_journal_that_is_off_keeps_nothing(store: Store, asked: Ask) -> None:
    with Journal(store, JournalSettings(on=False)) as journal:
        journal.note(asked("shoes"))
        assert journal.record([Event(action_name="click")]) == (0, ())
        with pytest.raises(QueryError):
            journal.record([Event(action_name="")])
        journal.flush()
    assert store.behaviour.questions(0, 10) == [] and store.behaviour.events(0, 10) == []


def test_without_text_no_word_of_a_question_reaches_the_disk(place: Path, asked: Ask) -> None:
    with Store.create(place) as store, Journal(store, JournalSettings(text=False)) as journal:
        question = asked("zebra under 50", id="q1", error="QueryError: zebra is no field")
        journal.note(
            msgspec.structs.replace(question, query=msgspec.structs.replace(question.query, ignore=("zebra",)))
        )
        journal.record([Event(action_name="search", query_id="q1", message="zebra")])
        journal.flush()
        kept = Reading(store).question("q1")
        assert kept is not None and (kept.text, kept.error, kept.language) == ("", "QueryError", "en")
        assert not any(b"zebra" in file.read_bytes() for file in place.parent.iterdir())


def test_what_is_too_old_or_too_many_goes_in_bites(store: Store, asked: Ask) -> None:
    with Journal(store) as journal:
        for n in range(30):
            journal.note(asked(f"shoes {n}"))
            journal.record([Event(action_name="click", query_id=str(n))])
    assert store.behaviour.trim("2000", 1000) == 0
    assert store.behaviour.trim("2000", 20, bite=4) == 8, "four of each"
    while store.behaviour.trim("2000", 20, bite=4):
        pass
    assert [row.text for _, row in store.behaviour.questions(0, 99)] == [f"shoes {n}" for n in range(10, 30)]
    assert len(store.behaviour.events(0, 99)) == 20
    assert store.behaviour.trim("2999", 1000, bite=15) == 30, "those that are too old"
    while store.behaviour.trim("2999", 1000):
        pass
    assert store.behaviour.trim("2999", 1000) == 0, "of an empty table nothing goes"


def test_the_writer_keeps_to_the_settings(store: Store, asked: Ask) -> None:
    with Journal(store, JournalSettings(most=3), every_s=0.02, trim_s=0.02) as journal:
        for n in range(10):
            journal.note(asked(f"shoes {n}"))
        journal.flush()
        until = time.monotonic() + 5
        while len(store.behaviour.questions(0, 99)) > 3 and time.monotonic() < until:
            time.sleep(0.02)
    assert [row.text for _, row in store.behaviour.questions(0, 99)] == ["shoes 7", "shoes 8", "shoes 9"]
