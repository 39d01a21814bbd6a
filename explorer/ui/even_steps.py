"""Even steps: the buttons under a film that say where its frames stand, and the film that follows.

Contract: a view of a tab with a spacing fires `even`, or `finer` with {place}, a coordinate of its film. The first has
the film of the present form measured by pictures of it, which are paid in rows, end with Stop and are kept; what comes
of both are numbers in the form, so that settings, link and record have them, and then the film is rendered as that of a
preset is. They are of that film: who writes other words or chooses another way has none again.

It knows no one experiment: which inputs are meant, the kind of input `Spacing` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from explorer.engine.measuring import Measuring
from explorer.experiments.inputs import Spacing
from explorer.messages import Message
from explorer.space.pacing import denser
from explorer.ui.controls import QUICK
from explorer.ui.jobs import GIVES_UP, SECONDS_BETWEEN_NEWS, gave_up
from explorer.ui.news import Status
from explorer.ui.tab import Tab
from explorer.ui.views import number, said

Updates = Iterator[dict[Any, Any]]


@dataclass(frozen=True)
class Numbers:
    """A sink: what is measured goes into the form."""


class Measurement:
    """A job that measures, see `jobs`; its news are statuses. Iterate it, once."""

    def __init__(self, measuring: Measuring) -> None:
        self.sink, self.state, self.measuring = Numbers(), "running", measuring

    def cancel(self) -> None:
        """Ends it after the call under way; what was drawn is kept."""
        self.measuring.cancel()

    def __iter__(self) -> Iterator[Status]:
        due, measuring = 0.0, self.measuring
        try:
            for pictures in measuring:
                if time.monotonic() > due:
                    due = time.monotonic() + SECONDS_BETWEEN_NEWS
                    yield _measuring(pictures, measuring)
            self.state = "done" if measuring.done else "stopped"
            if self.state == "stopped":
                yield said("stopped", STOPPED)
        except GIVES_UP as error:
            self.state = "error"
            yield said("error", gave_up(error))


STOPPED = Message("Stopped measuring: Even steps goes on from here")
STILL = Message("Nothing changes in this film: its steps are even as they are.")


def _measuring(pictures: int, measuring: Measuring) -> Status:
    text = Message("Measuring where the film changes, {n} of {m} pictures", n=pictures, m=measuring.count)
    progress = min(1.0, measuring.rows_run / max(1, measuring.rows))
    return Status("running", text, detail=Message("{n} rows", n=measuring.rows), progress=progress)


def connect_even_steps(tab: Tab) -> None:
    """Makes the buttons of a tab work, if its experiment has a spacing."""
    found = [(name, i) for name, i in tab.experiment.own_inputs().items() if isinstance(i, Spacing)]
    if not found or "even" not in tab.view.fires:
        return
    written = [component for c in tab.own for component in c.components]
    event = {
        "inputs": tab.components,
        "outputs": [*dict.fromkeys([*tab.outputs, *written])],
        "validator": tab.validate,
        "concurrency_id": "render",
        "concurrency_limit": tab.door.limits.renders or 4,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    tab.view.even(_even(tab, *found[0]), **event)
    tab.view.finer(_finer(tab, *found[0]), **event)
    (numbers,) = next(c.components for c in tab.own if c.name == found[0][0])
    chosen = [c.input for c in written if isinstance(c, gr.Dropdown) and c.elem_id in tab.decides]
    gr.on([tab.view.outdated, *chosen], None, None, numbers, js="() => ['']", **QUICK)


def _too_many(declared: Spacing) -> Status:
    return said("error", Message("At most {n} frames can be placed one by one", n=declared.most))


def _even(tab: Tab, spacing: str, declared: Spacing) -> Callable[..., Updates]:
    def even(request: gr.Request, *values: Any) -> Updates:
        visitor = request.session_hash
        plan = tab.desk.asked(visitor, tab.resolved({**tab.settings(values), spacing: ()})).plan
        if plan.route.steps - 1 > declared.most:
            yield {tab.status: _too_many(declared)}
            return
        measuring = Measuring(tab.engine, plan)
        job = Measurement(measuring)
        if (sentence := tab.door.refusal_of_rows(request, measuring.rows)) is not None:
            yield {tab.status: said("error", sentence)}
            return
        for status in tab.active.run(visitor, tab.name, job):
            yield {tab.status: status, tab.stop_button: gr.update(interactive=job.state == "running")}
        if job.state != "done":
            return
        if not (numbers := measuring.spacing):
            yield {tab.status: said("done", STILL)}
            return
        yield from _filled(tab, request, values, {spacing: numbers})

    return even


def _finer(tab: Tab, spacing: str, declared: Spacing) -> Callable[..., Updates]:
    def finer(request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        experiment = tab.resolved(tab.settings(values))
        route = tab.desk.asked(request.session_hash, experiment).plan.route
        place = number(getattr(event, "place", None), 0.0, route.legs * route.unit, 0.0) / route.unit
        changes = {
            spacing: denser(getattr(experiment, spacing), route, place),
            declared.frames: getattr(experiment, declared.frames) + 1,
        }
        if len(changes[spacing]) > declared.most:
            yield {tab.status: _too_many(declared)}
            return
        if problem := next(iter(tab.experiment.problems(changes).values()), None):
            yield {tab.status: said("error", tab.experiment.at_its_field(problem))}
            return
        yield from _filled(tab, request, values, changes)

    return finer


def _filled(tab: Tab, request: gr.Request, values: Sequence[Any], changes: Mapping[str, Any]) -> Updates:
    """Puts settings into the form, and renders it, unless that takes long: then it waits for Render."""
    updates, rest, now = {}, list(values), []
    for c in tab.controls:
        own, rest = rest[: len(c.components)], rest[len(c.components) :]
        if c.name in changes:
            own = c.write(changes[c.name])
            updates |= zip(c.components, own, strict=True)
        now += own
    yield updates
    yield from tab.try_out(request, *now)
