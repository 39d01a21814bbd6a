"""Jobs: the places of a plan on their way into a sink, which is a run folder (see `rendering`) or the screen.

Contract: a job begins when it is iterated, and gives news in its sink's own words: at once, with the first frame, every
SECONDS_BETWEEN_NEWS at most (unless the sink wants all of them), and at the end, whatever it is. `cancel()` may be
called from any thread; a job cancels itself after `seconds`, and when its iterator is closed.

It knows no visitor (see `active_jobs`) and no widget: a handler of the page or of an HTTP route iterates it.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from explorer.engine.engine import Engine, Frame, Render
from explorer.space.plans import Plan
from explorer.space.steps import Step

SECONDS_BETWEEN_NEWS = 0.4
GIVES_UP = (RuntimeError, OSError)
"""What a device out of memory, or a disk that is full, raises."""

News = TypeVar("News")


def gave_up(error: Exception) -> str:
    """What a visitor is told of an error of the model, the device or the disk: its first line. The log has it all."""
    traceback.print_exception(error)
    first, *more = str(error).splitlines() or [type(error).__name__]
    return first if more else str(error) or first  # a message of one line stays one


class Sink(Protocol[News]):
    """Takes the frames of one job, and says how it goes: after an event, or (None) at its beginning and its end.

    A sink whose news are all told `at_once` hears of every event. `end` is called when no frame follows, even if nobody
    listens any more.
    """

    at_once: bool

    def take(self, frame: Frame) -> None: ...
    def news(self, job: Job[News], event: Step | Frame | None) -> News: ...
    def end(self, job: Job[News]) -> None: ...


@dataclass
class Screen:
    """A picture for whoever waits for it, and no run.

    All its news have what is in `about`, and `step` and `steps` on the way; at the end what `keep` makes of the frame,
    {stopped} or {error}.
    """

    about: Mapping[str, Any]
    keep: Callable[[Frame], Mapping[str, Any]]
    kept: Mapping[str, Any] = field(default_factory=dict)
    at_once: ClassVar[bool] = False

    def take(self, frame: Frame) -> None:
        self.kept = self.keep(frame)

    def news(self, job: Job, event: Step | Frame | None) -> dict[str, Any]:
        on_the_way = {"step": event.step, "steps": event.steps} if isinstance(event, Step) else self.kept
        ends = {"stopped": {"stopped": True}, "error": {"error": job.error}}
        return {**self.about, **ends.get(job.state, on_the_way)}

    def end(self, job: Job) -> None:
        """Nothing is left to do."""


@dataclass(frozen=True)
class Numbers:
    """Where the numbers of a measurement go: into the form, see `even_steps`."""


class Job(Generic[News]):
    """The places of `plan` into `sink`; its price is that of `render`, the engine's own unless given. Iterate it, once.

    `state` is "running" until it is "done", "stopped" (`late`: because its time was over) or "error", with a sentence
    in `error`; `spent` are the seconds since it was made.
    """

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        sink: Sink[News],
        seconds: float | None = None,
        render: Render | None = None,
    ) -> None:
        self.engine, self.sink, self.seconds = engine, sink, seconds
        self.started = time.perf_counter()
        self.render = render or engine.render(plan)
        self.state, self.error, self.late, self._missing = "running", "", False, len(plan.places)

    @property
    def spent(self) -> float:
        return time.perf_counter() - self.started

    def cancel(self) -> None:
        """Ends the job before its next UNet call."""
        self.render.cancel()

    def __iter__(self) -> Generator[News, None, None]:
        try:
            yield from self._draw()
            self.state = "stopped" if self._missing else "done"
        except GIVES_UP as error:
            self.state, self.error = "error", gave_up(error)
        yield self.sink.news(self, None)

    def _draw(self) -> Iterator[News]:
        due = 0.0
        try:
            yield self.sink.news(self, None)
            for event in self.render:
                if isinstance(event, Frame):
                    self.sink.take(event)
                    due = 0.0 if self._missing == len(self.render.keys) else due  # the first
                    self._missing -= 1
                if self._missing and time.perf_counter() > due:
                    yield self.sink.news(self, event)
                    due = 0.0 if self.sink.at_once else time.perf_counter() + SECONDS_BETWEEN_NEWS
                if self.seconds is not None and self.spent > self.seconds:
                    self.late = True
                    self.cancel()
        finally:  # whoever listened may have gone: then the generator ends here, and so must the work
            self.cancel()
            self.sink.end(self)
