"""A finished run back on the page: its tab, its settings in the form, its frames in the view. Nothing is rendered.

Contract: `updates` gives a value for every widget in `outputs`, or raises ValueError with one sentence for a run whose
record can no longer be used here. Another model's run is shown as it is, and says so.

It does not know how the run was found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.experiments.base import Experiment
from explorer.outputs.records import other_model
from explorer.outputs.runs import Run
from explorer.ui.forms import Form
from explorer.ui.tab import QUICK, Tab


def experiment_of(run: Run, experiments: Mapping[str, type[Experiment]]) -> Experiment:
    """What the run was, checked like a stranger's. Raises ValueError with a sentence if it cannot be that any more."""
    record = run.record
    experiment = experiments.get(str(record.get("experiment")))
    if experiment is None:
        raise ValueError(f"This run belongs to a tab that is not here: {str(record.get('experiment'))[:60]}")
    if problem := next(iter(experiment.problems(record["settings"]).values()), None):
        raise ValueError(f"The settings of this run are no longer allowed: {problem}")
    return experiment(**record["settings"])


class Reopening:
    """Shows runs on the page: `outputs` are the widgets of an event, `updates` their values.

    The views are not among them. Whatever an event leaves as it is, is sent as an update of nothing, and Gradio takes
    one to a view that the browser has not drawn yet for its new properties. So the folder of the run goes to a state of
    the chosen tab alone, and the change of that shows it.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.states = [gr.State(None) for _ in form.tabs]
        for tab, state in zip(form.tabs, self.states, strict=True):
            state.change(_show(tab), state, _widgets(tab), **QUICK)
        self.outputs = [*form.outputs, *self.states]

    def updates(self, visitor: str | None, run: Run, interrupted: bool = False) -> list[Any]:
        """Values for `outputs`. Raises ValueError with a sentence, also while the visitor's tab is rendering.

        `interrupted` says that the run was being rendered when its page was lost.
        """
        experiment = experiment_of(run, self.form.experiments)
        chosen = self.form.by_name[experiment.name()]
        if (visitor, chosen.name) in chosen.under_way.renders:
            raise ValueError(f"{chosen.experiment.title()} is being rendered: stop it first, or wait.")
        whole = experiment.resolved(chosen.engine.networks.defaults)
        status = _status(run, chosen, interrupted)
        chosen.under_way.told[visitor, chosen.name] = whole, status  # what its price says of these settings
        told = [(str(run.folder), status, time.time()) if tab is chosen else gr.skip() for tab in self.form.tabs]
        return [*self.form.filled(chosen, experiment.settings()), *told]


def _widgets(tab: Tab) -> list[Any]:
    return [tab.view, tab.status, tab.folder, *tab.exports.values(), tab.file]


def _show(tab: Tab) -> Callable[..., list[Any]]:
    def show(opened: tuple[str, dict[str, Any], float]) -> list[Any]:
        folder, status, _ = opened
        run = Run.open(Path(folder))
        film = film_of(run, tab.experiment(**run.record["settings"])) if run.ready else None
        exports = [gr.update(interactive=bool(run.ready))] * len(tab.exports)
        return [film, status, folder, *exports, gr.update(visible=False)]

    return show


def film_of(run: Run, experiment: Experiment) -> dict[str, Any]:
    """What a view of runs shows of a finished one; see `views.RunView`."""
    return {
        "folder": run.folder,
        "count": run.count,
        "ready": run.ready,
        "preview": None,
        "notes": {int(index): note for index, note in run.record.get("notes", {}).items()},
        "fps": getattr(experiment, "fps", 10),
        "loop": getattr(experiment, "loop", "open"),
    }


def _status(run: Run, tab: Tab, interrupted: bool) -> dict[str, Any]:
    ready, networks = len(run.ready), tab.engine.networks
    other = other_model(run.record, networks.name, networks.signature) or ""
    state, text = "done", f"{ready} of {run.count} frames, from your runs"
    if interrupted and ready < run.count:
        state, text = "stopped", f"Your render was interrupted at {ready} of {run.count} frames: Render goes on"
    return {"state": state, "text": text, "detail": other, "notes": [], "progress": None}
