"""One model on one device: plans the rows, renders points to frames, keeps the account.

The engine knows points, plans and pictures. It does not know experiments, visitors, files that leave or the page.
Several renders may go on at once; they take turns on each worker, one UNet call each.
"""

from __future__ import annotations

import io
import json
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from statistics import mean

import torch
from cachetools import LRUCache, cachedmethod
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from PIL import Image
from torch import Tensor

from explorer.engine.autoencoder import to_png
from explorer.engine.concepts import Uses
from explorer.engine.denoise import Row, Rows, Trajectory, denoise, timesteps_of
from explorer.engine.extras import blends, extras_at
from explorer.engine.families import extra_channels
from explorer.engine.networks import Networks
from explorer.engine.overflow import check_finite
from explorer.engine.schedulers import draws_noise, make_scheduler, noise_levels
from explorer.engine.store import NOTE_OF, FrameStore
from explorer.engine.tasks import Execution, TasksMissing, TaskStore, key_of
from explorer.engine.words import Words, read_as, remarks
from explorer.engine.workers import Worker
from explorer.messages import restored
from explorer.space.mixtures import mixture
from explorer.space.plans import Place, Plan
from explorer.space.points import Conditioning, Defaults, Point, Sampling, digest
from explorer.space.regions import GREY, Finish
from explorer.space.steps import Step
from explorer.space.tasks import Task


@dataclass(frozen=True)
class Frame:
    """A rendered point: number `index` of its plan. `stored` frames cost no row this time."""

    index: int
    place: Place
    key: str
    png: bytes
    stored: bool

    @property
    def image(self) -> Image.Image:
        """The picture, RGB."""
        return Image.open(io.BytesIO(self.png)).convert("RGB")

    @property
    def note(self) -> str:
        """What its look had to say about this very picture; "" for most."""
        found = Image.open(io.BytesIO(self.png)).info
        return restored(found.get("note", ""), json.loads(found.get(NOTE_OF, "{}")))


@dataclass(frozen=True)
class Price:
    """What a plan costs before it is paid: frames in all and already rendered, rows of the UNet, seconds.

    `naive_rows` is what a pipeline called once a frame with guidance would run; `seconds` is None before the engine has
    run its first row.
    """

    frames: int
    stored: int
    rows: int
    naive_rows: int
    seconds: float | None


class Cancelled(Exception):
    """Raised between two UNet calls of a render that was cancelled."""


def rows_a_call(device: torch.device, height: int, width: int) -> int:
    """Rows a UNet call, fixed for a size (in latents) and a device, because the batch size changes a picture's bits.

    A small network is bound by the overhead of a call, a large one by arithmetic. More rows are faster in the long run
    (16 of the bundled model by about a fifth) and delay the first picture, which should be there within two seconds.
    """
    area = height * width
    if device.type != "cpu":
        return 8 if area <= 96 * 96 else 4
    return 8 if area <= 16 * 16 else 4 if area <= 32 * 32 else 2


