"""The denoising loop, once, for every experiment: points go in, steps come out.

It is a generator: whoever iterates decides after each step whether to go on, and nothing is held between two steps, no
lock, no grad mode. Points need not be in step with each other: rows of different points at different timesteps share a
micro-batch, so a batch is full as long as there is work for it. The loop knows nothing about prompts, pictures, stores
or frames.

Three rules make a picture independent of what it is rendered with:
- every micro-batch has the same number of rows, padded with copies: the batch size changes the bits, neighbours do not;
- latents and scheduler arithmetic stay in float32, one scheduler copy a point;
- fresh noise of ancestral samplers comes from the point's own stream.
"""

from __future__ import annotations

import copy
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, Protocol

import torch
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from torch import Tensor

from explorer.engine.schedulers import EulerAncestralScheduler, alpha_bar, predict_clean
from explorer.space.points import Conditioning, Point, digest
from explorer.space.steps import Step


class Row(NamedTuple):
    """One sample through the UNet: latents (channels, h, w) as the UNet takes them, timestep, conditioning."""

    model_input: Tensor
    timestep: Tensor
    conditioning: Conditioning


class Predict(Protocol):
    """The UNet, seen from the loop: a micro-batch of rows in, their outputs (rows, channels, h, w) in float32 out."""

    def __call__(self, rows: Sequence[Row]) -> Tensor: ...


@dataclass
class Rows:
    """The account of a render: rows the UNet ran, rows not run because their output was known."""

    run: int = 0
    shared: int = 0


def timesteps_of(point: Point, scheduler: SchedulerMixin) -> Tensor:
    """The timesteps at which the UNet is asked for a point, those of its `strength` left out as diffusers does."""
    first, steps = point.first_step(scheduler.num_inference_steps), scheduler.num_inference_steps
    return scheduler.timesteps[first * scheduler.order if first < steps else len(scheduler.timesteps) :]


def first_row_keys(point: Point, num_inference_steps: int) -> dict[str, bytes]:
    """The names of the rows of a point's first step, by side: equal for points that start with the same row."""
    if point.first_step(num_inference_steps) == num_inference_steps:
        return {}
    start = point.start(num_inference_steps)
    return {side: digest(start, conditioning.digest) for side, conditioning in point.sides.items()}


class Trajectory:
    """One point on its way from noise to a clean picture: its sample, its scheduler copy, its own fresh noise."""

    def __init__(self, index: int, point: Point, scheduler: SchedulerMixin, device: torch.device) -> None:
        self.index, self.point = index, point
        self.scheduler = copy.deepcopy(scheduler)
        self.timesteps = timesteps_of(point, scheduler)
        self.prediction_type = self.scheduler.config.prediction_type
        self.done = self.age = 0
        self._first_keys = first_row_keys(point, scheduler.num_inference_steps)
        self.sample = self._start(device)
        self._noise = self._fresh_noise()
        self._outputs: dict[str, Tensor] = {}

    def _start(self, device: torch.device) -> Tensor:
        """The noise alone; or the encoded picture, under as much of the noise as its first timestep has."""
        latents, picture = self.point.latents.to(device, torch.float32), self.point.init_latents
        if picture is None:
            return latents * self.scheduler.init_noise_sigma
        picture = picture.to(device, torch.float32)
        if not len(self.timesteps):
            return picture
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(len(self.scheduler.timesteps) - len(self.timesteps))
        return self.scheduler.add_noise(picture[None], latents[None], self.timesteps[:1])[0]

    def at_rest(self) -> Step:
        """The only step of a point that has none to take."""
        return Step(self.index, 0, 0, 0.0, 0.0, *[self.sample] * 4)

    def _fresh_noise(self) -> Iterator[Tensor]:
        draws = self.point.noise.draws(self.point.latents.shape)
        next(draws)  # the starting latents were drawn before
        for noise in draws:
            yield noise.to(self.sample.device)

    @property
    def timestep(self) -> Tensor:
        return self.timesteps[self.done]

    def first_key(self, side: str) -> bytes | None:
        """The name of a first row, equal for equal rows of other points; None after the first step."""
        return None if self.done else self._first_keys[side]

    def rows(self) -> dict[str, Row]:
        """What the UNet has to be asked for the next step, by side: one or two rows."""
        self._model_input = self.scheduler.scale_model_input(self.sample, self.timestep)
        return {side: Row(self._model_input, self.timestep, c) for side, c in self.point.sides.items()}

    def receive(self, side: str, output: Tensor) -> bool:
        """Takes one row's output; says whether the step has all it needs."""
        self._outputs[side] = output
        return len(self._outputs) == len(self.point.sides)

    def advance(self) -> Step:
        """Combines the outputs by the guidance formula (Ho & Salimans 2021) and takes the scheduler's step."""
        outputs, self._outputs = self._outputs, {}
        output, alone = self._guided(outputs), outputs.get("positive", outputs.get("negative"))
        timestep, signal = self.timestep, alpha_bar(self.scheduler, self.timestep)
        noisy = self._model_input
        predicted, unguided = (predict_clean(self.prediction_type, o, noisy, signal) for o in (output, alone))
        if isinstance(self.scheduler, EulerAncestralScheduler):
            self.sample = self.scheduler.step_with(output, self.sample, next(self._noise))
        else:
            # diffusers' schedulers index by batch in places, so the sample travels as a batch of one.
            step = self.scheduler.step(output[None], timestep, self.sample[None], return_dict=False)
            self.sample = step[0][0]
        self.done += 1
        sigma = ((1 - signal) / signal) ** 0.5
        place = (self.index, self.done, len(self.timesteps), float(timestep), sigma)
        return Step(*place, self.sample, predicted, noisy, unguided)

    def _guided(self, outputs: Mapping[str, Tensor]) -> Tensor:
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        negative, positive = outputs["negative"], outputs["positive"]
        return negative + self.point.guidance_scale * (positive - negative)


