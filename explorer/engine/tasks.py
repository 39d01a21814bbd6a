"""Carries tasks out, a step a turn, and keeps what comes of them.

A kill costs the last half minute and the step under way, Stop costs nothing, and the result is the same to the bit.

A task is kept as one file of safetensors, which holds its state while it is under way and its result afterwards. The
file is whole or not there; one that cannot be read is ignored, and the task begins anew.

Contract: nothing of one visitor reaches another. A file's name is a hash of all that decides the result and of the
model, so it is found by whoever has the task itself, its pictures for one. A digest alone opens nothing: no function
here takes one, and none may be built that does. The files have a bound of their own, in a folder of their own, so that
no film of others pushes out an hour of training.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import safetensors.torch
import torch
from cachetools import LRUCache
from safetensors import SafetensorError
from torch import Tensor

from explorer.engine.folder import Folder
from explorer.engine.workers import Worker
from explorer.messages import Message, in_a_row
from explorer.space.points import digest
from explorer.space.tasks import Task, Work

DONE = "/done"
"""The tensor, beside the task's own, that says how many steps are done."""


class TasksMissing(Exception):
    """A plan was to be rendered before its `tasks` are done; the message says which, and what they cost."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = tuple(tasks)
        first = partial(Message, "{task} comes first: {n} steps, {m} rows")
        super().__init__(in_a_row((first(task=t.title, n=t.steps, m=t.steps * t.rows) for t in tasks), "; "))


@dataclass(frozen=True)
class Kept:
    """What is kept of a task: after so many steps `tensors` are its state, after all of them its result."""

    done: int
    tensors: Mapping[str, Tensor]


class TaskStore:
    """Tasks by key, at most `most_bytes` on disk; what was used longest ago goes first. Safe between threads.

    `folder=None` keeps them in memory only, up to `memory_bytes`; so does a disk that is full or not writable.
    """

    def __init__(self, folder: Path | None = None, *, memory_bytes: int = 2**28, most_bytes: int = 2**31) -> None:
        self._disk = Folder(folder, ".safetensors", most_bytes) if folder is not None else None
        self._memory: LRUCache[str, bytes] = LRUCache(memory_bytes, getsizeof=len)  # what is not on disk
        self._lock = threading.Lock()

    def get(self, key: str) -> Kept | None:
        """What is kept under the key; None for nothing, and for a broken file."""
        with self._lock:
            return self._get(key)

    def put(self, key: str, kept: Kept) -> None:
        """Keeps it, unless the same task is kept with more of its steps: two may be at it at once.

        Raises ValueError where neither disk nor memory takes it.
        """
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in kept.tensors.items()}
        content = safetensors.torch.save({**tensors, DONE: torch.tensor(kept.done)})
        with self._lock:
            if (other := self._get(key)) is not None and other.done >= kept.done:
                return
            self._memory.pop(key, None)
            if self._disk is not None:
                with contextlib.suppress(OSError):
                    self._disk.write(key, content)
                    return
            self._memory[key] = content

    def drop(self, key: str) -> None:
        """Forgets what is kept under the key, if anything."""
        with self._lock:
            self._memory.pop(key, None)
            if self._disk is not None:
                self._disk.drop(key)

    def _get(self, key: str) -> Kept | None:
        content = self._memory.get(key) or (self._disk.read(key) if self._disk is not None else None)
        if content is None:
            return None
        try:
            tensors = safetensors.torch.load(content)
            return Kept(int(tensors.pop(DONE)), tensors)
        except (SafetensorError, KeyError):
            return None


@dataclass(frozen=True)
class Progress:
    """`step` of `steps` are done; `figures` are what the last one had to show, such as {"loss": 0.1}."""

    step: int
    steps: int
    figures: Mapping[str, float]


class Execution:
    """One execution of a task by a worker: iterate it for `Progress`, a step each, from where the last one stopped.

    `rows` is the price of what is still to do: rows of the UNet, forward and backward. `cancel()` may be called from
    any thread: the step under way is the last one, and what was done is kept, as when the iteration is left. A step
    that raises, or a kill, leaves what was saved before, every `save_every_s` seconds. A step waits for its turn, so
    between two of them everybody else who waits gets one.
    """

    def __init__(self, task: Task, worker: Worker, store: TaskStore, *, save_every_s: float = 30.0) -> None:
        self.task, self._worker, self._store, self._save_every_s = task, worker, store, save_every_s
        self._key = key_of(task, worker.networks.signature)
        self._cancel = threading.Event()
        self._work: Work | None = None
        kept = store.get(self._key)
        self.rows = (task.steps - (kept.done if kept else 0)) * task.rows

    def cancel(self) -> None:
        """Ends the execution after the step under way."""
        self._cancel.set()

    def so_far(self) -> Mapping[str, Tensor]:
        """What came of the steps until now, to be asked for between two of them. ValueError before the first."""
        if self._work is None:
            raise ValueError(f"{self.task.title}: no step is taken yet")
        return self._worker.run(self._work.result)

    def __iter__(self) -> Iterator[Progress]:
        kept = self._store.get(self._key)
        if self._cancel.is_set() or (kept is not None and kept.done == self.task.steps):
            return
        work, done = self._worker.run(self._begin, kept)
        self._work, save = work, partial(self._save, work)

        def take(number: int) -> Mapping[str, float]:
            return self._worker.run(work.step, number)

        steps = going_on(range(done, self.task.steps), take, save, self._save_every_s)
        with contextlib.closing(steps):
            for step, figures in steps:
                self.rows = (self.task.steps - step) * self.task.rows
                yield Progress(step, self.task.steps, figures)
                if self._cancel.is_set():
                    return

    def _begin(self, kept: Kept | None) -> tuple[Work, int]:
        """The work as it was left, or anew; and how many steps of it are done."""
        work = self.task.begin(self._worker.networks)
        if kept is None:
            return work, 0
        try:
            work.load(kept.tensors)
        except (KeyError, RuntimeError, ValueError):  # kept by a version that had another state
            self._store.drop(self._key)
            return self.task.begin(self._worker.networks), 0
        return work, kept.done

    def _save(self, work: Work, done: int) -> None:
        tensors = self._worker.run(work.result if done == self.task.steps else work.state)
        self._store.put(self._key, Kept(done, tensors))


def key_of(task: Task, signature: str) -> str:
    """What a task of so many steps is kept under, of a model with that signature."""
    return digest(task.digest, task.steps, signature).hex()


def going_on(
    steps: range, take: Callable[[int], Mapping[str, float]], save: Callable[[int], None], save_every_s: float
) -> Generator[tuple[int, Mapping[str, float]], None, None]:
    """Takes the steps; yields how many are done in all, and the figures that the last one returned.

    `save(done)` is called after `save_every_s` seconds, after the last step, and when the iteration is left. A step
    that raises leaves what was saved before.
    """
    saved, at = steps.start, time.monotonic()
    for step in steps:
        figures, done = take(step), step + 1
        if done == steps.stop or time.monotonic() - at > save_every_s:
            save(done)
            saved, at = done, time.monotonic()
        try:
            yield done, figures
        except GeneratorExit:
            if saved < done:
                save(done)
            raise


def generator(task: Task, step: int) -> torch.Generator:
    """What one step of a task draws from; no two steps or tasks share it."""
    return torch.Generator().manual_seed(int.from_bytes(digest(task.digest, step)[:8], "little") >> 1)
