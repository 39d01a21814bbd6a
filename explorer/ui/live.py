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
import json
import math
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
from explorer.outputs.records import frames_of, shown_of
from explorer.space.plans import Place, Plan
from explorer.space.points import digest
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.jobs import Job
from explorer.ui.limits import Caller, Door
from explorer.ui.manifests import translated
from explorer.ui.news import settings_key
from explorer.ui.text import spoken
from explorer.ui.visits import checked

QUICK = 0.5
"""Seconds of a draft up to which pictures follow the hand unasked."""

WHOLE_SECONDS = 10.0
"""What all pictures of a sheet may take, if they shall follow by themselves when the hand rests."""

MOST_PLACES = 144
QUALITY = 90
NONE, SLOW, HERE, SPACE = "none", "slow", "here", "space"


class Refused(ValueError):
    """A question is not answered; the message is the sentence, `status` as HTTP has it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Question:
    """What a page asks for: pictures of its tab, with the `values` of its widgets.

    `sight` are the coordinates of the places that are looked at (the nearest count; none, and it is the first finished
    picture), or `point` is, coordinates between places; `typed` is the text under the hand: if a place has it for its
    caption, that one is looked at. `whole`: all others shall follow. `exact`: no drafts. The page has pictures `have`,
    by their numbers, of settings `of`, and knows the places `places`.
    """

    tab: str
    values: Sequence[Any]
    sight: Sequence[Sequence[float]] = ()
    point: Sequence[float] | None = None
    typed: str | None = None
    whole: bool = False
    exact: bool = False
    have: Sequence[int] = ()
    of: str = ""
    places: str = ""

    @classmethod
    def read(cls, asked: Any) -> Question:
        """The question of a browser, which is not trusted. Raises Refused."""
        names = {each.name for each in dataclasses.fields(cls)}
        if not isinstance(asked, dict) or not set(asked) <= names or not {"tab", "values"} <= set(asked):
            raise Refused(f"the request must be an object with {', '.join(sorted(names))}")
        question = cls(**asked)
        if not all(isinstance(text, str) for text in (question.tab, question.of, question.places)):
            raise Refused("tab, of and places must be texts")
        if not all(isinstance(some, (list, tuple)) for some in (question.values, question.sight, question.have)):
            raise Refused("values, sight and have must be lists")
        if not all(map(_finite, question.sight)) or not all(type(i) is int for i in question.have):
            raise Refused("sight must be lists of finite numbers, have whole numbers")
        return question


def _finite(numbers: Any) -> bool:
    """Whether it is a list of numbers that a place may have for coordinates."""
    if not isinstance(numbers, list) or len(numbers) > 8:
        return False
    return all(type(number) in (int, float) and math.isfinite(number) for number in numbers)


@dataclass(frozen=True)
class Head:
    """What the pictures that follow belong to: settings `of`, places `places`, which are described if they are new.

    `sight` are the numbers of the places that are looked at, `moved` says that they are others than was asked for.
    """

    of: str
    places: str
    sight: Sequence[int]
    point: Sequence[float] | None
    moved: bool
    frames: Sequence[Mapping[str, Any]] | None = None
    shown: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Picture:
    """A JPEG of place `index`, or of the point at `coordinates` between the places."""

    kind: str
    index: int | None
    coordinates: Sequence[float]
    jpeg: bytes


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


class Form(Protocol):
    """What is read of a tab."""

    experiment: type[Experiment]
    components: Sequence[Any]

    def settings(self, values: Sequence[Any]) -> dict[str, Any]: ...
    def resolved(self, settings: Mapping[str, Any]) -> Experiment: ...


class Live:
    """What answers the live pages of a server, one for it; `tabs` by name."""

    def __init__(
        self, engine: Engine, tabs: Mapping[str, Form], active: ActiveJobs, desk: Desk, door: Door
    ) -> None:
        self.engine, self.tabs, self.active, self.desk, self.door = engine, tabs, active, desk, door
        self._visitors: dict[str, str] = {}  # the session of each live page, by the key it has been given
        self._lock = threading.Lock()

    @property
    def here(self) -> str:
        """Whether pictures can follow the hand: HERE, SPACE (when asked to), SLOW, or NONE where nothing can."""
        if os.environ.get("SPACES_ZERO_GPU"):
            return NONE  # a GPU is lent to functions of Gradio's queue only
        seconds = seconds_of_a_draft(self.engine)
        if seconds is not None and seconds >= QUICK:
            return SLOW
        return SPACE if self.door.limits.space else HERE

    def enter(self, session: str) -> str:
        """The key of a page that has just been opened, or has come back."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._visitors[key] = session
        return key

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        with self._lock:
            self._visitors = {key: who for key, who in self._visitors.items() if who != request.session_hash}

    def visitor(self, key: str) -> str | None:
        """Whose key this is; None if it is nobody's, or no longer."""
        return self._visitors.get(key)

    def answer(self, caller: Caller, question: Question) -> Iterator[Head | Picture | None]:
        """The head, the pictures as they are drawn, and None after every step: whoever goes no further ends the work.

        Raises Refused, InputError and TasksMissing before the head, and Refused for what the device cannot do.
        """
        tab, visitor = self.tabs.get(question.tab), caller.session_hash
        if tab is None or len(question.values) != len(tab.components):
            raise Refused(f"tab {question.tab[:60]!r} with {len(question.values)} values is not on this page")
        self.active.stop(visitor, question.tab, Stream)  # at once: to plan takes turns on the device
        experiment = tab.resolved(tab.settings(_read(tab.components, question.values)))
        plan = self.desk.asked(visitor, experiment).plan
        head = _head(experiment, plan, question)
        job, numbers = self._job(plan, question, head)
        if sentence := self.door.refusal_of_rows(caller, job.render.price.rows):
            raise Refused(sentence, 429)
        yield head
        kind = "exact" if question.exact else "draft"
        for frames in self.active.run(visitor, question.tab, job):
            for frame in frames:
                yield Picture(kind, numbers[frame.index], frame.place.coordinates, _jpeg(frame))
            yield None
        if job.state == "error":
            raise Refused(job.error, 500)

    def _job(self, plan: Plan, question: Question, head: Head) -> tuple[Job, list[int | None]]:
        """The job that draws what is wanted of the plan, and the number of each of its places there."""
        whole = question.whole
        if question.exact and whole:
            seconds = self.engine.render(plan).price.seconds
            whole = seconds is not None and seconds <= WHOLE_SECONDS
        numbers, places = _wanted(plan, dataclasses.replace(question, whole=whole), head)
        wanted = dataclasses.replace(plan, places=tuple(places), ordering=lambda count: list(range(count)))
        render = None if question.exact else DraftRender(self.engine, wanted)
        return Job(self.engine, wanted, Stream(), self.door.limits.seconds, render), numbers