class RowQueue:
    """Rows waiting for the UNet, the oldest point's first, and the outputs that several points share.

    Points that start from the same latents with the same conditioning need the same first row; it is run once. `wanted`
    says how many points of the job will ask for each such row, by `first_keys`, so that its output is dropped after the
    last one and what is kept does not grow with the film.
    """

    def __init__(self, wanted: Counter[bytes], rows: Rows) -> None:
        self.ready: deque[Trajectory] = deque()
        self._wanted, self._account = wanted, rows
        self._waiting: list[tuple[int, Trajectory, str, Row]] = []
        self._followers: dict[bytes, list[tuple[Trajectory, str]]] = {}
        self._known: dict[bytes, Tensor] = {}
        self._age = count()

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, trajectory: Trajectory) -> None:
        """Queues the rows of the trajectory's next step, or answers them from what is known."""
        trajectory.age = next(self._age) if trajectory.done == 0 else trajectory.age
        for side, row in trajectory.rows().items():
            key = trajectory.first_key(side)
            if key is None or (key not in self._known and key not in self._followers):
                if key is not None and self._wanted[key] > 1:
                    self._followers[key] = []
                self._waiting.append((trajectory.age, trajectory, side, row))
                continue
            self._account.shared += 1
            if key in self._known:
                self._receive(trajectory, side, self._use(key))
            else:
                self._followers[key].append((trajectory, side))
        self._waiting.sort(key=lambda item: item[0])

    def run(self, predict: Predict, micro_batch: int) -> None:
        """Sends the oldest rows, at most `micro_batch`, through the UNet and hands out what comes back."""
        batch, self._waiting = self._waiting[:micro_batch], self._waiting[micro_batch:]
        outputs = predict([row for *_, row in batch])
        self._account.run += len(batch)
        for (_, trajectory, side, _), output in zip(batch, outputs, strict=True):
            key = trajectory.first_key(side)
            if key in self._followers:
                self._known[key] = output
                for follower, its_side in [(trajectory, side), *self._followers.pop(key)]:
                    self._receive(follower, its_side, self._use(key))
            else:
                self._receive(trajectory, side, output)

    def _use(self, key: bytes) -> Tensor:
        self._wanted[key] -= 1
        return self._known[key] if self._wanted[key] > 0 else self._known.pop(key)

    def _receive(self, trajectory: Trajectory, side: str, output: Tensor) -> None:
        if trajectory.receive(side, output):
            self.ready.append(trajectory)


def denoise(
    trajectories: Iterable[Trajectory], predict: Predict, micro_batch: int, wanted: Counter[bytes], rows: Rows
) -> Iterator[Step]:
    """Runs points to their end, a few at a time, and yields every step of each as it is done.

    `wanted` counts the first rows that the trajectories will ask for (`first_row_keys`); `rows` is added to. New points
    are taken up only when older ones leave room in the micro-batch, so the first picture is not held up by the last.
    """
    waiting, queue, active = iter(trajectories), RowQueue(wanted, rows), 0
    while True:
        while queue.ready:
            with torch.inference_mode():
                trajectory = queue.ready.popleft()
                step = trajectory.advance()
                if step.last:
                    active -= 1
                else:
                    queue.ask(trajectory)
            yield step
        while active < micro_batch > len(queue) and (fresh := next(waiting, None)) is not None:
            if not len(fresh.timesteps):
                yield fresh.at_rest()
                continue
            active += 1
            with torch.inference_mode():
                queue.ask(fresh)
        if len(queue):
            with torch.inference_mode():
                queue.run(predict, micro_batch)
        elif not queue.ready:
            return
