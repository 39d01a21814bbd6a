"""Even steps: the buttons under a film that say where its frames stand, and the film that follows.

Contract: a view of a tab with a spacing fires `even`, with {place}, a coordinate of its film, where more frames are
wanted. Without, the film of the present form is measured by pictures of it, which are paid in rows, end with Stop and
are kept. What comes of both are numbers in the form, so that settings, link and record have them, and then the film is
rendered as that of a preset is. They are of that film: whoever sets another (see `Status.paced`) has none again. What
takes long is asked for by a second press.

It knows no one experiment: which inputs are meant, the kind of input `Spacing` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.engine.measuring import Measuring
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError, Spacing
from explorer.messages import Message
from explorer.space.pacing import denser
from explorer.ui.controls import QUICK
from explorer.ui.jobs import GIVES_UP, SECONDS_BETWEEN_NEWS, Numbers, gave_up
from explorer.ui.news import Status
from explorer.ui.rendering import Folder, about
from explorer.ui.tab import UNASKED, Tab
from explorer.ui.views import number, said

Updates = Iterator[dict[Any, Any]]


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
STILL = Message("The steps of this film are as even as they get.")
ASKS = Message("Press Even steps once more to begin")
CHANGED = Message("What was measured is another film by now: press Even steps once more.")


def _measuring(pictures: int, measuring: Measuring) -> Status:
    text = Message("Measuring where the film changes, {n} of {m} pictures", n=pictures, m=measuring.count)
    progress = min(1.0, measuring.rows_run / max(1, measuring.rows))
    return Status("running", text, detail=Message("{n} rows", n=measuring.rows), progress=progress)


def connect_even_steps(tab: Tab) -> None:
    """Makes the buttons of a tab work, if its experiment has a spacing."""
    found = [(name, i) for name, i in tab.experiment.own_inputs().items() if isinstance(i, Spacing)]
    if not found or "even" not in tab.view.fires:
        return
    (spacing, declared), *_ = found
    (numbers,) = next(c.components for c in tab.own if c.name == spacing)
    frames = next(c.components for c in tab.own if c.name == declared.frames)
    tab.view.even(
        _pressed(_even(tab, spacing, declared), _finer(tab, spacing, declared)),
        tab.components,
        [*tab.outputs, numbers, *frames],
        validator=tab.validate,
        trigger_mode="multiple",  # the newest wins
        concurrency_id="render",
        concurrency_limit=tab.door.limits.renders or 4,
        show_progress="hidden",
        api_visibility="private",
    )
    tab.view.outdated(None, None, numbers, js="() => (explorer.moved?.(), explorer.due?.(), [''])", **QUICK)


def _pressed(even: Callable[..., Updates], finer: Callable[..., Updates]) -> Callable[..., Updates]:
    def pressed(request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        if getattr(event, "place", None) is None:
            yield from even(request, *values)
        else:
            yield from finer(request, event, *values)

    return pressed


def _too_many(declared: Spacing) -> Status:
    return said("error", Message("At most {n} frames can be placed one by one", n=declared.most))


def _even(tab: Tab, spacing: str, declared: Spacing) -> Callable[..., Updates]:
    def even(request: gr.Request, *values: Any) -> Updates:
        visitor = request.session_hash
        experiment = tab.resolved(tab.settings(values))
        plain = replace(experiment, **{spacing: ()})
        measuring = Measuring(tab.engine, tab.desk.asked(visitor, plain).plan)
        if (why := _not_yet(tab, request, experiment, measuring, declared)) is not None:
            yield {tab.status: why}
            return
        tab.active.meanwhile.pop((visitor, tab.name), None)
        job = Measurement(measuring)
        for status in tab.active.run(visitor, tab.name, job):
            if tab.active.of(visitor, tab.name, Folder):  # Render was pressed, and tells how that goes
                return
            yield {tab.status: status, tab.stop_button: gr.update(interactive=job.state == "running")}
        if job.state != "done":
            return
        if _set_otherwise(tab, visitor, plain):
            yield {tab.status: said("stopped", CHANGED)}
        elif numbers := measuring.spacing:
            yield from _filled(tab, request, values, {spacing: numbers})
        else:
            yield {tab.status: said("done", STILL)}

    return even


def _not_yet(
    tab: Tab, request: gr.Request, experiment: Experiment, measuring: Measuring, declared: Spacing
) -> Status | None:
    """Why a film is not measured now; None, and its rows are paid, if it is."""
    if measuring.route.steps - 1 > declared.most:
        return _too_many(declared)
    seconds, visitor = measuring.seconds or 0, request.session_hash
    if seconds > UNASKED and not _asked(tab, visitor, experiment):
        text = Message("First {n} pictures of this film are drawn, {about}", n=measuring.count, about=about(seconds))
        told = Status("ready", text, detail=ASKS)
        tab.active.outcomes[visitor, tab.name] = experiment, told
        return told
    sentence = tab.door.refusal_of_rows(request, measuring.rows)
    return None if sentence is None else Status("error", sentence)


def _asked(tab: Tab, visitor: str | None, experiment: Experiment) -> bool:
    """Whether what is told of this form is how long its film takes to measure."""
    outcome = tab.active.outcomes.get((visitor, tab.name))
    return outcome is not None and (outcome[0], outcome[1].detail) == (experiment, ASKS)


def _set_otherwise(tab: Tab, visitor: str | None, measured: Experiment) -> bool:
    """Whether the form was changed so that what was measured is another film's."""
    if (settings := tab.active.meanwhile.pop((visitor, tab.name), None)) is None:
        return False
    try:
        return tab.paced(tab.resolved(settings))[:1] != tab.paced(measured)[:1]
    except InputError:
        return True


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