def _read(components: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    """The values of widgets as a browser has them, as Gradio would hand them to Python. Raises Refused."""
    try:
        return [_read_one(component, value) for component, value in zip(components, values, strict=True)]
    except (GradioError, OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Refused(f"a value is none of its widget: {str(error)[:200]}") from error


def _read_one(component: Any, value: Any) -> Any:
    if isinstance(component, gr.State):
        return None  # it is the server's
    check_all_files_in_cache(value)
    model = getattr(component, "data_model", None)
    return component.preprocess(model.model_validate(value) if model and value is not None else value)


def _head(experiment: Experiment, plan: Plan, question: Question) -> Head:
    frames, shown = frames_of(plan), shown_of(plan)
    places = digest(json.dumps([frames, shown, spoken()])).hex()
    sight, point, moved = _looked_at(plan, question)
    head = Head(settings_key(experiment.name(), experiment.settings()), places, sight, point, moved)
    if places == question.places:
        return head
    said = translated({"frames": frames, "shown": shown}, spoken(), names=True)
    return dataclasses.replace(head, **said)


def _looked_at(plan: Plan, question: Question) -> tuple[list[int], tuple[float, ...] | None, bool]:
    """The numbers of the places that are looked at, or a point between them; whether these are not what was asked for."""
    if titled := [i for i, place in enumerate(plan.places) if place.caption == question.typed]:
        return titled[:1], None, True
    if (point := checked(question.point, plan.places)) is not None:
        here = [i for i, place in enumerate(plan.places) if place.coordinates == point]
        return (here[:1], None, False) if here else ([], point, False)
    axes = len(plan.places[0].coordinates)
    asked = [tuple(where) for where in question.sight if len(where) == axes]
    if not asked:
        return [next((i for i, place in enumerate(plan.places) if place.look is None), 0)], None, True
    sight = list(dict.fromkeys(_nearest(plan, where) for where in asked))
    return sight, None, {plan.places[i].coordinates for i in sight} != set(asked)


def _nearest(plan: Plan, where: Sequence[float]) -> int:
    """The number of the place nearest to coordinates, each axis measured by its own length."""
    axes = list(zip(*(place.coordinates for place in plan.places), strict=True))
    lengths = [max(axis) - min(axis) or 1 for axis in axes]

    def distance(i: int) -> float:
        parts = zip(plan.places[i].coordinates, where, lengths, strict=True)
        return sum(((there - here) / length) ** 2 for there, here, length in parts)

    return min(range(len(plan.places)), key=distance)


def _wanted(plan: Plan, question: Question, head: Head) -> tuple[list[int | None], list[Place]]:
    """The numbers and places to be drawn, what is looked at first. Of a point between the places there is no number."""
    have = question.have if question.of == head.of else ()
    others = plan.order[:MOST_PLACES] if question.whole else []
    numbers = [i for i in dict.fromkeys([*head.sight, *others]) if i not in have]
    places = [plan.places[i] for i in numbers]
    if head.point is None:
        return numbers, places
    return [None, *numbers], [Place(head.point, ""), *places]


def _jpeg(frame: Frame) -> bytes:
    buffer = io.BytesIO()
    frame.image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
