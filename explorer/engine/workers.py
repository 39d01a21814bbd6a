"""Who computes: networks on one device, their thread and their measured pace. Rows in, outputs back.

Rows are pure, so it does not matter to a picture which worker runs them, nor in which company or order: several GPUs
are several workers of one engine, and must have one signature. Between two calls a worker uses its turns to find out
how its calls can be faster, a slice of work at a time.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

import torch
from PIL import Image
from threadpoolctl import ThreadpoolController
from torch import Tensor

from explorer.engine.denoise import Row
from explorer.engine.machine import race
from explorer.engine.networks import Networks
from explorer.engine.pace import Pace
from explorer.engine.turns import Turns

SPARED = 1.5
"""A draft leaves one core of the processor alone where it then takes at most so many times as long as on all of them.

That core is the browser's and everybody else's: threads that wait for each other are slow where anything else runs.
"""

PAUSE, PATIENCE = 0.5, 2.0
"""Seconds without a call after which the device is taken for a slice of tuning, and how long a slice waits for them."""

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """`networks` and the thread that runs them; give the `turns` on whose thread they were loaded."""

    def __init__(self, networks: Networks, turns: Turns | None = None) -> None:
        self.networks, self.pace = networks, Pace()
        self.turns = turns if turns is not None else Turns()  # turns that nobody waits for have length 0
        self._threads: int | None = None  # of the processor, that draw a draft; None: all
        self._limits = ThreadpoolController()

    def submit(self, rows: Sequence[Row], micro_batch: int | None = None) -> Future[Tensor]:
        """One UNet call: outputs (rows, channels, h, w) in float32, with the bits of a batch of `micro_batch` rows.

        None is for drafts: these rows and no more, with whatever bits that gives.
        """
        return self.turns.submit(self._predict, rows, micro_batch)

    def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns or raises on this worker's thread, when all calls that came before are done."""
        return self.turns.submit(call, *args, **kwargs).result()

    def decode(self, latents: Tensor) -> Image.Image:
        """The picture of finished latents (channels, h, w)."""
        height, width = latents.shape[-2:]
        return self.run(self._timed, "vae", height * width, self.networks.decode, latents)

    def sketch(self, latents: Tensor) -> Image.Image:
        """The picture of a draft's latents (channels, h, w)."""
        height, width = latents.shape[-2:]
        return self.run(self._of_a_draft, "sketch", height * width, self.networks.sketch, latents)

    def choose_threads(self, rows: Sequence[Row]) -> None:
        """Measures such a call of a draft on all threads and on one less, which is taken where it is hardly a loss."""
        device, spared = self.networks.device, torch.get_num_threads() - 1
        if device.type != "cpu" or not spared:
            return

        def call(threads: int | None) -> Callable[[], object]:
            def predict() -> None:
                with self._limits.limit(limits=threads, user_api="openmp"):
                    self.networks.predict(rows, None)

            return predict

        seconds = self.run(race, {spared: call(spared), None: call(None)}, device, 4, 1.0)
        self._threads = spared if seconds[spared] <= SPARED * seconds[None] else None

    def tune(self, rows: Sequence[Row], micro_batch: int) -> None:
        """Does all that makes calls like this one faster, a slice a turn; returns when it is done.

        A slice may hold the device for a second, so each waits for a pause of those who draw, for PATIENCE seconds:
        one after the other would leave a hand without a picture until the last.
        """
        slices = self.turns.behind(self.networks.tune, rows, micro_batch, True).result()
        while slices is not None:
            latest = time.monotonic() + PATIENCE
            while self.turns.unasked < PAUSE and time.monotonic() < latest:
                time.sleep(PAUSE / 10)
            if not self.turns.behind(_goes_on, slices).result():
                return

    def _predict(self, rows: Sequence[Row], micro_batch: int | None) -> Tensor:
        height, width = rows[0].model_input.shape[-2:]
        if rows[0].adapters:
            padded = -(-len(rows) // micro_batch) * micro_batch if micro_batch else len(rows)
            return self._timed("adapted", height * width * padded, self.networks.predict, rows, micro_batch)
        batch = len(rows) if micro_batch is None else self.networks.batch(len(rows), height, width, micro_batch)
        timed = self._of_a_draft if micro_batch is None else self._timed
        outputs = timed("unet", height * width * batch, self.networks.predict, rows, micro_batch)
        if micro_batch is not None and (slices := self.networks.tune(rows, micro_batch)) is not None:
            self._queue(slices)
        return outputs

    def _timed(self, kind: str, area: int, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a call; its time, without the wait for its turn, goes into the estimates."""
        start = time.perf_counter()
        result = call(*args, **kwargs)
        self.pace.record(kind, area, time.perf_counter() - start)
        return result

    def _of_a_draft(self, kind: str, area: int, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `_timed`, on the threads that drafts have: their bits are nobody's name."""
        with self._limits.limit(limits=self._threads, user_api="openmp"):  # of this thread, for as long
            return self._timed(kind, area, call, *args, **kwargs)

    def _queue(self, slices: Iterator[None]) -> None:
        """Gives the next slice its turn, behind everybody who waits, and so on until there is none."""
        with contextlib.suppress(RuntimeError):  # the process is ending: no more turns are given
            self.turns.behind(self._slice, slices)

    def _slice(self, slices: Iterator[None]) -> None:
        try:
            if _goes_on(slices):
                self._queue(slices)
        except (RuntimeError, MemoryError):  # nobody waits for it, and calls go on as they were
            traceback.print_exc()


def _goes_on(slices: Iterator[None]) -> bool:
    """Does the next slice of work; False when there was none left."""
    return next(slices, _END) is not _END


_END = object()
