"""Who may use a device next: everything heavy of every visitor runs on its one thread, first come first served.

A render waits for its call before it asks for the next, so between two calls of one visitor everybody who waits gets
one. One thread rather than a lock: a lock may go to the thread that just had it, a queue serves in order. And torch
keeps a pool of workers for every thread that calls it; with more of them than cores, libgomp puts them to sleep between
any two operations. On 2 cores a film of the bundled model (bench/, then 16 rows a call) took 0.36 s a frame instead of
0.18, so the model is loaded on this thread, too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Turns:
    """The device's thread. It is started by the first call, and ends with its owner."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
        self._unfinished: set[Future] = set()
        self._asked = -math.inf

    def __len__(self) -> int:
        """Calls that are not done."""
        return len(self._unfinished)

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What `call` will return or raise, when all calls that came before are done."""
        self._asked = time.monotonic()
        return self.behind(call, *args, **kwargs)

    @property
    def unasked(self) -> float:
        """Seconds since anybody asked for a turn; 0 while somebody waits for one."""
        return 0.0 if self._unfinished else time.monotonic() - self._asked

    def behind(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As `submit`, for work that nobody waits for: it does not count as asking."""
        future = self._thread.submit(call, *args, **kwargs)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future

    def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, waited for."""
        return self.submit(call, *args, **kwargs).result()
