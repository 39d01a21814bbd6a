"""The page as one form: the settings that all tabs share and those of each tab, filled and then priced.

It knows no event: sharing, opening, the gallery and the history say when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import gradio as gr

from explorer.ui.controls import Control
from explorer.ui.tab import QUICK, Tab


class Form:
    """Every tab's settings.

    Args:
        tabs: as they stand on the page, under their experiments' names in `by_name`.
        shared: the controls of the settings that all tabs share.
        shown: which tab is to be seen.
    """

    def __init__(self, tabs: Sequence[Tab], shared: Sequence[Control], shown: gr.Tabs) -> None:
        self.tabs, self.shared, self.shown = tabs, shared, shown
        self.by_name = {tab.name: tab for tab in tabs}
        self.experiments = {tab.name: tab.experiment for tab in tabs}
        self._controls = [*shared, *(c for tab in tabs for c in tab.own)]
        self.outputs = [*(component for c in self._controls for component in c.components), shown]

    def as_it_is(self) -> list[Any]:
        """Updates of `outputs` that change nothing."""
        return [gr.skip()] * len(self.outputs)

    def filled(self, tab: Tab, settings: Mapping[str, Any], left: Collection[str] = ()) -> list[Any]:
        """Updates of `outputs`: the shared settings and the tab's show `settings`, what they leave out as usual.

        Those whose names are in `left` stay as they are.
        """
        whole = tab.experiment(**settings).resolved(tab.engine.networks.defaults)
        updates: list[Any] = []
        for c in self._controls:
            ours = any(c is other for other in tab.controls) and c.name not in left
            updates += c.write(getattr(whole, c.name)) if ours else [gr.skip()] * len(c.components)
        return [*updates, gr.Tabs(selected=tab.name)]

    def price_after(self, filled: Any) -> None:
        """Makes every tab tell its price after an event that may have filled it."""
        for tab in self.tabs:
            filled.then(tab.price, tab.components, tab.status, **QUICK)
