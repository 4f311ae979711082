"""Questions that are spoken: what is heard becomes words of the question."""

from __future__ import annotations

from pathlib import Path

import pytest

import wares
from wares.errors import QueryError
from wares.listening import listened, recordings
from wares.records import Heard, Part, Product, Query

SAID = Heard(kind="speech", text="red shoes", language="en", certainty=0.9, seconds=2.0)
BARK = Heard(kind="sound", seconds=2.0)
NOTHING = Heard(kind="silence", seconds=2.0)


def asked(*parts: Part) -> Query:
    return Query(parts=parts)


def test_what_is_said_takes_the_place_of_the_recording() -> None:
    query = asked(Part("audio", "a.wav", 0.5))
    assert listened(query, {0: SAID}).parts == (Part("text", "red shoes", 0.5),)


def test_what_is_said_joins_what_was_typed() -> None:
    query = asked(Part("text", "cheap"), Part("audio", "a.wav"), Part("text", "leather", -1.0))
    assert listened(query, {1: SAID}).parts == (Part("text", "cheap red shoes"), Part("text", "leather", -1.0))


def test_a_sound_stays_and_silence_beside_something_goes() -> None:
    sound = Part("audio", "bark.ogg")
    assert listened(asked(sound), {0: BARK}).parts == (sound,)
    typed = Part("text", "shoes")
    assert listened(asked(typed, Part("audio", "none.wav")), {1: NOTHING}).parts == (typed,)


def test_silence_alone_is_told() -> None:
    with pytest.raises(QueryError, match="I heard nothing"):
        listened(asked(Part("audio", "none.wav")), {0: NOTHING})


def test_a_recording_cannot_be_unwanted() -> None:
    with pytest.raises(QueryError, match="say that in words"):
        recordings(asked(Part("audio", "a.wav", -1.0)))


def test_a_search_tells_what_it_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wares.shop.hear", lambda *args: SAID)
    with wares.open(tmp_path / "shop", model="basic") as shop:
        shop.add([Product(id="1", title="Red shoes"), Product(id="2", title="Blue kettle")])
        found = shop.search(audio="question.wav")
        assert found.heard == (SAID,)
        assert found.hits[0].id == "1" and found.hits[0].matched


def test_a_file_that_is_no_recording_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("nothing to hear")
    with wares.open(tmp_path / "shop", model="basic") as shop:
        shop.add([Product(id="1", title="Red shoes")])
        with pytest.raises(QueryError, match=r"notes\.txt"):
            shop.search(audio=wrong)
