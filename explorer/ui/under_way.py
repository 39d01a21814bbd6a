"""Which renders are going on, whose they are, and how to end them. One for a server; it knows no widget."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from explorer.engine.engine import Render
from explorer.experiments.base import Experiment


@dataclass
class UnderWay:
    """The renders of this server by visitor and tab, so that Stop finds the right one.

    `told` is what was rendered last and what the status line said of it, for a price that is asked a moment later.
    """

    renders: dict[tuple[str | None, str], Render] = field(default_factory=dict)
    told: dict[tuple[str | None, str], tuple[Experiment, dict[str, Any]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, visitor: str | None, tab: str, render: Render) -> None:
        """A visitor has one render a tab: a new one ends the one before."""
        with self.lock:
            before = self.renders.get((visitor, tab))
            self.renders[visitor, tab] = render
        if before is not None:
            before.cancel()

    def end(self, visitor: str | None, tab: str, render: Render) -> None:
        with self.lock:
            if self.renders.get((visitor, tab)) is render:
                del self.renders[visitor, tab]

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page: no render of theirs goes on."""
        visitor = request.session_hash
        with self.lock:
            renders = [self.renders[key] for key in self.renders if key[0] == visitor]
            self.told = {key: value for key, value in self.told.items() if key[0] != visitor}
        for render in renders:
            render.cancel()

    def stop(self, visitor: str | None, tab: str) -> None:
        with self.lock:
            render = self.renders.get((visitor, tab))
        if render is not None:
            render.cancel()
