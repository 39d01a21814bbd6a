"""The tab "Teach a word": pictures in, a word out, and the training as a film on the way.

Contract: pictures are made small in the browser and come with the press of Teach; no file of them is written here. A
teaching is a task: it takes turns with everybody's renders, ends with Stop or with the page, and goes on where it was
when the same is asked for again. Every so many steps a picture of the word is drawn; what it was then is kept, and any
of these steps can be taken as the word. The word is the visitor's, see `vocabulary`.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from PIL import Image

from explorer.engine.concept_files import ConceptError
from explorer.engine.concepts import Concept
from explorer.engine.engine import Engine, Frame
from explorer.engine.lessons import (
    MOST_LESSONS,
    MOST_PICTURES,
    MOST_RANK,
    MOST_VECTORS,
    Course,
    Lesson,
    LessonError,
    Taught,
    bracketed,
    film_of,
    prior_plan,
    record_of,
    seconds_of,
    teaching_of,
    usual,
)
from explorer.engine.teaching import Example
from explorer.experiments.pictures import canonical, opened
from explorer.messages import Message, in_a_row
from explorer.outputs.records import frames_of, origin_of, shown_of
from explorer.outputs.runs import Run, Runs
from explorer.outputs.taught_words import NoWord
from explorer.ui.controls import QUICK
from explorer.ui.due import Due
from explorer.ui.jobs import GIVES_UP, SECONDS_BETWEEN_NEWS, gave_up
from explorer.ui.limits import Door
from explorer.ui.memory import Memory
from explorer.ui.memory import opened as opened_tab
from explorer.ui.news import Film, Status
from explorer.ui.rendering import about, still
from explorer.ui.taught_words import YourWords
from explorer.ui.views import FilmView, StatusView, said
from explorer.ui.vocabulary import Vocabulary
from explorer.ui.widget import Widget

NAME = "teach-a-word"
MOST_BYTES = 4_000_000
"""Of one picture as it comes; the browser has made it smaller than that."""

CHARACTERS = 300
"""Of a caption."""

LABELS = {
    "word": "Its word",
    "like": "What kind of thing it is",
    "method": "What is learnt",
    "steps": "Training steps",
    "rate": "Learning rate",
    "rank": "Rank",
    "vectors": "Vectors",
    "keep": "Keep its kind as it is",
    "seed": "Seed",
}
"""What the fields are called, by the ends of their ids."""

BRACKETS = "Its brackets keep it apart from the words that the model knows: <cat> is yours, cat stays what it is."

SMALL = {"size": "sm", "scale": 0, "min_width": 64}
LOOK, WORD = "word and look", "word only"
METHOD = {LOOK: "look", WORD: "word"}


class LessonPictures(Widget):
    """Where pictures are dropped, each with what may be said of it. It is read by the `js=` of the events: see TAKE."""

    kind = "lesson"
    fires = ("changed",)

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, phrases=(self.kind,), most=MOST_PICTURES, **props)

    def preprocess(self, payload: Any) -> Any:
        """As it came: `_pictures` checks it."""
        return payload


class TrainingView(FilmView):
    """The training as a film."""

    says = "training"


class LossCurve(Widget):
    """The loss so far, a number for every few steps: {losses, step, steps}."""

    kind = "losses"

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, phrases=(self.kind,), **props)


TAKE = "(...inputs) => explorer.lesson(inputs)"
"""The `js=` of events whose first input is the pictures."""


@dataclass
class _Session:
    """What a visitor teaches now, or has taught last: the course, the word's key, the film; what was priced last."""

    priced: tuple[Any, ...] | None = None
    course: Course | None = None
    key: str = ""
    run: Run | None = None
    steps: list[int] = field(default_factory=list)


