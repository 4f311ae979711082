"""Turns are taken in the order of coming."""

from __future__ import annotations

import threading
import time

import pytest

from wares.server.turns import Turns


def test_only_so_many_are_inside_and_the_others_follow_in_the_order_of_coming() -> None:
    turns, order, inside, most = Turns(2), [], [0], [0]
    release = threading.Event()

    def take(number: int) -> None:
        with turns:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            order.append(number)
            release.wait(10)
            time.sleep(0.005)
            inside[0] -= 1

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        deadline = time.monotonic() + 10
        while len(order) + turns.waiting <= number and time.monotonic() < deadline:
            time.sleep(0.001)
    assert turns.waiting == 6
    release.set()
    for thread in threads:
        thread.join(10)
    assert most == [2] and turns.waiting == 0
    for place, number in enumerate(order):
        assert abs(place - number) <= 1  # two at once may overtake one another, and nobody else


def test_who_comes_later_does_not_take_the_turn_of_who_waits() -> None:
    turns, order = Turns(1), []

    def take(number: int) -> None:
        for _ in range(20):
            with turns:
                order.append(number)
                time.sleep(0.001)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    both = [place for place in range(3, 50) if len(set(order[place - 2 : place + 1])) == 3]
    assert len(both) >= 40  # in turns, but for the beginning and the end


def test_a_turn_is_given_back_by_who_fails() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), turns:
            raise ValueError("no")
    with turns:
        assert turns.waiting == 0
