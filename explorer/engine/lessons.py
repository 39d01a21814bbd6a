"""Lessons: from pictures and a word to a task, its price before, what is seen of it on its way, and the film of it.

It knows pictures as Pillow has them, and no file, page or visitor.
"""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from explorer.engine.concepts import WORD, Concept, Use
from explorer.engine.engine import Engine, Frame, Render
from explorer.engine.tasks import key_of
from explorer.engine.teaching import METHODS, Example, Teaching, concepts_of
from explorer.engine.words import Reading
from explorer.messages import Message, in_a_row
from explorer.space.hashes import digest
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Playback, Shown
from explorer.space.points import Point, Sampling

MOST_PICTURES, MOST_VECTORS, MOST_RANK, MOST_LESSONS, MOST_COPIES = 8, 8, 64, 5000, 24
PRIOR = 8
"""Pictures of the kind of thing it is, where it shall stay what it was; and as many of OTHERS."""

OTHERS = ("a house", "a bird", "a car", "a tree", "a woman", "a flower", "a boat at the beach", "a chair")
"""What else shall stay what it was: pictures of the kind alone do not hold what is drawn of other things."""

PLAIN = 14.0
"""A background is plain where the border's colours lie about so far apart, from 0 to 255."""

COLOURS: Mapping[str, tuple[int, int, int]] = {
    "white": (255, 255, 255),
    "black": (15, 15, 18),
    "gray": (148, 148, 152),
    "red": (214, 48, 49),
    "orange": (243, 150, 18),
    "yellow": (250, 219, 80),
    "green": (88, 180, 90),
    "teal": (30, 150, 145),
    "blue": (50, 105, 215),
    "light blue": (165, 212, 245),
    "navy blue": (22, 32, 85),
    "purple": (135, 75, 190),
    "pink": (250, 165, 200),
    "brown": (125, 80, 48),
    "beige": (238, 222, 190),
}
"""What a plain background may be called."""

TEMPLATES = ("a photo of a {}", "a rendering of a {}", "a cropped photo of the {}", "the photo of a {}")
"""The first of the tutorials' (diffusers' examples/textual_inversion): what is said of a picture that has a scene."""

SCENE = "{} at the beach"
"""What the samples on the way show, of the word."""


SLOWER, SLOWER_ALONE = 4.0, 8.0
"""How many times as long as a UNet call of as many rows one with its gradient takes; the second: on one thread."""


class LessonError(ValueError):
    """A setting that nothing can be taught with: which, what it was, what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        shown = value if isinstance(value, (Message, int)) else repr(str(value)[:60])
        self.message = Message("{field} = {value} is not allowed: {allowed}", field=field, value=shown, allowed=allowed)
        super().__init__(self.message)
        self.field = field


@dataclass(frozen=True, eq=False)
class Lesson:
    """What to teach and how; None is what suits the model, see `usual`. Raises LessonError.

    `pictures`: 1 to 8, any size. `captions`: what may be said of each, with the word in it, several separated by "|";
    an empty one is made of its background. `keep` says that the kind (`like`) shall stay what it was.
    """

    pictures: tuple[Image.Image, ...]
    word: str
    like: str = ""
    method: str = "look"
    captions: tuple[str, ...] = ()
    vectors: int | None = None
    rank: int = 8
    steps: int | None = None
    learning_rate: float | None = None
    seed: int = 0
    keep: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.pictures) <= MOST_PICTURES:
            raise LessonError("pictures", len(self.pictures), Message("1 to {n} pictures", n=MOST_PICTURES))
        object.__setattr__(self, "word", bracketed(self.word))
        if self.method not in METHODS:
            raise LessonError("method", self.method, Message("one of {options}", options=in_a_row(METHODS)))
        bounds = {
            "vectors": (1, MOST_VECTORS),
            "rank": (1, MOST_RANK),
            "steps": (1, MOST_LESSONS),
            "learning_rate": (1e-7, 1.0),
            "seed": (0, 2**32 - 1),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise LessonError(name, value, Message("a number from {l} to {h}", l=f"{low:g}", h=f"{high:g}"))
        if self.keep and not self.like.strip():
            raise LessonError("like", self.like, "a kind of thing, if it shall stay what it was")
        for caption in self.captions:
            if caption.strip() and self.word not in caption:
                raise LessonError("captions", caption, Message("words with {word} in them", word=self.word))

    @property
    def prior(self) -> bool:
        """Whether pictures of its kind are needed first."""
        return self.keep and self.method == "look"


def bracketed(word: str) -> str:
    """The word in its brackets, small. Raises LessonError for what is none."""
    inner = re.sub(r"[\s_]+", "-", word.strip().lower().strip("<>").strip())
    if not WORD.fullmatch(f"<{inner}>"):
        raise LessonError("word", word, "1 to 32 letters, digits and hyphens, such as <my-thing>")
    return f"<{inner}>"


def of_known_kind(engine: Engine, lesson: Lesson) -> Lesson:
    """The lesson with its kind in the English that the model learnt.

    Raises LessonError for a kind that ends in a word which the model has no name for: the vectors would start at pieces
    of that, which stand for nothing (Gal et al. start at "a single-word coarse descriptor", arXiv:2208.01618). Without
    a kind they start at the mean of all.
    """
    like = lesson.like.strip()
    reading = engine.words.read(like) if engine.words else Reading(like, like)
    if reading.translated:
        return dataclasses.replace(lesson, like=re.sub("^an? ", "", reading.english))
    if reading.unknown and like.endswith((unknown := reading.unknown[-1]).word):
        known = Message("a thing that the model knows by name, or nothing")
        near = Message("{known}; the nearest is {nearest}", known=known, nearest=unknown.nearest)
        raise LessonError("like", like, near if unknown.nearest else known)
    return lesson


def usual(engine: Engine, method: str) -> dict[str, float]:
    """What suits the model: `vectors`, `steps`, `learning_rate`, `batch` and pictures `at_once`.

    Measured with the bundled model; for a large one what diffusers' examples name (textual inversion: 5e-4 for each
    picture of a batch, DreamBooth as a LoRA: 1e-4 and 500 steps), one picture a turn.
    """
    small = sum(weight.numel() for weight in engine.networks.pipe.unet.parameters()) < 100_000_000
    if small:
        more = {"vectors": 2, "learning_rate": 2e-2} if method == "word" else {"vectors": 1, "learning_rate": 3e-3}
        return {"steps": 200, "batch": 8, "at_once": 8, **more}
    more = {"vectors": 2, "learning_rate": 2e-3} if method == "word" else {"vectors": 1, "learning_rate": 1e-4}
    return {"steps": 1000 if method == "word" else 500, "batch": 4 if method == "word" else 1, "at_once": 1, **more}


def captions_of(picture: Image.Image, word: str) -> tuple[str, ...]:
    """What may be said of a picture: the word, and its plain background; the tutorials' templates before any other."""
    side = np.asarray(picture.convert("RGB").resize((32, 32), Image.Resampling.BOX), np.float32)
    border = np.concatenate([side[0], side[-1], side[1:-1, 0], side[1:-1, -1]])
    middle = np.median(border, axis=0)
    if np.mean(np.abs(border - middle)) > PLAIN:
        return tuple(template.format(word) for template in TEMPLATES)
    name = min(COLOURS, key=lambda name: float(np.abs(middle - np.array(COLOURS[name], np.float32)).sum()))
    return word, f"{word} on {'an' if name == 'orange' else 'a'} {name} background"