class TeachTab:
    """The tab. It stands before the experiments of a higher `position`; `due` and `memory` are those of the page."""

    name, position = NAME, 5

    def __init__(
        self,
        engine: Engine,
        runs: Runs,
        vocabulary: Vocabulary,
        drawer: YourWords,
        door: Door | None = None,
        *,
        due: Due,
        memory: Memory,
    ) -> None:
        self.engine, self.runs, self.vocabulary, self.drawer, self.door = (
            engine,
            runs,
            vocabulary,
            drawer,
            door or Door(),
        )
        self.due, self.memory = due, memory
        self._sessions: dict[str, _Session] = {}
        self._lock = threading.Lock()
        with gr.Tab("Teach", id=NAME, elem_id=f"tab-{NAME}") as self.panel:
            with gr.Row(elem_classes=["workbench", "film-bench"]):
                with gr.Column(min_width=320, elem_classes="outputs"):
                    self.view = TrainingView(elem_id=f"{NAME}-view")
                with gr.Column(min_width=320, elem_classes="inputs"):
                    self._draw_form()
            with gr.Row(elem_classes="bar"):
                self.button = gr.Button("Teach", variant="primary", elem_id=f"{NAME}-teach", **SMALL)
                self.stop_button = gr.Button("Stop", interactive=False, elem_id=f"{NAME}-stop", **SMALL)
                self.status = StatusView(elem_id=f"{NAME}-status")
                self.take_button = gr.Button("Take this step", interactive=False, elem_id=f"{NAME}-take", **SMALL)
        self.outputs = [
            self.view, self.losses, self.status, self.button, self.stop_button, self.take_button, self.drawer,
        ]  # fmt: skip
        self._connect()

    def _draw_form(self) -> None:
        gr.Markdown("Teach a word", elem_classes=["help", "called"])
        gr.Markdown(
            "Show it one to eight pictures of one thing, and give that a name. Then the name is a word for every "
            "prompt, here and in all tabs. Your pictures stay in your browser; only what was learnt is kept.",
            elem_classes="help",
        )
        self.losses = LossCurve(elem_id=f"{NAME}-losses")
        self.pictures = LessonPictures(elem_id=f"{NAME}-pictures")
        with gr.Row():
            self.word = gr.Textbox(
                "<my-thing>", label=LABELS["word"], info=BRACKETS, max_lines=1, elem_id=f"{NAME}-word"
            )
            self.like = gr.Textbox(
                "",
                label=LABELS["like"],
                info="Where the word begins. Left empty, it begins between all words, at nothing in particular.",
                placeholder="cat",
                max_lines=1,
                elem_id=f"{NAME}-like",
            )
        self.method = gr.Radio(
            [LOOK, WORD],
            value=LOOK,
            label=LABELS["method"],
            info="Word and look: the thing itself (DreamBooth, a LoRA). Word only: a rough one (textual inversion).",
            elem_id=f"{NAME}-method",
        )
        with gr.Accordion("More settings", open=False, elem_id=f"{NAME}-more"):
            self._draw_more(usual(self.engine, "look"))

    def _draw_more(self, own: Mapping[str, float]) -> None:
        most = 1000 if own["steps"] <= 200 else MOST_LESSONS
        names = ("steps", "rate", "rank", "vectors", "keep", "seed")
        named = {name: {"elem_id": f"{NAME}-{name}", "label": LABELS[name]} for name in names}
        self.steps = gr.Slider(10, most, own["steps"], step=10, **named["steps"])
        self.rate = gr.Number(own["learning_rate"], **named["rate"])
        info = "How much of the look can be learnt."
        self.rank = gr.Slider(1, MOST_RANK, 8, step=1, info=info, **named["rank"])
        self.vectors = gr.Slider(1, MOST_VECTORS, own["vectors"], step=1, **named["vectors"])
        info = "Learns beside pictures of its kind and of other things, so that those change less: twice the time."
        self.keep = gr.Checkbox(False, info=info, **named["keep"])
        self.seed = gr.Number(0, precision=0, **named["seed"])

    @property
    def inputs(self) -> list[Any]:
        """The widgets of the form, the pictures first."""
        settings = [self.steps, self.rate, self.rank, self.vectors, self.keep, self.seed]
        return [self.pictures, self.word, self.like, self.method, *settings]

    def _connect(self) -> None:
        self.button.click(
            self.teach,
            self.inputs,
            self.outputs,
            js=TAKE,
            concurrency_id="teach",
            concurrency_limit=self.door.limits.teachings or 2,
            show_progress="hidden",
            api_visibility="private",
        )
        self.stop_button.click(self.stop, None, None, **QUICK)
        corrected = [self.pictures.changed, self.word.change, self.like.change]  # what was wrong with them is no more
        priced = [self.method.change, self.steps.release, self.keep.change, *corrected]
        price = {"inputs": [self.method, self.steps, self.keep], "trigger_mode": "always_last"}
        gr.on(priced, self.price, outputs=self.status, **price, **QUICK)
        self.due.connect(NAME, self.panel, self.seen, outputs=[self.status, self.memory], **price)
        self.method.change(self.suited, self.method, [self.rate, self.vectors], **QUICK)
        self.take_button.click(self.take, self.view, [self.status, self.drawer], js=self.view.state_js(0), **QUICK)

    def suited(self, method: str) -> list[Any]:
        """The learning rate and the vectors that suit a method."""
        own = usual(self.engine, METHOD.get(method, "look"))
        return [own["learning_rate"], own["vectors"]]

    def seen(self, request: gr.Request, *values: Any) -> list[Any]:
        """The tab is in sight: its price, and what the browser shall remember.

        A price that was told stays as it is, or what was said since then: that a word is one now.
        """
        told = self._of(request.session_hash).priced == values
        return [gr.skip() if told else self.price(request, *values), opened_tab(NAME)]

    def price(self, request: gr.Request, method: str, steps: Any, keep: Any) -> Any:
        """The status line before Teach: steps, seconds."""
        session = self._of(request.session_hash)
        if session.course is not None:
            return gr.skip()
        session.priced, since = (method, steps, keep), time.time()
        try:
            lesson = Lesson((_BLANK,), "word", "thing", METHOD.get(method, "look"), steps=int(steps), keep=bool(keep))
        except (LessonError, TypeError, ValueError) as error:
            return said("error", str(error))
        task = teaching_of(self.engine, lesson, [_ANY] if lesson.prior else ())
        seconds, text = seconds_of(self.engine, task), Message("{n} steps", n=task.lessons)
        rows = [Message("{n} rows, forward and backward", n=task.steps * task.rows)]
        if lesson.prior:  # of a thing that was never drawn here
            prior = self.engine.render(prior_plan(self.engine, lesson)).price
            rows.append(Message("{n} rows for the pictures that keep its kind", n=prior.rows))
            seconds = None if seconds is None or prior.seconds is None else seconds + prior.seconds
        text = in_a_row([text, about(seconds)]) if seconds is not None else text
        return Status("ready", text, detail=in_a_row(rows), since=since)

    def stop(self, request: gr.Request) -> None:
        """Ends this visitor's teaching after the step under way; what was learnt is kept."""
        if (course := self._of(request.session_hash).course) is not None:
            course.cancel()

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        self.stop(request)
        with self._lock:
            self._sessions.pop(request.session_hash or "", None)

    def take(self, request: gr.Request, view: Mapping[str, Any] | None) -> dict[Any, Any]:
        """Makes the step that is looked at what the word stands for."""
        session = self._of(request.session_hash)
        try:
            step = session.steps[int((view or {}).get("index", -1))]
            self.vocabulary.choose(request.session_hash, session.key, step)
        except (NoWord, IndexError, ConceptError):
            return {self.status: said("error", "This step is no longer kept: teach again.")}
        told = {"words": self.vocabulary.told(request.session_hash)}
        text = Message("The word is what it was after {n} steps.", n=step)
        return {self.status: said("done", text), self.drawer: told}

    def teach(self, request: gr.Request, *values: Any) -> Iterator[dict[Any, Any]]:
        """Teaches, telling curve, film and status as it goes, until done, stopped or left."""
        session = self._of(request.session_hash)
        try:
            course = Course(self.engine, lesson_of(*values))
            lesson = course.lesson
            task = teaching_of(self.engine, lesson, [_ANY] if lesson.prior else ())
            before = self.engine.render(prior_plan(self.engine, lesson)).price.rows if lesson.prior else 0
        except LessonError as error:
            yield {self.status: self._refused(error)}
            return
        if sentence := self.door.refusal_of_rows(request, before + task.steps * task.rows):
            yield {self.status: said("error", sentence)}
            return
        with self._lock:
            busy = session.course is not None
            session.course = session.course or course
        if busy:
            yield {self.status: said("error", "One word after the other: stop the one you are teaching first.")}
            return
        try:
            yield from self._taught(request.session_hash, session, course)
        except GIVES_UP as error:
            yield self._ended(said("error", gave_up(error)), session)
        except (ConceptError, LessonError) as error:
            yield self._ended(said("error", str(error)), session)
        finally:
            course.cancel()
            session.course = None

    def _taught(self, visitor: str | None, session: _Session, course: Course) -> Iterator[dict[Any, Any]]:
        busy = {self.button: gr.update(interactive=False), self.stop_button: gr.update(interactive=True)}
        waiting = "Pictures of its kind come first" if course.lesson.prior else "The first step is on its way"
        yield {**busy, self.take_button: gr.update(interactive=False), self.status: Status("running", waiting)}
        progress = _Progress(self.engine, course, self.runs)
        session.run, session.steps, session.key = progress.run, progress.steps, ""
        for taught in course:
            if not progress.take(taught):
                continue
            updates = {self.losses: progress.losses, self.status: progress.status}
            if taught.concept is not None:
                face = progress.draw(taught)
                word = self._keep(visitor, course, taught, face)
                session.key = word.key
                updates |= {self.view: progress.film}
                if taught.step in (0, taught.steps):
                    updates |= {self.drawer: {"words": self.vocabulary.told(visitor)}}
            yield updates
        stopped = course.cancelled and progress.step < progress.task.lessons
        there = Message("Stopped after {n} steps: Teach goes on from here", n=progress.step)
        text = there if stopped else progress.done
        yield self._ended(said("stopped" if stopped else "done", text), session, visitor)

    def _refused(self, error: LessonError) -> Status:
        """An error with what its field is called here, to stand there, too."""
        field = {"learning_rate": "rate"}.get(error.field, error.field)
        if field not in LABELS:
            return said("error", str(error))
        values = {**error.message.values, "field": LABELS[field]}
        told = Message("{field} = {value} is not allowed: {allowed}", **values)
        return Status("error", told, at=[(f"{NAME}-{field}", told)])

    def _keep(self, visitor: str | None, course: Course, taught: Taught, face: bytes | None) -> Any:
        concept, task = taught.concept, course.task
        assert concept is not None
        more = {"step": taught.step, "steps": task.lessons, "method": task.method}
        record = {**record_of(self.engine, task), **more}
        if taught.step == 0 and (before := self.vocabulary.named(visitor, concept.word)) is not None:
            before.forget_steps()
        return self.vocabulary.keep(visitor, concept, record, step=taught.step, face=face)

    def _ended(self, status: Status, session: _Session, visitor: str | None = None) -> dict[Any, Any]:
        told = {self.drawer: {"words": self.vocabulary.told(visitor)}} if visitor else {}
        return {
            self.status: status,
            self.button: gr.update(interactive=True),
            self.stop_button: gr.update(interactive=False),
            self.take_button: gr.update(interactive=bool(session.key and session.steps)),
            **told,
        }

    def _of(self, visitor: str | None) -> _Session:
        with self._lock:
            return self._sessions.setdefault(visitor or "", _Session())


