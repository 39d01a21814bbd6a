"""Your runs: what this visitor has rendered, to open again, to compare and to delete.

Contract: the list lives in the visitor's own browser, because a run's name is a key that nobody can guess: the server
does not know visitors and has no list that could show one's runs to another. It survives a reload and a restart. A run
enters it when its rendering begins and is brought up to date when that ends; the browser keeps the newest 60. Pictures
and records come from the run's folder as static files, when they come into sight.

To the page go small values with any of `entry` (a run that belongs in the list; `begun`: it is being rendered),
`gone` (a run that is no longer on the server), `removed` and `opened` (names of runs), `interrupted` (the run that
this window was rendering when its page was lost: it is opened again), `said` (a sentence), and a `stamp` that makes
each a new one. From the page come the events `reopen` and `remove` with the `run`'s name, which is checked. Visitors'
text (captions, prompts, settings) is written through `textContent` only.

It does not know how a run is shown: see `reopening`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.experiments.base import Experiment
from explorer.outputs.runs import BeingRendered, Run, Runs
from explorer.ui.controls import QUICK
from explorer.ui.text import say
from explorer.ui.views import mask
from explorer.ui.widget import Widget

MAX_WORDS = 200  # characters

Reopen = Callable[[str | None, Run, bool], dict[Any, Any]]
"""From a visitor's session, a run, and whether it was interrupted, to updates that show it; raises ValueError."""


class HistoryView(Widget):
    """The list of runs. `titles`: tab name -> title; `labels`: setting -> its name on the page."""

    kind = "history"
    fires = ("reopen", "remove")

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        titles: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        **props: Any,
    ) -> None:
        titles, labels = dict(titles or {}), dict(labels or {})
        names = {name: name for name in (*titles.values(), *labels.values())}
        super().__init__(value, phrases=("history",), words=names, titles=titles, labels=labels, **props)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser, as something new each time."""
        return value and {**value, "stamp": secrets.token_hex(4)}


def draw_history(experiments: Mapping[str, type[Experiment]]) -> HistoryView:
    """The list, where it is called on the page. Nothing of it is seen before there is a run."""
    titles = {name: experiment.label() for name, experiment in experiments.items()}
    inputs = {name: i for experiment in experiments.values() for name, i in experiment.inputs().items()}
    labels = {name: i.named(name) for name, i in inputs.items()}
    return HistoryView(titles=titles, labels=labels, elem_id="history")


def entry_of(run: Run, experiment: Experiment, link: str) -> dict[str, Any]:
    """What the browser keeps of a run, some 500 characters; `link` is the query string of its settings."""
    prompts = [p for name, i in experiment.own_inputs().items() for p in i.prompts(getattr(experiment, name))]
    return {
        "run": run.name,
        "manifest": FileData(path=str(run.folder / "frames.json")).model_dump(),
        "tab": experiment.name(),
        "words": " → ".join(prompts)[:MAX_WORDS],
        "created": run.created,
        "count": run.count,
        "ready": mask(run.ready),
        "link": link,
    }


def connect_history(history: HistoryView, runs: Runs, outputs: Sequence[Any], updates: Reopen) -> None:
    """Makes the events of the list work: `updates` gives those of `outputs` that show a run again."""
    queued = {**QUICK, "queue": True}  # past the queue the page does not hear that a state has changed
    history.reopen(_reopen(history, runs, updates), None, [*outputs, history], **queued)
    history.remove(_remove(runs), None, history, **QUICK)


def _asked(event: gr.EventData) -> str:
    """The name that the page sent, of whatever kind, as text: `Runs.open` refuses what no run can be called."""
    return str(getattr(event, "run", ""))[:100]


def _reopen(history: HistoryView, runs: Runs, updates: Reopen) -> Callable[..., dict[Any, Any]]:
    def reopen(request: gr.Request, event: gr.EventData) -> dict[Any, Any]:
        try:
            run = runs.open(_asked(event))
        except ValueError:
            return {history: {"gone": _asked(event)}}
        try:
            again = updates(request.session_hash, run, getattr(event, "interrupted", None) is True)
            return {**again, history: {"opened": run.name}}
        except ValueError as error:
            return {history: {"said": say(str(error))}}

    return reopen


def _remove(runs: Runs) -> Callable[..., dict[str, Any]]:
    def remove(event: gr.EventData) -> dict[str, Any]:
        try:
            runs.delete(_asked(event))
        except BeingRendered as error:
            return {"said": say(str(error))}
        except ValueError:  # it was gone already
            return {"removed": _asked(event)}
        return {"removed": _asked(event)}

    return remove
