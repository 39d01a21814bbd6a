"""One press of Render: from settings to a run folder that fills, told in updates that are small however long it gets.

Plain Python over the engine, an experiment and a run folder; it knows no widget. The page shows the updates.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from explorer.engine.engine import Engine, Frame, Price, Render
from explorer.experiments.base import Experiment
from explorer.experiments.tails import tails
from explorer.outputs.records import make_record
from explorer.outputs.runs import Run, Runs
from explorer.space.plans import Plan
from explorer.space.steps import Step
from explorer.ui.asked import Asked

SECONDS_BETWEEN_UPDATES = 0.4


class Refused(Exception):
    """A render that may not begin; the message says why."""


@dataclass
class Rendering:
    """A render under way, as its visitor sees it. Iterate it for (film, status) pairs; `render.cancel()` stops it.

    After `seconds` from its beginning it stops by itself, like that.
    """

    engine: Engine
    run: Run
    render: Render
    experiment: Experiment
    seconds: float | None = None
    late: bool = False  # stopped because its time was over
    started: float = field(default_factory=time.perf_counter)
    preview: dict[str, Any] | None = None
    notes: dict[int, str] = field(default_factory=dict)  # what was measured while drawing, by frame
    ready: set[int] = field(default_factory=set)  # the frames in the run folder, which is not listed for it

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        engine: Engine,
        runs: Runs,
        *,
        seconds: float | None = None,
        refusal: Callable[[Price], str | None] | None = None,
        plan: Plan | None = None,
    ) -> Rendering:
        """Opens a run folder for a resolved experiment; plans it, unless its `plan` is there already.

        Raises InputError where inputs do not agree, and Refused with what `refusal` says of the price, if anything.
        """
        started = time.perf_counter()
        plan = plan or experiment.plan(engine)
        render = engine.render(plan)
        if refusal is not None and (sentence := refusal(render.price)) is not None:
            raise Refused(sentence)
        record = make_record(experiment.name(), experiment.settings(), engine.model, plan)
        runs.tidy()
        return cls(engine, runs.create(record, len(plan.places)), render, experiment, seconds, started=started)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        told = 0.0
        yield self.film(), self.status("running")
        try:
            for event in self.render:
                if isinstance(event, Frame):
                    self.run.add(event.index, event.png)
                    self.ready.add(event.index)
                    self.preview = None
                    if note := event.note:
                        self.notes[event.index] = note
                first = isinstance(event, Frame) and len(self.ready) == 1
                if first or time.perf_counter() - told > SECONDS_BETWEEN_UPDATES:
                    self._glimpse(event)
                    yield self.film(), self.status("running")
                    told = time.perf_counter()
                self._look_at_the_clock()
        finally:  # the tab may have been closed: then the generator ends here, and so must the work
            self.render.cancel()
            self._finish()
        complete = len(self.ready) == len(self.render.keys)
        yield self.film(), self.status("done" if complete else "stopped")

    def _look_at_the_clock(self) -> None:
        if self.seconds is not None and time.perf_counter() - self.started > self.seconds:
            self.late = True
            self.render.cancel()

    def _glimpse(self, event: Step | Frame) -> None:
        """While no frame is there yet, the picture that the first one is expected to become."""
        if isinstance(event, Step) and not event.last and not self.ready:
            path = self.run.preview(event.index, event.step, self.engine.preview(event.predicted))
            self.preview = {"index": event.index, "step": event.step, "steps": event.steps, "path": path}

    def _finish(self) -> None:
        rows, price = self.render.rows, self.render.price
        self.run.finish(
            rows={"run": rows.run, "naive": price.naive_rows, "stored_frames": price.stored},
            seconds=round(time.perf_counter() - self.started, 3),
            notes=self.notes,
        )

    def film(self) -> dict[str, Any]:
        """What the film view shows now."""
        return {
            "folder": self.run.folder,
            "count": len(self.render.keys),
            "ready": sorted(self.ready),
            "preview": self.preview,
            "notes": self.notes,
            **dataclasses.asdict(self.render.plan.shown.playback),
        }

    def status(self, state: str) -> dict[str, Any]:
        """What the status line says now."""
        ready, frames = len(self.ready), len(self.render.keys)
        rows, price = self.render.rows, self.render.price
        progress = (rows.run / price.rows) if price.rows else 1.0
        if state == "running":
            left = self.render.seconds_left
            text = f"{ready} of {frames} frames, {rows.run} of {price.rows} rows"
            text += f", {about(left)} left" if left is not None else ""
            return {"state": state, "text": text, "detail": "", "notes": [], "progress": progress}
        spent = time.perf_counter() - self.started
        over = f" after {self.seconds:g} s, the longest that a render may take here" if self.late else ""
        kept = f"Stopped{over}: {ready} of {frames} frames are kept"
        text = f"{frames} frames in {spent:.1f} s" if state == "done" else kept
        detail = f"{rows.run} rows run; a plain loop would have run {price.naive_rows}"
        stored = "1 frame was already rendered" if price.stored == 1 else f"{price.stored} frames were already rendered"
        detail += f"; {stored}" if price.stored else ""
        detail += "" if state == "done" else ". Render goes on from here"
        return {"state": state, "text": text, "detail": detail, "notes": [], "progress": progress}

    def failed(self, error: Exception) -> dict[str, Any]:
        """What the status line says when the model, the device or the disk gave up in the middle.

        Counts the frames in the folder: another process may have put them there.
        """
        self.ready = set(self.run.ready)
        text = next(iter(str(error).splitlines()), type(error).__name__)
        detail = f"{len(self.ready)} of {len(self.render.keys)} frames are kept. Render tries the others again"
        return {"state": "error", "text": text, "detail": detail, "notes": [], "progress": None}


def about(seconds: float) -> str:
    """A duration as people say it: "about 9 s", "about 3 min"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def price_tag(price: Price) -> str:
    """The price before it is paid: "24 frames, 7 already rendered, 663 rows, about 9 s"."""
    parts = [f"{price.frames} frames" if price.frames != 1 else "1 frame"]
    parts += [f"{price.stored} already rendered"] if price.stored else []
    parts += [f"{price.rows} rows"]
    parts += [about(price.seconds)] if price.seconds is not None and price.rows else []
    return ", ".join(parts)


def prices(asked: Asked, engine: Engine) -> dict[str, Any]:
    """The status line of what is not yet rendered: its price, and the words that the text encoder cuts off."""
    price = engine.price(asked.plan)
    notes = tails(asked.experiment, engine.networks.cut_off)
    return {"state": "ready", "text": price_tag(price), "detail": "", "notes": notes, "progress": None}
