"""What every contestant is given and what it hands back: one film between two prompts.

Imports numpy and the standard library only, because a peer may need to run among older libraries than ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Film:
    """`frames` square pictures of `size` pixels on the straight line (lerp) from one prompt to another, one noise.

    Everybody takes `steps` steps of DPM++ 2M with guidance, so that nobody wins by another sampler.
    """

    frames: int
    steps: int
    size: int
    guidance: float = 5.0
    prompts: tuple[str, str] = ("a boat at the beach", "a lion in the desert")
    seed: int = 7

    @property
    def stops(self) -> list[float]:
        """Where the frames are: from 0 to 1, both included."""
        return [index / (self.frames - 1) for index in range(self.frames)]

    @property
    def warm_up(self) -> Film:
        """The same work, less of it: what each contestant does before its clock counts."""
        return replace(self, frames=2, steps=2)


@dataclass(frozen=True)
class Rendered:
    """A finished film: seconds, rows of the UNet, and the pictures (frames, size, size, 3), uint8, in order.

    `core_seconds` are summed over the cores at work, so that other programs' share of the machine does not count.
    `rows` are the samples asked for; `sent` are those that went through the UNet, padding included.
    """

    seconds: float
    core_seconds: float
    rows: int
    sent: int
    pictures: np.ndarray


class Contestant(Protocol):
    """Somebody who renders films with a model loaded from a folder; `stack` says with which libraries and dtype."""

    stack: str

    def render(self, film: Film) -> Rendered: ...


class Stopwatch:
    """Started when it is made."""

    def __init__(self) -> None:
        self._wall, self._cores = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Wall seconds and core-seconds of this process since the start."""
        return time.perf_counter() - self._wall, time.process_time() - self._cores


@contextmanager
def counted(unet: Any) -> Iterator[list[int]]:
    """The batch sizes of all calls of a UNet (a torch module), in a list that grows inside the `with`."""
    sizes: list[int] = []
    handle = unet.register_forward_pre_hook(lambda _, inputs: sizes.append(len(inputs[0])))
    try:
        yield sizes
    finally:
        handle.remove()
