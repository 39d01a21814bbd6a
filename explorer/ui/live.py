"""Live: what a hand is doing is drawn while it does it: drafts of the place in sight, then the picture itself.

Contract: the page asks for what it looks at, with its widgets' present values, and gets a `Head` that says whose
pictures follow, and then `Picture`s as they are drawn. A newer question of the same visitor about the same view ends
the older one. Drafts are kept nowhere; the picture that follows when the hand rests is in the store of frames like any
other. Every tab has it without code of its own: its `plan` says where the places are, its view which are looked at.

It knows no HTTP (see `live_route`) and no widget but those it reads the values of.
"""

from __future__ import annotations

import dataclasses
import io
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import gradio as gr
from gradio.exceptions import Error as GradioError
from gradio.processing_utils import check_all_files_in_cache

from explorer.engine.drafts import DraftRender, seconds_of_a_draft
from explorer.engine.engine import Engine, Frame
from explorer.experiments.base import Experiment
from explorer.space.plans import Plan
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.jobs import Job
from explorer.ui.limits import Caller, Door
from explorer.ui.questions import NONE_OF_OURS, Head, Question, Refused, head_of, wanted
from explorer.ui.singles import Singles

QUICK = 0.5
"""Seconds of a draft up to which pictures follow the hand unasked."""

TOO_SLOW = 1.0
"""Seconds of a draft from which on they stop by themselves: a busy moment is no reason."""

WHOLE_SECONDS = 10.0
"""What all pictures of a sheet may take, if they shall follow by themselves when the hand rests."""

BEGINS, ENDS = 2.0, 20.0
"""Seconds that a render waits for the page to ask for drafts of it, and for the last of them."""

QUALITY = 90
NONE, SLOW, HERE, SPACE = "none", "slow", "here", "space"


@dataclass(frozen=True)
class Picture:
    """A JPEG of place `index`, or of the point at `coordinates` between the places."""

    kind: str
    index: int | None
    coordinates: Sequence[float]
    jpeg: bytes
    single: str = ""
    """The name of an exact one, see `singles`; a draft has none."""


@dataclass
class Stream:
    """A sink: frames for whoever waits for them, each as soon as it is there."""

    fresh: list[Frame] = field(default_factory=list)
    at_once: ClassVar[bool] = True

    def take(self, frame: Frame) -> None:
        self.fresh.append(frame)

    def news(self, job: Job, event: Any) -> list[Frame]:  # noqa: ARG002 (as every sink)
        """The frames since the last news."""
        taken, self.fresh = self.fresh, []
        return taken

    def end(self, job: Job) -> None:
        """Nothing is left to do."""


