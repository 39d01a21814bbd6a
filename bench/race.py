"""The race: each contestant in a process of its own, taking turns, after a warm-up.

A process each makes peaks of memory separate and lets a peer run among other libraries. While one renders, the others
wait for their turn and use no core. Knows nothing of models' insides: a contestant is made from a folder.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.film import Film, Rendered

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Entry:
    """Who takes part: a class as "module:Class", its options, and a folder whose packages come before ours.

    `compared` says whether its pictures should be the others'. `alone` says that it renders one film after the race,
    for its pictures: a contestant that waits for its turn keeps its memory.
    """

    name: str
    contestant: str
    options: Mapping[str, Any] = field(default_factory=dict)
    packages: str | None = None
    compared: bool = True
    alone: bool = False


@dataclass(frozen=True)
class Failure:
    """What stopped a contestant, in the words of its error."""

    reason: str


@dataclass
class Standing:
    """What a contestant did: one film a round, its peak of resident bytes, or the error that stopped it."""

    entry: Entry
    stack: str = ""
    films: list[Rendered] = field(default_factory=list)
    peak_bytes: int = 0
    error: str = ""


class Runner:
    """A contestant in its process. Errors end up in `standing.error`; after one it takes no further part."""

    def __init__(self, entry: Entry, folder: str) -> None:
        self.standing = Standing(entry)
        self._ours, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs, entry, folder))
        self._process.start()
        theirs.close()
        self.standing.stack = self._answer() or ""

    def render(self, film: Film) -> Rendered | None:
        """One film, or None if it failed or has failed before."""
        return self._ask(film)

    def close(self) -> None:
        """Ends the process, and notes the most memory it ever had."""
        self.standing.peak_bytes = self._ask(None) or 0
        self._ours.close()
        self._process.join()

    def _ask(self, question: Film | None) -> Any:
        if self.standing.error:
            return None
        with suppress(OSError):  # a process that has ended cannot be asked; `_answer` finds out how it ended
            self._ours.send(question)
        return self._answer()

    def _answer(self) -> Any:
        try:
            answer = self._ours.recv()
        except (EOFError, OSError):
            self._process.join()
            answer = Failure(f"its process ended with code {self._process.exitcode}")
        if not isinstance(answer, Failure):
            return answer
        self.standing.error = answer.reason
        return None


def race(entries: Sequence[Entry], folder: str, film: Film, rounds: int) -> list[Standing]:
    """Standings after `rounds` films each, in turns (A B C A B C ...), in the order of `entries`."""
    standings = _in_turns([entry for entry in entries if not entry.alone], folder, film, rounds)
    for entry in entries:
        if entry.alone:
            standings += _in_turns([entry], folder, film, 1)
    return sorted(standings, key=lambda standing: entries.index(standing.entry))


def _in_turns(entries: Sequence[Entry], folder: str, film: Film, rounds: int) -> list[Standing]:
    with _runners(entries, folder) as runners:
        for runner in runners:
            runner.render(film.warm_up)
        for _ in range(rounds):
            for runner in runners:
                if (rendered := runner.render(film)) is not None:
                    runner.standing.films.append(rendered)
    return [runner.standing for runner in runners]


@contextmanager
def _runners(entries: Sequence[Entry], folder: str) -> Iterator[list[Runner]]:
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Runner(entry, folder))) for entry in entries]


def in_a_child(task: str, *arguments: Any) -> None:
    """Runs "module:function" in a process of its own, so that what it imports and allocates is gone afterwards.

    Raises RuntimeError if that fails; the process says why on stderr.
    """
    process = SPAWN.Process(target=_run, args=(task, arguments))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{task} ended with code {process.exitcode}")


def difference(film: Rendered, other: Rendered) -> tuple[int, float]:
    """The largest and the mean difference of two films' pixels, of 255."""
    gaps = np.abs(film.pictures.astype(np.int16) - other.pictures)
    return int(gaps.max()), float(gaps.mean())


def _named(path: str) -> Any:
    """What "module:name" means."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _run(task: str, arguments: Sequence[Any]) -> None:
    _named(task)(*arguments)


def _serve(connection: Connection, entry: Entry, folder: str) -> None:
    """A contestant's process: makes it, then renders each film that comes, and sends its peak when None comes."""
    _silence()
    os.environ["HF_HUB_OFFLINE"] = "1"
    if entry.packages:
        sys.path.insert(0, entry.packages)
    try:
        contestant = _named(entry.contestant)(folder, **entry.options)
        connection.send(contestant.stack)
        while (film := connection.recv()) is not None:
            connection.send(contestant.render(film))
        connection.send(_peak_bytes())
    except Exception as error:  # whatever stops a contestant is its result
        connection.send(Failure(f"{type(error).__name__}: {error}"))


def _silence() -> None:
    """Nothing of the libraries' progress and notices between the lines of the table."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _peak_bytes() -> int:
    """The most memory this process was ever resident in. Linux's ru_maxrss counts the parent before exec: VmHWM not."""
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
