"""Due: which tab's price is to be told, because its form was filled, what all tabs share has changed, or it was opened.

Contract: only the tab in sight is priced. Whoever fills a form outputs the tab's name to `Due`; the browser fires that
tab's event, with what its widgets say by then. Before the page has been filled for the first time no tab is due.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

import gradio as gr

from explorer.ui.controls import QUICK, Control
from explorer.ui.widget import Unseen

OPENED = "(due) => explorer.opened(due, {name!r})"
"""The `js=` of events whose only input and output is `Due`: that tab is due."""

CHANGED = "() => explorer.due?.()"
"""The `js=` of events of the widgets in sight: what was due last is due again, when the hand rests."""


class Due(Unseen):
    """As an output it takes the name of a tab, one of `tabs`."""

    kind = "due"

    def __init__(self, tabs: Iterable[str] = (), **props: Any) -> None:
        super().__init__(tabs=list(tabs), **props)

    def postprocess(self, value: str | None) -> dict[str, str] | None:
        """Something new each time, so that the browser sees it."""
        return value and {"tab": value, "stamp": secrets.token_hex(4)}

    def connect(self, name: str, panel: gr.Tab, tell: Callable[..., Any], **event: Any) -> None:
        """Makes `tell` the answer of the tab in `panel`."""
        panel.select(None, self, self, js=OPENED.format(name=name), **QUICK)
        gr.on([self.event(name)], tell, **event, **QUICK)

    def after_changes(self, controls: Iterable[Control]) -> None:
        """The tab in sight is due when one of these has changed."""
        gr.on([event for c in controls for event in c.changed], None, None, None, js=CHANGED, **QUICK)
