"""Which jobs are going on, whose they are, and how to end them. One for a server; it knows no widget.

Contract: a visitor has one job a view and kind of sink. The newest wins: the one before is cancelled, and has nothing
more to say.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from explorer.experiments.base import Experiment
from explorer.ui.jobs import Job, News
from explorer.ui.news import Status


@dataclass
class ActiveJobs:
    """The jobs of this server by visitor, view and kind of sink.

    `outcomes` are what a visitor's view showed last and what was said of it, for a price that is asked a moment later.
    `seen` is what a visitor's view shows, for a render that ends before it has a picture of its own.
    `meanwhile` are the settings whose price was asked while a render told its progress, for what is said when it ends.
    """

    jobs: dict[tuple[str | None, str, type], Job] = field(default_factory=dict)
    outcomes: dict[tuple[str | None, str], tuple[Experiment, Status]] = field(default_factory=dict)
    seen: dict[tuple[str | None, str], Any] = field(default_factory=dict)
    meanwhile: dict[tuple[str | None, str], Mapping[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, visitor: str | None, view: str, job: Job[News]) -> Iterator[News]:
        """The job's news, until a newer one takes its place. It is no longer active when its last news come."""
        key = visitor, view, type(job.sink)
        with self.lock:
            before, self.jobs[key] = self.jobs.get(key), job
        if before is not None:
            before.cancel()
        try:
            with closing(iter(job)) as all_news:
                for news in all_news:
                    newest = self.jobs.get(key) is job
                    if job.state != "running":
                        self._forget(job)
                    if newest:
                        yield news
        finally:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        with self.lock:
            self.jobs = {key: other for key, other in self.jobs.items() if other is not job}

    def of(self, visitor: str | None, view: str | None = None, sink: type | None = None) -> list[Job]:
        """The visitor's jobs: all, or only those of a view, or into a kind of sink."""
        with self.lock:
            mine = [(at, kind, job) for (who, at, kind), job in self.jobs.items() if who == visitor]
        return [job for at, kind, job in mine if view in (None, at) and sink in (None, kind)]

    def stop(self, visitor: str | None, view: str | None = None, sink: type | None = None) -> None:
        """Ends those before their next UNet call."""
        for job in self.of(visitor, view, sink):
            job.cancel()

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page: no job of theirs goes on."""
        self.stop(request.session_hash)
        for kept in (self.outcomes, self.seen, self.meanwhile):
            for key in [key for key in list(kept) if key[0] == request.session_hash]:  # others write meanwhile
                kept.pop(key, None)
