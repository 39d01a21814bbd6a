"""The switch of live drawing, and what makes the page ask: every hand on a tab's form or view.

The events are the browser's alone (`fn=None`): they hand the present values of the tab's widgets to live.js, which asks
the route of `live_route`. The switch is told once a page, by its own event, what can be done here and under which key.
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
    """The switch. Its value is {here, key}: what `Live.here` says, and the key of this page; None at first."""

    kind = "live"
    fires = ("enter",)

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, words=words(self.kind), **props)


def connect_live(page: gr.Blocks, live: Live, switch: LiveSwitch, tabs: Sequence[Tab]) -> None:
    """Makes every tab one that answers the hand."""
    gr.on([page.load, switch.enter], _entered(live), None, switch, **QUICK)
    page.unload(live.left)
    for tab in tabs:
        moved = [event for c in tab.controls for event in c.moved]
        inputs = {"inputs": tab.components, "js": HEARD.format(name=tab.name), "trigger_mode": "multiple"}
        gr.on([*moved, tab.view.look], None, **inputs, **QUICK)


def _entered(live: Live) -> Callable[[gr.Request], dict[str, str]]:
    def entered(request: gr.Request) -> dict[str, str]:
        return {"here": live.here, "key": live.enter(request.session_hash)}

    return entered
