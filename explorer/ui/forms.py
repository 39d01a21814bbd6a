"""The page as one form: the settings that all tabs share and those of each tab, and updates that fill them.

It knows no event: sharing, opening, the gallery and the history say when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import gradio as gr

from explorer.ui.controls import Control
from explorer.ui.due import Due
from explorer.ui.tab import Tab


class Form:
    """Every tab's settings.

    Args:
        tabs: as they stand on the page, under their experiments' names in `by_name`.
        shared: the controls of the settings that all tabs share.
        shown: which tab is to be seen.
        due: whose price is to be told.
        others: the names of the tabs that are no experiments: they are opened, and have a price, like all.
    """

    def __init__(
        self,
        tabs: Sequence[Tab],
        shared: Sequence[Control],
        shown: gr.Tabs,
        due: Due | None = None,
        others: Collection[str] = (),
    ) -> None:
        self.tabs, self.shared, self.shown, self.due = tabs, shared, shown, due or Due()
        self.others = others
        self.by_name = {tab.name: tab for tab in tabs}
        self.experiments = {tab.name: tab.experiment for tab in tabs}
        controls = [*shared, *(c for tab in tabs for c in tab.own)]
        self.outputs = [*(component for c in controls for component in c.components), shown, self.due]

    def opened(self, name: str) -> dict[Any, Any]:
        """Updates among `outputs`: the tab of that name is open, and its price is due."""
        return {self.shown: gr.Tabs(selected=name), self.due: name}

    def filled(self, tab: Tab, settings: Mapping[str, Any], left: Collection[str] = ()) -> dict[Any, Any]:
        """Updates among `outputs`: the tab is open, its widgets and the shared ones show `settings`, its price is due.

        What they leave out is as usual, but for the names in `left`, which stay as they are.
        """
        whole = tab.resolved(settings)
        widgets: dict[Any, Any] = {}
        for c in tab.controls:
            if c.name not in left:
                widgets |= zip(c.components, c.write(getattr(whole, c.name)), strict=True)
        return {**widgets, **self.opened(tab.name)}
