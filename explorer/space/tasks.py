"""A task: work before a plan can be made, such as teaching a word, in steps that others' renders go between.

This is what a task promises; `engine/tasks.py` carries it out and keeps what comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor


class Work(Protocol):
    """A task under way on one device. All of it is called on the device's thread, one call at a time.

    What the networks encode are inference tensors: clone them before a gradient goes through them.
    """

    def step(self, number: int) -> Mapping[str, float]:
        """Takes the step of that number, from 0, and returns figures to show, such as {"loss": 0.1}.

        It must follow, to the bit, from the state before it and its number: what is random comes from a CPU generator
        of the step's own (`tasks.generator`).
        """

    def state(self) -> Mapping[str, Tensor]:
        """All that the next step depends on."""

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Takes a `state` up. Raises KeyError, RuntimeError or ValueError for one that is not its own."""

    def result(self) -> Mapping[str, Tensor]:
        """What came of the steps so far."""


class Task(Protocol):
    """What is to be done, complete: equal digests, equal results on equal models. Making one costs nothing.

    A step holds the device, so it is one optimizer step at most, and less where that takes long: a task that adds up
    the gradient of several rows on a large model takes a step for each row, and has the sum in its state.
    """

    @property
    def title(self) -> str:
        """What is done, as the beginning of a sentence: "Teaching <bolt>"."""

    @property
    def steps(self) -> int:
        """How many in all, at least 1."""

    @property
    def rows(self) -> int:
        """What a step costs: rows that go through the UNet, forward and backward."""

    @property
    def digest(self) -> bytes:
        """Of all else that decides the result, but for the model: pictures by their pixels, never by a name."""

    def begin(self, networks: Any) -> Work:
        """The work before its first step. `networks` are the engine's; space knows none. They stay as they are."""
