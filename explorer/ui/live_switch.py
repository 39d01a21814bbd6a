"""The switch of live drawing, and what makes the page ask for pictures.

live.js hears every hand on the page. What the widgets of the tab in sight say it learns from an event of its view,
which is the browser's alone (`fn=None`) and hands it their present values; it asks the route of `live_route`. The
switch says by an event of its own that it is there and what was chosen, and is told what can be done here and under
which key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from explorer.ui.controls import QUICK
from explorer.ui.live import Live
from explorer.ui.tab import Tab
from explorer.ui.widget import Widget

ARRIVED = "() => explorer.moved?.()"
READ = (gr.Slider, gr.Number, gr.Textbox)
HEARD = "(...values) => explorer.live?.({name!r}, values)"


class LiveSwitch(Widget):
    """The switch. Its value is {here, key, fields}: what `Live.here` says, the key of this page, and which of a tab's
    values a slider, a number or a text has, {tab: {its id: number}}; None at first.

    It fires `enter` with {chosen}: on, off, or None where the visitor has not said so.
    """

    kind = "live"
    fires = ("enter",)

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, phrases=(self.kind,), **props)


def connect_live(page: gr.Blocks, live: Live, switch: LiveSwitch, tabs: Sequence[Tab]) -> None:
    """Makes every tab one that answers the hand."""
    fields = {tab.name: {c.elem_id: at for at, c in enumerate(tab.components) if isinstance(c, READ)} for tab in tabs}
    switch.enter(_entered(live, fields), None, switch, **QUICK)
    page.unload(live.left)
    for tab in tabs:
        tab.live = live
        said = {"js": HEARD.format(name=tab.name), "trigger_mode": "multiple"}
        tab.view.look(None, tab.components, None, **said, **QUICK)
    controls = {c.name: c for c in tabs[0].controls} | {f"{tab.name}-{c.name}": c for tab in tabs for c in tab.own}
    gr.on([event for c in controls.values() for event in c.arrived], None, js=ARRIVED, **QUICK)


def _entered(live: Live, fields: dict[str, dict[str, int]]) -> Callable[[gr.Request, gr.EventData], dict[str, Any]]:
    def entered(request: gr.Request, event: gr.EventData) -> dict[str, Any]:
        chosen = getattr(event, "chosen", None)
        key = live.enter(request.session_hash, chosen if isinstance(chosen, bool) else None)
        return {"here": live.here, "key": key, "fields": fields}

    return entered
