"""A page on a free port, over the fake networks, for the tests that use it as a visitor or a script would."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.outputs.runs import Runs
from explorer.outputs.taught_words import TaughtWords
from explorer.ui.limits import Limits
from explorer.ui.page import build_page, launch_options
from explorer.ui.shipped import Gallery


@dataclass
class Served:
    """A running page and what is behind it."""

    url: str
    engine: Engine
    runs: Runs
    page: gr.Blocks

    @contextlib.contextmanager
    def held(self, calls: int) -> Iterator[threading.Event]:
        """After so many UNet calls the next one waits until the block is left: what it begins is not over before.

        The event says that it waits.
        """
        networks, gate, waits = self.engine.networks, threading.Event(), threading.Event()
        predict, most = networks.predict, networks.calls + calls

        def gated(*args):
            if networks.calls >= most:
                waits.set()
                assert gate.wait(60)
            return predict(*args)

        networks.predict = gated
        try:
            yield waits
        finally:
            networks.predict = predict
            gate.set()

    def quiet(self) -> int:
        """Waits until nothing has been computed for half a second, and gives the UNet calls so far."""
        calls = -1
        while calls != self.engine.networks.calls:
            calls = self.engine.networks.calls
            time.sleep(0.5)
        return calls


@contextlib.contextmanager
def served(
    folder: Path,
    *names: str,
    pause: float = 0.0,
    limits: Limits | None = None,
    engine: Engine | None = None,
    live: bool = False,
    gallery: Gallery | None = None,
    words: TaughtWords | None = None,
    address: str | None = None,
) -> Iterator[Served]:
    """Serves the page as app.py does; every UNet call takes `pause` seconds.

    `names` are the tabs that it has; without any it has all. Each costs time to build, and every browser time to draw.
    `live` pictures follow the hand. Taught words are kept in `words`. Strangers find it at `address`.
    """
    engine, runs = engine or Engine(FakeNetworks(pause), FrameStore()), Runs(folder)
    experiments = {name: experiment for name, experiment in registry().items() if name in names or not names}
    page = build_page(engine, runs, experiments, limits, gallery, live=live, words=words, address=address)
    page.queue(api_open=False)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options())
    try:
        yield Served(url, engine, runs, page)
    finally:
        page.close(verbose=False)
