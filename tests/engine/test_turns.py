"""Turns are taken in the order of arrival, one at a time, and an error ends a turn."""

import threading

import pytest

from explorer.engine.turns import Turns


def test_first_come_first_served():
    turns, served, threads = Turns(), [], []

    def take(number: int) -> None:
        with turns.turn():
            served.append(number)

    with turns.turn():
        for number in range(8):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            while turns._arrived < number + 2:
                threading.Event().wait(0.001)
        assert served == []
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_an_error_ends_the_turn():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        pass
