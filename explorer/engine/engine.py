"""One model on one device: plans the rows, renders points to frames, keeps the account.

The engine knows points, plans and pictures. It does not know experiments, visitors, files that leave or the page.
Several renders may go on at once; they take turns on the device, one UNet call each.
"""

from __future__ import annotations

import io
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from PIL import Image
from torch import Tensor

from explorer.engine.autoencoder import to_png
from explorer.engine.denoise import Row, Rows, Step, Trajectory, denoise, first_row_keys, timesteps_of
from explorer.engine.networks import Networks
from explorer.engine.pace import Pace
from explorer.engine.schedulers import draws_noise, make_scheduler, noise_levels
from explorer.engine.store import FrameStore
from explorer.engine.turns import Turns
from explorer.space.plans import Place, Plan
from explorer.space.points import Conditioning, Point, Sampling, digest

T = TypeVar("T")
DONE = object()


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
        return Image.open(io.BytesIO(self.png)).info.get("note", "")


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
    """A model, a store of finished frames, and the device they share."""

    def __init__(self, networks: Networks, store: FrameStore | None = None, turns: Turns | None = None) -> None:
        self.networks = networks
        self.store = store if store is not None else FrameStore()
        self.turns = turns if turns is not None else Turns()
        self.pace = Pace()

    def encode(self, prompt: str) -> Conditioning:
        """The conditioning of a prompt, from the cache when it was encoded before."""
        return self.turns.run(self.networks.encode, prompt)

    def encode_negative(self, negative_prompt: str) -> Conditioning:
        """The conditioning of a negative prompt; "" is the model's own idea of none."""
        return self.turns.run(self.networks.encode_negative, negative_prompt)

    def encode_picture(self, picture: Image.Image) -> Tensor:
        """The latents of a picture (RGB, sides multiples of the model's factor), from the cache when encoded before."""
        return self.turns.run(self.networks.encode_picture, picture)

    def sigmas(self, sampling: Sampling) -> list[float]:
        """How noisy the sample is before each evaluation of the UNet, in units of the clean latents' spread."""
        return noise_levels(make_scheduler(sampling.scheduler, self.networks.scheduler, sampling.num_inference_steps))

    def latents_shape(self, sampling: Sampling) -> tuple[int, int, int]:
        """(channels, height/f, width/f) of the latents of a picture of that size."""
        factor = self.networks.factor
        return self.networks.latent_channels, sampling.height // factor, sampling.width // factor

    def price(self, plan: Plan) -> Price:
        """What rendering the plan now would cost."""
        return Render(self, plan).price

    def render(self, plan: Plan) -> Render:
        """A render of the plan; nothing happens until it is iterated."""
        return Render(self, plan)

    def warm_up(self) -> None:
        """Two UNet calls and a decode at the model's own size, so that prices have seconds; then what makes it fast."""
        defaults = self.networks.defaults
        sampling = Sampling(1, defaults.scheduler, defaults.height, defaults.width)
        latents = torch.zeros(self.latents_shape(sampling), device=self.networks.device)
        row = Row(latents, torch.tensor(1), self.encode(""))
        batch = rows_a_call(self.networks.device, *latents.shape[1:])
        for _ in range(2):
            self.predict([row] * batch, batch)
        self.decode(latents)
        slices = self.networks.tune([row], batch, fully=True)
        while self.turns.run(next, slices, DONE) is not DONE:  # a slice a turn: visitors' calls go between
            pass

    def predict(self, rows: Sequence[Row], micro_batch: int) -> Tensor:
        """One UNet call, when it is this render's turn."""
        height, width = rows[0].model_input.shape[-2:]
        area = height * width * self.networks.batch(len(rows), height, width, micro_batch)
        return self._timed("unet", area, self.networks.predict, rows, micro_batch)

    def decode(self, latents: Tensor) -> Image.Image:
        """The picture of finished latents, when it is this render's turn."""
        height, width = latents.shape[-2:]
        return self._timed("vae", height * width, self.networks.decode, latents)

    def preview(self, predicted: Tensor) -> Image.Image:
        """A glimpse of clean latents, when it is this render's turn."""
        return self.turns.run(self.networks.preview, predicted)

    def _timed(self, kind: str, area: int, call: Callable[..., T], *args: Any) -> T:
        """Runs a call on the device; its time, without the wait for its turn, goes into the estimates."""

        def timed() -> T:
            start = time.perf_counter()
            result = call(*args)
            self.pace.record(kind, area, time.perf_counter() - start)
            return result

        return self.turns.run(timed)