class Engine:
    """A model on one or several devices, a store of finished frames, and one of tasks (in memory only, unless given).

    `workers` may be the networks of a model on one device. Raises ValueError for workers whose signatures differ: they
    would draw the same point differently.
    """

    def __init__(
        self,
        workers: Networks | Sequence[Worker],
        store: FrameStore | None = None,
        tasks: TaskStore | None = None,
    ) -> None:
        self.workers = tuple(workers) if isinstance(workers, Sequence) else (Worker(workers),)
        signatures = {worker.networks.signature for worker in self.workers}
        if len(signatures) != 1:
            raise ValueError(f"workers: their models have {len(signatures)} signatures, and must have one")
        self.networks = self.workers[0].networks
        self.store = store if store is not None else FrameStore()
        self.tasks = tasks if tasks is not None else TaskStore()
        self._schedulers: LRUCache[tuple, SchedulerMixin] = LRUCache(32)
        self._lock = threading.Lock()
        self.companion: Engine | None = None
        """What draws the drafts that it can draw, see `companions`."""

    @property
    def model(self) -> dict[str, str]:
        """The model's name, and the signature that changes with anything that may change the bits of a picture."""
        return {"name": self.networks.name, "signature": self.networks.signature}

    @property
    def defaults(self) -> Defaults:
        """The settings that the model is meant to be used with."""
        return self.networks.defaults

    @property
    def words(self) -> Words | None:
        """What the model knows by name, and what prompts are read by; None where its folder does not say."""
        return self.networks.words

    def english(self, prompt: str) -> str:
        """What is encoded for a prompt: itself, or the model's own English for Chinese that it has names for."""
        return self.words.english(prompt) if self.words else prompt

    def read_as(self, prompts: Iterable[str]) -> dict[str, str]:
        """The English of those prompts that have Chinese in them, for records and links."""
        return read_as(self.words, prompts)

    def remarks(self, prompts: Iterable[str]) -> list[str]:
        """What is to be said of prompts that are drawn from other words than were typed."""
        return remarks(self.words, prompts)

    def cut_off(self, prompt: str, uses: Uses = ()) -> str:
        """What of the prompt's English the text encoder does not read; `uses` are taught words that it may have."""
        return self.networks.cut_off(self.english(prompt), uses)

    def encode(self, prompt: str, uses: Uses = ()) -> Conditioning:
        """The conditioning of a prompt's English, from the cache when it was encoded before, or of a mixture.

        Raises ValueError for a mixture that is not written well.
        """
        return self._mixed(prompt, self.networks.encode, uses)

    def encode_negative(self, negative_prompt: str, uses: Uses = ()) -> Conditioning:
        """The conditioning of a negative prompt's English; "" is the model's own idea of none."""
        return self._mixed(negative_prompt, self.networks.encode_negative, uses)

    def _mixed(self, text: str, encode: Callable[..., Conditioning], uses: Uses) -> Conditioning:
        def alone(prompt: str) -> Conditioning:
            return self.workers[0].run(encode, self.english(prompt), uses)

        found = mixture(text)
        return found.conditioning(alone) if found else alone(text)

    def encode_picture(self, picture: Image.Image) -> Tensor:
        """The latents (channels, height/f, width/f) of a picture, RGB with sides that are multiples of f, cached."""
        return self.workers[0].run(self.networks.encode_picture, picture)

    def estimate_depth(self, picture: Image.Image) -> Tensor | None:
        """How near each part of a picture is, (rows, columns), larger is nearer; None if the model cannot tell."""
        return self.workers[0].run(self.networks.estimate_depth, picture)

    def sigmas(self, sampling: Sampling) -> list[float]:
        """How noisy the sample is before each evaluation of the UNet, in units of the clean latents' spread."""
        return noise_levels(self.scheduler(sampling.scheduler, sampling.num_inference_steps))

    @cachedmethod(lambda self: self._schedulers, lock=lambda self: self._lock)
    def scheduler(self, name: str, num_inference_steps: int) -> SchedulerMixin:
        """The sampler of that name on the model's noise schedule, to be copied for each point: see `schedulers`."""
        return make_scheduler(name, self.networks.scheduler, num_inference_steps)

    def latents_shape(self, sampling: Sampling) -> tuple[int, int, int]:
        """(channels, height/f, width/f) of the latents of a picture of that size."""
        factor = self.networks.factor
        return self.networks.latent_channels, sampling.height // factor, sampling.width // factor

    @property
    def extras(self) -> tuple[str, ...]:
        """What the model is told beside the latents, names of `families.EXTRAS`: nothing, for most."""
        return self.networks.extras

    def extras_at(self, point: Point) -> Tensor | None:
        """What it is told of a point, (extra channels, height/f, width/f) on its device; None for nothing."""
        height, width = (side * self.networks.factor for side in point.latents.shape[-2:])
        found = extras_at(point, self.extras, lambda: self.encode_picture(Image.new("RGB", (width, height), GREY)))
        return None if found is None else found.to(self.networks.device)

    def price(self, plan: Plan) -> Price:
        """What rendering the plan now would cost. Raises TasksMissing where tasks come first, which cost minutes."""
        return self.render(plan).price

    def render(self, plan: Plan) -> Render:
        """A render of the plan; nothing happens until it is iterated. Raises TasksMissing where tasks come first."""
        return Render(self, plan)

    def execute(self, task: Task) -> Execution:
        """An execution of the task, which goes on where the last one stopped; nothing happens until it is iterated."""
        return Execution(task, self._idlest, self.tasks)

    def result(self, task: Task) -> Mapping[str, Tensor]:
        """What came of a task, read anew each time. Raises TasksMissing where it is not done."""
        if (result := self._kept(task)) is None:
            raise TasksMissing([task])
        return result

    def check(self, plan: Plan) -> None:
        """Raises TasksMissing where tasks come before the plan."""
        if missing := [task for task in plan.before if self._kept(task) is None]:
            raise TasksMissing(missing)

    def _kept(self, task: Task) -> Mapping[str, Tensor] | None:
        kept = self.tasks.get(key_of(task, self.networks.signature))
        return kept.tensors if kept is not None and kept.done == task.steps else None

    def warm_up(self) -> None:
        """Calls at the model's own size, so that prices have seconds; what makes them fast, and their seconds then."""
        sampling = Sampling(1, self.defaults.scheduler, self.defaults.height, self.defaults.width)
        channels, height, width = self.latents_shape(sampling)
        latents = torch.zeros(channels, height, width, device=self.networks.device)
        extras = torch.zeros(extra_channels(self.extras, channels), height, width, device=latents.device)
        row = Row(torch.cat([latents, extras]), torch.tensor(1), self.encode(""))
        batch = self.rows_a_call(sampling)

        def measure(worker: Worker) -> None:
            worker.submit([row] * batch, batch).result()
            worker.decode(latents)

        for worker in self.workers:
            measure(worker)
            worker.choose_threads([row] * 2)  # first: somebody may be dragging by now
        for worker in self.workers:
            worker.tune([row], batch)
            for _ in range(3):  # the first was slow, and is outvoted: see Pace
                measure(worker)
                worker.submit([row] * 2).result()  # as a draft does, which is not judged before
                worker.sketch(latents)
        if self.companion is not None:
            self.companion.warm_up()

    def rows_a_call(self, sampling: Sampling) -> int:
        """The micro-batch of pictures of that size."""
        return rows_a_call(self.networks.device, *self.latents_shape(sampling)[1:])

    def seconds(self, call: str, area: int) -> float | None:
        """The expected time of a call ("unet", "vae", "sketch") on so many latent pixels, None if unmeasured."""
        paces = [worker.pace.seconds(call, area) for worker in self.workers]
        return mean(measured) if (measured := [pace for pace in paces if pace is not None]) else None

    def decode(self, latents: Tensor) -> Image.Image:
        """The picture of finished latents (channels, h, w), from the worker with the fewest calls before it."""
        return self._idlest.decode(latents)

    def sketch(self, latents: Tensor) -> Image.Image:
        """The picture of a draft's latents (channels, h, w)."""
        return self._idlest.sketch(latents)

    def preview(self, predicted: Tensor) -> Image.Image:
        """A glimpse of clean latents (channels, h, w)."""
        worker = self._idlest
        return worker.run(worker.networks.preview, predicted)

    @property
    def _idlest(self) -> Worker:
        return min(self.workers, key=lambda worker: len(worker.turns))


