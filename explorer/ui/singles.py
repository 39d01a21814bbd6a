"""Single pictures: those that one sees and that are no frame of a run, to be saved and to be used.

They are exact, never drafts: what came when the hand rested (see `live`), points between the places of a map (see
`visits`), and the shipped pictures themselves. Contract: the name of one is "GROUP/NUMBER", where GROUP cannot be
guessed, or is the name of a shipped run. It is served as /single/GROUP/NUMBER.png, its settings inside, as long as the
store has it and few others were seen since: nothing is written for it, and nothing is rendered.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.engine.engine import Engine, Frame
from explorer.experiments.base import Experiment
from explorer.experiments.pictures import ancestry, canonical, with_ancestry
from explorer.messages import Message, in_a_row
from explorer.outputs.records import origin_of, slim
from explorer.outputs.runs import Run, told
from explorer.space.mixtures import looks_like_one
from explorer.space.mixtures import told as told_in_words
from explorer.space.plans import Plan
from explorer.ui.questions import seed_at
from explorer.ui.shipped import Gallery, Shipped

MOST = 100
"""Answers to visitors that are remembered, one of them perhaps a whole sheet."""

GONE = "This picture is no longer on the server: press Render, or go there again, and it comes back."

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Chosen:
    """A frame that a visitor chose: its PNG, and every setting that made it, its own above those of its run."""

    png: bytes
    caption: str
    experiment: type[Experiment]
    settings: Mapping[str, Any]
    record: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, index: int, experiment: type[Experiment]) -> Chosen:
        """Frame `index` of a run, or the one rendered nearest to it. Raises ValueError if there is none."""
        if not run.ready:
            raise ValueError(GONE)
        index = min(run.ready, key=lambda ready: abs(ready - index))
        png = (run.folder / f"frames/{index:04d}.png").read_bytes()
        return cls.made(png, run.frames[index], experiment, run.record)

    @classmethod
    def made(
        cls, png: bytes, frame: Mapping[str, Any], experiment: type[Experiment], record: Mapping[str, Any]
    ) -> Chosen:
        """The frame that a record and what is known of it by itself say it is."""
        settings = {**record["settings"], **frame["settings"]}
        caption = frame["caption"] or told_in_words(settings.get("prompt") or "")  # between the places
        return cls(png, caption, experiment, settings, record)

    @property
    def picture(self) -> str:
        """It as a start picture, which keeps in words where it came from: the pictures before it, then this one."""
        before = [
            line
            for name, declared in self.experiment.inputs().items()
            if self.settings.get(name)
            for picture in declared.pictures(declared.check(name, self.settings[name]))
            for line in ancestry(picture)
        ]
        prompt = self.settings.get("prompt")
        tab = self.experiment.title()
        told = Message("{tab}: {caption}", tab=tab, caption=self.caption) if self.caption else tab
        words = [
            told,
            *([f"“{prompt}”"] if prompt and not looks_like_one(prompt) else []),
        ]  # the caption tells a mixture
        return with_ancestry(canonical(self.png), [*before, in_a_row(words)])


@dataclass(frozen=True)
class _Group:
    """The pictures of one answer: what is said of each, after its key in the store."""

    experiment: type[Experiment]
    record: Mapping[str, Any]
    frames: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


class Singles:
    """The single pictures of a server."""

    def __init__(self, engine: Engine, gallery: Gallery | None = None) -> None:
        self.engine, self.gallery = engine, gallery or Gallery()
        self._groups: LRUCache[str, _Group] = LRUCache(MOST)
        self._lock = threading.Lock()

    def group(self, experiment: Experiment) -> str:
        """The name of a new group, of pictures of a resolved experiment."""
        name = secrets.token_urlsafe(16)
        read_as = self.engine.read_as(experiment.prompts_used())
        record = origin_of(experiment.name(), experiment.settings(), self.engine.model, read_as)
        with self._lock:
            self._groups[name] = _Group(type(experiment), record)
        return name

    def keep(self, group: str, plan: Plan, frame: Frame) -> str:
        """The name of a picture of that group's experiment, which is in the store; "" if the group is forgotten."""
        here, seed = frame.place.coordinates, seed_at(plan, frame.place.coordinates)
        own = {**plan.settings_at(*here), **({} if seed is None else {"seed": seed}), **frame.place.settings}
        place = {"coordinates": list(here), "settings": own}
        with self._lock:
            kept = self._groups.get(group)
            if kept is None:
                return ""
            kept.frames.append((frame.key, {"caption": frame.place.caption, **place}))
            return f"{group}/{len(kept.frames) - 1}"

    def chosen(self, name: str) -> Chosen | None:
        """The picture of that name; None if there is none any more. Nothing in a name is trusted."""
        found = self._found(name)
        return found and Chosen.made(found[0], found[1], found[2].experiment, found[2].record)

    def file(self, name: str) -> bytes | None:
        """Its PNG, with its settings inside."""
        found = self._found(name)
        return found and told(found[0], slim(found[2].record), found[1])

    def _found(self, name: str) -> tuple[bytes, Mapping[str, Any], _Group | Shipped] | None:
        group, _, number = name.partition("/")
        index = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else -1
        if (run := self.gallery.named(group)) is not None:
            return (next(run.pictures([index])), run.said["frames"][index], run) if 0 <= index < run.count else None
        with self._lock:
            kept = self._groups.get(group)
        if kept is None or not 0 <= index < len(kept.frames):
            return None
        key, frame = kept.frames[index]
        png = self.engine.store.get(key)
        return None if png is None else (png, frame, kept)

    def served(self) -> list[Route]:
        """The route that serves their files."""

        def answer(request: Request) -> Response:
            file = self.file(f"{request.path_params['group']}/{request.path_params['number']}")
            if file is None:
                return Response(status_code=404)
            return Response(file, media_type="image/png", headers=HEADERS)

        return [Route("/single/{group}/{number}.png", answer, methods=["GET"])]


def address(name: str) -> str:
    """Where the page finds the file of a single picture, from its own root on."""
    return f"./single/{name}.png"
