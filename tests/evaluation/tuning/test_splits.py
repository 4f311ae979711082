"""Questions in two parts: alike ones together, both parts mixed alike, and few moves when questions are added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import SetupError
from wares.evaluation.records import Asked, Judgments
from wares.evaluation.tuning.splits import sample, split
from wares.records import Part, Query

NOTHING = Judgments(name="none", gains={})


def asked(id: str, text: str = "", image: str = "", **tags: str) -> Asked:
    parts = [Part("text", text)] if text else []
    parts += [Part("image", image)] if image else []
    return Asked(id=id, query=Query(parts=tuple(parts)), tags=tags)


def numbered(count: int, word: str = "word") -> list[Asked]:
    return [asked(f"{word}{n}", f"{word}{n}x") for n in range(count)]


@given(st.integers(20, 200), st.floats(0.1, 0.9), st.integers(0, 1000))
def test_every_question_is_on_one_side_and_the_share_is_kept(count: int, share: float, seed: int) -> None:
    questions = numbered(count)
    if not 5 <= round(share * count) <= count - 5:
        return
    sides = split(questions, NOTHING, share, seed)
    assert sorted((*sides.train, *sides.held_out)) == sorted(q.id for q in questions)
    assert abs(len(sides.held_out) - share * count) <= 1
    assert list(sides.train) == [q.id for q in questions if q.id in sides.train]


def test_the_seed_decides() -> None:
    assert split(numbered(60), NOTHING, seed=1) == split(numbered(60), NOTHING, seed=1)
    assert split(numbered(60), NOTHING, seed=1) != split(numbered(60), NOTHING, seed=2)


@given(st.integers(40, 120), st.integers(0, 50))
def test_a_new_question_moves_at_most_one_other(count: int, seed: int) -> None:
    before = split(numbered(count), NOTHING, seed=seed)
    after = split([*numbered(count), asked("new", "something else")], NOTHING, seed=seed)
    assert len(set(before.held_out) ^ (set(after.held_out) - {"new"})) <= 1


def test_the_order_of_the_set_does_not_matter() -> None:
    assert set(split(numbered(50), NOTHING).train) == set(split(numbered(50)[::-1], NOTHING).train)


def test_alike_questions_stay_together() -> None:
    questions: list[Asked] = []
    gains: dict[str, dict[str, int]] = {}
    for n in range(60):
        shown, sought = f"picture{n}.png", f"product{n}"
        questions += [asked(f"a{n}", f"red thing{n}"), asked(f"A{n}", f"Thing{n} RED")]
        questions += [asked(f"b{n}", image=shown), asked(f"B{n}", f"some words {n}", image=shown)]
        questions += [asked(f"c{n}", f"kept{n} dropped"), asked(f"C{n}", f"kpet{n}")]
        gains |= {f"c{n}": {sought: 3, "x": 1}, f"C{n}": {sought: 2, "y": 0}}
    sides = split(questions, Judgments(name="some", gains=gains))
    for one in questions:
        assert (one.id in sides.train) == (one.id.swapcase() in sides.train), one.id
    assert abs(len(sides.held_out) - 0.4 * len(questions)) <= 2


def test_each_kind_of_question_is_on_both_sides() -> None:
    questions = [*numbered(20), *[asked(f"zh{n}", "红色" + chr(0x4E00 + n)) for n in range(10)]]
    questions += [asked(f"im{n}", image=f"{n}.png") for n in range(10)]
    questions += [asked(f"ty{n}", f"typo{n}q", made="typo") for n in range(10)]
    for seed in range(20):
        held_out = split(questions, NOTHING, seed=seed).held_out
        for start, count in (("word", 20), ("zh", 10), ("im", 10), ("ty", 10)):
            assert abs(sum(id.startswith(start) for id in held_out) - 0.4 * count) <= 1


def test_too_few_questions_are_refused_with_the_number_and_the_way_out() -> None:
    with pytest.raises(SetupError, match=r"at least 20 .* there are 19.*leave out --queries"):
        split(numbered(19), NOTHING)
    with pytest.raises(SetupError, match="cannot be split: 20 to tune on and 0 held out"):
        split([asked(str(n), "the same") for n in range(20)], NOTHING, held_out=0.3)
    with pytest.raises(SetupError, match=r"0\.1"):
        split(numbered(30), NOTHING, held_out=0.95)


def test_a_sample_is_chosen_by_ids_and_grows_with_its_size() -> None:
    questions = numbered(50)
    assert sample(questions, 60) == questions
    few, more = sample(questions, 10), sample(questions, 20)
    assert len(few) == 10
    assert [q for q in more if q in few] == few
    assert [q for q in questions if q in more] == more
