"""Share: a tab's settings as a link to copy, and a link's settings into the form. Opening a link never renders.

What a link says is `experiments.links`' affair. Nothing of it is kept on the server: the address bar and the box hold
all there is; only the picture in sight, if it is of these settings, is kept for the link's card (see `cards`).

The link is at the address that the visitor sees, or at the page's public one where somebody has said it. On a Space
without, the page stands in a frame: then it is at the Space's own page, which hands its query on to the frame.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from explorer.engine.chinese import CHINESE
from explorer.engine.words import Words
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError
from explorer.experiments.links import LONGEST, Link, query, read
from explorer.experiments.made_with import MadeWith, suited_from
from explorer.messages import Message
from explorer.outputs.runs import Run, Runs
from explorer.ui.cards import Cards
from explorer.ui.controls import QUICK
from explorer.ui.forms import Form
from explorer.ui.history import HistoryView
from explorer.ui.memory import REMEMBER, Kept, Memory, interrupted, labels, reloaded, remembered
from explorer.ui.tab import Tab
from explorer.ui.uses import seen
from explorer.ui.views import StatusView, said
from explorer.ui.widget import Widget


class LinkView(Widget):
    """A link to copy: of the query of its value, at the address that the visitor sees, or at `home` if that is given.

    The value is None (nothing is seen) or a mapping with `query`; the address bar takes the query, too.
    """

    kind = "link"

    def __init__(self, value: Mapping[str, str] | None = None, *, home: str | None = None, **props: Any) -> None:
        super().__init__(value, phrases=("link",), home=home, **props)

    def postprocess(self, value: Mapping[str, str] | None) -> dict[str, str] | None:
        """What is sent to the browser, as something new each time: the address bar may have changed meanwhile."""
        return value and {**value, "stamp": secrets.token_hex(4)}


def home_page() -> str | None:
    """The address of the Space's own page, when this is one; None elsewhere: the address that the visitor sees."""
    space = os.environ.get("SPACE_ID")
    return f"https://huggingface.co/spaces/{space}" if space else None


def connect_sharing(
    page: gr.Blocks,
    form: Form,
    notice: StatusView,
    *,
    memory: Memory,
    history: HistoryView,
    runs: Runs,
    cards: Cards,
) -> None:
    """A Share button in every tab, and what happens when the page is opened, by a link or not; then a price is told.

    Whatever a link says wins over what this browser remembers. A run that was interrupted with the page is shown again.
    """
    for tab in form.tabs:
        with tab.share_row:
            button = gr.Button("Share", size="sm", min_width=64, scale=0, elem_id=f"{tab.name}-share")
            link = LinkView(home=cards.address or home_page(), elem_id=f"{tab.name}-link")
        shown = [tab.folder, tab.view, *tab.components]
        button.click(_share(tab, cards), shown, [link, tab.status], js=tab.view.state_js(1), **QUICK)
    outputs = [*form.outputs, notice, history]
    page.load(_opened(form, notice, history, runs), memory, outputs, js=REMEMBER, **QUICK)
    memory.back(
        _back(form, notice), None, [*form.outputs, notice], trigger_mode="always_last", concurrency_limit=None, **QUICK
    )


def _share(tab: Tab, cards: Cards) -> Callable[..., list[Any]]:
    def share(request: gr.Request, folder: str | None, view: Mapping[str, Any] | None, *values: Any) -> list[Any]:
        networks = tab.engine.networks
        try:
            experiment = tab.resolved(tab.settings(values))
            english = list(tab.engine.read_as(experiment.prompts_used()).values())
            text, left_out = query(experiment, networks.defaults, MadeWith.running(networks), english)
        except InputError as error:
            return [None, said("error", str(error))]
        lent, own = tab.desk.lent(request.session_hash, experiment)
        text += "".join(f"&word={share}" for share in lent)
        if (picture := _picture(tab, experiment, folder, view or {})) and (card := cards.put(picture)):
            text += f"&{card}"
        alone = partial(Message, "{word} is yours alone: lend it under Your words, and the link brings it along.")
        too_large = partial(Message, "{label}: a picture does not fit into a link. Send the ZIP, which holds it.")
        notes = [*(alone(word=word) for word in own), *(too_large(label=label) for label in left_out)]
        return [{"query": text}, said("done", "This link opens on these settings.", notes)]

    return share


def _picture(tab: Tab, experiment: Experiment, folder: str | None, view: Mapping[str, Any]) -> bytes | None:
    """The picture in sight, if it is an exact one of this resolved experiment."""
    try:
        chosen = seen(folder, view, tab)
        return chosen.png if tab.resolved(chosen.record["settings"]) == experiment else None
    except ValueError:  # there is none, or it was made by settings that are none any more
        return None