def prior_plan(engine: Engine, lesson: Lesson) -> Plan:
    """Pictures of the kind of thing it is and of `OTHERS`, by seeds that follow the lesson's, before it begins."""
    sampling, negative = _sampling(engine), engine.encode_negative("")
    prompts = [_of_its_kind(lesson)] * PRIOR + list(OTHERS)
    shape = engine.latents_shape(sampling)

    def at(number: float) -> Point:
        noise, prompt = Noise.of(int(lesson.seed + 1 + number) % 2**32), engine.encode(prompts[int(number)])
        return Point(prompt, negative, noise.latents(shape), noise, engine.defaults.guidance_scale)

    places = [Place((float(i),), prompt) for i, prompt in enumerate(prompts)]
    return Plan(tuple(places), at, sampling, ordering=lambda count: list(range(count)))


def teaching_of(engine: Engine, lesson: Lesson, prior: Sequence[Example] = ()) -> Teaching:
    """The task of a lesson; `prior` are the pictures of its `prior_plan` with their prompts, where it has one."""
    own, size = usual(engine, lesson.method), (engine.defaults.width, engine.defaults.height)
    given = [*lesson.captions, *[""] * len(lesson.pictures)]
    steps = int(own["steps"]) if lesson.steps is None else lesson.steps
    examples = []
    for picture, caption in zip(lesson.pictures, given, strict=False):
        fitted = ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.LANCZOS)
        said = tuple(part.strip() for part in caption.split("|") if part.strip())
        examples.append(Example(fitted, said or captions_of(fitted, lesson.word)))
    return Teaching(
        lesson.word,
        tuple(examples),
        lesson.like.strip(),
        lesson.method,
        vectors=int(own["vectors"]) if lesson.vectors is None else lesson.vectors,
        rank=lesson.rank,
        lessons=steps,
        learning_rate=own["learning_rate"] if lesson.learning_rate is None else lesson.learning_rate,
        batch=int(own["batch"]),
        at_once=int(own["at_once"]),
        every=max(-(-steps // MOST_COPIES), -(-steps // 10)),
        seed=lesson.seed,
        prior=tuple(prior),
    )


def film_of(engine: Engine, concepts: Mapping[int, Concept], scene: str = SCENE, seed: int = 0) -> Plan:
    """The training as a film: the coordinate is the number of lessons, the picture is what the word looked like then.

    `scene` has "{}" where the word goes.
    """
    sampling, negative = _sampling(engine), engine.encode_negative("")
    noise = Noise.of(seed)
    latents = noise.latents(engine.latents_shape(sampling))

    def at(lesson: float) -> Point:
        concept = concepts[int(lesson)]
        prompt = scene.replace("{}", concept.word)
        conditioning = engine.encode(prompt, [Use(concept)])
        return Point(conditioning, negative, latents, noise, engine.defaults.guidance_scale)

    words = {concept.word for concept in concepts.values()}
    said = scene.replace("{}", words.pop()) if words else scene
    places = [
        Place((float(step),), Message("{scene}, after {n} steps", scene=said, n=step), {"step": step, "prompt": said})
        for step in concepts
    ]
    return Plan(tuple(places), at, sampling, shown=Shown(("step",), playback=Playback(4, "back-and-forth")))


@dataclass(frozen=True)
class Taught:
    """How far a teaching is: `step` of `steps`, the last loss; the concept at steps of which a copy is kept."""

    step: int
    steps: int
    loss: float | None
    concept: Concept | None = None


class Course:
    """One execution of a lesson: iterate it for `Taught`, a lesson each, from where the last one stopped.

    `cancel()` may be called from any thread: what was learnt until then is kept. Pictures of its kind are rendered
    first where they are needed, or found in the store. Raises LessonError where `of_known_kind` does.
    """

    def __init__(self, engine: Engine, lesson: Lesson) -> None:
        self.engine, self.lesson = engine, of_known_kind(engine, lesson)
        self._cancel = threading.Event()
        self._under_way: Render | None = None

    def cancel(self) -> None:
        """Ends it after the step under way."""
        self._cancel.set()
        if self._under_way is not None:
            self._under_way.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancel.is_set()

    @cached_property
    def task(self) -> Teaching:
        """The task; where it needs pictures of its kind, they are rendered now."""
        if not self.lesson.prior:
            return teaching_of(self.engine, self.lesson)
        plan, pictures = prior_plan(self.engine, self.lesson), {}
        self._under_way = self.engine.render(plan)
        for event in self._under_way:
            if isinstance(event, Frame):
                pictures[event.index] = event.image
        if len(pictures) < len(plan.places):
            raise StoppedEarly
        prior = [Example(pictures[i], (place.caption,)) for i, place in enumerate(plan.places)]
        return teaching_of(self.engine, self.lesson, prior)

    def __iter__(self) -> Iterator[Taught]:
        try:
            task = self.task
        except StoppedEarly:
            return
        seen: set[int] = set()
        kept = self.engine.tasks.get(key_of(task, self.engine.networks.signature))
        for step, concept in concepts_of(task, kept.tensors if kept else {}).items():
            seen.add(step)
            yield Taught(step, task.lessons, None, concept)
        execution = self.engine.execute(task)
        if self.cancelled:
            return
        at = time.perf_counter()
        for progress in execution:
            now, area = time.perf_counter(), _area(self.engine) * task.rows
            self.engine.workers[0].pace.record("lesson", area, now - at)
            if self.cancelled:
                execution.cancel()
            at = now
            if progress.step % task.parts:
                continue
            step, loss = progress.step // task.parts, progress.figures["loss"]
            wanted = {0, step} if self.cancelled or task.keeps(step) else {0}
            if not wanted <= seen:
                copies = concepts_of(task, execution.so_far())
                for early in sorted(wanted - seen - {step}):
                    yield Taught(early, task.lessons, None, copies[early])
                seen |= wanted
            yield Taught(step, task.lessons, loss, copies[step] if step in wanted else None)
            at = time.perf_counter()


def record_of(engine: Engine, task: Teaching) -> dict[str, Any]:
    """What is said of a word's making beside it: settings, and digests of the pictures, never the pictures."""
    names = ("method", "vectors", "rank", "lessons", "learning_rate", "batch", "seed")
    pictures = [digest(one.picture.tobytes()).hex() for one in task.examples]
    captions = [list(one.captions) for one in task.examples]
    settings = {**{name: getattr(task, name) for name in names}, "kept_its_kind": bool(task.prior)}
    holds = "The vectors and the adapter of a taught word. The pictures are not in here, only their digests."
    return {"holds": holds, "settings": settings, "captions": captions, "pictures": pictures, "model": engine.model}


class StoppedEarly(Exception):
    """It was stopped before it could begin."""


def _sampling(engine: Engine) -> Sampling:
    usual = engine.defaults
    return Sampling(usual.num_inference_steps, usual.scheduler, usual.height, usual.width)


def _of_its_kind(lesson: Lesson) -> str:
    like = lesson.like.strip()
    return like if like.split()[0] in ("a", "an", "the") else f"{'an' if like[0] in 'aeiou' else 'a'} {like}"


def seconds_of(engine: Engine, task: Teaching) -> float | None:
    """The expected time of a task, by turns like these or else by UNet calls; None before anything was measured."""
    area = _area(engine) * task.rows
    if (turn := engine.seconds("lesson", area)) is not None:
        return turn * task.steps
    alone = engine.networks.device.type == "cpu" and task.at_once > 1
    call = engine.seconds("unet", area)
    return None if call is None else call * (SLOWER_ALONE if alone else SLOWER) * task.steps


def _area(engine: Engine) -> int:
    """Of a row of the model's own size, in latents."""
    _, height, width = engine.latents_shape(_sampling(engine))
    return height * width