class Render:
    """One execution of a plan: iterate it for `Step`s and `Frame`s, frames coarse to fine, stored ones first.

    `price` is known before; `rows` counts as it goes. `cancel()` may be called from any thread: no further UNet call is
    begun, the iteration ends, and every frame finished before is in the store, where the next render finds it. A model
    that gives NaN or infinity ends it with Overflow, and its picture is not kept.
    """

    def __init__(self, engine: Engine, plan: Plan, store: FrameStore | None = None) -> None:
        engine.check(plan)
        self.engine, self.plan = engine, plan
        self.store = engine.store if store is None else store
        self.rows = Rows()
        self._decoded = 0
        self._cancel = threading.Event()
        self._calls: dict[Worker, Future[Tensor]] = {}  # the last one of each
        self._size = engine.latents_shape(plan.sampling)[1:]
        self._micro_batch = engine.rows_a_call(plan.sampling)
        self._survey()

    def _scheduler(self, index: int) -> SchedulerMixin:
        """That of the place `index`, shared by all that are sampled alike."""
        sampling = self.plan.sampling_of(index)
        return self.engine.scheduler(sampling.scheduler, sampling.num_inference_steps)

    def _survey(self) -> None:
        """Names every frame, and finds which are missing."""
        self.keys: list[str] = []  # of the frames, by place
        self._places: dict[str, list[int]] = defaultdict(list)  # that show a frame, by its key
        self._points: list[bytes] = []  # the names of the points that the places look at
        self._first: dict[bytes, int] = {}  # the first place of each point
        self._calls_of: list[int] = []  # evaluations of the UNet, by place
        self._missing: dict[str, int] = {}  # the first place of each frame that is in no store
        self._finish: dict[bytes, Finish] = {}  # what is done with the decoded picture of a point, by its name
        self._travels: dict[bytes, int] = {}  # the points to be denoised: by name, evaluations of the UNet
        self._rows, self._adapted = 0, False
        for index, place in enumerate(self.plan.places):
            point = self.plan.point(index)
            sampling = self.plan.sampling_of(index)
            setting = digest(repr(sampling), self.engine.networks.signature, self._micro_batch)
            name = digest(setting, point.digest(sampling.num_inference_steps, draws_noise(sampling.scheduler)))
            if point.region is not None and point.region.finish is not None:
                self._finish[name] = point.region.finish
            key = (digest(name, place.step, place.look.digest) if place.look else name).hex()
            self._points.append(name)
            self.keys.append(key)
            self._places[key].append(index)
            self._first.setdefault(name, index)
            self._calls_of.append(self._evaluations(index, point))
            if key not in self._missing and key not in self.store:
                self._miss(index, point)
        self.price = self._price()

    def _miss(self, index: int, point: Point) -> None:
        name = self._points[index]
        self._missing[self.keys[index]] = index
        if name in self._travels:
            return
        self._travels[name] = self._calls_of[index]
        self._adapted = self._adapted or bool(point.adapters)
        self._rows += len(point.sides) * self._travels[name]

    def _evaluations(self, index: int, point: Point) -> int:
        return len(timesteps_of(*self._way(index, point)))

    def _way(self, index: int, point: Point) -> tuple[Point, SchedulerMixin]:
        """What is denoised for the place `index`, and by which scheduler."""
        return point, self._scheduler(index)

    def _due(self, index: int, step: Step) -> bool:
        """Whether this step of its point is what the place `index` shows."""
        wanted = self.plan.places[index].step
        return step.last if wanted is None else wanted == step.step

    def _price(self) -> Price:
        stored = sum(key not in self._missing for key in self.keys)
        seconds = self._seconds(self._rows, len(self._missing))
        return Price(len(self.keys), stored, self._rows, self._naive_rows(), seconds)

    def _naive_rows(self) -> int:
        """Two rows an evaluation of every finished picture, and of every point that is only looked at on its way."""
        finished = [i for i, place in enumerate(self.plan.places) if place.look is None]
        passing = {self._points[i]: i for i in range(len(self.keys))}
        for index in finished:
            passing.pop(self._points[index], None)
        return sum(2 * self._calls_of[i] for i in [*finished, *passing.values()])

    def _seconds(self, rows: int, pictures: int) -> float | None:
        """The time of so many rows, in full micro-batches or at least a call a step, and so many decodes."""
        area, workers = self._size[0] * self._size[1], len(self.engine.workers)
        calls = max(rows / (self._micro_batch * workers), max(self._travels.values(), default=0) if rows else 0)
        together = min(self._micro_batch, math.ceil(rows / calls)) if rows else 1
        batch = self.engine.networks.batch(together, *self._size, self._micro_batch)
        call, decode = self.engine.seconds("unet", area * batch), self.engine.seconds("vae", area)
        if self._adapted and (adapted := self.engine.seconds("adapted", area * self._micro_batch)) is not None:
            call = adapted
        if call is None or decode is None:
            return None
        return call * calls + decode * pictures / workers

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the rows and decodes still to run; None before the engine has rendered anything."""
        return self._seconds(self.price.rows - self.rows.run, len(self._missing) - self._decoded)

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ends the render before its next UNet call."""
        self._cancel.set()

    def __iter__(self) -> Iterator[Step | Frame]:
        order = self.plan.order
        yield from self._stored(order)
        points = dict.fromkeys(self._points[i] for i in order if self._points[i] in self._travels)
        trajectories = (self._trajectory(self._first[name]) for name in points)
        looks = self._looks()
        try:
            for step in denoise(trajectories, self._submit, self._rows_a_call, len(self.engine.workers)):
                yield step
                for index in looks[self._points[step.index]]:
                    if self._due(index, step):
                        yield from self._drawn(index, step)
        except Cancelled:
            return

    def _trajectory(self, index: int) -> Trajectory:
        engine, (point, scheduler) = self.engine, self._way(index, self.plan.point(index))
        told = engine.extras_at(point)
        return Trajectory(index, point, scheduler, engine.networks.device, told, blends=blends(engine.extras))

    def _looks(self) -> Mapping[bytes, list[int]]:
        """The places to be drawn on the way of each point."""
        looks = defaultdict(list)
        for index in self._missing.values():
            looks[self._points[index]].append(index)
        return looks

    def _stored(self, order: Sequence[int]) -> Iterator[Frame]:
        for index in order:
            key = self.keys[index]
            if key in self._missing:
                continue
            if (png := self.store.get(key)) is not None:
                yield Frame(index, self.plan.places[index], key, png, stored=True)
            else:  # dropped from the store since the survey
                self._miss(index, self.plan.point(index))

    def _drawn(self, index: int, step: Step) -> Iterator[Frame]:
        """The picture of a place, at every place that shows the same."""
        key, look = self.keys[index], self.plan.places[index].look
        check_finite(step.latents, self.engine.networks.dtype)
        png = to_png(look(step, self.engine) if look else self._finished(index, step.latents))
        self._decoded += 1
        self.store.put(key, png)
        for same in self._places[key]:
            yield Frame(same, self.plan.places[same], key, png, stored=False)

    def _finished(self, index: int, latents: Tensor) -> Image.Image:
        picture, finish = self._decode(latents), self._finish.get(self._points[index])
        return finish(picture) if finish else picture

    def _decode(self, latents: Tensor) -> Image.Image:
        return self.engine.decode(latents)

    def _rows_a_call(self) -> int:
        """The micro-batch; more, where that is faster, when the first picture is there."""
        return self.engine.networks.widest(*self._size, self._micro_batch) if self._decoded else self._micro_batch

    def _submit(self, rows: Sequence[Row]) -> Future[Tensor]:
        """A UNet call of the worker with the fewest calls before it, of those that have none of this render."""
        if self.cancelled:
            raise Cancelled
        free = [worker for worker in self.engine.workers if worker not in self._calls or self._calls[worker].done()]
        worker = min(free, key=lambda worker: len(worker.turns))
        call = self._calls[worker] = self._call(worker, rows)
        self.rows.run += len(rows)
        return call

    def _call(self, worker: Worker, rows: Sequence[Row]) -> Future[Tensor]:
        self.rows.sent += worker.networks.batch(len(rows), *self._size, self._micro_batch)
        return worker.submit(rows, self._micro_batch)
