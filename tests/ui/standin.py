"""A stand-in for the package `spaces`, with what ZeroGPU does to a task: a forked process, everything pickled.

It knows no GPU, no queue and no quota. The duration is asked of the same arguments as the task gets.
"""

from __future__ import annotations

import multiprocessing
import pickle
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

FORK = multiprocessing.get_context("fork")


@dataclass
class Spaces:
    """`GPU` decorates a generator function; `asked` are the seconds of every call; `fails` is said instead of work."""

    asked: list[int] = field(default_factory=list)
    decorated: list[Callable[..., Any]] = field(default_factory=list)
    fails: str = ""

    def GPU(self, *, duration: Callable[..., int]) -> Callable[..., Any]:  # noqa: N802 (as there)
        def decorate(task: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
            self.decorated.append(task)

            def there(*args: Any) -> Iterator[Any]:
                self.asked.append(duration(*args))
                if self.fails:
                    raise gr.Error(self.fails)
                yield from _in_a_fork(task, args)

            return there

        return decorate


def _in_a_fork(task: Callable[..., Iterator[Any]], args: tuple[Any, ...]) -> Iterator[Any]:
    here, there = FORK.Pipe()

    def work() -> None:
        for news in task(*pickle.loads(there.recv_bytes())):
            there.send_bytes(pickle.dumps(news))
        there.send_bytes(pickle.dumps(StopIteration))

    process = FORK.Process(target=work, daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on forks beside threads
        process.start()
    there.close()
    here.send_bytes(pickle.dumps(args))
    try:
        while (news := pickle.loads(here.recv_bytes())) is not StopIteration:
            yield news
    except EOFError as error:
        raise gr.Error("<b>GPU task aborted</b>") from error
    finally:
        process.kill()
        process.join()