class _Progress:
    """What is told of a course: its loss, its film, how long it still takes."""

    def __init__(self, engine: Engine, course: Course, runs: Runs) -> None:
        self.engine, self.course, self.task = engine, course, course.task
        self.started, self.due, self.step, self.first = time.monotonic(), 0.0, 0, None
        self._losses: list[tuple[int, float]] = []
        self.steps = [step for step in range(self.task.lessons + 1) if step == 0 or self.task.keeps(step)]
        self._ready: list[int] = []
        runs.tidy()
        blank = {step: Concept(self.task.word, ()) for step in self.steps}
        plan = film_of(engine, blank)
        settings = {"word": self.task.word, "like": self.task.like, "method": self.task.method}
        record = {**origin_of(NAME, settings, engine.model), "frames": frames_of(plan), "shown": shown_of(plan)}
        self.run, self._playback = runs.create(record, len(self.steps)), plan.shown.playback

    def take(self, taught: Taught) -> bool:
        """Takes a step in; says whether it is to be told."""
        self.step = taught.step
        if taught.loss is not None:
            self._losses.append((taught.step, taught.loss))
            if self.first is None:
                self.first = taught.step - 1
        now = time.monotonic()
        if taught.concept is None and now < self.due:
            return False
        self.due = now + SECONDS_BETWEEN_NEWS
        return True

    def draw(self, taught: Taught) -> bytes | None:
        """Draws the word as it is now into the film; a small JPEG of it."""
        assert taught.concept is not None
        if taught.step not in self.steps:  # it was stopped between two copies
            return None
        plan = film_of(self.engine, {taught.step: taught.concept})
        for event in self.engine.render(plan):
            if isinstance(event, Frame):
                index = self.steps.index(taught.step)
                self.run.add(index, event.png)
                self._ready = sorted({*self._ready, index})
                face, buffer = event.image, io.BytesIO()
                face.thumbnail((96, 96))
                face.save(buffer, "JPEG", quality=85)
                return buffer.getvalue()
        return None

    @property
    def film(self) -> Film:
        """The film as far as it is drawn."""
        return Film(self.run.folder, self.run.count, self._ready, playback=self._playback)

    @property
    def losses(self) -> dict[str, Any]:
        """At most 100 numbers: each the mean of as many steps."""
        width = max(1, -(-self.task.lessons // 100))
        spans: dict[int, list[float]] = {}
        for step, loss in self._losses:
            spans.setdefault((step - 1) // width, []).append(loss)
        means = [round(sum(span) / len(span), 5) for _, span in sorted(spans.items())]
        return {"losses": means, "step": self.step, "steps": self.task.lessons}

    @property
    def status(self) -> Status:
        """How far it is, and how long it will take."""
        done = self.step - (self.first or 0)
        left = (time.monotonic() - self.started) / done * (self.task.lessons - self.step) if done > 2 else None
        left = left if left is not None else seconds_of(self.engine, self.task)
        text = Message("Step {n} of {m}", n=self.step, m=self.task.lessons)
        text = in_a_row([text, still(left)]) if left is not None else text
        return Status("running", text, progress=self.step / self.task.lessons)

    @property
    def done(self) -> str:
        """What is said at the end."""
        return Message("{word} is a word now: type it in any prompt", word=self.task.word)


def lesson_of(*values: Any) -> Lesson:
    """The lesson that the values of a form's `inputs` ask for. Raises LessonError."""
    pictures, word, like, method, steps, rate, rank, vectors, keep, seed = values
    found, captions = _pictures(pictures)
    word = bracketed(str(word)[:80])
    return Lesson(
        tuple(found),
        word,
        str(like or "")[:80].strip(),
        METHOD.get(str(method), "look"),
        tuple(caption.replace("*", word) for caption in captions),
        vectors=int(_number("vectors", vectors)),
        rank=int(_number("rank", rank)),
        steps=int(_number("steps", steps)),
        learning_rate=_number("learning_rate", rate),
        seed=int(_number("seed", seed)),
        keep=bool(keep),
    )


def _number(field: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise LessonError(field, value, "a number") from None
    if not abs(number) <= 2**53:
        raise LessonError(field, value, "a number")
    return number


def _pictures(payload: Any) -> tuple[list[Image.Image], list[str]]:
    """The pictures that a browser sent, and what may be said of each. Raises LessonError."""
    given = payload.get("pictures") if isinstance(payload, dict) else None
    given = given if isinstance(given, list) else []
    if not 1 <= len(given) <= MOST_PICTURES:
        raise LessonError("pictures", len(given), Message("1 to {n} pictures", n=MOST_PICTURES))
    return [_picture(one) for one in given], [_caption(one) for one in given]


def _picture(one: Any) -> Image.Image:
    url = one.get("picture") if isinstance(one, dict) else None
    if not isinstance(url, str) or not url.startswith("data:") or len(url) > MOST_BYTES:
        raise LessonError("pictures", Message("what came"), "pictures of at most 3 MB")
    try:
        return opened(canonical(url))
    except ValueError as error:
        raise LessonError("pictures", Message("one of them"), str(error)) from None


def _caption(one: Any) -> str:
    caption = one.get("caption") if isinstance(one, dict) else None
    return caption[:CHARACTERS] if isinstance(caption, str) else ""


_BLANK = Image.new("RGB", (8, 8), "white")
_ANY = Example(_BLANK, ("",))
