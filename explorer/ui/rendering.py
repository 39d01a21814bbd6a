"""One press of Render: a new run folder as the sink of a job, and what the status line says before, during and after.

It knows no widget. What is told stays small however long the run gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from explorer.engine.engine import Engine, Frame, Price
from explorer.engine.fluent import Fluent
from explorer.experiments.tails import strangers, tails
from explorer.outputs.records import make_record
from explorer.outputs.runs import Run, Runs
from explorer.space.steps import Step
from explorer.ui.asked import Asked
from explorer.ui.jobs import Job
from explorer.ui.news import Film, Preview, Status, settings_key


class Folder:
    """A sink: a new run with this record. Its folder is there from the first news on."""

    at_once = False

    def __init__(self, runs: Runs, record: Mapping[str, Any]) -> None:
        self.runs, self.record = runs, record
        self.of = settings_key(record["experiment"], record["settings"])
        self.preview: Preview | None = None
        self.notes: dict[int, str] = {}  # what was measured while drawing, by frame
        self.ready: set[int] = set()  # the frames in the run folder, which is not listed for it

    @cached_property
    def run(self) -> Run:
        """The run."""
        self.runs.tidy()
        return self.runs.create(self.record, len(self.record["frames"]))

    def take(self, frame: Frame) -> None:
        """Puts it into the run."""
        self.run.add(frame.index, frame.png)
        self.ready.add(frame.index)
        self.preview = None
        if note := frame.note:
            self.notes[frame.index] = note

    def news(self, job: Job, event: Step | Frame | None) -> tuple[Film, Status]:
        """What the view and the status line show now."""
        if isinstance(event, Step) and not event.last and not self.ready:  # what the first frame is expected to become
            path = self.run.preview(event.index, event.step, job.engine.preview(event.predicted))
            self.preview = Preview(event.index, event.step, event.steps, path)
        run, playback = self.run, job.render.plan.shown.playback
        film = Film(run.folder, run.count, sorted(self.ready), self.preview, dict(self.notes), playback, self.of)
        return film, _status(job, len(self.ready))

    def end(self, job: Job) -> None:
        """Completes the run's record."""
        price = job.render.price
        rows = {"run": job.render.rows.run, "naive": price.naive_rows, "stored_frames": price.stored}
        self.run.finish(rows=rows, seconds=round(job.spent, 3), notes=self.notes)


def render_of(asked: Asked, engine: Engine, runs: Runs, seconds: float | None = None) -> Job[tuple[Film, Status]]:
    """The job that renders what was asked for into a run of its own."""
    experiment = asked.experiment
    read_as = engine.read_as(experiment.prompts_used())
    record = make_record(experiment.name(), experiment.settings(), engine.model, asked.plan, read_as)
    return Job(engine, asked.plan, Folder(runs, record), seconds)


def _status(job: Job, ready: int) -> Status:
    frames, rows, price = len(job.render.keys), job.render.rows.run, job.render.price
    progress = (rows / price.rows) if price.rows else 1.0
    if job.state == "running":
        left, text = job.render.seconds_left, f"{ready} of {frames} frames"
        text += f", {about(left)} left" if left is not None else ""
        return Status("running", text, (), f"{rows} of {price.rows} rows", progress)
    if job.state == "error":
        detail = f"{ready} of {frames} frames are kept. Render tries the others again"
        return Status("error", job.error, detail=detail)
    over = f" after {job.seconds:g} s, the longest that a render may take here" if job.late else ""
    kept = f"Stopped{over}: {ready} of {frames} frames are kept"
    text = f"{frames} frames in {job.spent:.1f} s" if job.state == "done" else kept
    detail = f"{rows} rows run; a plain loop would have run {price.naive_rows}"
    stored = "1 frame was already rendered" if price.stored == 1 else f"{price.stored} frames were already rendered"
    detail += f"; {stored}" if price.stored else ""
    detail += "" if job.state == "done" else ". Render goes on from here"
    return Status(job.state, text, detail=detail, progress=progress)


def about(seconds: float) -> str:
    """A duration as people say it: "about 9 s", "about 3 min"."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def price_tag(price: Price) -> str:
    """The price before it is paid: "24 frames, 7 already rendered, about 9 s"."""
    parts = [f"{price.frames} frames" if price.frames != 1 else "1 frame"]
    parts += [f"{price.stored} already rendered"] if price.stored else []
    parts += [about(price.seconds)] if price.seconds is not None and price.rows else []
    return ", ".join(parts)


def prices(asked: Asked, engine: Engine) -> Status:
    """The status line of what is not yet rendered: its price, and what of its prompts is not read as meant."""
    price, notes = engine.price(asked.plan), tails(asked.experiment, Fluent(engine, asked.uses).cut_off)
    notes += strangers(asked.experiment)
    return Status("ready", price_tag(price), notes, f"{price.rows} rows", free=price.stored == price.frames)
