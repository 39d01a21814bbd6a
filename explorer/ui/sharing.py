"""Share: a tab's settings as a link to copy, and a link's settings into the form. Opening a link never renders.

What a link says is `experiments.links`' affair. Nothing of it is kept on the server: the address bar and the box hold
all there is. On a Space the page stands in a frame, so the link is that of the Space's own page, which hands its query
on to the frame.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from explorer.experiments.inputs import InputError
from explorer.experiments.links import Link, query, read
from explorer.outputs.runs import Run, Runs
from explorer.ui.forms import Form
from explorer.ui.history import HistoryView
from explorer.ui.memory import REMEMBER, Kept, Memory, interrupted, remembered
from explorer.ui.tab import QUICK, Tab
from explorer.ui.text import words_of
from explorer.ui.views import StatusView, WidgetMeta, said, source

LINK_TEXTS = {
    "link": "Link to these settings",
    "copy": "Copy the link",
    "copied": "Copied",
    "selected": "This browser does not let a page copy. The link is selected: copy it from the field.",
}


class LinkView(gr.HTML, metaclass=WidgetMeta):
    """A link to copy: of the query of its value, at the address that the visitor sees, or at `home` if that is given.

    The value is None (nothing is seen) or a mapping with `query`; the address bar takes the query, too.
    """

    def __init__(self, value: Mapping[str, str] | None = None, *, home: str | None = None, **kwargs: Any) -> None:
        super().__init__(
            value=value,
            home=home,
            texts={**words_of(LINK_TEXTS), "en": LINK_TEXTS},
            html_template=source("link.html"),
            css_template=source("link.css"),
            js_on_load=source("link.js"),
            apply_default_css=False,
            **kwargs,
        )

    def postprocess(self, value: Mapping[str, str] | None) -> dict[str, str] | None:
        """What is sent to the browser, as something new each time: the address bar may have changed meanwhile."""
        return value and {**value, "stamp": secrets.token_hex(4)}

    def preprocess(self, payload: Any) -> None:
        """Nothing is read back."""

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the value."""
        return {"type": "object"}


def home_page() -> str | None:
    """The address of the Space's own page, when this is one; None elsewhere: the address that the visitor sees."""
    space = os.environ.get("SPACE_ID")
    return f"https://huggingface.co/spaces/{space}" if space else None


def connect_sharing(
    page: gr.Blocks, form: Form, notice: StatusView, *, memory: Memory, history: HistoryView, runs: Runs
) -> None:
    """A Share button in every tab, and what happens when the page is opened, by a link or not; then prices are told.

    Whatever a link says wins over what this browser remembers. A run that was interrupted with the page is shown again.
    """
    for tab in form.tabs:
        with tab.share_row:
            button = gr.Button("🔗 Share a link", size="sm", min_width=80, elem_id=f"{tab.name}-share")
            link = LinkView(home=home_page(), elem_id=f"{tab.name}-link")
        button.click(_share(tab), tab.components, [link, tab.status], **QUICK)
    opened = _opened(form, runs)
    form.price_after(page.load(opened, memory, [*form.outputs, notice, history], js=REMEMBER, **QUICK))


def _share(tab: Tab) -> Callable[..., list[Any]]:
    def share(*values: Any) -> list[Any]:
        defaults = tab.engine.networks.defaults
        try:
            text, left_out = query(tab.experiment(**tab.settings(values)).resolved(defaults), defaults)
        except InputError as error:
            return [None, said("error", str(error))]
        notes = [f"{label}: a picture does not fit into a link. Send the ZIP, which holds it." for label in left_out]
        return [{"query": text}, said("done", "This link opens on these settings.", notes)]

    return share


def _opened(form: Form, runs: Runs) -> Callable[[gr.Request, Any], list[Any]]:
    def opened(request: gr.Request, payload: Any) -> list[Any]:
        link = read(urlencode(request.query_params.multi_items()), form.experiments)
        kept = remembered(payload, form.experiments)
        links = [old for old in kept.links if old.experiment is not link.experiment]
        links += [link] if link.experiment else []
        updates = form.as_it_is()
        for one in links:  # each has the shared settings, too: the last wins
            news = form.filled(form.by_name[one.experiment.name()], one.settings)
            updates = [old if new == gr.skip() else new for old, new in zip(updates, news, strict=True)]
        selected = link.experiment.name() if link.experiment else kept.selected
        run = interrupted(payload, runs)
        again = {"interrupted": run.name} if run and _asked_for(run, link, form) else gr.skip()
        updates[-1] = gr.Tabs(selected=selected) if selected else gr.skip()
        return [*updates, _said_of(link, kept), again]

    return opened


def _asked_for(run: Run, link: Link, form: Form) -> bool:
    """Whether the address asks for nothing else than what the run was."""
    if link.experiment is None:
        return True
    settings = run.record["settings"]
    if run.record.get("experiment") != link.experiment.name() or link.experiment.problems(settings):
        return False
    defaults = form.by_name[link.experiment.name()].engine.networks.defaults
    return link.experiment(**link.settings).resolved(defaults) == link.experiment(**settings).resolved(defaults)


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
