"""What visitors ask for: an experiment is planned once, however many requests are about it.

A click on Render is two requests, Gradio's check and the render itself, and what was typed before it was priced. All of
them come to the `Desk`, which keeps the last plan of each visitor: an equal experiment gets it again.

Contract: a visitor gets only what was planned for them; without a session nothing is kept. At most MOST visitors are
remembered, one plan each (some MB, mostly conditionings), and whoever leaves the page is forgotten. Prices are not
kept: what is in the store changes from one moment to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import gradio as gr
from cachetools import LRUCache

from explorer.engine.concepts import Use
from explorer.engine.engine import Engine
from explorer.engine.fluent import Fluent
from explorer.experiments.base import Experiment
from explorer.space.plans import Plan
from explorer.ui.vocabulary import Vocabulary

MOST = 32


@dataclass(frozen=True)
class Asked:
    """A resolved experiment and its plan; `uses` are the taught words that its prompts have."""

    experiment: Experiment
    plan: Plan
    uses: Sequence[Use] = ()


@dataclass
class _Visitor:
    """The last thing a visitor asked for; its lock is held while that is planned."""

    last: Asked | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desk:
    """Where experiments are brought to be planned. One for a server; safe between threads."""

    def __init__(self, engine: Engine, vocabulary: Vocabulary | None = None) -> None:
        self.engine, self.vocabulary = engine, vocabulary
        self._visitors: LRUCache[str, _Visitor] = LRUCache(MOST)
        self._lock = threading.Lock()

    def asked(self, visitor: str | None, experiment: Experiment) -> Asked:
        """A resolved experiment with its plan. Raises InputError for fields that do not go with each other."""
        mine = self._of(visitor)
        with mine.lock:  # a second request about the same settings waits for the plan of the first
            if mine.last is None or mine.last.experiment != experiment:
                uses = self.uses(visitor, experiment)
                mine.last = Asked(experiment, experiment.plan(Fluent(self.engine, uses)), uses)
            return mine.last

    def uses(self, visitor: str | None, experiment: Experiment) -> list[Use]:
        """The taught words that an experiment's prompts have. Raises InputError for one that the visitor has not."""
        return self.vocabulary.uses(visitor, experiment) if self.vocabulary else []

    def lent(self, visitor: str | None, experiment: Experiment) -> tuple[list[str], list[str]]:
        """Of an experiment's taught words the names of shares, and the words that are not lent."""
        return self.vocabulary.lent(visitor, experiment) if self.vocabulary else ([], [])

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page: what they asked for is forgotten."""
        with self._lock:
            self._visitors.pop(request.session_hash, None)

    def _of(self, visitor: str | None) -> _Visitor:
        with self._lock:
            return _Visitor() if visitor is None else self._visitors.setdefault(visitor, _Visitor())
