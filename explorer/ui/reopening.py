"""A finished run back on the page: its tab, its settings in the form, its frames in the view. Nothing is rendered.

Contract: `updates` gives what changes of the widgets in `outputs`, or raises ValueError with one sentence for a run
whose record can no longer be used here. Another model's run is shown as it is, and says so.

It does not know how the run was found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.experiments.base import Experiment
from explorer.experiments.made_with import MadeWith, another_model, suited_from
from explorer.messages import Message, restored
from explorer.outputs.records import playback_of
from explorer.outputs.runs import Run
from explorer.ui.controls import QUICK
from explorer.ui.forms import Form
from explorer.ui.news import Film, Status, settings_key
from explorer.ui.rendering import Folder
from explorer.ui.tab import Tab


def experiment_of(run: Run, experiments: Mapping[str, type[Experiment]]) -> Experiment:
    """What the run was, checked like a stranger's. Raises ValueError with a sentence if it cannot be that any more."""
    record = run.record
    experiment = experiments.get(str(record.get("experiment")))
    if experiment is None:
        name = str(record.get("experiment"))[:60]
        raise ValueError(Message("This run belongs to a tab that is not here: {tab}", tab=name))
    if problem := next(iter(experiment.problems(record["settings"]).values()), None):
        raise ValueError(Message("The settings of this run are no longer allowed: {why}", why=str(problem)))
    return experiment(**record["settings"])


class Reopening:
    """Shows runs on the page: `outputs` are the widgets of an event, `updates` gives those that change.

    The views are not among them. Whatever an event leaves as it is, is sent as an update of nothing, and Gradio takes
    one to a view that the browser has not drawn yet for its new properties. So the folder of the run goes to a state of
    the chosen tab alone, and the change of that shows it.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.states = {tab.name: gr.State(None) for tab in form.tabs}
        for tab in form.tabs:
            self.states[tab.name].change(_show(tab), self.states[tab.name], tab.outputs, **QUICK)
        self.outputs = [*form.outputs, *self.states.values()]

    def updates(self, visitor: str | None, run: Run, interrupted: bool = False) -> dict[Any, Any]:
        """Updates among `outputs`. Raises ValueError with a sentence, also while the visitor's tab is rendering.

        `interrupted` says that the run was being rendered when its page was lost.
        """
        experiment = experiment_of(run, self.form.experiments)
        chosen = self.form.by_name[experiment.name()]
        if chosen.active.of(visitor, chosen.name, Folder):
            raise ValueError(Message("{tab} is being rendered: stop it first, or wait.", tab=chosen.experiment.label()))
        settings, status = _for_this_model(run, chosen)[0], _status(run, chosen, interrupted)
        chosen.active.outcomes[visitor, chosen.name] = chosen.resolved(settings), status  # what its price says of these
        opened = {self.states[chosen.name]: (str(run.folder), status, time.time())}
        return {**self.form.filled(chosen, settings), **opened}


def _show(tab: Tab) -> Callable[..., dict[Any, Any]]:
    def show(request: gr.Request, opened: tuple[str, Status, float]) -> dict[Any, Any]:
        folder, status, _ = opened
        run = Run.open(Path(folder))
        experiment, model = tab.resolved(run.record["settings"]), MadeWith.of(run.model)
        film = film_of(run) if run.ready else None
        shown = tab.shown(request.session_hash, run, film, status)
        return {**shown, **tab.listed(run, experiment), **tab.remembered(experiment, run, model)}

    return show


def film_of(run: Run) -> Film:
    """What a view of runs shows of a finished one."""
    record = run.record
    notes = {int(index): note for index, note in restored(record.get("notes", {}), record.get("messages")).items()}
    of = settings_key(str(record.get("experiment")), record["settings"])
    return Film(run.folder, run.count, run.ready, notes=notes, playback=playback_of(record), of=of)


def _for_this_model(run: Run, tab: Tab) -> tuple[dict[str, Any], list[str]]:
    """What the form shows of a run: its settings, with a size that suits this model where another one drew it."""
    model, networks = MadeWith.of(run.model), tab.engine.networks
    return suited_from(model, MadeWith.running(networks), run.record["settings"], networks.defaults)


def _status(run: Run, tab: Tab, interrupted: bool) -> Status:
    ready, count, state = len(run.ready), run.count, "done"
    text = Message("{n} of {m} frames, from your runs", n=ready, m=count)
    if interrupted and ready < count:
        state = "stopped"
        text = Message("Your render was interrupted at {n} of {m} frames: press Render to go on", n=ready, m=count)
    other = another_model(run.model, tab.engine.networks) or ""
    return Status(state, text, _for_this_model(run, tab)[1], other)
