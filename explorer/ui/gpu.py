"""Where renders run: here, or on Hugging Face's ZeroGPU, in a process that has a GPU for as long as it was asked for.

Contract: an `Each` iterates a piece of work for its news. `iter` is the one for every machine with a device of its own.
`ZeroGpu.each` is the other: there `@spaces.GPU` forks a process, hands it pickled arguments and pickles back what its
generator yields. So what travels is how to make the work again over that process's own engine; run folders and the
store of frames are on the disk that both share; and Stop is a file, which the process looks for between two news.

It knows neither the page nor what the news say.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from explorer.engine.engine import Engine, Price, Render

Each = Callable[[Any], Iterator[Any]]

ROW_SECONDS = 0.02
"""A guess, to the safe side, of a row of SD 1.5 at 512 px (0.8 TFLOP) on a part of an H200."""

SHORTEST, LONGEST = 15, 120
"""Seconds to ask for: a process must start and load, and visitors without an account have two minutes a day."""

SPARE = 3
"""Seconds before the end of what was asked for at which work ends by itself: the process is killed at the end."""


class Work(Protocol):
    """What can be done elsewhere: iterated for news, cancelled by its render, made again from `elsewhere`."""

    render: Render
    elsewhere: Callable[[Engine], Any]

    def __iter__(self) -> Iterator[Any]: ...


def duration(price: Price, area: int, longest: float | None = None) -> int:
    """Whole seconds to ask for: half as much again as the price says, and the start, at most LONGEST and `longest`.

    `area` is the pixels of a picture; without a measured pace a row is taken for ROW_SECONDS at 512 x 512.
    """
    guess = price.rows * ROW_SECONDS * area / 512**2
    seconds = guess if price.seconds is None else price.seconds
    return math.ceil(min(SHORTEST + 1.5 * seconds, LONGEST, longest or LONGEST))


def _seconds(_remake: Callable[[Engine], Work], _stop: Path, seconds: int) -> int:
    """The duration, from the arguments of the task."""
    return seconds


class ZeroGpu:
    """Runs work where the GPU is. `gpu` is `spaces.GPU`; `engine_there` makes the engine of a process that has it.

    To be made before the page is launched: ZeroGPU wants to know by then that something needs a GPU.
    """

    def __init__(
        self, gpu: Callable[..., Any], engine_there: Callable[[], Engine], longest: float | None = None
    ) -> None:
        self._engine_there, self._longest = engine_there, longest
        self._engine: Engine | None = None  # of the other process; this one's copy of the field stays None
        self._there = gpu(duration=_seconds)(self._news_there)

    def each(self, work: Work) -> Iterator[Any]:
        """The news of the work; here, when every picture of it is in the store."""
        price, sampling = work.render.price, work.render.plan.sampling
        if price.stored == price.frames:
            yield from work
            return
        seconds = duration(price, sampling.width * sampling.height, self._longest)
        with tempfile.TemporaryDirectory(prefix="latent-explorer-stop-") as folder:
            stop = Path(folder) / "stop"
            try:
                for news in self._there(work.elsewhere, stop, seconds):
                    if work.render.cancelled:
                        stop.touch()
                    yield news
            except gr.Error as error:  # no GPU is to be had, no quota is left, the process has died
                raise RuntimeError(re.sub("<[^>]*>", "", str(error.message))) from error

    def _news_there(self, remake: Callable[[Engine], Work], stop: Path, seconds: int) -> Iterator[Any]:
        """In the process with the GPU. It may be used again: the engine is made once."""
        until = time.monotonic() + seconds - SPARE
        if self._engine is None:
            self._engine = self._engine_there()
        work = remake(self._engine)
        for news in work:
            if stop.exists() or time.monotonic() > until:
                work.render.cancel()
            yield news