class Render:
    """One execution of a plan: iterate it for `Step`s and `Frame`s, frames coarse to fine, stored ones first.

    `price` is known before; `rows` counts as it goes. `cancel()` may be called from any thread: no further UNet call is
    begun, the iteration ends, and every frame finished before is in the store, where the next render finds it.
    """

    def __init__(self, engine: Engine, plan: Plan) -> None:
        self.engine, self.plan = engine, plan
        self.rows = Rows()
        self._decoded = 0
        self._cancel = threading.Event()
        sampling, networks = plan.sampling, engine.networks
        self._size = engine.latents_shape(sampling)[1:]
        self._micro_batch = rows_a_call(networks.device, *self._size)
        self._scheduler = make_scheduler(sampling.scheduler, networks.scheduler, sampling.num_inference_steps)
        self._survey()

    def _survey(self) -> None:
        """Names every frame, and finds which are missing and which first rows they share."""
        sampling, fresh_noise = self.plan.sampling, draws_noise(self.plan.sampling.scheduler)
        setting = digest(repr(sampling), self.engine.networks.signature, self._micro_batch)
        self.keys: list[str] = []  # of the frames, by place
        self._points: list[bytes] = []  # the names of the points that the places look at
        self._missing: dict[str, int] = {}  # the first place of each frame that is in no store
        self._wanted: Counter[bytes] = Counter()
        self._travels: dict[bytes, int] = {}  # the points to be denoised: by name, evaluations of the UNet
        self._rows = 0
        for index, place in enumerate(self.plan.places):
            point = self.plan.point(index)
            name = digest(setting, point.digest(sampling.num_inference_steps, fresh_noise))
            key = (digest(name, place.step, place.look.digest) if place.look else name).hex()
            self._points.append(name)
            self.keys.append(key)
            if key not in self._missing and key not in self.engine.store:
                self._miss(index, point)
        self.price = self._price()

    def _miss(self, index: int, point: Point) -> None:
        name = self._points[index]
        self._missing[self.keys[index]] = index
        if name in self._travels:
            return
        first, evaluations = first_row_keys(point, self.plan.sampling.num_inference_steps), self._evaluations(point)
        self._travels[name] = evaluations
        self._rows += len(first) * (evaluations - 1) + sum(not self._wanted[key] for key in first.values())
        self._wanted.update(first.values())

    def _evaluations(self, point: Point) -> int:
        return len(timesteps_of(point, self._scheduler))

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
        return sum(2 * self._evaluations(self.plan.point(i)) for i in [*finished, *passing.values()])

    def _seconds(self, rows: int, pictures: int) -> float | None:
        """The time of so many rows, in full micro-batches or at least a call a step, and so many decodes."""
        area, longest = self._size[0] * self._size[1], max(self._travels.values(), default=0)
        call = self.engine.pace.seconds("unet", area * self._micro_batch)
        decode = self.engine.pace.seconds("vae", area)
        if call is None or decode is None:
            return None
        return call * max(rows / self._micro_batch, longest if rows else 0) + decode * pictures

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
        device, first = self.engine.networks.device, {name: self._points.index(name) for name in points}
        trajectories = (Trajectory(i, self.plan.point(i), self._scheduler, device) for i in first.values())
        looks = self._looks()
        try:
            for step in denoise(trajectories, self._predict, self._micro_batch, self._wanted, self.rows):
                yield step
                for index in looks[self._points[step.index]]:
                    due = self.plan.places[index].step
                    if step.last if due is None else due == step.step:
                        yield from self._drawn(index, step)
        except Cancelled:
            return

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
            if (png := self.engine.store.get(key)) is not None:
                yield Frame(index, self.plan.places[index], key, png, stored=True)
            else:  # dropped from the store since the survey
                self._miss(index, self.plan.point(index))

    def _drawn(self, index: int, step: Step) -> Iterator[Frame]:
        """The picture of a place, at every place that shows the same."""
        key, look = self.keys[index], self.plan.places[index].look
        png = to_png(look(step, self.engine) if look else self.engine.decode(step.latents))
        self._decoded += 1
        self.engine.store.put(key, png)
        for other, same in enumerate(self.keys):
            if same == key:
                yield Frame(other, self.plan.places[other], key, png, stored=False)

    def _predict(self, rows: Sequence[Row]) -> Tensor:
        if self.cancelled:
            raise Cancelled
        return self.engine.predict(rows, self._micro_batch)