@dataclass(frozen=True)
class Awaited:
    """The drafts of a run that has just begun, which its own frames let pass."""

    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Returns when the last of them is drawn, or none is asked for."""
        if self.begun.wait(BEGINS):
            self.over.wait(ENDS)


class Form(Protocol):
    """What is read of a tab."""

    experiment: type[Experiment]
    components: Sequence[Any]

    def settings(self, values: Sequence[Any]) -> dict[str, Any]: ...
    def resolved(self, settings: Mapping[str, Any]) -> Experiment: ...


class Live:
    """What answers the live pages of a server, one for it; `tabs` by name."""

    def __init__(
        self,
        engine: Engine,
        tabs: Mapping[str, Form],
        active: ActiveJobs,
        desk: Desk,
        door: Door,
        *,
        singles: Singles | None = None,
    ) -> None:
        self.singles = singles or Singles(engine)
        self.engine, self.tabs, self.active, self.desk, self.door = engine, tabs, active, desk, door
        self._visitors: dict[str, str] = {}  # the session of each live page, by the key it has been given
        self._following: set[str] = set()  # the sessions whose pages have it switched on
        self._awaited: dict[tuple[str | None, str], Awaited] = {}  # by session and tab
        self._lock = threading.Lock()

    @property
    def here(self) -> str:
        """Whether pictures can follow the hand: HERE, SPACE (when asked to), SLOW, or NONE where nothing can."""
        return self._here(QUICK)

    def _here(self, limit: float) -> str:
        if os.environ.get("SPACES_ZERO_GPU"):
            return NONE  # a GPU is lent to functions of Gradio's queue only
        seconds = seconds_of_a_draft(self.engine)
        if seconds is not None and seconds >= limit:
            return SLOW
        return SPACE if self.door.limits.space else HERE

    def enter(self, session: str, chosen: bool | None = None) -> str:
        """The key of a page that has just been opened, or has come back, or has been switched on or off."""
        on = self.here == HERE if chosen is None else chosen and self.here != NONE
        with self._lock:
            mine = (key for key, who in self._visitors.items() if who == session)
            key = next(mine, None) or secrets.token_urlsafe(16)
            self._visitors[key] = session
            self._following = self._following | {session} if on else self._following - {session}
        return key

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        with self._lock:
            self._visitors = {key: who for key, who in self._visitors.items() if who != request.session_hash}
            self._following.discard(request.session_hash)

    def visitor(self, key: str) -> str | None:
        """Whose key this is; None if it is nobody's, or no longer."""
        return self._visitors.get(key)

    def drafts_of_a_run(self, session: str | None, tab: str) -> Awaited | None:
        """What a render of that tab lets pass, if this visitor's page will ask for drafts; before the page is told."""
        if session not in self._following:
            return None
        with self._lock:
            awaited = self._awaited[session, tab] = Awaited()
        return awaited

    def answer(self, caller: Caller, question: Question) -> Iterator[Head | Picture | None]:
        """The head, the pictures as they are drawn, and None after every step: whoever goes no further ends the work.

        Raises Refused, InputError and TasksMissing before the head, and Refused for what the device cannot do.
        """
        with self._lock:
            run = self._awaited.pop((caller.session_hash, question.tab), None) if question.whole else None
        if run is None:
            yield from self._answer(caller, question)
            return
        run.begun.set()
        try:
            yield from self._answer(caller, question)
        finally:
            run.over.set()

    def _answer(self, caller: Caller, question: Question) -> Iterator[Head | Picture | None]:
        tab, visitor = self.tabs.get(question.tab), caller.session_hash
        if tab is None or len(question.values) != len(tab.components):
            raise Refused(NONE_OF_OURS)
        self.active.stop(visitor, question.tab, Stream)  # at once: to plan takes turns on the device
        experiment = tab.resolved(tab.settings(_read(tab.components, question.values)))
        plan = self.desk.asked(visitor, experiment).plan
        head = dataclasses.replace(head_of(experiment, plan, question), here=self._here(TOO_SLOW))
        if not wanted(plan, question, head)[0]:
            yield head
            return
        job, numbers = self._job(plan, question, head)
        if sentence := self.door.refusal_of_rows(caller, job.render.price.rows):
            raise Refused(sentence, 429)
        yield head
        kind, single = "exact" if question.exact else "draft", ""
        group = self.singles.group(experiment) if question.exact else ""
        for frames in self.active.run(visitor, question.tab, job):
            for frame in frames:
                if question.exact:
                    single = self.singles.keep(group, plan, frame)
                yield Picture(kind, numbers[frame.index], frame.place.coordinates, _jpeg(frame), single)
            yield None
        if job.state == "error":
            raise Refused(job.error, 500)

    def _job(self, plan: Plan, question: Question, head: Head) -> tuple[Job, list[int | None]]:
        """The job that draws what is wanted of the plan, and the number of each of its places there."""
        whole = question.whole
        if question.exact and whole:
            seconds = self.engine.render(plan).price.seconds
            whole = seconds is not None and seconds <= WHOLE_SECONDS
        numbers, places = wanted(plan, dataclasses.replace(question, whole=whole), head)
        chosen = dataclasses.replace(plan, places=tuple(places), ordering=lambda count: list(range(count)))
        render = None if question.exact else DraftRender(self.engine, chosen)
        return Job(self.engine, chosen, Stream(), self.door.limits.seconds, render), numbers


def _read(components: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """The values of widgets as a browser has them, as Gradio would hand them to Python. Raises Refused."""
    try:
        return [_read_one(component, value) for component, value in zip(components, values, strict=True)]
    except (GradioError, OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Refused(NONE_OF_OURS) from error


def _read_one(component: Any, value: Any) -> Any:
    if isinstance(component, gr.State):
        return None  # it is the server's
    check_all_files_in_cache(value)
    model = getattr(component, "data_model", None)
    return component.preprocess(model.model_validate(value) if model and value is not None else value)


def _jpeg(frame: Frame) -> bytes:
    buffer = io.BytesIO()
    frame.image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
