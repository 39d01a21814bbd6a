"""Who may use the device next: renders of different visitors take turns, one call each, first come first served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that serves in the order of arrival, where `threading.Lock` may hand itself to the same thread again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._arrived = self._served = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for one's turn, and ends it."""
        with self._changed:
            ticket, self._arrived = self._arrived, self._arrived + 1
            self._changed.wait_for(lambda: self._served == ticket)
        try:
            yield
        finally:
            with self._changed:
                self._served += 1
                self._changed.notify_all()
