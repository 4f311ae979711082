"""Making the next thing while one is used."""

import threading

import pytest

from wares.writing import one_ahead


def test_everything_comes_in_order() -> None:
    assert list(one_ahead(lambda item: item * item, range(5))) == [(n, n * n) for n in range(5)]
    assert list(one_ahead(str, [])) == []


def test_the_next_is_made_while_one_is_used() -> None:
    begun = {n: threading.Event() for n in range(3)}

    def make(item: int) -> int:
        begun[item].set()
        return item

    for item, _ in one_ahead(make, range(3)):
        if item < 2:
            assert begun[item + 1].wait(5)


def test_no_more_than_one_is_ahead() -> None:
    taken: list[int] = []

    def items() -> object:
        for n in range(10):
            taken.append(n)
            yield n

    used = one_ahead(str, items())  # type: ignore[arg-type]
    next(used)
    assert len(taken) == 2
    used.close()


def test_what_goes_wrong_comes_out_in_its_turn() -> None:
    def make(item: int) -> float:
        return 1 / (2 - item)

    used = one_ahead(make, range(5))
    assert [next(used)[1], next(used)[1]] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(used)


def test_what_came_before_an_interruption_is_used() -> None:
    def items() -> object:
        yield 1
        yield 2
        raise KeyboardInterrupt

    used = one_ahead(str, items())  # type: ignore[arg-type]
    assert next(used) == (1, "1")
    with pytest.raises(KeyboardInterrupt):
        list(used)