def _opened(
    form: Form, notice: StatusView, history: HistoryView, runs: Runs
) -> Callable[[gr.Request, Any], dict[Any, Any]]:
    networks = form.tabs[0].engine.networks

    def opened(request: gr.Request, payload: Any) -> dict[Any, Any]:
        here, defaults = MadeWith.running(networks), networks.defaults
        asked = read(urlencode(request.query_params.multi_items()), form.experiments, form.others)
        link = taken_over(asked, here, defaults)
        link = replace(link, remarks=(*link.remarks, *read_otherwise(link, networks.words)))
        kept = remembered(payload, form.experiments, form.others)
        named = MadeWith(here.name)  # that its weights are new is no news to somebody's own form
        kept = replace(kept, links=tuple(taken_over(old, named, defaults) for old in kept.links))
        links = [old for old in kept.links if old.experiment is not link.experiment]
        links += [link] if link.experiment else []
        updates: dict[Any, Any] = {}
        for one in links:  # each has the shared settings, too: the last wins
            updates |= form.filled(form.by_name[one.experiment.name()], one.settings)
        selected = link.tab or kept.selected
        run = interrupted(payload, runs)
        if run and _asked_for(run, link, form):
            updates[history] = {"interrupted": run.name}
        updates[form.shown] = gr.Tabs(selected=selected) if selected else gr.skip()
        told = _said_of(link, kept, reloaded(payload))
        return {**updates, form.due: selected or next(iter(form.by_name)), notice: told}

    return opened


def _back(form: Form, notice: StatusView) -> Callable[..., dict[Any, Any]]:
    """The visitor has gone back or forward: the form is what the address says, the first tab's usual for none.

    What an address could not hold, such as a picture of the visitor's own, stays as it is in the form.
    """
    networks = form.tabs[0].engine.networks

    def back(event: gr.EventData) -> dict[Any, Any]:
        asked = read(str(getattr(event, "query", ""))[:LONGEST], form.experiments, form.others)
        link = taken_over(asked, MadeWith.running(networks), networks.defaults)
        if link.other:
            return {**form.opened(link.other), notice: None}
        if link.experiment is None:
            return {**form.filled(form.tabs[0], {}), notice: None}
        remarks = said("ready", "Back at these settings.", link.remarks) if link.remarks else None
        without = labels(getattr(event, "without", None))
        left = [name for name, declared in link.experiment.inputs().items() if declared.named(name) in without]
        return {**form.filled(form.by_name[link.experiment.name()], link.settings, left), notice: remarks}

    return back


def _asked_for(run: Run, link: Link, form: Form) -> bool:
    """Whether the address asks for nothing else than what the run was."""
    if link.experiment is None:
        return not link.other
    settings = run.record["settings"]
    if run.record.get("experiment") != link.experiment.name() or link.experiment.problems(settings):
        return False
    tab = form.by_name[link.experiment.name()]
    return tab.resolved(link.settings) == tab.resolved(settings)


def taken_over(link: Link, here: MadeWith, defaults: Any) -> Link:
    """A link for the model that is here: what drew it is told, and a size of another model is brought to this one's."""
    if link.made_with is None:
        return link
    remarks = link.made_with.remarks(here)
    settings, resized = suited_from(link.made_with, here, link.settings, defaults)
    return replace(link, settings=settings, remarks=(*link.remarks, *remarks, *resized))


def read_otherwise(link: Link, words: Words | None) -> list[str]:
    """A sentence for each Chinese prompt of a link that was drawn from other English than is drawn for it here."""
    if link.experiment is None or not link.read_as:
        return []
    typed = [text for text in link.experiment(**link.settings).prompts_used() if CHINESE.search(text)]
    pairs = zip(dict.fromkeys(typed), link.read_as, strict=False)
    drawn = partial(Message, "“{typed}” was drawn as “{was}” there; here it is drawn as “{now}”")
    return [
        drawn(typed=text[:80], was=was[:80], now=now[:80])
        for text, was in pairs
        if was != (now := words.english(text) if words else text)
    ]


def _said_of(link: Link, kept: Kept, again: bool) -> dict[str, Any] | None:
    if link.experiment:
        if again and not link.remarks:
            return None
        return said("ready", "Opened from a link.", link.remarks)
    if link.remarks:
        return said("error", link.remarks[0])
    usual = partial(Message, "{tab}: {label} is the usual one again. A run of yours that used another has it.")
    notes = [
        usual(tab=old.experiment.label(), label=label)
        for old in kept.links
        for label in kept.without.get(old.experiment.name(), ())
    ]
    if notes:
        return said("ready", "Your settings are back, except for a picture.", notes)
    notes = list(dict.fromkeys(remark for old in kept.links if old.made_with for remark in old.remarks))
    return said("ready", "Your settings are back, for this model.", notes) if notes else None
