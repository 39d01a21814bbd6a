"""Share: a tab's settings as a link to copy, and a link's settings into the form. Opening a link never renders.

What a link says is `experiments.links`' affair. Nothing of it is kept on the server: the address bar and the box hold
all there is. On a Space the page stands in a frame, so the link is that of the Space's own page, which hands its query
on to the frame.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from explorer.experiments.inputs import InputError
from explorer.experiments.links import Link, query, read
from explorer.ui.controls import Control
from explorer.ui.memory import REMEMBER, Kept, Memory, remembered
from explorer.ui.tab import QUICK, Tab
from explorer.ui.views import StatusView, said

ADDRESS = """(query) => { if (!query) return query;
  history.replaceState(history.state, '', '?' + query);
  return (%s ?? location.origin + location.pathname) + '?' + query; }"""
"""Makes the whole link of the query in the box, and puts the query into the address bar."""


def home_page() -> str | None:
    """The address of the Space's own page, when this is one; None elsewhere: the address that the visitor sees."""
    space = os.environ.get("SPACE_ID")
    return f"https://huggingface.co/spaces/{space}" if space else None


def connect_sharing(
    page: gr.Blocks,
    tabs: Sequence[Tab],
    shared: Sequence[Control],
    shown: gr.Tabs,
    notice: StatusView,
    *,
    memory: Memory,
) -> None:
    """A Share button in every tab, and what happens when the page is opened, by a link or not; then prices are told.

    Whatever a link says wins over what this browser remembers.
    """
    for tab in tabs:
        with tab.share_row:
            button = gr.Button("🔗 Share a link", size="sm", min_width=80, elem_id=f"{tab.name}-share")
            box = gr.Textbox(
                visible=False, show_label=False, container=False, buttons=["copy"], elem_id=f"{tab.name}-link"
            )
        made = button.click(_share(tab), tab.components, [box, tab.status], **QUICK)
        made.then(None, box, box, js=ADDRESS % json.dumps(home_page()))
    filled = [component for c in _controls(tabs, shared) for component in c.components]
    opened = page.load(_opened(tabs, shared), memory, [*filled, shown, notice], js=REMEMBER, **QUICK)
    for tab in tabs:
        opened.then(tab.price, tab.components, tab.status, **QUICK)


def _controls(tabs: Sequence[Tab], shared: Sequence[Control]) -> list[Control]:
    return [*shared, *(c for tab in tabs for c in tab.controls[len(shared) :])]


def _share(tab: Tab) -> Callable[..., list[Any]]:
    def share(*values: Any) -> list[Any]:
        defaults = tab.engine.networks.defaults
        try:
            text, left_out = query(tab.experiment(**tab.settings(values)).resolved(defaults), defaults)
        except InputError as error:
            return [gr.update(value="", visible=False), said("error", str(error))]
        notes = [f"{label}: a picture does not fit into a link. Send the ZIP, which holds it." for label in left_out]
        return [gr.update(value=text, visible=True), said("done", "This link opens on these settings.", notes)]

    return share


def _opened(tabs: Sequence[Tab], shared: Sequence[Control]) -> Callable[[gr.Request, Any], list[Any]]:
    by_experiment = {tab.experiment: tab for tab in tabs}
    experiments = {tab.name: tab.experiment for tab in tabs}

    def opened(request: gr.Request, payload: Any) -> list[Any]:
        link, kept = read(urlencode(request.query_params.multi_items()), experiments), remembered(payload, experiments)
        links = [old for old in kept.links if old.experiment is not link.experiment]
        links += [link] if link.experiment else []
        updates = fill(tabs, shared, None, {})
        for one in links:  # each has the shared settings, too: the last wins
            news = fill(tabs, shared, by_experiment[one.experiment], one.settings)
            updates = [old if new == gr.skip() else new for old, new in zip(updates, news, strict=True)]
        selected = link.experiment.name() if link.experiment else kept.selected
        return [*updates, gr.Tabs(selected=selected) if selected else gr.skip(), _said_of(link, kept)]

    return opened


def _said_of(link: Link, kept: Kept) -> dict[str, Any] | None:
    if link.experiment:
        return said("ready", "Opened from a link. Press Render.", link.remarks)
    if link.remarks:
        return said("error", link.remarks[0])
    notes = [
        f"{old.experiment.title()}: {label} is the usual one again. A run of yours that used another has it."
        for old in kept.links
        for label in kept.without.get(old.experiment.name(), ())
    ]
    return said("ready", "Your settings are back, except for a picture.", notes) if notes else None


def fill(tabs: Sequence[Tab], shared: Sequence[Control], chosen: Tab | None, settings: Mapping[str, Any]) -> list[Any]:
    """Updates of every widget of the page: those of the shared settings and of the chosen tab show `settings`."""
    if chosen is None:
        return [gr.skip()] * sum(len(c.components) for c in _controls(tabs, shared))
    whole = chosen.experiment(**settings).resolved(chosen.engine.networks.defaults)
    mine = chosen.controls
    updates: list[Any] = []
    for c in _controls(tabs, shared):
        ours = any(c is other for other in mine)
        updates += c.write(getattr(whole, c.name)) if ours else [gr.skip()] * len(c.components)
    return updates
