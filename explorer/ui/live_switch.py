"""The switch of live drawing, and what makes the page ask: every hand on a tab's form or view.

The events are the browser's alone (`fn=None`): they hand the present values of the tab's widgets to live.js, which asks
the route of `live_route`. The switch says by an event of its own that it is there and what was chosen, and is told what
can be done here and under which key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from explorer.ui.controls import QUICK
from explorer.ui.live import Live
from explorer.ui.tab import Tab
from explorer.ui.text import words
from explorer.ui.widget import Widget

HEARD = "(...values) => explorer.live?.({name!r}, values)"


class LiveSwitch(Widget):
    """The switch. Its value is {here, key}: what `Live.here` says, and the key of this page; None at first.

    It fires `enter` with {chosen}: on, off, or None where the visitor has not said so.
    """

    kind = "live"
    fires = ("enter",)

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, words=words(self.kind), **props)


def connect_live(page: gr.Blocks, live: Live, switch: LiveSwitch, tabs: Sequence[Tab]) -> None:
    """Makes every tab one that answers the hand."""
    switch.enter(_entered(live), None, switch, **QUICK)
    page.unload(live.left)
    for tab in tabs:
        tab.live = live
        moved = [event for c in tab.controls for event in c.moved]
        inputs = {"inputs": tab.components, "js": HEARD.format(name=tab.name), "trigger_mode": "multiple"}
        gr.on([*moved, tab.view.look], None, **inputs, **QUICK)


def _entered(live: Live) -> Callable[[gr.Request, gr.EventData], dict[str, str]]:
    def entered(request: gr.Request, event: gr.EventData) -> dict[str, str]:
        chosen = getattr(event, "chosen", None)
        key = live.enter(request.session_hash, chosen if isinstance(chosen, bool) else None)
        return {"here": live.here, "key": key}

    return entered
