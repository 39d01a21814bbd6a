"""Form settings that survive a reload: each tab's last settings, kept by the visitor's own browser.

Contract: a tab's settings are kept when they are priced or rendered, as the query of a link (`experiments.links`), once
the visitor has touched the page, and are back in the form when it is loaded again. Whatever the address asks for wins
over them. What the browser hands back is treated like a stranger's link: checked, bounded, never trusted. An own start
picture does not fit into a query; the run that used it has it. Once the visitor has touched the page, the address says
what the tab in sight shows, with a step of the browser's history for each tab, preset and run: the event `back` has the
`query` to which the visitor has gone, and the labels of what it is `without`, which stays as it is. A page that is left
while it renders hands the run's name on to the next one in the same window: see `interrupted`.

The server keeps nothing and does not know who the visitor is: whoever uses the same browser sees the same settings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from explorer.engine.networks import Networks
from explorer.engine.words import read_as
from explorer.experiments.base import Experiment
from explorer.experiments.links import LONGEST, Link, query, query_of_tab, read
from explorer.experiments.made_with import MadeWith
from explorer.outputs.runs import Run, Runs
from explorer.ui.widget import Unseen

MOST = 40  # tabs that are looked at
MAX_LABEL = 60  # characters

REMEMBER = "() => explorer.remembered()"
"""The `js=` of an event whose only input is the memory: what this browser has kept, once the interrupted run,
and whether the page was loaded again."""


@dataclass(frozen=True)
class Kept:
    """What a browser has kept: a link a tab, the latest last, and the name of the tab that was open.

    `without` says by the name of a tab which inputs its query could not hold.
    """

    links: tuple[Link, ...] = ()
    selected: str | None = None
    without: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Memory(Unseen):
    """As an output it takes what `kept` gives, as an input it gives what a browser sent, unchecked."""

    kind = "memory"
    fires = ("back",)

    def preprocess(self, payload: Any) -> Any:
        """As it came: `remembered` checks it."""
        return payload


def kept(experiment: Experiment, networks: Networks, model: MadeWith | None = None) -> Any:
    """What the memory is told of a resolved experiment: {tab, query, without}; nothing new where that is too long.

    `model` is what drew it, if it was not `networks`.
    """
    english = list(read_as(networks.words, experiment.prompts_used()).values())
    text, without = query(experiment, networks.defaults, model or MadeWith.running(networks), english)
    return {"tab": experiment.name(), "query": text, "without": without} if len(text) <= LONGEST else gr.skip()


def opened(name: str) -> dict[str, str]:
    """What the memory is told of a tab that is no experiment: it is open."""
    return {"tab": name, "query": query_of_tab(name)}


def remembered(payload: Any, experiments: Mapping[str, type[Experiment]], others: Collection[str] = ()) -> Kept:
    """What a browser hands back, checked: never raises, and what is not as it should be is left out.

    `others` are the names of the tabs that are no experiments.
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("tabs"), list):
        return Kept()
    links, without = {}, {}
    for entry in payload["tabs"][-MOST:]:
        if not isinstance(entry, dict) or not isinstance(entry.get("query"), str):
            continue
        link = read(entry["query"], experiments)
        if link.experiment is not None:
            name = link.experiment.name()
            links.pop(name, None)  # the latest is the last
            links[name], without[name] = link, labels(entry.get("without"))
    selected = payload.get("selected")
    selected = selected if isinstance(selected, str) and selected in {*experiments, *others} else None
    return Kept(tuple(links.values()), selected, without)


def interrupted(payload: Any, runs: Runs) -> Run | None:
    """The run that was being rendered when this window's page was left, if it is still there."""
    name = payload.get("interrupted") if isinstance(payload, dict) else None
    try:
        return runs.open(name) if isinstance(name, str) else None
    except ValueError:
        return None


def reloaded(payload: Any) -> bool:
    """Whether the page is one that this window had before, loaded again."""
    return isinstance(payload, dict) and payload.get("reloaded") is True


def labels(given: Any) -> list[str]:
    """What a browser says of the inputs that a query could not hold, checked: at most three labels."""
    return [label[:MAX_LABEL] for label in given[:3] if isinstance(label, str)] if isinstance(given, list) else []
