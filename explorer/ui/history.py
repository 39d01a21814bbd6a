"""Your runs: what this visitor has rendered, to open again, to compare and to delete.

Contract: the list lives in the visitor's own browser, because a run's name is a key that nobody can guess: the server
does not know visitors and has no list that could show one's runs to another. It survives a reload and a restart. A run
enters it when its rendering begins and is brought up to date when that ends; the browser keeps the newest 60. Pictures
and records come from the run's folder as static files, when they come into sight.

To the page go small values with any of `entry` (a run that belongs in the list), `gone` (a run that is no longer on the
server), `removed` and `opened` (names of runs), `interrupted` (the run that this window was rendering when its page was
lost: it is opened again), `said` (a sentence), and a `stamp` that makes each a new one. From the page come the events
`reopen` and `remove` with the `run`'s name, which is checked. Visitors' text (captions, prompts, settings) is written
through `textContent` only.

It does not know how a run is shown: see `reopening`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Prompt
from explorer.outputs.runs import BeingRendered, Run, Runs
from explorer.ui.forms import Form
from explorer.ui.memory import kept
from explorer.ui.reopening import Reopening, experiment_of
from explorer.ui.tab import QUICK, Tab
from explorer.ui.text import words_of
from explorer.ui.views import WidgetMeta, mask, source

MAX_WORDS = 200  # characters

HISTORY_TEXTS = {
    "title": "Your runs",
    "where": "This list is kept by your browser alone. The server deletes runs when they are old.",
    "list": "Your runs, the newest first",
    "reopen": "Open again: {name}",
    "frame": "1 frame",
    "frames": "{count} frames",
    "some": "{ready} of {count} frames",
    "compare": "Compare",
    "compare-name": "Compare: {name}",
    "delete": "Delete",
    "delete-name": "Delete: {name}",
    "sure": "For good?",
    "keep": "Keep",
    "gone": "No longer on the server",
    "settings": "Open its settings",
    "forget": "Take it off the list",
    "none": "No pictures",
    "more": "Show all {count}",
    "less": "Show fewer",
    "one": "Choose another run to compare this one with.",
    "difference": "What differs",
    "same": "Their settings are the same.",
    "place": "Where in both runs",
    "tab": "Tab",
    "model": "Model",
    "absent": "not there",
    "empty": "empty",
    "picture": "a picture",
    "lost": "The settings of one of these runs are no longer on the server.",
}


class HistoryView(gr.HTML, metaclass=WidgetMeta):
    """The list of runs. `titles`: tab name -> title; `labels`: setting -> its name on the page."""

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        titles: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """`texts`: language tag -> translations of HISTORY_TEXTS, titles and labels; what is left out stays English.

        Without any, the phrase book's are taken.
        """
        names = {name: name for names in (titles, labels) for name in (names or {}).values()}
        texts = words_of({**HISTORY_TEXTS, **names}) if texts is None else texts
        super().__init__(
            value=value,
            titles=dict(titles or {}),
            labels=dict(labels or {}),
            texts={**{tag: dict(words) for tag, words in texts.items()}, "en": dict(HISTORY_TEXTS)},
            html_template=source("history.html"),
            css_template=source("history.css"),
            js_on_load=source("bits.js", "shelf.js", "differences.js", "cards.js", "history.js"),
            apply_default_css=False,
            **kwargs,
        )

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser, as something new each time."""
        return value and {**value, "stamp": secrets.token_hex(4)}

    def preprocess(self, payload: Any) -> None:
        """Nothing is read back."""

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the value."""
        return {"type": "object"}


def draw_history(experiments: Mapping[str, type[Experiment]]) -> HistoryView:
    """The list, where it is called on the page. Nothing of it is seen before there is a run."""
    titles = {name: experiment.title() for name, experiment in experiments.items()}
    inputs = {name: i for experiment in experiments.values() for name, i in experiment.inputs().items()}
    labels = {name: i.label or name.replace("_", " ").capitalize() for name, i in inputs.items()}
    return HistoryView(titles=titles, labels=labels, elem_id="history")


def entry_of(run: Run, experiment: Experiment, link: str) -> dict[str, Any]:
    """What the browser keeps of a run, some 500 characters; `link` is the query string of its settings."""
    texts = [getattr(experiment, name) for name, i in experiment.own_inputs().items() if isinstance(i, Prompt)]
    prompts = [prompt for text in texts for prompt in ([text] if isinstance(text, str) else text)]
    return {
        "run": run.name,
        "manifest": FileData(path=str(run.folder / "frames.json")).model_dump(),
        "tab": experiment.name(),
        "words": " → ".join(prompts)[:MAX_WORDS],
        "created": str(run.record.get("created", "")),
        "count": run.count,
        "ready": mask(run.ready),
        "link": link,
    }


def connect_history(history: HistoryView, form: Form, runs: Runs) -> None:
    """Puts runs on the list as they begin and end, and makes its events work."""
    reopening = Reopening(form)
    for tab in form.tabs:
        tab.folder.change(_begun(tab), tab.folder, [history, tab.memory], **QUICK)
        for rendered in tab.rendered:
            rendered.then(_ended(tab), tab.folder, history, **QUICK)
    queued = {**QUICK, "queue": True}  # past the queue the page does not hear that a state has changed
    history.reopen(_reopen(runs, reopening), None, [*reopening.outputs, history], **queued)
    history.remove(_remove(runs), None, history, **QUICK)


def _begun(tab: Tab) -> Callable[[str | None], list[Any]]:
    """A folder is a new one: its run goes on the list, and its settings into the memory."""

    def begun(folder: str | None) -> list[Any]:
        return [*_told(tab, folder)]

    return begun


def _ended(tab: Tab) -> Callable[[str | None], Any]:
    """Has more frames now. The form may have been changed meanwhile, so the memory is left alone."""

    def ended(folder: str | None) -> Any:
        return _told(tab, folder)[0]

    return ended


def _told(tab: Tab, folder: str | None) -> tuple[Any, Any]:
    try:
        run = Run.open(Path(folder or ""))
        experiment = experiment_of(run, {tab.name: tab.experiment})
    except ValueError:  # nothing rendered yet, or deleted meanwhile
        return gr.skip(), gr.skip()
    settings = kept(tab.experiment, experiment.settings(), tab.engine.networks.defaults)
    told = settings if "query" in settings else {"tab": tab.name}
    return {"entry": entry_of(run, experiment, settings.get("query", ""))}, {**told, "run": run.name}


def _asked(event: gr.EventData) -> str:
    """The name that the page sent, of whatever kind, as text: `Runs.open` refuses what no run can be called."""
    return str(getattr(event, "run", ""))[:100]


def _reopen(runs: Runs, reopening: Reopening) -> Callable[..., list[Any]]:
    nothing = [gr.skip()] * len(reopening.outputs)

    def reopen(request: gr.Request, event: gr.EventData) -> list[Any]:
        try:
            run = runs.open(_asked(event))
        except ValueError:
            return [*nothing, {"gone": _asked(event)}]
        try:
            interrupted = getattr(event, "interrupted", None) is True
            updates = reopening.updates(request.session_hash, run, interrupted)
            listed, _ = _told(reopening.form.by_name[run.record["experiment"]], str(run.folder))  # as it is by now
            return [*updates, {**listed, "opened": run.name}]
        except ValueError as error:
            return [*nothing, {"said": str(error)}]

    return reopen


def _remove(runs: Runs) -> Callable[..., dict[str, Any]]:
    def remove(event: gr.EventData) -> dict[str, Any]:
        try:
            runs.delete(_asked(event))
        except BeingRendered as error:
            return {"said": str(error)}
        except ValueError:  # it was gone already
            return {"removed": _asked(event)}
        return {"removed": _asked(event)}

    return remove
