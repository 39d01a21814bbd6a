"""Turns are taken in the order of arrival, on one thread, and an error is its caller's alone."""

import threading

import pytest

from explorer.engine.turns import Turns


def test_first_come_first_served_on_one_thread():
    turns, served, threads = Turns(), [], []
    begun, begin = threading.Event(), threading.Event()
    callers = [threading.Thread(target=turns.run, args=(lambda: (begun.set(), begin.wait()),))]
    callers[0].start()
    begun.wait()

    def serve(number: int) -> None:
        served.append(number)
        threads.append(threading.get_ident())

    for number in range(8):
        callers.append(threading.Thread(target=turns.run, args=(serve, number)))
        callers[-1].start()
        while turns._thread._work_queue.qsize() < number + 1:
            threading.Event().wait(0.001)
    assert served == []
    begin.set()
    for caller in callers:
        caller.join()
    assert served == list(range(8))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


def test_an_error_goes_to_its_caller_and_the_next_one_is_served():
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        turns.run(divmod, 1, 0)
    assert turns.run(divmod, 7, 2) == (3, 1)
