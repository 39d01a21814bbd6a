"""What the server tells the page of a run: `Film`, what its view shows, and `Status`, how things stand."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.space.plans import Playback
from explorer.space.points import digest


def settings_key(name: str, settings: Mapping[str, Any]) -> str:
    """Equal for equal settings of an experiment."""
    return digest(name, json.dumps(settings, sort_keys=True)).hex()


STATES = ("ready", "running", "stopped", "done", "error")


@dataclass(frozen=True)
class Preview:
    """The file at `path` shows what frame `index` is expected to become, after `step` of its `steps`."""

    index: int
    step: int
    steps: int
    path: Path


@dataclass(frozen=True)
class Film:
    """A run in `folder` (frames.json, view/0000.jpg, frames/0000.png): `count` frames when complete, now those `ready`.

    `ready` are indices in any order, `notes` are words about single frames, by index. `of` is equal for runs of equal
    settings.
    """

    folder: Path
    count: int
    ready: Sequence[int]
    preview: Preview | None = None
    notes: Mapping[int, str] = field(default_factory=dict)
    playback: Playback = field(default_factory=Playback)
    of: str = ""


@dataclass(frozen=True)
class Status:
    """How things stand: `state` is one of STATES, `progress` 0..1 or None for no bar; `notes` may quote the visitor.

    `free` says that the pictures are there, and only have to be shown. `at` has the ids of the widgets that an error is
    about, each with what is said there, too. `undo` says that what was done can be taken back here. `of` is that of a
    `Film` of the settings that it is about. Where frames can be placed, `paced` has a key of the settings on which
    their places depend, and one of the numbers that place them, "" for none. `since` is when things stood so, in
    seconds of the server's clock, now unless it is said: what comes late is not shown over what is newer.

    Raises ValueError for a state that there is not.
    """

    state: str
    text: str
    notes: Sequence[str] = ()
    detail: str = ""
    progress: float | None = None
    free: bool = False
    at: Sequence[tuple[str, str]] = ()
    undo: bool = False
    of: str = ""
    paced: Sequence[str] = ()
    since: float = field(default_factory=time.time, compare=False)

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"state is {self.state!r}; it must be one of {', '.join(STATES)}")
        object.__setattr__(self, "notes", tuple(self.notes))  # Gradio compares states by their hash
        object.__setattr__(self, "at", tuple(self.at))
        object.__setattr__(self, "paced", tuple(self.paced))
