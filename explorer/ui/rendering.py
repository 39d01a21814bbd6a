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
from explorer.messages import Message, in_a_row
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
        left, text = job.render.seconds_left, Message("{ready} of {frames} frames", ready=ready, frames=frames)
        text = in_a_row([text, still(left)]) if left is not None else text
        return Status("running", text, (), Message("{run} of {rows} rows", run=rows, rows=price.rows), progress)
    kept = Message("{n} of {m} frames are kept", n=ready, m=frames)
    if job.state == "error":
        return Status("error", job.error, detail=in_a_row([kept, Message("Render tries the others again")], ". "))
    stopped = Message("Stopped")
    if job.late:
        stopped = Message("Stopped after {s} s, the longest that a render may take here", s=f"{job.seconds:g}")
    took = f"{job.spent:.1f}"
    done = Message("{n} frames in {s} s", n=frames, s=took) if frames > 1 else Message("1 frame in {s} s", s=took)
    text = done if job.state == "done" else Message("{stopped}: {kept}", stopped=stopped, kept=kept)
    parts = [Message("{n} rows run; a plain loop would have run {m}", n=rows, m=price.naive_rows)]
    if price.stored:
        many = Message("{n} frames were already rendered", n=price.stored)
        parts.append(many if price.stored > 1 else Message("1 frame was already rendered"))
    detail = in_a_row(parts, "; ")
    detail = detail if job.state == "done" else in_a_row([detail, Message("Render goes on from here")], ". ")
    return Status(job.state, text, detail=detail, progress=progress)


def about(seconds: float) -> Message:
    """A duration as people say it: "about 9 s", "about 3 min"."""
    if seconds < 90:
        return Message("about {n} s", n=max(1, round(seconds)))
    if seconds < 5400:
        return Message("about {n} min", n=round(seconds / 60))
    return Message("about {n} h", n=f"{seconds / 3600:.1f}")


def still(seconds: float) -> Message:
    """What is left of a duration: "about 9 s left"."""
    return Message("{about} left", about=about(seconds))


def price_tag(price: Price) -> Message:
    """The price before it is paid: "24 frames, 7 already rendered, about 9 s"."""
    parts = [Message("{n} frames", n=price.frames) if price.frames != 1 else Message("1 frame")]
    parts += [Message("{n} already rendered", n=price.stored)] if price.stored else []
    parts += [about(price.seconds)] if price.seconds is not None and price.rows else []
    return in_a_row(parts)


def prices(asked: Asked, engine: Engine) -> Status:
    """The status line of what is not yet rendered: its price, and what of its prompts is not read as meant."""
    price, notes = engine.price(asked.plan), tails(asked.experiment, Fluent(engine, asked.uses).cut_off)
    notes += strangers(asked.experiment)
    rows = Message("{n} rows", n=price.rows)
    return Status("ready", price_tag(price), notes, rows, free=price.stored == price.frames)
